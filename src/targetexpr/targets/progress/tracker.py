"""Evaluating a group: records in, one by one or all at once, progress out.

A record is looked at once, when it comes: scope, rule and measure. What it contributed is kept, small, and everything
else is worked out from that when a result is asked for. So late records, returns before their bill and duplicates need
no special care, and the order in which records come makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

from targetexpr.base.collecting import looking_at_new_objects_only
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.running.context import ContextReader
from targetexpr.targets.model.enums import EvaluationType, TargetType
from targetexpr.targets.model.envelope import build_group
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.aggregate import Spans
from targetexpr.targets.progress.contribution import MOST_VALUES, TargetEvaluator
from targetexpr.targets.progress.copies import copy_of
from targetexpr.targets.progress.customer import EvaluationSettings, Found, evaluate_customer
from targetexpr.targets.progress.enrolment import EVERYBODY, Enrolment, read_enrolment
from targetexpr.targets.progress.goods import Goods, goods_of
from targetexpr.targets.progress.ledger_entries import (
    FROM_ELSEWHERE,
    OUT_OF_BOUNDS,
    Contributed,
    CustomerFile,
    Entry,
    Kept,
    Outcome,
    Rest,
    data_error,
)
from targetexpr.targets.progress.listed_sums import listed_sums
from targetexpr.targets.progress.plan import EvaluationPlan, make_plan
from targetexpr.targets.progress.record import Head, read_head, read_id
from targetexpr.targets.progress.results import CustomerProgress, ProgressData, Reported, ReportedRecord
from targetexpr.targets.progress.returns import lines_of, worth_of
from targetexpr.targets.progress.windows import ReturnPolicy

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema

OnDataError: TypeAlias = Literal["list", "raise"]
"""What becomes of a record that does not fit: it is listed and counts nothing, or the evaluation stops."""


@dataclass(frozen=True, slots=True)
class PreparedGroup:
    """A group made ready for any number of evaluations on one clock: its plan, and its rules compiled. Immutable."""

    reader: ContextReader
    plan: EvaluationPlan
    evaluators: tuple[TargetEvaluator, ...]


def prepare(
    group: TargetGroup | Mapping[str, object], *, timezone: str = "UTC", schema: Schema | None = None
) -> PreparedGroup:
    """Does once what every evaluation of a group begins with. Raises PayloadError for a dict that holds no
    group, EvaluationError for a group that cannot be evaluated, ExpressionError for a broken rule."""
    model = group if isinstance(group, TargetGroup) else build_group(group)
    reader = ContextReader(time_zone(timezone))
    plan = make_plan(model, reader.zone)
    return PreparedGroup(
        reader, plan, tuple(TargetEvaluator(target, schema, reader, timezone) for target in plan.targets)
    )


DUPLICATE = "its id came more than once; the earliest record of the id counts"


def _for_returns(evaluator: TargetEvaluator, record: dict[str, object]) -> tuple[Decimal | None, Goods | None]:
    """What judging the returns of a bill will need: its value, and what its lines hold, code by code."""
    lines = lines_of(evaluator, record, "currentTxn")
    try:
        value = evaluator.stated_value(record, "currentTxn")
    except DataError:
        return None, goods_of(lines)  # it still counts; its returns are told by their lines
    return value if value is not None else worth_of(lines), goods_of(lines)


def _quick_target(tracker: RecordTracker) -> TargetEvaluator | None:
    """The one target that looks at bills, where a bill's value says what it brings, wherever and whenever it was."""
    mine = tracker._by_type.get(TRANSACTION_ADD, ())
    if len(mine) != 1 or tracker.plan.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        return None
    (evaluator,) = mine
    target = evaluator.target
    by_value = target.type is TargetType.SALES and evaluator.line_measure is None
    return evaluator if by_value and not target.filtered else None


class RecordTracker:
    """Takes records one by one and works out the progress when it is asked for: what `Tracker` is made of."""

    def __init__(
        self,
        group: TargetGroup | Mapping[str, object] | PreparedGroup,
        *,
        timezone: str = "UTC",
        now: object = None,
        returns: ReturnPolicy | None = None,
        enrolment: Enrolment | None = None,
        schema: Schema | None = None,
        on_error: OnDataError = "list",
        drop_unfinished: bool = True,
    ) -> None:
        if returns not in (None, "IGNORE", "SAME_PERIOD", "NEXT_PERIOD"):
            raise ValueError(f"returns is IGNORE, SAME_PERIOD, NEXT_PERIOD or None, not {returns!r}")
        if on_error not in ("list", "raise"):
            raise ValueError(f'on_error is "list" or "raise", not {on_error!r}')
        ready = group if isinstance(group, PreparedGroup) else prepare(group, timezone=timezone, schema=schema)
        self.reader = ready.reader
        self.plan: EvaluationPlan = ready.plan
        self.evaluators = ready.evaluators
        self.policy = returns
        self.on_error = on_error
        self.drop_unfinished = drop_unfinished
        self.enrolled = None if enrolment is None else read_enrolment(enrolment, self.plan, self.reader)
        limit = None if now is None else self.reader.value("date", now, "now")
        self.limit = limit if isinstance(limit, datetime) else None
        self._by_type: dict[str, list[TargetEvaluator]] = {}
        for evaluator in self.evaluators:
            self._by_type.setdefault(evaluator.target.event, []).append(evaluator)
        self._takes_returns = returns != "IGNORE" and any(target.takes_returns for target in self.plan.targets)
        self._quick = _quick_target(self)
        self._quickly: dict[float, tuple[tuple[Contributed, ...], Decimal | None]] = {}
        self._files: dict[str, CustomerFile] = {}
        self._customers: dict[str, str] = {}  # by record
        self._alike: dict[tuple[int, int], tuple[Contributed, ...]] = {}
        self._duplicates: set[str] = set()
        self._unreadable: list[ReportedRecord] = []
        self._later = 0
        self._latest: datetime | None = None

    def add(self, record: Mapping[str, object]) -> None:
        """Takes one record, at any time. Raises DataError for data that does not fit, with `on_error="raise"` only."""
        try:
            head = read_head(self.reader, record)
        except DataError as error:
            if self.on_error == "raise":
                raise
            given = record.get("id") if isinstance(record, dict) else None
            shown = str(given) if isinstance(given, str | int) else ""
            self._unreadable.append(data_error(shown, "", error, "unreadable"))
            return
        self.take(head, record)

    def take(self, head: Head, record: Mapping[str, object]) -> None:
        """Takes a record whose head was read before, on the same clock: for one that goes to many groups."""
        name, customer, kind, at = head
        if self.limit is not None and at > self.limit:
            self._later += 1
            return
        kept = None
        if kind == TRANSACTION_ADD and self._quick is not None and type(record) is dict:
            kept = self._plain_bill(self._quick, name, at, record)
        if kept is None:
            kept = self._entry(name, kind, at, record if type(record) is dict else dict(record))
        if self._latest is None or at > self._latest:
            self._latest = at
        file = self._files.get(customer)
        if name in self._customers and not self._takes_over(name, customer, Entry(*kept)):
            return
        if file is None:
            file = self._files[customer] = CustomerFile(customer)
        self._customers[name] = customer
        file.put(kept)

    def _takes_over(self, name: str, customer: str, entry: Entry) -> bool:
        """Whether a record counts rather than the one that came before with its id; that one then does no more."""
        self._duplicates.add(name)
        there = self._customers[name]
        before = self._files[there].last(name)
        if (before.rank(), there) <= (entry.rank(), customer):
            return False
        self._files[there].replace(name)
        return True

    def _plain_bill(
        self, evaluator: TargetEvaluator, name: str, at: datetime, record: dict[str, object]
    ) -> Kept | None:
        """What `_entry` makes of a bill without lines whose value is a float, as most are; None for any other."""
        bill = record.get("currentTxn")
        if type(bill) is not dict or bill.get("lineItems") is not None:
            return None
        raw = bill.get("value")
        if type(raw) is not float:
            return None
        try:
            brought = self._quickly.get(raw) or self._plain_value(evaluator, raw, record)
            if brought is None:
                return None
            if not evaluator.matches(record):
                return at, name, True, (), None, None
        except DataError:
            return None
        return at, name, True, brought[0], brought[1], None

    def _plain_value(
        self, evaluator: TargetEvaluator, raw: float, record: dict[str, object]
    ) -> tuple[tuple[Contributed, ...], Decimal | None] | None:
        """What a bill of this value contributes, and what judging its returns will need; None for 0."""
        amount = evaluator.stated_value(record, "currentTxn")
        if not amount:
            return None  # the two signs of 0 are one key
        if len(self._quickly) >= MOST_VALUES:
            self._quickly.clear()
        contributed = self._shared([(evaluator.target.index, amount, None)])
        known = self._quickly[raw] = contributed, amount if self._takes_returns else None
        return known

    def _entry(self, name: str, kind: str, at: datetime, record: dict[str, object]) -> Kept:
        errors: tuple[ReportedRecord, ...] = ()
        returns = returned = None
        if kind == RETURN_BILL:
            returns, returned, errors = self._return(name, record)
        contributed: list[Contributed] = []
        evaluators = self._by_type.get(kind, ())
        elsewhere = 0
        for evaluator in evaluators:
            try:
                if evaluator.filtered and not evaluator.in_scope(record):
                    elsewhere += 1
                    continue
                found = evaluator.measured(record)
            except DataError as error:
                if self.on_error == "raise":
                    raise
                errors = (*errors, data_error(name, evaluator.target.name, error))
                continue
            if found is not None:
                contributed.append((evaluator.target.index, found[0], found[1]))
        outcome: Outcome = ""
        value = goods = None
        if evaluators and elsewhere == len(evaluators):
            outcome = "scope"
        elif contributed and not self._inside(at):
            outcome = "bounds"  # looked at all the same: what does not fit is listed, wherever it lies
            contributed = []
        elif contributed and self._takes_returns and kind == TRANSACTION_ADD:
            value, goods = _for_returns(self._by_type[kind][0], record)
        rest = None
        if returns is not None or errors or goods is not None:
            rest = Rest(returns=returns, returned=returned, errors=errors, goods=goods, outcome=outcome)
        elif outcome:
            rest = FROM_ELSEWHERE if outcome == "scope" else OUT_OF_BOUNDS
        return at, name, kind == TRANSACTION_ADD, self._shared(contributed), value, rest

    def _shared(self, contributed: list[Contributed]) -> tuple[Contributed, ...]:
        """What a record contributed; one tuple for all that brought the very same amount to the very same target."""
        if len(contributed) != 1 or contributed[0][2] is not None:
            return tuple(contributed)
        place, amount, _ = contributed[0]
        known = self._alike.get((place, id(amount)))
        if known is None:  # while it is there its amount is, so that no other amount has that identity
            if len(self._alike) >= MOST_VALUES:
                self._alike.clear()
            known = self._alike[place, id(amount)] = tuple(contributed)
        return known

    def _return(
        self, name: str, record: dict[str, object]
    ) -> tuple[str, dict[str, object] | None, tuple[ReportedRecord, ...]]:
        """Of a return: the bill that it names, its own copy, and what does not fit."""
        bill, copy = "", None
        errors: tuple[ReportedRecord, ...] = ()
        try:
            if record.get("returnOf") is not None:
                bill = read_id(self.reader, record, "returnOf")
        except DataError as error:
            if self.on_error == "raise":
                raise
            errors += (data_error(name, "", error),)
        if not self._takes_returns:
            return bill, None, errors
        try:
            copy = copy_of(record)
        except DataError as error:
            if self.on_error == "raise":
                raise
            errors += (data_error(name, "", error),)
        return bill, copy, errors

    def _inside(self, at: datetime) -> bool:
        """Cycles lie between the bounds of the group; listed periods speak for themselves."""
        if self.plan.window is EvaluationType.FIXED_CALENDAR_WINDOW:
            return True
        return not (
            (self.plan.start is not None and at < self.plan.start)
            or (self.plan.end is not None and at >= self.plan.end)
        )

    def customer_of(self, record: str) -> str | None:
        """The customer for whom a record counts, of all that came with its id; None for one that did not come."""
        return self._customers.get(record)

    @property
    def entries(self) -> Iterator[tuple[str, Entry]]:
        """What is kept of the records that count, in no order, each with its customer."""
        return ((name, entry) for name, file in self._files.items() for entry in file.valid())

    @property
    def later(self) -> int:
        """How many records are later than the instant that was given."""
        return self._later

    @property
    def set_aside(self) -> list[ReportedRecord]:
        """The records that cannot be read, and the ids that came more than once."""
        again = (
            ReportedRecord(record=name, target="", reason="duplicate", path="id", message=DUPLICATE)
            for name in self._duplicates
        )
        return [*self._unreadable, *again]

    @property
    def now(self) -> datetime | None:
        """The instant of the evaluation in UTC: as given, else that of the latest record."""
        return self.limit if self.limit is not None else self._latest

    def result(self, between: Callable[[], None] | None = None) -> ProgressData:
        """Everything that follows from the records so far; `between` is called before each customer."""
        return self._result(dict(self._files), between)

    def last_result(self) -> ProgressData:
        """The same, for one who asks once: what is kept of each customer is let go as soon as it is worked out."""
        files, self._files, self._customers = self._files, {}, {}
        with looking_at_new_objects_only():
            return self._result(files)

    def _result(self, files: dict[str, CustomerFile], between: Callable[[], None] | None = None) -> ProgressData:
        there = {name: count for name, file in files.items() if (count := file.count)}  # not all may be replaced
        part = dict.fromkeys(there, EVERYBODY) if self.enrolled is None else self.enrolled
        not_enrolled = sum(count for name, count in there.items() if name not in part)
        spans = Spans()
        settings = EvaluationSettings(
            plan=self.plan,
            evaluators=self.evaluators,
            policy=self.policy,
            now=self.now,
            raises=self.on_error == "raise",
            drop_unfinished=self.drop_unfinished,
            spans=spans,
            sums=listed_sums(self.plan, spans),
        )
        found = Found(records=self.set_aside)
        customers: dict[str, CustomerProgress] = {}
        for name in sorted(part):
            if between is not None:
                between()
            file = files.pop(name, None)
            entries = [] if file is None else file.valid()
            customers[name] = evaluate_customer(settings, name, entries, part[name], found)
        listed = Reported(
            records=tuple(sorted(found.records)),
            later=self._later,
            not_enrolled=not_enrolled,
            out_of_scope=found.out_of_scope,
            outside_periods=found.outside_periods,
        )
        now = None if self.now is None else self.now.astimezone(self.plan.zone)
        return ProgressData(plan=self.plan, now=now, customers=customers, reported=listed)
