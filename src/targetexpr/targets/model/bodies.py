"""Which body a JSON value is: the closed union of the kinds that the target group calls send and answer, one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.kinds import phrase_of
from targetexpr.base.pointers import join
from targetexpr.base.suggestions import edit_distance
from targetexpr.targets.model.error_numbers import INVALID_INPUT
from targetexpr.targets.model.group import Period, Streak, Target, TargetGroup, Trigger, Wire
from targetexpr.targets.model.payloads import (
    Enrolment,
    NameCheck,
    ProgressGroup,
    ProgressRow,
    ProgressStreak,
    TrackedEvent,
    UnifiedUpdate,
    UserProgress,
)


class BodyKind(StrEnum):
    """What a body is, as messages call one of it."""

    GROUP = "target group"
    TARGET = "target"
    PERIOD = "period"
    STREAK = "streak level"
    SUB_TARGET = "sub-target"
    UNIFIED_UPDATE = "update of a unified group"
    USER_PROGRESS = "progress report of a user"
    TRACKED_EVENT = "tracked event"
    ENROLMENT = "enrolment"
    NAME_CHECK = "name check"
    NAME_ANSWER = "answer of a name check"
    CUSTOMER = "answer of an enrolment"
    REFUSAL = "refusal"
    EMPTY = "empty list"

    @property
    def phrase(self) -> str:
        """One of it, with its article.

        >>> BodyKind.PERIOD.phrase, BodyKind.UNIFIED_UPDATE.phrase
        ('a period', 'an update of a unified group')
        """
        return f"{'an' if self.value[0] in 'aeu' else 'a'} {self.value}"

    def many(self, count: int) -> str:
        """So many of it.

        >>> BodyKind.PERIOD.many(2), BodyKind.NAME_CHECK.many(1), BodyKind.UNIFIED_UPDATE.many(2)
        ('2 periods', '1 name check', '2 updates of a unified group')
        """
        if count == 1:
            return f"1 {self.value}"
        first, *rest = self.value.split(" of ", 1)
        return " of ".join([f"{count} {first}s", *rest])


def phrase_of_kinds(kinds: Sequence[BodyKind]) -> str:
    """What bodies are, in their order.

    >>> phrase_of_kinds([BodyKind.GROUP, BodyKind.PERIOD, BodyKind.PERIOD])
    '1 target group and 2 periods'
    """
    parts = [kind.many(len(list(listed))) for kind, listed in groupby(kinds)]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """One body of a document."""

    kind: BodyKind
    model: type[Wire] | None  # None for what has no members
    pointer: str  # where it stands: "/data/0"
    value: Any  # of a refusal, its errors
    is_answer: bool  # whether it stands in the envelope of an answer


_GROUP_MARKS: Final = frozenset({
    "trackingType", "targetEvaluationType", "periods", "targets", "streaks", "totalPeriods", "frequencyType",
    "frequency", "recurringCycles", "targetCycleStartDate", "targetCycleEndDate", "fromDate", "toDate",
    "combinationType", "leaderboardEnabled", "userCreated", "preferredTillId", "activePeriod",
})  # fmt: skip
_TARGET_MARKS: Final = frozenset({
    "targetType", "targetEntity", "expression", "expressionJson", "defaultValues", "filters", "enrolmentMethod",
    "extendedFieldInfo", "targetMilestoneTriggers", "emfRuleSetId", "targetPeriodDefaultValuesMap",
})  # fmt: skip
_ROW_MARKS: Final = frozenset({"targetAchievedValue", "periodRefCode", "targetAchievedDateTime", "currentPeriod"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How a kind of body is told: by members that no kind below it in the table has."""

    kind: BodyKind
    model: type[Wire]
    marks: frozenset[str]
    only_if: Callable[[Mapping[str, Any]], bool] = lambda _: True


def _has_rows(value: Mapping[str, Any]) -> bool:
    listed = value.get("targets")
    first = listed[0] if isinstance(listed, list | tuple) and listed else None
    return isinstance(first, Mapping) and bool(_ROW_MARKS & first.keys())


def _is_no_group(value: Mapping[str, Any]) -> bool:
    return not {"name", *_GROUP_MARKS - {"targets"}} & value.keys()


_SHAPES: Final = (
    _Shape(kind=BodyKind.USER_PROGRESS, model=UserProgress, marks=frozenset({"targetGroups"})),
    _Shape(kind=BodyKind.USER_PROGRESS, model=ProgressRow, marks=_ROW_MARKS),
    _Shape(
        kind=BodyKind.USER_PROGRESS,
        model=ProgressStreak,
        marks=frozenset({"userStreakId", "totalTargetCountOfSequence", "currentCount"}),
    ),
    _Shape(kind=BodyKind.USER_PROGRESS, model=ProgressGroup, marks=frozenset({"targets"}), only_if=_has_rows),
    _Shape(
        kind=BodyKind.TRACKED_EVENT,
        model=TrackedEvent,
        marks=frozenset({"eventLogId", "eventDisplayName", "eventProcessedDate", "uniqueId"}),
    ),
    _Shape(
        kind=BodyKind.ENROLMENT,
        model=Enrolment,
        marks=frozenset({"periodName", "initialBalance", "resetStreakStatus"}),
    ),
    _Shape(
        kind=BodyKind.ENROLMENT,
        model=Enrolment,
        marks=frozenset({"customerId"}),
        only_if=lambda one: len(one) == 1,
    ),
    _Shape(kind=BodyKind.UNIFIED_UPDATE, model=UnifiedUpdate, marks=frozenset({"deactivateTargetIds"})),
    _Shape(
        kind=BodyKind.UNIFIED_UPDATE,
        model=UnifiedUpdate,
        marks=frozenset({"unifiedTargetExpression"}),
        only_if=_is_no_group,
    ),
    _Shape(kind=BodyKind.GROUP, model=TargetGroup, marks=_GROUP_MARKS),
    _Shape(kind=BodyKind.TARGET, model=Target, marks=_TARGET_MARKS),
    _Shape(
        kind=BodyKind.SUB_TARGET,
        model=Trigger,
        marks=frozenset({"triggerValue", "triggerName", "triggerType", "triggerValueType"}),
    ),
    _Shape(kind=BodyKind.STREAK, model=Streak, marks=frozenset({"targetCountOfSequence"})),
    _Shape(kind=BodyKind.PERIOD, model=Period, marks=frozenset({"refCode", "startDate", "endDate", "periodStatus"})),
    _Shape(
        kind=BodyKind.NAME_CHECK,
        model=NameCheck,
        marks=frozenset({"type"}),
        only_if=lambda one: one.keys() == {"type", "value"},
    ),
)
"""The detection table: the first shape that has a mark among the members says what a body is."""


def shape_of(value: Mapping[str, Any]) -> tuple[BodyKind, type[Wire]] | None:
    """What an object is by its members, and its model; None when it is nothing that is known.

    Without any known mark, mistyped ones count: the kind with the most of them.

    >>> shape_of({"refCode": "W1"})[0].value, shape_of({"startdate": "2024-01-01"})[0].value, shape_of({"id": 1})
    ('period', 'period', None)
    """
    for shape in _SHAPES:
        if shape.marks & value.keys() and shape.only_if(value):
            return shape.kind, shape.model
    close = [
        (sum(_is_close(str(key), shape.marks) for key in value) if shape.only_if(value) else 0, shape)
        for shape in _SHAPES
    ]
    most = max(count for count, _ in close)
    if most:
        found = next(shape for count, shape in close if count == most)
        return found.kind, found.model
    # A name alone begins a group; beside an id it may be anything's.
    return (BodyKind.GROUP, TargetGroup) if "name" in value and "id" not in value else None


@lru_cache(maxsize=4096)  # the objects of a document have few different members
def _is_close(key: str, marks: frozenset[str]) -> bool:
    if key in ("id", "name", "active", "description", "attribution"):  # every kind has them
        return False
    most = 1 if len(key) < 9 else 2
    return len(key) > 4 and any(edit_distance(key, mark, most) <= most for mark in marks)


ENVELOPE: Final = frozenset({"data", "errors", "warnings", "pagination"})
"""The members of an answer's envelope."""


def is_envelope(value: object) -> bool:
    """Whether a value is an answer in its envelope."""
    if not isinstance(value, Mapping):
        return False
    if "data" in value:
        return not {"trackingType", "targetEvaluationType", "periods", "targets", "streaks"} & value.keys()
    return "errors" in value and value.keys() <= ENVELOPE


def bodies_in(document: Any) -> tuple[list[Body], list[Diagnostic]]:
    """The bodies of a request or an answer, one or a list, and an error for each value that is none.

    >>> found, unknown = bodies_in({"data": [{"refCode": "W1"}, {"id": 7}], "errors": None})
    >>> [(body.kind.value, body.pointer) for body in found], [one.pointer for one in unknown]
    ([('period', '/data/0')], ['/data/1'])
    """
    found: list[Body] = []
    unknown: list[Diagnostic] = []
    for place, value in _items(document, ""):
        envelope = value if is_envelope(value) else None
        candidates: Iterable[tuple[str, Any]] = [(place, value)]
        if envelope is not None:
            candidates = _items(envelope.get("data"), join(["data"], place) if "data" in envelope else place)
        for pointer, inner in candidates:
            known = _recognised(inner, envelope)
            if known is None:
                unknown.append(unknown_body(inner, pointer))
                continue
            kind, model = known
            answer = envelope is not None
            if envelope is not None and kind is BodyKind.REFUSAL:
                inner = envelope["errors"]
            found.append(Body(kind=kind, model=model, pointer=pointer, value=inner, is_answer=answer))
    return found, unknown


def _items(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        yield from ((join([index], pointer), item) for index, item in enumerate(value))
    else:
        yield pointer, value


def _recognised(value: Any, envelope: Mapping[str, Any] | None) -> tuple[BodyKind, type[Wire] | None] | None:
    """What a value is, in the envelope of an answer or bare."""
    if isinstance(value, Mapping):
        return shape_of(value)
    if envelope is None or ("data" in envelope and envelope["data"] is not value):
        return None
    match value:
        case None if "errors" in envelope:
            return BodyKind.REFUSAL, None
        case bool():
            return BodyKind.NAME_ANSWER, None
        case int() | str() if value != "":
            return BodyKind.CUSTOMER, None
        case [] | ():
            return BodyKind.EMPTY, None
        case _:
            return None


def unknown_body(value: Any, pointer: str) -> Diagnostic:
    """What is said of a value that is no known body: which kinds there are."""
    members = ", ".join(f"`{name}`" for name in list(value)[:5]) if isinstance(value, Mapping) else ""
    what = f"an object with {members or 'no members'}" if isinstance(value, Mapping) else phrase_of(value)
    kinds = [kind.value for kind in BodyKind if kind not in (BodyKind.REFUSAL, BodyKind.EMPTY)]
    return Diagnostic(
        code="unknown-body",
        severity="error",
        message=f"Unknown body: {what} is nothing that the target group calls send or answer.",
        hint=f"Known are: {', '.join(kinds)}.",
        pointer=pointer,
        number=INVALID_INPUT,
    )
