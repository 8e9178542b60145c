"""A frame of polars as a table that rules run over: its columns, what is known of them, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

import polars as pl

from targetexpr.running.program import Program
from targetexpr.tables.clocks import EPOCH
from targetexpr.tables.columns import Column
from targetexpr.tables.lowering import Lowering
from targetexpr.tables.mapping import ProfileMap, places
from targetexpr.tables.polars_facts import PolarsFacts
from targetexpr.tables.polars_types import column_type, widened
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.rows import Cell, contexts, decide
from targetexpr.tables.uses import Use, item_uses, uses


class PolarsTable:
    """A frame with the profiles of its columns. What is found out about columns is kept with it.

    The frame must not be changed in place while it is used.
    """

    def __init__(
        self, frame: pl.DataFrame | pl.LazyFrame, columns: Mapping[str, str] | None = None, profile: str | None = None
    ) -> None:
        lazy = frame.lazy()
        schema = lazy.collect_schema()
        self.frame = widened(lazy, schema)
        types = {name: column_type(dtype) for name, dtype in self.frame.collect_schema().items()}
        self.map = ProfileMap(types=types, columns=columns or {}, profile=profile)
        self._facts: dict[tzinfo, PolarsFacts] = {}

    def lowered(self, program: Program, zone: tzinfo) -> tuple[pl.Expr, pl.Expr | None]:
        """The verdict of each row, and whether the rule itself has to decide it. Raises NotLowerable."""
        columns = KnownColumns(self.map, self.facts(zone), program)
        return Lowering(program, PolarsVocabulary(zone), columns, zone).rule()

    def facts(self, zone: tzinfo) -> PolarsFacts:
        """What is known of the columns by a clock, and what will be found out of them."""
        if zone not in self._facts:
            self._facts[zone] = PolarsFacts(self.frame, PolarsVocabulary(zone))
        return self._facts[zone]

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
        return decide(evaluate, contexts(map(_as_dates(cells), rows), cells, absent, profiles_of(program)))


def profiles_of(program: Program) -> list[str]:
    """The profiles that a rule looks into."""
    return list(dict.fromkeys(read.profile for read in program.checked.reads))


class KnownColumns:
    """The columns of a frame with the facts that one rule needs."""

    def __init__(self, profile_map: ProfileMap, facts: PolarsFacts, program: Program) -> None:
        self.map = profile_map
        self.facts = facts
        self.names = [name for name in places(program) if profile_map.named(name) is not None]
        self.items = item_uses(program)
        self.uses: dict[str, Use] = {}
        wanted: dict[str, tuple[Column, Use]] = {}
        for name, use in uses(program):
            column = profile_map.named(name)
            if column is not None and self.uses.get(name) != "added":
                self.uses[name] = use
                wanted[f"{name} {use}"] = column, use
        facts.learn(wanted)

    def named(self, name: str) -> Column | None:
        """The column of a name in the rule."""
        column = self.map.named(name)
        if column is None:
            return None
        profile, _, rest = name.partition(".")
        if rest == "lineItems" and column.kind == "list" and column.type.item is not None:
            return self.facts.items_of(column, self.items.get(profile, {}))
        return self.facts.of(column, self.uses.get(name))

    def absent(self, profile: str) -> Column | None:
        """The struct column of a profile that may be missing in some rows."""
        return self.map.absent(profile, self.names)


def _readable(column: Column) -> pl.Expr:
    """A cell that polars can hand out: of times outside the calendar, their number."""
    cell = cell_of(column)
    if column.kind in ("instant", "naive"):
        return cell.dt.cast_time_unit("us").to_physical()
    return cell.cast(pl.String) if column.kind == "text" else cell


def _as_dates(cells: list[Cell]) -> Callable[[tuple[object, ...]], tuple[object, ...]]:
    """Microseconds as the times that they stand for."""
    times = {at: cell.type.kind == "instant" for at, cell in enumerate(cells) if cell.type.kind in ("instant", "naive")}

    def convert(row: tuple[object, ...]) -> tuple[object, ...]:
        if not times:
            return row
        return tuple(_time(value, times[at]) if at in times else value for at, value in enumerate(row))

    return convert


def _time(micros: object, aware: bool) -> object:
    if not isinstance(micros, int):
        return micros
    try:
        instant: datetime = EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return micros * 1000  # as milliseconds it lies outside the calendar as well, and does not fit
    return instant.astimezone(UTC) if aware else instant.replace(tzinfo=None)
