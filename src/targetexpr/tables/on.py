"""A rule over a table: which kind of table it is, and how that kind is given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from targetexpr.running.codegen.fast import generate
from targetexpr.running.context import ContextReader
from targetexpr.running.program import Program
from targetexpr.tables.errors import MissingExtra, TableError
from targetexpr.tables.verdicts import Verdicts

try:
    import polars as pl
except ImportError:
    raise MissingExtra("polars") from None

from targetexpr.tables.polars_table import PolarsTable
from targetexpr.tables.polars_verdicts import Given, PolarsVerdicts


class Table:
    """A table that several rules run over, so that what is found out about its columns is found out once.

    It must not be changed in place meanwhile. `columns` and `profile` are those of `Rule.on`.
    """

    def __init__(self, frame: object, columns: Mapping[str, str] | None = None, profile: str | None = None) -> None:
        self.given, self.frame = _given(frame)
        self.table = PolarsTable(self.frame, columns, profile)


def verdicts_on(
    program: Program,
    reader: ContextReader,
    frame: object,
    columns: Mapping[str, str] | None,
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
    evaluate: Callable[[object], object] = generate(program, lenient)[1]
    return PolarsVerdicts(program, lenient, evaluate, table.table, table.given, rows=rows)


def _given(frame: object) -> tuple[Given[object, object], pl.DataFrame | pl.LazyFrame]:
    if isinstance(frame, pl.DataFrame):
        return Given(column=_same, where=frame.filter), frame
    if isinstance(frame, pl.LazyFrame):
        lazy = frame
        return Given(column=_same, where=lambda marked: _rows_of(lazy, marked)), lazy
    raise TableError(
        f"{type(frame).__name__} is no table: give a frame of polars or pandas, an Arrow table or a DuckDB relation."
    )


def _same(column: pl.Series) -> pl.Series:
    return column


def _rows_of(frame: pl.LazyFrame, marked: pl.Series) -> pl.LazyFrame:
    return frame.filter(pl.lit(marked))
