"""A relation of DuckDB as a table that rules run over: its types, its facts, and its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import duckdb

from targetexpr.running.program import Program
from targetexpr.tables.clocks import Range, agreement
from targetexpr.tables.columns import Column, ColumnType
from targetexpr.tables.dialects import DUCKDB
from targetexpr.tables.facts import KnownColumns
from targetexpr.tables.lowering import Lowered, Lowering
from targetexpr.tables.mapping import ColumnNames, ProfileMap, read_names
from targetexpr.tables.rows import contexts, decide, profiles_of, readable_times, row_columns
from targetexpr.tables.sql_facts import SqlFacts
from targetexpr.tables.sql_vocabulary import SqlVocabulary

if TYPE_CHECKING:
    from duckdb.sqltypes import DuckDBPyType  # elsewhere in older versions

_INTS = frozenset(("tinyint", "smallint", "integer", "bigint", "utinyint", "usmallint", "uinteger"))
_WIDE_INTS = frozenset(("ubigint", "hugeint", "uhugeint"))
_TIMES = frozenset(("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"))
_NARROW = re.compile(r"\bFLOAT\b")


def column_type(type_: DuckDBPyType) -> ColumnType:
    """What a column of a type holds."""
    name = type_.id
    match name:
        case "double" | "float":
            return ColumnType(kind="float", narrow=name == "float")
        case "varchar" | "enum" | "uuid":
            return ColumnType(kind="text")
        case "boolean":
            return ColumnType(kind="boolean")
        case "timestamp with time zone":
            return ColumnType(kind="instant")
        case "date":
            return ColumnType(kind="day")
        case '"null"' | "null" | "sqlnull":
            return ColumnType(kind="null")
        case "decimal":
            return ColumnType(kind="decimal", scale=cast("int", dict(type_.children)["scale"]))
        case "struct":
            return ColumnType(kind="struct", fields=_fields(type_))
        case "list":
            return ColumnType(kind="list", item=_fields(type_)["child"])
        case "map":
            fields = _fields(type_)
            return ColumnType(kind="map", item=fields["value"]) if fields["key"].kind == "text" else _MIXED
    if name in _INTS or name in _WIDE_INTS:
        return ColumnType(kind="int", wide=name in _WIDE_INTS)
    return ColumnType(kind="naive") if name in _TIMES else _MIXED


_MIXED = ColumnType(kind="mixed")


def _fields(type_: DuckDBPyType) -> dict[str, ColumnType]:
    return {name: column_type(cast("DuckDBPyType", inner)) for name, inner in type_.children}


def widened(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Floats of 32 bits, nested ones too, as the doubles next to their own shortest decimals."""
    casts = []
    for name, type_ in zip(relation.columns, relation.types, strict=True):
        if _NARROW.search(str(type_)):
            cell = quoted(name)
            text, double = (_NARROW.sub(other, str(type_)) for other in ("VARCHAR", "DOUBLE"))
            casts.append(f"CAST(CAST({cell} AS {text}) AS {double}) AS {cell}")
    return relation.project(f"* REPLACE ({', '.join(casts)})") if casts else relation


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class RelationTable:
    """A relation with the profiles of its columns. What is found out about columns is kept with it."""

    def __init__(
        self, relation: duckdb.DuckDBPyRelation, columns: ColumnNames | None = None, profile: str | None = None
    ) -> None:
        self.relation = relation
        types = {
            name: column_type(type_) for name, type_ in zip(self.relation.columns, self.relation.types, strict=True)
        }
        names, bare = read_names(columns, profile)
        self.map = ProfileMap(types=types, columns=names, profile=bare)
        self._facts: dict[tzinfo, RelationFacts] = {}

    def words(self, zone: tzinfo) -> SqlVocabulary:
        """The vocabulary for a clock."""
        return SqlVocabulary(zone, DUCKDB, lambda: certain_range(zone))

    def columns(self, program: Program, zone: tzinfo) -> KnownColumns[str]:
        """The columns that a rule reads, with the facts it needs."""
        if zone not in self._facts:
            self._facts[zone] = RelationFacts(self.relation, self.words(zone))
        return KnownColumns(self.map, self._facts[zone], program)

    def lowered(self, program: Program, zone: tzinfo) -> Lowered[str]:
        """The verdict of each row, and whether the rule itself has to decide it. Raises NotLowerable."""
        return Lowering(program, self.words(zone), self.columns(program, zone), zone).rule()

    def rows(
        self, program: Program, zone: tzinfo, which: str | None, evaluate: Callable[[object], object]
    ) -> dict[int, bool | None]:
        """What the rule itself says about the rows for which a truth holds, or about all: by the number of the row."""
        words = self.words(zone)
        read = row_columns(program, self.map)
        values = [_readable(words, column) for column in read.columns] + [words.is_missing(one) for one in read.structs]
        asked = ", ".join([*(f"{value} AS c{at}" for at, value in enumerate(values)), which or "TRUE"])
        numbered = widened(self.relation).project(f"{asked} AS marked, row_number() OVER () - 1 AS row")
        fetched: list[tuple[object, ...]] = numbered.filter("marked").order("row").fetchall()
        rows = map(readable_times(read.cells), fetched)
        verdicts = decide(evaluate, contexts(rows, read.cells, read.absent, profiles_of(program)))
        return {cast("int", row[-1]): verdict for row, verdict in zip(fetched, verdicts, strict=True)}


class RelationFacts(SqlFacts):
    """What was found of the columns of one relation."""

    def __init__(self, relation: duckdb.DuckDBPyRelation, words: SqlVocabulary) -> None:
        super().__init__(words)
        self.relation = relation

    def ask(self, questions: Mapping[str, str]) -> Mapping[str, object]:
        """The answers to questions about all rows."""
        (row,) = self.relation.aggregate(", ".join(questions.values())).fetchall()
        return dict(zip(questions, row, strict=True))

    def items(self, column: Column) -> RelationFacts:
        """The items as a relation of their own."""
        assert column.type.item is not None
        items = self.relation.project(f"unnest({self.words.cell(column)}) AS item").filter("item IS NOT NULL")
        fields = [
            f"struct_extract(item, {self.words.text(name)}) AS {quoted(name)}" for name in column.type.item.fields
        ]
        return RelationFacts(items.project(", ".join(fields or ["item"])), self.words)


def _readable(words: SqlVocabulary, column: Column) -> str:
    """A cell that DuckDB can hand out: of times, their microseconds."""
    cell = words.cell(column)
    if column.kind in ("instant", "naive"):
        return f"epoch_us({cell})"
    return f"CAST({cell} AS VARCHAR)" if column.kind == "text" else cell


@lru_cache(maxsize=64)
def certain_range(zone: tzinfo) -> Range:
    """The instants for which DuckDB's clock of a zone is Python's."""

    def shown(instants: Sequence[int]) -> list[int]:
        from targetexpr.tables.sql_dates import SqlDates

        dates = SqlDates(zone, DUCKDB)
        with duckdb.connect() as connection:
            found = connection.execute(
                f"SELECT epoch_us({dates.at_clock('make_timestamp(micros)')}) FROM"
                " (SELECT unnest($1::BIGINT[]) AS micros, generate_subscripts($1::BIGINT[], 1) AS row) ORDER BY row",
                [list(instants)],
            ).fetchall()
        return [row[0] for row in found]

    return agreement(zone, shown)
