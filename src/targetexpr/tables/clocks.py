"""Time zones as engines need them: fixed offsets, names, and the years in which all clocks surely agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_ANCHOR = datetime(2000, 1, 1, tzinfo=UTC)
_FROM, _TO = datetime(1890, 1, 1, tzinfo=UTC), datetime(2110, 1, 1, tzinfo=UTC)

EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
ACROSS_A_CHANGE = timedelta(hours=26)
"""Clocks change by up to 24 hours (Samoa skipped a day), and never twice within so many."""


def microseconds(instant: datetime) -> int:
    """Since 1970 in UTC.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (instant - EPOCH) // MICROSECOND


def fixed_offset(zone: tzinfo) -> timedelta | None:
    """The offset of a zone whose clock never changes; None for others."""
    return zone.utcoffset(None) if isinstance(zone, timezone) else None


def zone_name(zone: tzinfo) -> str:
    """The name that engines know a zone by."""
    assert isinstance(zone, ZoneInfo)
    assert zone.key is not None
    return zone.key


class Range(NamedTuple):
    """From one instant to another, both in microseconds since 1970."""

    first: int
    last: int

    def holds(self, first: int | None, last: int | None) -> bool:
        """Whether all instants from `first` to `last` lie within; of none at all, they do."""
        return first is None or last is None or (self.first <= first and last <= self.last)


CALENDAR = Range(microseconds(EARLIEST), microseconds(LATEST))
"""The years 1 to 9999; instants outside do not fit."""

ANY_CLOCK = Range(microseconds(EARLIEST + timedelta(days=2)), microseconds(LATEST - timedelta(days=2)))
"""What every clock on Earth can show within those years."""


def sure_years() -> Range:
    """The years of which the data of all engines tell the same."""
    return Range(microseconds(datetime(1970, 1, 3, tzinfo=UTC)), microseconds(datetime(2037, 12, 29, tzinfo=UTC)))


def agreement(zone: tzinfo, shown: Callable[[list[int]], list[int]]) -> Range:
    """The instants for which an engine's clock surely shows what Python's does, around the year 2000.

    Both list the changes of clocks, from data of their own. `shown` gives what the engine's clock shows, as
    microseconds since 1970 of that clock. Each change that Python knows is compared, and each week.
    """
    if fixed_offset(zone) is not None:
        return ANY_CLOCK
    instants = sorted({*_weeks(), *_around_changes(zone_name(zone))})
    ours = [_shown(zone, instant) for instant in instants]
    theirs = shown([microseconds(instant) for instant in instants])
    differ = [instant for instant, one, other in zip(instants, ours, theirs, strict=True) if one != other]
    week = timedelta(days=8)
    first = max((instant + week for instant in differ if instant < _ANCHOR), default=_FROM)
    last = min((instant - week for instant in differ if instant >= _ANCHOR), default=_TO - week)
    return Range(microseconds(first), microseconds(last))


def _shown(zone: tzinfo, instant: datetime) -> int:
    return microseconds(instant.astimezone(zone).replace(tzinfo=UTC))


def _weeks() -> list[datetime]:
    return [_FROM + timedelta(days=7 * week) for week in range((_TO - _FROM).days // 7)]


def _around_changes(name: str) -> list[datetime]:
    second = timedelta(seconds=1)
    return [instant for change in changes(name) for instant in (change - second, change)]


@lru_cache(maxsize=64)
def changes(name: str) -> tuple[datetime, ...]:
    """The instants at which the clock of a zone changes, from 1890 to 2110, found by halving weeks.

    >>> [str(change) for change in changes("America/New_York") if change.year == 2024]
    ['2024-03-10 07:00:00+00:00', '2024-11-03 06:00:00+00:00']
    """
    zone = ZoneInfo(name)
    found: list[datetime] = []
    weeks = _weeks()
    offsets = [week.astimezone(zone).utcoffset() for week in weeks]
    for at in range(1, len(weeks)):
        if offsets[at] != offsets[at - 1]:
            found.append(_change(zone, weeks[at - 1], weeks[at]))
    return tuple(found)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
