"""Customers are enrolled into groups and out of them. Knows no HTTP.

A customer takes part in a group, whichever of its targets the path names: evaluation knows parts in groups only. What
evaluation cannot honour is refused and never quietly ignored: balances to start from, and parts with a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from targetexpr.base.pointers import join
from targetexpr.running.coercion import time_zone
from targetexpr.serve import clock
from targetexpr.serve.clock import Settings
from targetexpr.serve.errors import Refusal, ours, refuse
from targetexpr.serve.groups import Members, body_of, parts_of, window_of
from targetexpr.serve.progress import of_customer, part_of
from targetexpr.serve.reading import misfit, plain_user, user_id
from targetexpr.serve.reads import found
from targetexpr.serve.records import kept_of
from targetexpr.serve.rows import GroupRow, Part, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.model.error_numbers import ENROLLED, INVALID_USER, NO_PERIOD, NO_TARGET, NOT_ENROLLED
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import date_text

_KNOWN = ("customerId", "periodName", "initialBalance", "resetStreakStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an enrol call asks for, and where it stands in the body."""

    customer: str
    period: str | None
    balance: JsonValue
    reset: bool
    where: str


def enrol(store: Store, group: int, target: int, given: JsonValue) -> JsonValue:
    """Takes a customer in, from an object or a list of one; the customer's id is what is answered."""
    ask = _ask(given, _KNOWN)
    with store.write() as rows:
        row, settings = _group(rows, group, target), clock.load(rows)
        _known_user(rows, ask, settings)
        _honourable(ask, row)
        since = _since(ask, row, settings)
        if _takes_part(part_of(rows, row, settings, ask.customer), row, since, settings):
            said = f"The customer {ask.customer} takes part in the target group {group} already."
            raise refuse(ENROLLED, "enrolled-already", said, pointer=f"{ask.where}/customerId")
        before = rows.part(group, ask.customer)
        from_when = since if before is None else _again(before, ask, row, since, settings)
        part = Part(ask.customer, date_text(settings.now), from_when, None)
        if ask.balance is not None:
            _starts_at_nothing(rows, row, settings, part, ask)
        rows.add_users([ask.customer])
        rows.set_part(group, part)
    return plain_user(ask.customer)


def unenrol(store: Store, group: int, target: int, given: JsonValue) -> JsonValue:
    """Takes a customer out: of the period that is named, else the one that runs, and all later ones.

    The customer's id is what is answered.
    """
    ask = _ask(given, _KNOWN[:2])
    with store.write() as rows:
        row, settings = _group(rows, group, target), clock.load(rows)
        if not rows.has_user(ask.customer):
            raise _unknown(ask)
        until = _until(ask, row, settings)
        part = part_of(rows, row, settings, ask.customer)
        if part is None or not _takes_part(part, row, until, settings):
            said = f"The customer {ask.customer} does not take part in the target group {group}."
            raise refuse(NOT_ENROLLED, "not-enrolled", said, pointer=f"{ask.where}/customerId")
        rows.set_part(group, part._replace(until=until))
    return plain_user(ask.customer)


def _takes_part(part: Part | None, row: GroupRow, when: str, settings: Settings) -> bool:
    """Whether a customer still takes part at a time: who left with a later period does until then."""
    if part is None or part.until is None:
        return part is not None
    day, until = _day(when, settings), _day(part.until, settings)
    periods = _last_days(row)
    if not periods:
        return datetime.fromisoformat(when) < datetime.fromisoformat(part.until)
    return min((last for last in periods if last >= day), default=day) < until


def _group(rows: Rows, group: int, target: int) -> GroupRow:
    row = found(rows, group, active=True)
    if rows.group_of_target(target) != group:
        raise refuse(NO_TARGET, "no-target", f"The target group {group} has no target {target}.")
    return row


def _ask(given: JsonValue, known: Sequence[str]) -> Ask:
    """What is asked for. The documents show a list of one, and their tables an object: both are read."""
    where = ""
    if isinstance(given, list):
        if len(given) != 1:
            raise misfit("one-customer", f"One customer is enrolled in a call; the list has {len(given)}.", "")
        given, where = given[0], "/0"
    if not isinstance(given, dict):
        raise misfit("not-an-object", "An object with a customerId is needed.", where)
    for name in given:
        if name not in known:
            said = f"{name!r} is not known here; there are {', '.join(known)}."
            raise misfit("unknown-member", said, join([name], where))
    period, reset, balance = given.get("periodName"), given.get("resetStreakStatus"), given.get("initialBalance")
    if period is not None and not isinstance(period, str):
        raise misfit("wrong-type", "periodName is the refCode of a period, a text.", f"{where}/periodName")
    if reset is not None and not isinstance(reset, bool):
        raise misfit("wrong-type", "resetStreakStatus is true or false.", f"{where}/resetStreakStatus")
    if isinstance(balance, bool | str | list | dict):
        raise misfit("wrong-type", "initialBalance is a number or null.", f"{where}/initialBalance")
    customer = user_id(given.get("customerId"), f"{where}/customerId")
    return Ask(customer=customer, period=period, balance=balance, reset=bool(reset), where=where)


def _known_user(rows: Rows, ask: Ask, settings: Settings) -> None:
    """In an open sandbox enrolling makes a user known; else records and POST /sandbox/users do."""
    if not settings.open_users and not rows.has_user(ask.customer):
        raise _unknown(ask)


def _unknown(ask: Ask) -> Refusal:
    said = f"There is no user {ask.customer}."
    hint = "A user is known by a record, an enrolment, or POST /sandbox/users."
    return refuse(INVALID_USER, "no-user", said, pointer=f"{ask.where}/customerId", hint=hint)


def _honourable(ask: Ask, row: GroupRow) -> None:
    """Refuses what evaluation has no means for; a balance of 0 at a first enrolment is where everybody starts."""
    is_streak = _is_streak(row)
    if ask.balance is not None and is_streak:
        said = "initialBalance does not apply to streaks."
        raise ours("balance-of-streak", said, pointer=f"{ask.where}/initialBalance", hint="Leave it out.")
    if ask.balance is not None and ask.balance != 0:
        said = "The sandbox cannot start a customer at a balance: progress is what records come to."
        hint = "Leave it out, and feed a record that brings the balance."
        raise ours("balance-not-supported", said, pointer=f"{ask.where}/initialBalance", hint=hint)
    if ask.reset and not is_streak:
        said = "resetStreakStatus is for streaks only."
        raise ours("reset-of-milestone", said, pointer=f"{ask.where}/resetStreakStatus", hint="Leave it out.")


def _starts_at_nothing(rows: Rows, row: GroupRow, settings: Settings, part: Part, ask: Ask) -> None:
    """Refuses a balance of 0 for a customer whose records count already: they would not be set back."""
    records = list(kept_of(rows.records_of(part.customer), settings.timezone))
    made = of_customer(row, settings, records, part)
    if made is not None and any(period.contributions for period in made.customers[part.customer].periods):
        said = "The sandbox cannot set progress back to 0: records that count are there already."
        raise ours("balance-not-supported", said, pointer=f"{ask.where}/initialBalance", hint="Leave it out.")


def _is_streak(row: GroupRow) -> bool:
    kind = body_of(row).get("trackingType")
    return kind in (TrackingType.STREAKS, TrackingType.NON_CONTINUOUS_STREAKS)


def _periods(row: GroupRow) -> list[Members]:
    """The periods customers are enrolled by; other windows begin with a customer's own records."""
    body = body_of(row)
    return parts_of(body, "periods") if window_of(body) == EvaluationType.FIXED_CALENDAR_WINDOW else []


def _since(ask: Ask, row: GroupRow, settings: Settings) -> str:
    """From when the customer takes part: the start of the named period, else now. Earlier periods are not missed."""
    if ask.period is not None:
        return cast(str, _named(ask, row)["startDate"])
    if _periods(row) and not _is_streak(row):
        said = "A milestone's customers are enrolled from a period on; periodName says which."
        raise refuse(NO_PERIOD, "period-missing", said, pointer=f"{ask.where}/periodName")
    return _now(settings)


def _until(ask: Ask, row: GroupRow, settings: Settings) -> str:
    """From when the customer is out: the start of the named period, else now. What has ended stays as it is."""
    if ask.period is None:
        return _now(settings)
    named = _named(ask, row)
    if date.fromisoformat(cast(str, named["endDate"])) < _day(_now(settings), settings):
        said = f"The period {ask.period!r} has ended; its customers were in it to the end."
        hint = "Name the period that runs or a later one, or none."
        raise ours("period-ended", said, pointer=f"{ask.where}/periodName", hint=hint)
    return cast(str, named["startDate"])


def _named(ask: Ask, row: GroupRow) -> Members:
    """The period that an enrol or unenrol call names. Raises Refusal 310019."""
    wanted = (ask.period or "").casefold()  # names are unique in any case
    found_here = next((one for one in _periods(row) if str(one.get("refCode", "")).casefold() == wanted), None)
    if found_here is None:
        said = f"The target group {row.id} has no period named {ask.period!r}."
        raise refuse(NO_PERIOD, "no-period", said, pointer=f"{ask.where}/periodName")
    return found_here


def _now(settings: Settings) -> str:
    return settings.now.astimezone(time_zone(settings.timezone)).isoformat()


def _last_days(row: GroupRow) -> list[date]:
    """The last days of the periods that count."""
    return [date.fromisoformat(cast(str, one["endDate"])) for one in _periods(row) if one.get("active") is not False]


def _again(before: Part, ask: Ask, row: GroupRow, since: str, settings: Settings) -> str | None:
    """From when a customer takes part who was enrolled before and taken out.

    A reset starts afresh. Otherwise the customer goes on from where the old part stopped, which evaluation can only
    do when no period went by in between: its parts have no gaps.
    """
    if ask.reset:
        return since
    if ask.balance is not None:
        said = "The sandbox cannot set progress back to 0: progress is what records come to."
        raise ours("balance-not-supported", said, pointer=f"{ask.where}/initialBalance", hint="Leave it out.")
    periods = _last_days(row)
    old, until, new = (None if day is None else _day(day, settings) for day in (before.since, before.until, since))
    assert until is not None  # or the customer would still take part
    assert new is not None
    kept = any((old is None or old <= last) and last < until for last in periods)
    gap = any(until <= last < new for last in periods)
    if not periods or (kept and gap):
        said = "The customer left before and periods went by since; the sandbox cannot go on from there."
        hint = "Reset a streak with resetStreakStatus, or enrol another customer."
        raise ours("enrolment-gap", said, pointer=ask.where, hint=hint)
    return since if gap else before.since


def _day(text: str, settings: Settings) -> date:
    """The local day of what a part says, a day or an instant: as evaluation has it."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(time_zone(settings.timezone)).date()
