"""How sentences write dates and times of day: `27 May 2025 18:30`, whatever the locale."""

from __future__ import annotations

from datetime import date, datetime, time

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def date_phrase(day: date) -> str:
    """A day, with the time of day when it is not midnight.

    >>> date_phrase(date(2025, 5, 27)), date_phrase(datetime(2025, 5, 27, 18, 30)), date_phrase(datetime(2025, 5, 1))
    ('27 May 2025', '27 May 2025 18:30', '1 May 2025')
    """
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if isinstance(day, datetime) and day.time().replace(microsecond=0) != time():
        return f"{words} {day:%H:%M:%S}" if day.second else f"{words} {day:%H:%M}"
    return words
