"""The sandbox's own operations under /sandbox: records, the clock, settings, users, reset, health."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from targetexpr.serve import clock, users
from targetexpr.serve.envelope import success
from targetexpr.serve.openapi import answers, body, flags, operation
from targetexpr.serve.progress import of_group
from targetexpr.serve.reading import document_of, flag_of, group_id, misfit, object_of, user_id
from targetexpr.serve.records import feed
from targetexpr.serve.routes_v3 import GroupId, sent_body, store_of

router = APIRouter(prefix="/sandbox")

_MOST_USERS = 100_000


@router.get("/health", **operation("Whether the sandbox answers", answers(200, "health"), open_to_all=True))
def health(request: Request) -> Response:
    """Reads the database once; needs no credentials."""
    with store_of(request).read() as rows:
        return success({"status": "ok", **rows.counts()})


@router.post("/records", **operation("Feed records", answers(200, "fed", 400), body("Record", many=True, lines=True)))
def feed_records(request: Request) -> Response:
    """One object, an array, or JSON Lines; all of a call are kept, or with anything wrong none of them."""
    fed = feed(store_of(request), sent_body(request), lines=request.scope.get("targetexpr.lines", False))
    return success(fed.data, warnings=fed.warnings, told=fed.told)


@router.get(
    "/targetGroups/{groupId}/progress",
    **operation("Everybody's progress in a group", answers(200, "everybody", 400, 404)),
)
def group_progress(request: Request, group: GroupId) -> Response:
    """Figures, achievements, streaks and what was set aside, as `Progress.to_dict` of the library gives them."""
    return success(of_group(store_of(request), group_id(group)))


@router.get("/clock", **operation("The sandbox's clock", answers(200, "clock")))
def read_clock(request: Request) -> Response:
    """Its instant, and whether it stands."""
    with store_of(request).read() as rows:
        return success(clock.shown_clock(clock.load(rows)))


@router.put("/clock", **operation("Set the clock", answers(200, "clock", 400), body("Clock")))
def set_clock(request: Request) -> Response:
    """Stops it at an instant; a list has those of the next create: periods, streaks, then each target."""
    given = object_of(sent_body(request), ("now", "runs"))
    with store_of(request).write() as rows:
        clock.set_clock(rows, given)
        return success(clock.shown_clock(clock.load(rows)))


@router.post("/clock/advance", **operation("Advance the clock", answers(200, "clock", 400), body("Advance")))
def advance_clock(request: Request) -> Response:
    """By weeks, days, hours, minutes, seconds, milliseconds; one that stands goes on standing."""
    given = object_of(sent_body(request))
    with store_of(request).write() as rows:
        clock.advance(rows, given)
        return success(clock.shown_clock(clock.load(rows)))


@router.delete("/clock", **operation("Let the clock run", answers(200, "clock")))
def run_clock(request: Request) -> Response:
    """Back to the real time."""
    with store_of(request).write() as rows:
        clock.run_clock(rows)
        return success(clock.shown_clock(clock.load(rows)))


@router.get("/settings", **operation("The settings", answers(200, "settings")))
def read_settings(request: Request) -> Response:
    """With the next id of each sequence."""
    with store_of(request).read() as rows:
        return success(clock.shown_settings(clock.load(rows), rows.sequences()))


@router.put("/settings", **operation("Change settings", answers(200, "settings", 400), body("Settings")))
def change_settings(request: Request) -> Response:
    """What is named is changed, null goes back to the default, the rest stays."""
    given = object_of(sent_body(request), clock.NAMES)
    with store_of(request).write() as rows:
        clock.change_settings(rows, given)
        return success(clock.shown_settings(clock.load(rows), rows.sequences()))


@router.post("/users", **operation("Make users known", answers(200, "counted", 400), body("Users")))
def add_users(request: Request) -> Response:
    """By a list of ids. Records and enrolments make them known as well."""
    given = document_of(sent_body(request))
    if not isinstance(given, list) or len(given) > _MOST_USERS:
        raise misfit("wrong-type", f"A list of up to {_MOST_USERS:,} ids is needed.", "")
    ids = [user_id(one, f"/{place}") for place, one in enumerate(given)]
    return success({"accepted": len(ids), "new": users.add(store_of(request), ids)})


@router.post("/reset", **operation("Empty the sandbox", answers(200, "health", 400), flags("keepSettings")))
def reset(request: Request) -> Response:
    """Groups, users, records and ids begin anew; settings and the clock too, unless they are to be kept."""
    keep = flag_of(request.query_params, "keepSettings")
    with store_of(request).write() as rows:
        rows.clear(settings=not keep)
        return success({"status": "ok", **rows.counts()})
