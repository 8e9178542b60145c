"""The domains of many rules for one expression, and which of them exclude or contain a given one, as bitmaps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeAlias

from targetexpr.rulesets.domains import (
    Domain,
    Interval,
    NumberDomain,
    StringDomain,
    is_empty,
    is_within,
    of_all,
)
from targetexpr.rulesets.fields import bitmap

_Bound: TypeAlias = tuple[int, object, int]
"""A bound that can be ordered: -1, 0, 1 for endless below, a number, endless above; the number; just off it or not."""

_STEP = 64
_NO_NUMBER = NumberDomain(intervals=())


class Relation(Protocol):
    """What the rules demand of one expression."""

    def excluding(self, domain: Domain) -> int:
        """The rules whose domain has no value in common with this one."""

    def within(self, domain: Domain) -> int:
        """The rules whose domain lies within this one."""


def relation(entries: Iterable[tuple[int, Domain]]) -> Relation:
    """The relation of rules by position, all with domains of one expression."""
    by_domain: dict[Domain, list[int]] = {}
    for position, domain in entries:
        by_domain.setdefault(domain, []).append(position)
    domains = {domain: bitmap(positions) for domain, positions in by_domain.items()}
    match next(iter(domains)):
        case NumberDomain():
            return _Numbers({one: bits for one, bits in domains.items() if isinstance(one, NumberDomain)})
        case StringDomain():
            return _Strings({one: bits for one, bits in domains.items() if isinstance(one, StringDomain)})
        case _:
            return _Few(domains)


class _Few:
    """Few different domains, each looked at: truths."""

    def __init__(self, domains: Mapping[Domain, int]) -> None:
        self._domains = domains

    def excluding(self, domain: Domain) -> int:
        found = 0
        for other, rules in self._domains.items():
            if is_empty(of_all((domain, other))):
                found |= rules
        return found

    def within(self, domain: Domain) -> int:
        found = 0
        for other, rules in self._domains.items():
            if is_within(other, domain):
                found |= rules
        return found


class _Strings:
    """Strings: by value, the rules that list it and those that leave it out."""

    def __init__(self, domains: Mapping[StringDomain, int]) -> None:
        self._listed: dict[str, int] = {}
        self._excluded: dict[str, int] = {}
        self._all_listed = 0
        self._several: dict[StringDomain, int] = {}  # those that list more than one
        for domain, rules in domains.items():
            into = self._excluded if domain.excluded else self._listed
            for value in domain.values:
                into[value] = into.get(value, 0) | rules
            if not domain.excluded:
                self._all_listed |= rules
                if len(domain.values) > 1:
                    self._several[domain] = rules

    def excluding(self, domain: Domain) -> int:
        assert isinstance(domain, StringDomain)
        if domain.excluded:
            return self._listed_within(domain)
        return (self._all_listed & ~self._any_of(domain)) | self._leaving_out(domain)

    def within(self, domain: Domain) -> int:
        assert isinstance(domain, StringDomain)
        if domain.excluded:
            # What lists none of them, and what leaves all of them out.
            return (self._all_listed & ~self._any_of(domain)) | self._leaving_out(domain)
        return self._listed_within(domain)

    def _any_of(self, domain: StringDomain) -> int:
        found = 0
        for value in domain.values:
            found |= self._listed.get(value, 0)
        return found

    def _leaving_out(self, domain: StringDomain) -> int:
        found = -1 if domain.values else 0
        for value in domain.values:
            found &= self._excluded.get(value, 0)
        return found

    def _listed_within(self, domain: StringDomain) -> int:
        """The rules that list nothing but values of a domain."""
        found = self._any_of(domain)
        for other, rules in self._several.items():
            if found & rules and not other.values <= domain.values:
                found &= ~rules
        return found


class _Numbers:
    """Numbers: the rules by where they begin and by where they end, as if each were one interval.

    Domains of several intervals are few, and are looked at one by one.
    """

    def __init__(self, domains: Mapping[NumberDomain, int]) -> None:
        whole = {one: bits for one, bits in domains.items() if len(one.intervals) == 1}
        self._pieces = {one: bits for one, bits in domains.items() if len(one.intervals) > 1}
        self._lows = _Ordered([(_low(domain.intervals[0]), bits) for domain, bits in whole.items()])
        self._highs = _Ordered([(_high(domain.intervals[0]), bits) for domain, bits in whole.items()])

    def excluding(self, domain: Domain) -> int:
        assert isinstance(domain, NumberDomain)
        found = -1 if domain.intervals else 0
        for interval in domain.intervals:
            found &= self._highs.below(_low(interval)) | self._lows.above(_high(interval))
        for other, rules in self._pieces.items():
            if of_all((domain, other)) == _NO_NUMBER:
                found |= rules
        return found

    def within(self, domain: Domain) -> int:
        assert isinstance(domain, NumberDomain)
        found = 0
        for interval in domain.intervals:
            found |= self._lows.not_below(_low(interval)) & self._highs.not_above(_high(interval))
        for other, rules in self._pieces.items():
            if is_within(other, domain):
                found |= rules
        return found


class _Ordered:
    """Bitmaps in the order of their bounds, with those of the first so many put together every few steps."""

    def __init__(self, entries: list[tuple[_Bound, int]]) -> None:
        entries.sort(key=lambda entry: entry[0])
        self._bounds = [bound for bound, _ in entries]
        self._rules = [rules for _, rules in entries]
        self._firsts: list[int] = []
        together = 0
        for place, rules in enumerate(self._rules):
            if place % _STEP == 0:
                self._firsts.append(together)
            together |= rules
        self._all = together

    def below(self, bound: _Bound) -> int:
        return self._first(bisect_left(self._bounds, bound))

    def not_above(self, bound: _Bound) -> int:
        return self._first(bisect_right(self._bounds, bound))

    def above(self, bound: _Bound) -> int:
        return self._all & ~self.not_above(bound)

    def not_below(self, bound: _Bound) -> int:
        return self._all & ~self.below(bound)

    def _first(self, count: int) -> int:
        if not self._rules:
            return 0
        block = min(count // _STEP, len(self._firsts) - 1)
        found = self._firsts[block]
        for rules in self._rules[block * _STEP : count]:
            found |= rules
        return found


def _low(interval: Interval) -> _Bound:
    return (-1, 0, 0) if interval.low is None else (0, interval.low, 0 if interval.low_included else 1)


def _high(interval: Interval) -> _Bound:
    return (1, 0, 0) if interval.high is None else (0, interval.high, 0 if interval.high_included else -1)
