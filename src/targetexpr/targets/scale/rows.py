"""Rows of a table as the records of a group: every member and profile that the table has, each in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from targetexpr.running.program import Program
from targetexpr.tables.columns import Column
from targetexpr.tables.mapping import ProfileMap, places
from targetexpr.tables.rows import Cell, plain_value, readable_times

Record = dict[str, object]

MEMBERS = ("id", "customerId", "type", "date", "storeId", "zoneIds", "conceptIds", "returnOf")
"""What a record has beside its profiles and points, which are columns of their own."""


def member(table: ProfileMap, name: str) -> Column | None:
    """The column of a record's own member, without facts."""
    for column, meant in table.columns.items():
        if name in meant:
            return Column(path=(column,), type=table.types[column])
    return Column(path=(name,), type=table.types[name]) if name in table.types else None


@dataclass(frozen=True, slots=True)
class _Filling:
    """Where the value of a column goes."""

    column: Column
    steps: tuple[str, ...]  # ("id",), ("currentTxn",), ("currentTxn", "value")


class RowReader:
    """Makes the records of rows, which are the values of `columns` in their order.

    A missing value is a missing member. A struct column that is null in a row is a profile that the record does not
    have; columns of the name of an attribute make their profile be there in every row.
    """

    def __init__(self, table: ProfileMap, programs: Iterable[Program]) -> None:
        known = {name: (profile, *steps) for one in programs for name, (profile, steps) in places(one).items()}
        self._fillings = list(_fillings(table, known))
        self.columns = [one.column for one in self._fillings]
        cells = [Cell(one.steps[0], one.steps[1:], one.column.type) for one in self._fillings]
        self.readable: Callable[[tuple[object, ...]], tuple[object, ...]] = readable_times(cells)

    def record(self, row: Sequence[object]) -> Record:
        """The record of a row of values that `readable` was applied to."""
        found: Record = {}
        for filling, value in zip(self._fillings, row, strict=True):
            _put(found, filling.steps, plain_value(value, filling.column.type), filling.column.kind)
        return found


def _fillings(table: ProfileMap, known: dict[str, tuple[str, ...]]) -> Iterable[_Filling]:
    """Those that count most come last: of two columns for one member, the one that stands under its name."""
    bare = table.profile
    structs = [name for name, type_ in table.types.items() if type_.kind in ("struct", "map") and "." not in name]
    if bare is not None:
        for name, type_ in table.types.items():
            if name not in structs and "." not in name:
                yield _Filling(Column(path=(name,), type=type_), (bare, name))
    for name in structs:
        yield _Filling(Column(path=(name,), type=table.types[name]), (name,))
    for name, type_ in table.types.items():
        if name not in structs and (name in MEMBERS or "." in name):
            yield _Filling(Column(path=(name,), type=type_), _steps(name, known))
    for own, names in table.columns.items():
        for name in names:
            yield _Filling(Column(path=(own,), type=table.types[own]), _steps(name, known))


def _steps(name: str, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if name in known:
        return known[name]
    profile, dot, rest = name.partition(".")
    return (profile, rest) if dot else (profile,)


def _put(record: Record, steps: tuple[str, ...], value: object, kind: str) -> None:
    first, *inner = steps
    if not inner:
        if value is None and kind in ("struct", "map"):
            return
        before = record.get(first)
        record[first] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        return
    target = record.setdefault(first, {})
    for step in inner[:-1]:
        if not isinstance(target, dict):
            return
        target = target.setdefault(step, {})
    if isinstance(target, dict) and (value is not None or inner[-1] not in target):
        target[inner[-1]] = value
