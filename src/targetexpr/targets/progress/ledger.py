"""The ledger of one target in one window: what each record and each return changed, and when the value was reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Context, Decimal
from typing import NamedTuple

from targetexpr.targets.progress.contribution import Lines
from targetexpr.targets.progress.plan import Accumulation
from targetexpr.targets.progress.record import Order

ZERO = Decimal(0)
ONE = Decimal(1)

EXACT = Context(prec=6000)
"""Sums are exact: numbers have at most 1,000 digits on either side of the point, and a group is not that long."""


class Credit(NamedTuple):
    """A record that counts for a target."""

    order: Order
    record: str
    amount: Decimal  # its measure
    lines: Lines | None  # of a bill, those that passed, where lines are counted
    value: Decimal | None  # of a bill, where counting needs to know when it is returned whole


class Refund(NamedTuple):
    """What a return takes back from a record that counts."""

    order: Order
    record: str  # the return
    bill: Credit
    taken: Decimal
    left: Decimal  # what is left of the bill's measure
    gone: bool  # nothing of the bill is left


class Movement(NamedTuple):
    """One line of a ledger."""

    order: Order
    record: str
    change: Decimal  # of the progress; negative for returns
    counts: bool  # whether it is a contribution; returns are none


@dataclass(slots=True)
class Account:
    """Progress while it is being added up, in the order in which records are handed in."""

    accumulation: Accumulation
    zone: tzinfo
    progress: Decimal = ZERO
    movements: list[Movement] = field(default_factory=list)
    _days: dict[date, dict[str, Decimal]] = field(default_factory=dict)  # per local day what is left of its records

    def take(self, credit: Credit) -> None:
        """A record counts."""
        if self.accumulation == "sum":
            change = credit.amount
        else:
            day = self._day(credit)
            before = self._day_amount(day)
            day[credit.record] = credit.amount
            change = self._day_amount(day) - before
        self.move(Movement(credit.order, credit.record, change, True))

    def give_back(self, refund: Refund) -> None:
        """A return lowers the progress here."""
        change = self.change_of(refund)
        if change:
            self.move(Movement(refund.order, refund.record, change, False))

    def change_of(self, refund: Refund) -> Decimal:
        """What a return changes in the figures of its bill's window, wherever that is booked."""
        if self.accumulation == "sum":
            return -refund.taken
        day = self._day(refund.bill)
        if refund.bill.record not in day:
            return ZERO
        before = self._day_amount(day)
        if refund.gone:
            del day[refund.bill.record]
        else:
            day[refund.bill.record] = refund.left
        return self._day_amount(day) - before

    def move(self, movement: Movement) -> None:
        """A line of the ledger, as it is."""
        self.progress += movement.change
        self.movements.append(movement)

    def _day(self, credit: Credit) -> dict[str, Decimal]:
        return self._days.setdefault(local_day(credit.order[0], self.zone), {})

    def _day_amount(self, day: dict[str, Decimal]) -> Decimal:
        if not day:
            return ZERO
        match self.accumulation:
            case "highest":
                return max(day.values())
            case "lowest":
                return min(day.values())
            case _:
                return ONE


def local_day(at: datetime, zone: tzinfo) -> date:
    """The local day of an instant."""
    return at.astimezone(zone).date()


def refunds(credited: dict[str, Credit], stated: Iterable[tuple[Order, str, str, Decimal | bool]]) -> Iterator[Refund]:
    """What each return takes, in order, never more than its bill contributed.

    `stated` has for each return in order: its place, its id, its bill, and the amount it states; for counted
    bills, whether they are now returned whole. Returns that take nothing are left out.
    """
    left = {bill: credit.amount for bill, credit in credited.items()}
    for order, record, bill, amount in stated:
        credit, rest = credited[bill], left[bill]
        taken = (rest if amount else ZERO) if isinstance(amount, bool) else min(amount, rest)
        if taken > ZERO:
            left[bill] = rest - taken
            yield Refund(order, record, credit, taken, rest - taken, rest == taken)


def achiever(movements: Iterable[Movement], value: Decimal) -> Movement | None:
    """The movement that last contributed the progress to the value; None when it is not reached in the end.

    A value counts as reached from the first contribution on, so that a target of 0 takes one.
    """
    progress, counted, found = ZERO, False, None
    for movement in movements:
        progress += movement.change
        counted = counted or movement.counts
        if not counted or progress < value:
            found = None
        elif found is None:
            found = movement
    return found
