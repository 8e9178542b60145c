"""Members that no document knows: mostly a known one mistyped, which then counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from targetexpr.base.pointers import join
from targetexpr.checking.names import close_names
from targetexpr.targets.model.group import (
    AggregateWindow,
    AudienceFilter,
    DefaultValue,
    ExtendedFieldInfo,
    Filter,
    Period,
    Streak,
    Target,
    TargetGroup,
    Trigger,
    UnifiedTargetExpression,
    Wire,
)
from targetexpr.targets.model.json_values import UNKNOWN_MEMBER
from targetexpr.targets.model.server_members import is_iso_twin, is_server_member
from targetexpr.targets.validation.diagnostics import Report

_PARTS: dict[type[Wire], str] = {
    TargetGroup: "a group",
    Target: "a target",
    Period: "a period",
    Streak: "a streak level",
    DefaultValue: "a default value",
    Filter: "a filter",
    ExtendedFieldInfo: "extendedFieldInfo",
    AggregateWindow: "aggregateWindow",
    UnifiedTargetExpression: "unifiedTargetExpression",
    Trigger: "a sub-target",
    AudienceFilter: "an audience filter",
}
"""What is looked at, and what it is called. What only the server writes is not: nobody mistyped it."""

_MORE: dict[type[Wire], tuple[str, ...]] = {
    Target: ("targetRuleMetaData",),
    Trigger: ("isAchieved",),
}
"""Members of documented answers that have no meaning here."""


def check_unknown_members(group: TargetGroup, report: Report) -> None:
    """A warning for each member that is unknown where it stands, with the known ones it comes close to."""
    for model, pointer, name in _unknown(group, ""):
        message = f"Unknown member {name!r} of {_PARTS[model]}; it counts for nothing."
        report.warn(join([name], pointer), UNKNOWN_MEMBER, message, _hint(model, name))


def _unknown(model: Wire, pointer: str) -> Iterator[tuple[type[Wire], str, str]]:
    kind = type(model)
    if kind not in _PARTS:
        return
    for name in model.model_extra or ():
        if name not in _MORE.get(kind, ()) and not is_iso_twin(kind, name):
            yield kind, pointer, name
    for field, info in kind.model_fields.items():
        name = info.alias or field
        if not is_server_member(kind, name):
            yield from _inside(getattr(model, field), join([name], pointer))


def _inside(value: object, pointer: str) -> Iterator[tuple[type[Wire], str, str]]:
    if isinstance(value, Wire):
        yield from _unknown(value, pointer)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _inside(item, join([index], pointer))


def _hint(model: type[Wire], name: str) -> str | None:
    known = _names(model)
    close = close_names(name, known)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    elsewhere = [what for other, what in _PARTS.items() if name in _names(other)]
    return f"It is a member of {elsewhere[0]}." if elsewhere else None


@cache
def _names(model: type[Wire]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())
