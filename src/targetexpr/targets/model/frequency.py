"""Cycles of a calendar window: where the k-th begins and ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
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
