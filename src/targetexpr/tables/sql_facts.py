"""The facts about columns of what speaks SQL: the questions, in a dialect's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from targetexpr.tables.clocks import Range
from targetexpr.tables.columns import GRIDS, Column
from targetexpr.tables.facts import Facts
from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.tables.uses import Use

_INFINITE = 2**62
"""Microseconds that no calendar has."""


class SqlFacts(Facts[str]):
    """What was found of the columns of one relation; how it is asked, engines say."""

    def __init__(self, words: SqlVocabulary) -> None:
        super().__init__()
        self.words = words
        self.dialect = words.dialect

    @property
    def certain(self) -> Range:
        """The instants for which the engine's clock is Python's."""
        return self.words.certain()

    def of_integers(self, column: Column) -> Iterator[tuple[str, str]]:
        """How many are null, the least and the greatest."""
        cell = self.words.cell(replace(column, in_item=False))
        yield "nulls", f"count(*) - count({cell})"
        yield "low", f"CAST(min({cell}) AS DOUBLE)"
        yield "high", f"CAST(max({cell}) AS DOUBLE)"

    def of_floats(self, column: Column, use: Use) -> Iterator[tuple[str, str]]:
        """Nulls, finiteness, and of numbers in arithmetic bounds and grid."""
        outside = replace(column, in_item=False)
        cell, number = self.words.cell(outside), self._number(outside)
        finite = self.words.is_finite(number)
        yield "nulls", f"count(*) - count({cell})"
        yield "bad", f"count(*) - count({number})"
        yield "finite", f"bool_and({finite})"
        if column.kind == "text":
            yield "long", f"bool_or({self.words.is_long(outside)})"
        if use == "added":
            yield "low", f"min({number}) FILTER (WHERE {finite})"
            yield "high", f"max({number}) FILTER (WHERE {finite})"
            yield "off", self.off_grid(column, GRIDS[0])

    def off_grid(self, column: Column, scale: int) -> str:
        """Whether a finite number of a column is no multiple of 10^-scale."""
        number = self._number(replace(column, in_item=False))
        return f"bool_or({self.words.is_off(number, scale)} AND {self.words.is_finite(number)})"

    def of_dates(self, column: Column) -> Iterator[tuple[str, str]]:
        """The first and the last instant in microseconds."""
        instant = self.words.instant(replace(column, in_item=False))
        yield "first", self.dialect.micros_of_end.format(f"min({instant})", f"({-_INFINITE})")
        yield "last", self.dialect.micros_of_end.format(f"max({instant})", _INFINITE)

    def of_lists(self, column: Column) -> Iterator[tuple[str, str]]:
        """The length of the longest, and whether an item is null."""
        lists = self.words.cell(column)
        yield "longest", f"max({self.dialect.length.format(lists)})"
        yield "nulls", f"count(*) - count({lists})"
        yield "null", f"bool_or({self.dialect.any.format(lists, '(i IS NULL)')})"

    def _number(self, column: Column) -> str:
        plain = column.kind == "float" and not column.type.narrow
        return self.words.cell(column) if plain else self.words.double(column)
