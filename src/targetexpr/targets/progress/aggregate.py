"""What windows add up to for one customer: rows of progress, the streak, unified results, caps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.progress.ledger import ZERO, Account, Credit, Movement, achiever, local_day
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan
from targetexpr.targets.progress.results import (
    CapProgress,
    Contribution,
    Grant,
    LevelProgress,
    PeriodProgress,
    StreakProgress,
    UnifiedProgress,
)
from targetexpr.targets.progress.streaks import PeriodState, reached, runs
from targetexpr.targets.progress.windows import Window


def row(plan: EvaluationPlan, target: str, window: Window) -> PeriodProgress:
    """The row of a window."""
    movements = window.account.movements
    by = achiever(movements, window.value) if window.account.progress >= window.value else None
    period = window.period
    zone = plan.zone
    end = None if window.end is None or period is not None else window.end.astimezone(zone)
    return PeriodProgress(
        target=target,
        index=window.index,
        period=name_of(plan, window),
        days=None if period is None else (period.first, period.last),
        start=window.start.astimezone(zone) if period is None else period.local_start,
        end=end if period is None else period.local_end,
        value=window.value,
        progress=window.account.progress,
        achieved_by=None if by is None else by.record,
        achieved_on=None if by is None else by.order[0].astimezone(zone),
        contributions=tuple(Contribution(movement.record, movement.change) for movement in movements),
    )


def name_of(plan: EvaluationPlan, window: Window) -> str:
    """The name of a period; of a cycle that of the period listed for it, or its number."""
    return plan.names[window.index] if window.index < len(plan.names) else str(window.index + 1)


def streak(
    plan: EvaluationPlan,
    rows: Mapping[int, PeriodProgress],
    periods: Sequence[PeriodPlan],
    today: date | None,
    *,
    dropped: bool,
) -> StreakProgress:
    """The streak over the periods of its target, by place. `dropped` is what becomes of levels not reached."""
    states = [
        PeriodState(
            achieved=rows[period.index].achieved,
            ended=today is not None and period.last < today,
            started=today is not None and period.first <= today,
        )
        for period in periods
    ]
    found = runs(states, continuous=plan.tracking is TrackingType.STREAKS)
    levels = []
    for level, place in zip(plan.levels, reached(plan.levels, found.after), strict=True):
        decided = None if place is None else rows[periods[place].index]
        levels.append(
            LevelProgress(
                id=level.id,
                name=level.name,
                count=level.count,
                status="ACHIEVED" if decided is not None else "DROPPED" if dropped else "INPROGRESS",
                period=None if decided is None else decided.period,
                index=None if decided is None else decided.index,
                reached_by=None if decided is None else decided.achieved_by,
                reached_on=None if decided is None else decided.achieved_on,
            )
        )
    return StreakProgress(run=found.current, longest=found.longest, levels=tuple(levels))


def unified(plan: EvaluationPlan, members: Sequence[Sequence[Window]]) -> Iterator[UnifiedProgress]:
    """A row per period. `members` has each target's windows, all in the same order."""
    for windows in zip(*members, strict=True):
        by = _unified_by(plan, windows)
        met, overall = _state(plan, windows, [_reached(window) for window in windows])
        yield UnifiedProgress(
            index=windows[0].index,
            period=name_of(plan, windows[0]),
            members_met=met,
            overall_met=overall,
            achieved_by=by.record if by is not None and met and overall else None,
            achieved_on=by.order[0].astimezone(plan.zone) if by is not None and met and overall else None,
        )


def _reached(window: Window) -> bool:
    return window.account.progress >= window.value and any(each.counts for each in window.account.movements)


def _state(plan: EvaluationPlan, windows: Sequence[Window], achieved: Sequence[bool]) -> tuple[bool, bool]:
    members = sum(achieved) >= plan.needed if plan.needed else all(achieved)
    total = sum((window.account.progress for window in windows), ZERO)
    return members, plan.overall is None or total >= plan.overall


def _unified_by(plan: EvaluationPlan, windows: Sequence[Window]) -> Movement | None:
    """The movement that last contributed members and sum to what is asked, watching all ledgers at once."""
    progress = [ZERO] * len(windows)
    counted = [False] * len(windows)
    found: Movement | None = None
    for place, movement in _together(windows):
        progress[place] += movement.change
        counted[place] = counted[place] or movement.counts
        done = [counted[i] and progress[i] >= window.value for i, window in enumerate(windows)]
        members = sum(done) >= plan.needed if plan.needed else all(done)
        if not members or (plan.overall is not None and sum(progress, ZERO) < plan.overall):
            found = None
        elif found is None:
            found = movement
    return found


def _together(windows: Sequence[Window]) -> list[tuple[int, Movement]]:
    """All ledgers in order; a record that counts for several members does so at once, after the last of them."""
    pairs = [(place, movement) for place, window in enumerate(windows) for movement in window.account.movements]
    return sorted(pairs, key=lambda pair: (pair[1].order, pair[0]))


def cap(plan: EvaluationPlan, target: str, window: Window, credited: Mapping[str, Credit]) -> CapProgress:
    """Awards in order, each granted what is left of the ceiling. Returns give nothing back, so they are not seen."""
    account = Account(window.account.accumulation, plan.zone)
    left, grants = window.value, []
    for movement in window.account.movements:
        if movement.counts:
            account.take(credited[movement.record])
            asked = account.movements[-1].change
            granted = min(asked, left)
            left -= granted
            grants.append(Grant(movement.record, asked, granted))
    return CapProgress(
        target=target,
        index=window.index,
        period=name_of(plan, window),
        cap=window.value,
        granted=sum((grant.granted for grant in grants), ZERO),
        remaining=left,
        grants=tuple(grants),
    )


def today_of(plan: EvaluationPlan, now: datetime | None) -> date | None:
    """The local day of now."""
    return None if now is None else local_day(now, plan.zone)
