"""Nodes that are dates, and their methods: parts and days by the local clock, comparisons and minutes by instants."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from targetexpr.lang.nodes import Conditional
from targetexpr.running.meanings.dates import calendar_day, day_of_text, minute_of_day, moment_of
from targetexpr.running.program import LookUp, ReadAttribute
from targetexpr.tables.columns import Column
from targetexpr.tables.numbers import Numbers
from targetexpr.tables.polynomials import E, Polynomial
from targetexpr.tables.vocabulary import DatePart

_MOST_DAYS = 4_000_000.0
_MOST_MINUTES = 6e9
_DATES = frozenset(("instant", "naive", "day", "int", "text"))
"""What a column of dates may hold."""


class Dates(Numbers[E]):
    """Dates by the clock of the rule's zone."""

    def instant(self, index: int) -> E:
        """A node as an instant in UTC."""
        return self._instant(index, clock=False)

    def _instant(self, index: int, *, clock: bool) -> E:
        match self.program.operations.get(index):
            case ReadAttribute(profile=profile, name=name):
                return self.instants_of(self.column(f"{profile}.{name}", index), clock=clock)
            case LookUp():
                return self.instants_of(self.looked_up(index), clock=clock)
        if isinstance(self.program.nodes[index], Conditional):
            condition, *branches = self.program.operands[index]
            then, otherwise = (self._instant(branch, clock=clock) for branch in branches)
            return self.words.choose(self.boolean(condition), then, otherwise)
        raise self.refusal("this date has no form in columns", index)

    def instants_of(self, column: Column, *, clock: bool) -> E:
        """The dates of a column; `clock` says that they are asked for what the local clock shows.

        Rows in which the engine's clock may differ from Python's are doubts.
        """
        if column.kind not in _DATES:
            return self.words.null_instant()
        clock = clock or column.kind not in ("instant", "int")  # what the others hold was read off a clock
        if not (column.date.certain if clock else column.date.in_calendar):
            self.doubts.append(self.words.is_uncertain(column, clock=clock))
        return self.words.instant(column)

    def _local(self, index: int) -> E:
        return self.words.local(self._instant(index, clock=True))

    def _parts(self, operands: tuple[int, ...]) -> tuple[int | Decimal, ...]:
        """The literals of parts of dates and times."""
        values = []
        for operand in operands:
            if operand not in self.program.constants:
                raise self.refusal("parts of dates and times must be literals", operand)
            values.append(cast("int | Decimal", self.program.constants[operand]))
        return tuple(values)

    # ---- numbers

    def date_number(self, index: int, meaning: str, operands: tuple[int, ...]) -> Polynomial:
        """A part of a date, or a difference of two."""
        words, receiver = self.words, operands[0]
        match meaning:
            case "day" | "dayOfMonth" | "month" | "year":
                part: DatePart = meaning
                return self.integer(words.part(part, self._local(receiver)), 9999.0)
            case "dateDiff" | "daysDiff" if len(operands) == 4:
                day = calendar_day(self.zone, self._parts(operands[1:]))
                if day is None:
                    return self.nothing()
                days = words.days_between(words.date_of(self._local(receiver)), words.day(day))
                return self.integer(days, _MOST_DAYS)
            case "dateDiff":
                one, other = (words.date_of(self._local(operand)) for operand in operands)
                return self.integer(words.days_between(one, other), _MOST_DAYS)
            case "daysDiff":
                born, on = (words.date_of(self._local(operand)) for operand in operands)
                return self.integer(words.days_to_anniversary(born, on), 400.0)
            case "daysDiffFromString":
                text = self.constant_text(operands[1], "a date in a string must be a literal")
                found = day_of_text(self.zone, text)
                if found is None:
                    return self.nothing()
                born = words.date_of(self._local(receiver))
                return self.integer(words.days_to_anniversary(born, words.day(found)), 400.0)
            case "minutesDiff":
                minutes = words.minutes_between(self.instant(receiver), self.instant(operands[1]))
                return self.integer(minutes, _MOST_MINUTES)
        raise self.refusal(f"`{meaning}` has no form in columns", index)

    # ---- tests

    def date_test(self, index: int, meaning: str, operands: tuple[int, ...]) -> E:
        """A weekday, a moment or a window of the clock."""
        words, receiver = self.words, operands[0]
        match meaning:
            case "isWeekday" | "isWeekend":
                day = words.part("day", self._local(receiver))
                weekend = words.any([words.compare("==", day, words.whole(number)) for number in (1, 7)])
                return weekend if meaning == "isWeekend" else words.negation(weekend)
            case "isAfter" | "isBefore":
                at = moment_of(self.zone, self._parts(operands[1:]))
                instant = self.instant(receiver)
                if at is None:
                    return words.null_truth()
                return words.compare(">" if meaning == "isAfter" else "<", instant, words.moment(at))
            case "isHourBetween" | "isTimeBetween":
                return self._window(receiver, self._parts(operands[1:]), hours=meaning == "isHourBetween")
        raise self.refusal(f"`{meaning}` has no form in columns", index)

    def _window(self, receiver: int, parts: tuple[int | Decimal, ...], *, hours: bool) -> E:
        words = self.words
        from_hour, from_minute, to_hour, to_minute = (parts[0], 0, parts[1], 0) if hours else parts
        start, end = minute_of_day(from_hour, from_minute), minute_of_day(to_hour, to_minute, end=True)
        now = words.minute_of_day(self._local(receiver))
        if start is None or end is None:
            return words.null_truth()
        from_start, to_end = words.compare(">=", now, words.whole(start)), words.compare("<", now, words.whole(end))
        return words.all([from_start, to_end]) if start <= end else words.any([from_start, to_end])
