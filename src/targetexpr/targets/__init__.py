"""Target groups: build, check, answer and evaluate what `POST /v3/targetGroups` takes. Needs pydantic."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from targetexpr.targets.builder import GroupBuilder, streak_group
from targetexpr.targets.findings import Finding, GroupError
from targetexpr.targets.model import (
    AggregateWindow,
    Attribution,
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
    User,
)
from targetexpr.targets.payloads import (
    ApiError,
    Envelope,
    NameCheck,
    PayloadError,
    UnifiedUpdate,
    parse_group,
    parse_payload,
)
from targetexpr.targets.response import respond
from targetexpr.targets.summary import summary
from targetexpr.targets.validation import validate
from targetexpr.targets.wire import dump, json_schema, write_plain

if TYPE_CHECKING:
    from targetexpr.targets.planned import EvaluationError
    from targetexpr.targets.progress import (
        CapProgress,
        CustomerProgress,
        LevelProgress,
        PeriodProgress,
        Progress,
        StreakProgress,
        UnifiedProgress,
    )
    from targetexpr.targets.tracker import Tracker, evaluate

_LAZY = {
    "CapProgress": "targetexpr.targets.progress",
    "CustomerProgress": "targetexpr.targets.progress",
    "EvaluationError": "targetexpr.targets.planned",
    "LevelProgress": "targetexpr.targets.progress",
    "PeriodProgress": "targetexpr.targets.progress",
    "Progress": "targetexpr.targets.progress",
    "StreakProgress": "targetexpr.targets.progress",
    "Tracker": "targetexpr.targets.tracker",
    "UnifiedProgress": "targetexpr.targets.progress",
    "evaluate": "targetexpr.targets.tracker",
}
# Building and checking a group does without the evaluator.

__all__ = [
    "AggregateWindow",
    "ApiError",
    "Attribution",
    "AudienceFilter",
    "CapProgress",
    "CustomerProgress",
    "DefaultValue",
    "Envelope",
    "EvaluationError",
    "ExtendedFieldInfo",
    "Filter",
    "Finding",
    "GroupBuilder",
    "GroupError",
    "LevelProgress",
    "NameCheck",
    "PayloadError",
    "Period",
    "PeriodProgress",
    "Progress",
    "Streak",
    "StreakProgress",
    "Target",
    "TargetGroup",
    "Tracker",
    "Trigger",
    "UnifiedProgress",
    "UnifiedTargetExpression",
    "UnifiedUpdate",
    "User",
    "dump",
    "evaluate",
    "json_schema",
    "parse_group",
    "parse_payload",
    "respond",
    "streak_group",
    "summary",
    "validate",
    "write_plain",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
