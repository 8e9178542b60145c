"""What the page asks first: what can be opened and chosen here, and the work that was kept."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from targetexpr import __version__
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.lang.schema.schema import Schema
from targetexpr.studio.data import MOST_UPLOAD
from targetexpr.studio.responses import Refused, answer, json_of
from targetexpr.studio.studio import SchemaId, Studio
from targetexpr.studio.work import MOST_WORK, WorkError

_TABLES = ("duckdb", "fastexcel", "polars", "pyarrow")
_PLAIN_FORMATS = ("jsonl", "json")
_TABLE_FORMATS = ("csv", "tsv", "xlsx", "xls", "ods", "parquet", "arrow", "feather")
_MISSING = "CSV, Excel, Parquet and Arrow are opened with more packages: pip install 'targetexpr[studio,tables]'"
_NAMES: dict[SchemaId, str] = {"bundled": "The platform's schema", "file": "The schema of this start"}


def has_tables() -> bool:
    """Whether what reads tables is installed."""
    return all(find_spec(name) is not None for name in _TABLES)


def routes(studio: Studio) -> list[BaseRoute]:
    """`/api/session` and `/api/work`."""
    turn = asyncio.Lock()  # what is kept last is what was sent last

    async def session(_: Request) -> Response:
        return answer(await asyncio.to_thread(_session, studio))

    async def read_work() -> Response:
        async with turn:
            try:
                return answer(await asyncio.to_thread(studio.work.read))
            except WorkError as error:
                raise Refused(409, str(error)) from None

    async def work(request: Request) -> Response:
        return await (keep_work(request) if request.method == "PUT" else read_work())

    async def keep_work(request: Request) -> Response:
        kept = await json_of(request, MOST_WORK)
        async with turn:
            try:
                await asyncio.to_thread(studio.work.keep, kept)
            except WorkError as error:
                raise Refused(507, str(error)) from None
        return answer({})

    return [
        Route("/api/session", session),
        Route("/api/work", work, methods=["GET", "PUT"]),
    ]


def _session(studio: Studio) -> dict[str, object]:
    schemas = {name: studio.environment(name).schema or Schema.bundled() for name in studio.schemas}
    first = studio.schemas[0]
    tables = has_tables()
    return {
        "version": __version__,
        "tables": tables,
        "formats": [*_PLAIN_FORMATS, *(_TABLE_FORMATS if tables else ())],
        "missing": None if tables else _MISSING,
        "schemas": [{"id": name, "name": _NAMES[name], "events": _events(one)} for name, one in schemas.items()],
        "schema": first,
        "events": _events(schemas[first]),
        "event": studio.settings.event,
        "timezone": studio.settings.timezone,
        "warnings": studio.warnings,
        "files": [one.summary() for one in studio.data],
        "limits": {"rule": DEFAULT_LIMITS.text, "work": MOST_WORK, "upload": MOST_UPLOAD},
    }


def _events(schema: Schema) -> list[dict[str, str]]:
    return [{"name": event.name, "doc": event.doc} for event in schema.events.values()]
