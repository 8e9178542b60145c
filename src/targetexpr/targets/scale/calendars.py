"""The calendars of an evaluation, written once, in Python: local days as a shift of instants, and periods by day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.targets.progress.plan import PeriodPlan

_DAY = timedelta(days=1)
_MARGIN = timedelta(days=3)

MOST_DAYS = 100_000
"""Local days for which a calendar is written."""


class Offset(NamedTuple):
    """How far the clock is ahead of UTC, and until when; None: from then on."""

    until: datetime | None
    seconds: int


class Day(NamedTuple):
    """A local day: the position of the active period that it lies in, and of the first that starts after it."""

    day: date
    pos: int | None
    following: int | None


def offsets(zone: tzinfo, first: datetime, last: datetime) -> list[Offset]:
    """The offsets of a clock for all instants between two; clocks never change twice within a day.

    >>> from datetime import UTC
    >>> from zoneinfo import ZoneInfo
    >>> year = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
    >>> [(str(one.until), one.seconds) for one in offsets(ZoneInfo("America/New_York"), *year)][:2]
    [('2024-03-10 07:00:00+00:00', -18000), ('2024-11-03 06:00:00+00:00', -14400)]
    """
    at, end = first - _MARGIN, last + _MARGIN
    known = _offset(zone, at)
    found: list[Offset] = []
    while at < end:
        after = at + _DAY
        then = _offset(zone, after)
        if then != known:
            found.append(Offset(_change(zone, at, after), known))
            known = then
        at = after
    return [*found, Offset(None, known)]


def _offset(zone: tzinfo, at: datetime) -> int:
    shift = at.astimezone(zone).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset of `before` ends."""
    old = _offset(zone, before)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + timedelta(seconds=middle)) == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def local_day(words: SqlVocabulary, clock: Sequence[Offset], instant: str) -> str:
    """The local day of an instant, as SQL."""
    if len(clock) == 1:
        shift = str(clock[0].seconds)
    else:
        cases = " ".join(
            f"WHEN {instant} < {words.moment(one.until)} THEN {one.seconds}" for one in clock if one.until is not None
        )
        shift = f"CASE {cases} ELSE {clock[-1].seconds} END"
    shown = instant if shift == "0" else words.dialect.shift.format(instant, f"({shift})")
    return words.date_of(shown)


def days(periods: Sequence[PeriodPlan], first: date, last: date) -> list[Day]:
    """Every day between two with the active periods around it. Periods are apart, in order; positions count from 1."""
    starts = [period.first for period in periods]
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        place = bisect_right(starts, day)
        inside = place > 0 and day <= periods[place - 1].last
        found.append(Day(day, place if inside else None, place + 1 if place < len(periods) else None))
    return found
