"""The sandbox's own operations under /sandbox: records, the clock, settings, users, reset, health."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.serve import clock, fed_records, sandbox_settings, users
from targetexpr.serve.answer_schemas import EVERYBODY, FED_RECORD
from targetexpr.serve.envelope import json_response, success
from targetexpr.serve.errors import invalid_input
from targetexpr.serve.feeding import feed
from targetexpr.serve.ids import USER_SCHEMA, user_id
from targetexpr.serve.json_schemas import (
    BOOLEAN,
    COUNT,
    STRING,
    array_of,
    closed_object,
    described,
    open_object,
)
from targetexpr.serve.operation import Body, Call, envelope, operation, pages
from targetexpr.serve.parameters import GROUP_ID, QueryParameter, flag, number
from targetexpr.serve.progress import of_group
from targetexpr.serve.record_body import record_body

MAX_USERS = 100_000
"""Users of one call."""

_INSTANT = STRING | {"examples": ["2023-11-17T07:04:44.000Z"]}
_EPOCH = described({"type": "integer"}, "Milliseconds since 1970.")
_DATE = {"anyOf": [_INSTANT, _EPOCH]}

HEALTH = envelope("health", open_object({"status": STRING}, required=("status",)))
CLOCK = envelope(
    "clock",
    open_object(
        {"now": _INSTANT, "frozen": BOOLEAN, "instants": array_of(_INSTANT)},
        required=("now", "frozen"),
    ),
)
SETTINGS = envelope("settings", sandbox_settings.ANSWER_SCHEMA)


@operation("GET", "/sandbox/health", summary="Whether the sandbox answers", answer=HEALTH, is_open=True)
def health(call: Call) -> Response:
    """Reads the database once; needs no credentials."""
    with call.store.read() as rows:
        return success({"status": "ok", **rows.counts()})


@operation(
    "POST",
    "/sandbox/records",
    summary="Feed records",
    body=Body(name="Record", schema=record_body, max_items=None, lines=True),
    answer=envelope("fed", open_object({"accepted": COUNT, "duplicates": COUNT}, required=("accepted", "duplicates"))),
    may_warn=True,
)
def feed_records(call: Call) -> Response:
    """One object, an array, or JSON Lines; all of a call are kept, or with anything wrong none of them."""
    fed = feed(call.store, call.body, lines=call.is_lines)
    return success(fed.data, warnings=fed.warnings, list_warnings=fed.list_warnings)


CUSTOMER_ID = QueryParameter(
    name="customerId",
    description="Shows the records of this customer only.",
    schema=STRING,
    parse=user_id,
    default=None,
)
LIMIT = number("limit", "How many records are on a page.", 1, 100, default=10)
OFFSET = number("offset", "Which page, from 0.", 0, 2**31, default=0)


@operation(
    "GET",
    "/sandbox/records",
    summary="Read what was fed",
    query=(CUSTOMER_ID, LIMIT, OFFSET),
    answer=pages("records", FED_RECORD),
)
def read_records(call: Call) -> Response:
    """In the order in which they came, each with why a group of its customer sets it aside; `offset` counts pages."""
    page = fed_records.RecordPage(limit=call[LIMIT], offset=call[OFFSET], customer=call[CUSTOMER_ID])
    return json_response(fed_records.fed_records(call.store, page))


@operation(
    "GET",
    "/sandbox/targetGroups/{groupId}/progress",
    summary="Everybody's progress in a group",
    path=(GROUP_ID,),
    answer=envelope("everybody", EVERYBODY),
)
def group_progress(call: Call) -> Response:
    """Figures, achievements, streaks and what was set aside, as `Progress.to_dict` of the library gives them."""
    return success(of_group(call.store, call[GROUP_ID]))


@operation("GET", "/sandbox/clock", summary="The sandbox's clock", answer=CLOCK)
def read_clock(call: Call) -> Response:
    """Its instant, and whether it stands."""
    with call.store.read() as rows:
        return success(clock.to_json(sandbox_settings.load(rows)))


@operation(
    "PUT",
    "/sandbox/clock",
    summary="Set the clock",
    body=Body(
        name="Clock",
        schema=closed_object(
            {
                "now": {"anyOf": [_INSTANT, _EPOCH, array_of(_DATE) | {"minItems": 1}]},
                "runs": BOOLEAN,
            },
            required=("now",),
        ),
    ),
    answer=CLOCK,
)
def set_clock(call: Call) -> Response:
    """Stops it at an instant; a list has those of the next create: periods, streaks, then each target."""
    body = call.json_object()
    with call.store.write() as rows:
        clock.set_clock(rows, body)
        return success(clock.to_json(sandbox_settings.load(rows)))


@operation(
    "POST",
    "/sandbox/clock/advance",
    summary="Advance the clock",
    body=Body(name="Advance", schema=closed_object(dict.fromkeys(clock.UNITS, COUNT)) | {"minProperties": 1}),
    answer=CLOCK,
)
def advance_clock(call: Call) -> Response:
    """By weeks, days, hours, minutes, seconds, milliseconds; one that stands goes on standing."""
    body = call.json_object()
    with call.store.write() as rows:
        clock.advance(rows, body)
        return success(clock.to_json(sandbox_settings.load(rows)))


@operation("DELETE", "/sandbox/clock", summary="Let the clock run", answer=CLOCK)
def run_clock(call: Call) -> Response:
    """Back to the real time."""
    with call.store.write() as rows:
        clock.run_clock(rows)
        return success(clock.to_json(sandbox_settings.load(rows)))


@operation("GET", "/sandbox/settings", summary="The settings", answer=SETTINGS)
def read_settings(call: Call) -> Response:
    """With the next id of each sequence."""
    with call.store.read() as rows:
        return success(sandbox_settings.to_json(sandbox_settings.load(rows), rows.sequences()))


@operation(
    "PUT",
    "/sandbox/settings",
    summary="Change settings",
    body=Body(name="Settings", schema=sandbox_settings.BODY_SCHEMA),
    answer=SETTINGS,
)
def change_settings(call: Call) -> Response:
    """What is named is changed, null goes back to the default, the rest stays."""
    body = call.json_object()
    with call.store.write() as rows:
        sandbox_settings.change(rows, body)
        return success(sandbox_settings.to_json(sandbox_settings.load(rows), rows.sequences()))


@operation(
    "POST",
    "/sandbox/users",
    summary="Make users known",
    body=Body(name="Users", schema=array_of(USER_SCHEMA)),
    answer=envelope("counted", open_object({"accepted": COUNT, "new": COUNT}, required=("accepted", "new"))),
)
def add_users(call: Call) -> Response:
    """By a list of ids. Records and enrolments make them known as well."""
    listed = call.json()
    if not isinstance(listed, list) or len(listed) > MAX_USERS:
        raise invalid_input("wrong-type", f"Expected a list of up to {MAX_USERS:,} ids.", "")
    ids = [user_id(one, f"/{index}") for index, one in enumerate(listed)]
    return success({"accepted": len(ids), "new": users.add(call.store, ids)})


KEEP_SETTINGS = flag("keepSettings", "Leaves the settings as they are.")


@operation("POST", "/sandbox/reset", summary="Empty the sandbox", query=(KEEP_SETTINGS,), answer=HEALTH)
def reset(call: Call) -> Response:
    """Groups, users, records and ids begin anew; settings and the clock too, unless they are to be kept."""
    with call.store.write() as rows:
        rows.clear(settings=not call[KEEP_SETTINGS])
        return success({"status": "ok", **rows.counts()})
