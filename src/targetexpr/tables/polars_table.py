"""A frame of polars as a table that rules run over: its columns, what is known of them, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo

import polars as pl

from targetexpr.running.program import Program
from targetexpr.tables.columns import Column
from targetexpr.tables.facts import KnownColumns
from targetexpr.tables.lowering import Lowering
from targetexpr.tables.mapping import ProfileMap, places
from targetexpr.tables.polars_facts import PolarsFacts
from targetexpr.tables.polars_types import column_type, prepared
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.rows import Cell, contexts, decide, profiles_of, readable_times


class PolarsTable:
    """A frame with the profiles of its columns. What is found out about columns is kept with it.

    The frame must not be changed in place while it is used.
    """

    def __init__(
        self, frame: pl.DataFrame | pl.LazyFrame, columns: Mapping[str, str] | None = None, profile: str | None = None
    ) -> None:
        lazy = frame.lazy()
        schema = lazy.collect_schema()
        self.frame = prepared(lazy, schema)
        types = {name: column_type(dtype) for name, dtype in self.frame.collect_schema().items()}
        self.map = ProfileMap(types=types, columns=columns or {}, profile=profile)
        self._facts: dict[tzinfo, PolarsFacts] = {}

    def lowered(self, program: Program, zone: tzinfo) -> tuple[pl.Expr, pl.Expr | None]:
        """The verdict of each row, and whether the rule itself has to decide it. Raises NotLowerable."""
        return Lowering(program, PolarsVocabulary(zone), self.columns(program, zone), zone).rule()

    def columns(self, program: Program, zone: tzinfo) -> KnownColumns[pl.Expr]:
        """The columns that a rule reads, with the facts it needs."""
        if zone not in self._facts:
            self._facts[zone] = PolarsFacts(self.frame, PolarsVocabulary(zone))
        return KnownColumns(self.map, self._facts[zone], program)

    def rows(
        self, program: Program, which: pl.Series | None, evaluate: Callable[[object], object]
    ) -> list[bool | None]:
        """What the rule itself says about the rows that are marked, or about all of them."""
        found = {name: column for name in places(program) if (column := self.map.named(name)) is not None}
        where = places(program)
        names = list(found)
        cells = [Cell(*where[name], found[name].type) for name in names]
        values = [_readable(found[name]).alias(str(number)) for number, name in enumerate(names)]
        absent = {}
        for profile in dict.fromkeys(cell.profile for cell in cells):
            struct = self.map.absent(profile, names)
            if struct is not None:
                absent[profile] = len(values)
                values.append(cell_of(struct).is_null().alias(str(len(values))))
        frame = self.frame if which is None else self.frame.filter(which)
        rows = frame.select(values).collect().iter_rows()
        return decide(evaluate, contexts(map(readable_times(cells), rows), cells, absent, profiles_of(program)))


def _readable(column: Column) -> pl.Expr:
    """A cell that polars can hand out: of times outside the calendar, their number."""
    cell = cell_of(column)
    if column.kind in ("instant", "naive"):
        return cell.dt.cast_time_unit("us").to_physical()
    return cell.cast(pl.String) if column.kind == "text" else cell
