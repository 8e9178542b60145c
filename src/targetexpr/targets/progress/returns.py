"""What the returns of a customer take from the bills that count: whole bills, stated parts, and what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from targetexpr.running.coercion import DataError
from targetexpr.targets.model.enums import TargetEntity, TargetType
from targetexpr.targets.progress.contribution import TargetEvaluator, not_negative
from targetexpr.targets.progress.exact import EXACT, ZERO, Amount, share, smaller, subtract
from targetexpr.targets.progress.goods import Goods, Line, covers, goods_of, together
from targetexpr.targets.progress.ledger import Credit, Refund
from targetexpr.targets.progress.ledger_entries import Entry, data_error
from targetexpr.targets.progress.plan import TargetPlan
from targetexpr.targets.progress.results import ReportedRecord

NO_BILL = "the bill that it returns is not there"
UNSTATED = "the return does not say how much of the bill it takes; it takes nothing"


def counted(target: TargetPlan) -> bool:
    """Whether a bill counts as one, whatever it is worth."""
    return target.type in (TargetType.COUNT, TargetType.VISIT) or (
        target.type is TargetType.EXTENDED_FIELD and target.counts_field
    )


class Return(NamedTuple):
    """A return whose bill is there."""

    order: int  # one dated before its bill, or at its instant under a lower id, stands directly behind it
    at: datetime
    entry: Entry
    bill: Entry


def returns_in_order(entries: Sequence[Entry], found: list[ReportedRecord]) -> list[Return]:
    """The returns among a customer's records, which are in order. Those without their bill are put into `found`."""
    returns = [
        (place, entry, entry.rest.returns)
        for place, entry in enumerate(entries)
        if entry.rest is not None and entry.rest.returns is not None
    ]
    if not returns:
        return []
    places = {entry.id: place for place, entry in enumerate(entries)}
    kept: list[Return] = []
    for place, entry, named in returns:
        there = places.get(named)
        bill = None if there is None else entries[there]
        if there is None or bill is None or not bill.is_bill:
            found.append(ReportedRecord(record=entry.id, target="", reason="no-bill", path="returnOf", message=NO_BILL))
        else:
            kept.append(Return(max(place, there), max(entry.at, bill.at), entry, bill))
    return sorted(kept, key=_order)  # two behind one bill keep the order that they have between them


def _order(one: Return) -> int:
    return one.order


@dataclass(slots=True)
class _Bill:
    """A bill and what was returned of it so far."""

    entry: Entry
    value: Decimal | None = None  # of the returns that state theirs
    goods: Goods = field(default_factory=dict)

    def take(self, value: Decimal | None, goods: Goods | None) -> bool:
        """Takes note of a return; whether the bill is now returned whole: by its value, or code by code."""
        whole = False
        if value is not None:
            self.value = value if self.value is None else EXACT.add(self.value, value)
            whole = self.entry.value is not None and self.value >= self.entry.value
        goods_sold = None if self.entry.rest is None else self.entry.rest.goods
        if goods is not None:
            self.goods = together(self.goods, goods)
            whole = whole or (goods_sold is not None and covers(self.goods, goods_sold))
        return whole


def refunds_of(
    evaluator: TargetEvaluator,
    credited: Mapping[str, Credit],
    returns: Sequence[Return],
    found: list[ReportedRecord],
    *,
    raises: bool,
) -> Iterator[Refund]:
    """What each return takes, in order, never more than its bill brought. What cannot be told is put into `found`.

    `returns` are in their order. With `raises`, data that does not fit raises DataError.
    """
    known: dict[str, _Bill] = {}
    left: dict[str, Amount] = {}
    for order, at, entry, returned in returns:
        credit = credited.get(returned.id)
        record = None if entry.rest is None else entry.rest.returned
        if credit is None or record is None:
            continue
        bill = known.setdefault(credit.record, _Bill(returned))
        rest = left.get(credit.record, credit.amount)
        try:
            taken = _taken(evaluator, record, credit, bill, rest)
        except DataError as error:
            if raises:
                raise
            found.append(data_error(entry.id, evaluator.target.name, error))
            continue
        if taken is None:
            message = UNSTATED
            found.append(
                ReportedRecord(
                    record=entry.id, target=evaluator.target.name, reason="unstated", path="returnBill", message=message
                )
            )
        elif taken > 0:
            left[credit.record] = after = subtract(rest, taken)
            yield Refund(order, at, entry.id, credit, taken, after, not after)


def _taken(
    evaluator: TargetEvaluator, record: dict[str, object], credit: Credit, bill: _Bill, rest: Amount
) -> Amount | None:
    """What a return takes of what is left; None when it cannot be told."""
    value = evaluator.stated_value(record, "returnBill")
    if value is not None:
        not_negative(value, ("returnBill", "value"))
    lines = lines_of(evaluator, record, "returnBill")
    worth = value if value is not None else worth_of(lines)
    goods = goods_of(lines)
    if bill.take(worth, goods):
        return rest
    if counted(evaluator.target):
        part = goods is not None or (worth is not None and bill.entry.value is not None)
        return ZERO if part else None
    measured: Amount | None = evaluator.returned(record, credit.lines)
    if measured is None and evaluator.target.entity is TargetEntity.LINEITEM:
        of = bill.entry.value
        measured = share(credit.amount, value, of) if value is not None and of is not None and of > 0 else None
    return None if measured is None else smaller(measured, rest)


def lines_of(evaluator: TargetEvaluator, record: dict[str, object], name: str) -> list[Line]:
    """Code, quantity and amount of the lines of a bill or return; none where they do not fit: then they tell nothing.

    What a target needs of a line itself is read by its measure, which says what does not fit.
    """
    try:
        return evaluator.goods(record, name)
    except DataError:
        return []


def worth_of(lines: Sequence[Line]) -> Decimal | None:
    """What the lines of a return are worth together; None without lines, or when one does not say."""
    found = ZERO
    for _, _, amount in lines:
        if amount is None:
            return None
        found = EXACT.add(found, amount)
    return found if lines else None
