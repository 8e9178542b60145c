"""How sentences and reports write dates and times of day, whatever the locale."""

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


def month_phrase(day: date, *, year: bool = True) -> str:
    """A month in short, as the axis of a chart has it.

    >>> month_phrase(date(2025, 5, 27)), month_phrase(date(2025, 5, 27), year=False)
    ('May 2025', 'May')
    """
    month = MONTHS[day.month - 1][:3]
    return f"{month} {day.year}" if year else month


def clock_text(moment: datetime, *, seconds: bool = True) -> str:
    """A moment in columns that line up, by the clock it has.

    >>> clock_text(datetime(2025, 5, 1, 9)), clock_text(datetime(2025, 5, 1, 9), seconds=False)
    ('2025-05-01 09:00:00', '2025-05-01 09:00')
    """
    return f"{moment:%Y-%m-%d %H:%M:%S}" if seconds else f"{moment:%Y-%m-%d %H:%M}"
