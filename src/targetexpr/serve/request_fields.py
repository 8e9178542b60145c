"""What of a request is the client's to say. A body that was read and is posted back says more than that.

Ids, attributions, statuses and the rest of what only the server gives are left out before anything looks at them:
they are neither stored nor answered, and no sequence goes by them. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from targetexpr.serve.errors import INVALID_INPUT, Problem, numbered
from targetexpr.targets.model.envelope import PayloadError, checked
from targetexpr.targets.model.group import Wire
from targetexpr.targets.model.json_values import JsonValue

_OF_GROUPS = ("id", "attribution", "orgId", "createdOn", "activePeriod")
_OF_PERIODS = ("id", "attribution", "targetGroupId", "periodStatus")
_OF_LEVELS = ("id", "attribution", "targetGroupId")
_OF_TARGETS = ("id", "attribution", "targetGroupId", "emfRuleSetId", "targetPeriodDefaultValuesMap")
_UNROLLED = "emfUnrolledRulesetId"  # answered only where line items have one, and 0 where 0 was sent


def of_group(given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a group, without what a read adds. Values go to the periods they name, else by position."""
    made = _without(given, _OF_GROUPS)
    periods = given.get("periods")
    order = [one.get("id") for one in periods if isinstance(one, dict)] if isinstance(periods, list) else []
    _each(made, "periods", of_period)
    _each(made, "streaks", lambda level: _without(level, _OF_LEVELS))
    _each(made, "targets", lambda target: _by_position(of_target(target), order))
    unified = made.get("unifiedTargetExpression")
    if isinstance(unified, dict):
        made["unifiedTargetExpression"] = _without(unified, ("ruleExpression",))
    return made


def of_period(given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a period."""
    return _without(given, _OF_PERIODS)


def of_target(given: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The request of a target that is added to a group: its values may name periods."""
    left_out = _OF_TARGETS if given.get(_UNROLLED) == 0 else (*_OF_TARGETS, _UNROLLED)
    made = _without(given, left_out)
    for name in ("defaultValues", "targetMilestoneTriggers"):
        _each(made, name, lambda one: _without(one, ("id",)))
    return made


def _without(given: Mapping[str, JsonValue], names: Sequence[str]) -> dict[str, JsonValue]:
    return {name: value for name, value in given.items() if name not in names}


def _each(
    made: dict[str, JsonValue], name: str, change: Callable[[dict[str, JsonValue]], dict[str, JsonValue]]
) -> None:
    """Changes the objects of a list; what else stands there is for the validation to tell."""
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


def invalid_members(model: type[Wire], given: JsonValue, where: str = "") -> list[Problem]:
    """What of a body does not fit its model, in members that are left out as well."""
    try:
        checked(model, given, where)
    except PayloadError as error:
        return [numbered(INVALID_INPUT, code, said, pointer=place) for place, code, said in error.problems]
    return []
