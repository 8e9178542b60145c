"""What is kept of a record, and what returns will need to know about bills."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from targetexpr.running.coercion import DataError
from targetexpr.targets.model.enums import TargetEntity, TargetType
from targetexpr.targets.progress.contribution import Lines, TargetEvaluator
from targetexpr.targets.progress.plan import TargetPlan
from targetexpr.targets.progress.record import BILL, Head, Order, order_of
from targetexpr.targets.progress.results import RecordError

Contributed: TypeAlias = tuple[int, Decimal, Lines | None, Decimal | None]
"""What a record contributed to a target: the target's index, the measure, lines that passed, the bill's value."""


class Entry:
    """What is kept of a record."""

    __slots__ = ("at", "contributed", "errors", "id", "is_bill", "number", "returned", "returns")

    def __init__(self, head: Head) -> None:
        self.at = head.at
        self.id = head.id
        self.number = head.number
        self.is_bill = head.type == BILL
        self.returns: str | None = None  # of a return, the id of its bill; "" when it names none
        self.returned: dict[str, object] | None = None  # of a return, its own copy of the record
        self.contributed: tuple[Contributed, ...] = ()
        self.errors: tuple[RecordError, ...] = ()

    @property
    def order(self) -> Order:
        """Its place among records."""
        return order_of(self.at, self.id, self.number)

    def rank(self) -> tuple[object, ...]:
        """Decides between two records of one id: the earlier one, else by what they bring, never by who came first."""
        shown = repr((self.contributed, self.errors, self.is_bill, self.returns, self.returned))
        return (self.order, shown)


def bill_value(evaluator: TargetEvaluator, record: dict[str, object]) -> Decimal | None:
    """A bill's value, for judging its returns; a bill that has none still counts."""
    try:
        return evaluator.bill_value(record, "currentTxn")
    except DataError:
        return None


def needs_value(target: TargetPlan) -> bool:
    """Whether returns are judged by the bill's value: where bills are counted, and for shares of line items."""
    return target.takes_returns and (counted(target) or target.entity is TargetEntity.LINEITEM)


def counted(target: TargetPlan) -> bool:
    """Whether a bill counts as one, whatever it is worth."""
    return target.type in (TargetType.COUNT, TargetType.VISIT) or (
        target.type is TargetType.EXTENDED_FIELD and target.counts_field
    )


def record_error(record: str, target: str, error: DataError) -> RecordError:
    """What is listed of a record that does not fit."""
    return RecordError(record=record, target=target, path=error.path, message=str(error))
