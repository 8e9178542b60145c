"""Rows that columns do not tell: the evaluator reads them, and what it made of them goes among the other records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from targetexpr.running.coercion import DataError
from targetexpr.targets.progress.contribution import not_negative
from targetexpr.targets.progress.exact import EXACT, Amount
from targetexpr.targets.progress.ledger_entries import Entry, Rest
from targetexpr.targets.progress.results import ReportedRecord
from targetexpr.targets.progress.returns import counted, lines_of
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.measures import LARGEST
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.records_sql import BILL, OTHER, RETURN

MOST = 100_000
"""So many rows are read one by one beside the statements; with more, the evaluator does everything."""

Row = tuple[object, ...]
Record = dict[str, object]


@dataclass(slots=True)
class OddRows:
    """What the evaluator made of rows, as rows of the statements' tables."""

    records: list[Row] = field(default_factory=list)  # as `columns_of_records` says
    returns: list[Row] = field(default_factory=list)  # id, target, unreadable, path, message
    set_aside: list[Row] = field(default_factory=list)  # reason, record, target, path, message


def read_odd_rows(
    tracker: RecordTracker, found: Iterable[Mapping[str, object]], scale: int, lowered: list[int]
) -> OddRows:
    """Gives records to an evaluator that has none yet. Raises NotSql for what the statements cannot hold."""
    for record in found:
        tracker.add(record)
    rows = OddRows()
    listed = tracker.set_aside
    for customer, entry in tracker.entries:
        if entry.rest is not None and (tracker.enrolled is None or customer in tracker.enrolled):
            listed += entry.rest.errors
        _add(rows, tracker, customer, entry, scale, lowered)
    rows.set_aside = [_listed(one) for one in listed]
    return rows


def _listed(one: ReportedRecord) -> Row:
    return one.reason, one.record or None, one.target or None, one.path or None, one.message


def _add(rows: OddRows, tracker: RecordTracker, customer: str, entry: Entry, scale: int, lowered: list[int]) -> None:
    rest = entry.rest or Rest()
    figures: list[int | None] = [None] * len(tracker.evaluators)
    for place, amount, _ in entry.contributed:
        figures[place] = _steps(amount, scale)
    worth = entry.value if lowered else None  # it is asked for by returns alone
    returned = rest.returned
    if returned is not None:
        worth = None
        for place in lowered:
            worth, figures[place] = _returned(rows, tracker, entry, returned, place, scale)
    kind = BILL if entry.is_bill else OTHER if rest.returns is None else RETURN
    at: datetime = entry.at.replace(tzinfo=None)
    elsewhere, beyond = rest.outcome == "scope", rest.outcome == "bounds"
    steps = None if worth is None else _steps(worth, scale)
    bill = rest.returns or None
    rows.records.append((customer, entry.id, at, kind, bill, elsewhere, beyond, steps, *figures))


def _returned(
    rows: OddRows, tracker: RecordTracker, entry: Entry, record: Record, place: int, scale: int
) -> tuple[Decimal | None, int | None]:
    """The value and the figure that a return states for a target; what does not fit is put down."""
    evaluator = tracker.evaluators[place]
    if lines_of(evaluator, record, "returnBill"):
        raise NotSql(["There are returns that list line items."])
    value, figure = None, None
    unreadable = True
    try:
        value = evaluator.stated_value(record, "returnBill")
        if value is not None:
            not_negative(value, ("returnBill", "value"))
        unreadable = False
        if not counted(evaluator.target):
            figure = evaluator.returned(record, None)
    except DataError as error:
        rows.returns.append((entry.id, place, unreadable, error.path, str(error)))
        value = None if unreadable else value
    return value, None if figure is None else _steps(figure, scale)


def _steps(amount: Amount, scale: int) -> int:
    """An amount as whole steps. Raises NotSql for one between two of them, or for too many."""
    assert isinstance(amount, Decimal)  # only shares of bills are fractions
    steps = EXACT.scaleb(amount, scale)
    if not abs(steps) < LARGEST or steps != steps.to_integral_value(context=EXACT):
        raise NotSql([f"A figure of {amount:g} is on no grid of {scale} decimals, or too large."])
    return int(steps)
