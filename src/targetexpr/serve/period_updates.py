"""Periods are changed: a running one's end, both dates of one to come, nothing of one that is over. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.serve import clock, request_fields, sandbox_settings
from targetexpr.serve.changes import Change, check_change, not_editable, read_sent, refuse_all, touched
from targetexpr.serve.errors import error, invalid_input
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, parts_of, with_body
from targetexpr.serve.groups import MAX_ITEMS, Created
from targetexpr.serve.later_parts import with_new_periods, with_periods
from targetexpr.serve.rows import Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.targets.api.create import respond
from targetexpr.targets.api.default_json import status_of
from targetexpr.targets.model.enums import PeriodStatus
from targetexpr.targets.model.error_numbers import NO_PERIOD
from targetexpr.targets.model.group import Period, TargetGroup
from targetexpr.targets.model.json_values import JsonValue

_EDITABLE: dict[PeriodStatus, tuple[str, ...]] = {
    PeriodStatus.RUNNING: ("endDate",),
    PeriodStatus.NOT_STARTED: ("startDate", "endDate"),
    PeriodStatus.ENDED: (),
}
_WORDS = {
    PeriodStatus.RUNNING: "a period that runs",
    PeriodStatus.NOT_STARTED: "a period that has not started",
    PeriodStatus.ENDED: "a period that has ended",
}


def update_periods(store: Store, group: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """Changes the periods that are sent with their ids, and adds those without; all of these are answered, in order."""
    listed = body if isinstance(body, list) else [body]
    pointers = [join([index]) for index in range(len(listed))] if isinstance(body, list) else [""]
    if not 1 <= len(listed) <= MAX_ITEMS:
        raise invalid_input("item-count", f"A call has one to {MAX_ITEMS} periods, not {len(listed)}.", "")
    sent = [read_sent(item, request_fields.of_period, pointer) for item, pointer in zip(listed, pointers, strict=True)]
    bodies = cast("list[JsonObject]", listed)
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        before = body_of(row)
        indices = _indices(before, bodies, pointers)
        changes = [place for place, index in enumerate(indices) if index is not None]
        after, warnings = _changed(
            before,
            {indices[place]: (sent[place], pointers[place], bodies[place]) for place in changes},  # type: ignore[misc]
            settings,
            actor,
        )
        _move_participations(rows, before, after)
        added = [place for place, index in enumerate(indices) if index is None]
        data: dict[int, JsonValue] = {place: parts_of(after, "periods")[cast(int, indices[place])] for place in changes}
        if added:
            requests, at = [sent[place] for place in added], [pointers[place] for place in added]
            after, made = with_new_periods(rows, after, requests, at, settings, actor)
            data |= zip(added, cast("list[JsonValue]", made.data), strict=True)
            warnings += made.warnings
            clock.use_instants(rows, settings)
        if after != before:
            rows.change_group(with_body(row, after, settings, actor))
    return Created(data=[data[place] for place in range(len(listed))], warnings=warnings)


def _move_participations(rows: Rows, before: JsonObject, after: JsonObject) -> None:
    """Who is in, or out, from a period on stays so when it starts on another day."""
    pairs = zip(parts_of(before, "periods"), parts_of(after, "periods"), strict=True)
    moved = {old["startDate"]: new["startDate"] for old, new in pairs if old["startDate"] != new["startDate"]}
    if not moved:
        return
    group = cast(int, before["id"])
    for one in rows.participations(group):
        since, until = (cast("str | None", moved.get(day, day)) for day in (one.since, one.until))
        if (since, until) != (one.since, one.until):
            rows.set_participation(group, one._replace(since=since, until=until))


def _indices(group: JsonObject, bodies: Sequence[JsonObject], pointers: Sequence[str]) -> list[int | None]:
    """Which period of the group each of the sent ones is; None for new ones. Raises Refusal 310019."""
    known = {period["id"]: index for index, period in enumerate(parts_of(group, "periods"))}
    found: list[int | None] = []
    errors: list[Diagnostic] = []
    for body, pointer in zip(bodies, pointers, strict=True):
        given = body.get("id")
        index = None if isinstance(given, bool | float | list | dict) else known.get(given)
        if given is not None and index is None:
            message = f"The target group {group['id']} has no period {given!r:.60}."
            errors.append(error("no-period", message, number=NO_PERIOD, pointer=f"{pointer}/id"))
        elif index is not None and index in found:
            errors.append(error("period-repeated", f"The period {given} is there twice.", pointer=f"{pointer}/id"))
        found.append(index)
    refuse_all(errors)
    return found


def _changed(
    before: JsonObject,
    sent: Mapping[int, tuple[JsonObject, str, JsonObject]],
    settings: Settings,
    actor: Mapping[str, JsonValue],
) -> tuple[JsonObject, tuple[Diagnostic, ...]]:
    """The group with periods changed, by place: what was sent, where in the body, and the whole of it there."""
    if not sent:
        return before, ()
    old = parts_of(before, "periods")
    asked = [{**period, **sent[index][0]} if index in sent else period for index, period in enumerate(old)]
    places = {f"/periods/{index}": pointer for index, (_, pointer, _) in sent.items()}
    change = Change(before=before, after=with_periods(before, asked), places=places)
    server = [
        problem
        for _, pointer, body in sent.values()
        for problem in request_fields.invalid_members(body, Period, pointer)
    ]
    warnings = check_change(change, server)
    made = list(old)
    errors: list[Diagnostic] = []
    for index, (members, pointer, _) in sent.items():
        answered = _answered(old[index], asked[index], settings)
        status = status_of(_day(old[index], "startDate"), _day(old[index], "endDate"), settings.now.date())
        errors += not_editable(members, old[index], answered, _EDITABLE[status], _WORDS[status], pointer)
        differs = any(answered.get(name) != old[index].get(name) for name in members)
        made[index] = touched(answered, settings, actor) if differs else old[index]
    refuse_all(errors)
    return with_periods(before, made), warnings


def _answered(stored: JsonObject, asked: JsonObject, settings: Settings) -> JsonObject:
    """A period as a create would answer it, with the ids and the attribution that it has."""
    model = TargetGroup.model_validate({"periods": [request_fields.of_period(asked)]})
    answer = respond(model, now=settings.now)
    (made,) = parts_of(cast(JsonObject, answer["data"]), "periods")
    own: JsonObject = {name: stored[name] for name in ("id", "attribution", "targetGroupId") if name in stored}
    return {**made, **own}


def _day(period: JsonObject, name: str) -> date | None:
    return date.fromisoformat(cast(str, period[name])) if isinstance(period.get(name), str) else None
