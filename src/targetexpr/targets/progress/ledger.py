"""The ledger of one target in one window: what each record and each return changed, and when the value was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from functools import partial
from typing import NamedTuple, cast

from targetexpr.targets.progress.contribution import Lines
from targetexpr.targets.progress.exact import ONE, ZERO, Amount, add, at_least, highest, lowest, negative, subtract
from targetexpr.targets.progress.plan import Accumulation


class Credit(NamedTuple):
    """A record that counts for a target."""

    order: int  # its place among the customer's records
    at: datetime
    record: str
    amount: Amount  # its measure
    lines: Lines | None  # of a bill, those that passed, where lines are counted


class Refund(NamedTuple):
    """What a return takes back from a record that counts."""

    order: int  # never before its bill
    at: datetime
    record: str  # the return
    bill: Credit
    taken: Amount
    left: Amount  # what is left of the bill's measure
    gone: bool  # nothing of the bill is left


class Movement(NamedTuple):
    """One line of a ledger."""

    order: int
    at: datetime
    record: str
    change: Amount  # of the progress; negative for returns
    counts: bool  # whether it is a contribution; returns are none


# Of many records: what a named tuple's own constructor does, without the call in Python.
make_credit = cast(
    "Callable[[tuple[int, datetime, str, Amount, Lines | None]], Credit]", partial(tuple.__new__, Credit)
)
_make_movement = cast("Callable[[tuple[int, datetime, str, Amount, bool]], Movement]", partial(tuple.__new__, Movement))


@dataclass(slots=True)
class Account:
    """Progress while it is being added up, in the order in which records are handed in."""

    accumulation: Accumulation
    zone: tzinfo
    value: Amount  # to reach
    progress: Amount = ZERO
    movements: list[Movement] = field(default_factory=list)
    counted: bool = False  # a value counts as reached from the first contribution on: a target of 0 takes one
    reached: Movement | None = None  # the movement that last brought the progress to the value
    _days: dict[date, dict[str, Amount]] | None = None  # per local day what is left of its records

    def take(self, credit: Credit) -> None:
        """A record counts."""
        if self.accumulation == "sum":
            change = credit.amount
        else:
            day = self._day(credit)
            before = self._day_amount(day)
            day[credit.record] = credit.amount
            change = subtract(self._day_amount(day), before)
        self.move(Movement(credit.order, credit.at, credit.record, change, True))

    def take_all(self, credits: Iterable[Credit]) -> None:
        """Records count, in their order: what `take` does of each."""
        if self.accumulation != "sum":
            for credit in credits:
                self.take(credit)
            return
        progress, value, reached = self.progress, self.value, self.reached
        put = self.movements.append
        for order, at, record, amount, _ in credits:
            progress = add(progress, amount)
            movement = _make_movement((order, at, record, amount, True))
            put(movement)
            if not at_least(progress, value):
                reached = None
            elif reached is None:
                reached = movement
            self.counted = True
        self.progress, self.reached = progress, reached

    def give_back(self, refund: Refund) -> None:
        """A return lowers the progress here."""
        change = self.change_of(refund)
        if change:
            self.move(Movement(refund.order, refund.at, refund.record, change, False))

    def change_of(self, refund: Refund) -> Amount:
        """What a return changes in its bill's window, wherever that is booked."""
        if self.accumulation == "sum":
            return negative(refund.taken)
        day = self._day(refund.bill)
        if refund.bill.record not in day:
            return ZERO
        before = self._day_amount(day)
        if refund.gone:
            del day[refund.bill.record]
        else:
            day[refund.bill.record] = refund.left
        return subtract(self._day_amount(day), before)

    def move(self, movement: Movement) -> None:
        """A line of the ledger, as it is."""
        self.progress = progress = add(self.progress, movement.change)
        self.movements.append(movement)
        if movement.counts:
            self.counted = True
        if not self.counted or not at_least(progress, self.value):
            self.reached = None
        elif self.reached is None:
            self.reached = movement

    def open_with(self, movements: Iterable[Movement]) -> None:
        """Lines that stand before all others."""
        after = [*movements, *self.movements]
        self.progress, self.movements, self.counted, self.reached = ZERO, [], False, None
        for movement in after:
            self.move(movement)

    def _day(self, credit: Credit) -> dict[str, Amount]:
        if self._days is None:
            self._days = {}
        return self._days.setdefault(local_day(credit.at, self.zone), {})

    def _day_amount(self, day: dict[str, Amount]) -> Amount:
        if not day:
            return ZERO
        match self.accumulation:
            case "highest":
                return highest(day.values())
            case "lowest":
                return lowest(day.values())
            case _:
                return ONE


def local_day(at: datetime, zone: tzinfo) -> date:
    """The local day of an instant."""
    return at.date() if zone is at.tzinfo else at.astimezone(zone).date()
