"""Making results: of a frozen dataclass the constructor fills each member four times as slowly, and these are many.

So they are filled open, and closed afterwards. What is made is the very same.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import cast

from targetexpr.targets.progress.exact import Amount
from targetexpr.targets.progress.results import LevelProgress, LevelStatus, PeriodProgress, PeriodSpan


class _OpenPeriod:
    """A PeriodProgress while it is filled."""

    __slots__ = PeriodProgress.__slots__

    def __init__(
        self,
        span: PeriodSpan,
        progress: Decimal,
        exact: Amount,
        achieved_by: str | None,
        achieved_on: datetime | None,
        records: tuple[str, ...],
        changes: tuple[Decimal, ...],
    ) -> None:
        self.span = span
        self.progress = progress
        self.exact = exact
        self.achieved_by = achieved_by
        self.achieved_on = achieved_on
        self.records = records
        self.changes = changes


def make_period_progress(
    span: PeriodSpan,
    progress: Decimal,
    exact: Amount,
    achieved_by: str | None,
    achieved_on: datetime | None,
    records: tuple[str, ...],
    changes: tuple[Decimal, ...],
) -> PeriodProgress:
    """What the constructor makes."""
    made = _OpenPeriod(span, progress, exact, achieved_by, achieved_on, records, changes)
    made.__class__ = PeriodProgress  # type: ignore[assignment]
    return cast("PeriodProgress", made)


class _OpenLevel:
    """A LevelProgress while it is filled."""

    __slots__ = LevelProgress.__slots__

    def __init__(
        self,
        id: int | None,
        name: str,
        count: int,
        status: LevelStatus,
        period: str | None,
        index: int | None,
        reached_by: str | None,
        reached_on: datetime | None,
    ) -> None:
        self.id = id
        self.name = name
        self.count = count
        self.status = status
        self.period = period
        self.index = index
        self.reached_by = reached_by
        self.reached_on = reached_on


def make_level_progress(
    id: int | None,
    name: str,
    count: int,
    status: LevelStatus,
    period: str | None,
    index: int | None,
    reached_by: str | None,
    reached_on: datetime | None,
) -> LevelProgress:
    """What the constructor makes."""
    made = _OpenLevel(id, name, count, status, period, index, reached_by, reached_on)
    made.__class__ = LevelProgress  # type: ignore[assignment]
    return cast("LevelProgress", made)
