"""What of a request is the client's to say. A body that was read and is posted back says more than that.

Ids, attributions, statuses and the rest of what only the server gives are left out before anything looks at them:
they are neither stored nor answered, and no sequence goes by them. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from pydantic import create_model

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.targets.model.envelope import PayloadError, checked
from targetexpr.targets.model.group import (
    DefaultValue,
    Period,
    Streak,
    Target,
    TargetGroup,
    Trigger,
    UnifiedTargetExpression,
    Wire,
)
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.server_members import SERVER_MEMBERS, is_from_client


def of_group(body: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a group, without what a read adds. Values go to the periods they name, else by position."""
    made = of_part(body, TargetGroup)
    periods = body.get("periods")
    order = [one.get("id") for one in periods if isinstance(one, dict)] if isinstance(periods, list) else []
    _each(made, "periods", of_period)
    _each(made, "streaks", lambda level: of_part(level, Streak))
    _each(made, "targets", lambda target: _by_position(of_target(target), order))
    unified = made.get("unifiedTargetExpression")
    if isinstance(unified, dict):
        made["unifiedTargetExpression"] = of_part(unified, UnifiedTargetExpression)
    return made


def of_period(body: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a period."""
    return of_part(body, Period)


def of_target(body: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a target that is added to a group: its values may name periods."""
    made = of_part(body, Target)
    _each(made, "defaultValues", lambda one: _without(one, ("id",)))
    _each(made, "targetMilestoneTriggers", lambda one: of_part(one, Trigger))
    return made


def of_part(body: Mapping[str, JsonValue], model: type[Wire]) -> dict[str, JsonValue]:
    """The members of an object that are the client's to say."""
    return {name: value for name, value in body.items() if is_from_client(model, name, value)}


def _without(body: Mapping[str, JsonValue], names: Sequence[str]) -> dict[str, JsonValue]:
    return {name: value for name, value in body.items() if name not in names}


def _each(
    made: dict[str, JsonValue], name: str, change: Callable[[dict[str, JsonValue]], dict[str, JsonValue]]
) -> None:
    """Changes the objects of a list; what else stands there is left to the validation."""
    listed = made.get(name)
    if isinstance(listed, list):
        made[name] = [change(one) if isinstance(one, dict) else one for one in listed]


def _by_position(target: dict[str, JsonValue], order: Sequence[JsonValue]) -> dict[str, JsonValue]:
    """The values in the order of the group's periods: what is created has no period ids to go by yet."""
    values = target.get("defaultValues")
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        return target
    listed = cast("list[dict[str, JsonValue]]", values)
    named = [one.get("periodId") for one in listed]
    if len(set(map(repr, named))) == len(named) and all(one in order and one is not None for one in named):
        listed = sorted(listed, key=lambda one: order.index(one["periodId"]))
    return {**target, "defaultValues": [_without(one, ("periodId",)) for one in listed]}


def invalid_members(
    body: Mapping[str, JsonValue], model: type[Wire] = TargetGroup, pointer: str = ""
) -> list[Diagnostic]:
    """What of the members that are left out does not fit the model: nothing goes by them, and yet it is an error."""
    found: list[Diagnostic] = []
    members = {name: body[name] for name in SERVER_MEMBERS[model] if name in body}
    try:
        checked(_of_server(model), members, pointer)
    except PayloadError as error:
        found += error.diagnostics
    for name, part_model in _PARTS.get(model, {}).items():
        value, place = body.get(name), join([name], pointer)
        if isinstance(value, dict):
            found += invalid_members(value, part_model, place)
        for index, part in enumerate(value if isinstance(value, list) else ()):
            if isinstance(part, dict):
                found += invalid_members(part, part_model, join([index], place))
    return found


@cache
def _of_server(model: type[Wire]) -> type[Wire]:
    """The part of a model that only the server gives."""
    members = SERVER_MEMBERS[model]
    fields: dict[str, Any] = {
        name: (info.annotation, info) for name, info in model.model_fields.items() if info.alias in members
    }
    return create_model(f"{model.__name__}OfServer", __base__=Wire, **fields)


_PARTS: dict[type[Wire], dict[str, type[Wire]]] = {
    TargetGroup: {
        "periods": Period,
        "streaks": Streak,
        "targets": Target,
        "unifiedTargetExpression": UnifiedTargetExpression,
    },
    Target: {"defaultValues": DefaultValue, "targetMilestoneTriggers": Trigger},
}
