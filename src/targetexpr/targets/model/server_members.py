"""Which members only the server gives: a body that was read and is posted back has them, and nothing goes by them."""

from __future__ import annotations

from functools import cache
from typing import Final, get_args

from targetexpr.targets.model.group import (
    Attribution,
    DefaultValue,
    Period,
    Streak,
    Target,
    TargetGroup,
    Trigger,
    UnifiedTargetExpression,
    Wire,
)
from targetexpr.targets.model.scalars import WireDate

_UNROLLED: Final = "emfUnrolledRulesetId"
_OF_ATTRIBUTIONS: Final = ("createdOn", "lastUpdatedOn")
"""What stands in an attribution; newer answers have them, and their twins, beside it too."""

SERVER_MEMBERS: Final[dict[type[Wire], tuple[str, ...]]] = {
    TargetGroup: ("id", "attribution", "orgId", *_OF_ATTRIBUTIONS, "activePeriod"),
    Period: ("id", "attribution", *_OF_ATTRIBUTIONS, "targetGroupId", "periodStatus"),
    Streak: ("id", "attribution", *_OF_ATTRIBUTIONS, "targetGroupId"),
    # An unrolled rule set is answered only where line items have one, and 0 where 0 was sent.
    Target: (
        "id",
        "attribution",
        *_OF_ATTRIBUTIONS,
        "targetGroupId",
        "emfRuleSetId",
        "targetPeriodDefaultValuesMap",
        "emfUnrolledRulesetId",
    ),
    DefaultValue: ("id", "periodId"),  # values of a group go by position
    Trigger: ("id", "targetRuleId"),
    UnifiedTargetExpression: ("ruleExpression",),
}

_ISO = "ISO"


def is_server_member(model: type[Wire], name: str) -> bool:
    """Whether only the server gives a member of that name.

    >>> is_server_member(TargetGroup, "createdOn"), is_server_member(TargetGroup, "targetCycleStartDateISO")
    (True, True)
    >>> is_server_member(TargetGroup, "targetCycleStartDate"), is_server_member(TargetGroup, "nameISO")
    (False, False)
    """
    return name in SERVER_MEMBERS.get(model, ()) or is_iso_twin(model, name)


def is_from_client(model: type[Wire], name: str, value: object) -> bool:
    """Whether a member is the client's to say: no server's one, but for an unrolled rule set of 0, answered as such."""
    return not is_server_member(model, name) or (model is Target and name == _UNROLLED and value == 0)


def is_iso_twin(model: type[Wire], name: str) -> bool:
    """Whether it is what newer answers have beside each date, the same instant as `2025-07-23T07:18:01Z`."""
    return name.endswith(_ISO) and name.removesuffix(_ISO) in _dates(model)


@cache
def _dates(model: type[Wire]) -> frozenset[str]:
    fields = model.model_fields.values()
    dates = {
        field.alias or "" for field in fields if any(WireDate in get_args(kind) for kind in get_args(field.annotation))
    }
    attributed = any(Attribution in get_args(field.annotation) for field in fields)
    return frozenset(dates | set(_OF_ATTRIBUTIONS if attributed else ()))


def _bare(kind: object) -> object:
    """The type without what `Annotated` adds."""
    return next(iter(get_args(kind)), kind)
