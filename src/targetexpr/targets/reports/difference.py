"""What differs between two bodies of one kind, by what they mean: a request and its answer say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from targetexpr.base.pointers import join
from targetexpr.syntax.parse import parse_text
from targetexpr.syntax.printer import to_text
from targetexpr.targets.model.bodies import Body
from targetexpr.targets.model.enums import EnrolmentMethod, TargetEntity
from targetexpr.targets.model.envelope import checked
from targetexpr.targets.model.events import TRANSACTION_ADD
from targetexpr.targets.model.group import DefaultValue, Filter, Period, Streak, Target, TargetGroup, Trigger, Wire
from targetexpr.targets.model.json_values import JsonValue, to_plain
from targetexpr.targets.model.payloads import (
    Milestone,
    ProgressGroup,
    ProgressRow,
    ProgressStreak,
    TrackedEvent,
    UserProgress,
)
from targetexpr.targets.model.scalars import WireDate
from targetexpr.targets.model.server_members import is_iso_twin, is_server_member

Change: TypeAlias = Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: where it stands (of what was removed in the first body, else in the second)."""

    pointer: str
    change: Change
    before: JsonValue = None
    after: JsonValue = None


_DEFAULTS: Final[dict[type[Wire], dict[str, object]]] = {
    TargetGroup: {
        "active": True,
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "leaderboardEnabled": False,
        "userCreated": False,
        "recurringCycles": -1,
        "frequency": 0,
    },
    Period: {"active": True},
    Target: {"active": True, "enrolmentMethod": EnrolmentMethod.IMPORT, "eventName": TRANSACTION_ADD},
}
"""What the platform answers for what was not sent."""

_DERIVED: Final = ("targetCycleStartDate", "targetCycleEndDate")
"""What a create derives where neither was sent."""

_DROPPED: Final = "targetName"
"""Of a value: requests may name the target that it stands in, and no answer repeats it."""

_ANSWERS: Final = (UserProgress, ProgressGroup, ProgressRow, ProgressStreak, Milestone, TrackedEvent)
"""What only the platform writes: all of it is compared."""

_ABSENT: Final = object()


def differences(first: Sequence[Body], second: Sequence[Body]) -> list[Difference]:
    """What differs between two documents whose bodies are of the same kinds.

    What only the server gives is not compared, nor what it fills in where nothing was sent; items of a list belong
    together by their names, dates are the days they are written with, rules are compared as trees. Raises
    PayloadError for bodies that do not fit their models.

    >>> from targetexpr.targets.model.bodies import bodies_in
    >>> one, other = ([{"refCode": "W1", "endDate": day}] for day in ("2024-01-07T23:59:59Z", "2024-01-08"))
    >>> differences(bodies_in(one)[0], bodies_in(other)[0])
    [Difference(pointer='/0/endDate', change='changed', before='2024-01-07T23:59:59Z', after='2024-01-08')]
    """
    if len(first) == len(second) == 1:
        pairs = [(first[0], second[0])]
        return [found for one, other in pairs for found in _compare(_of(one), _of(other), one.pointer, other.pointer)]
    return list(
        _lists(
            [(body.pointer, _of(body)) for body in first],
            [(body.pointer, _of(body)) for body in second],
        )
    )


def _of(body: Body) -> Any:
    return body.value if body.model is None else checked(body.model, body.value, body.pointer)


def _compare(one: Any, other: Any, left: str, right: str) -> Iterator[Difference]:
    if isinstance(one, Wire) and isinstance(other, Wire):
        yield from _models(one, other, left, right)
    elif isinstance(one, tuple) and isinstance(other, tuple):
        yield from _lists(_placed(one, left), _placed(other, right))
    elif not (_is_same_rule(one, other) if left.endswith("/expression") else _same(one, other)):
        if other is _ABSENT:
            yield Difference(pointer=left, change="removed", before=to_plain(one))
        elif one is _ABSENT:
            yield Difference(pointer=right, change="added", after=to_plain(other))
        else:
            yield Difference(pointer=right, change="changed", before=to_plain(one), after=to_plain(other))


def _models(one: Wire, other: Wire, left: str, right: str) -> Iterator[Difference]:
    lefts, rights = _members(one), _members(other)
    for name in dict.fromkeys([*lefts, *rights]):
        before, after = lefts.get(name, _ABSENT), rights.get(name, _ABSENT)
        if name in _DERIVED and _ABSENT in (before, after):
            continue
        if isinstance(before, tuple) or isinstance(after, tuple):
            before, after = (() if value is _ABSENT else value for value in (before, after))
        elif isinstance(one, TargetGroup | Period | Target):
            default = _DEFAULTS.get(type(one), {}).get(name, _ABSENT)
            before, after = (default if value is _ABSENT else value for value in (before, after))
        yield from _compare(before, after, join([name], left), join([name], right))


def _members(model: Wire) -> dict[str, object]:
    """The members that are compared, by their names on the wire; null is absent."""
    made: dict[str, object] = {}
    for name in model.model_fields_set:
        info = type(model).model_fields.get(name)
        wire = name if info is None else info.alias or name
        value = getattr(model, name) if info is not None else (model.model_extra or {})[name]
        if value is None or (not isinstance(model, _ANSWERS) and is_server_member(type(model), wire)):
            continue
        if wire == _DROPPED and isinstance(model, DefaultValue):
            continue
        if is_iso_twin(type(model), wire) or (wire == "expressionJson" and getattr(model, "expression", None)):
            continue  # made from what stands beside it
        made[wire] = value
    order = [info.alias or name for name, info in type(model).model_fields.items()]
    return dict(sorted(made.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else len(order)))


def _lists(first: Sequence[tuple[str, Any]], second: Sequence[tuple[str, Any]]) -> Iterator[Difference]:
    """Items that belong together by name, else by position."""
    lefts, rights = _keyed(first), _keyed(second)
    for key in dict.fromkeys([*lefts, *rights]):
        (left, before), (right, after) = lefts.get(key, ("", _ABSENT)), rights.get(key, ("", _ABSENT))
        yield from _compare(before, after, left, right)


def _placed(items: tuple[Any, ...], pointer: str) -> list[tuple[str, Any]]:
    return [(join([place], pointer), item) for place, item in enumerate(items)]


def _keyed(items: Sequence[tuple[str, Any]]) -> dict[object, tuple[str, Any]]:
    made: dict[object, tuple[str, Any]] = {}
    for place, (pointer, item) in enumerate(items):
        if isinstance(item, Target) and item.is_twin:
            continue  # the platform's copy of one that is compared
        key = _key(item)
        made[(type(item).__name__, place) if key is None or key in made else key] = (pointer, item)
    return made


def _key(item: object) -> object:
    """What a part is known by in its list."""
    match item:
        case TargetGroup() | Target() | Streak():
            return item.name
        case Period():
            return item.ref_code
        case Trigger():
            return item.label
        case Filter():
            return item.entity_type
        case ProgressGroup() | Milestone():
            return item.id
        case ProgressRow():
            return (item.target_rule_id, item.period_id, item.target_name)
        case ProgressStreak():
            return item.streak_id
        case TrackedEvent():
            return (item.event_log_id, item.period_id)
        case _:
            return None


def _same(one: object, other: object) -> bool:
    match one, other:
        case WireDate(), WireDate():
            return one.day == other.day
        case (TargetEntity(), TargetEntity()):
            return one.stored is other.stored
        case (Decimal() | int(), Decimal() | int()) if not isinstance(one, bool) and not isinstance(other, bool):
            return Decimal(one) == Decimal(other)
        case Mapping(), Mapping():
            return to_plain(one) == to_plain(other)
        case _:
            return one == other


def _is_same_rule(one: object, other: object) -> bool:
    return one == other or (_ABSENT not in (one, other) and _rule(one) == _rule(other) is not None)


def _rule(value: object) -> str | None:
    """What a text says as a rule, canonically; None when it is none."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    tree = parse_text(text).tree if text else None
    return None if tree is None else to_text(tree)
