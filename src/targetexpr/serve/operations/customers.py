"""The platform's operations on customers: taking part, progress, and the events behind it."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.serve import enrolled_targets, enrolment, tracked_events, user_progress
from targetexpr.serve.answer_schemas import EVENT, USER_PROGRESS
from targetexpr.serve.envelope import json_response, success, success_with
from targetexpr.serve.ids import USER_SCHEMA
from targetexpr.serve.json_schemas import (
    BOOLEAN,
    STRING,
    array_of,
    closed_object,
    described,
    or_null,
    ref,
)
from targetexpr.serve.operation import Body, Call, envelope, operation, pages
from targetexpr.serve.parameters import (
    GROUP_ID,
    TARGET_ID,
    USER_ID,
    choice,
    flag,
    instant,
    number,
    optional_id,
    several_ids,
    target_id,
)
from targetexpr.targets.model.enums import EnrolmentMethod
from targetexpr.targets.model.error_numbers import INVALID_ENROLMENT

CUSTOMER = envelope("customer", USER_SCHEMA)


@operation(
    "POST",
    "/v3/targetGroups/{groupId}/targets/{targetId}/enroll",
    "/v3.1/targetGroups/{groupId}/targets/{targetId}/enroll",
    summary="Enrol a customer",
    path=(GROUP_ID, TARGET_ID),
    body=Body(
        name="Enrolment",
        schema=closed_object(
            {
                "customerId": USER_SCHEMA,
                "periodName": or_null(STRING),
                "initialBalance": or_null(described({"const": 0}, "Where everybody starts; nothing else can be set.")),
                "resetStreakStatus": or_null(BOOLEAN),
            },
            required=("customerId",),
        ),
        max_items=1,
    ),
    answer=CUSTOMER,
)
def enrol(call: Call) -> Response:
    """A milestone's customers from a period on, a streak's from now on; 310119 for one who takes part already."""
    item, pointer = call.json_item()
    return success(enrolment.enrol(call.store, call[GROUP_ID], call[TARGET_ID], item, pointer))


@operation(
    "POST",
    "/v3/targetGroups/{groupId}/targets/{targetId}/unEnroll",
    "/v3.1/targetGroups/{groupId}/targets/{targetId}/unEnroll",
    summary="Take a customer out",
    path=(GROUP_ID, TARGET_ID),
    body=Body(
        name="Unenrolment",
        schema=closed_object({"customerId": USER_SCHEMA, "periodName": or_null(STRING)}, required=("customerId",)),
        max_items=1,
    ),
    answer=CUSTOMER,
)
def unenrol(call: Call) -> Response:
    """Out of the period or cycle that is open, or named, and all later ones; 310126 (status 400) for who is not in."""
    item, pointer = call.json_item()
    return success(enrolment.unenrol(call.store, call[GROUP_ID], call[TARGET_ID], item, pointer))


INCLUDE_INACTIVE = flag(
    "includeInactive",
    "Shows every cycle that has started, ended ones too; false leaves the one that runs.",
    default=True,
)
INCLUDE_INACTIVE_GROUPS = flag("includeInactiveTargets", "Shows deactivated groups too, as they stood at their end.")
ONLY_TARGET = optional_id("targetRuleId", "Shows the rows of this target only.")


@operation(
    "GET",
    "/v3/users/{userId}/targetGroups",
    "/v3.1/users/{userId}/targetGroups",
    summary="A customer's progress",
    path=(USER_ID,),
    query=(INCLUDE_INACTIVE, INCLUDE_INACTIVE_GROUPS, ONLY_TARGET),
    answer=envelope("progress", USER_PROGRESS),
    may_warn=True,
)
def progress(call: Call) -> Response:
    """Every cycle that has started, or with includeInactive=false the one that runs."""
    wanted = user_progress.ProgressFilter(
        every_cycle=call[INCLUDE_INACTIVE],
        inactive_groups=call[INCLUDE_INACTIVE_GROUPS],
        target=call[ONLY_TARGET],
    )
    data, warnings = user_progress.progress_of(call.store, call[USER_ID], wanted)
    return success_with(data, warnings=warnings, list_warnings=True)


TARGET_RULE_ID = target_id("targetRuleId")
LIMIT = number("limit", "How many events are on a page.", 1, 100, default=10)
OFFSET = number("offset", "Which page, from 0.", 0, 2**31, default=0)
ONLY_PERIOD = optional_id("periodId", "Shows the events of this period only.")


@operation(
    "GET",
    "/v3/users/{userId}/trackedTargetEvents/{targetRuleId}",
    summary="What counted towards a target",
    path=(USER_ID, TARGET_RULE_ID),
    query=(LIMIT, OFFSET, ONLY_PERIOD),
    answer=pages("events", EVENT),
)
def events(call: Call) -> Response:
    """One entry for each record that counted, in order of time; `offset` is the number of a page."""
    page = tracked_events.Page(limit=call[LIMIT], offset=call[OFFSET], period=call[ONLY_PERIOD])
    return json_response(tracked_events.events(call.store, call[USER_ID], call[TARGET_RULE_ID], page))


RULE_IDS = several_ids("targetRuleIds", "Shows these targets only; their ids, with commas between them.")
TRACKING_DATE = instant("trackingDate", "The instant at which the targets are active; now unless given.")
ENROLMENT = choice(
    "enrollmentType",
    "Shows targets of this method of enrolment only.",
    EnrolmentMethod,
    number=INVALID_ENROLMENT,
    code="enrolment-type",
)
ONLY_USER_MADE = flag("includeOnlyUserCreated", "Shows targets only that users made.")


@operation(
    "GET",
    "/v3/users/{userId}/enrolledTargets",
    summary="A customer's active targets",
    path=(USER_ID,),
    query=(RULE_IDS, TRACKING_DATE, ENROLMENT, ONLY_USER_MADE),
    answer=envelope("enrolled", array_of(ref("Target"))),
)
def enrolled(call: Call) -> Response:
    """Of the groups that run and in which the customer takes part; values are left out, as in the documents."""
    wanted = enrolled_targets.EnrolledFilter(
        targets=call[RULE_IDS],
        at=call[TRACKING_DATE],
        method=call[ENROLMENT],
        only_user_made=call[ONLY_USER_MADE],
    )
    return success(enrolled_targets.enrolled_targets(call.store, call[USER_ID], wanted))
