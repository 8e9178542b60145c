"""Rows of customers whose figures add up in listed periods and who returned nothing: nearly all, in most groups.

What the ledgers of `windows` come to for them, without the ledgers. Of anybody else these are asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import Spans, empty_row, listed_span
from targetexpr.targets.progress.exact import EXACT, ZERO, all_shown, shown
from targetexpr.targets.progress.ledger import local_day
from targetexpr.targets.progress.ledger_entries import Entry
from targetexpr.targets.progress.making import make_period_progress
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.results import PeriodProgress, PeriodSpan
from targetexpr.targets.progress.windows import value_of

if TYPE_CHECKING:
    from targetexpr.targets.progress.contribution import Lines

_Line: TypeAlias = tuple[str, Decimal, datetime]
"""A record, its measure, and its instant."""

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
        books: dict[int, list[_Line]] = {}  # by column and, in steps of their number, place of the target
        width = len(self._columns)
        for at, record, _, contributed, _, _ in ordered:
            if not contributed:
                continue
            day = at.date() if zone is at.tzinfo else local_day(at, zone)
            column = known.get(day, _UNKNOWN)
            if column < 0:
                column = self._column(day) if column == _UNKNOWN else column
                if column == _OUTSIDE:
                    outside += 1
                    continue
            for place, amount, _ in cast("tuple[tuple[int, Decimal, Lines | None], ...]", contributed):
                key = place * width + column
                if key in books:
                    books[key].append((record, amount, at))
                else:
                    books[key] = [(record, amount, at)]
        rows = [empty.copy() for empty in self._empty]
        for key, book in books.items():
            place, column = divmod(key, width)
            mine = rows[place]
            mine[column] = self._row(mine[column].span, book)
        return rows, outside

    def _row(self, span: PeriodSpan, book: list[_Line]) -> PeriodProgress:
        value = span.value
        progress = ZERO
        by: str | None = None  # the record after which the progress stayed at the value
        on: datetime | None = None
        for record, amount, at in book:
            progress = _add(progress, amount)
            if progress < value:
                by = on = None
            elif by is None:
                by, on = record, at
        records, amounts, _ = zip(*book, strict=True)
        local = None if on is None else on.astimezone(self._zone)
        return make_period_progress(span, shown(progress), progress, by, local, records, all_shown(amounts))

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
