"""Methods of dates. Parts, calendar days and windows go by the local clock, comparisons and minutes by instants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from targetexpr.lang.functions import ROLE_LIMITS, Role
from targetexpr.lang.literals import days_in_month
from targetexpr.running.coercion import InvalidValue, Number, Value, bind_date, local_instant

_DAYS_IN_400_YEARS = 146_097


def _limits(role: Role) -> tuple[int, int]:
    least, most = ROLE_LIMITS[role]
    assert most is not None
    return least, most


_END_HOUR, _MINUTE = _limits("end-hour"), _limits("minute")
_MOMENT = (_limits("year"), _limits("month"), _limits("day"), _limits("hour"), _MINUTE, _limits("second"))


def local(zone: tzinfo, instant: datetime) -> datetime:
    """What the local clock shows at an instant."""
    return instant.astimezone(zone)


# ---- parts -----------------------------------------------------------------------------------------------------------


def _day(zone: tzinfo, when: datetime) -> int:
    return local(zone, when).isoweekday() % 7 + 1  # Sunday is 1


def _day_of_month(zone: tzinfo, when: datetime) -> int:
    return local(zone, when).day


def _month(zone: tzinfo, when: datetime) -> int:
    return local(zone, when).month


def _year(zone: tzinfo, when: datetime) -> int:
    return local(zone, when).year


def _is_weekday(zone: tzinfo, when: datetime) -> bool:
    return local(zone, when).isoweekday() <= 5


def _is_weekend(zone: tzinfo, when: datetime) -> bool:
    return local(zone, when).isoweekday() > 5


# ---- differences -----------------------------------------------------------------------------------------------------


def _date_diff(zone: tzinfo, when: datetime, *other: datetime | Number) -> int | None:
    """Calendar days between two dates; the other one is a date, or year, month and day."""
    day = calendar_day(zone, other)
    return None if day is None else abs((local(zone, when).date() - day).days)


def _days_diff(zone: tzinfo, when: datetime, *other: datetime | Number) -> int | None:
    """Against a date: days to the nearest anniversary. Against year, month and day: plain calendar days."""
    if len(other) == 3:
        return _date_diff(zone, when, *other)
    day = calendar_day(zone, other)
    return None if day is None else to_anniversary(local(zone, when).date(), day)


def _days_diff_from_string(zone: tzinfo, when: datetime, text: str) -> int | None:
    day = day_of_text(zone, text)
    return None if day is None else to_anniversary(local(zone, when).date(), day)


def day_of_text(zone: tzinfo, text: str) -> date | None:
    """The local day of a date in a string, None when it is none."""
    try:
        other = bind_date(text, zone)
    except InvalidValue:
        return None
    return None if other is None else local(zone, other).date()


def to_anniversary(born: date, day: date) -> int:
    """The least number of days from `day` to an anniversary of `born`, before or after it.

    One of 29 February falls on the 28th in years that lack it, and only in those.

    >>> to_anniversary(date(1990, 12, 30), date(2025, 1, 2)), to_anniversary(date(2000, 2, 29), date(2025, 2, 28))
    (3, 0)
    """
    # The calendar repeats every 400 years: away from its ends, there is always a year before and one after.
    year = 2000 + day.year % 400
    at = date(year, day.month, day.day).toordinal()
    return min(abs(_anniversary(born, year + step) - at) for step in (-1, 0, 1))


def _anniversary(born: date, year: int) -> int:
    return date(year, born.month, min(born.day, days_in_month(year, born.month))).toordinal()


def _minutes_diff(_zone: tzinfo, when: datetime, other: datetime) -> int:
    return abs(when - other) // timedelta(minutes=1)


# ---- moments and windows ---------------------------------------------------------------------------------------------


def _is_after(zone: tzinfo, when: datetime, *parts: Number) -> bool | None:
    moment = moment_of(zone, parts)
    return None if moment is None else when > moment


def _is_before(zone: tzinfo, when: datetime, *parts: Number) -> bool | None:
    moment = moment_of(zone, parts)
    return None if moment is None else when < moment


def _is_hour_between(zone: tzinfo, when: datetime, start: Number, end: Number) -> bool | None:
    return _is_time_between(zone, when, start, 0, end, 0)


def _is_time_between(
    zone: tzinfo, when: datetime, hour: Number, minute: Number, end_hour: Number, end_minute: Number
) -> bool | None:
    """Whether the time of day lies in the window: its start belongs to it, its end does not, midnight is no limit."""
    start, end = minute_of_day(hour, minute), minute_of_day(end_hour, end_minute, end=True)
    if start is None or end is None:
        return None
    at = local(zone, when)
    now = at.hour * 60 + at.minute
    if start <= end:
        return start <= now < end
    return now >= start or now < end


def minute_of_day(hour: Number, minute: Number, *, end: bool = False) -> int | None:
    """An hour and a minute as minutes since midnight; None when no clock shows them. 24:00 is an end only."""
    h, m = _integer(hour, *_END_HOUR), _integer(minute, *_MINUTE)
    if h is None or m is None or (h == 24 and not (end and m == 0)):
        return None
    return h * 60 + m


def moment_of(zone: tzinfo, parts: tuple[Number, ...]) -> datetime | None:
    """Year, month, day and perhaps hour, minute, second as an instant; None when the clock never shows them."""
    numbers: list[int] = []
    for part, (least, most) in zip(parts, _MOMENT, strict=False):
        number = _integer(part, least, most)
        if number is None:
            return None
        numbers.append(number)
    try:
        return local_instant(datetime(*numbers), zone)  # type: ignore[arg-type]
    except (ValueError, OverflowError):  # 30 February; or beyond the calendar once it is in UTC
        return None


def calendar_day(zone: tzinfo, given: tuple[datetime | Number, ...]) -> date | None:
    """The local day of a date, or of year, month and day; None when the calendar lacks it."""
    if len(given) == 1 and isinstance(given[0], datetime):
        return local(zone, given[0]).date()
    numbers = [part for part in given if not isinstance(part, datetime)]
    year, month, day = (_integer(part, *limits) for part, limits in zip(numbers, _MOMENT, strict=False))
    if year is None or month is None or day is None or day > days_in_month(year, month):
        return None
    return date(year, month, day)


def _integer(number: Number, least: int, most: int) -> int | None:
    """A number as an int, None when it is a fraction or outside the limits."""
    if not least <= number <= most:
        return None
    if isinstance(number, Decimal) and number != number.to_integral_value():
        return None
    return int(number)


DATE_MEANINGS: dict[str, Callable[..., Value]] = {
    "day": _day,
    "dayOfMonth": _day_of_month,
    "month": _month,
    "year": _year,
    "isWeekday": _is_weekday,
    "isWeekend": _is_weekend,
    "dateDiff": _date_diff,
    "daysDiff": _days_diff,
    "daysDiffFromString": _days_diff_from_string,
    "minutesDiff": _minutes_diff,
    "isAfter": _is_after,
    "isBefore": _is_before,
    "isHourBetween": _is_hour_between,
    "isTimeBetween": _is_time_between,
}
