"""What is kept of a record, and what returns will need to know about bills.

A hundred million of these are made, so that they are small: what few records have lies apart, and what is the same for
many records is one object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple, TypeAlias, cast

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


FROM_ELSEWHERE = Rest(outcome="scope")
OUT_OF_BOUNDS = Rest(outcome="bounds")


class Entry(NamedTuple):
    """What is kept of a record."""

    at: datetime
    id: str
    is_bill: bool
    contributed: tuple[Contributed, ...] = ()
    value: Decimal | None = None  # of a bill that counts, for judging its returns
    rest: Rest | None = None

    def rank(self) -> tuple[object, ...]:
        """Decides between two records of one id: the earlier one, else by what they bring, never by who came first."""
        rest = self.rest or _NOTHING
        shown = repr((self.contributed, rest.errors, self.is_bill, rest.returns, rest.returned, self.value, rest.goods))
        return (order_of(self.at, self.id), shown)


_NOTHING = Rest()

Kept: TypeAlias = "tuple[datetime, str, bool, tuple[Contributed, ...], Decimal | None, Rest | None]"
"""An entry while it is kept. A plain tuple of values is nothing that the garbage collector goes on looking at."""

_entry = cast("Callable[[Kept], Entry]", partial(tuple.__new__, Entry))


class CustomerFile:
    """What is kept of a customer: entries in the order in which they came, without those that another one replaced."""

    __slots__ = ("_places", "_replaced", "customer", "kept")

    def __init__(self, customer: str) -> None:
        self.customer = customer
        self.kept: list[Kept] = []
        self._places: dict[str, int] | None = None
        self._replaced: set[int] | None = None

    def put(self, kept: Kept) -> None:
        """One more, which counts for its id."""
        if self._places is not None:
            self._places[kept[1]] = len(self.kept)
        self.kept.append(kept)

    def last(self, id: str) -> Entry:
        """The one that counts for an id."""
        return _entry(self.kept[self._place(id)])

    def replace(self, id: str) -> None:
        """Another record of the same id takes the place of the one that is there."""
        if self._replaced is None:
            self._replaced = set()
        self._replaced.add(self._place(id))

    def _place(self, id: str) -> int:
        if self._places is None:  # few customers have a record twice
            self._places = {kept[1]: place for place, kept in enumerate(self.kept)}
        return self._places[id]

    @property
    def count(self) -> int:
        """How many entries count."""
        return len(self.kept) - (0 if self._replaced is None else len(self._replaced))

    def valid(self) -> list[Entry]:
        """The entries that count."""
        if self._replaced is None:
            return list(map(_entry, self.kept))
        return [_entry(kept) for place, kept in enumerate(self.kept) if place not in self._replaced]


def data_error(record: str, target: str, error: DataError, reason: Reason = "data") -> ReportedRecord:
    """What is listed of a record that does not fit."""
    return ReportedRecord(record=record, target=target, reason=reason, path=error.path, message=str(error))
