"""The vocabulary as polars expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

import polars as pl

from targetexpr.running.regex.search import searcher
from targetexpr.running.regex.to_rust import to_rust
from targetexpr.tables.clocks import ANY_CLOCK
from targetexpr.tables.columns import MOST_DIGITS, Column
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.polars_dates import (
    certain_range,
    instant_of_milliseconds,
    instant_of_text,
    is_outside,
    local_to_instant,
    to_local,
)
from targetexpr.tables.vocabulary import Comparison, DatePart

_T = TypeVar("_T")
_COMPARE: Mapping[Comparison, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NUMBER_TEXT = r"\A-?[0-9]+(?:\.[0-9]*)?\z"


class PolarsVocabulary:
    """Expressions over the columns of a frame."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._shared: dict[str, pl.Expr] = {}

    # ---- logic

    def all(self, terms: Sequence[pl.Expr]) -> pl.Expr:
        return _folded(terms, operator.and_)

    def any(self, terms: Sequence[pl.Expr]) -> pl.Expr:
        return _folded(terms, operator.or_)

    def negation(self, term: pl.Expr) -> pl.Expr:
        return ~term

    def truth(self, value: bool) -> pl.Expr:
        return pl.lit(value)

    def null_truth(self) -> pl.Expr:
        return pl.lit(None, dtype=pl.Boolean)

    def known(self, term: pl.Expr) -> pl.Expr:
        return term.fill_null(False)

    def is_null(self, value: pl.Expr) -> pl.Expr:
        return value.is_null()

    def choose(self, test: pl.Expr, then: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        return pl.when(test).then(then).when(~test).then(otherwise)

    def only(self, test: pl.Expr, then: pl.Expr) -> pl.Expr:
        return pl.when(test).then(then)

    def where_known(self, value: pl.Expr, truth: bool) -> pl.Expr:
        return pl.when(value.is_not_null()).then(pl.lit(truth))

    def compare(self, operator: Comparison, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return _COMPARE[operator](left, right)

    # ---- cells

    def is_missing(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        return cell.is_null() | cell.is_nan().fill_null(False) if column.kind == "float" else cell.is_null()

    def boolean(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        match column.kind:
            case "boolean":
                return cell
            case "text":
                text = cell.cast(pl.String)
                return pl.when(text.is_in(["true", "false"])).then(text == "true")
            case _:
                return _null_like(cell, pl.Boolean())

    def string(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        return cell.cast(pl.String) if column.kind in ("text", "int") else _null_like(cell, pl.String())

    def double(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        match column.kind:
            case "text":
                text = cell.cast(pl.String)
                return pl.when(text.str.contains(NUMBER_TEXT)).then(text.cast(pl.Float64, strict=False))
            case "float" if column.type.narrow:
                number = cell.cast(pl.String).cast(pl.Float64, strict=False)  # its own shortest decimal
            case "float":
                number = cell
            case "int" | "decimal":
                return cell.cast(pl.Float64)
            case _:
                return _null_like(cell, pl.Float64())
        return number if column.number.finite else pl.when(number.is_finite()).then(number)

    def integer(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        return (cell.to_physical() if column.kind == "decimal" else cell).cast(pl.Int64, strict=False)

    def is_long(self, column: Column) -> pl.Expr:
        text = cell_of(column).cast(pl.String)
        digits = text.str.count_matches("[0-9]")
        return text.str.contains(NUMBER_TEXT) & (digits > MOST_DIGITS)

    def instant(self, column: Column) -> pl.Expr:
        cell = cell_of(column)
        match column.kind:
            case "instant":
                return cell.dt.cast_time_unit("us").dt.convert_time_zone("UTC")
            case "naive":
                return local_to_instant(cell.dt.cast_time_unit("us"), self.zone)
            case "day":
                return local_to_instant(cell.cast(pl.Datetime("us")), self.zone)
            case "text":
                return instant_of_text(cell.cast(pl.String), self.zone)
            case _:
                return instant_of_milliseconds(cell)

    def is_uncertain(self, column: Column, *, clock: bool) -> pl.Expr:
        return is_outside(self.instant(column), certain_range(self.zone) if clock else ANY_CLOCK)

    # ---- numbers

    def number(self, value: float) -> pl.Expr:
        return pl.lit(value)

    def whole(self, value: int) -> pl.Expr:
        return pl.lit(value, dtype=pl.Int64)

    def null_number(self) -> pl.Expr:
        return pl.lit(None, dtype=pl.Float64)

    def plus(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return left + right

    def minus(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return left - right

    def times(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return left * right

    def magnitude(self, number: pl.Expr) -> pl.Expr:
        return number.abs()

    def shared(self, number: pl.Expr) -> pl.Expr:
        name = f"\0shared {len(self._shared)}"
        self._shared[name] = number
        return pl.col(name)

    def definitions(self) -> Mapping[str, pl.Expr]:
        return self._shared

    def divide(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        # A column by a literal is multiplied by its reciprocal; within the bound of a quotient all the same.
        return left / right

    def rounded(self, number: pl.Expr, scale: int) -> pl.Expr:
        return (number * 10.0**scale).round().cast(pl.Int64, strict=False)

    def as_double(self, whole: pl.Expr, scale: int) -> pl.Expr:
        double = whole.cast(pl.Float64)
        return double * 10.0**-scale if scale else double

    def remainder(self, dividend: pl.Expr, divisor: pl.Expr | int, *, signed: bool) -> pl.Expr:
        by = pl.lit(abs(divisor), dtype=pl.Int64) if isinstance(divisor, int) else _positive(divisor)
        rest = dividend % by
        # polars' own is never negative
        return pl.when((dividend < 0) & (rest != 0)).then(rest - by).otherwise(rest) if signed else rest

    def off_grid(self, number: pl.Expr, scale: int, most: float) -> pl.Expr:
        return (number.round(scale) != number) | (number.abs() > most)

    def count_true(self, truths: Sequence[pl.Expr], start: int) -> pl.Expr:
        count = pl.lit(start, dtype=pl.Int64)
        for truth in truths:
            count = count + truth.cast(pl.Int64)
        return count

    # ---- strings

    def text(self, value: str) -> pl.Expr:
        return pl.lit(value)

    def null_text(self) -> pl.Expr:
        return pl.lit(None, dtype=pl.String)

    def join(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return left + right

    def one_of(self, text: pl.Expr, values: Sequence[str]) -> pl.Expr:
        return text.is_in(list(values))

    def contains(self, text: pl.Expr, part: pl.Expr) -> pl.Expr:
        return text.str.contains(part, literal=True)

    def matches(self, text: pl.Expr, pattern: str, *, in_item: bool) -> pl.Expr:
        translated = to_rust(pattern)
        if translated is not None:
            return text.str.contains(translated)
        if in_item:
            raise NotLowerable(f"the pattern {pattern!r} on line items")
        return text.map_batches(_by_value(pattern), return_dtype=pl.Boolean())

    # ---- dates

    def null_instant(self) -> pl.Expr:
        return pl.lit(None, dtype=pl.Datetime("us", "UTC"))

    def moment(self, instant: datetime) -> pl.Expr:
        return pl.lit(instant.astimezone(UTC).replace(tzinfo=None), dtype=pl.Datetime("us")).dt.replace_time_zone("UTC")

    def local(self, instant: pl.Expr) -> pl.Expr:
        return to_local(instant, self.zone)

    def part(self, part: DatePart, local: pl.Expr) -> pl.Expr:
        match part:
            case "day":
                return local.dt.weekday().cast(pl.Int64) % 7 + 1
            case "dayOfMonth":
                found = local.dt.day()
            case "month":
                found = local.dt.month()
            case "year":
                found = local.dt.year()
        return found.cast(pl.Int64)

    def minute_of_day(self, local: pl.Expr) -> pl.Expr:
        return local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute().cast(pl.Int64)

    def date_of(self, local: pl.Expr) -> pl.Expr:
        return local.dt.date()

    def day(self, value: date) -> pl.Expr:
        return pl.lit(value)

    def days_between(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return (left.cast(pl.Int32).cast(pl.Int64) - right.cast(pl.Int32).cast(pl.Int64)).abs()

    def minutes_between(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return (left.to_physical() - right.to_physical()).abs() // 60_000_000

    def days_to_anniversary(self, born: pl.Expr, day: pl.Expr) -> pl.Expr:
        year = day.dt.year() % 400 + 2000
        at = pl.date(year, day.dt.month(), day.dt.day())
        distances = [self.days_between(_anniversary(born, year + step), at) for step in (-1, 0, 1)]
        return pl.min_horizontal(*distances)

    # ---- line items

    def any_item(self, items: Column, test: pl.Expr) -> pl.Expr:
        return self._of_lists(items, cell_of(items).list.eval(test.fill_null(False)).list.any())

    def count_items(self, items: Column, test: pl.Expr | None) -> pl.Expr:
        lists = cell_of(items)
        if test is None:
            return self._of_lists(items, lists.list.len().cast(pl.Int64))
        counted = lists.list.eval(test.fill_null(False).cast(pl.Int64)).list.sum()
        return self._of_lists(items, counted)

    def sum_items(self, items: Column, test: pl.Expr | None, number: pl.Expr, *, complete: bool) -> pl.Expr:
        lists = cell_of(items)
        # Zeros for the others: what is worked out element by element takes a third of the time of a filter.
        numbers = lists.list.eval(number if test is None else pl.when(test).then(number).otherwise(pl.lit(0.0)))
        if complete:
            return self._of_lists(items, numbers.list.sum())
        whole = numbers.list.len() == numbers.list.drop_nulls().list.len()
        return self._of_lists(items, pl.when(whole).then(numbers.list.sum()))

    def missing_list(self, items: Column) -> pl.Expr:
        lists = cell_of(items)
        if not items.items.null_items:
            return lists.is_null()
        return lists.is_null() | _null_item(lists).fill_null(False)

    def _of_lists(self, items: Column, value: pl.Expr) -> pl.Expr:
        lists = cell_of(items)
        if not items.items.nulls and not items.items.null_items:
            return value
        there = lists.is_not_null() & ~_null_item(lists) if items.items.null_items else lists.is_not_null()
        return pl.when(there).then(value)

    # ---- entries

    def is_filled(self, entry: Column) -> pl.Expr:
        cell = cell_of(entry)
        match entry.kind:
            case "list":
                return (cell.list.len() > 0).fill_null(False)
            case "text":
                return (cell.cast(pl.String) != "").fill_null(False)
            case _:
                return ~self.is_missing(entry)

    def holds(self, entry: Column, expected: pl.Expr) -> pl.Expr:
        if entry.kind != "list":
            return self.string(entry) == expected
        holds = entry.type.item
        if holds is None or holds.kind not in ("text", "int"):
            return pl.lit(False)
        return cell_of(entry).list.eval(pl.element().cast(pl.String)).list.contains(expected)


def cell_of(column: Column) -> pl.Expr:
    """What a column holds, as it stands in the frame."""
    first, *fields = column.path
    cell = pl.element().struct.field(first) if column.in_item else pl.col(first)
    for field in fields:
        cell = cell.struct.field(field)
    if column.entry is None:
        return cell
    found = pl.element().filter(pl.element().struct.field("key").cast(pl.String) == column.entry)
    return cell.list.eval(found.struct.field("value")).list.last()


def _folded(terms: Sequence[_T], join: Callable[[_T, _T], _T]) -> _T:
    """The terms joined two by two: engines walk the result by recursion, and lists are long."""
    while len(terms) > 1:
        pairs = [join(*terms[at : at + 2]) for at in range(0, len(terms) - 1, 2)]
        terms = [*pairs, terms[-1]] if len(terms) % 2 else pairs
    return terms[0]


def _null_like(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Nulls, as many as there are cells."""
    return pl.when(cell.is_null() & cell.is_not_null()).then(pl.lit(None, dtype=dtype))


def _anniversary(born: pl.Expr, year: pl.Expr) -> pl.Expr:
    """The birthday in a year; 29 February is the 28th in years that lack it."""
    month, day = born.dt.month(), born.dt.day()
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return pl.date(year, month, pl.when((month == 2) & (day == 29) & ~leap).then(28).otherwise(day))


def _positive(divisor: pl.Expr) -> pl.Expr:
    return pl.when(divisor != 0).then(divisor.abs())


def _null_item(lists: pl.Expr) -> pl.Expr:
    return lists.list.eval(pl.element().is_null()).list.any()


def _by_value(pattern: str) -> Callable[[pl.Series], pl.Series]:
    """A search on RE2 itself, once for each different text."""
    search = searcher(pattern)

    def found(texts: pl.Series) -> pl.Series:
        different = texts.drop_nulls().unique()
        truths = pl.Series([search(text) for text in different], dtype=pl.Boolean)
        return texts.replace_strict(different, truths, default=None, return_dtype=pl.Boolean)

    return found
