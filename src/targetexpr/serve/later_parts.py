"""Targets and periods added to a group that is there already, each checked in the context of its group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join, split
from targetexpr.serve import clock, request_fields, sandbox_settings
from targetexpr.serve.changes import refuse_all
from targetexpr.serve.errors import error, invalid_input
from targetexpr.serve.group_rows import JsonObject, body_of, existing_group, parts_of, window_of, with_body
from targetexpr.serve.groups import MAX_ITEMS, Created, advance_sequences, refuse_taken_id, respond_to
from targetexpr.serve.names import name_taken, take_name
from targetexpr.serve.rows import ORGANISATION, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.targets.api.default_json import rule_over
from targetexpr.targets.model.enums import CombinationType, EvaluationType, TrackingType
from targetexpr.targets.model.envelope import checked
from targetexpr.targets.model.error_numbers import NO_PERIOD
from targetexpr.targets.model.group import Period, Target, TargetGroup
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import WireDate
from targetexpr.targets.validation.validate import validate


def add_targets(store: Store, id: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """Targets for a group, from one object or a list of them; what is answered is a list."""
    requests, pointers = _items(body, request_fields.of_target)
    with store.write() as rows:
        row, settings = existing_group(rows, id, active=True), sandbox_settings.load(rows)
        changed, made = with_new_targets(rows, body_of(row), requests, pointers, settings, actor)
        rows.change_group(with_body(row, changed, settings, actor))
        clock.use_instants(rows, settings)
    return made


def with_new_targets(
    rows: Rows,
    group: JsonObject,
    requests: Sequence[JsonObject],
    pointers: Sequence[str],
    settings: Settings,
    actor: Mapping[str, JsonValue],
) -> tuple[JsonObject, Created]:
    """A group with targets more, checked in it, and those targets as they are answered; names and ids are taken."""
    old, number = parts_of(group, "targets"), cast(int, group["id"])
    warnings = refuse_all(
        _diagnose(group, "targets", [*old, *requests], len(old), pointers),
        _taken_targets(rows, requests, pointers) + _unknown_periods(group, requests, pointers),
    )
    models = [Target.model_validate(request) for request in requests]
    ids = rows.sequences()
    answer = respond_to(models, settings, actor, {**ids, "group": number})
    targets = cast("list[JsonObject]", answer["data"])
    for index, target in enumerate(targets):
        if isinstance(target.get("name"), str):
            # Twins come after all originals, one for each at most; a clash is reported at the first of them.
            pointer = pointers[index] if index < len(pointers) else pointers[0]
            take_name(rows, "target", ORGANISATION, cast(str, target["name"]), f"{pointer}/name", number)
    refuse_taken_id(lambda: rows.add_targets([cast(int, target["id"]) for target in targets], number))
    advance_sequences(rows, ids, {"targets": list[JsonValue](targets)})
    made = Created(data=list[JsonValue](targets), warnings=warnings)
    return with_targets(group, [*old, *targets]), made


def add_periods(store: Store, id: int, body: JsonValue, actor: Mapping[str, JsonValue]) -> Created:
    """Periods for a group, from one object or a list of them; what is answered is a list."""
    requests, pointers = _items(body, request_fields.of_period)
    with store.write() as rows:
        row, settings = existing_group(rows, id, active=True), sandbox_settings.load(rows)
        changed, made = with_new_periods(rows, body_of(row), requests, pointers, settings, actor)
        rows.change_group(with_body(row, changed, settings, actor))
        clock.use_instants(rows, settings)
    return made


def with_new_periods(
    rows: Rows,
    group: JsonObject,
    requests: Sequence[JsonObject],
    pointers: Sequence[str],
    settings: Settings,
    actor: Mapping[str, JsonValue],
) -> tuple[JsonObject, Created]:
    """A group with periods more, checked in it, and those periods as they are answered; names and ids are taken."""
    old, number = parts_of(group, "periods"), cast(int, group["id"])
    warnings = refuse_all(
        _diagnose(group, "periods", [*old, *requests], len(old), pointers),
        _taken_periods(rows, number, requests, pointers) + _missing_values(group, len(old), len(requests)),
    )
    model = TargetGroup(periods=tuple(checked(Period, request, "") for request in requests))
    ids = rows.sequences()
    answer = respond_to(model, settings, actor, {**ids, "group": number})
    periods = parts_of(cast(JsonObject, answer["data"]), "periods")
    for period, pointer in zip(periods, pointers, strict=True):
        if isinstance(period.get("refCode"), str):
            take_name(rows, "period", number, cast(str, period["refCode"]), f"{pointer}/refCode", number)
    advance_sequences(rows, ids, {"periods": list[JsonValue](periods)})
    changed = with_periods(group, [*old, *periods])
    if "targets" in group:
        changed["targets"] = [_with_period_ids(target, len(old), periods) for target in parts_of(group, "targets")]
    return changed, Created(data=list[JsonValue](periods), warnings=warnings)


def with_periods(group: JsonObject, periods: Sequence[JsonObject]) -> JsonObject:
    """The group with these periods; cycle dates that were derived from its periods are derived from these."""
    changed: JsonObject = {**group, "periods": list[JsonValue](periods)}
    dates = ("targetCycleStartDate", "targetCycleEndDate")
    old, new = (_bounds_of(one) for one in (parts_of(group, "periods"), periods))
    if old is not None and new is not None and tuple(group.get(name) for name in dates) == old:
        changed |= dict(zip(dates, new, strict=True))
    return changed


def _bounds_of(periods: Sequence[JsonObject]) -> tuple[str, str] | None:
    """The cycle dates that a create derives from these periods; None without any, or where a date cannot be read."""
    try:
        days = [
            tuple(WireDate.read(cast(str, period[name])).day for name in ("startDate", "endDate")) for period in periods
        ]
    except (KeyError, TypeError, ValueError):
        return None  # what is wrong with it the validation says
    if not days:
        return None
    first, last = min(start for start, _ in days), max(end for _, end in days)
    return f"{first.isoformat()}T00:00:00.000Z", f"{last.isoformat()}T23:59:59.000Z"


def _items(body: JsonValue, request_of: Callable[[JsonObject], JsonObject]) -> tuple[list[JsonObject], list[str]]:
    """What is to be added, with the pointer of each. Ids are the server's to give, and the path names the group."""
    listed = body if isinstance(body, list) else [body]
    pointers = [join([index]) for index in range(len(listed))] if isinstance(body, list) else [""]
    if not 1 <= len(listed) <= MAX_ITEMS:
        raise invalid_input("item-count", f"One to {MAX_ITEMS} items can be added in a call, not {len(listed)}.", "")
    requests: list[JsonObject] = []
    for item, pointer in zip(listed, pointers, strict=True):
        if not isinstance(item, dict):
            raise invalid_input("not-an-object", "Expected an object, or a list of objects.", pointer)
        requests.append(request_of(item))
    return requests, pointers


_OF_THE_LIST = ("too-many-targets", "too-many-cycles")


def _diagnose(
    group: JsonObject, member: str, parts: Sequence[JsonObject], before: int, pointers: Sequence[str]
) -> list[Diagnostic]:
    """What is wrong with the parts that are added, at their places in the body; that of the rest was reported before.

    The group is validated as it would be asked for with all its parts; without its id, for of answers less is asked.
    """
    whole: dict[str, Any] = {name: value for name, value in group.items() if name != "id"}
    found: list[Diagnostic] = []
    for diagnostic in validate(whole | {member: list(parts)}, building=True):
        steps = split(diagnostic.pointer or "")  # "targets", "2", "name"
        if len(steps) > 1 and steps[0] == member and int(steps[1]) >= before:
            found.append(replace(diagnostic, pointer=join(steps[2:], pointers[int(steps[1]) - before])))
        elif steps == [member] and diagnostic.code in _OF_THE_LIST:
            found.append(replace(diagnostic, pointer=""))
    return found


def _taken_targets(rows: Rows, requests: Sequence[JsonObject], pointers: Sequence[str]) -> list[Diagnostic]:
    return [
        name_taken("target", name, f"{pointer}/name")
        for request, pointer in zip(requests, pointers, strict=True)
        if isinstance(name := request.get("name"), str) and rows.is_taken("target", name)
    ]


def _taken_periods(rows: Rows, group: int, requests: Sequence[JsonObject], pointers: Sequence[str]) -> list[Diagnostic]:
    return [
        name_taken("period", str(name), f"{pointer}/refCode")
        for request, pointer in zip(requests, pointers, strict=True)
        if isinstance(name := request.get("refCode"), str | int) and rows.is_taken("period", str(name), group)
    ]


def _unknown_periods(group: JsonObject, requests: Sequence[JsonObject], pointers: Sequence[str]) -> list[Diagnostic]:
    """Values for periods that the group does not have."""
    known = {period["id"] for period in parts_of(group, "periods")}
    errors = []
    for request, pointer in zip(requests, pointers, strict=True):
        values = request.get("defaultValues")
        for index, value in enumerate(values if isinstance(values, list) else ()):
            period = value.get("periodId") if isinstance(value, dict) else None
            if isinstance(period, int) and period not in known:
                message = f"The group has no period {period}."
                at = join(["defaultValues", index, "periodId"], pointer)
                errors.append(error("no-period", message, number=NO_PERIOD, pointer=at))
    return errors


def _spare_values(target: JsonObject, old: int, new: int) -> int:
    """How many of the new periods a target has values for: those behind the old periods' that name no period yet."""
    behind = parts_of(target, "defaultValues")[old : old + new]
    return sum(value.get("periodId") is None for value in behind)


def _with_period_ids(target: JsonObject, old: int, periods: Sequence[JsonObject]) -> JsonObject:
    """A target whose spare values name the new periods, in order, as those of the old periods name theirs."""
    values = parts_of(target, "defaultValues")
    period_ids = [None] * old + [period["id"] for period in periods]
    named = [
        {"id": value["id"], "periodId": period, **value} if period is not None and "periodId" not in value else value
        for value, period in zip(values, period_ids, strict=False)
    ]
    return {**target, "defaultValues": [*named, *values[len(named) :]]} if values else target


def _missing_values(group: JsonObject, old: int, new: int) -> list[Diagnostic]:
    """Targets that would lack a value: it cannot be added later, and without it they cannot be evaluated."""
    if window_of(group) != EvaluationType.FIXED_CALENDAR_WINDOW:
        return []
    return [
        error(
            "too-few-values",
            f"The target {target.get('name')!r} has {len(parts_of(target, 'defaultValues'))} values, and there would "
            f"be {old + new} periods; each needs its own.",
            pointer="",
            hint="Add the periods before the targets.",
        )
        for target in parts_of(group, "targets")
        if _spare_values(target, old, new) < new and not Target.model_validate(target).is_twin
    ]


def with_targets(group: JsonObject, targets: list[JsonObject]) -> JsonObject:
    """The group with these targets; the rule over the ids of a unified one is made anew."""
    changed: JsonObject = {**group, "targets": list[JsonValue](targets)}
    unified = group.get("unifiedTargetExpression")
    if isinstance(unified, dict) and group.get("trackingType") == TrackingType.UNIFIED:
        kind = group.get("combinationType")  # stored names, in what was answered
        changed["unifiedTargetExpression"] = {
            **unified,
            "ruleExpression": rule_over(targets, None if kind is None else CombinationType(str(kind))),
        }
    return changed
