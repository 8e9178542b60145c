"""Texts that mean something else: numbers, bounds and dates in quotes. Read alike by checker and evaluators."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_DIGITS = 1000
"""Digits that a number in the data may have on either side of its point."""

NUMBER_PATTERN = r"-?[0-9]+(\.[0-9]*)?"
DATE_PATTERN = (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"([T ]([0-9]{2}):([0-9]{2})(:([0-9]{2})(\.([0-9]+))?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
"""What a number and a date in quotes look like, as a pattern that JSON Schema has too."""

_is_number = re.compile(NUMBER_PATTERN).fullmatch
_is_date = re.compile(DATE_PATTERN).fullmatch


def is_number_text(text: str) -> bool:
    """Whether a text is a number: an optional minus and a NUMBER, no blanks, at most 1,000 digits on either side.

    >>> is_number_text("-12.50"), is_number_text("1e3"), is_number_text(" 5")
    (True, False, False)
    """
    if _is_number(text) is None:
        return False
    whole, _, fraction = text.removeprefix("-").partition(".")
    return len(whole) <= MOST_DIGITS and len(fraction) <= MOST_DIGITS


def split_bounds(text: str) -> tuple[str, ...] | None:
    """The bounds in `"100,400,600"` as texts, or None when one of them is no number.

    >>> split_bounds("100,400,600"), split_bounds("100;400")
    (('100', '400', '600'), None)
    """
    parts = tuple(text.split(","))
    return parts if all(is_number_text(part) for part in parts) else None


class DateFields(NamedTuple):
    """A date text taken apart. Hour to nanosecond are 0 when the text has none; the offset is None then, too."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    fraction: str  # the digits after the point of the seconds, "" for none
    has_time: bool
    offset: int | None  # minutes east of UTC


def date_fields(text: str) -> DateFields | None:
    """A text `YYYY-MM-DD[T or blank hh:mm[:ss[.f]]][Z or ±hh[:]mm]` taken apart; None when it is no such date.

    >>> date_fields("2024-02-29T10:30+05:30").offset
    330
    >>> date_fields("2023-02-29")
    """
    found = _is_date(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[i] or 0) for i in (1, 2, 3, 5, 6, 8))
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    has_time, zone = found[4] is not None, found[11]
    offset: int | None = None
    if zone is not None:
        if not has_time:
            return None
        offset = _offset(zone)
        if offset is None:
            return None
    return DateFields(year, month, day, hour, minute, second, found[10] or "", has_time, offset)


def _offset(zone: str) -> int | None:
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def days_in_month(year: int, month: int) -> int:
    """How many days a month has, by the Gregorian calendar.

    >>> days_in_month(2024, 2), days_in_month(1900, 2)
    (29, 28)
    """
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
