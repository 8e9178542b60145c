"""An evaluation on DuckDB: its statements run one after the other, and leave tables and views in a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, cast

import duckdb

from targetexpr.tables.columns import Column
from targetexpr.tables.mapping import ColumnNames
from targetexpr.tables.relation_table import RelationFacts, RelationTable, quoted, widened
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.reading import member
from targetexpr.targets.scale.sql_run import ROWS, FirstQuestions, SqlProgress, SqlRun
from targetexpr.targets.scale.statements import Statement

Records: TypeAlias = "Callable[[duckdb.DuckDBPyRelation], Iterable[Mapping[str, object]]]"
"""How rows of the table become records, where one has to be read."""


def run(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    tracker: RecordTracker,
    records: Records,
    columns: ColumnNames | None = None,
    profile: str | None = None,
    between: Callable[[str], None] | None = None,
) -> SqlProgress:
    """Evaluates all records of a table (its name in the connection) and leaves views of the outcome.

    They are `periods`, `contributions`, `customers`, `levels`, `unified`, `grants` and `reported`, with the columns
    that progress has as tables. `tracker` is the evaluation that is asked for, without records; `records` reads rows
    of which columns do not tell all; an empty string is a missing value. `between` is called with the name of each
    statement before it runs. Raises NotSql, and MissingColumns for what the table lacks.
    """
    return DuckdbRun(connection, table, tracker, records, columns, profile).result(between)


class DuckdbRun(SqlRun):
    """One evaluation on DuckDB."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        tracker: RecordTracker,
        records: Records,
        columns: ColumnNames | None = None,
        profile: str | None = None,
    ) -> None:
        given = connection.table(table)
        heads = (member(RelationTable(given, columns, profile).map, name) for name in ("id", "customerId", "type"))
        relation = _as_read(given, {column.path[0] for column in heads if column is not None})
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {ROWS} AS {relation.sql_query()}")
        known = RelationTable(relation, columns, profile)
        super().__init__(tracker, known.map, known.words(tracker.plan.zone))
        self._connection = connection
        self._relation = relation
        self._records = records

    def learn(self, needed: Sequence[tuple[Column, Use]], first: FirstQuestions) -> RelationFacts:
        """Finds out the facts that are needed, and asks the first questions."""
        facts = _Facts(self._relation, self.words, first)
        facts.learn(needed)
        return facts

    def one(self, query: str) -> tuple[object, ...]:
        """The only row of a query."""
        (row,) = self._connection.execute(query).fetchall()
        return cast("tuple[object, ...]", row)

    def write(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A table of a few rows."""
        made = ", ".join(f"{column} {type_}" for column, type_ in columns.items())
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({made})")
        if rows:
            lists = [list(values) for values in zip(*rows, strict=True)]
            unnested = ", ".join(f"unnest(${place}::{type_}[])" for place, type_ in enumerate(columns.values(), 1))
            self._connection.execute(f"INSERT INTO {name} SELECT {unnested}", lists)

    def fill(self, statement: Statement) -> None:
        """A table, or a view of what is lazy."""
        kind = "VIEW" if statement.lazy else "TABLE"
        self._connection.execute(f"CREATE OR REPLACE TEMP {kind} {statement.name} AS {statement.query}")

    def records(self, where: str) -> Iterable[Mapping[str, object]]:
        """The rows of the table for which a test holds, as records."""
        return self._records(self._connection.sql(f"SELECT * FROM {ROWS} WHERE {where}"))


def _as_read(relation: duckdb.DuckDBPyRelation, heads: set[str]) -> duckdb.DuckDBPyRelation:
    """The rows as they are read: empty strings are missing, and floats of 32 bits their shortest decimals.

    Empty heads are seen to anyhow; as they are, engines find a type without reading all rows.
    """
    kinds = zip(relation.columns, relation.types, strict=True)
    texts = [name for name, type_ in kinds if type_.id == "varchar" and name not in heads]
    relation = widened(relation)
    if not texts:
        return relation
    filled = [f"nullif({quoted(one)}, '') AS {quoted(one)}" for one in texts]
    return relation.project(f"* REPLACE ({', '.join(filled)})")


class _Facts(RelationFacts):
    """The facts about columns, and what is asked with the first of them."""

    def __init__(self, relation: duckdb.DuckDBPyRelation, words: SqlVocabulary, first: FirstQuestions) -> None:
        super().__init__(relation, words)
        self._first = first

    def ask(self, questions: Mapping[str, str]) -> Mapping[str, object]:
        """The answers to questions about all rows."""
        return self._first.ask(questions, super().ask)
