"""What is kept of a record, and what returns will need to know about bills.

A hundred million of these are made, so that they are small: what few records have lies apart, and what is the same for
many records is one object.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from targetexpr.running.coercion import DataError
from targetexpr.targets.progress.contribution import Lines
from targetexpr.targets.progress.exact import Amount
from targetexpr.targets.progress.goods import Goods
from targetexpr.targets.progress.record import order_of
from targetexpr.targets.progress.results import Reason, ReportedRecord

Contributed: TypeAlias = tuple[int, Amount, Lines | None]
"""What a record brought to a target: the target's place, the measure, lines that passed."""

Outcome: TypeAlias = Literal["scope", "bounds", ""]
"""Why nothing was contributed: it comes from elsewhere, lies outside of the group's bounds, or just so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What few records have."""

    returns: str | None = None  # of a return, the id of its bill; "" when it names none
    returned: dict[str, object] | None = None  # of a return, its own copy of the record
    errors: tuple[ReportedRecord, ...] = ()
    goods: Goods | None = None  # of a bill that counts, for judging its returns
    outcome: Outcome = ""


NOTHING = Rest()
FROM_ELSEWHERE = Rest(outcome="scope")
OUT_OF_BOUNDS = Rest(outcome="bounds")


class CustomerFile:
    """What is kept of a customer: the entries, in the order in which they came, and those that another one replaced."""

    __slots__ = ("customer", "entries", "replaced")

    def __init__(self, customer: str) -> None:
        self.customer = customer
        self.entries: list[Entry] = []
        self.replaced: set[Entry] | None = None

    def replace(self, entry: Entry) -> None:
        """Another record of the same id took the place of one."""
        if self.replaced is None:
            self.replaced = set()
        self.replaced.add(entry)

    def valid(self) -> list[Entry]:
        """The entries that count."""
        replaced = self.replaced
        return [entry for entry in self.entries if entry not in replaced] if replaced else self.entries


class Entry:
    """What is kept of a record."""

    __slots__ = ("at", "contributed", "file", "id", "is_bill", "rest", "value")

    def __init__(
        self,
        id: str,
        file: CustomerFile,
        at: datetime,
        is_bill: bool,
        contributed: tuple[Contributed, ...] = (),
        value: Decimal | None = None,
        rest: Rest = NOTHING,
    ) -> None:
        self.id = id
        self.file = file
        self.at = at
        self.is_bill = is_bill
        self.contributed = contributed
        self.value = value  # of a bill that counts, for judging its returns
        self.rest = rest

    def rank(self) -> tuple[object, ...]:
        """Decides between two records of one id: the earlier one, else by what they bring, never by who came first."""
        rest = self.rest
        shown = repr((self.contributed, rest.errors, self.is_bill, rest.returns, rest.returned, self.value, rest.goods))
        return (order_of(self.at, self.id), shown)


def data_error(record: str, target: str, error: DataError, reason: Reason = "data") -> ReportedRecord:
    """What is listed of a record that does not fit."""
    return ReportedRecord(record=record, target=target, reason=reason, path=error.path, message=str(error))
