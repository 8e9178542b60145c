"""An evaluation on Spark: the statements of the other engine as frames, which run when somebody asks for rows.

Nothing of pyspark is imported. A statement names its relations; they are given to it as frames under these names, so
no view of the session is made or covered up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, cast

from targetexpr.tables.columns import Column
from targetexpr.tables.mapping import ColumnNames
from targetexpr.tables.spark_table import SparkColumn, SparkFacts, SparkFrame, SparkSession, SparkTable, column_type
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.odd_rows import OddRows
from targetexpr.targets.scale.reading import Reading
from targetexpr.targets.scale.sql_run import ROWS, FirstQuestions, Seen, SqlRun
from targetexpr.targets.scale.statements import Evaluation, Statement

Records: TypeAlias = "Callable[[Any], Iterable[Mapping[str, object]]]"
"""How a table of Arrow becomes records, where rows have to be read."""


Work: TypeAlias = "Callable[[Iterator[Any]], Iterator[Any]]"
"""What workers make of batches of Arrow."""


class Frame(SparkFrame, Protocol):
    """What is used of a frame beside what rules use."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def sparkSession(self) -> Session: ...  # noqa: N802 - Spark's name
    def selectExpr(self, *expressions: str) -> Frame: ...  # noqa: N802 - Spark's name
    def where(self, condition: SparkColumn | str, /) -> Frame: ...
    def limit(self, number: int, /) -> Frame: ...
    def union(self, other: Frame, /) -> Frame: ...
    def repartition(self, *columns: str) -> Frame: ...
    def mapInArrow(self, work: Work, schema: str, /) -> Frame: ...  # noqa: N802 - Spark's name
    def persist(self) -> Frame: ...
    def unpersist(self) -> object: ...
    def toArrow(self) -> Any: ...  # noqa: N802 - Spark's name


class Session(SparkSession, Protocol):
    """What is used of a session."""

    def sql(self, sqlQuery: str, /, **frames: Frame) -> Frame: ...  # noqa: N803 - Spark's name
    def createDataFrame(self, data: object, schema: str, /) -> Frame: ...  # noqa: N802 - Spark's name


_TYPES = {
    "VARCHAR": "STRING",
    "INTEGER": "INT",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
"""What types are called here that have other names on DuckDB."""

_words = re.compile(r"[A-Za-z_][A-Za-z_0-9]*").findall


class SparkRun(SqlRun):
    """One evaluation on Spark, of a frame `as_read`."""

    def __init__(
        self, frame: Frame, tracker: RecordTracker, records: Records, columns: ColumnNames | None = None
    ) -> None:
        table = SparkTable(frame, columns)
        super().__init__(tracker, table.map, table.words(tracker.plan.zone))
        self.frames: dict[str, Frame] = {ROWS: frame}
        self.held: list[Frame] = []
        self._session = frame.sparkSession
        self._records = records

    def learn(self, needed: Sequence[tuple[Column, Use]], first: FirstQuestions) -> SparkFacts:
        """Finds out the facts that are needed, and asks the first questions."""
        facts = _Facts(self.frames[ROWS], self.words, first)
        facts.learn(needed)
        return facts

    def one(self, query: str) -> tuple[object, ...]:
        """The only row of a query."""
        row = self._query(query).first()
        assert row is not None  # sums of no rows are a row
        return tuple(row)

    def write(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A frame of a few rows."""
        schema = ", ".join(f"{self.words.name(column)} {_TYPES.get(type_, type_)}" for column, type_ in columns.items())
        self.frames[name] = self._session.createDataFrame(list(rows), schema)

    def fill(self, statement: Statement) -> None:
        """A frame. What is not lazy is held once it was worked out, for others are made from it."""
        made = self._query(statement.query)
        if not statement.lazy:
            made = made.persist()
            self.held.append(made)
        self.frames[statement.name] = made

    def records(self, where: str) -> Iterable[Mapping[str, object]]:
        """The rows of the table for which a test holds, as records."""
        return self._records(self._query(f"SELECT * FROM {ROWS} WHERE {where}").toArrow())

    def _evaluation(self, seen: Seen, reading: Reading, odd: OddRows | None) -> Evaluation:
        """Sums are of 64 bits here."""
        evaluation = super()._evaluation(seen, reading, odd)
        if evaluation.wide != "BIGINT":
            raise NotSql(["Sums of the figures may not fit 64 bits."])
        return evaluation

    def _query(self, text: str) -> Frame:
        return query(text, self.frames)


def query(text: str, frames: Mapping[str, Frame]) -> Frame:
    """A query in which frames have names."""
    session = next(iter(frames.values())).sparkSession
    used = {name: frames[name] for name in dict.fromkeys(_words(text)) if name in frames}
    named = ", ".join(f"{name} AS (SELECT * FROM {{{name}}})" for name in used)
    escaped = text.replace("{", "{{").replace("}", "}}")
    return session.sql(f"WITH {named} {escaped}" if used else escaped, **used)


def as_read(frame: Frame) -> Frame:
    """The rows as they are read: empty strings are missing."""
    fields = cast("Any", frame.schema).fields
    cells = []
    for field in fields:
        name = "`" + field.name.replace("`", "``") + "`"
        is_text = column_type(field.dataType).kind == "text"
        cells.append(f"nullif({name}, '') AS {name}" if is_text else name)
    return frame.selectExpr(*cells)


class _Facts(SparkFacts):
    """The facts about columns, and what is asked with the first of them."""

    def __init__(self, frame: Frame, words: SqlVocabulary, first: FirstQuestions) -> None:
        super().__init__(frame, words)
        self._first = first

    def ask(self, questions: Mapping[str, str]) -> Mapping[str, object]:
        """The answers to questions about all rows."""
        return self._first.ask(questions, super().ask)
