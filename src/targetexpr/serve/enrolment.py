"""Customers are enrolled into groups and out of them. Knows no HTTP.

A customer takes part in a group, whichever of its targets the path names: evaluation knows groups only. What
evaluation cannot honour is refused and never quietly ignored: balances to start from, and taking part with a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from targetexpr.running.coercion import time_zone
from targetexpr.serve import sandbox_settings
from targetexpr.serve.clock import LAST
from targetexpr.serve.errors import invalid_input, refusal
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, parts_of, window_of
from targetexpr.serve.ids import user_id
from targetexpr.serve.progress import of_customer, participation_of
from targetexpr.serve.records import stored_records
from targetexpr.serve.rows import GroupRow, Participation, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.api.user_progress import user_json
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.model.error_numbers import ENROLLED, NO_PERIOD, NO_TARGET, NOT_ENROLLED
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import date_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentRequest:
    """What an enrol or unenrol call asks for, and where it stands in the body."""

    customer: str
    period: str | None
    balance: JsonValue
    reset: bool
    pointer: str  # "", or "/0" of a list


def enrol(store: Store, group: int, target: int, body: JsonObject, pointer: str) -> JsonValue:
    """Takes a customer in; the customer's id is what is answered. `pointer` is where the object stands in the body."""
    request = _read(body, pointer)
    with store.write() as rows:
        row, settings = _group_of(rows, group, target), sandbox_settings.load(rows)
        # In an open sandbox enrolling makes a user known; else records and POST /sandbox/users do.
        if not settings.open_users:
            check_known(rows, request.customer, f"{request.pointer}/customerId")
        _check_supported(request, row)
        since = _since(request, row, settings)
        if _takes_part(participation_of(rows, row, settings, request.customer), row, since, settings):
            message = f"The customer {request.customer} already takes part in the target group {group}."
            raise refusal("enrolled-already", message, number=ENROLLED, pointer=f"{request.pointer}/customerId")
        before = rows.participation(group, request.customer)
        begins = since if before is None else _since_again(before, request, row, since, settings)
        participation = Participation(request.customer, date_text(settings.now), begins, None)
        if request.balance is not None:
            _check_no_progress(rows, row, settings, participation, request)
        rows.add_users([request.customer])
        rows.set_participation(group, participation)
    return user_json(request.customer)


def unenrol(store: Store, group: int, target: int, body: JsonObject, pointer: str) -> JsonValue:
    """Takes a customer out: of the period or cycle that is named, else of what is open now, and of all later ones.

    Cycles are the customer's own in the target. The customer's id is what is answered.
    """
    request = _read(body, pointer)
    with store.write() as rows:
        row, settings = _group_of(rows, group, target), sandbox_settings.load(rows)
        check_known(rows, request.customer, f"{request.pointer}/customerId")
        participation = participation_of(rows, row, settings, request.customer)
        if request.period is not None and participation is not None and not _has_periods(row):
            until = _start_of_cycle(rows, request, row, settings, participation, target)
        else:
            until = _until(request, row, settings)
        if participation is None or not _takes_part(participation, row, until, settings):
            message = f"The customer {request.customer} does not take part in the target group {group}."
            raise refusal("not-enrolled", message, number=NOT_ENROLLED, pointer=f"{request.pointer}/customerId")
        rows.set_participation(group, participation._replace(until=until))
    return user_json(request.customer)


def _read(body: JsonObject, pointer: str) -> EnrolmentRequest:
    period, reset, balance = body.get("periodName"), body.get("resetStreakStatus"), body.get("initialBalance")
    if period is not None and not isinstance(period, str):
        message = "periodName is the refCode of a period, a string."
        raise invalid_input("wrong-type", message, f"{pointer}/periodName")
    if reset is not None and not isinstance(reset, bool):
        raise invalid_input("wrong-type", "resetStreakStatus is true or false.", f"{pointer}/resetStreakStatus")
    if isinstance(balance, bool | str | list | dict):
        raise invalid_input("wrong-type", "initialBalance is a number or null.", f"{pointer}/initialBalance")
    customer = user_id(body.get("customerId"), f"{pointer}/customerId")
    return EnrolmentRequest(customer=customer, period=period, balance=balance, reset=bool(reset), pointer=pointer)


def _group_of(rows: Rows, group: int, target: int) -> GroupRow:
    row = existing_group(rows, group, active=True)
    if rows.group_of_target(target) != group:
        raise refusal("no-target", f"The target group {group} has no target {target}.", number=NO_TARGET)
    return row


def _takes_part(participation: Participation | None, row: GroupRow, when: str, settings: Settings) -> bool:
    """Whether a customer still takes part at a time: who left with a later period does until then."""
    if participation is None or participation.until is None:
        return participation is not None
    day, until = _day(when, settings), _day(participation.until, settings)
    last_days = _last_days(row)
    if not last_days:
        return datetime.fromisoformat(when) < datetime.fromisoformat(participation.until)
    return min((last for last in last_days if last >= day), default=day) < until


def takes_part_at(participation: Participation | None, row: GroupRow, settings: Settings) -> bool:
    """Whether a customer takes part now: enrolled for a period that has begun, and not out of it."""
    now = _now(settings)
    begun = (
        participation is None or not participation.since or _day(participation.since, settings) <= _day(now, settings)
    )
    return begun and _takes_part(participation, row, now, settings)


def _check_supported(request: EnrolmentRequest, row: GroupRow) -> None:
    """Refuses what evaluation has no means for; a balance of 0 at a first enrolment is where everybody starts."""
    is_streak = _is_streak(row)
    if request.balance is not None:
        pointer = f"{request.pointer}/initialBalance"
        if is_streak:
            message = "initialBalance does not apply to streaks."
            raise refusal("balance-of-streak", message, pointer=pointer, hint="Leave it out.")
        if request.balance != 0:
            message = "The sandbox cannot start a customer at a balance: progress is what records come to."
            hint = "Leave it out, and feed a record that brings the balance."
            raise refusal("balance-not-supported", message, pointer=pointer, hint=hint)
    if request.reset and not is_streak:
        pointer = f"{request.pointer}/resetStreakStatus"
        message = "resetStreakStatus is for streaks only."
        raise refusal("reset-of-milestone", message, pointer=pointer, hint="Leave it out.")


def _check_no_progress(
    rows: Rows, row: GroupRow, settings: Settings, participation: Participation, request: EnrolmentRequest
) -> None:
    """Refuses a balance of 0 for a customer whose records count already: they would not be set back."""
    customer = participation.customer
    records = list(stored_records(rows.records_of(customer), settings.timezone))
    progress = of_customer(row, settings, records, participation)
    if progress is not None and any(period.contributions for period in progress.customers[customer].periods):
        raise _cannot_set_back(request, "records that count are there already")


def _cannot_set_back(request: EnrolmentRequest, why: str) -> Exception:
    message = f"The sandbox cannot set progress back to 0: {why}."
    pointer = f"{request.pointer}/initialBalance"
    return refusal("balance-not-supported", message, pointer=pointer, hint="Leave it out.")


def _is_streak(row: GroupRow) -> bool:
    kind = body_of(row).get("trackingType")
    return kind in (TrackingType.STREAKS, TrackingType.NON_CONTINUOUS_STREAKS)


def _periods(row: GroupRow) -> list[JsonObject]:
    """The periods customers are enrolled by; other windows begin with a customer's own records."""
    return parts_of(body_of(row), "periods") if _has_periods(row) else []


def _has_periods(row: GroupRow) -> bool:
    """Whether periods are the group's, and no cycles of each customer's own."""
    return window_of(body_of(row)) == EvaluationType.FIXED_CALENDAR_WINDOW


def _last_days(row: GroupRow) -> list[date]:
    """The last days of the periods that count."""
    return [
        date.fromisoformat(cast(str, period["endDate"]))
        for period in _periods(row)
        if period.get("active") is not False
    ]


def _since(request: EnrolmentRequest, row: GroupRow, settings: Settings) -> str:
    """From when the customer takes part: the start of the named period, else now. Earlier periods are not missed."""
    if request.period is not None:
        return cast(str, _named_period(request, row)["startDate"])
    if _periods(row) and not _is_streak(row):
        message = "A milestone's customers are enrolled from a period on; periodName says which."
        raise refusal("period-missing", message, number=NO_PERIOD, pointer=f"{request.pointer}/periodName")
    return _now(settings)


def _until(request: EnrolmentRequest, row: GroupRow, settings: Settings) -> str:
    """From when the customer is out: the start of the named period, else now. What has ended stays as it is."""
    if request.period is None:
        return _now(settings)
    period = _named_period(request, row)
    if date.fromisoformat(cast(str, period["endDate"])) < _day(_now(settings), settings):
        raise _ended(request)
    return cast(str, period["startDate"])


def _start_of_cycle(
    rows: Rows,
    request: EnrolmentRequest,
    row: GroupRow,
    settings: Settings,
    participation: Participation,
    target: int,
) -> str:
    """When the customer's own cycle of that name, or number, begins in a target. One to come is known by its clock."""
    customer, name = participation.customer, (request.period or "").casefold()
    records = list(stored_records(rows.records_of(customer), settings.timezone))
    past = [record for record in records if record.head.at <= settings.now]
    progress = of_customer(row, replace(settings, now=LAST), past, participation._replace(until=None))
    planned = [] if progress is None else [one.name for one in progress.plan.targets if one.id == target]
    cycles = () if progress is None or not planned else progress.customers[customer].of(planned[0])
    for cycle in cycles:
        if name in (cycle.period.casefold(), str(cycle.index + 1)):
            if cycle.end is not None and cycle.end <= settings.now:
                raise _ended(request)
            return cycle.start.isoformat()
    message = f"The customer {customer} has no cycle named {request.period!r} in the target {target}."
    hint = "Cycles begin with the customer's records; leave periodName out to end the one that is open."
    raise refusal("no-period", message, number=NO_PERIOD, pointer=f"{request.pointer}/periodName", hint=hint)


def _ended(request: EnrolmentRequest) -> Exception:
    message = f"The period {request.period!r} has ended; its customers were in it to the end."
    hint = "Name the period that runs or a later one, or none."
    return refusal("period-ended", message, pointer=f"{request.pointer}/periodName", hint=hint)


def _named_period(request: EnrolmentRequest, row: GroupRow) -> JsonObject:
    """The period that an enrol or unenrol call names. Raises Refusal 310019."""
    name = (request.period or "").casefold()  # names are unique in any case
    for period in _periods(row):
        if str(period.get("refCode", "")).casefold() == name:
            return period
    message = f"The target group {row.id} has no period named {request.period!r}."
    raise refusal("no-period", message, number=NO_PERIOD, pointer=f"{request.pointer}/periodName")


def _since_again(
    before: Participation, request: EnrolmentRequest, row: GroupRow, since: str, settings: Settings
) -> str | None:
    """From when a customer takes part who was enrolled before and taken out.

    A reset starts afresh. Otherwise the customer goes on from where it stopped, which evaluation can only do when no
    period went by in between: taking part has no gaps.
    """
    if request.reset:
        return since
    if request.balance is not None:
        raise _cannot_set_back(request, "progress is what records come to")
    last_days = _last_days(row)
    old, until, new = (None if day is None else _day(day, settings) for day in (before.since, before.until, since))
    assert until is not None  # or the customer would still take part
    assert new is not None
    kept = any((old is None or old <= last) and last < until for last in last_days)
    gap = any(until <= last < new for last in last_days)
    if not last_days or (kept and gap):
        message = "The customer left before and periods went by since; the sandbox cannot go on from there."
        hint = "Reset a streak with resetStreakStatus, or enrol another customer."
        raise refusal("enrolment-gap", message, pointer=request.pointer, hint=hint)
    return since if gap else before.since


def _now(settings: Settings) -> str:
    return settings.now.astimezone(time_zone(settings.timezone)).isoformat()


def _day(text: str, settings: Settings) -> date:
    """The local day of a participation's end, a day or an instant: as evaluation has it."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(time_zone(settings.timezone)).date()
