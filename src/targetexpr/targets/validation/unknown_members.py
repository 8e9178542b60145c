"""Members that no document knows: mostly a known one mistyped, which then counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from targetexpr.base.diagnostics import Applicability, Edit, Fix
from targetexpr.base.pointers import join
from targetexpr.base.source import Span
from targetexpr.checking.likeness import is_slip, words
from targetexpr.checking.names import close_names
from targetexpr.targets.model.envelope import Envelope
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
from targetexpr.targets.model.payloads import (
    ApiError,
    Enrolment,
    Milestone,
    NameCheck,
    Pagination,
    ProgressGroup,
    ProgressRow,
    ProgressStreak,
    TrackedEvent,
    UnifiedUpdate,
    UserProgress,
)
from targetexpr.targets.model.server_members import is_server_member
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
    Envelope: "an answer",
    Pagination: "pagination",
    ApiError: "an error",
    UnifiedUpdate: "an update of a unified group",
    UserProgress: "a user's progress",
    ProgressGroup: "the progress in a group",
    ProgressRow: "the progress in a target",
    ProgressStreak: "the progress in a streak level",
    Milestone: "a milestone",
    TrackedEvent: "a tracked event",
    Enrolment: "an enrolment",
    NameCheck: "a name check",
}
"""What is looked at, and what it is called. Who made and changed what is not: nobody writes that by hand."""

_MORE: dict[type[Wire], tuple[str, ...]] = {
    Target: ("targetRuleMetaData",),
    Trigger: ("isAchieved",),
    ApiError: ("reason", "pointer", "hint"),
}
"""Members of documented answers that have no meaning here, and what the sandbox says of a refusal besides."""


def check_unknown_members(model: Wire, report: Report) -> None:
    """A warning for each member that is unknown where it stands, with the known ones it comes close to."""
    for holder, pointer, name in _unknown(model, ""):
        message = f"Unknown member {name!r} of {_PARTS[type(holder)]}; it counts for nothing."
        hint, fixes = _suggested(holder, name)
        report.warn(join([name], pointer), UNKNOWN_MEMBER, message, hint, fixes)


def _unknown(model: Wire, pointer: str) -> Iterator[tuple[Wire, str, str]]:
    kind = type(model)
    if kind not in _PARTS:
        return
    for name in model.model_extra or ():
        if name not in _MORE.get(kind, ()) and not is_server_member(kind, name):
            yield model, pointer, name
    for field, info in kind.model_fields.items():
        name = info.alias or field
        if not is_server_member(kind, name):
            yield from _inside(getattr(model, field), join([name], pointer))


def _inside(value: object, pointer: str) -> Iterator[tuple[Wire, str, str]]:
    if isinstance(value, Wire):
        yield from _unknown(value, pointer)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _inside(item, join([index], pointer))


def _suggested(holder: Wire, name: str) -> tuple[str | None, tuple[Fix, ...]]:
    """What to do, and the fixes that do it: safe where a slip of the pen is all that lies between the two."""
    known = _names(type(holder))
    close = close_names(name, known)
    if close:
        free = [one for one in close if one not in _there(holder)]  # a key may stand once
        sure = len(close) == 1 and is_slip(name, close[0], _words())
        applicability: Applicability = "safe" if sure else "choice"
        key = Span(0, len(name))
        fixes = tuple(Fix(f"Rename it to `{one}`", (Edit(key, one),), applicability) for one in free)
        return f"Did you mean {' or '.join(close)}?", fixes
    elsewhere = [what for other, what in _PARTS.items() if name in _names(other)]
    return (f"It is a member of {elsewhere[0]}." if elsewhere else None), ()


def _there(holder: Wire) -> set[str]:
    """The members that the object has, by their names on the wire."""
    fields = type(holder).model_fields
    return {fields[name].alias or name if name in fields else name for name in holder.model_fields_set}


@cache
def _words() -> frozenset[str]:
    """The words that the names of members are made of: one of them is no slip of another."""
    return frozenset(word for model in _PARTS for name in _names(model) for word in words(name))


@cache
def _names(model: type[Wire]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())
