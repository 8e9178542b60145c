"""Cycles and days on the calendar: where the k-th cycle begins and ends, as days or as instants of a local clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from targetexpr.targets.model.enums import FrequencyType

_DAYS = {FrequencyType.DAILY: 1, FrequencyType.WEEKLY: 7, FrequencyType.CUSTOM: 1}
_MONTHS = {
    FrequencyType.MONTHLY: 1,
    FrequencyType.QUARTERLY: 3,
    FrequencyType.HALF_YEARLY: 6,
    FrequencyType.YEARLY: 12,
}


def step(anchor: date, kind: FrequencyType, frequency: int, k: int) -> date:
    """The first day of the k-th cycle, counted from 0 and always from the anchor, clamped to the end of its month.

    A frequency of 0 means 1; for CUSTOM, which counts days, it is an error, as negative ones are: ValueError.

    >>> [step(date(2024, 1, 31), FrequencyType.MONTHLY, 1, k).isoformat() for k in (1, 2)]
    ['2024-02-29', '2024-03-31']
    """
    if frequency < 0 or (frequency == 0 and kind is FrequencyType.CUSTOM):
        raise ValueError(f"cycles of {frequency} days make no calendar" if not frequency else "a negative frequency")
    times = k * max(frequency, 1)
    try:
        if kind in _DAYS:
            return anchor + timedelta(days=_DAYS[kind] * times)
        years, month = divmod(anchor.month - 1 + _MONTHS[kind] * times, 12)
        year = anchor.year + years
        return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        raise ValueError("the cycles run past the end of the calendar") from None


def cycles(anchor: date, kind: FrequencyType, frequency: int, count: int) -> list[tuple[date, date]]:
    """First and last day of `count` cycles back to back. Raises ValueError as `step` does.

    >>> [(str(a), str(b)) for a, b in cycles(date(2024, 1, 31), FrequencyType.QUARTERLY, 1, 1)]
    [('2024-01-31', '2024-04-29')]
    """
    starts = [step(anchor, kind, frequency, k) for k in range(count + 1)]
    return [(start, after - timedelta(days=1)) for start, after in pairwise(starts)]


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which a local day begins; at the ends of the calendar one that every zone can write."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return _FIRST if day < _LAST.date() else _LAST


_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def day_after(day: date) -> date:
    """The next day; the last one of the calendar, which means "never", is its own.

    >>> day_after(date(2024, 2, 28)), day_after(date.max) == date.max
    (datetime.date(2024, 2, 29), True)
    """
    return day if day == date.max else day + timedelta(days=1)


def cycle_instant(anchor: datetime, unit: FrequencyType, frequency: int, number: int, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which cycle `number` (the first is 0) of a customer begins whose anchor is `anchor`.

    Days have 24 hours; months go by the calendar of `zone` and keep the time of day. Always from the anchor, so that a
    month end does not drift. Raises ValueError past the end of the calendar and for frequencies that make no cycles.

    >>> cycle_instant(datetime(2024, 1, 31, 9, tzinfo=UTC), FrequencyType.MONTHLY, 1, 1, UTC).isoformat()
    '2024-02-29T09:00:00+00:00'
    """
    local = anchor.astimezone(zone)
    day = step(local.date(), unit, frequency, number)
    try:
        if unit in _DAYS:
            return anchor + (day - local.date())
        return anchor if day == local.date() else datetime.combine(day, local.time(), zone).astimezone(UTC)
    except OverflowError:
        raise ValueError("the cycles run past the end of the calendar") from None
