"""Making results: of a frozen dataclass the constructor fills each member four times as slowly, and these are many.

So they are filled open, and closed afterwards. What is made is the very same.
"""

from __future__ import annotations

from collections.abc import Callable
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
        self.__class__ = PeriodProgress  # type: ignore[assignment]


make_period_progress = cast(
    "Callable[[PeriodSpan, Decimal, Amount, str | None, datetime | None, tuple[str, ...], tuple[Decimal, ...]],"
    " PeriodProgress]",
    _OpenPeriod,
)
"""What the constructor makes, of its members in their order here."""


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
        self.__class__ = LevelProgress  # type: ignore[assignment]


make_level_progress = cast(
    "Callable[[int | None, str, int, LevelStatus, str | None, int | None, str | None, datetime | None], LevelProgress]",
    _OpenLevel,
)
"""What the constructor makes, of its members in their order here."""
