"""What is kept of a record, and what returns will need to know about bills."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from targetexpr.running.coercion import DataError
from targetexpr.targets.model.events import TRANSACTION_ADD
from targetexpr.targets.progress.contribution import Lines
from targetexpr.targets.progress.exact import Amount
from targetexpr.targets.progress.goods import Goods
from targetexpr.targets.progress.record import Head, Order, order_of
from targetexpr.targets.progress.results import Reason, ReportedRecord

Contributed: TypeAlias = tuple[int, Amount, Lines | None]
"""What a record brought to a target: the target's place, the measure, lines that passed."""


class Entry:
    """What is kept of a record."""

    __slots__ = ("at", "contributed", "errors", "goods", "id", "is_bill", "outcome", "returned", "returns", "value")

    def __init__(self, head: Head) -> None:
        self.at = head.at
        self.id = head.id
        self.is_bill = head.type == TRANSACTION_ADD
        self.returns: str | None = None  # of a return, the id of its bill; "" when it names none
        self.returned: dict[str, object] | None = None  # of a return, its own copy of the record
        self.contributed: tuple[Contributed, ...] = ()
        self.errors: tuple[ReportedRecord, ...] = ()
        self.value: Decimal | None = None  # of a bill that counts, for judging its returns
        self.goods: Goods | None = None
        self.outcome = ""  # why nothing was contributed: "scope", "bounds", else empty

    @property
    def order(self) -> Order:
        """Its place among records."""
        return order_of(self.at, self.id)

    def rank(self) -> tuple[object, ...]:
        """Decides between two records of one id: the earlier one, else by what they bring, never by who came first."""
        shown = repr((self.contributed, self.errors, self.is_bill, self.returns, self.returned, self.value, self.goods))
        return (self.order, shown)


def data_error(record: str, target: str, error: DataError, reason: Reason = "data") -> ReportedRecord:
    """What is listed of a record that does not fit."""
    return ReportedRecord(record=record, target=target, reason=reason, path=error.path, message=str(error))
