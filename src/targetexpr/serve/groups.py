"""Groups are created: checked, answered, and kept with their names and ids. Knows no HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import clock, request_fields
from targetexpr.serve.cache import remembered
from targetexpr.serve.clock import KINDS, Settings
from targetexpr.serve.errors import Problem, Refusal, numbered, of_diagnostic, refuse_errors
from targetexpr.serve.reading import misfit
from targetexpr.serve.rows import ORGANISATION, GroupRow, NameOf, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.api.create import Kind, respond
from targetexpr.targets.model.enums import EvaluationType
from targetexpr.targets.model.envelope import is_envelope
from targetexpr.targets.model.error_numbers import NAME_TAKEN
from targetexpr.targets.model.group import TWIN, Target, TargetGroup
from targetexpr.targets.model.json_values import JsonValue, write_json
from targetexpr.targets.model.scalars import Number, offset_text
from targetexpr.targets.validation.validate import check, read_group

MOST_ITEMS = 1000
"""Periods, targets or levels in one call; documents have up to a hundred periods and fifty targets."""

Members = dict[str, JsonValue]
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made, as it is answered, and what there is to warn of."""

    data: JsonValue
    warnings: tuple[Problem, ...] = ()


def _int(text: str) -> int | Number:
    return Number(text) if text == "-0" else int(text)


_KEPT = json.JSONDecoder(parse_float=Number, parse_int=_int)
# What was written here is JSON for certain: the standard reader is ten times as fast as the one that knows every slip.


@remembered(room=8 << 20)
def plain_of(text: str) -> JsonValue:
    """A kept body, as `read_json_value` reads it; groups are read far more often than they change.

    Never to be changed in place.
    """
    return cast(JsonValue, _KEPT.decode(text))


def body_of(row: GroupRow) -> Members:
    """A group as it was answered last, periods included. Never to be changed in place."""
    return cast(Members, plain_of(row.body))


def parts_of(body: Mapping[str, JsonValue], name: str) -> list[Members]:
    """The periods, targets or streaks of a group."""
    return cast("list[Members]", body.get(name) or [])


def window_of(body: Mapping[str, JsonValue]) -> str:
    """How a group is evaluated; one that does not say has the fixed window."""
    return cast(str, body.get("targetEvaluationType", str(EvaluationType.FIXED_CALENDAR_WINDOW)))


def create(store: Store, given: JsonValue, actor: Mapping[str, JsonValue]) -> Made:
    """A group from the body of a create call. Raises Refusal with everything that is wrong with it."""
    if not isinstance(given, dict) or is_envelope(given):
        raise misfit("not-a-group", "A target group is a JSON object, without the envelope of an answer.", "")
    request = request_fields.of_group(given)
    for part in ("periods", "targets", "streaks"):
        if isinstance(listed := request.get(part), list) and len(listed) > MOST_ITEMS:
            said = f"A group has up to {MOST_ITEMS:,} {part} here, not {len(listed):,}."
            raise misfit("item-count", said, f"/{part}")
    with store.read() as rows:
        name = request.get("name")
        taken = [name] if isinstance(name, str) and rows.is_taken("group", name) else []
        problems = _taken(rows, request)
    reading = read_group(request)
    diagnostics = check(reading, building=True, taken_names=taken)
    told = {one.pointer for one in diagnostics if one.is_error}
    problems += [one for one in request_fields.invalid_members(given) if one.pointer not in told]
    refuse_all(diagnostics, problems)
    with store.write() as rows:
        settings = clock.load(rows)
        ids = rows.sequences()
        answer = respond_to(reading.group, settings, actor, ids)
        data = cast(Members, answer["data"])
        row = GroupRow(
            id=cast(int, data["id"]),
            active=data["active"] is True,
            user_made=data.get("userCreated") is True,
            body=write_json(data, indent=None),
            attribution=write_json(attribution_of(settings, actor), indent=None),
            created=_milliseconds(settings.moments[0]),
        )
        unless_taken(lambda: rows.add_group(row))
        keep_parts(rows, row.id, data)
        go_on(rows, ids, data)
        clock.used(rows, settings)
    return Made(data=data, warnings=tuple(of_diagnostic(one) for one in diagnostics))


def respond_to(
    request: TargetGroup | Sequence[Target], settings: Settings, actor: Mapping[str, JsonValue], ids: Mapping[str, int]
) -> Members:
    """What the platform answers, at the sandbox's instants and with its next ids; the user acts unless one is set."""
    return respond(
        request,
        now=settings.moments,
        ids=cast("Mapping[Kind, int]", ids),
        actor=settings.actor if settings.actor is not None else actor,
        return_bill=settings.return_bill,
    )


def refuse_all(diagnostics: Sequence[Diagnostic], more: Sequence[Problem]) -> None:
    """All at once: what the validation found, and what is taken elsewhere in the organisation."""
    if more:
        errors = [of_diagnostic(one) for one in diagnostics if one.is_error]
        raise Refusal([*errors, *more], warnings=[of_diagnostic(one) for one in diagnostics if not one.is_error])
    refuse_errors(diagnostics)


def _named(data: Mapping[str, Any]) -> list[tuple[NameOf, str, str]]:
    """The names in a group's request or answer that are unique in the organisation: kind, name, place."""
    found: list[tuple[NameOf, str, str]] = []
    if isinstance(data.get("name"), str):
        found.append(("group", data["name"], "/name"))
    kinds: tuple[tuple[NameOf, str], ...] = (("target", "targets"), ("level", "streaks"))
    for kind, member in kinds:
        listed = data.get(member)
        for place, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, Mapping) and isinstance(one.get("name"), str):
                found.append((kind, one["name"], f"/{member}/{place}/name"))
    return found


_WHAT: dict[NameOf, str] = {"target": "target", "level": "streak level", "period": "period", "group": "group"}


def _taken(rows: Rows, request: Mapping[str, Any]) -> list[Problem]:
    """Names of targets and levels that others have; the validation knows of the group's."""
    return [
        taken_problem(kind, name, place)
        for kind, name, place in _named(request)
        if kind != "group" and rows.is_taken(kind, name)
    ]


def taken_problem(kind: NameOf, name: str, place: str) -> Problem:
    """A name that something else has. The platform has a number for names of groups only."""
    said = f"There is a {_WHAT[kind]} of the name {name!r} already; upper and lower case do not matter."
    if kind == "group":
        return numbered(NAME_TAKEN, "group-name-taken", said, pointer=place)
    return Problem(message=said, reason=f"{kind}-name-taken", pointer=place)


def unless_taken(keep: Callable[[], None]) -> None:
    """Stores something by its id. Raises Refusal when the sequences were set to ids that are in use."""
    try:
        keep()
    except sqlite3.IntegrityError:
        said = "An id of the sequences is in use already."
        hint = "Set the sequences higher: PUT /sandbox/settings."
        raise Refusal([Problem(message=said, reason="id-taken", hint=hint)]) from None


def keep_parts(rows: Rows, group: int, data: Members) -> None:
    """Stores the names of what was made, and the ids of targets. The indices settle who of several was first."""
    for kind, name, place in _named(data):
        take_name(rows, kind, ORGANISATION, name, _asked_at(data, kind, name, place), group)
    for at, period in enumerate(parts_of(data, "periods")):
        if isinstance(period.get("refCode"), str):
            take_name(rows, "period", group, cast(str, period["refCode"]), f"/periods/{at}/refCode", group)
    unless_taken(lambda: rows.add_targets([cast(int, one["id"]) for one in parts_of(data, "targets")], group))


def _asked_at(data: Members, kind: NameOf, name: str, place: str) -> str:
    """Where a name of the answer comes from in the request: that of a twin, which is in none, from its original."""
    if kind == "target" and name.endswith(TWIN):
        names = [one.get("name") for one in parts_of(data, "targets")]
        if name.removesuffix(TWIN) in names:
            return f"/targets/{names.index(name.removesuffix(TWIN))}/name"
    return place


def take_name(rows: Rows, kind: NameOf, scope: int, name: str, place: str, group: int) -> None:
    """Takes a name. Raises Refusal when it is taken: by another request too that came in between."""
    try:
        rows.add_names(kind, scope, [name], group)
    except sqlite3.IntegrityError:
        raise Refusal([taken_problem(kind, name, place)]) from None


def go_on(rows: Rows, before: Mapping[str, int], data: Members) -> None:
    """The sequences go on behind the ids that were given here; requests bring none of their own."""
    targets = parts_of(data, "targets")
    given: dict[str, list[JsonValue]] = {
        "group": [data.get("id")],
        "period": [one.get("id") for one in parts_of(data, "periods")],
        "streak": [one.get("id") for one in parts_of(data, "streaks")],
        "target": [one.get("id") for one in targets],
        "ruleSet": [one.get(name) for one in targets for name in ("emfRuleSetId", "emfUnrolledRulesetId")],
        "defaultValue": [value.get("id") for one in targets for value in parts_of(one, "defaultValues")],
    }
    following: dict[str, int] = {}
    for kind in KINDS:
        ids = [number for number in given[kind] if isinstance(number, int)]
        following[kind] = max([before.get(kind, 1), *(number + 1 for number in ids)])
    rows.set_sequences(following)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def attribution_of(settings: Settings, actor: Mapping[str, JsonValue]) -> Members:
    written = offset_text(settings.moments[0])
    who = dict(settings.actor if settings.actor is not None else actor)
    return {"createdOn": written, "lastUpdatedOn": written, "lastUpdatedBy": who, "createdBy": dict(who)}
