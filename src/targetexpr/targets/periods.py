"""Arithmetic of cycles: months clamped to their end, periods from an anchor, cycles from an instant.

Everything is counted from the anchor, never from the cycle before, so that a month end does not drift.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from targetexpr.targets.spelling import FrequencyType

MONTHS = {
    FrequencyType.MONTHLY: 1,
    FrequencyType.QUARTERLY: 3,
    FrequencyType.HALF_YEARLY: 6,
    FrequencyType.YEARLY: 12,
}
DAYS = {FrequencyType.DAILY: 1, FrequencyType.WEEKLY: 7, FrequencyType.CUSTOM: 1}


def cycle_length(unit: FrequencyType, frequency: int | None) -> int:
    """How many units a cycle has. None and 0 stand for 1, except that CUSTOM counts days and needs a number.

    Raises ValueError for a negative frequency, and for CUSTOM without one.
    """
    if frequency is not None and frequency < 0:
        raise ValueError(f"a frequency of {frequency} makes no cycles; it must be 1 or more")
    if frequency:
        return frequency
    if unit is FrequencyType.CUSTOM:
        raise ValueError(
            "CUSTOM cycles without a frequency have no length; give the number of days, or list the periods"
        )
    return 1


def add_months(day: date, months: int) -> date:
    """So many months later, on the last day of the month where it is shorter.

    >>> add_months(date(2024, 1, 31), 1), add_months(date(2024, 1, 31), 2)
    (datetime.date(2024, 2, 29), datetime.date(2024, 3, 31))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cycle_day(anchor: date, unit: FrequencyType, length: int, number: int) -> date:
    """The first day of cycle `number` (the first is 0), `length` units long each, counted from the anchor."""
    if unit in MONTHS:
        return add_months(anchor, MONTHS[unit] * length * number)
    return anchor + timedelta(days=DAYS[unit] * length * number)


def generate_periods(
    anchor: date, unit: FrequencyType, frequency: int | None, count: int
) -> Iterator[tuple[date, date]]:
    """First and last day of `count` cycles back to back.

    Raises ValueError when the frequency makes no cycles, OverflowError past the end of the calendar.

    >>> next(generate_periods(date(2024, 1, 31), FrequencyType.QUARTERLY, 1, 4))
    (datetime.date(2024, 1, 31), datetime.date(2024, 4, 29))
    """
    length = cycle_length(unit, frequency)
    for number in range(count):
        following = cycle_day(anchor, unit, length, number + 1)
        yield cycle_day(anchor, unit, length, number), following - timedelta(days=1)


def cycle_instant(anchor: datetime, unit: FrequencyType, length: int, number: int, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which cycle `number` of a customer begins whose first record is at `anchor`.

    Days have 24 hours; months go by the calendar of `zone` and keep the time of day.
    """
    if unit not in MONTHS:
        return anchor + timedelta(days=DAYS[unit] * length * number)
    local = anchor.astimezone(zone)
    day = add_months(local.date(), MONTHS[unit] * length * number)
    return datetime.combine(day, local.time(), zone).astimezone(UTC) if number else anchor


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which a local day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
