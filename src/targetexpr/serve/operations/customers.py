"""The platform's operations on customers: taking part, progress, and the events behind it."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.serve import enrolment, tracked_events, user_progress
from targetexpr.serve.answer_schemas import EVENT, PROBLEM, USER_PROGRESS
from targetexpr.serve.envelope import json_response, success
from targetexpr.serve.ids import USER_SCHEMA
from targetexpr.serve.json_schemas import (
    BOOLEAN,
    COUNT,
    STRING,
    array_of,
    closed_object,
    described,
    open_object,
    or_null,
)
from targetexpr.serve.operation import Answer, Body, Call, envelope, operation
from targetexpr.serve.parameters import GROUP_ID, TARGET_ID, USER_ID, flag, number, optional_id, target_id

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
    """Out of the period that runs and all later ones; 310126 for one who does not take part, with status 400."""
    item, pointer = call.json_item()
    return success(enrolment.unenrol(call.store, call[GROUP_ID], call[TARGET_ID], item, pointer))


INCLUDE_INACTIVE = flag("includeInactive", "Shows every cycle that has started, not only the one that runs.")
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
    """The cycle that runs, or with includeInactive every one that has started."""
    wanted = user_progress.ProgressFilter(
        every_cycle=call[INCLUDE_INACTIVE],
        inactive_groups=call[INCLUDE_INACTIVE_GROUPS],
        target=call[ONLY_TARGET],
    )
    data, warnings = user_progress.progress_of(call.store, call[USER_ID], wanted)
    return success(data, warnings=warnings, list_warnings=True)


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
    answer=Answer(
        name="events",
        schema=open_object(
            {
                "pagination": open_object(
                    {"limit": COUNT, "offset": COUNT, "total": COUNT}, required=("limit", "offset", "total")
                ),
                "data": array_of(EVENT),
                "errors": array_of(PROBLEM),
                "warnings": array_of(PROBLEM),
            },
            required=("pagination", "data", "errors", "warnings"),
        ),
    ),
)
def events(call: Call) -> Response:
    """One entry for each record that counted, in order of time; `offset` is the number of a page."""
    page = tracked_events.Page(limit=call[LIMIT], offset=call[OFFSET], period=call[ONLY_PERIOD])
    return json_response(tracked_events.events(call.store, call[USER_ID], call[TARGET_RULE_ID], page))
