"""Groups are created: checked, answered, and kept with their names and ids. Knows no HTTP."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import clock, request_fields, sandbox_settings
from targetexpr.serve.errors import invalid_input, refusal, refuse_errors
from targetexpr.serve.group_rows import JsonObject, new_attribution, parts_of
from targetexpr.serve.names import take_names, taken_names
from targetexpr.serve.rows import GroupRow, Rows
from targetexpr.serve.sandbox_settings import KINDS, Settings
from targetexpr.serve.store import Store
from targetexpr.targets.api.create import Kind, respond
from targetexpr.targets.model.envelope import is_envelope
from targetexpr.targets.model.group import Target, TargetGroup
from targetexpr.targets.model.json_values import JsonValue, write_json
from targetexpr.targets.validation.validate import GroupReading, check, read_group

MAX_ITEMS = 1000
"""Periods, targets or levels in one call; documents have up to a hundred periods and fifty targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What was made, as it is answered, and what there is to warn of."""

    data: JsonValue
    warnings: tuple[Diagnostic, ...] = ()


def create(store: Store, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """A group from the body of a create call. Raises Refusal with everything that is wrong with it."""
    if not isinstance(body, dict) or is_envelope(body):
        raise invalid_input("not-a-group", "A target group is a JSON object, without the envelope of an answer.", "")
    request = request_fields.of_group(body)
    _check_counts(request)
    reading = read_group(request)
    diagnostics = _diagnose(store, body, request, reading)
    refuse_errors(diagnostics)
    with store.write() as rows:
        settings = sandbox_settings.load(rows)
        ids = rows.sequences()
        answer = respond_to(reading.group, settings, actor, ids)
        data = cast(JsonObject, answer["data"])
        _keep(rows, data, settings, actor)
        advance_sequences(rows, ids, data)
        clock.use_instants(rows, settings)
    return Created(data=data, warnings=tuple(diagnostics))


def _check_counts(request: Mapping[str, JsonValue]) -> None:
    for part in ("periods", "targets", "streaks"):
        if isinstance(listed := request.get(part), list) and len(listed) > MAX_ITEMS:
            message = f"A group has up to {MAX_ITEMS:,} {part} here, not {len(listed):,}."
            raise invalid_input("item-count", message, f"/{part}")


def _diagnose(store: Store, body: JsonObject, request: JsonObject, reading: GroupReading) -> list[Diagnostic]:
    """What the validation finds, what is taken elsewhere in the organisation, and members that are left out anyway."""
    with store.read() as rows:
        name = request.get("name")
        taken = [name] if isinstance(name, str) and rows.is_taken("group", name) else []
        names = taken_names(rows, request)
    diagnostics = check(reading, building=True, taken_names=taken)
    known = {diagnostic.pointer for diagnostic in diagnostics if diagnostic.is_error}
    invalid = [one for one in request_fields.invalid_members(body) if one.pointer not in known]
    return [*diagnostics, *names, *invalid]


def _keep(rows: Rows, data: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]) -> None:
    """Stores a group with the names and ids of its parts. The indices settle who of several was first."""
    row = GroupRow(
        id=cast(int, data["id"]),
        active=data["active"] is True,
        user_made=data.get("userCreated") is True,
        body=write_json(data, indent=None),
        attribution=write_json(new_attribution(settings, actor), indent=None),
        created=_milliseconds(settings.moments[0]),
    )
    refuse_taken_id(lambda: rows.add_group(row))
    take_names(rows, row.id, data)
    targets = [cast(int, target["id"]) for target in parts_of(data, "targets")]
    refuse_taken_id(lambda: rows.add_targets(targets, row.id))


def respond_to(
    request: TargetGroup | Sequence[Target], settings: Settings, actor: Mapping[str, JsonValue], ids: Mapping[str, int]
) -> JsonObject:
    """What the platform answers, at the sandbox's instants and with its next ids; the user acts unless one is set."""
    return respond(
        request,
        now=settings.moments,
        ids=cast("Mapping[Kind, int]", ids),
        actor=settings.actor if settings.actor is not None else actor,
        return_bill=settings.return_bill,
    )


def refuse_taken_id(keep: Callable[[], None]) -> None:
    """Stores something by its id. Raises Refusal when the sequences were set to ids that are in use."""
    try:
        keep()
    except sqlite3.IntegrityError:
        hint = "Set the sequences higher: PUT /sandbox/settings."
        raise refusal("id-taken", "An id of the sequences is already in use.", hint=hint) from None


def advance_sequences(rows: Rows, before: Mapping[str, int], data: JsonObject) -> None:
    """The sequences go on behind the ids that were given here; requests bring none of their own."""
    targets = parts_of(data, "targets")
    given: dict[str, list[JsonValue]] = {
        "group": [data.get("id")],
        "period": [period.get("id") for period in parts_of(data, "periods")],
        "streak": [streak.get("id") for streak in parts_of(data, "streaks")],
        "target": [target.get("id") for target in targets],
        "ruleSet": [target.get(name) for target in targets for name in ("emfRuleSetId", "emfUnrolledRulesetId")],
        "defaultValue": [value.get("id") for target in targets for value in parts_of(target, "defaultValues")],
    }
    following: dict[str, int] = {}
    for kind in KINDS:
        ids = [number for number in given[kind] if isinstance(number, int)]
        following[kind] = max([before.get(kind, 1), *(number + 1 for number in ids)])
    rows.set_sequences(following)


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
