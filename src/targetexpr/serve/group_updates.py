"""Groups and unified targets are changed. Knows no HTTP.

Of a group its name and the rules of its targets change, of a unified one its threshold and its targets; whatever else
is sent must be as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.serve import clock, request_fields, sandbox_settings
from targetexpr.serve.bodies import read_object
from targetexpr.serve.changes import (
    Change,
    check_change,
    check_id,
    index_of_target,
    not_editable,
    read_sent,
    refuse_all,
)
from targetexpr.serve.errors import invalid_input, refusal
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, parts_of, with_body
from targetexpr.serve.groups import MAX_ITEMS, Created
from targetexpr.serve.later_parts import with_new_targets, with_targets
from targetexpr.serve.names import name_taken, retake_name
from targetexpr.serve.reads import read_form
from targetexpr.serve.rows import ORGANISATION, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.target_updates import RULE, TargetUpdate, check_members, without_targets
from targetexpr.targets.api.create import respond
from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.model.group import TargetGroup, UnifiedTargetExpression, is_twin
from targetexpr.targets.model.json_values import JsonValue, to_members

_EDITABLE = ("name", "targets")
_OF_UNIFIED = ("unifiedTargetExpression", "targets", "deactivateTargetIds")
_SOME_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
_PARTS_OWN = ("id", "attribution", "targetGroupId", "periodStatus")


def update_group(store: Store, group: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """Changes a group's name and the rules of its targets; the group as it is read now is answered."""
    sent = read_sent(body, _of_group)
    whole = cast(JsonObject, body)
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        check_id(whole, group)
        before = body_of(row)
        updates = _target_updates(sent, whole, before)
        own = {name: value for name, value in sent.items() if name != "targets" and name not in RULE}
        after: JsonObject = {**before, **own}
        for update in updates:
            after = update.requested(after)
        places = {f"/targets/{update.index}": update.pointer for update in updates}
        places |= {f"/{name}": f"/{name}" for name in own}
        problems = [*request_fields.invalid_members(whole), *_taken(rows, own, before)]
        problems += [problem for update in updates for problem in update.problems(rows)]
        warnings = check_change(Change(before=before, after=after, places=places), problems)
        refuse_all(_not_editable(own, before, after))
        after = {**before, "name": after["name"], "targets": after.get("targets", [])}
        if "targets" not in before:
            after.pop("targets")
        for update in updates:
            after, more = update.done(rows, after, settings, actor, RULE)
            warnings += more
        if after["name"] != before["name"]:
            names = (cast(str, before["name"]), cast(str, after["name"]))
            retake_name(rows, "group", ORGANISATION, *names, "/name", group)
        if after != before:
            row = with_body(row, after, settings, actor)
            rows.change_group(row)
    return Created(data=read_form(row, settings, periods=True), warnings=warnings)


def _of_group(body: JsonObject) -> JsonObject:
    """What is the client's to say of a group, its targets with their ids."""
    sent = request_fields.of_group(body)
    return sent if body.get("targets") is None else {**sent, "targets": body["targets"]}


def _target_updates(sent: JsonObject, whole: JsonObject, before: JsonObject) -> list[TargetUpdate]:
    """The targets that are sent, by id; those that are as they were read are left out."""
    rule = {name: sent[name] for name in RULE if name in sent}
    if rule:
        return [TargetUpdate(before, _only_target(sent, before, f"/{next(iter(rule))}"), rule, whole, "")]
    listed = sent.get("targets", [])
    if not isinstance(listed, list):
        raise invalid_input("wrong-type", "targets is a list of targets.", "/targets")
    found: dict[int, TargetUpdate] = {}
    known = {one["id"]: request_fields.of_target(one) for one in parts_of(before, "targets")}
    for place, one in enumerate(listed):
        pointer = join(["targets", place])
        number = _target_id(one, pointer)
        members = read_sent(one, request_fields.of_target, pointer)
        if number in known and all(known[number].get(name) == value for name, value in members.items()):
            continue  # a twin too, or one that is deactivated
        index = index_of_target(before, number, f"{pointer}/id")
        if index in found:
            raise invalid_input("target-repeated", f"The target {number} is there twice.", f"{pointer}/id")
        found[index] = TargetUpdate(before, index, members, cast(JsonObject, one), pointer)
    return list(found.values())


def _only_target(sent: JsonObject, before: JsonObject, pointer: str) -> int:
    """The place of the target that a rule beside the group's name is for, as one page has it: the only one."""
    own = [
        index
        for index, one in enumerate(parts_of(before, "targets"))
        if one.get("active") is not False and not is_twin(one.get("name"), one.get("eventName"))
    ]
    if len(own) != 1 or "targets" in sent:
        message = f"The rule is that of one target, and the group has {len(own)} active ones."
        raise refusal("which-target", message, pointer=pointer, hint="List it in targets, with its id.")
    return own[0]


def _target_id(one: JsonValue, pointer: str) -> int:
    if not isinstance(one, dict):
        raise invalid_input("not-an-object", "Expected a JSON object.", pointer)
    number = one.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        message = "A target that is changed is named by its id, a whole number."
        raise invalid_input("member-missing", message, f"{pointer}/id")
    return number


def _taken(rows: Rows, sent: JsonObject, before: JsonObject) -> list[Diagnostic]:
    name = sent.get("name")
    same = isinstance(name, str) and name.casefold() == str(before["name"]).casefold()
    taken = isinstance(name, str) and not same and rows.is_taken("group", name)
    return [name_taken("group", cast(str, name), "/name")] if taken else []


def _not_editable(sent: JsonObject, before: JsonObject, after: JsonObject) -> list[Diagnostic]:
    """Errors for members that differ from the group's, whatever their spelling."""
    asked = _normal({name: after[name] for name in sent})
    there = _normal({name: before[name] for name in sent if name in before})
    return not_editable(sent, there, asked, _EDITABLE, "a group", "")


def _normal(members: JsonObject) -> JsonObject:
    """Members of a group as answers spell them, its parts without what is the server's of them."""
    model = TargetGroup.model_validate(request_fields.of_group(members))
    data = cast(JsonObject, respond(model, now=_SOME_INSTANT)["data"])
    for name in ("periods", "streaks"):
        if name in data:
            data[name] = [
                {member: value for member, value in part.items() if member not in _PARTS_OWN}
                for part in parts_of(data, name)
            ]
    return data


# ---- unified targets


def update_unified(store: Store, group: int, body: JsonObject, actor: Mapping[str, JsonValue]) -> Created:
    """Changes the overall target and members of a unified group, adds and deactivates members; its rule is made anew.

    What was sent is answered as it is now; targets with an id are changed, those without are new.
    """
    read_object(body, _OF_UNIFIED, "")
    if not any(value is not None for value in body.values()):
        raise invalid_input("empty-update", "There is nothing to change in it.", "")
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        before = body_of(row)
        if before.get("trackingType") != TrackingType.UNIFIED:
            message = f"The target group {group} tracks {before.get('trackingType')}, and not UNIFIED."
            raise refusal("not-unified", message, hint="Change its targets one by one.")
        leaving = _leaving(body, before)
        after, listed, warnings = _members(rows, body, before, settings, actor)
        if leaving:
            after = without_targets(after, leaving, settings, actor, "/deactivateTargetIds")
        check_members(parts_of(after, "targets"), after, "/targets")
        after = with_targets(after, parts_of(after, "targets"))
        if after != before:
            rows.change_group(with_body(row, after, settings, actor))
    by_id = {target["id"]: target for target in parts_of(after, "targets")}
    data: JsonObject = {}
    if "unifiedTargetExpression" in after:
        data["unifiedTargetExpression"] = after["unifiedTargetExpression"]
    if body.get("targets") is not None:
        data["targets"] = [by_id[number] for number in listed]
    if body.get("deactivateTargetIds") is not None:
        data["deactivateTargetIds"] = body["deactivateTargetIds"]
    return Created(data=data, warnings=warnings)


def _leaving(body: JsonObject, before: JsonObject) -> list[int]:
    """The places of the targets that are to be deactivated."""
    ids = body.get("deactivateTargetIds") or []
    if not isinstance(ids, list):
        raise invalid_input("wrong-type", "deactivateTargetIds is a list of ids.", "/deactivateTargetIds")
    found: list[int] = []
    for place, number in enumerate(ids):
        pointer = join(["deactivateTargetIds", place])
        if not isinstance(number, int) or isinstance(number, bool):
            raise invalid_input("wrong-type", "The id of a target is a whole number.", pointer)
        index = index_of_target(before, number, pointer)
        if index in found:
            raise invalid_input("target-repeated", f"The target {number} is there twice.", pointer)
        found.append(index)
    return found


def _members(
    rows: Rows, body: JsonObject, before: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]
) -> tuple[JsonObject, list[JsonValue], tuple[Diagnostic, ...]]:
    """The group with the overall target and the targets that are sent, the ids of these in order, and warnings."""
    listed = body.get("targets") or []
    if not isinstance(listed, list) or len(listed) > MAX_ITEMS:
        raise invalid_input("wrong-type", f"targets is a list of up to {MAX_ITEMS} targets.", "/targets")
    updates: dict[int, TargetUpdate] = {}
    for place, one in enumerate(listed):
        if not isinstance(one, dict):
            raise invalid_input("not-an-object", "Expected a JSON object.", join(["targets", place]))
        if one.get("id") is not None:
            pointer = join(["targets", place])
            index = index_of_target(before, _target_id(one, pointer), f"{pointer}/id")
            if index in (update.index for update in updates.values()):
                raise invalid_input("target-repeated", f"The target {one['id']} is there twice.", f"{pointer}/id")
            updates[place] = TargetUpdate(
                before, index, read_sent(one, request_fields.of_target, pointer), one, pointer
            )
    after, places = _with_overall(body, before)
    for update in updates.values():
        after = update.requested(after)
    places |= {f"/targets/{update.index}": update.pointer for update in updates.values()}
    problems = [problem for update in updates.values() for problem in update.problems(rows)]
    problems += request_fields.invalid_members(
        {name: body[name] for name in ("unifiedTargetExpression",) if name in body}
    )
    warnings = check_change(Change(before=before, after=after, places=places), problems)
    if isinstance(overall := after.get("unifiedTargetExpression"), dict):
        after = {**after, "unifiedTargetExpression": to_members(UnifiedTargetExpression.model_validate(overall))}
    for update in updates.values():
        after, more = update.done(rows, after, settings, actor, None)
        warnings += more
    fresh = [place for place in range(len(listed)) if place not in updates]
    ids: dict[int, JsonValue] = {place: listed[place]["id"] for place in updates}  # type: ignore[index, call-overload]
    if fresh:
        requests = [request_fields.of_target(cast(JsonObject, listed[place])) for place in fresh]
        pointers = [join(["targets", place]) for place in fresh]
        after, made = with_new_targets(rows, after, requests, pointers, settings, actor)
        data = cast("list[JsonObject]", made.data)
        ids |= {place: target["id"] for place, target in zip(fresh, data, strict=False)}
        warnings += made.warnings
        clock.use_instants(rows, settings)
    return after, [ids[place] for place in range(len(listed))], warnings


def _with_overall(body: JsonObject, before: JsonObject) -> tuple[JsonObject, dict[str, str]]:
    """The group with the overall target as it is sent: what is not sent of it stays."""
    sent = body.get("unifiedTargetExpression")
    if sent is None:
        return before, {}
    at = "/unifiedTargetExpression"
    if not isinstance(sent, dict):
        raise invalid_input("not-an-object", "Expected a JSON object.", at)
    given = {
        name: value
        for name, value in request_fields.of_part(sent, UnifiedTargetExpression).items()
        if value is not None
    }
    old = before.get("unifiedTargetExpression")
    merged = {**(old if isinstance(old, dict) else {}), **given}
    return {**before, "unifiedTargetExpression": merged}, {at: at}
