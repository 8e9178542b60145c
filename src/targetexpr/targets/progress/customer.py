"""One customer: from what the records brought to windows, and from windows to progress."""

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
from targetexpr.targets.progress.ledger import Mark, local_day, refunds
from targetexpr.targets.progress.ledger_entries import Entry, counted, record_error
from targetexpr.targets.progress.plan import EvaluationPlan, PeriodPlan
from targetexpr.targets.progress.record import Order
from targetexpr.targets.progress.results import CustomerProgress, PeriodProgress, RecordError, StreakProgress
from targetexpr.targets.progress.windows import ReturnPolicy, Window, fill

Stated = tuple[Order, str, str, "Decimal | bool"]
"""A return that counts: its place, its id, its bill, and what it takes; True for all of a counted bill."""

_SHARE = Context(prec=34)  # the precision of division in rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is the same for every customer."""

    plan: EvaluationPlan
    gates: tuple[TargetEvaluator, ...]
    policy: ReturnPolicy | None
    now: datetime | None
    stops: bool  # at data that does not fit, instead of listing it
    drops: bool  # levels that are not reached when everything has ended


@dataclass(slots=True)
class Diagnostics:
    """What is reported beside the progress."""

    errors: list[RecordError] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


def evaluate_customer(
    setting: Setting, id: str, entries: Mapping[str, Entry], part: Enrolled, found: Diagnostics
) -> CustomerProgress:
    """The progress of one customer from all of the customer's records."""
    plan = setting.plan
    ordered = sorted(entries.values(), key=lambda entry: entry.order)
    returns = _returns(ordered, entries, found)
    for entry in ordered:
        found.errors.extend(entry.errors)
    marks = _marks(plan, ordered, part)
    periods = _periods(plan, part)
    windows: list[list[Window]] = []
    for gate, mine in zip(setting.gates, marks, strict=True):
        stated = _stated(setting, gate, mine, returns, found) if setting.policy != "IGNORE" else []
        own = part.values.get(gate.target.name, ())
        taken = list(refunds(mine, stated))
        here = fill(plan, gate.target, list(mine.values()), taken, setting.policy, setting.now, periods, own)
        windows.append(sorted(here, key=lambda window: window.index))
    rows = [
        [row(plan, gate.target.name, one) for one in here] for gate, here in zip(setting.gates, windows, strict=True)
    ]
    return CustomerProgress(
        id=id,
        now=setting.now,
        periods=tuple(one for each in rows for one in each),
        streak=_streak(setting, rows, periods, part),
        unified=tuple(unified(plan, windows)) if plan.tracking is TrackingType.UNIFIED and windows else _none(plan),
        caps=tuple(
            cap(plan, gate.target.name, window, mine)
            for gate, mine, here in zip(setting.gates, marks, windows, strict=True)
            for window in here
        )
        if plan.tracking is TrackingType.CAPPING
        else None,
    )


def _none(plan: EvaluationPlan) -> tuple[()] | None:
    return () if plan.tracking is TrackingType.UNIFIED else None


def _streak(
    setting: Setting, rows: Sequence[Sequence[PeriodProgress]], periods: tuple[PeriodPlan, ...], part: Enrolled
) -> StreakProgress | None:
    """The streak of the group's first target; documents allow it only one."""
    plan = setting.plan
    if not plan.tracking.is_streak or not rows:
        return None
    today = today_of(plan, setting.now)
    over = setting.now is not None and plan.over is not None and plan.over <= setting.now
    left = today is not None and part.until is not None and local_day(part.until, plan.zone) <= today
    by_place = {one.index: one for one in rows[0]}
    return streak(plan, by_place, periods, today, dropped=setting.drops and (over or left))


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


def _marks(plan: EvaluationPlan, ordered: Sequence[Entry], part: Enrolled) -> list[dict[str, Mark]]:
    """Per target what counts, by record id, in order."""
    cyclic = plan.window is not EvaluationType.FIXED_CALENDAR_WINDOW
    marks: list[dict[str, Mark]] = [{} for _ in plan.targets]
    for entry in ordered:
        if not entry.brought:
            continue
        if cyclic and (
            (part.since is not None and entry.at < part.since) or (part.until is not None and entry.at >= part.until)
        ):
            continue
        order = entry.order
        for place, amount, lines, value in entry.brought:
            marks[place][entry.id] = Mark(order, entry.id, amount, lines, value)
    return marks


def _returns(ordered: Sequence[Entry], entries: Mapping[str, Entry], found: Diagnostics) -> list[Entry]:
    """The returns whose bill is there; the others are reported."""
    kept = []
    for entry in ordered:
        if entry.returns is None:
            continue
        bill = entries.get(entry.returns)
        if bill is None or not bill.is_bill:
            found.orphans.append(entry.id)
        else:
            kept.append(entry)
    return kept


def _stated(
    setting: Setting, gate: TargetEvaluator, marks: Mapping[str, Mark], returns: Sequence[Entry], found: Diagnostics
) -> list[Stated]:
    """What each return of a bill that counts says it takes."""
    if not gate.target.takes_returns:
        return []
    stated: list[Stated] = []
    before: dict[str, Decimal] = {}  # of each bill, the value returned so far
    for entry in returns:
        mark = marks.get(entry.returns or "")
        if mark is None or entry.returned is None:
            continue
        try:
            if counted(gate.target):
                figure: Decimal | bool | None = _whole(gate, entry.returned, mark, before)
            else:
                figure = gate.returned(entry.returned, mark.lines)
                if figure is None and mark.lines is not None:
                    figure = _share(gate, entry.returned, mark)
        except DataError as error:
            if setting.stops:
                raise
            found.errors.append(record_error(entry.id, gate.target.name, error))
            continue
        if figure:
            stated.append((entry.order, entry.id, mark.record, figure))
    return stated


def _values(gate: TargetEvaluator, record: dict[str, object], mark: Mark) -> tuple[Decimal, Decimal]:
    """The value of a return and of its bill. Raises DataError where one is not known."""
    value = gate.bill_value(record, "returnBill")
    if value is None:
        raise DataError("returnBill.value", None, "number")
    if value < 0:
        raise DataError("returnBill.value", value, "a figure of 0 or more (returns are stated without a sign)")
    if mark.value is None:
        raise DataError(f"currentTxn.value of the bill {mark.record}", None, "number")
    return value, mark.value


def _whole(gate: TargetEvaluator, record: dict[str, object], mark: Mark, before: dict[str, Decimal]) -> bool:
    """Whether the bill is now returned whole, this return and earlier ones together."""
    value, of = _values(gate, record, mark)
    before[mark.record] = before.get(mark.record, Decimal(0)) + value
    return before[mark.record] >= of


def _share(gate: TargetEvaluator, record: dict[str, object], mark: Mark) -> Decimal:
    """The part of what lines counted for that a return takes which names no lines: as much as of the bill's value."""
    value, of = _values(gate, record, mark)
    if of <= 0 or value >= of:
        return mark.amount
    with localcontext(_SHARE):
        return mark.amount * value / of
