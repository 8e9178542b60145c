"""Rows of customers whose figures add up in listed periods and who returned nothing: nearly all, in most groups.

What the ledgers of `windows` come to for them, without the ledgers. Of anybody else these are asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import Spans, empty_row, listed_span
from targetexpr.targets.progress.exact import EXACT, ZERO, all_shown, shown
from targetexpr.targets.progress.ledger import local_day
from targetexpr.targets.progress.ledger_entries import Entry
from targetexpr.targets.progress.making import make_period_progress
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.results import PeriodProgress
from targetexpr.targets.progress.windows import value_of

if TYPE_CHECKING:
    from targetexpr.targets.progress.contribution import Lines

_UNKNOWN = -2
_OUTSIDE = -1

_add = EXACT.add


class ListedSums:
    """Makes the rows of such customers."""

    def __init__(self, plan: EvaluationPlan, spans: Spans) -> None:
        self._zone = plan.zone
        self._by_start = sorted(plan.periods, key=lambda period: period.start)
        self._first_days = [period.first for period in self._by_start]
        by_index = sorted(plan.periods, key=lambda period: period.index)
        self._columns = {period.index: column for column, period in enumerate(by_index)}
        self._of_day: dict[date, int] = {}
        self._empty = [
            [
                empty_row(listed_span(plan, target.name, period, value_of(target, period.index, ()), spans), spans)
                for period in by_index
            ]
            for target in plan.targets
        ]

    def rows(self, ordered: Sequence[Entry]) -> tuple[list[list[PeriodProgress]], int]:
        """By target the rows of a customer whose records are in order, and how many lie outside of every period."""
        zone, known = self._zone, self._of_day
        outside = 0
        books: dict[tuple[int, int], list[tuple[Entry, Decimal]]] = {}
        for entry in ordered:
            if not entry.contributed:
                continue
            at = entry.at
            day = at.date() if zone is at.tzinfo else local_day(at, zone)
            column = known.get(day, _UNKNOWN)
            if column < 0:
                column = self._column(day) if column == _UNKNOWN else column
                if column == _OUTSIDE:
                    outside += 1
                    continue
            for place, amount, _ in cast("tuple[tuple[int, Decimal, Lines | None], ...]", entry.contributed):
                book = books.get((place, column))
                if book is None:
                    books[place, column] = [(entry, amount)]
                else:
                    book.append((entry, amount))
        rows = [empty.copy() for empty in self._empty]
        for (place, column), book in books.items():
            mine = rows[place]
            mine[column] = self._row(mine[column], book)
        return rows, outside

    def _row(self, empty: PeriodProgress, book: list[tuple[Entry, Decimal]]) -> PeriodProgress:
        span = empty.span
        value = span.value
        progress = ZERO
        by: Entry | None = None  # after whose record the progress stayed at the value
        for entry, amount in book:
            progress = _add(progress, amount)
            if progress < value:
                by = None
            elif by is None:
                by = entry
        return make_period_progress(
            span,
            shown(progress),
            progress,
            None if by is None else by.id,
            None if by is None else by.at.astimezone(self._zone),
            tuple([entry.id for entry, _ in book]),
            all_shown([amount for _, amount in book]),
        )

    def _column(self, day: date) -> int:
        place = bisect_right(self._first_days, day)
        period = self._by_start[place - 1] if place else None
        column = _OUTSIDE if period is None or day > period.last else self._columns[period.index]
        self._of_day[day] = column
        return column


def listed_sums(plan: EvaluationPlan, spans: Spans) -> ListedSums | None:
    """One who makes such rows; None for a group that needs more of its ledgers."""
    if plan.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        return None
    if plan.tracking in (TrackingType.UNIFIED, TrackingType.CAPPING):
        return None
    return ListedSums(plan, spans) if all(target.accumulation == "sum" for target in plan.targets) else None
