"""The events behind a user's progress in a target, in the platform's shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from targetexpr.serve import sandbox_settings
from targetexpr.serve.envelope import page_of
from targetexpr.serve.errors import refusal
from targetexpr.serve.group_rows import (
    JsonObject,
    body_of,
    existing_group,
    parts_of,
)
from targetexpr.serve.progress import of_customer, participation_of, until_its_end
from targetexpr.serve.records import StoredRecord, stored_records
from targetexpr.serve.rows import GroupRow, Participation, RecordRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.api.user_progress import user_json
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.error_numbers import NO_PERIOD, NO_TARGET, NOTHING_RECORDED
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import Number, WireDate, three_decimals
from targetexpr.targets.progress.record import Head
from targetexpr.targets.progress.results import PeriodProgress, decimal_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of events: how many on each, and which, from 0."""

    limit: int
    offset: int
    period: int | None = None


def events(store: Store, user: str, target: int, page: Page) -> JsonObject:
    """What counted towards a target for a user, in order: one entry for each record and period.

    `total` is the number of events, as in the documents' samples; their prose says pages.
    """
    with store.read() as rows:
        check_known(rows, user)
        group = rows.group_of_target(target)
        if group is None:
            raise refusal("no-target", f"There is no target {target}.", number=NO_TARGET)
        row = existing_group(rows, group)
        settings = until_its_end(row, sandbox_settings.load(rows))
        participation = participation_of(rows, row, settings, user)
        fed = rows.records_of(user)
    periods = [period["id"] for period in parts_of(body_of(row), "periods")]
    if page.period is not None and page.period not in periods:
        raise refusal("no-period", f"The target group {group} has no period {page.period}.", number=NO_PERIOD)
    listed = [] if participation is None else _entries(row, settings, fed, participation, target)
    if page.period is not None:
        listed = [entry for entry in listed if entry["periodId"] == page.period]
    if not listed:
        message = f"Nothing is recorded of {user} for the target {target}."
        raise refusal("nothing-recorded", message, number=NOTHING_RECORDED)
    shown = listed[page.offset * page.limit : (page.offset + 1) * page.limit]
    return page_of(shown, limit=page.limit, offset=page.offset, total=len(listed))


class _FedRecord(NamedTuple):
    """A record as events tell of it."""

    head: Head
    seq: int
    fed: str


def _entries(
    row: GroupRow, settings: Settings, fed: Sequence[RecordRow], participation: Participation, target: int
) -> list[JsonObject]:
    """Every event of a customer towards a target, in order of time."""
    user = participation.customer
    records = list(stored_records(fed, settings.timezone))
    progress = of_customer(row, settings, records, participation)
    if progress is None:
        return []
    known = _fed_records(user, fed, records)
    periods = [period["id"] for period in parts_of(body_of(row), "periods")]
    listed: list[tuple[_FedRecord, JsonObject]] = []
    for line in _lines(progress, user, target):
        # Customers' own cycles are no periods of the group, whatever it lists.
        period = periods[line.index] if line.days is not None else None
        for contribution in line.contributions:
            record = known[contribution.record]
            listed.append((record, _entry(record, contribution.change, period, row.id, target)))
    listed.sort(key=lambda pair: (pair[0].head.at, pair[0].seq))
    return [entry for _, entry in listed]


def _lines(progress: Progress, user: str, target: int) -> Iterable[PeriodProgress]:
    """The progress in a target, which need not have a name; twins have none of their own."""
    names = [planned.name for planned in progress.plan.targets if planned.id == target]
    return progress.customers[user].of(names[0]) if names else ()


def _fed_records(user: str, rows: Sequence[RecordRow], records: Sequence[StoredRecord]) -> dict[str, _FedRecord]:
    """The user's records by id; of several with one id the earliest, which is the one that counts."""
    found: dict[str, _FedRecord] = {}
    for row, record in zip(rows, records, strict=True):
        head = record.head
        if head.customer == user and (head.id not in found or head.at < found[head.id].head.at):
            found[head.id] = _FedRecord(head, row.seq, row.fed)
    return found


def _entry(record: _FedRecord, change: Decimal, period: JsonValue, group: int, target: int) -> JsonObject:
    kind = record.head.type
    return {
        "eventLogId": record.seq,
        "eventName": {TRANSACTION_ADD: "ADD_TRANSACTION", RETURN_BILL: "RETURN_BILL"}.get(kind, "GENERIC_EVENT"),
        "customerId": user_json(record.head.customer),
        "eventDisplayName": None if kind in (TRANSACTION_ADD, RETURN_BILL) else kind,
        "uniqueId": record.head.id,
        "eventDate": _date_text(record.head.at),
        "eventProcessedDate": _date_text(WireDate.read(record.fed).instant()),
        "periodId": period,
        "targetGroupId": group,
        "targetRuleId": target,
        "targetValue": _value(change, kind),
    }


def _value(change: Decimal, kind: str) -> JsonValue:
    """Amounts of bills as they are, those of events with three decimals: as in the documents' samples."""
    return Number.computed(decimal_text(change)) if kind in (TRANSACTION_ADD, RETURN_BILL) else three_decimals(change)


def _date_text(moment: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss.S`: milliseconds as a fraction without needless zeros, as in the samples' `12:00:12.0`.

    >>> from datetime import UTC
    >>> _date_text(datetime(2024, 1, 2, 3, 4, 5, 40_000, UTC)), _date_text(datetime(2024, 1, 2, tzinfo=UTC))
    ('2024-01-02 03:04:05.04', '2024-01-02 00:00:00.0')
    """
    fraction = f"{moment.microsecond // 1000:03d}".rstrip("0") or "0"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{fraction}"
