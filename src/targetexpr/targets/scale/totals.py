"""The summary of a simulation, put together from those of parts of the customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from targetexpr.targets.progress.exact import EXACT, add
from targetexpr.targets.progress.results import ProgressData
from targetexpr.targets.reports.simulation import CapCount, LevelCount, PeriodCount, Summary, summarise

Key = tuple[str, str]
First = tuple[str, int]
"""The first customer that has a row, and its place among that customer's rows."""


KeyT = TypeVar("KeyT")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTotals:
    """What was counted of some customers, and where each row stood first: rows are listed in that order."""

    summary: Summary
    periods: dict[Key, First] = field(default_factory=dict)
    unified: dict[str, First] = field(default_factory=dict)
    caps: dict[Key, First] = field(default_factory=dict)


def totals_of(progress: ProgressData) -> PartTotals:
    """The totals of some customers, who are in order."""
    found = PartTotals(summary=summarise(progress))
    for name, customer in progress.customers.items():
        for place, row in enumerate(customer.periods):
            found.periods.setdefault((row.target, row.period), (name, place))
        for place, one in enumerate(customer.unified or ()):
            found.unified.setdefault(one.period, (name, place))
        for place, cap in enumerate(customer.caps or ()):
            found.caps.setdefault((cap.target, cap.period), (name, place))
    return found


def merged(parts: Iterable[PartTotals]) -> Summary:
    """The summary of all. There is at least one part."""
    parts = list(parts)
    summaries = [part.summary for part in parts]
    first = summaries[0]
    found = Summary(customers=sum(one.customers for one in summaries), finished=first.finished)
    found.levels = [
        LevelCount(name=level.name, count=level.count, reached=sum(one.levels[place].reached for one in summaries))
        for place, level in enumerate(first.levels)
    ]
    longest, current = Counter[int](), Counter[int]()
    for one in summaries:
        longest.update(one.longest)
        current.update(one.current)
    found.longest, found.current = dict(sorted(longest.items())), dict(sorted(current.items()))
    found.short = sorted((short for one in summaries for short in one.short), key=lambda short: short.customer)
    found.periods = _periods(parts)
    found.unified = _unified(parts)
    found.caps = _caps(parts)
    return found


def _periods(parts: list[PartTotals]) -> list[PeriodCount]:
    counts: dict[Key, PeriodCount] = {}
    for part in parts:
        for one in part.summary.periods:
            total = counts.setdefault((one.target, one.period), PeriodCount(target=one.target, period=one.period))
            total.customers += one.customers
            total.achieved += one.achieved
            total.exact = add(total.exact, one.exact)
    firsts = _firsts(part.periods for part in parts)
    return [counts[key] for key in sorted(counts, key=firsts.__getitem__)]


def _unified(parts: list[PartTotals]) -> dict[str, int]:
    counts = Counter[str]()
    for part in parts:
        counts.update(part.summary.unified)
    firsts = _firsts(part.unified for part in parts)
    return {period: counts[period] for period in sorted(firsts, key=firsts.__getitem__)}


def _caps(parts: list[PartTotals]) -> list[CapCount]:
    counts: dict[Key, CapCount] = {}
    for part in parts:
        for one in part.summary.caps:
            total = counts.setdefault((one.target, one.period), CapCount(target=one.target, period=one.period))
            total.granted = EXACT.add(total.granted, one.granted)
            total.cut = EXACT.add(total.cut, one.cut)
            total.exhausted += one.exhausted
    firsts = _firsts(part.caps for part in parts)
    return [counts[key] for key in sorted(counts, key=firsts.__getitem__)]


def _firsts(parts: Iterable[dict[KeyT, First]]) -> dict[KeyT, First]:
    found: dict[KeyT, First] = {}
    for part in parts:
        for key, first in part.items():
            known = found.get(key)
            if known is None or first < known:
                found[key] = first
    return found
