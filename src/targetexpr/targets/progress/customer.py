"""One customer: from what the records contributed to windows, and from windows to progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal, localcontext

from targetexpr.running.coercion import DataError
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import cap, row, streak, today_of, unified
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.ledger import Credit, local_day, refunds
from targetexpr.targets.progress.ledger_entries import Entry, counted, record_error
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan
from targetexpr.targets.progress.record import Order
from targetexpr.targets.progress.results import CustomerProgress, PeriodProgress, RecordError, StreakProgress
from targetexpr.targets.progress.windows import ReturnPolicy, Window, fill

StatedReturn = tuple[Order, str, str, "Decimal | bool"]
"""A return that counts: its place, its id, its bill, and what it takes; True for all of a counted bill."""

_SHARE = Context(prec=34)  # the precision of division in rules


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """What is the same for every customer."""

    plan: EvaluationPlan
    evaluators: tuple[TargetEvaluator, ...]
    policy: ReturnPolicy | None
    now: datetime | None
    raises: bool  # at data that does not fit, instead of listing it
    drop_unfinished: bool  # levels that are not reached when everything has ended


@dataclass(slots=True)
class ReportedRecords:
    """Collects what is reported beside the progress."""

    errors: list[RecordError] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


def evaluate_customer(
    settings: EvaluationSettings, id: str, entries: Mapping[str, Entry], part: Enrolled, reported: ReportedRecords
) -> CustomerProgress:
    """The progress of one customer from all of the customer's records."""
    plan = settings.plan
    ordered = sorted(entries.values(), key=lambda entry: entry.order)
    returns = _returns(ordered, entries, reported)
    for entry in ordered:
        reported.errors.extend(entry.errors)
    credited = _credits(plan, ordered, part)
    periods = _periods(plan, part)
    windows: list[list[Window]] = []
    for evaluator, mine in zip(settings.evaluators, credited, strict=True):
        stated = _stated(settings, evaluator, mine, returns, reported) if settings.policy != "IGNORE" else []
        own = part.values.get(evaluator.target.name, ())
        taken = list(refunds(mine, stated))
        here = fill(plan, evaluator.target, list(mine.values()), taken, settings.policy, settings.now, periods, own)
        windows.append(sorted(here, key=lambda window: window.index))
    names = [target.name for target in plan.targets]
    rows = [[row(plan, name, one) for one in here] for name, here in zip(names, windows, strict=True)]
    return CustomerProgress(
        id=id,
        now=settings.now,
        periods=tuple(one for each in rows for one in each),
        streak=_streak(settings, rows, periods, part),
        unified=tuple(unified(plan, windows)) if plan.tracking is TrackingType.UNIFIED and windows else _none(plan),
        caps=tuple(
            cap(plan, name, window, mine)
            for name, mine, here in zip(names, credited, windows, strict=True)
            for window in here
        )
        if plan.tracking is TrackingType.CAPPING
        else None,
    )


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
    over = settings.now is not None and plan.over is not None and plan.over <= settings.now
    left = today is not None and part.until is not None and local_day(part.until, plan.zone) <= today
    by_place = {one.index: one for one in rows[0]}
    return streak(plan, by_place, periods, today, dropped=settings.drop_unfinished and (over or left))


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
    for entry in ordered:
        if not entry.contributed:
            continue
        if cyclic and (
            (part.since is not None and entry.at < part.since) or (part.until is not None and entry.at >= part.until)
        ):
            continue
        order = entry.order
        for place, amount, lines, value in entry.contributed:
            credited[place][entry.id] = Credit(order, entry.id, amount, lines, value)
    return credited


def _returns(ordered: Sequence[Entry], entries: Mapping[str, Entry], reported: ReportedRecords) -> list[Entry]:
    """The returns whose bill is there; the others are reported."""
    kept = []
    for entry in ordered:
        if entry.returns is None:
            continue
        bill = entries.get(entry.returns)
        if bill is None or not bill.is_bill:
            reported.orphans.append(entry.id)
        else:
            kept.append(entry)
    return kept


def _stated(
    settings: EvaluationSettings,
    evaluator: TargetEvaluator,
    credited: Mapping[str, Credit],
    returns: Sequence[Entry],
    reported: ReportedRecords,
) -> list[StatedReturn]:
    """What each return of a bill that counts says it takes."""
    if not evaluator.target.takes_returns:
        return []
    stated: list[StatedReturn] = []
    before: dict[str, Decimal] = {}  # of each bill, the value returned so far
    for entry in returns:
        credit = credited.get(entry.returns or "")
        if credit is None or entry.returned is None:
            continue
        try:
            if counted(evaluator.target):
                taken_back: Decimal | bool | None = _whole(evaluator, entry.returned, credit, before)
            else:
                taken_back = evaluator.returned(entry.returned, credit.lines)
                if taken_back is None and credit.lines is not None:
                    taken_back = _share(evaluator, entry.returned, credit)
        except DataError as error:
            if settings.raises:
                raise
            reported.errors.append(record_error(entry.id, evaluator.target.name, error))
            continue
        if taken_back:
            stated.append((entry.order, entry.id, credit.record, taken_back))
    return stated


def _values(evaluator: TargetEvaluator, record: dict[str, object], credit: Credit) -> tuple[Decimal, Decimal]:
    """The value of a return and of its bill. Raises DataError where one is not known."""
    value = evaluator.bill_value(record, "returnBill")
    if value is None:
        raise DataError("returnBill.value", None, "number")
    if value < 0:
        raise DataError("returnBill.value", value, "a number of 0 or more (returns are stated without a sign)")
    if credit.value is None:
        raise DataError(f"currentTxn.value of the bill {credit.record}", None, "number")
    return value, credit.value


def _whole(evaluator: TargetEvaluator, record: dict[str, object], credit: Credit, before: dict[str, Decimal]) -> bool:
    """Whether the bill is now returned whole, this return and earlier ones together."""
    value, of = _values(evaluator, record, credit)
    before[credit.record] = before.get(credit.record, Decimal(0)) + value
    return before[credit.record] >= of


def _share(evaluator: TargetEvaluator, record: dict[str, object], credit: Credit) -> Decimal:
    """The part of what lines counted for that a return takes which names no lines: as much as of the bill's value."""
    value, of = _values(evaluator, record, credit)
    if of <= 0 or value >= of:
        return credit.amount
    with localcontext(_SHARE):
        return credit.amount * value / of
