"""Rows of a table as the contexts of a rule: for those that columns cannot decide, the rule itself does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from targetexpr.running.coercion import is_nan
from targetexpr.running.program import Program
from targetexpr.tables.clocks import EPOCH
from targetexpr.tables.columns import Column, ColumnType
from targetexpr.tables.mapping import ProfileMap, places

Context = dict[str, object]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where the value of a column belongs in a context: the profile `currentTxn`, then `value`.

    What a method gives lies below its name, under one argument after the other.
    """

    profile: str
    steps: tuple[str, ...]
    type: ColumnType


@dataclass(frozen=True, slots=True, kw_only=True)
class RowColumns:
    """What is read of a row that goes to the rule itself: columns, then whether structs are missing."""

    cells: list[Cell]  # of the columns, in their order
    columns: list[Column]
    structs: list[Column]
    absent: dict[str, int]  # by profile, where among all of these it stands that its struct is missing


def row_columns(program: Program, map: ProfileMap) -> RowColumns:
    """The columns that a rule reads of a row."""
    where = places(program)
    found = {name: column for name in where if (column := map.named(name)) is not None}
    cells = [Cell(*where[name], column.type) for name, column in found.items()]
    structs = {
        profile: struct
        for profile in dict.fromkeys(cell.profile for cell in cells)
        if (struct := map.absent(profile, list(found))) is not None
    }
    absent = {profile: place for place, profile in enumerate(structs, len(cells))}
    return RowColumns(cells=cells, columns=list(found.values()), structs=list(structs.values()), absent=absent)


def contexts(
    rows: Iterable[Sequence[object]], cells: Sequence[Cell], absent: Mapping[str, int], profiles: Iterable[str]
) -> Iterable[Context]:
    """One context for each row of values, one value for each cell.

    `absent` says for profiles that may be missing which value of the row tells so.
    """
    names = list(profiles)
    for row in rows:
        context: Context = {name: {} for name in names}
        for place, value in zip(cells, row, strict=False):
            _put(context[place.profile], place.steps, plain_value(value, place.type))
        for profile, at in absent.items():
            if row[at] is True:
                context[profile] = None
        yield context


def _put(target: object, steps: tuple[str, ...], value: object) -> None:
    for step in steps[:-1]:
        assert isinstance(target, dict)
        target = target.setdefault(step, {})
    assert isinstance(target, dict)
    target[steps[-1]] = value


def plain_value(value: object, type_: ColumnType) -> object:
    """A value of a table as a context has it: no NaN, and maps as dicts."""
    if is_nan(value):
        return None
    if isinstance(value, list) and type_.item is not None:
        item = type_.item
        if type_.kind == "map":
            return {one["key"]: plain_value(one["value"], item) for one in value if one is not None}
        return [plain_value(one, item) for one in value]
    if isinstance(value, dict):
        inner = type_.item or type_  # the values of a map are all of one type
        return {key: plain_value(one, type_.fields.get(key, inner)) for key, one in value.items()}
    return value


def decide(evaluate: Callable[[object], object], found: Iterable[Context]) -> list[bool | None]:
    """The verdicts of contexts: true, false or null."""
    return [value if isinstance(value, bool) else None for value in map(evaluate, found)]


def profiles_of(program: Program) -> list[str]:
    """The profiles that a rule looks into."""
    return list(dict.fromkeys(read.profile for read in program.checked.reads))


def readable_times(cells: Sequence[Cell]) -> Callable[[tuple[object, ...]], tuple[object, ...]]:
    """Makes the microseconds in a row the times that they stand for."""
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
