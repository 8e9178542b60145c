"""Target groups: build, check, answer and evaluate what `POST /v3/targetGroups` takes. Needs pydantic."""

from __future__ import annotations

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

__all__ = [
    "AggregateWindow",
    "ApiError",
    "Attribution",
    "AudienceFilter",
    "DefaultValue",
    "Envelope",
    "ExtendedFieldInfo",
    "Filter",
    "Finding",
    "GroupBuilder",
    "GroupError",
    "NameCheck",
    "PayloadError",
    "Period",
    "Streak",
    "Target",
    "TargetGroup",
    "Trigger",
    "UnifiedTargetExpression",
    "UnifiedUpdate",
    "User",
    "dump",
    "json_schema",
    "parse_group",
    "parse_payload",
    "respond",
    "streak_group",
    "summary",
    "validate",
    "write_plain",
]
