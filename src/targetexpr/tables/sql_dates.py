"""Dates in SQL: texts and milliseconds as instants in UTC, and clocks read as Python reads them."""

from __future__ import annotations

from datetime import tzinfo

from targetexpr.tables.clocks import ACROSS_A_CHANGE, CALENDAR, fixed_offset, zone_name
from targetexpr.tables.dialects import Dialect
from targetexpr.tables.errors import NotLowerable

_DATE_TEXT = (
    "([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]+))?)?"
    "(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_GROUPS = ("y", "m", "d", "h", "n", "s", "f", "o")  # of the pattern, in its order
_ACROSS = int(ACROSS_A_CHANGE.total_seconds())


class SqlDates:
    """The dates of one dialect by one clock. Times have no zone; they stand for instants in UTC, or for a clock."""

    def __init__(self, zone: tzinfo, dialect: Dialect) -> None:
        self.zone = zone
        self.dialect = dialect

    @property
    def time_type(self) -> str:
        """The type of times without a zone."""
        return "TIMESTAMP" if self.dialect.name == "duckdb" else "TIMESTAMP_NTZ"

    def at_clock(self, instant: str) -> str:
        """What the clock shows at an instant."""
        offset = fixed_offset(self.zone)
        if offset is not None:
            return self._shifted(instant, int(offset.total_seconds()))
        return self.dialect.at_clock.format(instant, f"'{zone_name(self.zone)}'")

    def of_clock(self, shown: str) -> str:
        """What a clock showed as an instant: the earlier of two, and what it skipped by the clock before the change."""
        offset = fixed_offset(self.zone)
        if offset is not None:
            return self._shifted(shown, -int(offset.total_seconds()))
        name = f"'{zone_name(self.zone)}'"
        # Read a day earlier, before a change if there was one, and by the clock of that day.
        before = self._shifted(self.dialect.of_clock.format(self._shifted("shown", -_ACROSS), name), _ACROSS)
        plain = self.dialect.of_clock.format("shown", name)
        cases = (
            f"(CASE WHEN {self.at_clock('before')} = shown THEN before"
            f" WHEN {self.at_clock(plain)} = shown THEN {plain} ELSE before END)"
        )
        return self._let(shown, "shown", self._let(before, "before", cases))

    def _let(self, value: str, name: str, body: str) -> str:
        return self.dialect.let.format(value, name, body)

    def _shifted(self, time: str, seconds: int) -> str:
        number = f"({seconds})" if seconds < 0 else str(seconds)
        return self.dialect.shift.format(time, number) if seconds else time

    def of_milliseconds(self, number: str) -> str:
        """Whole milliseconds since 1970, null outside the calendar."""
        within = f"{number} BETWEEN ({CALENDAR.first // 1000}) AND {CALENDAR.last // 1000}"
        return f"(CASE WHEN {within} THEN {self.dialect.milliseconds.format(number)} END)"

    def of_text(self, text: str) -> str:
        """Dates in texts, null where a text is none."""
        if self.dialect.name != "duckdb":
            raise NotLowerable("dates in texts; give a column of times or dates")

        def number(name: str) -> str:
            return f"coalesce(TRY_CAST(nullif(parts.{name}, '') AS BIGINT), 0)"

        names = ", ".join(f"'{name}'" for name in _GROUPS)
        parts = f"regexp_extract(text, '^{_DATE_TEXT}$', [{names}])"
        day = "TRY_CAST(concat(parts.y, '-', parts.m, '-', parts.d) AS DATE)"
        hours = "coalesce(TRY_CAST(substr(parts.o, 2, 2) AS BIGINT), 0)"
        minutes = "coalesce(TRY_CAST(right(parts.o, 2) AS BIGINT), 0)"
        fraction = "CAST(rpad(substr(parts.f, 1, 6), 6, '0') AS BIGINT)"
        seconds = f"({number('h')} * 3600 + {number('n')} * 60 + {number('s')})"
        valid = (
            f"regexp_full_match(text, '{_DATE_TEXT}') AND parts.y <> '0000' AND {number('h')} <= 23"
            f" AND {number('n')} <= 59 AND {number('s')} <= 59 AND {hours} <= 23 AND {minutes} <= 59"
        )
        time = f"(CAST({day} AS TIMESTAMP) + to_microseconds({seconds} * 1000000 + {fraction}))"
        east = f"({hours} * 60 + {minutes}) * (CASE WHEN parts.o LIKE '-%' THEN -60000000 ELSE 60000000 END)"
        instant = f"(CASE WHEN parts.o = '' THEN {self.of_clock('time')} ELSE time - to_microseconds({east}) END)"
        checked = f"(CASE WHEN {valid} THEN {time} END)"
        return self._let(text, "text", self._let(parts, "parts", self._let(checked, "time", instant)))

    def days_to_anniversary(self, born: str, day: str) -> str:
        """The least number of days from a day to an anniversary of another one."""
        at = self.dialect.make_date.format("in_year", "month(on_day)", "day(on_day)")
        distances = [
            self.dialect.days_between.format(self._anniversary(f"(in_year + {step})"), at) for step in (-1, 0, 1)
        ]
        known = "born IS NOT NULL AND on_day IS NOT NULL"  # the least of some nulls is no null
        least = f"(CASE WHEN {known} THEN least({', '.join(distances)}) END)"
        in_year = self._let("(2000 + year(on_day) % 400)", "in_year", least)
        return self._let(born, "born", self._let(day, "on_day", in_year))

    def _anniversary(self, year: str) -> str:
        leap = self.dialect.leap_year.format(year)
        late = f"month(born) = 2 AND day(born) = 29 AND NOT {leap}"
        return self.dialect.make_date.format(year, "month(born)", f"(CASE WHEN {late} THEN 28 ELSE day(born) END)")
