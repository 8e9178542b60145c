"""The facts about columns of a frame, each found once: for some columns at a time, in one pass over them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from targetexpr.tables.clocks import ANY_CLOCK
from targetexpr.tables.columns import GRIDS, Column, DateFacts, ListFacts, NumberFacts
from targetexpr.tables.polars_dates import certain_range
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.uses import Use

_SLACK = 1 + 2.0**-50  # a bound that was rounded may be a little too small


@dataclass(slots=True)
class PolarsFacts:
    """What was found of the columns of one frame, or of the line items of one of its columns."""

    frame: pl.LazyFrame
    words: PolarsVocabulary
    numbers: dict[tuple[str, Use], NumberFacts] = field(default_factory=dict)
    dates: dict[str, DateFacts] = field(default_factory=dict)
    lists: dict[str, ListFacts] = field(default_factory=dict)
    inner: dict[str, PolarsFacts] = field(default_factory=dict)

    def learn(self, wanted: Mapping[str, tuple[Column, Use]]) -> None:
        """Finds what is not known yet of the columns, in one pass."""
        new = [(column, use) for column, use in wanted.values() if not self._known(column, use)]
        if not new:
            return
        asked: dict[str, pl.Expr] = {}
        for number, (column, use) in enumerate(new):
            for name, expression in self._questions(column, use):
                asked[f"{number} {name}"] = expression
        found = self.frame.select(**asked).collect().row(0, named=True) if asked else {}
        for number, (column, use) in enumerate(new):
            prefix = f"{number} "
            answers = {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}
            self._settle(column, use, answers)

    def of(self, column: Column, use: Use | None) -> Column:
        """A column with what was found of it."""
        number = self.numbers.get((column.key, "added")) or self.numbers.get((column.key, "compared"))
        return replace(
            column,
            number=number if number is not None and use is not None else column.number,
            date=self.dates.get(column.key, column.date),
        )

    def _known(self, column: Column, use: Use) -> bool:
        if use == "date":
            return column.key in self.dates
        return (column.key, use) in self.numbers or (column.key, "added") in self.numbers

    # ---- questions and answers

    def _questions(self, column: Column, use: Use) -> Iterator[tuple[str, pl.Expr]]:
        cell = _plain_cell(column)
        if use == "date":
            yield from self._date_questions(column)
            return
        match column.kind:
            case "int" | "decimal":
                yield "nulls", cell.null_count()
                yield "low", cell.min().cast(pl.Float64)
                yield "high", cell.max().cast(pl.Float64)
            case "float" | "text":
                number = cell if column.kind == "float" else self.words.double(_outside(column))
                yield "nulls", cell.null_count()
                yield "bad", number.null_count()
                yield "sum", number.sum()  # finite only where every number is
                if column.kind == "text":
                    yield "long", self.words.is_long(_outside(column)).any()
                if use == "added":
                    yield "low", number.min()
                    yield "high", number.max()
                    yield "off", (number.round(GRIDS[0]) != number).any()

    def _date_questions(self, column: Column) -> Iterator[tuple[str, pl.Expr]]:
        if column.kind in ("instant", "naive", "day", "text", "int"):
            micros = self.words.instant(_outside(column)).to_physical()
            yield "first", micros.min()
            yield "last", micros.max()

    def _settle(self, column: Column, use: Use, found: Mapping[str, object]) -> None:
        if use == "date":
            first, last = found.get("first"), found.get("last")
            assert first is None or isinstance(first, int)
            assert last is None or isinstance(last, int)
            certain = certain_range(self.words.zone).holds(first, last)
            self.dates[column.key] = DateFacts(in_calendar=ANY_CLOCK.holds(first, last), certain=certain)
            return
        facts = NumberFacts()
        match column.kind:
            case "int" | "decimal":
                facts = _of_integers(found)
            case "float" | "text":
                facts = self._of_floats(column, use, found)
        self.numbers[column.key, use] = facts

    def _of_floats(self, column: Column, use: Use, found: Mapping[str, object]) -> NumberFacts:
        total = _float(found["sum"])
        finite = math.isfinite(total) or self._all_finite(column)
        facts = NumberFacts(
            finite=finite and found["nulls"] == found["bad"],
            nulls=found["bad"] != 0 or not finite,
            long=found.get("long") is True,
        )
        if use != "added":
            return facts
        low, high, off = found["low"], found["high"], found["off"] is True
        number = self._finite_number(column)
        if not finite:
            asked = self.frame.select(low=number.min(), high=number.max(), off=(number.round(2) != number).any())
            low, high, off = asked.collect().row(0)
        bound = max(abs(_float(low)), abs(_float(high))) * _SLACK
        return replace(facts, bound=bound, negative=_float(low) < 0, scale=self._finer(number) if off else GRIDS[0])

    def _finer(self, number: pl.Expr) -> int | None:
        """The first of the other grids on which all numbers are."""
        asked = self.frame.select(**{str(scale): (number.round(scale) != number).any() for scale in GRIDS[1:]})
        answers = asked.collect().row(0)
        return next((scale for scale, off in zip(GRIDS[1:], answers, strict=True) if off is not True), None)

    def _finite_number(self, column: Column) -> pl.Expr:
        number = _plain_cell(column) if column.kind == "float" else self.words.double(_outside(column))
        return pl.when(number.is_finite()).then(number)

    def _all_finite(self, column: Column) -> bool:
        number = _plain_cell(column) if column.kind == "float" else self.words.double(_outside(column))
        return self.frame.select(number.is_finite().all()).collect().item() is True

    # ---- lists

    def items_of(self, column: Column, fields: Mapping[str, Use]) -> Column:
        """A column of line items, with what is known of its lists and of the fields that are used."""
        lists = cell_of(column)
        if column.key not in self.lists:
            null_item = lists.list.eval(pl.element().is_null()).list.any().any()
            asked = self.frame.select(longest=lists.list.len().max(), null_item=null_item).collect()
            longest, null_items = asked.row(0)
            self.lists[column.key] = ListFacts(longest=longest or 0, null_items=null_items is True)
            items = self.frame.filter(lists.list.len() > 0).select(lists.explode().alias("item"))
            items = items.filter(pl.col("item").is_not_null()).unnest("item")
            self.inner[column.key] = PolarsFacts(items, self.words)
        inner = self.inner[column.key]
        assert column.type.item is not None
        plain = {
            name: Column(path=(name,), type=type_, in_item=True) for name, type_ in column.type.item.fields.items()
        }
        inner.learn({name: (plain[name], use) for name, use in fields.items() if name in plain})
        known = {name: inner.of(one, fields.get(name)) for name, one in plain.items()}
        return replace(column, items=self.lists[column.key], fields=known)


def _outside(column: Column) -> Column:
    """A field of an item as a column, which it is in the frame of all items."""
    return replace(column, in_item=False)


def _plain_cell(column: Column) -> pl.Expr:
    return cell_of(_outside(column))


def _of_integers(found: Mapping[str, object]) -> NumberFacts:
    low, high = _float(found["low"]), _float(found["high"])
    return NumberFacts(
        finite=True, nulls=found["nulls"] != 0, bound=max(abs(low), abs(high)) * _SLACK, negative=low < 0, long=False
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
