"""A frame of polars as a table that rules run over: its columns, what is known of them, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo

import polars as pl

from targetexpr.running.program import Program
from targetexpr.tables.columns import Column
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.facts import KnownColumns
from targetexpr.tables.lowering import Lowered, Lowering
from targetexpr.tables.mapping import ColumnNames, ProfileMap, read_names
from targetexpr.tables.polars_facts import PolarsFacts
from targetexpr.tables.polars_types import column_type, prepared
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.rows import contexts, decide, profiles_of, readable_times, row_columns

_LARGE = 50_000
"""Rows from which on a proof of what columns hold costs more than a query."""

_SLACK = 1.001  # a sum of squares in floats


class PolarsTable:
    """A frame with the profiles of its columns. What is found out about columns is kept with it.

    The frame must not be changed in place while it is used.
    """

    def __init__(
        self, frame: pl.DataFrame | pl.LazyFrame, columns: ColumnNames | None = None, profile: str | None = None
    ) -> None:
        lazy = frame.lazy()
        self.eager = isinstance(frame, pl.DataFrame)
        self.height = frame.height if isinstance(frame, pl.DataFrame) else 0
        schema = lazy.collect_schema()
        self.frame = prepared(lazy, schema)
        types = {name: column_type(dtype) for name, dtype in self.frame.collect_schema().items()}
        names, bare = read_names(columns, profile)
        self.map = ProfileMap(types=types, columns=names, profile=bare)
        self._facts: dict[tzinfo, PolarsFacts] = {}

    def lowered(self, program: Program, zone: tzinfo, *, proven: bool = False) -> Lowered[pl.Expr]:
        """The verdict of each row, and what is left to do for it. Raises NotLowerable.

        Unless it is to be proven, it may go by what a sample shows of columns; `checked` says whether that was right.
        """
        columns = self.columns(program, zone)
        if proven:
            columns.prove()
        try:
            lowered = Lowering(program, PolarsVocabulary(zone), columns, zone).rule()
        except NotLowerable:
            columns.prove()
            return Lowering(program, PolarsVocabulary(zone), columns, zone).rule()
        if lowered.leaned:
            columns.facts.learn([(column, "added") for column in lowered.leaned])
            lowered = Lowering(program, PolarsVocabulary(zone), columns, zone).rule()
        return lowered

    def masks(self, lowered: Lowered[pl.Expr]) -> pl.DataFrame | None:
        """The verdict and the doubt of each row; None where what was assumed of columns does not hold."""
        if lowered.assumed and not self._holds(lowered, self.frame.select(self._checks(lowered)).collect()):
            return None
        asked = [long(lowered.verdict).alias("verdict")]
        if lowered.doubt is not None:
            asked.append(long(lowered.doubt).alias("doubt"))
        if lowered.suspicion is not None and self.eager:
            asked.append(lowered.suspicion.alias("suspicion"))
        found = self.frame.with_columns(**lowered.shared).select(asked).collect()
        if "suspicion" not in found.columns or not found["suspicion"].any():
            return found
        return None if self._any_off(lowered, found["suspicion"]) else found

    def _any_off(self, lowered: Lowered[pl.Expr], which: pl.Series) -> bool:
        """Whether a number of the rows that are marked is not on the grid that was assumed of its column."""
        cells = self.frame.select(cell_of(column).alias(str(at)) for at, column in enumerate(lowered.assumed)).collect()
        # Column by column, which is quicker than a filter of the frame; then one query, as each operation on a
        # series costs a column of its own.
        marked = pl.DataFrame([cell.filter(which) for cell in cells]).lazy()
        tests = [_is_off(pl.col(str(at)), column).any() for at, column in enumerate(lowered.assumed)]
        return bool(marked.select(pl.any_horizontal(tests)).collect().item())

    def totals(self, lowered: Lowered[pl.Expr]) -> tuple[int, int, int] | None:
        """How many verdicts are true, and null, of how many rows, in one pass with the check of what was assumed.

        None where that does not hold.
        """
        verdict = long(lowered.verdict)
        sums = [verdict.sum().alias("true"), verdict.null_count().alias("null"), pl.len().alias("rows")]
        found = self.frame.with_columns(**lowered.shared).select(*sums, *self._checks(lowered)).collect()
        if not self._holds(lowered, found):
            return None
        return found["true"][0] or 0, found["null"][0], found["rows"][0]

    def _checks(self, lowered: Lowered[pl.Expr]) -> Iterator[pl.Expr]:
        for number, column in enumerate(lowered.assumed):
            cell = cell_of(column)
            yield cell.dot(cell).alias(f"squares{number}")  # finite only where all numbers are
            if not self.eager:  # a second look at the rows that matter would be dearer
                yield _is_off(cell, column).any().alias(f"off{number}")

    def _holds(self, lowered: Lowered[pl.Expr], found: pl.DataFrame) -> bool:
        for number, column in enumerate(lowered.assumed):
            squares = found[f"squares{number}"][0]
            if not (isinstance(squares, float) and squares * _SLACK <= column.number.bound**2):
                return False
            if not self.eager and found[f"off{number}"][0]:
                return False
        return True

    def columns(self, program: Program, zone: tzinfo) -> KnownColumns[pl.Expr]:
        """The columns that a rule reads, with the facts it needs."""
        if zone not in self._facts:
            guesses = not self.eager or self.height >= _LARGE
            self._facts[zone] = PolarsFacts(self.frame, PolarsVocabulary(zone), guesses=guesses)
        return KnownColumns(self.map, self._facts[zone], program)

    def rows(
        self,
        program: Program,
        which: pl.Series | None,
        evaluate: Callable[[object], object],
        part: pl.LazyFrame | None = None,
    ) -> list[bool | None]:
        """What the rule itself says about the rows that are marked, or about all; of the table or a part of it."""
        read = row_columns(program, self.map)
        asked = [_readable(column) for column in read.columns] + [cell_of(one).is_null() for one in read.structs]
        values = [one.alias(str(number)) for number, one in enumerate(asked)]
        frame = self.frame if part is None else part
        if not values:  # a rule that reads nothing has rows all the same
            values.append(pl.repeat(True, pl.len()).alias("0"))
        frame = frame if which is None else frame.filter(which)
        rows = frame.select(values).collect().iter_rows()
        found = map(readable_times(read.cells), rows)
        return decide(evaluate, contexts(found, read.cells, read.absent, profiles_of(program)))


def long(verdict: pl.Expr) -> pl.Expr:
    """A verdict for each row, of expressions without columns too."""
    if verdict.meta.root_names():
        return verdict
    return pl.repeat(verdict, pl.len(), dtype=pl.Boolean)


def _is_off(cell: pl.Expr, column: Column) -> pl.Expr:
    """Whether a number is not on the grid that was assumed of its column."""
    assert column.number.scale is not None
    return cell.round(column.number.scale) != cell


def _readable(column: Column) -> pl.Expr:
    """A cell that polars can hand out: of times outside the calendar, their number."""
    cell = cell_of(column)
    if column.kind in ("instant", "naive"):
        return cell.dt.cast_time_unit("us").to_physical()
    return cell.cast(pl.String) if column.kind == "text" else cell
