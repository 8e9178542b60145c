"""The facts about columns of a frame of polars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

import polars as pl

from targetexpr.tables.clocks import Range
from targetexpr.tables.columns import GRIDS, Column, NumberFacts
from targetexpr.tables.facts import Facts
from targetexpr.tables.polars_dates import certain_range
from targetexpr.tables.polars_vocabulary import PolarsVocabulary, cell_of
from targetexpr.tables.uses import Use

_SAMPLE = 1000
_BEYOND_SAMPLE = 1e5  # the bound is that of the square root of a sum of squares


class PolarsFacts(Facts[pl.Expr]):
    """What was found of the columns of one frame."""

    def __init__(self, frame: pl.LazyFrame, words: PolarsVocabulary, *, guesses: bool = False) -> None:
        super().__init__()
        self.frame = frame
        self.words = words
        self.may_guess = guesses

    @cached_property
    def certain(self) -> Range:
        """The instants for which polars' clock is Python's."""
        return certain_range(self.words.zone)

    def ask(self, questions: Mapping[str, pl.Expr]) -> Mapping[str, object]:
        """The answers to questions about all rows."""
        names = list(questions)
        asked = [questions[name].alias(str(at)) for at, name in enumerate(names)]
        return dict(zip(names, self.frame.select(asked).collect().row(0), strict=True))

    def guess(self, column: Column) -> NumberFacts | None:
        """The grid of the first numbers, and a bound far above them."""
        if not self.may_guess or column.kind != "float":
            return None
        found = self.frame.select(cell_of(column).alias("number")).head(_SAMPLE).collect().to_series()
        numbers = found.filter(found.is_finite())
        scale = next((scale for scale in GRIDS if (numbers.round(scale) == numbers).all()), None)
        highest = numbers.abs().max()
        if scale is None or not isinstance(highest, float):
            return None
        return NumberFacts(finite=True, scale=scale, bound=max(highest, 1.0) * _BEYOND_SAMPLE, long=False, assumed=True)

    def of_integers(self, column: Column) -> Iterator[tuple[str, pl.Expr]]:
        """How many are null, the least and the greatest."""
        cell = _cell(column)
        yield "nulls", cell.null_count()
        yield "low", cell.min().cast(pl.Float64)
        yield "high", cell.max().cast(pl.Float64)

    def of_floats(self, column: Column, use: Use) -> Iterator[tuple[str, pl.Expr]]:
        """Nulls, finiteness, and of numbers in arithmetic bounds and grid."""
        number = self._number(column)
        yield "nulls", _cell(column).null_count()
        yield "bad", number.null_count()
        yield "finite", number.is_finite().all()
        if column.kind == "text":
            yield "long", self.words.is_long(replace(column, in_item=False)).any()
        if use == "added":
            yield "low", _finite(number).min()
            yield "high", _finite(number).max()
            yield "off", self.off_grid(column, GRIDS[0])

    def off_grid(self, column: Column, scale: int) -> pl.Expr:
        """Whether a finite number is no multiple of 10^-scale."""
        number = self._number(column)
        return ((number.round(scale) != number) & number.is_finite()).any()

    def of_dates(self, column: Column) -> Iterator[tuple[str, pl.Expr]]:
        """The first and the last instant in microseconds."""
        micros = self.words.instant(replace(column, in_item=False)).to_physical()
        yield "first", micros.min()
        yield "last", micros.max()

    def of_lists(self, column: Column) -> Iterator[tuple[str, pl.Expr]]:
        """The length of the longest, and whether an item is null."""
        lists = cell_of(column)
        yield "longest", lists.list.len().max()
        yield "nulls", lists.null_count()
        yield "null", lists.list.eval(pl.element().is_null()).list.any().any()

    def items(self, column: Column) -> PolarsFacts:
        """The items as a frame of their own."""
        lists = cell_of(column)
        items = self.frame.filter(lists.list.len() > 0).select(lists.explode().alias("item"))
        items = items.filter(pl.col("item").is_not_null())
        has_fields = column.type.item is not None and column.type.item.fields
        return PolarsFacts(items.unnest("item") if has_fields else items, self.words)

    def _number(self, column: Column) -> pl.Expr:
        cell = _cell(column)
        return cell if column.kind == "float" else self.words.double(replace(column, in_item=False))


def _cell(column: Column) -> pl.Expr:
    return cell_of(replace(column, in_item=False))


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)
