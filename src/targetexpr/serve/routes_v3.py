"""The platform's operations by path: parameters in, an operation called, its answer in the envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from targetexpr.serve import clock, enrolment, groups, later_parts, names, reads, users
from targetexpr.serve.converter import convert
from targetexpr.serve.envelope import plain, success
from targetexpr.serve.middleware import BODY, USER
from targetexpr.serve.openapi import answers, body, flags, numbers, operation
from targetexpr.serve.reading import (
    MOST_ID,
    document_of,
    flag_of,
    group_id,
    number_of,
    object_of,
    target_id,
    user_id,
)
from targetexpr.serve.store import Store
from targetexpr.targets.model.json_values import JsonValue

router = APIRouter()

_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
GroupId = Annotated[str, Path(alias="groupId", description="The id of a target group.", json_schema_extra=_WHOLE)]
TargetId = Annotated[str, Path(alias="targetId", description="The id of a target.", json_schema_extra=_WHOLE)]
RuleId = Annotated[str, Path(alias="targetRuleId", description="The id of a target.", json_schema_extra=_WHOLE)]
UserId = Annotated[str, Path(alias="userId", description="The id of a customer: a number, or a text as in records.")]
# Read as texts whatever they are: what is no id is answered with the platform's number for what is not there.


def store_of(request: Request) -> Store:
    """The store of the server that answers."""
    found: Store = request.app.state.store
    return found


def actor_of(request: Request) -> Mapping[str, JsonValue]:
    """Who acts, as attributions have it: the till that the user of the request is."""
    name = request.scope[USER]
    return {"id": 1, "code": name, "description": "", "name": name, "type": "TILL"}


def sent_body(request: Request) -> bytes:
    """The body, which was read before."""
    found: bytes = request.scope[BODY]
    return found


def _told(request: Request) -> bool:
    with store_of(request).read() as rows:
        return clock.load(rows).warnings


def _made(request: Request, made: groups.Made, status: int) -> Response:
    told = bool(made.warnings) and _told(request)
    return success(made.data, status, warnings=made.warnings, told=told)


@router.post(
    "/v3/targetGroups",
    **operation("Create a target group of any kind", answers(201, "group", 400), body("TargetGroup")),
)
def create(request: Request) -> Response:
    """Checks everything at once; 310069 for a name that is taken. The answer is the platform's, member for member."""
    given = document_of(sent_body(request))
    return _made(request, groups.create(store_of(request), given, actor_of(request)), 201)


_LIST = ("includePeriods", "includeUserCreatedTargetGroups", "includeOnlyActive")


@router.get("/v3/targetGroups", **operation("List target groups", answers(200, "groups", 400), flags(*_LIST)))
def read_all(request: Request) -> Response:
    """Every group, active or not, in the order of ids."""
    periods, user_made, only_active = (flag_of(request.query_params, name) for name in _LIST)
    found = reads.read_all(store_of(request), periods=periods, only_active=only_active, user_made=user_made)
    return success(found)


@router.post(
    "/v3/targetGroups/isValidName",
    **operation("Whether a name is free", answers(200, "free", 400), body("NameCheck")),
)
def is_valid_name(request: Request) -> Response:
    """True when nothing of the kind has the name; 310145 for a kind that there is not."""
    given = object_of(sent_body(request), ("type", "value"))
    with store_of(request).read() as rows:
        return success(names.is_free(rows, given))


@router.get(
    "/v3/targetGroups/{groupId}",
    **operation("Read a target group", answers(200, "group", 400, 404), flags("includePeriods")),
)
def read(request: Request, group: GroupId) -> Response:
    """As it was answered when it was made, with attribution, orgId, createdOn and the active period."""
    periods = flag_of(request.query_params, "includePeriods")
    return success(reads.read(store_of(request), group_id(group), periods=periods))


@router.delete("/v3/targetGroups/{groupId}", **operation("Deactivate a target group", answers(200, "group", 404)))
def deactivate(request: Request, group: GroupId) -> Response:
    """The group and its targets become inactive; it can still be read, and its names stay taken."""
    return success(reads.deactivate(store_of(request), group_id(group), actor_of(request)))


@router.post(
    "/v3/targetGroups/{groupId}/targets",
    **operation("Add targets to a group", answers(200, "targets", 400, 404), body("Target", many=True)),
)
def add_targets(request: Request, group: GroupId) -> Response:
    """One target or a list of them; values go by periodId, or by position."""
    given = document_of(sent_body(request))
    return _made(request, later_parts.add_targets(store_of(request), group_id(group), given, actor_of(request)), 200)


@router.get("/v3/targetGroups/{groupId}/targets", **operation("Targets of a group", answers(200, "targets", 404)))
def read_targets(request: Request, group: GroupId) -> Response:
    """In the order they were made, twins after the originals of their call."""
    return success(reads.read_targets(store_of(request), group_id(group)))


@router.post(
    "/v3/targetGroups/{groupId}/targetPeriods",
    **operation("Add periods to a group", answers(200, "periods", 400, 404), body("Period", many=True)),
)
def add_periods(request: Request, group: GroupId) -> Response:
    """One period or a list of them; before the targets, for each of these needs a value in every period."""
    given = document_of(sent_body(request))
    return _made(request, later_parts.add_periods(store_of(request), group_id(group), given, actor_of(request)), 200)


@router.get("/v3/targetGroups/{groupId}/targetPeriods", **operation("Periods of a group", answers(200, "periods", 404)))
def read_periods(request: Request, group: GroupId) -> Response:
    """Their statuses follow the sandbox's clock."""
    return success(reads.read_periods(store_of(request), group_id(group)))


_ENROL = operation("Enrol a customer", answers(200, "customer", 400, 404), body("Enrolment", many=1))
_UNENROL = operation("Take a customer out", answers(200, "customer", 400, 404), body("Unenrolment", many=1))


@router.post("/v3/targetGroups/{groupId}/targets/{targetId}/enroll", **_ENROL)
@router.post("/v3.1/targetGroups/{groupId}/targets/{targetId}/enroll", **_ENROL)
def enrol(request: Request, group: GroupId, target: TargetId) -> Response:
    """A milestone's customers from a period on, a streak's from now on; 310119 for one who takes part already."""
    given = document_of(sent_body(request))
    return success(enrolment.enrol(store_of(request), group_id(group), target_id(target), given))


@router.post("/v3/targetGroups/{groupId}/targets/{targetId}/unEnroll", **_UNENROL)
@router.post("/v3.1/targetGroups/{groupId}/targets/{targetId}/unEnroll", **_UNENROL)
def unenrol(request: Request, group: GroupId, target: TargetId) -> Response:
    """Out of the period that runs and all later ones; 310126 for one who does not take part, with status 400."""
    given = document_of(sent_body(request))
    return success(enrolment.unenrol(store_of(request), group_id(group), target_id(target), given))


_PROGRESS = ("includeInactive", "includeInactiveTargets")


@router.get(
    "/v3/users/{userId}/targetGroups",
    **operation(
        "A customer's progress",
        answers(200, "progress", 400),
        flags(*_PROGRESS),
        numbers(targetRuleId=(0, MOST_ID)),
    ),
)
def progress(request: Request, user: UserId) -> Response:
    """The cycle that runs, or with includeInactive every one that has started."""
    inactive, inactive_groups = (flag_of(request.query_params, name) for name in _PROGRESS)
    target = number_of(request.query_params, "targetRuleId", 0, MOST_ID)
    wanted = users.Wanted(inactive=inactive, inactive_groups=inactive_groups, target=target)
    found, problems = users.progress_of(store_of(request), user_id(user), wanted)
    return success(found, warnings=problems, told=True)


MOST_ON_PAGE, USUAL_PAGE = 100, 10
_PAGES = {"limit": (1, MOST_ON_PAGE), "offset": (0, 2**31), "periodId": (0, MOST_ID)}


@router.get(
    "/v3/users/{userId}/trackedTargetEvents/{targetRuleId}",
    **operation(
        "What counted towards a target",
        answers(200, "events", 400, 404),
        numbers(defaults={"limit": USUAL_PAGE, "offset": 0}, **_PAGES),
    ),
)
def events(request: Request, user: UserId, target: RuleId) -> Response:
    """One entry for each record that counted, in order of time; `offset` is the number of a page."""
    limit, offset, period = (number_of(request.query_params, name, *_PAGES[name]) for name in _PAGES)
    page = users.Page(limit=USUAL_PAGE if limit is None else limit, offset=offset or 0, period=period)
    return plain(users.events(store_of(request), user_id(user), target_id(target), page))


@router.post(
    "/loyalty/api/v1/workflows/expJSON/{programId}/{eventType}",
    **operation("Rule text to expressionJson", answers(200, "converted", 400), body("Expression")),
)
def convert_expression(
    request: Request,
    program: Annotated[str, Path(alias="programId", description="Any whole number.", json_schema_extra=_WHOLE)],
    event: Annotated[str, Path(alias="eventType", description="The event whose profiles the rule sees.")],
) -> Response:
    """Typed and in the editor's layout; text that is no rule gives isError and a group of its readable pieces."""
    return plain(convert(program, event, sent_body(request)))
