"""Target groups: build, check, answer and evaluate what `POST /v3/targetGroups` takes. Needs pydantic."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from targetexpr.targets.api.create import respond
from targetexpr.targets.authoring.builder import GroupBuilder, streak_group
from targetexpr.targets.model.envelope import (
    ApiError,
    Envelope,
    NameCheck,
    PayloadError,
    UnifiedUpdate,
    parse_group,
    parse_payload,
)
from targetexpr.targets.model.group import (
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
from targetexpr.targets.model.json_values import dump, json_schema, write_json
from targetexpr.targets.reports.group import summary
from targetexpr.targets.validation.diagnostics import GroupError
from targetexpr.targets.validation.validate import validate

if TYPE_CHECKING:
    from targetexpr.targets.evaluation import Progress, Tracker, evaluate
    from targetexpr.targets.progress.plan import EvaluationError
    from targetexpr.targets.progress.results import (
        CapProgress,
        CustomerProgress,
        LevelProgress,
        PeriodProgress,
        StreakProgress,
        UnifiedProgress,
    )
    from targetexpr.targets.scale.evaluate import TableProgress, evaluate_table
    from targetexpr.targets.scale.spark_progress import SparkProgress, evaluate_spark
    from targetexpr.targets.target_rules import TargetMatches, TargetRef, TargetRules, rule_set

_LAZY = {
    "CapProgress": "targetexpr.targets.progress.results",
    "CustomerProgress": "targetexpr.targets.progress.results",
    "EvaluationError": "targetexpr.targets.progress.plan",
    "LevelProgress": "targetexpr.targets.progress.results",
    "PeriodProgress": "targetexpr.targets.progress.results",
    "Progress": "targetexpr.targets.evaluation",
    "SparkProgress": "targetexpr.targets.scale.spark_progress",
    "StreakProgress": "targetexpr.targets.progress.results",
    "TableProgress": "targetexpr.targets.scale.evaluate",
    "TargetMatches": "targetexpr.targets.target_rules",
    "TargetRef": "targetexpr.targets.target_rules",
    "TargetRules": "targetexpr.targets.target_rules",
    "Tracker": "targetexpr.targets.evaluation",
    "UnifiedProgress": "targetexpr.targets.progress.results",
    "evaluate": "targetexpr.targets.evaluation",
    "evaluate_spark": "targetexpr.targets.scale.spark_progress",
    "evaluate_table": "targetexpr.targets.scale.evaluate",
    "rule_set": "targetexpr.targets.target_rules",
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
    "GroupBuilder",
    "GroupError",
    "LevelProgress",
    "NameCheck",
    "PayloadError",
    "Period",
    "PeriodProgress",
    "Progress",
    "SparkProgress",
    "Streak",
    "StreakProgress",
    "TableProgress",
    "Target",
    "TargetGroup",
    "TargetMatches",
    "TargetRef",
    "TargetRules",
    "Tracker",
    "Trigger",
    "UnifiedProgress",
    "UnifiedTargetExpression",
    "UnifiedUpdate",
    "User",
    "dump",
    "evaluate",
    "evaluate_spark",
    "evaluate_table",
    "json_schema",
    "parse_group",
    "parse_payload",
    "respond",
    "rule_set",
    "streak_group",
    "summary",
    "validate",
    "write_json",
]


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
