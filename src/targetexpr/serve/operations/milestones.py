"""The platform's operations beside target groups: milestones as a list, and what customers are told about targets."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.serve import communications, milestones
from targetexpr.serve.envelope import json_response, success
from targetexpr.serve.json_schemas import INTEGER, STRING, array_of, closed_object, open_object, ref
from targetexpr.serve.operation import Body, Call, envelope, operation, pages
from targetexpr.serve.operations.target_groups import INCLUDE_USER_MADE
from targetexpr.serve.parameters import GROUP_ID, TARGET_ID, choice, day, flag, number, words
from targetexpr.targets.model.enums import MilestoneStatus, TargetType, TrackingType

_CHANNEL = closed_object({"id": INTEGER, "name": STRING}, required=("id", "name"))
COMMUNICATIONS = envelope("communications", array_of(open_object({"id": INTEGER}, required=("id",))))


@operation(
    "GET",
    "/v3/targetGroups/channels",
    summary="Channels of communications",
    answer=envelope("channels", array_of(_CHANNEL)),
)
def read_channels(call: Call) -> Response:  # noqa: ARG001 - it asks for nothing
    """Those of the documents' sample."""
    return success(communications.channels())


@operation(
    "GET",
    "/v3/targetGroups/{groupId}/targets/{targetId}/communications",
    summary="Communications of a target",
    path=(GROUP_ID, TARGET_ID),
    answer=COMMUNICATIONS,
)
def read_communications(call: Call) -> Response:
    """In the order of ids. The sandbox keeps them, and sends none."""
    return success(communications.communications(call.store, call[GROUP_ID], call[TARGET_ID]))


@operation(
    "POST",
    "/v3/targetGroups/{groupId}/targets/{targetId}/communications/upsert",
    summary="Change or add communications",
    path=(GROUP_ID, TARGET_ID),
    body=Body(name="Communication", schema=communications.BODY_SCHEMA, max_items=None),
    answer=COMMUNICATIONS,
)
def upsert_communications(call: Call) -> Response:
    """One with an id, else of the same type and channel, is changed; any other is new."""
    return success(communications.upsert(call.store, call[GROUP_ID], call[TARGET_ID], call.json(), call.actor))


START_DATE = day("start-date", "Lists milestones that are active on that day or later.")
END_DATE = day("end-date", "Lists milestones that are active on that day or earlier.")
STATUS = choice("status", "Lists milestones only that stand so.", MilestoneStatus)
TRACKING = choice("type", "Lists milestones only that track this.", TrackingType)
TARGET_ON = choice("target-on", "Lists milestones only with a target of this type.", TargetType)
NAME = words("name", "Lists milestones only whose names hold this, in any case.")
REQUIRE_PERIODS = flag("require-periods", "Lists the periods of milestones, which are left out otherwise.")
LIMIT = number("limit", "How many milestones are on a page.", 1, 100, default=10)
OFFSET = number("offset", "Which page, from 0.", 0, 2**31, default=0)


@operation(
    "GET",
    "/v3/milestones",
    summary="List milestones",
    query=(START_DATE, END_DATE, STATUS, TRACKING, TARGET_ON, NAME, REQUIRE_PERIODS, LIMIT, OFFSET, INCLUDE_USER_MADE),
    answer=pages("milestones", ref("TargetGroup")),
)
def list_milestones(call: Call) -> Response:
    """Target groups of every kind, active or not, newest first; `offset` is the number of a page."""
    wanted = milestones.MilestoneFilter(
        limit=call[LIMIT],
        offset=call[OFFSET],
        name=call[NAME],
        status=call[STATUS],
        tracking=call[TRACKING],
        counts=call[TARGET_ON],
        since=call[START_DATE],
        until=call[END_DATE],
        periods=call[REQUIRE_PERIODS],
        user_made=call[INCLUDE_USER_MADE],
    )
    return json_response(milestones.milestones(call.store, wanted))
