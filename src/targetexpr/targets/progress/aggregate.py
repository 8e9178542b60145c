"""What windows add up to for one customer: rows of progress, the streak, unified results, caps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.progress.exact import ZERO, Amount, add, at_least, highest, lowest, shown, subtract, total
from targetexpr.targets.progress.ledger import Account, Credit, Movement, local_day
from targetexpr.targets.progress.making import make_level_progress, make_period_progress
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan
from targetexpr.targets.progress.results import (
    CapProgress,
    Grant,
    LevelProgress,
    PeriodProgress,
    PeriodSpan,
    StreakProgress,
    UnifiedProgress,
)
from targetexpr.targets.progress.streaks import PeriodState, reached, runs
from targetexpr.targets.progress.windows import Window


@dataclass(slots=True)
class Spans:
    """What customers share of listed periods: made once."""

    known: dict[tuple[str, int, int], PeriodSpan] = field(default_factory=dict)
    """By target, place and identity of the value."""
    empty: dict[int, PeriodProgress] = field(default_factory=dict)
    """The progress of those without any record, by identity of the span."""
    levels: dict[tuple[int, bool], LevelProgress] = field(default_factory=dict)
    """Levels that are not reached, by place and whether they are dropped."""
    states: dict[int, tuple[PeriodState, PeriodState]] = field(default_factory=dict)
    """How a streak sees a period on the day of now, without and with its value reached, by place."""


def row(plan: EvaluationPlan, target: str, window: Window, spans: Spans) -> PeriodProgress:
    """The row of a window."""
    account = window.account
    movements, by = account.movements, account.reached
    span = _span(plan, target, window, spans)
    if not movements and window.period is not None:
        return empty_row(span, spans)
    return make_period_progress(
        span,
        shown(account.progress),
        account.progress,
        None if by is None else by.record,
        None if by is None else by.at.astimezone(plan.zone),
        tuple([movement.record for movement in movements]),
        tuple([shown(movement.change) for movement in movements]),
    )


def empty_row(span: PeriodSpan, spans: Spans) -> PeriodProgress:
    """The row of a listed period without any record; one for all customers."""
    known = spans.empty.get(id(span))
    if known is None:
        known = spans.empty[id(span)] = make_period_progress(span, ZERO, ZERO, None, None, (), ())
    return known


def _span(plan: EvaluationPlan, target: str, window: Window, spans: Spans) -> PeriodSpan:
    period, zone = window.period, plan.zone
    if period is not None:
        return listed_span(plan, target, period, window.value, spans)
    end = None if window.end is None else window.end.astimezone(zone)
    return PeriodSpan(
        target=target,
        index=window.index,
        period=name_of(plan, window.index),
        days=None,
        start=window.start.astimezone(zone),
        end=end,
        value=window.value,
    )


def listed_span(plan: EvaluationPlan, target: str, period: PeriodPlan, value: Decimal, spans: Spans) -> PeriodSpan:
    """A listed period of a target with its value; one for all customers."""
    key = target, period.index, id(value)  # a value stays while its span does
    known = spans.known.get(key)
    if known is None:
        known = spans.known[key] = PeriodSpan(
            target=target,
            index=period.index,
            period=name_of(plan, period.index),
            days=(period.first, period.last),
            start=period.local_start,
            end=period.local_end,
            value=value,
        )
    return known


def name_of(plan: EvaluationPlan, index: int) -> str:
    """The name of a period; of a cycle that of the period listed for it, or its number."""
    return plan.names[index] if index < len(plan.names) else str(index + 1)


def streak(
    plan: EvaluationPlan,
    rows: Mapping[int, PeriodProgress],
    periods: Sequence[PeriodPlan],
    today: date | None,
    spans: Spans,
    *,
    dropped: bool,
) -> StreakProgress:
    """The streak over the periods of its target, by place. `dropped` is what becomes of levels not reached."""
    of_period = spans.states
    states = [
        (of_period.get(period.index) or _states_of(period, today, spans))[rows[period.index].achieved_by is not None]
        for period in periods
    ]
    found = runs(states, continuous=plan.tracking is TrackingType.STREAKS)
    levels = []
    for order, (level, place) in enumerate(zip(plan.levels, reached(plan.levels, found.after), strict=True)):
        if place is not None:
            decided = rows[periods[place].index]
            levels.append(
                make_level_progress(
                    level.id,
                    level.name,
                    level.count,
                    "ACHIEVED",
                    decided.period,
                    decided.index,
                    decided.achieved_by,
                    decided.achieved_on,
                )
            )
            continue
        known = spans.levels.get((order, dropped))
        if known is None:
            known = spans.levels[order, dropped] = LevelProgress(
                id=level.id,
                name=level.name,
                count=level.count,
                status="DROPPED" if dropped else "INPROGRESS",
                period=None,
                index=None,
                reached_by=None,
                reached_on=None,
            )
        levels.append(known)
    return StreakProgress(run=found.current, longest=found.longest, levels=tuple(levels))


def _states_of(period: PeriodPlan, today: date | None, spans: Spans) -> tuple[PeriodState, PeriodState]:
    """How a streak sees a period, without and with its value reached."""
    ended, started = today is not None and period.last < today, today is not None and period.first <= today
    missed = PeriodState(achieved=False, ended=ended, started=started)
    known = spans.states[period.index] = missed, missed._replace(achieved=True)
    return known


def unified(plan: EvaluationPlan, members: Sequence[Sequence[Window]]) -> Iterator[UnifiedProgress]:
    """A row per period. `members` has each target's windows, all in the same order."""
    for windows in zip(*members, strict=True):
        by = _unified_by(plan, windows)
        met, overall = _state(plan, windows, [_reached(window) for window in windows])
        yield UnifiedProgress(
            index=windows[0].index,
            period=name_of(plan, windows[0].index),
            members_met=met,
            overall_met=overall,
            achieved_by=by.record if by is not None and met and overall else None,
            achieved_on=by.at.astimezone(plan.zone) if by is not None and met and overall else None,
        )


def _reached(window: Window) -> bool:
    return window.account.reached is not None


def _state(plan: EvaluationPlan, windows: Sequence[Window], achieved: Sequence[bool]) -> tuple[bool, bool]:
    members = sum(achieved) >= plan.needed if plan.needed else all(achieved)
    together = total(window.account.progress for window in windows)
    return members, plan.overall is None or at_least(together, plan.overall)


def _unified_by(plan: EvaluationPlan, windows: Sequence[Window]) -> Movement | None:
    """The record after which members and sum stayed at what is asked, watching all ledgers at once."""
    progress: list[Amount] = [ZERO] * len(windows)
    counted = [False] * len(windows)
    found: Movement | None = None
    for movements in _by_record(windows):
        for place, movement in movements:
            progress[place] = add(progress[place], movement.change)
            counted[place] = counted[place] or movement.counts
        done = [counted[i] and at_least(progress[i], window.value) for i, window in enumerate(windows)]
        members = sum(done) >= plan.needed if plan.needed else all(done)
        if not members or (plan.overall is not None and not at_least(total(progress), plan.overall)):
            found = None
        elif found is None:
            found = movements[0][1]
    return found


def _by_record(windows: Sequence[Window]) -> Iterator[list[tuple[int, Movement]]]:
    """All ledgers in order, whole records at a time: what one record changes for several members is one step."""
    pairs = [(place, movement) for place, window in enumerate(windows) for movement in window.account.movements]
    pairs.sort(key=lambda pair: (pair[1].order, not pair[1].counts, pair[1].record))
    for _, together in groupby(pairs, key=lambda pair: (pair[1].order, not pair[1].counts, pair[1].record)):
        yield list(together)


def cap(plan: EvaluationPlan, target: str, window: Window, credited: Mapping[str, Credit]) -> CapProgress:
    """Awards in order, each granted what is left of the ceiling. Returns give nothing back, so they are not seen."""
    account = Account(window.account.accumulation, plan.zone, window.value)
    left: Amount = window.value
    given: Amount = ZERO
    grants: list[Grant] = []
    for movement in window.account.movements:
        if movement.counts:
            account.take(credited[movement.record])
            asked = account.movements[-1].change
            granted = highest((ZERO, lowest((asked, left))))
            left = subtract(left, granted)
            grants.append(Grant(movement.record, shown(asked), shown(granted)))
            given = add(given, granted)
    return CapProgress(
        target=target,
        index=window.index,
        period=name_of(plan, window.index),
        cap=window.value,
        granted=shown(given),
        remaining=shown(left),
        grants=tuple(grants),
    )


def today_of(plan: EvaluationPlan, now: datetime | None) -> date | None:
    """The local day of now."""
    return None if now is None else local_day(now, plan.zone)
