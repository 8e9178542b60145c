"""A rule over a table: which kind of table it is, and how that kind is given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

from targetexpr.base.lazy import Lazy
from targetexpr.running.codegen.fast import generate
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program
from targetexpr.tables.errors import MissingExtra, NotLowerable, TableError
from targetexpr.tables.mapping import ColumnNames
from targetexpr.tables.verdicts import Verdicts

if TYPE_CHECKING:
    import polars as pl


class Table:
    """A table that several rules run over, so that what is found out about its columns is found out once.

    It must not be changed in place meanwhile. `columns` and `profile` are those of `Rule.on`.
    """

    def __init__(self, frame: object, columns: ColumnNames | None = None, profile: str | None = None) -> None:
        self.verdicts = _opened(frame, columns, profile)


def verdicts_on(
    program: Program,
    reader: ContextReader,
    frame: object,
    columns: ColumnNames | None,
    profile: str | None,
    rows: bool,
) -> Verdicts[object, object]:
    """The verdicts of a program over a table of any kind."""
    if isinstance(frame, Table):
        if columns is not None or profile is not None:
            raise TableError("`columns` and `profile` belong to the table; give them to `Table`.")
        table = frame
    else:
        table = Table(frame, columns, profile)
    lenient = reader if reader.lenient else ContextReader(reader.zone, lenient=True)
    by_rule = Lazy(lambda: generate(program, lenient)[1])

    def evaluate(context: object) -> object:
        return by_rule.get()(context)  # made when first needed: few tables have a row that it decides

    return table.verdicts(program, lenient, evaluate, rows)


_Opened: TypeAlias = Callable[[Program, ContextReader, Callable[[object], object], bool], Verdicts[object, object]]
"""What makes the verdicts of a program over one table: with its reader, the rule itself, and whether rows may run."""


def _opened(frame: object, columns: ColumnNames | None, profile: str | None) -> _Opened:
    package = type(frame).__module__.partition(".")[0]
    needs = {"polars": ("polars",), "pandas": ("polars", "pyarrow"), "pyarrow": ("polars",), "duckdb": ("duckdb",)}
    for library in needs.get(package, ()):
        try:
            import_module(library)
        except ImportError:
            raise MissingExtra(library) from None
    match package:
        case "polars" | "pandas" | "pyarrow":
            return _of_frame(frame, package, columns, profile)
        case "duckdb" | "_duckdb":
            return _of_relation(frame, columns, profile)
        case "pyspark":
            return _of_spark(frame, columns, profile)
    raise _no_table(frame)


def _no_table(frame: object) -> TableError:
    return TableError(
        f"{type(frame).__name__} is no table: give a frame of polars, pandas or Spark, an "
        "Arrow table or a DuckDB relation."
    )


def _of_frame(frame: object, package: str, columns: ColumnNames | None, profile: str | None) -> _Opened:
    from targetexpr.tables.frames import READERS
    from targetexpr.tables.polars_table import PolarsTable
    from targetexpr.tables.polars_verdicts import PolarsVerdicts

    read = READERS[package](frame)
    if read is None:
        raise _no_table(frame)
    given, converted = read
    table = PolarsTable(converted, columns, profile)
    return lambda program, reader, evaluate, rows: PolarsVerdicts(program, reader, evaluate, table, given, rows=rows)


def _of_relation(frame: object, columns: ColumnNames | None, profile: str | None) -> _Opened:
    import duckdb

    from targetexpr.tables.relation_table import RelationTable
    from targetexpr.tables.relation_verdicts import RelationVerdicts

    if not isinstance(frame, duckdb.DuckDBPyRelation):
        raise _no_table(frame)
    table = RelationTable(frame, columns, profile)

    def verdicts(
        program: Program, reader: ContextReader, evaluate: Callable[[object], object], rows: bool
    ) -> Verdicts[object, object]:
        return RelationVerdicts(program, reader, evaluate, table, rows=rows)

    return verdicts


def _of_spark(frame: object, columns: ColumnNames | None, profile: str | None) -> _Opened:
    from targetexpr.tables.spark_table import SparkFrame, SparkTable
    from targetexpr.tables.spark_verdicts import SparkVerdicts

    if type(frame).__name__ != "DataFrame":  # of Spark in this process, or of one that it is connected to
        raise _no_table(frame)
    table = SparkTable(cast("SparkFrame", frame), columns, profile)

    def verdicts(
        program: Program, reader: ContextReader, evaluate: Callable[[object], object], rows: bool
    ) -> Verdicts[object, object]:
        del evaluate  # where rows are left to it, the rule is made anew in the workers
        return SparkVerdicts(program, reader, table, rows=rows)

    return verdicts


def to_polars(
    program: Program, zone: tzinfo, frame: pl.DataFrame | pl.LazyFrame, columns: ColumnNames | None
) -> pl.Expr:
    """A program as an expression over a frame."""
    from targetexpr.tables.polars_table import PolarsTable

    table = PolarsTable(frame, columns)
    table.map.check(program)
    lowered = table.lowered(program, zone, proven=True)
    if lowered.doubt is not None:
        raise NotLowerable("some rows may have to be decided by the rule itself; run it with `on`")
    return lowered.verdict
