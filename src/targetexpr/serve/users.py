"""What is known of a user: progress in every group, in the platform's shape, and the events behind a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, cast

from targetexpr.serve import clock, row_ids
from targetexpr.serve.clock import Settings
from targetexpr.serve.errors import Problem, refuse
from targetexpr.serve.groups import Members, body_of, parts_of, plain_of, window_of
from targetexpr.serve.progress import NotEvaluated, of_customer, part_of, until_its_end
from targetexpr.serve.reading import plain_user
from targetexpr.serve.reads import found
from targetexpr.serve.records import Kept, kept_of
from targetexpr.serve.row_ids import Shown
from targetexpr.serve.rows import GroupRow, RecordRow, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.error_numbers import INVALID_USER, NO_PERIOD, NO_TARGET, NOTHING_RECORDED
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import Number, WireDate, three_decimals
from targetexpr.targets.progress.record import Head
from targetexpr.targets.progress.results import PeriodProgress, decimal_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of a user's groups and rows are asked for."""

    inactive: bool = False  # rows of every started cycle, not only of the one that runs
    inactive_groups: bool = False
    target: int | None = None


def add(store: Store, ids: Iterable[str]) -> int:
    """Makes users known; how many are new."""
    with store.write() as rows:
        return rows.add_users(ids)


def _known(rows: Rows, user: str) -> None:
    if not rows.has_user(user):
        hint = "A user is known by a record, an enrolment, or POST /sandbox/users."
        raise refuse(INVALID_USER, "no-user", f"There is no user {user}.", hint=hint)


def progress_of(store: Store, user: str, wanted: Wanted) -> tuple[Members, list[Problem]]:
    """A user's groups with the progress in each, and what could not be evaluated."""
    with store.read() as rows:
        _known(rows, user)
        settings = clock.load(rows)
        mine = [
            (row, part)
            for row in rows.groups(only_active=not wanted.inactive_groups)
            if (part := part_of(rows, row, until_its_end(row, settings), user)) is not None
        ]
        kept = rows.records_of(user) if mine else []
        known = rows.own(user)
    records = list(kept_of(kept, settings.timezone))
    came = _came(kept, records)
    shown: list[Shown] = []
    problems: list[Problem] = []
    for row, part in mine:
        if wanted.target is not None and wanted.target not in _target_ids(row):
            continue
        try:
            found_out = of_customer(row, until_its_end(row, settings), records, part)
        except NotEvaluated as failure:
            problems.append(failure.problem())
            continue
        if found_out is not None:
            answered = cast("list[Members]", found_out.user_progress(user)["data"])[0]
            shown.append(Shown(_group(row, settings, answered, wanted), found_out, part, came))
    problems += row_ids.complete(store, user, shown, known)
    who, listed = plain_user(user), [one.answer for one in shown]
    return {"userId": who, "customer": {"id": who}, "targetGroups": list[JsonValue](listed)}, problems


def _target_ids(row: GroupRow) -> list[JsonValue]:
    return [target["id"] for target in parts_of(body_of(row), "targets")]


def _group(row: GroupRow, settings: Settings, answered: Members, wanted: Wanted) -> Members:
    body = body_of(row)
    targets = [
        one
        for one in parts_of(answered, "targets")
        if (wanted.inactive or one["currentPeriod"] is True)
        and (wanted.target is None or one["targetRuleId"] == wanted.target)
    ]
    made: Members = {"id": row.id, "attribution": plain_of(row.attribution), "name": body.get("name")}
    made |= {
        "orgId": settings.org_id,
        "preferredTillId": body.get("preferredTillId"),
        "targets": list[JsonValue](targets),
    }
    if answered["streaks"]:
        made["streaks"] = answered["streaks"]
    return made | {
        "targetEvaluationType": window_of(body),
        "trackingType": body.get("trackingType"),
    }


def _came(kept: Sequence[RecordRow], records: Sequence[Kept]) -> dict[str, str]:
    """When each record was fed, by its id; of several with one id the first."""
    found: dict[str, str] = {}
    for one, (head, _) in zip(kept, records, strict=True):
        found.setdefault(head.id, one.fed)  # in the order in which they came
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of events: how many on each, and which, from 0."""

    limit: int
    offset: int
    period: int | None = None


def events(store: Store, user: str, target: int, page: Page) -> Members:
    """What counted towards a target for a user, in order: one entry for each record and period.

    `total` is the number of events, as in the documents' samples; their prose says pages.
    """
    with store.read() as rows:
        _known(rows, user)
        settings = clock.load(rows)
        group = rows.group_of_target(target)
        if group is None:
            raise refuse(NO_TARGET, "no-target", f"There is no target {target}.")
        row = found(rows, group)
        settings = until_its_end(row, settings)
        part = part_of(rows, row, settings, user)
        kept = rows.records_of(user)
    periods = [one["id"] for one in parts_of(body_of(row), "periods")]
    if page.period is not None and page.period not in periods:
        raise refuse(NO_PERIOD, "no-period", f"The target group {group} has no period {page.period}.")
    listed: list[tuple[_Told, Members]] = []
    if part is not None:
        records = list(kept_of(kept, settings.timezone))
        known = _told(user, kept, records)
        made = of_customer(row, settings, records, part)
        for line in () if made is None else _lines(made, user, target):
            # Customers' own cycles are no periods of the group, whatever it lists.
            period = periods[line.index] if line.days is not None else None
            if page.period in (None, period):
                contributions = ((known[one.record], one.change) for one in line.contributions)
                listed += [(told, _entry(told, change, period, row.id, target)) for told, change in contributions]
    if not listed:
        raise refuse(NOTHING_RECORDED, "nothing-recorded", f"Nothing is recorded of {user} for the target {target}.")
    listed.sort(key=lambda one: (one[0].head.at, one[0].seq))
    shown = [entry for _, entry in listed[page.offset * page.limit : (page.offset + 1) * page.limit]]
    pagination: Members = {"limit": page.limit, "offset": page.offset, "total": len(listed)}
    return {"pagination": pagination, "data": list[JsonValue](shown), "errors": [], "warnings": []}


class _Told(NamedTuple):
    """A record as events tell of it."""

    head: Head
    seq: int
    fed: str


def _lines(made: Progress, user: str, target: int) -> Iterable[PeriodProgress]:
    """The progress in a target, which need not have a name; twins have none of their own."""
    names = [one.name for one in made.plan.targets if one.id == target]
    return made.customers[user].of(names[0]) if names else ()


def _told(user: str, kept: Sequence[RecordRow], records: Sequence[Kept]) -> dict[str, _Told]:
    """The user's records by id; of several with one id the earliest, which is the one that counts."""
    found: dict[str, _Told] = {}
    for one, (head, _) in zip(kept, records, strict=True):
        if head.customer == user and (head.id not in found or head.at < found[head.id].head.at):
            found[head.id] = _Told(head, one.seq, one.fed)
    return found


def _entry(told: _Told, change: Decimal, period: JsonValue, group: int, target: int) -> Members:
    kind = told.head.type
    return {
        "eventLogId": told.seq,
        "eventName": {TRANSACTION_ADD: "ADD_TRANSACTION", RETURN_BILL: "RETURN_BILL"}.get(kind, "GENERIC_EVENT"),
        "customerId": plain_user(told.head.customer),
        "eventDisplayName": None if kind in (TRANSACTION_ADD, RETURN_BILL) else kind,
        "uniqueId": told.head.id,
        "eventDate": _written(told.head.at),
        "eventProcessedDate": _written(WireDate.read(told.fed).instant()),
        "periodId": period,
        "targetGroupId": group,
        "targetRuleId": target,
        "targetValue": _value(change, kind),
    }


def _value(change: Decimal, kind: str) -> JsonValue:
    """Amounts of bills as they are, those of events with three decimals: as in the documents' samples."""
    return Number.computed(decimal_text(change)) if kind in (TRANSACTION_ADD, RETURN_BILL) else three_decimals(change)


def _written(moment: datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss.S`: milliseconds as a fraction without needless zeros, as in the samples' `12:00:12.0`.

    >>> from datetime import UTC
    >>> _written(datetime(2024, 1, 2, 3, 4, 5, 40_000, UTC)), _written(datetime(2024, 1, 2, tzinfo=UTC))
    ('2024-01-02 03:04:05.04', '2024-01-02 00:00:00.0')
    """
    fraction = f"{moment.microsecond // 1000:03d}".rstrip("0") or "0"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{fraction}"
