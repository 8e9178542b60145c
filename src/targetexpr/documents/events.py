"""Which event a rule is for, as what stands beside it in a document says."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec


def event_in(members: Mapping[str, object]) -> str | None:
    """The event of the rules in an object with these strings: a target, or a rule that was saved with its event.

    >>> event_in({"expression": "true", "event": "TargetCompleted"})
    'TargetCompleted'
    >>> event_in({"expression": "true", "targetEntity": "LINEITEM"})
    'TransactionAdd'
    """
    if "targetEntity" in members or "eventName" in members:
        return _of_target({key: members.get(key) for key in ("name", "eventName", "targetEntity")})
    return _string(members, "event")


def event_in_plan(members: Mapping[str, object]) -> str | None:
    """The event of the rule of a target in a plan file."""
    if find_spec("pydantic") is None:
        return None
    from targetexpr.targets.authoring.builder import GroupBuilder
    from targetexpr.targets.model.events import event_of
    from targetexpr.targets.model.group import Target

    measure, entity, event = (_string(members, key) for key in ("measure", "of", "event"))
    try:
        builder = GroupBuilder("plan").target("target", measure or "", value=0, of=entity, event=event)
        return event_of(Target.model_validate(builder.targets[0].members))
    except ValueError:
        return event


def _of_target(members: Mapping[str, object]) -> str | None:
    """The event of a target in a body, by its members on the wire; one that does not fit is left to validation."""
    if find_spec("pydantic") is None:
        return None
    from targetexpr.targets.model.events import event_of
    from targetexpr.targets.model.group import Target

    try:
        return event_of(Target.model_validate(members))
    except ValueError:
        return None


def _string(members: Mapping[str, object], key: str) -> str | None:
    value = members.get(key)
    return value if isinstance(value, str) else None
