"""Sets of values that one field may have: intervals of numbers, strings listed or left out, truths, items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.running.coercion import Number


class Subject(NamedTuple):
    """What a constraint is about: an attribute, or an inventory attribute of the line items (kind `items`).

    What `contains` and `matches` ask of a string is a subject of its own (kind `search`).
    """

    profile: str
    name: str
    kind: Literal["number", "string", "boolean", "search", "items"]

    @property
    def can_intersect(self) -> bool:
        """Whether two domains make one; two items may fulfil two, and two searches may both succeed."""
        return self.kind not in ("search", "items")


class Interval(NamedTuple):
    """The numbers between two bounds; None is no bound."""

    low: Number | None
    low_included: bool
    high: Number | None
    high_included: bool

    def holds(self, value: Number) -> bool:
        """Whether a number lies in it."""
        if self.low is not None and (value < self.low or (value == self.low and not self.low_included)):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_included)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDomain:
    """Numbers: intervals in ascending order with gaps between them."""

    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StringDomain:
    """Strings: those listed, or all but those."""

    values: frozenset[str]
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanDomain:
    """Truths."""

    values: frozenset[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsDomain:
    """Baskets with an item whose inventory attribute is one of these."""

    values: frozenset[str]


class Search(NamedTuple):
    """`contains` or `matches` with its literal."""

    method: Literal["contains", "matches"]
    argument: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDomain:
    """Strings for which one of these searches succeeds."""

    values: frozenset[Search]


Domain: TypeAlias = NumberDomain | StringDomain | BooleanDomain | SearchDomain | ItemsDomain

EVERY_NUMBER = NumberDomain(intervals=(Interval(None, False, None, False),))


def compared(operator: str, bound: Number) -> NumberDomain:
    """The numbers for which `x operator bound` is true.

    >>> compared("!=", 5).intervals
    (Interval(low=None, low_included=False, high=5, high_included=False), \
Interval(low=5, low_included=False, high=None, high_included=False))
    """
    below, above = Interval(None, False, bound, False), Interval(bound, False, None, False)
    match operator:
        case "<":
            found: tuple[Interval, ...] = (below,)
        case "<=":
            found = (Interval(None, False, bound, True),)
        case ">":
            found = (above,)
        case ">=":
            found = (Interval(bound, True, None, False),)
        case "==":
            found = (Interval(bound, True, bound, True),)
        case "!=":
            found = (below, above)
        case _:
            raise AssertionError(f"{operator} is no comparison")
    return NumberDomain(intervals=found)


def complement(domain: NumberDomain) -> NumberDomain:
    """The numbers that are not in a domain."""
    found: list[Interval] = []
    low: Number | None = None
    low_included = False
    for interval in domain.intervals:
        if interval.low is not None:
            found.append(Interval(low, low_included, interval.low, not interval.low_included))
        if interval.high is None:
            return NumberDomain(intervals=tuple(found))
        low, low_included = interval.high, not interval.high_included
    found.append(Interval(low, low_included, None, False))
    return NumberDomain(intervals=tuple(found))


def numbers_of_any(domains: Iterable[NumberDomain]) -> NumberDomain:
    """The numbers that are in at least one of several domains."""
    pieces = [interval for domain in domains for interval in domain.intervals]
    endless = [interval for interval in pieces if interval.low is None]
    others = [interval for interval in pieces if interval.low is not None]
    others.sort(key=_by_low)
    found: list[Interval] = []
    for interval in (*endless, *others):
        if found and _touches(found[-1], interval):
            found[-1] = _joined(found[-1], interval)
        else:
            found.append(interval)
    return NumberDomain(intervals=tuple(found))


def _by_low(interval: Interval) -> tuple[Number, bool]:
    assert interval.low is not None
    return interval.low, not interval.low_included


def _touches(first: Interval, second: Interval) -> bool:
    """Whether an interval that starts no earlier leaves no gap behind another."""
    if first.high is None or second.low is None:
        return True
    return second.low < first.high or (second.low == first.high and (first.high_included or second.low_included))


def _joined(first: Interval, second: Interval) -> Interval:
    if first.high is None or second.high is None:
        return first._replace(high=None, high_included=False)
    if second.high > first.high or (second.high == first.high and second.high_included):
        return first._replace(high=second.high, high_included=second.high_included)
    return first


def of_all(domains: Sequence[Domain]) -> Domain:
    """What is in every one of several domains of one subject that can intersect."""
    first = domains[0]
    if len(domains) == 1:
        return first
    match first:
        case NumberDomain():
            numbers = [complement(one) for one in domains if isinstance(one, NumberDomain)]
            return complement(numbers_of_any(numbers))
        case StringDomain():
            strings = [one for one in domains if isinstance(one, StringDomain)]
            left_out = frozenset().union(*(one.values for one in strings if one.excluded))
            listed = [one.values for one in strings if not one.excluded]
            if not listed:
                return StringDomain(values=left_out, excluded=True)
            return StringDomain(values=frozenset.intersection(*listed) - left_out)
        case BooleanDomain():
            truths = [one.values for one in domains if isinstance(one, BooleanDomain)]
            return BooleanDomain(values=frozenset.intersection(*truths))
        case SearchDomain() | ItemsDomain():
            raise AssertionError("a domain that cannot intersect")


def of_any(domains: Sequence[Domain]) -> Domain:
    """What is in at least one of several domains of one subject."""
    first = domains[0]
    if len(domains) == 1:
        return first
    match first:
        case NumberDomain():
            return numbers_of_any(one for one in domains if isinstance(one, NumberDomain))
        case StringDomain():
            strings = [one for one in domains if isinstance(one, StringDomain)]
            listed = frozenset().union(*(one.values for one in strings if not one.excluded))
            left_out = [one.values for one in strings if one.excluded]
            if not left_out:
                return StringDomain(values=listed)
            return StringDomain(values=frozenset.intersection(*left_out) - listed, excluded=True)
        case BooleanDomain():
            return BooleanDomain(values=frozenset().union(*(o.values for o in domains if isinstance(o, BooleanDomain))))
        case SearchDomain():
            return SearchDomain(values=frozenset().union(*(o.values for o in domains if isinstance(o, SearchDomain))))
        case ItemsDomain():
            return ItemsDomain(values=frozenset().union(*(o.values for o in domains if isinstance(o, ItemsDomain))))


def is_empty(domain: Domain) -> bool:
    """Whether no value is left."""
    match domain:
        case NumberDomain(intervals=intervals):
            return not intervals
        case StringDomain(values=strings, excluded=excluded):
            return not excluded and not strings
        case BooleanDomain(values=truths):
            return not truths
        case SearchDomain() | ItemsDomain():
            return not domain.values


def is_within(inner: Domain, outer: Domain) -> bool:
    """Whether every value of one domain is in another of the same subject."""
    match inner, outer:
        case NumberDomain(), NumberDomain():
            return of_all((inner, complement(outer))) == NumberDomain(intervals=())
        case StringDomain(), StringDomain():
            if inner.excluded:
                return outer.excluded and outer.values <= inner.values
            return not inner.values & outer.values if outer.excluded else inner.values <= outer.values
        case BooleanDomain(), BooleanDomain():
            return inner.values <= outer.values
        case SearchDomain(), SearchDomain():
            return inner.values <= outer.values
        case ItemsDomain(), ItemsDomain():
            return inner.values <= outer.values
        case _:
            raise AssertionError("domains of two subjects")
