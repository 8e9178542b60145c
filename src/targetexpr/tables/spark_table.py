"""A frame of Spark as a table that rules run over: its types, its facts, and the rule itself on rows in its workers.

Nothing of pyspark is imported here but its functions, when they are needed: what a frame can do is a Protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import tzinfo
from functools import lru_cache
from importlib import import_module
from typing import Protocol, cast

from targetexpr.running.codegen.fast import generate
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program
from targetexpr.tables.clocks import Range, agreement
from targetexpr.tables.columns import Column, ColumnType
from targetexpr.tables.dialects import SPARK
from targetexpr.tables.facts import KnownColumns
from targetexpr.tables.lowering import Lowered, Lowering
from targetexpr.tables.mapping import ColumnNames, ProfileMap, read_names
from targetexpr.tables.rows import Cell, contexts, decide, profiles_of, readable_times, row_columns
from targetexpr.tables.sql_facts import SqlFacts
from targetexpr.tables.sql_vocabulary import SqlVocabulary


class SparkColumn(Protocol):
    """What is used of a column of Spark."""

    def alias(self, name: str, /) -> SparkColumn: ...
    def otherwise(self, value: SparkColumn, /) -> SparkColumn: ...
    def isNull(self) -> SparkColumn: ...  # noqa: N802 - Spark's name
    def eqNullSafe(self, other: object, /) -> SparkColumn: ...  # noqa: N802


class SparkFrame(Protocol):
    """What is used of a frame of Spark."""

    @property
    def schema(self) -> object: ...
    @property
    def sparkSession(self) -> SparkSession: ...  # noqa: N802 - Spark's name
    def select(self, *columns: SparkColumn) -> SparkFrame: ...
    def selectExpr(self, *expressions: str) -> SparkFrame: ...  # noqa: N802 - Spark's name
    def where(self, condition: SparkColumn | str, /) -> SparkFrame: ...
    def limit(self, number: int, /) -> SparkFrame: ...
    def first(self) -> Sequence[object] | None: ...
    def collect(self) -> Sequence[Sequence[object]]: ...


class SparkSession(Hashable, Protocol):
    """What is used of a session of Spark."""

    def createDataFrame(self, data: object, schema: str, /) -> SparkFrame: ...  # noqa: N802 - Spark's name


class SparkFunctions(Protocol):
    """What is used of `pyspark.sql.functions`."""

    def expr(self, text: str, /) -> SparkColumn: ...
    def lit(self, value: object, /) -> SparkColumn: ...
    def struct(self, *columns: SparkColumn) -> SparkColumn: ...
    def when(self, condition: SparkColumn, value: SparkColumn, /) -> SparkColumn: ...
    def udf(
        self,
        f: Callable[[object], object],
        returnType: str,  # noqa: N803 - Spark's name
        *,
        useArrow: bool,  # noqa: N803
    ) -> Callable[[SparkColumn], SparkColumn]: ...


def functions() -> SparkFunctions:
    """Spark's functions."""
    return cast("SparkFunctions", import_module("pyspark.sql.functions"))


class _Type(Protocol):
    """A type of Spark. Those of decimals, arrays, maps and structs have more."""

    scale: int
    elementType: _Type  # noqa: N815 - Spark's names
    keyType: _Type  # noqa: N815
    valueType: _Type  # noqa: N815
    fields: Sequence[_Field]

    def typeName(self) -> str: ...  # noqa: N802


class _Field(Protocol):
    name: str
    dataType: _Type  # noqa: N815


_KINDS: Mapping[str, ColumnType] = {
    "double": ColumnType(kind="float"),
    "float": ColumnType(kind="float", narrow=True),
    **dict.fromkeys(("byte", "short", "integer", "long"), ColumnType(kind="int")),
    **dict.fromkeys(("string", "char", "varchar"), ColumnType(kind="text")),
    "boolean": ColumnType(kind="boolean"),
    "timestamp": ColumnType(kind="instant"),
    "timestamp_ntz": ColumnType(kind="naive"),
    "date": ColumnType(kind="day"),
    "void": ColumnType(kind="null"),
}
_MIXED = ColumnType(kind="mixed")


def column_type(type_: _Type) -> ColumnType:
    """What a column of a type holds."""
    match type_.typeName():
        case "decimal":
            return ColumnType(kind="decimal", scale=type_.scale)
        case "struct":
            return ColumnType(kind="struct", fields=_fields(type_))
        case "array":
            return ColumnType(kind="list", item=column_type(type_.elementType))
        case "map":
            is_text = column_type(type_.keyType).kind == "text"
            return ColumnType(kind="map", item=column_type(type_.valueType)) if is_text else _MIXED
        case name:
            return _KINDS.get(name, _MIXED)


def _fields(type_: _Type) -> dict[str, ColumnType]:
    return {field.name: column_type(field.dataType) for field in type_.fields}


class SparkTable:
    """A frame with the profiles of its columns. What is found out about columns is kept with it."""

    def __init__(self, frame: SparkFrame, columns: ColumnNames | None = None, profile: str | None = None) -> None:
        self.frame = frame
        names, bare = read_names(columns, profile)
        self.map = ProfileMap(types=_fields(cast("_Type", frame.schema)), columns=names, profile=bare)
        self._facts: dict[tzinfo, SparkFacts] = {}

    def words(self, zone: tzinfo) -> SqlVocabulary:
        """The vocabulary for a clock."""
        return SqlVocabulary(zone, SPARK, lambda: certain_range(zone, self.frame.sparkSession))

    def columns(self, program: Program, zone: tzinfo) -> KnownColumns[str]:
        """The columns that a rule reads, with the facts it needs."""
        if zone not in self._facts:
            self._facts[zone] = SparkFacts(self.frame, self.words(zone))
        return KnownColumns(self.map, self._facts[zone], program)

    def lowered(self, program: Program, zone: tzinfo) -> Lowered[str]:
        """The verdict of each row, and whether the rule itself has to decide it. Raises NotLowerable."""
        return Lowering(program, self.words(zone), self.columns(program, zone), zone).rule()

    def by_rule(self, program: Program, zone: tzinfo, which: str | None) -> SparkColumn:
        """What the rule itself says, in Spark's workers, about the rows for which a truth holds, or about all."""
        words, functions_ = self.words(zone), functions()
        read = row_columns(program, self.map)
        values = [_readable(words, column) for column in read.columns] + [words.is_missing(one) for one in read.structs]
        named = [functions_.expr(value).alias(f"c{at}") for at, value in enumerate([*values, "TRUE"])]
        row = functions_.struct(*named)
        # Spark runs a function on all rows, whatever stands around it; for a null it has nothing to do.
        given = row if which is None else functions_.when(functions_.expr(which), row)
        return functions_.udf(RowRule(program, zone, read.cells, read.absent), "boolean", useArrow=False)(given)


class SparkFacts(SqlFacts):
    """What was found of the columns of one frame."""

    def __init__(self, frame: SparkFrame, words: SqlVocabulary) -> None:
        super().__init__(words)
        self.frame = frame

    def ask(self, questions: Mapping[str, str]) -> Mapping[str, object]:
        """The answers to questions about all rows."""
        asked = [f"{question} AS c{at}" for at, question in enumerate(questions.values())]
        row = self.frame.selectExpr(*asked).first()
        assert row is not None  # sums of no rows are a row
        return dict(zip(questions, row, strict=True))

    def items(self, column: Column) -> SparkFacts:
        """The items as a frame of their own."""
        assert column.type.item is not None
        items = self.frame.selectExpr(f"explode({self.words.cell(column)}) AS item").where("item IS NOT NULL")
        names = [self.words.name(name) for name in column.type.item.fields]
        return SparkFacts(items.selectExpr(*[f"item.{name} AS {name}" for name in names] or ["item"]), self.words)


class RowRule:
    """A rule on one row, a struct of the cells it needs. It is sent to Spark's workers."""

    def __init__(self, program: Program, zone: tzinfo, cells: Sequence[Cell], absent: Mapping[str, int]) -> None:
        self._made = program, zone, cells, absent
        self._evaluate: Callable[[object], object] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return RowRule, self._made  # generated code is made anew where it runs

    def __call__(self, row: object) -> bool | None:
        program, zone, cells, absent = self._made
        if row is None:
            return None
        if self._evaluate is None:
            self._evaluate = generate(program, ContextReader(zone, lenient=True))[1]
        values = tuple(cast("Sequence[object]", row))
        plain = [_plain(value, cell.type) for cell, value in zip(cells, values, strict=False)]
        read = readable_times(cells)((*plain, *values[len(cells) :]))
        return decide(self._evaluate, contexts([read], cells, absent, profiles_of(program)))[0]


def _plain(value: object, type_: ColumnType) -> object:
    """A value of Spark: structs as dicts, and floats of 32 bits as their own shortest decimals."""
    if type_.narrow and isinstance(value, float):
        return shortest(value)
    if type_.kind == "struct" and isinstance(value, tuple):
        return {name: _plain(one, type_.fields[name]) for name, one in zip(type_.fields, value, strict=True)}
    if type_.kind == "list" and isinstance(value, list) and type_.item is not None:
        return [_plain(one, type_.item) for one in value]
    if type_.kind == "map" and isinstance(value, dict) and type_.item is not None:
        return {key: _plain(one, type_.item) for key, one in value.items()}
    return value


def shortest(number: float) -> float:
    """The double that is written as a float of 32 bits is.

    >>> shortest(0.10000000149011612)
    0.1
    """
    for digits in range(6, 9):
        written = float(f"{number:.{digits}g}")
        try:
            if struct.unpack("f", struct.pack("f", written))[0] == number:
                return written
        except OverflowError:  # rounded up, it is none of 32 bits
            continue
    return float(f"{number:.9g}")


@lru_cache(maxsize=64)
def certain_range(zone: tzinfo, session: SparkSession) -> Range:
    """The instants for which the clock of a zone is Python's in Java."""

    def shown(instants: list[int]) -> list[int]:
        from targetexpr.tables.sql_dates import SqlDates

        asked = session.createDataFrame(list(enumerate(instants)), "row long, micros long")
        instant = SPARK.to_utc.format("timestamp_micros(micros)")
        found = asked.selectExpr("row", f"{SPARK.micros.format(SqlDates(zone, SPARK).at_clock(instant))} AS shown")
        return [cast("int", micros) for _, micros in sorted(tuple(row) for row in found.collect())]

    return agreement(zone, shown)


def _readable(words: SqlVocabulary, column: Column) -> str:
    """A cell that Spark can hand out whatever the clock of its session: of times, their microseconds."""
    cell = words.cell(column)
    match column.kind:
        case "instant":
            return f"unix_micros({cell})"
        case "naive":
            return words.dialect.micros.format(cell)
        case "text":
            return f"CAST({cell} AS STRING)"
        case _:
            return cell
