"""One customer: from what the records brought to windows, and from windows to progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter

from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import Spans, cap, row, streak, today_of, unified
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.progress.enrolment import EVERYBODY, Enrolled
from targetexpr.targets.progress.ledger import Credit, Refund, local_day, make_credit
from targetexpr.targets.progress.ledger_entries import Entry
from targetexpr.targets.progress.listed_sums import ListedSums
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan
from targetexpr.targets.progress.record import in_order
from targetexpr.targets.progress.results import CustomerProgress, PeriodProgress, ReportedRecord, StreakProgress
from targetexpr.targets.progress.returns import Return, refunds_of, returns_in_order
from targetexpr.targets.progress.windows import ReturnPolicy, Window, fill


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """What is the same for every customer."""

    plan: EvaluationPlan
    evaluators: tuple[TargetEvaluator, ...]
    policy: ReturnPolicy | None
    now: datetime | None
    raises: bool  # at data that does not fit, instead of listing it
    drop_unfinished: bool  # levels that are not reached when everything has ended
    spans: Spans  # the listed periods as results have them, made once
    sums: ListedSums | None  # who makes the rows of most customers, where the group allows it


@dataclass(slots=True)
class Found:
    """What is reported beside the progress."""

    records: list[ReportedRecord] = field(default_factory=list)
    out_of_scope: int = 0
    outside_periods: int = 0


_at, _id = itemgetter(0), itemgetter(1)  # of entries


def evaluate_customer(
    settings: EvaluationSettings, id: str, entries: Sequence[Entry], part: Enrolled, found: Found
) -> CustomerProgress:
    """The progress of one customer from all of the customer's records, in any order."""
    plan = settings.plan
    if part.until is not None and settings.now is not None and part.until > settings.now:
        part = replace(part, until=None)  # has not happened yet
    ordered = in_order(entries, _at, _id)
    returns: list[Return] = []
    odd = [entry.rest for entry in ordered if entry.rest is not None]
    if odd:
        returns = returns_in_order(ordered, found.records)
        for rest in odd:
            found.records.extend(rest.errors)
            found.out_of_scope += rest.outcome == "scope"
            found.outside_periods += rest.outcome == "bounds"
    if settings.sums is not None and not returns and part == EVERYBODY:
        rows, beyond = settings.sums.rows(ordered)
        found.outside_periods += beyond
        return CustomerProgress(
            id=id,
            now=settings.now,
            periods=tuple([one for each in rows for one in each]),
            streak=_streak(settings, rows, plan.periods, part),
        )
    credited = _credits(plan, ordered, part)
    periods = _periods(plan, part)
    windows: list[list[Window]] = []
    outside: list[set[str]] = []
    for evaluator, mine in zip(settings.evaluators, credited, strict=True):
        taken: list[Refund] = []
        if returns and settings.policy != "IGNORE" and evaluator.target.takes_returns:
            taken = list(refunds_of(evaluator, mine, returns, found.records, raises=settings.raises))
        own = part.values.get(evaluator.target.name, ())
        here = fill(plan, evaluator.target, list(mine.values()), taken, settings.policy, settings.now, periods, own)
        found.records += [_homeless(one.record, evaluator.target.name) for one in here.homeless]
        outside.append(here.outside)
        windows.append(sorted(_taken_part_in(here.windows, part), key=lambda window: window.index))
    found.outside_periods += _outside(ordered, credited, outside)
    rows = [
        [row(plan, evaluator.target.name, one, settings.spans) for one in here]
        for evaluator, here in zip(settings.evaluators, windows, strict=True)
    ]
    return CustomerProgress(
        id=id,
        now=settings.now,
        periods=tuple(one for each in rows for one in each),
        streak=_streak(settings, rows, periods, part),
        unified=tuple(unified(plan, windows)) if plan.tracking is TrackingType.UNIFIED and windows else _none(plan),
        caps=tuple(
            cap(plan, evaluator.target.name, window, mine)
            for evaluator, mine, here in zip(settings.evaluators, credited, windows, strict=True)
            for window in here
        )
        if plan.tracking is TrackingType.CAPPING
        else None,
    )


NO_PERIOD = "no period that starts after the return takes it"


def _homeless(record: str, target: str) -> ReportedRecord:
    return ReportedRecord(record=record, target=target, reason="no-period", path="date", message=NO_PERIOD)


def _taken_part_in(windows: Sequence[Window], part: Enrolled) -> list[Window]:
    """Leaving takes out the cycle that is open then, and all later ones; listed periods were left out before."""
    until = part.until
    if until is None:
        return list(windows)
    return [one for one in windows if one.period is not None or (one.end is not None and one.end <= until)]


def _outside(ordered: Sequence[Entry], credited: Sequence[Mapping[str, Credit]], outside: Sequence[set[str]]) -> int:
    """How many records bring nothing, since they lie outside of every period."""
    beyond = set[str]().union(*outside)
    if not beyond:
        return 0
    both = zip(credited, outside, strict=True)
    counting = {record for mine, left in both for record in mine if record not in left}
    placed = [entry.id for entry in ordered if entry.rest is None or not entry.rest.outcome]
    return sum(one in beyond and one not in counting for one in placed)


def _none(plan: EvaluationPlan) -> tuple[()] | None:
    return () if plan.tracking is TrackingType.UNIFIED else None


def _streak(
    settings: EvaluationSettings,
    rows: Sequence[Sequence[PeriodProgress]],
    periods: tuple[PeriodPlan, ...],
    part: Enrolled,
) -> StreakProgress | None:
    """The streak of the group's first target; documents allow it only one."""
    plan = settings.plan
    if not plan.tracking.is_streak or not rows:
        return None
    today = today_of(plan, settings.now)
    over = today is not None and plan.last_day is not None and plan.last_day < today
    left = today is not None and part.until is not None and local_day(part.until, plan.zone) <= today
    by_place = {one.index: one for one in rows[0]}
    return streak(plan, by_place, periods, today, settings.spans, dropped=settings.drop_unfinished and (over or left))


def _periods(plan: EvaluationPlan, part: Enrolled) -> tuple[PeriodPlan, ...]:
    """The periods that the customer takes part in."""
    if part.since is None and part.until is None:
        return plan.periods
    since = None if part.since is None else local_day(part.since, plan.zone)
    until = None if part.until is None else local_day(part.until, plan.zone)
    return tuple(
        period
        for period in plan.periods
        if (since is None or period.last >= since) and (until is None or period.last < until)
    )


def _credits(plan: EvaluationPlan, ordered: Sequence[Entry], part: Enrolled) -> list[dict[str, Credit]]:
    """Per target what counts, by record id, in order."""
    cyclic = plan.window is not EvaluationType.FIXED_CALENDAR_WINDOW
    credited: list[dict[str, Credit]] = [{} for _ in plan.targets]
    for order, entry in enumerate(ordered):
        contributed = entry.contributed
        if not contributed:
            continue
        if cyclic and (
            (part.since is not None and entry.at < part.since) or (part.until is not None and entry.at >= part.until)
        ):
            continue
        for place, amount, lines in contributed:
            credited[place][entry.id] = make_credit((order, entry.at, entry.id, amount, lines))
    return credited
