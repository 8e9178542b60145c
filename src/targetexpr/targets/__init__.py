"""Target groups: build, check, answer and evaluate what `POST /v3/targetGroups` takes. Needs pydantic."""

from __future__ import annotations

from targetexpr.targets.model import (
    AggregateWindow,
    Attribution,
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
from targetexpr.targets.wire import dump

__all__ = [
    "AggregateWindow",
    "ApiError",
    "Attribution",
    "DefaultValue",
    "Envelope",
    "ExtendedFieldInfo",
    "Filter",
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
    "parse_group",
    "parse_payload",
]
