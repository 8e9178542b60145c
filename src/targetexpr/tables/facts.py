"""The facts about a table's columns, each found once: what is asked of an engine, and what the answers mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic

from targetexpr.running.program import Program
from targetexpr.tables.clocks import ANY_CLOCK, Range
from targetexpr.tables.columns import GRIDS, Column, DateFacts, ListFacts, NumberFacts
from targetexpr.tables.mapping import ProfileMap, places
from targetexpr.tables.polynomials import E
from targetexpr.tables.uses import Use, item_uses, uses

_SLACK = 1 + 2.0**-50  # a bound that was rounded may be a little too small
_DATES = frozenset(("instant", "naive", "day", "text", "int"))


class Facts(ABC, Generic[E]):
    """What was found of the columns of one table, or of the line items in one of its columns."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, Use], NumberFacts] = {}
        self.guesses: dict[str, NumberFacts] = {}
        self.dates: dict[str, DateFacts] = {}
        self.lists: dict[str, ListFacts] = {}
        self.inner: dict[str, Facts[E]] = {}

    # ---- what an engine can say

    @abstractmethod
    def ask(self, questions: Mapping[str, E]) -> Mapping[str, object]:
        """The answers to questions about all rows, in one pass."""

    @abstractmethod
    def of_integers(self, column: Column) -> Iterator[tuple[str, E]]:
        """How many are null (`nulls`), the least (`low`) and the greatest (`high`) as doubles."""

    @abstractmethod
    def of_floats(self, column: Column, use: Use) -> Iterator[tuple[str, E]]:
        """Of floats and texts: nulls, nulls once read as numbers (`bad`), whether all others are `finite`, and `long`.

        Of those in arithmetic `low` and `high` of the finite ones, and whether one is `off` the first grid.
        """

    @abstractmethod
    def off_grid(self, column: Column, scale: int) -> E:
        """Whether a finite number of a column is no multiple of 10^-scale."""

    @abstractmethod
    def of_dates(self, column: Column) -> Iterator[tuple[str, E]]:
        """The first and the last instant (`first`, `last`) in microseconds."""

    @abstractmethod
    def of_lists(self, column: Column) -> Iterator[tuple[str, E]]:
        """The number of items in the `longest`, whether there is a `null` among them, and how many `nulls` as lists."""

    @abstractmethod
    def items(self, column: Column) -> Facts[E]:
        """The items of a column of lists, as a table of its own."""

    def guess(self, column: Column) -> NumberFacts | None:
        """What a sample of a column shows, where that is quicker than a proof; None for a proof."""
        del column
        return None

    @property
    @abstractmethod
    def certain(self) -> Range:
        """The instants for which the engine's clock is Python's."""

    # ---- what is known

    def learn(self, wanted: Sequence[tuple[Column, Use]], *, guess: bool = False) -> None:
        """Finds what is not known yet of the columns, in one pass.

        With `guess`, what is asked for the first time of a number in arithmetic may be what a sample shows.
        """
        new = [(column, use) for column, use in wanted if not self._known(column, use)]
        if guess:
            new = [(column, use) for column, use in new if use != "added" or not self._guessed(column)]
        asked: dict[str, E] = {}
        for number, (column, use) in enumerate(new):
            for name, expression in self._questions(column, use):
                asked[f"{number} {name}"] = expression
        found = self.ask(asked) if asked else {}
        for number, (column, use) in enumerate(new):
            prefix = f"{number} "
            answers = {name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)}
            self._settle(column, use, answers)

    def _guessed(self, column: Column) -> bool:
        """Whether a guess will do: of what is asked for again, it will not."""
        if column.key in self.guesses:
            return False
        guess = self.guess(column)
        if guess is not None:
            self.guesses[column.key] = guess
        return guess is not None

    def of(self, column: Column, use: Use | None) -> Column:
        """A column with what was found of it."""
        number = (
            self.numbers.get((column.key, "added"))
            or self.guesses.get(column.key)
            or self.numbers.get((column.key, "compared"))
        )
        return replace(
            column,
            number=number if number is not None and use is not None else column.number,
            date=self.dates.get(column.key, column.date),
        )

    def items_of(self, column: Column, fields: Mapping[str, Use]) -> Column:
        """A column of line items, with what is known of its lists and of the fields that are used."""
        if column.key not in self.lists:
            found = self.ask(dict(self.of_lists(column)))
            longest = found["longest"]
            self.lists[column.key] = ListFacts(
                longest=longest if isinstance(longest, int) else 0,
                null_items=found["null"] is True,
                nulls=found["nulls"] != 0,
            )
            self.inner[column.key] = self.items(column)
        inner = self.inner[column.key]
        assert column.type.item is not None
        plain = {
            name: Column(path=(name,), type=type_, in_item=True) for name, type_ in column.type.item.fields.items()
        }
        inner.learn([(plain[name], use) for name, use in fields.items() if name in plain])
        known = {name: inner.of(one, fields.get(name)) for name, one in plain.items()}
        return replace(column, items=self.lists[column.key], fields=known)

    def _known(self, column: Column, use: Use) -> bool:
        if use == "date":
            return column.key in self.dates
        return (column.key, use) in self.numbers or (column.key, "added") in self.numbers

    def _questions(self, column: Column, use: Use) -> Iterator[tuple[str, E]]:
        if use == "date":
            yield from self.of_dates(column) if column.kind in _DATES else ()
        elif column.kind in ("int", "decimal"):
            yield from self.of_integers(column)
        elif column.kind in ("float", "text"):
            yield from self.of_floats(column, use)

    def _settle(self, column: Column, use: Use, found: Mapping[str, object]) -> None:
        if use == "date":
            first, last = found.get("first"), found.get("last")
            assert first is None or isinstance(first, int)
            assert last is None or isinstance(last, int)
            certain = self.certain.holds(first, last)
            self.dates[column.key] = DateFacts(in_calendar=ANY_CLOCK.holds(first, last), certain=certain)
            return
        facts = NumberFacts()
        if column.kind in ("int", "decimal"):
            facts = _with_bounds(NumberFacts(finite=True, nulls=found["nulls"] != 0, long=False), found)
        elif column.kind in ("float", "text"):
            finite = found["finite"] is not False
            facts = NumberFacts(
                finite=finite and found["nulls"] == found["bad"],
                nulls=found["bad"] != 0 or not finite,
                long=found.get("long") is True,
            )
            if use == "added":
                scale = self._finer(column) if found["off"] is True else GRIDS[0]
                facts = replace(_with_bounds(facts, found), scale=scale)
        self.numbers[column.key, use] = facts

    def _finer(self, column: Column) -> int | None:
        """The first of the other grids on which all numbers are."""
        found = self.ask({str(scale): self.off_grid(column, scale) for scale in GRIDS[1:]})
        return next((scale for scale in GRIDS[1:] if found[str(scale)] is not True), None)


def _with_bounds(facts: NumberFacts, found: Mapping[str, object]) -> NumberFacts:
    low, high = _float(found["low"]), _float(found["high"])
    return replace(facts, bound=max(abs(low), abs(high)) * _SLACK, negative=low < 0)


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


class KnownColumns(Generic[E]):
    """The columns of a table with the facts that one rule needs."""

    def __init__(self, profile_map: ProfileMap, facts: Facts[E], program: Program) -> None:
        self.map = profile_map
        self.facts = facts
        self.names = [name for name in places(program) if profile_map.named(name) is not None]
        self.items = item_uses(program)
        self.uses: dict[str, Use] = {}
        wanted: dict[tuple[str, Use], tuple[Column, Use]] = {}
        for name, use in uses(program):
            column = profile_map.named(name)
            if column is not None:
                if self.uses.get(name) != "added":
                    self.uses[name] = use
                wanted[column.key, use] = column, use
        self.wanted = list(wanted.values())
        facts.learn(self.wanted, guess=True)

    def prove(self) -> None:
        """Finds the facts of which there are only guesses."""
        self.facts.learn(self.wanted)

    def named(self, name: str) -> Column | None:
        """The column of a name in the rule."""
        column = self.map.named(name)
        if column is None:
            return None
        profile, _, rest = name.partition(".")
        if rest == "lineItems" and column.kind == "list" and column.type.item is not None:
            return self.facts.items_of(column, self.items.get(profile, {}))
        return self.facts.of(column, self.uses.get(name))

    def absent(self, profile: str) -> Column | None:
        """The struct column of a profile that may be missing in some rows."""
        return self.map.absent(profile, self.names)
