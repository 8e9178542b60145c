"""What is known of a table's columns: where each stands, what it holds, and the facts that make floats exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

ColumnKind: TypeAlias = Literal[
    "int", "float", "decimal", "text", "boolean", "instant", "naive", "day", "list", "map", "struct", "null", "mixed"
]
"""What a column holds.

instant: times with a zone; naive: times without; day: dates without a time. A map is a list of keys and values.
null: nothing but nulls. mixed: values of several kinds, which only the rule itself can read.
"""

MOST_DIGITS = 15
"""So many significant digits of a decimal always survive in a double."""

LARGEST_GRID = 1e15
"""Whole numbers of grid steps below this have at most `MOST_DIGITS` digits."""

GRIDS = (2, 4, 6)
"""The grids that float columns are tested for: whole multiples of 10 to the minus these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnType:
    """The type of a column, whatever the engine calls it."""

    kind: ColumnKind
    scale: int = 0  # of a decimal: digits after its point
    wide: bool = False  # an int that 64 bits may not hold
    narrow: bool = False  # a float of 32 bits, which stands for its own shortest decimal
    fields: Mapping[str, ColumnType] = field(default_factory=dict)  # of a struct
    item: ColumnType | None = None  # of a list: what it holds; of a map: its values


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """What is known of a column read as numbers: of every row, or nothing (the defaults).

    A float column whose every value x has `round(x, scale) == x`, and no magnitude of 10^15 grid steps or more, holds
    exactly the decimals that its values are written as.
    """

    finite: bool = False  # no NaN, no infinity, no text that is not a number
    nulls: bool = True  # there may be nulls
    scale: int | None = None  # every value is a whole multiple of 10^-scale
    bound: float = float("inf")  # the largest magnitude
    negative: bool = True  # there may be values below zero
    long: bool = True  # there may be numbers in text of more than 15 digits
    assumed: bool = False  # seen in a sample; whoever goes by it has it checked


UNKNOWN = NumberFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFacts:
    """What is known of a column of lists."""

    longest: int = 2**31  # items in one of them
    null_items: bool = True  # there may be items that are null
    nulls: bool = True  # there may be rows without a list


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFacts:
    """What is known of a column read as dates."""

    in_calendar: bool = False  # every date lies in the years 1 to 9999
    certain: bool = False  # every date lies in the years in which the engine's clock is Python's


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column, a field of a struct column, or a field of the line items of one.

    `path` is the name of the column and the fields on the way; of an item's field it starts at the item.
    """

    path: tuple[str, ...]  # ("currentTxn", "value")
    type: ColumnType
    number: NumberFacts = UNKNOWN
    date: DateFacts = DateFacts()
    items: ListFacts = ListFacts()
    in_item: bool = False
    entry: str | None = None  # of a map: the key whose value is meant
    fields: Mapping[str, Column] = field(default_factory=dict)  # of line items: their fields with facts

    @property
    def kind(self) -> ColumnKind:
        """What it holds."""
        return self.type.kind

    @property
    def key(self) -> str:
        """A name for it that no other column has."""
        parts = ("item" if self.in_item else "", *self.path, *(() if self.entry is None else ("", self.entry)))
        return "\0".join(parts)

    def within(self, name: str) -> Column | None:
        """A field of a struct or an entry of a map, without facts; None when no row can have it."""
        if self.kind == "map":
            assert self.type.item is not None
            return replace(self, type=self.type.item, entry=name)
        type_ = self.type.fields.get(name)
        return None if type_ is None else Column(path=(*self.path, name), type=type_, in_item=self.in_item)
