"""One customer explained period by period: which record counted, and which failed which part of the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import localcontext
from typing import TYPE_CHECKING

from targetexpr.base.dates import clock_text
from targetexpr.base.suggestions import suggest
from targetexpr.running.coercion import DataError
from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.progress.contribution import TargetEvaluator
from targetexpr.targets.progress.exact import EXACT
from targetexpr.targets.progress.record import Head, order_of, read_head
from targetexpr.targets.progress.results import CustomerProgress, PeriodProgress, ProgressData, decimal_text

if TYPE_CHECKING:
    from targetexpr.running.explaining.explanation import Explanation
    from targetexpr.targets.progress.tracker import RecordTracker


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """What became of one record, for one target."""

    record: str
    at: str  # on the local clock
    counts: bool
    change: str | None  # of the progress, where it counts or takes
    reason: str  # "does not count: currentTxn.value is 320, needs more than 500"


@dataclass(slots=True, kw_only=True)
class PeriodReport:
    """A period or cycle of one target, or what lies outside of all of them."""

    target: str
    heading: str
    records: list[RecordOutcome] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class CustomerReport:
    """Everything about one customer."""

    customer: str
    periods: list[PeriodReport]
    streak: list[str]  # the run and the levels, a line each

    def to_text(self) -> str:
        """For people."""
        lines = [f"Customer {self.customer}"]
        for period in self.periods:
            lines += ["", period.heading]
            lines += [f"  {'+' if one.counts else '-'} {one.at}  {one.record}: {one.reason}" for one in period.records]
            if not period.records:
                lines.append("  no records")
        return "\n".join((*lines, "", *self.streak) if self.streak else lines)

    def to_dict(self) -> dict[str, JsonValue]:
        """As plain data, under the names that scripts know."""
        return {
            "customer": self.customer,
            "chapters": [
                {
                    "target": period.target,
                    "heading": period.heading,
                    "records": [
                        {
                            "record": one.record,
                            "date": one.at,
                            "counts": one.counts,
                            "change": one.change,
                            "words": one.reason,
                        }
                        for one in period.records
                    ],
                }
                for period in self.periods
            ],
            "ending": list(self.streak),
        }


def no_customer(id: str, known: Iterable[str]) -> str:
    """What is said of one who takes no part, with close names of those who do.

    >>> no_customer("C17", ["c17", "d"])
    "customer 'C17' takes no part: no records, or not enrolled; did you mean c17?"
    """
    close = suggest(id, known)
    hint = f"; did you mean {', '.join(close)}?" if close else ""
    return f"customer {id!r} takes no part: no records, or not enrolled{hint}"


def customer_report(
    tracker: RecordTracker, progress: ProgressData, records: Iterable[Mapping[str, object]], customer: str
) -> CustomerReport:
    """What became of each of a customer's `records`, after `tracker` has seen all records.

    Raises KeyError for a customer who takes no part.
    """
    found = progress.customers[customer]
    heads = []
    for record in records:
        try:
            head = read_head(tracker.reader, record)
        except DataError:
            continue  # reported with the whole
        if head.customer == customer and (progress.now is None or head.at <= progress.now):
            heads.append((head, dict(record)))
    heads.sort(key=lambda pair: order_of(pair[0].at, pair[0].id))
    periods: list[PeriodReport] = []
    with localcontext(EXACT):
        for evaluator in tracker.evaluators:
            periods += _target(evaluator, tracker, progress, found, heads)
    return CustomerReport(customer=customer, periods=periods, streak=_streak(found))


def _target(
    evaluator: TargetEvaluator,
    tracker: RecordTracker,
    progress: ProgressData,
    found: CustomerProgress,
    heads: list[tuple[Head, dict[str, object]]],
) -> list[PeriodReport]:
    rows = found.of(evaluator.target.name)
    reports = {row.index: PeriodReport(target=row.target, heading=_heading(row, progress)) for row in rows}
    outside = PeriodReport(target=evaluator.target.name, heading=f"{evaluator.target.name}, outside every period")
    changes: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        for one in row.contributions:
            changes.setdefault(one.record, []).append((row.index, decimal_text(one.change)))
    errors = {one.record: one.message for one in progress.reported.errors if one.target in ("", evaluator.target.name)}
    seen: set[str] = set()
    for head, record in heads:
        at = clock_text(head.at.astimezone(progress.zone))
        again = head.id in seen or tracker.customer_of(head.id) != found.id
        seen.add(head.id)
        if not again and head.id in changes:
            for index, change in changes[head.id]:
                reason = _taken(record, change) if head.type == RETURN_BILL else f"counts {change}"
                outcome = RecordOutcome(
                    record=head.id, at=at, counts=head.type != RETURN_BILL, change=change, reason=reason
                )
                reports[index].records.append(outcome)
            continue
        why_not = "a duplicate id, counted once already" if again else None
        why_not = why_not or _why_not(evaluator, progress, head, record, errors)
        if why_not is not None:
            home = next((row.index for row in rows if _holds(row, head)), None)
            outcome = RecordOutcome(record=head.id, at=at, counts=False, change=None, reason=why_not)
            (outside if home is None else reports[home]).records.append(outcome)
    return [*reports.values(), *([outside] if outside.records else [])]


def _holds(row: PeriodProgress, head: Head) -> bool:
    return row.start <= head.at and (row.end is None or head.at < row.end)


def _taken(record: Mapping[str, object], change: str) -> str:
    return f"a return of {record.get('returnOf')}, changes the progress by {change}"


def _why_not(
    evaluator: TargetEvaluator, progress: ProgressData, head: Head, record: dict[str, object], errors: Mapping[str, str]
) -> str | None:
    """Why a record changed nothing; None for one that the target does not look at."""
    if head.type == RETURN_BILL and evaluator.target.event != RETURN_BILL:
        if not evaluator.target.takes_returns:
            return None
        if head.id in progress.reported.orphan_returns:
            return "a return without a bill"
        return errors.get(head.id) or f"a return of {record.get('returnOf')}, changes nothing here"
    if head.type != evaluator.target.event:
        return None
    if head.id in errors:
        return f"does not count: {errors[head.id]}"
    if evaluator.target.filtered and not evaluator.in_scope(record):
        return "does not count: outside the listed stores, zones and concepts"
    if evaluator.target.entity is TargetEntity.LINEITEM:
        return _why_no_line(evaluator, record)
    explanation = evaluator.explain(record)
    if not explanation.verdict:
        return f"does not count: {failing(explanation)}"
    if evaluator.contribution(record) is None:
        return f"does not count: it has no value for {evaluator.target.type}"
    return "the rule holds, but the record is outside every period and open cycle"


def _why_no_line(evaluator: TargetEvaluator, record: dict[str, object]) -> str:
    if evaluator.contribution(record) is not None:
        return "line items pass, but the record is outside every period and open cycle"
    reasons = []
    for index, line in enumerate(evaluator.lines(record)):
        explanation = evaluator.explain({**record, "currentLineItem": line})
        reason = "it has no value" if explanation.verdict else failing(explanation)
        reasons.append(f"line {index + 1}: {reason}")
    return "does not count: " + ("; ".join(reasons) if reasons else "it has no line items")


def failing(explanation: Explanation) -> str:
    """The parts of a rule that kept it from being true, as sentences."""
    found: list[str] = []
    open_ = [explanation]
    while open_:
        one = open_.pop(0)
        deciding = [one.operands[place] for place in one.decided_by] if one.role in ("all", "any", "not") else []
        if deciding:
            open_ = deciding + open_
        else:
            found.append(one.error or one.sentence or f"{one.text} is not true")
    return "; ".join(dict.fromkeys(found))


def _heading(row: PeriodProgress, progress: ProgressData) -> str:
    if row.days is not None:
        span = f"{row.days[0]} to {row.days[1]}"
    else:
        span = f"from {clock_text(row.start)}" + ("" if row.end is None else f" to {clock_text(row.end)}")
    if row.achieved_on is not None:
        state = f"achieved by {row.achieved_by} on {clock_text(row.achieved_on)}"
    else:
        over = progress.now is not None and row.end is not None and row.end <= progress.now
        begun = progress.now is not None and row.start <= progress.now
        state = "missed" if over else "running" if begun else "not started"
    reached = f"{decimal_text(row.progress)} of {decimal_text(row.value)}"
    return f"{row.target}, {row.period} ({span}): {reached}, {state}"


def _streak(found: CustomerProgress) -> list[str]:
    if found.streak is None:
        return []
    lines = [f"Run {found.streak.run}, longest {found.streak.longest}"]
    for level in found.streak.levels:
        state = f"reached in {level.period} by {level.reached_by}" if level.period else level.status.lower()
        lines.append(f"  {level.name} ({level.count}): {state}")
    return lines
