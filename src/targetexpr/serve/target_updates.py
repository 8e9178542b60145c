"""Targets are changed and deactivated, twins with their originals. Knows no HTTP.

Editing a streak is changing its target: of that the rule, the scope and the values; nothing else of a streak changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.serve import request_fields, sandbox_settings
from targetexpr.serve.changes import (
    Change,
    check_change,
    check_id,
    index_of_target,
    not_editable,
    read_sent,
    refuse_all,
    touched,
    twin_of,
)
from targetexpr.serve.errors import error, refusal, warning
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, parts_of, with_body
from targetexpr.serve.groups import Created, advance_sequences, respond_to
from targetexpr.serve.later_parts import with_targets
from targetexpr.serve.names import name_taken, retake_name
from targetexpr.serve.rows import ORGANISATION, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.model.error_numbers import NO_PERIOD
from targetexpr.targets.model.group import TWIN, Target
from targetexpr.targets.model.json_values import JsonValue

RULE = ("expression", "expressionJson")
_OF_STREAKS = (*RULE, "filters", "defaultValues")
_SERVERS = ("id", "attribution", "targetGroupId", "emfRuleSetId", "emfUnrolledRulesetId")
_STREAKS = (TrackingType.STREAKS, TrackingType.NON_CONTINUOUS_STREAKS)


def update_target(store: Store, group: int, target: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """Changes what is sent of a target; the target as it is now is answered. Ids are kept, new values get theirs."""
    sent = read_sent(body, request_fields.of_target)
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        before = body_of(row)
        update = TargetUpdate(before, index_of_target(before, target), sent, cast(JsonObject, body), "")
        check_id(cast(JsonObject, body), target)
        after = update.requested(before)
        change = Change(before=before, after=after, places={f"/targets/{update.index}": ""})
        warnings = check_change(change, update.problems(rows))
        after, more = update.done(rows, after, settings, actor, None)
        check_members(parts_of(after, "targets"), after, "/active")
        after = with_targets(after, parts_of(after, "targets"))
        if after != before:
            rows.change_group(with_body(row, after, settings, actor))
    return Created(data=parts_of(after, "targets")[update.index], warnings=(*warnings, *more))


class TargetUpdate:
    """What a request asks of one target of a group, step by step: the caller validates the group in between."""

    def __init__(self, group: JsonObject, index: int, sent: JsonObject, body: JsonObject, pointer: str) -> None:
        self.index = index
        self._group = group
        self._stored = parts_of(group, "targets")[index]
        self._sent = sent
        self._body = body
        self.pointer = pointer  # where in the body of the request the target stands

    def requested(self, group: JsonObject) -> JsonObject:
        """The group with the target as it is asked for."""
        merged = {**self._stored, **self._sent}
        if "expression" in self._sent and "expressionJson" not in self._sent:
            merged.pop("expressionJson", None)  # made from the new rule
        if isinstance(values := self._sent.get("defaultValues"), list):
            merged["defaultValues"] = self._values(values)
        targets = list(parts_of(group, "targets"))
        targets[self.index] = merged
        return {**group, "targets": list[JsonValue](targets)}

    def problems(self, rows: Rows) -> list[Diagnostic]:
        """What the validation of the group does not see: server's members that do not fit, ids, names."""
        found = request_fields.invalid_members(self._body, Target, self.pointer)
        periods = {period["id"] for period in parts_of(self._group, "periods")}
        ids = {value.get("id") for value in parts_of(self._stored, "defaultValues")}
        values = self._body.get("defaultValues")
        for index, value in enumerate(values if isinstance(values, list) else ()):
            at = join(["defaultValues", index], self.pointer)
            if not isinstance(value, dict):
                continue  # the validation says so
            if isinstance(period := value.get("periodId"), int) and period not in periods:
                message = f"The group has no period {period}."
                found.append(error("no-period", message, number=NO_PERIOD, pointer=f"{at}/periodId"))
            if isinstance(given := value.get("id"), int) and given not in ids:
                found.append(error("no-value", f"The target has no value {given}.", pointer=f"{at}/id"))
        name = self._sent.get("name")
        if isinstance(name, str) and self._is_renamed(name) and rows.is_taken("target", name):
            found.append(name_taken("target", name, f"{self.pointer}/name"))
        return found

    def done(
        self,
        rows: Rows,
        group: JsonObject,
        settings: Settings,
        actor: Mapping[str, JsonValue],
        allowed: Collection[str] | None,
    ) -> tuple[JsonObject, tuple[Diagnostic, ...]]:
        """The group with the target as it is answered, and its twin, and what to warn of; names are taken.

        `allowed` are the members that may change, None those of its kind of group. Raises Refusal for others.
        """
        targets = list(parts_of(group, "targets"))
        made = self._answered(rows, targets[self.index], settings, actor)
        if allowed is None and self._group.get("trackingType") in _STREAKS:
            allowed = _OF_STREAKS
        if allowed is not None:
            what = "the target of a streak" if allowed is _OF_STREAKS else "a target in this call"
            refuse_all(not_editable(self._sent, self._stored, made, allowed, what, self.pointer))
        refuse_all(self._kinds_of_sub_targets(made))
        if all(made.get(name) == value for name, value in self._stored.items()) and made.keys() == self._stored.keys():
            targets[self.index] = self._stored  # nothing differs: nobody changed it
            return {**group, "targets": list[JsonValue](targets)}, ()
        twin = twin_of(parts_of(self._group, "targets"), self.index)
        targets[self.index] = touched(made, settings, actor)
        if twin is not None:
            targets[twin] = self._twin(targets[twin], made, settings, actor)
        warnings = self._rename(rows, made, twin is not None)
        return {**group, "targets": list[JsonValue](targets)}, warnings

    # ---- the steps

    def _values(self, values: list[JsonValue]) -> list[JsonValue]:
        """By the ids of periods or values those that are named are changed; by position the list is another one."""
        stored = parts_of(self._stored, "defaultValues")
        if not all(isinstance(one, dict) for one in values):
            return values
        given = cast("list[JsonObject]", values)
        bodies = cast("list[JsonObject]", self._body["defaultValues"])
        if not any("periodId" in one or "id" in one for one in bodies):
            kept: list[JsonObject] = [{name: old[name] for name in ("id", "periodId") if name in old} for old in stored]
            kept += [{}] * (len(given) - len(kept))
            return [{**old, **new} for old, new in zip(kept, given, strict=False)]
        made: list[JsonObject] = list(stored)
        for new, body in zip(given, bodies, strict=True):
            place = next((at for at, old in enumerate(made) if _is_same_value(old, body)), None)
            if place is None:
                made.append(new)
            else:
                made[place] = {**made[place], **new}
        if len({str(one.get("periodId", one.get("id"))) for one in bodies}) < len(bodies):
            return values  # one is there twice, which the validation tells at its place
        return list[JsonValue](made)

    def _answered(
        self, rows: Rows, requested: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]
    ) -> JsonObject:
        """The target as a create would answer it, with the ids that it has; new values get ids of the sequence."""
        ids = rows.sequences()
        request = request_fields.of_target(requested)
        answer = respond_to([Target.model_validate(request)], settings, actor, ids)
        made = dict(cast("list[JsonObject]", answer["data"])[0])
        for name in _SERVERS:
            made.pop(name, None)
            if name in self._stored:
                made[name] = self._stored[name]
        following = ids.get("defaultValue", 1)
        values: list[JsonObject] = []
        for value, asked in zip(parts_of(made, "defaultValues"), parts_of(requested, "defaultValues"), strict=True):
            number = asked.get("id")
            if number is None:
                number, following = following, following + 1
            values.append({"id": number, **{name: one for name, one in value.items() if name != "id"}})
        if values:
            made["defaultValues"] = list[JsonValue](values)
            advance_sequences(rows, ids, {"targets": [{"defaultValues": made["defaultValues"]}]})
        return {name: made[name] for name in self._stored if name in made} | made

    def _kinds_of_sub_targets(self, made: JsonObject) -> list[Diagnostic]:
        """Of sub-targets the amount changes, and not whether it is one or a percentage."""
        old = {_trigger_name(one): one for one in parts_of(self._stored, "targetMilestoneTriggers")}
        found: list[Diagnostic] = []
        for index, one in enumerate(parts_of(made, "targetMilestoneTriggers")):
            known = old.get(_trigger_name(one))
            if known is not None and known.get("triggerValueType") != one.get("triggerValueType"):
                at = join(["targetMilestoneTriggers", index, "triggerValueType"], self.pointer)
                message = "triggerValueType of a sub-target cannot be changed; triggerValue can."
                found.append(error("not-editable", message, pointer=at))
        return found

    def _twin(
        self, twin: JsonObject, made: JsonObject, settings: Settings, actor: Mapping[str, JsonValue]
    ) -> JsonObject:
        """The twin as a copy of its original, with ids of its own."""
        own = {value.get("periodId", index): value for index, value in enumerate(parts_of(twin, "defaultValues"))}
        copied = {**made, **{name: twin[name] for name in (*_SERVERS, "eventName") if name in twin}}
        if made.get("name") is not None:
            copied["name"] = f"{made['name']}{TWIN}"
        if "defaultValues" in made:
            copied["defaultValues"] = [
                {**value, "id": own.get(value.get("periodId", index), value)["id"]}
                for index, value in enumerate(parts_of(made, "defaultValues"))
            ]
        return touched(copied, settings, actor)

    def _is_renamed(self, name: str) -> bool:
        return name.casefold() != str(self._stored.get("name") or "").casefold()

    def _rename(self, rows: Rows, made: JsonObject, has_twin: bool) -> tuple[Diagnostic, ...]:
        new, old = made.get("name"), self._stored.get("name")
        if new == old or not isinstance(new, str):
            return ()
        at = f"{self.pointer}/name"
        group = cast(int, self._group["id"])
        for suffix in ("", TWIN) if has_twin else ("",):
            before = f"{old}{suffix}" if isinstance(old, str) else None
            retake_name(rows, "target", ORGANISATION, before, f"{new}{suffix}", at, group)
        message = "Promotions refer to a target by its name; those of the old one find nothing."
        return (warning("target-renamed", message, pointer=at),)


def _is_same_value(stored: JsonObject, body: JsonObject) -> bool:
    """Whether a value in a body is the one that is kept: by its period, else by its own id."""
    if "periodId" in body:
        return stored.get("periodId") == body["periodId"]
    return "id" in body and stored.get("id") == body["id"]


def _trigger_name(trigger: JsonObject) -> JsonValue:
    return trigger.get("name", trigger.get("triggerName"))


# ---- deactivation


def deactivate_target(store: Store, group: int, target: int, actor: Mapping[str, JsonValue]) -> JsonObject:
    """Ends a target and its twin; it can be read as before, and its name stays taken. The target is answered."""
    with store.write() as rows:
        row, settings = existing_group(rows, group, active=True), sandbox_settings.load(rows)
        body = body_of(row)
        index = index_of_target(body, target)
        after = without_targets(body, [index], settings, actor, None)
        rows.change_group(with_body(row, after, settings, actor))
    return parts_of(after, "targets")[index]


def without_targets(
    group: JsonObject, indices: Collection[int], settings: Settings, actor: Mapping[str, JsonValue], pointer: str | None
) -> JsonObject:
    """A group some of whose targets are inactive, twins with them. Raises Refusal when too few members are left."""
    targets = list(parts_of(group, "targets"))
    for index in (*indices, *(twin for one in indices if (twin := twin_of(targets, one)) is not None)):
        targets[index] = touched({**targets[index], "active": False}, settings, actor)
    check_members(targets, group, pointer)
    return with_targets(group, targets)


def check_members(targets: list[JsonObject], group: JsonObject, pointer: str | None) -> None:
    """Refuses a unified group of fewer than two active targets."""
    if group.get("trackingType") != TrackingType.UNIFIED:
        return
    left = sum(one.get("active") is not False and not Target.model_validate(one).is_twin for one in targets)
    if left < 2:
        message = f"A unified group needs at least two active targets; {left} would be left."
        hint = "Deactivate the group, or add a target first."
        raise refusal("too-few-targets", message, pointer=pointer, hint=hint)
