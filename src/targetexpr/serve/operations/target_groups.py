"""The platform's operations on target groups, their targets and periods."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.serve import (
    group_updates,
    groups,
    later_parts,
    names,
    period_updates,
    reads,
    sandbox_settings,
    target_updates,
)
from targetexpr.serve.envelope import success
from targetexpr.serve.json_schemas import BOOLEAN, INTEGER, STRING, array_of, closed_object, open_object, ref
from targetexpr.serve.operation import Body, Call, envelope, operation
from targetexpr.serve.parameters import GROUP_ID, TARGET_ID, flag
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.envelope import UnifiedUpdate
from targetexpr.targets.model.group import Period, Target, TargetGroup

INCLUDE_PERIODS = flag("includePeriods", "Lists the periods of groups, which are left out otherwise.")
INCLUDE_USER_MADE = flag("includeUserCreatedTargetGroups", "Lists the groups too that users made.")
ONLY_ACTIVE = flag("includeOnlyActive", "Leaves deactivated groups out.")

GROUP = envelope("group", ref("TargetGroup"))
TARGET = envelope("target", ref("Target"))
TARGETS = envelope("targets", array_of(ref("Target")))
PERIODS = envelope("periods", array_of(ref("Period")))

_NAME_KIND = STRING | {"description": "In any case.", "examples": [str(kind) for kind in NameKind]}


def _created(call: Call, created: groups.Created, status: int) -> Response:
    with call.store.read() as rows:
        listed = sandbox_settings.load(rows).warnings
    return success(created.data, status, warnings=created.warnings, list_warnings=listed)


@operation(
    "POST",
    "/v3/targetGroups",
    summary="Create a target group of any kind",
    body=Body(name="TargetGroup", schema=TargetGroup),
    answer=GROUP,
    status=201,
    may_warn=True,
)
def create(call: Call) -> Response:
    """Checks everything at once; 310069 for a name that is taken. The answer is the platform's, member for member."""
    return _created(call, groups.create(call.store, call.json(), call.actor), 201)


@operation(
    "GET",
    "/v3/targetGroups",
    summary="List target groups",
    query=(INCLUDE_PERIODS, INCLUDE_USER_MADE, ONLY_ACTIVE),
    answer=envelope("groups", array_of(ref("TargetGroup"))),
)
def read_all(call: Call) -> Response:
    """Every group, active or not, in the order of ids."""
    listed = reads.read_all(
        call.store,
        periods=call[INCLUDE_PERIODS],
        only_active=call[ONLY_ACTIVE],
        user_made=call[INCLUDE_USER_MADE],
    )
    return success(listed)


@operation(
    "POST",
    "/v3/targetGroups/isValidName",
    summary="Whether a name is free",
    body=Body(
        name="NameCheck",
        schema=closed_object({"type": _NAME_KIND, "value": STRING}, required=("type", "value")),
    ),
    answer=envelope("free", BOOLEAN),
)
def is_valid_name(call: Call) -> Response:
    """True when nothing of the kind has the name; 310145 for a kind that there is not."""
    asked = call.json_object()
    with call.store.read() as rows:
        return success(names.is_free(rows, asked))


@operation(
    "GET",
    "/v3/targetGroups/{groupId}",
    summary="Read a target group",
    path=(GROUP_ID,),
    query=(INCLUDE_PERIODS,),
    answer=GROUP,
)
def read(call: Call) -> Response:
    """As it was answered when it was made, with attribution, orgId, createdOn and the active period."""
    return success(reads.read(call.store, call[GROUP_ID], periods=call[INCLUDE_PERIODS]))


@operation(
    "PUT",
    "/v3/targetGroups/editTargetGroup/{groupId}",
    summary="Change a target group",
    path=(GROUP_ID,),
    body=Body(name="TargetGroupUpdate", schema=TargetGroup),
    answer=GROUP,
    may_warn=True,
)
def update(call: Call) -> Response:
    """The name and the rules of targets, which are named by their ids; whatever else is sent must be as it is."""
    return _created(call, group_updates.update_group(call.store, call[GROUP_ID], call.json(), call.actor), 200)


@operation("DELETE", "/v3/targetGroups/{groupId}", summary="Deactivate a target group", path=(GROUP_ID,), answer=GROUP)
def deactivate(call: Call) -> Response:
    """The group and its targets become inactive; it can still be read, and its names stay taken."""
    return success(reads.deactivate(call.store, call[GROUP_ID], call.actor))


@operation(
    "POST",
    "/v3/targetGroups/{groupId}/targets",
    summary="Add targets to a group",
    path=(GROUP_ID,),
    body=Body(name="Target", schema=Target, max_items=None),
    answer=TARGETS,
    may_warn=True,
)
def add_targets(call: Call) -> Response:
    """One target or a list of them; values go by periodId, or by position."""
    targets = call.json()
    return _created(call, later_parts.add_targets(call.store, call[GROUP_ID], targets, call.actor), 200)


@operation(
    "PUT",
    "/v3/targetGroups/{groupId}/targets/{targetId}",
    summary="Change a target, or a streak",
    path=(GROUP_ID, TARGET_ID),
    body=Body(name="TargetUpdate", schema=Target),
    answer=TARGET,
    may_warn=True,
)
def update_target(call: Call) -> Response:
    """What is not sent stays, ids are kept; of a streak's target the rule, filters and values change, no more."""
    changed = target_updates.update_target(call.store, call[GROUP_ID], call[TARGET_ID], call.json(), call.actor)
    return _created(call, changed, 200)


@operation(
    "DELETE",
    "/v3/targetGroups/{groupId}/targets/{targetId}",
    summary="Deactivate a target",
    path=(GROUP_ID, TARGET_ID),
    answer=TARGET,
)
def deactivate_target(call: Call) -> Response:
    """It counts no longer, nor does its twin; it can still be read, and its name stays taken."""
    return success(target_updates.deactivate_target(call.store, call[GROUP_ID], call[TARGET_ID], call.actor))


@operation(
    "PUT",
    "/v3/targetGroups/{groupId}/unifiedTargets",
    summary="Change a unified group",
    path=(GROUP_ID,),
    body=Body(name="UnifiedUpdate", schema=UnifiedUpdate),
    answer=envelope(
        "unified",
        open_object(
            {
                "unifiedTargetExpression": ref("UnifiedTargetExpression"),
                "targets": array_of(ref("Target")),
                "deactivateTargetIds": array_of(INTEGER),
            }
        ),
    ),
    may_warn=True,
)
def update_unified(call: Call) -> Response:
    """The threshold, targets (those without an id are new), and which are deactivated; the rule is made anew."""
    body = call.json_object()
    return _created(call, group_updates.update_unified(call.store, call[GROUP_ID], body, call.actor), 200)


@operation("GET", "/v3/targetGroups/{groupId}/targets", summary="Targets of a group", path=(GROUP_ID,), answer=TARGETS)
def read_targets(call: Call) -> Response:
    """In the order they were made, twins after the originals of their call."""
    return success(reads.read_targets(call.store, call[GROUP_ID]))


@operation(
    "POST",
    "/v3/targetGroups/{groupId}/targetPeriods",
    summary="Add periods to a group",
    path=(GROUP_ID,),
    body=Body(name="Period", schema=Period, max_items=None),
    answer=PERIODS,
    may_warn=True,
)
def add_periods(call: Call) -> Response:
    """One period or a list of them; before the targets, for each of these needs a value in every period."""
    periods = call.json()
    return _created(call, later_parts.add_periods(call.store, call[GROUP_ID], periods, call.actor), 200)


@operation(
    "PUT",
    "/v3/targetGroups/{groupId}/targetPeriods",
    summary="Change periods of a group",
    path=(GROUP_ID,),
    body=Body(name="PeriodUpdate", schema=Period, max_items=None),
    answer=PERIODS,
    may_warn=True,
)
def update_periods(call: Call) -> Response:
    """By id: the end of a period that runs, both dates of one to come, nothing of one that is over; others are new."""
    return _created(call, period_updates.update_periods(call.store, call[GROUP_ID], call.json(), call.actor), 200)


@operation(
    "GET", "/v3/targetGroups/{groupId}/targetPeriods", summary="Periods of a group", path=(GROUP_ID,), answer=PERIODS
)
def read_periods(call: Call) -> Response:
    """Their statuses follow the sandbox's clock."""
    return success(reads.read_periods(call.store, call[GROUP_ID]))
