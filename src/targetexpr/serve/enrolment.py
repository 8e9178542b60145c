"""Customers are enrolled into groups and out of them. Knows no HTTP.

A customer takes part in a group, whichever of its targets the path names: evaluation knows parts in groups only. What
evaluation cannot honour is refused and never quietly ignored: balances to start from, and parts with a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from targetexpr.running.values import time_zone
from targetexpr.serve import clock
from targetexpr.serve.clock import Settings
from targetexpr.serve.groups import Members, body_of, parts_of
from targetexpr.serve.problems import (
    ENROLLED,
    INVALID_USER,
    NO_PERIOD,
    NO_TARGET,
    NOT_ENROLLED,
    Refusal,
    ours,
    refuse,
)
from targetexpr.serve.progress import part_of
from targetexpr.serve.reading import misfit, plain_user, user_id
from targetexpr.serve.reads import found
from targetexpr.serve.rows import GroupRow, Part, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.spelling import EvaluationType, TrackingType
from targetexpr.targets.values import stamp_text
from targetexpr.targets.wire import Plain

_KNOWN = ("customerId", "periodName", "initialBalance", "resetStreakStatus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an enrol call asks for, and where it stands in the body."""

    customer: str
    period: str | None
    balance: Plain
    reset: bool
    where: str


def enrol(store: Store, group: int, target: int, given: Plain) -> Plain:
    """Takes a customer in, from an object or a list of one; the customer's id is what is answered."""
    ask = _ask(given, _KNOWN)
    with store.write() as rows:
        row, settings = _group(rows, group, target), clock.load(rows)
        _known_user(rows, ask, settings)
        if _takes_part(part_of(rows, row, settings, ask.customer)):
            said = f"The customer {ask.customer} takes part in the target group {group} already."
            raise refuse(ENROLLED, "enrolled-already", said, pointer=f"{ask.where}/customerId")
        _honourable(ask, row)
        since = _since(ask, row, settings)
        before = rows.part(group, ask.customer)
        from_when = since if before is None else _again(before, ask, row, since)
        rows.add_users([ask.customer])
        rows.set_part(group, Part(ask.customer, stamp_text(settings.now), from_when, None))
    return plain_user(ask.customer)


def unenrol(store: Store, group: int, target: int, given: Plain) -> Plain:
    """Takes a customer out: of the period that runs and all later ones. The customer's id is what is answered."""
    ask = _ask(given, _KNOWN[:2])
    with store.write() as rows:
        row, settings = _group(rows, group, target), clock.load(rows)
        if not rows.has_user(ask.customer):
            raise _unknown(ask)
        part = part_of(rows, row, settings, ask.customer)
        if part is None or not _takes_part(part):
            said = f"The customer {ask.customer} does not take part in the target group {group}."
            raise refuse(NOT_ENROLLED, "not-enrolled", said, pointer=f"{ask.where}/customerId")
        _leaves_now(ask, row, settings)
        rows.set_part(group, part._replace(until=stamp_text(settings.now)))
    return plain_user(ask.customer)


def _takes_part(part: Part | None) -> bool:
    return part is not None and part.until is None


def _group(rows: Rows, group: int, target: int) -> GroupRow:
    row = found(rows, group, active=True)
    if rows.group_of_target(target) != group:
        raise refuse(NO_TARGET, "no-target", f"The target group {group} has no target {target}.")
    return row


def _ask(given: Plain, known: Sequence[str]) -> Ask:
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
            raise misfit("unknown-member", said, f"{where}/{name}")
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


def _is_streak(row: GroupRow) -> bool:
    kind = body_of(row).get("trackingType")
    return kind in (TrackingType.STREAKS, TrackingType.NON_CONTINUOUS_STREAKS)


def _periods(row: GroupRow) -> list[Members]:
    """The periods customers are enrolled by; other windows begin with a customer's own records."""
    body = body_of(row)
    window = body.get("targetEvaluationType", EvaluationType.FIXED_CALENDAR_WINDOW)
    return parts_of(body, "periods") if window == EvaluationType.FIXED_CALENDAR_WINDOW else []


def _since(ask: Ask, row: GroupRow, settings: Settings) -> str:
    """From when the customer takes part: the start of the named period, else now. Earlier periods are not missed."""
    periods = _periods(row)
    if ask.period is not None:
        return cast(str, _named(ask, row)["startDate"])
    if periods and not _is_streak(row):
        said = "A milestone's customers are enrolled from a period on; periodName says which."
        raise refuse(NO_PERIOD, "period-missing", said, pointer=f"{ask.where}/periodName")
    return settings.now.astimezone(time_zone(settings.timezone)).isoformat()


def _named(ask: Ask, row: GroupRow) -> Members:
    """The period that is named."""
    named = next((one for one in _periods(row) if one.get("refCode") == ask.period), None)
    if named is None:
        said = f"The target group {row.id} has no period named {ask.period!r}."
        raise refuse(NO_PERIOD, "no-period", said, pointer=f"{ask.where}/periodName")
    return named


def _leaves_now(ask: Ask, row: GroupRow, settings: Settings) -> None:
    """Refuses to take a customer out of another period than the one that runs: parts end now, or not at all."""
    if ask.period is None:
        return
    named, today = _named(ask, row), settings.now.astimezone(time_zone(settings.timezone)).date()
    if not _day(cast(str, named["startDate"])) <= today <= _day(cast(str, named["endDate"])):
        said = f"The period {ask.period!r} does not run now; a customer leaves the one that runs and all later ones."
        raise ours(
            "period-not-running", said, pointer=f"{ask.where}/periodName", hint="Leave it out, or set the clock."
        )


def _again(before: Part, ask: Ask, row: GroupRow, since: str) -> str | None:
    """From when a customer takes part who was enrolled before and taken out.

    A reset starts afresh. Otherwise the customer goes on from where the old part stopped, which evaluation can only
    do when no period went by in between: its parts have no gaps.
    """
    if ask.reset:
        return since
    if ask.balance is not None:
        said = "The sandbox cannot set progress back to 0: progress is what records come to."
        raise ours("balance-not-supported", said, pointer=f"{ask.where}/initialBalance", hint="Leave it out.")
    periods = [date.fromisoformat(cast(str, one["endDate"])) for one in _periods(row) if one.get("active") is not False]
    old, until, new = (None if day is None else _day(day) for day in (before.since, before.until, since))
    assert until is not None  # or the customer would still take part
    assert new is not None
    kept = any((old is None or old <= last) and last < until for last in periods)
    gap = any(until <= last < new for last in periods)
    if not periods or (kept and gap):
        said = "The customer left before and periods went by since; the sandbox cannot go on from there."
        hint = "Reset a streak with resetStreakStatus, or enrol another customer."
        raise ours("enrolment-gap", said, pointer=ask.where, hint=hint)
    return since if gap else before.since


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date() if "T" in text else date.fromisoformat(text)
