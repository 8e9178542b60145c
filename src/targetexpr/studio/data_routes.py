"""`/api/data`: files of records that are opened, what they are, which column is what, and what cannot be read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from targetexpr.base.errors import InputError
from targetexpr.records.own_columns import json_text
from targetexpr.studio.columns import columns, dialect_said, proposed_profile, remapped
from targetexpr.studio.data import MOST_UPLOAD, Cancelled, Data
from targetexpr.studio.questions import Questions
from targetexpr.studio.record_requests import data_of, exact_json, schema_of, text_in
from targetexpr.studio.responses import Refused, answer
from targetexpr.studio.studio import Studio

_PAGE = 500  # bad lines of one answer
_LONGEST_NAME = 200


def routes(studio: Studio) -> list[BaseRoute]:
    """Opening, watching, closing; columns and problems."""

    async def opened(request: Request) -> Response:
        if request.method == "POST":
            return answer({"id": (await _received(studio, request)).id}, 201)
        return answer({"files": [one.summary() for one in studio.data]})

    async def one(request: Request) -> Response:
        data = data_of(studio, request.path_params["id"])
        if request.method == "DELETE":
            await asyncio.to_thread(studio.data.close, data.id)
            return answer({})
        return answer(await asyncio.to_thread(_summary, studio, data))

    async def columns_of(request: Request) -> Response:
        data = data_of(studio, request.path_params["id"])
        body = await exact_json(request) if request.method == "PUT" else None
        return _exact(await asyncio.to_thread(_columns, studio, data, body))

    async def problems(request: Request) -> Response:
        data = data_of(studio, request.path_params["id"])
        start = request.query_params.get("from", "0")
        if not start.isdecimal() or len(start) > 15:
            raise Refused(400, "`from` is no number.")
        return _exact(await asyncio.to_thread(_problems, data, int(start)))

    return [
        Route("/api/data", opened, methods=["GET", "POST"]),
        Route("/api/data/{id}", one, methods=["GET", "DELETE"]),
        Route("/api/data/{id}/columns", columns_of, methods=["GET", "PUT"]),
        Route("/api/data/{id}/problems", problems),
    ]


def _exact(value: object) -> Response:
    """JSON with numbers as they are, of any length."""
    return Response(json_text(value), media_type="application/json")


# ---- opening


async def _received(studio: Studio, request: Request) -> Data:
    """Takes a file that the page sends, as it comes; it is read when all is there."""
    name = os.path.basename(request.query_params.get("name", "").replace("\\", "/"))[:_LONGEST_NAME]
    if not name:
        raise Refused(400, "A file needs its name: `/api/data?name=bills.csv`.")
    profile = request.query_params.get("profile") or None
    if profile is not None and profile not in schema_of(studio, {}).profiles:
        raise Refused(422, f"Unknown profile `{profile}`.")
    try:
        dialect = dialect_said(request.query_params)
    except InputError as error:
        raise Refused(422, str(error)) from None
    path = await asyncio.to_thread(studio.data.room)
    try:
        await _store(request, path)
    except BaseException:
        with suppress(OSError):  # it may not have been made
            os.remove(path)
        raise
    return studio.data.open(name, path, profile=profile, dialect=dialect, owned=True)


async def _store(request: Request, path: str) -> None:
    length = request.headers.get("content-length", "")
    too_large = Refused(413, f"The file is larger than {MOST_UPLOAD:,} bytes; name it on the command line.")
    if length.isdecimal() and int(length[:20]) > MOST_UPLOAD:
        raise too_large
    done = 0
    try:
        with open(path, "wb") as file:
            async for chunk in request.stream():
                done += len(chunk)
                if done > MOST_UPLOAD:
                    raise too_large
                await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        raise Refused(507, f"The file cannot be kept: {error.strerror or error}.") from None


# ---- what it is


def _summary(studio: Studio, data: Data) -> dict[str, object]:
    questions = data.questions
    flat = None if questions is None else proposed_profile(questions.records, schema_of(studio, {}))
    return {**data.summary(), "proposedProfile": flat}


def ready(data: Data) -> Questions:
    """The records of a file that is read. Raises Refused for one that is not."""
    if data.questions is None:
        said = {"reading": f"{data.name} is still being read.", "failed": data.message or "It cannot be read."}
        raise Refused(409, said.get(data.state, f"{data.name} was closed."), state=data.state)
    return data.questions


def _columns(studio: Studio, data: Data, body: dict[str, object] | None) -> dict[str, object]:
    questions = ready(data)
    schema = schema_of(studio, {} if body is None else body)
    try:
        if body is not None:
            records = remapped(
                questions.records,
                schema,
                mapping=_mapping(body["mapping"]) if "mapping" in body else None,
                profile=text_in(body, "profile") if "profile" in body else questions.records.profile,
                read=_read(body),
            )
            data.reread(records)
            questions = ready(data)
        return columns(questions.records, schema)
    except InputError as error:
        raise Refused(422, str(error)) from None
    except Cancelled:
        raise Refused(409, f"{data.name} was closed.", state="cancelled") from None


def _mapping(given: object) -> dict[str, Sequence[str]]:
    if not isinstance(given, dict):
        raise Refused(400, "`mapping` is an object: the heading of each column, and its path or null.")
    found: dict[str, Sequence[str]] = {}
    for heading, names in given.items():
        listed = [] if names is None else [names] if isinstance(names, str) else names
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise Refused(400, f"The path of `{heading}` is a string, a list of strings, or null.")
        found[heading] = listed
    return found


def _read(body: dict[str, object]) -> dict[str, object] | None:
    given = body.get("read")
    if given is None or isinstance(given, dict):
        return given
    raise Refused(400, '`read` is an object such as {"decimal": "comma"}.')


def _problems(data: Data, start: int) -> dict[str, object]:
    found = ready(data).records.problems
    rows = [{"line": one.line, "place": one.place, "message": one.reason} for one in found[start : start + _PAGE]]
    return {"total": len(found), "rows": rows}
