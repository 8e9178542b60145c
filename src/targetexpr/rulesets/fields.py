"""One field of the data against all rules at once: which rules its value rules out, as a bitmap of their positions.

A bitmap is an int whose bit n stands for the rule at position n. Rules are added in place while others read; so a rule
enters what is *possible* before it enters what is *used*, and a reader in between rules it out nowhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from targetexpr.lang.literals import MOST_DIGITS, is_number_text
from targetexpr.lang.types import Kind
from targetexpr.rulesets.domains import (
    BooleanDomain,
    Domain,
    Interval,
    ItemsDomain,
    NumberDomain,
    Search,
    SearchDomain,
    StringDomain,
)
from targetexpr.running.coercion import BINDERS, InvalidValue, Number, has_few_digits, integer_text
from targetexpr.running.regex.search import searcher
from targetexpr.running.semantics import comparable_float

UNKNOWN = -1
"""What a field says of a value that does not fit, or may not."""

MOST_CUTS = 64
"""So many bounds of a numeric field are told apart; rules between two of them are asked themselves."""

_LARGEST = 1e15  # below it every int is a float, and the order of floats is that of their decimals
_BEYOND = 10**MOST_DIGITS
_FEW = 4
_WORTH_SHARING = 4  # rules with the same search

Positions = int | tuple[int, ...]
"""A bitmap; where it would be nearly empty, the few positions themselves."""


def bitmap(positions: Iterable[int]) -> int:
    """The bitmap of some positions.

    >>> bitmap([0, 3])
    9
    """
    listed = list(positions)
    if len(listed) <= _FEW:
        found = 0
        for position in listed:
            found |= 1 << position
        return found
    bits = bytearray(max(listed) // 8 + 1)
    for position in listed:
        bits[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(bits, "little")


def _packed(positions: Sequence[int]) -> Positions:
    return tuple(positions) if len(positions) <= _FEW else bitmap(positions)


def _unpacked(found: Positions | None) -> int:
    if found is None:
        return 0
    return found if isinstance(found, int) else bitmap(found)


def _with(found: Positions | None, position: int) -> Positions:
    if isinstance(found, int):
        return found | 1 << position
    return _packed((*(found or ()), position))


class Field(Protocol):
    """What is known of one field."""

    null: int
    """The rules that a null rules out."""

    def ruled_out(self, raw: object) -> int:
        """The rules that cannot be true for a raw value; UNKNOWN where it may not fit."""

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        """One more rule with its domain. Complete: nothing of it can raise, so null rules it out as well."""


class WatchedField:
    """A field that rules read without a constraint on it: all that matters is whether its value fits."""

    def __init__(self, kind: Kind, zone: tzinfo) -> None:
        self.null = 0
        self._bind = BINDERS[kind]
        self._zone = zone

    def ruled_out(self, raw: object) -> int:
        """None of them, or UNKNOWN."""
        try:
            self._bind(raw, self._zone)
        except InvalidValue:
            return UNKNOWN
        return 0


class NumberField:
    """A numeric field: the numbers cut into cells at the rules' bounds, each cell with the rules possible there.

    Cell 2k+1 is the number of cut k itself, cell 2k the numbers before it. Rules that name single numbers stand apart.
    """

    def __init__(self, domains: Iterable[NumberDomain]) -> None:
        bounds: set[float] = set()
        for domain in domains:
            if _listed_numbers(domain) is None:
                for interval in domain.intervals:
                    bounds.update(as_float(bound) for bound in (interval.low, interval.high) if bound is not None)
        cuts = sorted(bound for bound in bounds if -_LARGEST <= bound <= _LARGEST)
        if len(cuts) > MOST_CUTS:
            cuts = sorted({cuts[len(cuts) * k // MOST_CUTS] for k in range(MOST_CUTS)})
        self.null = 0
        self._cuts = cuts
        self._cells = [0] * (2 * len(cuts) + 1)
        self._used = 0
        self._listed: dict[float, Positions] = {}
        self._listed_used = 0

    def ruled_out(self, raw: object) -> int:
        value: Any = raw
        kind = type(value)
        if kind is float or kind is int:
            if not -_LARGEST <= value <= _LARGEST:
                fits = value - value == 0.0 if kind is float else -_BEYOND < value < _BEYOND
                return 0 if fits else UNKNOWN
            return self._of(value)
        if value is None:
            return self.null
        if kind is str and is_number_text(value):
            return self._of_decimal(Decimal(value))
        if kind is Decimal and value.is_finite() and has_few_digits(value):
            return self._of_decimal(value)
        return UNKNOWN

    def _of(self, value: float) -> int:
        cuts = self._cuts
        at = bisect_left(cuts, value)
        cell = 2 * at + (at < len(cuts) and cuts[at] == value)
        ruled = self._used & ~self._cells[cell]
        if self._listed_used:
            used = self._listed_used
            ruled |= used & ~_unpacked(self._listed.get(value))
        return ruled

    def _of_decimal(self, value: Decimal) -> int:
        """Of a Decimal by the nearest float, which lies on the same side of every cut, unless it is the cut."""
        nearest = as_float(value)
        if not -_LARGEST <= nearest <= _LARGEST or Decimal(repr(nearest)) != value:
            return 0
        return self._of(nearest)

    def fill(self, entries: Sequence[tuple[int, NumberDomain]]) -> None:
        """Many rules at once: where they enter and leave the row of cells, then one sweep over it."""
        enter: list[list[int]] = [[] for _ in self._cells]
        leave: list[list[int]] = [[] for _ in range(len(self._cells) + 1)]
        used: list[int] = []
        listed: dict[float, list[int]] = {}
        for position, domain in entries:
            numbers = _listed_numbers(domain)
            if numbers is None:
                used.append(position)
                for first, last in self._runs(domain):
                    enter[first].append(position)
                    leave[last + 1].append(position)
            else:
                for number in numbers:
                    listed.setdefault(number, []).append(position)
        running = 0
        for cell in range(len(self._cells)):
            # A rule that leaves one run where it enters the next stays: the runs of one rule never overlap.
            running = (running & ~bitmap(leave[cell])) | bitmap(enter[cell])
            self._cells[cell] = running
        self._used = bitmap(used)
        self._listed = {number: _packed(positions) for number, positions in listed.items()}
        self._listed_used = bitmap({position for positions in listed.values() for position in positions})

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        assert isinstance(domain, NumberDomain)
        bit = 1 << position
        numbers = _listed_numbers(domain)
        if numbers is None:
            for first, last in self._runs(domain):
                for cell in range(first, last + 1):
                    self._cells[cell] |= bit
            self._used |= bit
        else:
            for number in numbers:
                self._listed[number] = _with(self._listed.get(number), position)
            self._listed_used |= bit
        if complete:
            self.null |= bit

    def _runs(self, domain: NumberDomain) -> list[tuple[int, int]]:
        """The cells that the intervals of a domain touch, first and last of each run."""
        found: list[tuple[int, int]] = []
        for interval in domain.intervals:
            first, last = self._first(interval), self._last(interval)
            if found and first <= found[-1][1]:
                first = found[-1][1] + 1
            if first <= last:
                found.append((first, last))
        return found

    def _first(self, interval: Interval) -> int:
        if interval.low is None:
            return 0
        at, is_cut = self._place(interval.low)
        if not is_cut:
            return 2 * at
        return 2 * at + 1 if interval.low_included or not _is_exact(interval.low) else 2 * at + 2

    def _last(self, interval: Interval) -> int:
        if interval.high is None:
            return len(self._cells) - 1
        at, is_cut = self._place(interval.high)
        return 2 * at + (is_cut and (interval.high_included or not _is_exact(interval.high)))

    def _place(self, bound: Number) -> tuple[int, bool]:
        nearest = as_float(bound)
        at = bisect_left(self._cuts, nearest)
        return at, at < len(self._cuts) and self._cuts[at] == nearest


def as_float(number: Number) -> float:
    """The nearest float; an infinity for what is beyond them all."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _is_exact(bound: Number) -> bool:
    """Whether floats of the data compare with the nearest float as their decimals do with the bound."""
    return comparable_float(bound) is not None


def _listed_numbers(domain: NumberDomain) -> list[float] | None:
    """The numbers of a domain that is nothing but single ones which are floats; None for any other."""
    if not domain.intervals:
        return None
    found: list[float] = []
    for low, _, high, _ in domain.intervals:
        if low is None or low != high or not _is_exact(low):
            return None
        found.append(as_float(low))
    return found


class StringField:
    """A field of strings: by value, the rules that list it, and those that leave it out."""

    def __init__(self) -> None:
        self.null = 0
        self._listed: dict[str, Positions] = {}
        self._used = 0
        self._excluded: dict[str, Positions] = {}

    def ruled_out(self, raw: object) -> int:
        value: Any = raw
        kind = type(value)
        if kind is not str:
            if value is None:
                return self.null
            if kind is not int:
                return UNKNOWN
            value = integer_text(value)
        used = self._used
        ruled = used & ~_unpacked(self._listed.get(value)) if used else 0
        return ruled | _unpacked(self._excluded.get(value)) if self._excluded else ruled

    def fill(self, entries: Sequence[tuple[int, StringDomain]]) -> None:
        """Many rules at once."""
        listed: dict[str, list[int]] = {}
        excluded: dict[str, list[int]] = {}
        for position, domain in entries:
            for value in domain.values:
                (excluded if domain.excluded else listed).setdefault(value, []).append(position)
        self._listed = {value: _packed(positions) for value, positions in listed.items()}
        self._excluded = {value: _packed(positions) for value, positions in excluded.items()}
        self._used = bitmap(position for position, domain in entries if not domain.excluded)

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        assert isinstance(domain, StringDomain)
        into = self._excluded if domain.excluded else self._listed
        for value in domain.values:
            into[value] = _with(into.get(value), position)
        if not domain.excluded:
            self._used |= 1 << position
        if complete:
            self.null |= 1 << position


class BooleanField:
    """A field of truths."""

    def __init__(self) -> None:
        self.null = 0
        self._false = 0  # the rules that a false rules out
        self._true = 0

    def ruled_out(self, raw: object) -> int:
        if raw is True or (type(raw) is str and raw == "true"):
            return self._true
        if raw is False or (type(raw) is str and raw == "false"):
            return self._false
        return self.null if raw is None else UNKNOWN

    def fill(self, entries: Sequence[tuple[int, BooleanDomain]]) -> None:
        """Many rules at once."""
        self._true = bitmap(position for position, domain in entries if True not in domain.values)
        self._false = bitmap(position for position, domain in entries if False not in domain.values)

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        assert isinstance(domain, BooleanDomain)
        bit = 1 << position
        if True not in domain.values:
            self._true |= bit
        if False not in domain.values:
            self._false |= bit
        if complete:
            self.null |= bit


class SearchField:
    """What `contains` and `matches` ask of a string: each search that several rules share is made once for all.

    Whether the value fits is told by the field of strings beside it.
    """

    def __init__(self) -> None:
        self.null = 0
        self._searches: dict[Search, tuple[Callable[[str], bool], int]] = {}

    def ruled_out(self, raw: object) -> int:
        value: Any = raw
        if type(value) is not str:
            if value is None:
                return self.null
            if type(value) is not int:
                return 0
            value = integer_text(value)
        ruled = 0
        for test, rules in self._searches.values():
            if rules & ~ruled and not test(value):
                ruled |= rules
        return ruled

    def fill(self, entries: Sequence[tuple[int, SearchDomain]]) -> None:
        """Many rules at once. Only rules with a single search, and searches that some share, are worth it."""
        shared: dict[Search, list[int]] = {}
        for position, domain in entries:
            if len(domain.values) == 1:
                shared.setdefault(next(iter(domain.values)), []).append(position)
        self._searches = {
            search: (_tester(search), bitmap(positions))
            for search, positions in shared.items()
            if len(positions) >= _WORTH_SHARING
        }

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        assert isinstance(domain, SearchDomain)
        if len(domain.values) == 1:
            search = next(iter(domain.values))
            if search in self._searches:
                test, rules = self._searches[search]
                self._searches[search] = test, rules | 1 << position
        if complete:
            self.null |= 1 << position


def _tester(search: Search) -> Callable[[str], bool]:
    if search.method == "matches":
        return searcher(search.argument)
    return partial(_holds, search.argument)


def _holds(part: str, text: str) -> bool:
    return part in text


class ItemsField:
    """An inventory attribute of the line items: by value, the rules that look for an item which has it."""

    def __init__(self) -> None:
        self.null = 0
        self._listed: dict[str, Positions] = {}
        self._used = 0

    def ruled_out(self, raw: object) -> int:
        """Of the values that the items have; of no list of items (None), what a null rules out."""
        if raw is None:
            return self.null
        assert isinstance(raw, list)
        ruled = self._used
        for value in raw:
            found = self._listed.get(value)
            if found is not None:
                ruled &= ~_unpacked(found)
        return ruled

    def fill(self, entries: Sequence[tuple[int, ItemsDomain]]) -> None:
        """Many rules at once."""
        listed: dict[str, list[int]] = {}
        for position, domain in entries:
            for value in domain.values:
                listed.setdefault(value, []).append(position)
        self._listed = {value: _packed(positions) for value, positions in listed.items()}
        self._used = bitmap(position for position, _ in entries)

    def add(self, position: int, domain: Domain, *, complete: bool) -> None:
        assert isinstance(domain, ItemsDomain)
        for value in domain.values:
            self._listed[value] = _with(self._listed.get(value), position)
        self._used |= 1 << position
        if complete:
            self.null |= 1 << position
