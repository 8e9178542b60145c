"""Methods of dates: parts, differences, moments, windows of the day. All by the clock of the rule's time zone."""

from __future__ import annotations

from dataclasses import replace

from targetexpr.lang.functions.model import Example, Function, Limits, Overload, Parameter, TestPhrase, overload
from targetexpr.lang.functions.values import IGNORED, IS_DATE
from targetexpr.lang.types import BOOLEAN, DATE, INTEGER, STRING

_OTHER = Parameter(name="otherDate", type=DATE)
_YMD = (
    Parameter(name="year", type=INTEGER, role="year"),
    Parameter(name="month", type=INTEGER, role="month"),
    Parameter(name="day", type=INTEGER, role="day"),
)
_HMS = (
    Parameter(name="hour", type=INTEGER, role="hour"),
    Parameter(name="minute", type=INTEGER, role="minute"),
    Parameter(name="second", type=INTEGER, role="second"),
)
_NOT_NEGATIVE = (0, None)
_SINCE = "the days between {receiver} and {moment}"
_TO_ANNIVERSARY = "the days from {argument} to the nearest anniversary of {receiver}"
_DIFF = (
    overload(_OTHER, result=INTEGER, noun=_TO_ANNIVERSARY),
    overload(*_YMD, result=INTEGER, noun=_SINCE),
)
_DAYS_BETWEEN = (
    replace(_DIFF[0], subject="the days between {receiver} and {argument}", noun=None),
    _DIFF[1],
)
_MOMENT = (overload(*_YMD, *_HMS, result=BOOLEAN), overload(*_YMD, result=BOOLEAN))
_STRAY = (overload(IGNORED, result=BOOLEAN, required=0),)


def _example(call: str, date: str | None, result: bool | int, other: str | None = None) -> Example:
    context: dict[str, object] = {"currentTxn": {"date": date}}
    if other is not None:
        context["currentCustomer"] = {"joinDate": other}
    return Example(expression=f"currentTxn.date.{call}", context=context, result=result)


def _phrase(holds: str, fails: str, must: str, must_not: str) -> TestPhrase:
    return TestPhrase(holds=holds, fails=fails, must=must, must_not=must_not, joint=", ")


_WEEKDAY = _phrase("a weekday", "not a weekday", "be a weekday", "be on the weekend")
_WEEKEND = _phrase("on the weekend", "not on the weekend", "be on the weekend", "be a weekday")
_AFTER = _phrase("after {moment}", "not after {moment}", "be after {moment}", "be no later than {moment}")
_BEFORE = _phrase("before {moment}", "not before {moment}", "be before {moment}", "be no earlier than {moment}")


def _between(window: str) -> TestPhrase:
    return _phrase(f"between {window}", f"not between {window}", f"be between {window}", f"be outside {window}")


def _date(
    name: str,
    overloads: tuple[Overload, ...],
    doc: str,
    *examples: Example,
    phrase: TestPhrase | None = None,
    limits: Limits | None = None,
    habits: tuple[tuple[str, str], ...] = (),
    choice: str | None = None,
    part: bool = False,
) -> Function:
    return Function(
        name=name,
        receiver="date",
        overloads=overloads,
        doc=doc,
        meaning=name,
        phrase=phrase,
        limits=limits,
        habits=habits,
        examples=examples,
        choice=choice,
        part=part,
    )


def _part(noun: str) -> tuple[Overload, ...]:
    return (overload(result=INTEGER, noun=noun),)


def _window(*names: str) -> Overload:
    roles = {"fromHour": "hour", "toHour": "end-hour", "fromMinute": "minute", "toMinute": "minute"}
    return overload(
        *(Parameter(name=name, type=INTEGER, role=roles[name]) for name in names),  # type: ignore[arg-type]
        result=BOOLEAN,
    )


DATE_METHODS: tuple[Function, ...] = (
    _date(
        "day",
        _part("the day of the week of {receiver} (Sunday is 1)"),
        "Day of the week: Sunday is 1, Saturday is 7.",
        _example("day()", "2025-05-27", 3),
        _example("day()", "2025-05-25", 1),
        limits=(1, 7),
        choice="One example calls 3 and 2 Wednesday and Tuesday; the main page counts from Sunday = 1.",
        part=True,
    ),
    _date(
        "dayOfMonth",
        _part("the day of the month of {receiver}"),
        "Day of the month, from 1.",
        _example("dayOfMonth()", "2025-05-27", 27),
        limits=(1, 31),
        part=True,
    ),
    _date(
        "month",
        _part("the month of {receiver}"),
        "Month of the year, from 1.",
        _example("month()", "2025-05-27", 5),
        limits=(1, 12),
        choice="The base is not stated; isAfter(2023,07,05,…) counts months from 1, and so does this.",
        part=True,
    ),
    _date(
        "year",
        _part("the year of {receiver}"),
        "Calendar year.",
        _example("year()", "2025-05-27", 2025),
        part=True,
    ),
    _date(
        "dateDiff",
        _DAYS_BETWEEN,
        "Calendar days between the two dates, never negative.",
        _example("dateDiff(currentCustomer.joinDate)", "2025-05-27T01:00", 7, "2025-05-20T23:00"),
        _example("dateDiff(2025,5,1)", "2025-05-27", 26),
        limits=_NOT_NEGATIVE,
        choice="A page speaks of days, months or years by the arguments; the unit is always days, as in its examples.",
    ),
    _date(
        "daysDiff",
        _DIFF,
        "Days from the given date to the nearest anniversary of this one, the year left out; "
        "given as year, month, day: calendar days, the year counted.",
        _example("daysDiff(currentCustomer.joinDate)", "1990-12-30", 3, "2025-01-02"),
        _example("daysDiff(2025,5,1)", "2025-05-27", 26),
        limits=_NOT_NEGATIVE,
        choice="The main page leaves the year out, the user-group page counts plain days and gives year, month, day: "
        "each form keeps the meaning of its page.",
    ),
    _date(
        "daysDiffFromString",
        (
            overload(
                Parameter(name="dateText", type=STRING, role="date-text"),
                result=INTEGER,
                noun="the days from {name} to the nearest anniversary of {receiver}",
            ),
        ),
        "As daysDiff, against a date that is held as a string: the year is left out.",
        _example('daysDiffFromString("2025-01-02")', "1990-12-30", 3),
        limits=_NOT_NEGATIVE,
        choice="Another page reads it as plain days; the main page leaves the year out.",
    ),
    _date(
        "minutesDiff",
        (overload(_OTHER, result=INTEGER, noun="the minutes between {receiver} and {argument}"),),
        "Whole minutes between the two moments, never negative, rounded down.",
        _example("minutesDiff(currentCustomer.joinDate)", "2025-05-27T10:00:59", 59, "2025-05-27T09:01:00"),
        limits=_NOT_NEGATIVE,
    ),
    _date(
        "isAfter",
        _MOMENT,
        "Whether the moment is later than the given one; without a time of day, than midnight of that day.",
        _example("isAfter(2023,07,05,00,00,00)", "2023-07-05T00:00:01", True),
        _example("isAfter(2023,7,5)", "2023-07-05", False),
        phrase=_AFTER,
        habits=(
            ("after", "To compare dates, write `.isAfter(year,month,day)`."),
            ("isBetween", "To test a range of dates, join `.isAfter(...)` and `.isBefore(...)` with `&&`."),
        ),
        choice="Six arguments on the main page, three on another: both are accepted. Strictly later.",
    ),
    _date(
        "isBefore",
        _MOMENT,
        "Whether the moment is earlier than the given one; without a time of day, than midnight of that day.",
        _example("isBefore(2025,12,31,23,59,59)", "2025-12-31", True),
        _example("isBefore(2025,1,1)", "2025-01-01", False),
        phrase=_BEFORE,
        habits=(("before", "To compare dates, write `.isBefore(year,month,day)`."),),
        choice="Shown for user groups only, but every date has every date method.",
    ),
    _date(
        "isHourBetween",
        (_window("fromHour", "toHour"),),
        "Whether the time of day lies in the window: the start belongs to it, the end does not; "
        "a window may run over midnight, 24 stands for its end.",
        _example("isHourBetween(16,20)", "2025-05-27T16:00", True),
        _example("isHourBetween(16,20)", "2025-05-27T20:00", False),
        _example("isHourBetween(22,2)", "2025-05-27T01:59", True),
        phrase=_between("{0}:00 and {1}:00"),
        habits=(("hour", "To test the time of day, write `.isHourBetween(from,to)` or `.isTimeBetween(h,m,h,m)`."),),
        choice="Whether the ends belong to the window is not stated. Equal ends hold no time at all.",
    ),
    _date(
        "isTimeBetween",
        (_window("fromHour", "fromMinute", "toHour", "toMinute"),),
        "As isHourBetween, to the minute.",
        _example("isTimeBetween(17,30,21,0)", "2025-05-27T17:30", True),
        _example("isTimeBetween(17,30,21,0)", "2025-05-27T21:00", False),
        phrase=_between("{0}:{1:0>2} and {2}:{3:0>2}"),
    ),
    _date(
        "isWeekday",
        _STRAY,
        "Whether it is Monday to Friday.",
        _example("isWeekday()", "2025-05-27", True),
        phrase=_WEEKDAY,
    ),
    _date(
        "isWeekend",
        _STRAY,
        "Whether it is Saturday or Sunday.",
        _example("isWeekend()", "2025-05-25", True),
        phrase=_WEEKEND,
    ),
    _date(
        "isValid",
        _STRAY,
        "Whether a valid date was passed.",
        _example("isValid()", "2025-05-27", True),
        _example("isValid()", "soon", False),
        _example("isValid()", None, False),
        phrase=IS_DATE,
    ),
)
