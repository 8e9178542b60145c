"""The vocabulary as SQL text, always in parentheses; what differs between engines is in `dialects`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo

from targetexpr.tables.clocks import ANY_CLOCK, Range
from targetexpr.tables.columns import MOST_DIGITS, Column
from targetexpr.tables.dialects import Dialect
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.sql_dates import SqlDates
from targetexpr.tables.vocabulary import Comparison, DatePart

_OPERATORS: Mapping[Comparison, str] = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_PARTS: Mapping[DatePart, str] = {"dayOfMonth": "day", "month": "month", "year": "year"}


class SqlVocabulary:
    """Expressions over the columns of a relation."""

    def __init__(self, zone: tzinfo, dialect: Dialect, certain: Callable[[], Range]) -> None:
        self.dialect = dialect
        self.certain = certain
        self.dates = SqlDates(zone, dialect)

    # ---- logic

    def all(self, terms: Sequence[str]) -> str:
        return f"({' AND '.join(terms)})"

    def any(self, terms: Sequence[str]) -> str:
        return f"({' OR '.join(terms)})"

    def negation(self, term: str) -> str:
        return f"(NOT {term})"

    def truth(self, value: bool) -> str:
        return "TRUE" if value else "FALSE"

    def null_truth(self) -> str:
        return "CAST(NULL AS BOOLEAN)"

    def known(self, term: str) -> str:
        return f"coalesce({term}, FALSE)"

    def is_null(self, value: str) -> str:
        return f"({value} IS NULL)"

    def choose(self, test: str, then: str, otherwise: str) -> str:
        return f"(CASE {test} WHEN TRUE THEN {then} WHEN FALSE THEN {otherwise} END)"

    def only(self, test: str, then: str) -> str:
        return f"(CASE WHEN {test} THEN {then} END)"

    def where_known(self, value: str, truth: bool) -> str:
        return f"(CASE WHEN {value} IS NOT NULL THEN {self.truth(truth)} END)"

    def compare(self, operator: Comparison, left: str, right: str) -> str:
        return f"({left} {_OPERATORS[operator]} {right})"

    # ---- cells

    def cell(self, column: Column) -> str:
        """What a column holds, as it stands in the relation."""
        first, *fields = column.path
        cell = self._field("i", first) if column.in_item else self.name(first)
        for field in fields:
            cell = self._field(cell, field)
        return cell if column.entry is None else self._said(self.dialect.entry, cell, self.text(column.entry))

    def name(self, name: str) -> str:
        """A name of a table or column in quotes."""
        quote = self.dialect.quote
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    def _field(self, struct: str, name: str) -> str:
        return self._said(self.dialect.field, struct, self.name(name), self.text(name))

    def _said(self, template: str, *parts: str) -> str:
        return template.format(*parts)

    def is_missing(self, column: Column) -> str:
        cell = self.cell(column)
        return f"({cell} IS NULL OR isnan({cell}))" if column.kind == "float" else f"({cell} IS NULL)"

    def boolean(self, column: Column) -> str:
        match column.kind:
            case "boolean":
                return self.cell(column)
            case "text":
                return f"(CASE {self._text_of(column)} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END)"
            case _:
                return self.null_truth()

    def string(self, column: Column) -> str:
        return self._text_of(column) if column.kind in ("text", "int") else self.null_text()

    def _text_of(self, column: Column) -> str:
        return f"CAST({self.cell(column)} AS {self.dialect.string_type})"

    def double(self, column: Column) -> str:
        match column.kind:
            case "text":
                text = self._text_of(column)
                return self.only(self._said(self.dialect.is_number, text), self._said(self.dialect.to_number, text))
            case "float" if column.type.narrow:
                if self.dialect.name == "spark":
                    raise NotLowerable("floats of 32 bits, which Java writes with more digits than it needs; cast them")
                number = f"CAST({self._text_of(column)} AS DOUBLE)"  # its own shortest decimal
            case "float":
                number = self.cell(column)
            case "int" | "decimal":
                return f"CAST({self.cell(column)} AS DOUBLE)"
            case _:
                return self.null_number()
        return number if column.number.finite else self.only(self._said(self.dialect.is_finite, number), number)

    def integer(self, column: Column) -> str:
        cell = self.cell(column)
        if column.kind == "decimal" and column.type.scale:
            return f"CAST({cell} * {10**column.type.scale} AS BIGINT)"
        return f"CAST({cell} AS BIGINT)"

    def is_long(self, column: Column) -> str:
        text = self._text_of(column)
        digits = self._said(self.dialect.digits, text)
        return f"({self._said(self.dialect.is_number, text)} AND {digits} > {MOST_DIGITS})"

    def instant(self, column: Column) -> str:
        cell = self.cell(column)
        match column.kind:
            case "instant":
                return self._said(self.dialect.to_utc, cell)
            case "naive" | "day":
                return self.dates.of_clock(f"CAST({cell} AS {self.dates.time_type})")
            case "text":
                return self.dates.of_text(self._text_of(column))
            case _:
                return self.dates.of_milliseconds(cell)

    def is_uncertain(self, column: Column, *, clock: bool) -> str:
        within = self.certain() if clock else ANY_CLOCK
        micros = self._said(self.dialect.micros, self.instant(column))
        return f"(NOT ({micros} BETWEEN {self.whole(within.first)} AND {self.whole(within.last)}))"

    # ---- numbers

    def number(self, value: float) -> str:
        text = repr(float(value))
        if self.dialect.name == "spark" or "e" not in text:
            text += self.dialect.exponent
        return f"({text})" if value < 0 else text

    def whole(self, value: int) -> str:
        text = self._said(self.dialect.whole, str(value))
        return f"({text})" if value < 0 else text

    def null_number(self) -> str:
        return "CAST(NULL AS DOUBLE)"

    def plus(self, left: str, right: str) -> str:
        return f"({left} + {right})"

    def minus(self, left: str, right: str) -> str:
        return f"({left} - {right})"

    def times(self, left: str, right: str) -> str:
        return f"({left} * {right})"

    def magnitude(self, number: str) -> str:
        return f"abs({number})"

    def shared(self, number: str) -> str:
        return number  # engines find out

    def definitions(self) -> Mapping[str, str]:
        return {}

    def divide(self, left: str, right: str) -> str:
        return f"({left} / nullif({right}, {self.number(0.0)}))"

    def rounded(self, number: str, scale: int) -> str:
        steps = self._said(self.dialect.round, f"({number} * {self.number(10.0**scale)})")
        return self._said(self.dialect.to_whole, steps)

    def as_double(self, whole: str, scale: int) -> str:
        double = f"CAST({whole} AS DOUBLE)"
        return f"({double} * {self.number(10.0**-scale)})" if scale else double

    def remainder(self, dividend: str, divisor: str | int, *, signed: bool) -> str:
        del signed  # the sign of the dividend, as it is here
        by = self.whole(abs(divisor)) if isinstance(divisor, int) else f"nullif({divisor}, {self.whole(0)})"
        return f"({dividend} % {by})"

    def off_grid(self, number: str, scale: int, most: float) -> str:
        return f"({self.is_off(number, scale)} OR abs({number}) > {self.number(most)})"

    def is_finite(self, number: str) -> str:
        """Whether a double is neither NaN nor an infinity."""
        return self._said(self.dialect.is_finite, number)

    def is_off(self, number: str, scale: int) -> str:
        """Whether a double is no multiple of 10^-scale."""
        power = self.number(10.0**scale)
        return f"({self._said(self.dialect.round, f'({number} * {power})')} / {power} <> {number})"

    def count_true(self, truths: Sequence[str], start: int) -> str:
        return f"({' + '.join([self.whole(start), *(f'CAST({truth} AS BIGINT)' for truth in truths)])})"

    # ---- strings

    def text(self, value: str) -> str:
        if "\0" in value:
            raise NotLowerable("a string with the character NUL")
        for char, written in self.dialect.escapes:
            value = value.replace(char, written)
        return f"'{value}'"

    def null_text(self) -> str:
        return f"CAST(NULL AS {self.dialect.string_type})"

    def join(self, left: str, right: str) -> str:
        return f"({left} || {right})"

    def one_of(self, text: str, values: Sequence[str]) -> str:
        return f"({text} IN ({', '.join(self.text(value) for value in values)}))"

    def contains(self, text: str, part: str) -> str:
        return self._said(self.dialect.contains, text, part)

    def matches(self, text: str, pattern: str, *, in_item: bool) -> str:
        del in_item
        return self._said(self.dialect.matches, text, self.text(self._pattern(pattern)))

    def _pattern(self, pattern: str) -> str:
        """The pattern as the engine reads it: DuckDB runs RE2 itself, Java backtracks."""
        if self.dialect.name == "duckdb":
            if "\\p" in pattern or "\\P" in pattern:
                raise NotLowerable(f"the pattern {pattern!r}, which goes by tables of Unicode")
            return pattern
        from targetexpr.running.regex.to_java import to_java

        translated = to_java(pattern)
        if translated is None:
            raise NotLowerable(f"the pattern {pattern!r}, which Java may take more than linear time for")
        return translated

    # ---- dates

    def null_instant(self) -> str:
        return f"CAST(NULL AS {self.dates.time_type})"

    def moment(self, instant: datetime) -> str:
        return self._said(self.dialect.time_literal, instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f").zfill(26))

    def local(self, instant: str) -> str:
        return self.dates.at_clock(instant)

    def part(self, part: DatePart, local: str) -> str:
        found = self._said(self.dialect.weekday, local) if part == "day" else f"{_PARTS[part]}({local})"
        return f"CAST({found} AS BIGINT)"

    def minute_of_day(self, local: str) -> str:
        return f"CAST(hour({local}) * 60 + minute({local}) AS BIGINT)"

    def date_of(self, local: str) -> str:
        return f"CAST({local} AS DATE)"

    def day(self, value: date) -> str:
        return f"DATE '{value.isoformat()}'"

    def days_between(self, left: str, right: str) -> str:
        return self._said(self.dialect.days_between, left, right)

    def minutes_between(self, left: str, right: str) -> str:
        one, other = (self._said(self.dialect.micros, instant) for instant in (left, right))
        return self._said(self.dialect.minutes, f"abs({one} - {other})")

    def days_to_anniversary(self, born: str, day: str) -> str:
        return self.dates.days_to_anniversary(born, day)

    # ---- line items

    def any_item(self, items: Column, test: str) -> str:
        return self._of_lists(items, self._said(self.dialect.any, self.cell(items), self.known(test)))

    def count_items(self, items: Column, test: str | None) -> str:
        lists = self.cell(items)
        if test is not None:
            lists = self._said(self.dialect.filter, lists, self.known(test))
        return self._of_lists(items, self._said(self.dialect.length, lists))

    def sum_items(self, items: Column, test: str | None, number: str, *, complete: bool) -> str:
        lists = self.cell(items)
        if test is not None:
            lists = self._said(self.dialect.filter, lists, self.known(test))
        numbers = self._said(self.dialect.transform, lists, number)
        total = self._said(self.dialect.total, numbers)
        if not complete:
            total = self.only(f"(NOT {self._said(self.dialect.any, lists, f'({number} IS NULL)')})", total)
        return self._of_lists(items, total)

    def missing_list(self, items: Column) -> str:
        lists = self.cell(items)
        if not items.items.null_items:
            return f"({lists} IS NULL)"
        return f"({lists} IS NULL OR coalesce({self._said(self.dialect.any, lists, '(i IS NULL)')}, FALSE))"

    def _of_lists(self, items: Column, value: str) -> str:
        certain = not items.items.nulls and not items.items.null_items
        return value if certain else self.only(self.negation(self.missing_list(items)), value)

    # ---- entries

    def is_filled(self, entry: Column) -> str:
        match entry.kind:
            case "list":
                return f"coalesce({self._said(self.dialect.length, self.cell(entry))} > 0, FALSE)"
            case "text":
                return f"coalesce({self._text_of(entry)} <> '', FALSE)"
            case _:
                return self.negation(self.is_missing(entry))

    def holds(self, entry: Column, expected: str) -> str:
        if entry.kind != "list":
            return self.compare("==", self.string(entry), expected)
        holds = entry.type.item
        if holds is None or holds.kind not in ("text", "int"):
            return self.truth(False)
        texts = self._said(self.dialect.transform, self.cell(entry), f"CAST(i AS {self.dialect.string_type})")
        return self._said(self.dialect.list_contains, texts, expected)
