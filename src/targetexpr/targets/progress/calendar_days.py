"""Instants of windows: where a local day begins, and a customer's cycles from the first record on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from targetexpr.targets.model.enums import FrequencyType
from targetexpr.targets.model.frequency import step

_BY_DAYS = (FrequencyType.DAILY, FrequencyType.WEEKLY, FrequencyType.CUSTOM)


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
        if unit in _BY_DAYS:
            return anchor + (day - local.date())
        return anchor if day == local.date() else datetime.combine(day, local.time(), zone).astimezone(UTC)
    except OverflowError:
        raise ValueError("the cycles run past the end of the calendar") from None
