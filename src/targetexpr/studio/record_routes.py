"""Questions of the page about records: counts, conditions, a page of them, one explained, a file of them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from threading import Event

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from targetexpr.base.errors import InputError
from targetexpr.base.positions import LineIndex
from targetexpr.records.own_columns import json_text
from targetexpr.records.writing import ROW_FORMATS, RowFormat
from targetexpr.studio.data_routes import ready
from targetexpr.studio.questions import Ended, Questions
from targetexpr.studio.readings import OUTCOMES
from targetexpr.studio.record_answers import Chosen, explained, export, page
from targetexpr.studio.record_requests import Body, Rules, data_of, exact_json, number_in, object_in, text_in
from targetexpr.studio.responses import Refused
from targetexpr.studio.runs import LatestRuns, Superseded
from targetexpr.studio.studio import Studio

_MOST_ROWS = 500  # of one page
_USUAL_ROWS = 50
_TYPES: dict[RowFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Check = Callable[[], None]


def routes(studio: Studio) -> list[BaseRoute]:
    """`/api/count` and its kin."""
    asked = _Asked(studio)

    async def count(request: Request) -> Response:
        return await asked.answer(request, asked.count)

    async def conditions(request: Request) -> Response:
        return await asked.answer(request, asked.conditions)

    async def one_page(request: Request) -> Response:
        return await asked.answer(request, asked.page)

    async def explain(request: Request) -> Response:
        return await asked.answer(request, asked.explain)

    async def exported(request: Request) -> Response:
        return await asked.answer(request, asked.export)

    return [
        Route("/api/count", count, methods=["POST"]),
        Route("/api/conditions", conditions, methods=["POST"]),
        Route("/api/page", one_page, methods=["POST"]),
        Route("/api/explain", explain, methods=["POST"]),
        Route("/api/export", exported, methods=["POST"]),
    ]


class _Asked:
    """Answers in threads; each method takes the body of a request and what says whether anybody still waits."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._rules = Rules(studio)
        self._runs = LatestRuns()

    async def answer(self, request: Request, method: Callable[[Body, Check], Response]) -> Response:
        body = await exact_json(request)
        gone = Event()
        watching = asyncio.create_task(_watch(request, gone))
        try:
            return await asyncio.to_thread(method, body, self._check(body, gone))
        except Superseded:
            raise Refused(409, "A later question came; this one was not answered.", cancelled=True) from None
        except Ended:
            raise Refused(409, "The file was closed or is read in another way now.", cancelled=True) from None
        except InputError as error:
            said = str(error)
            ask = next((name for name in ("decimal", "dates") if f"--read {name}=" in said), None)
            raise Refused(422, said.partition("; add --read ")[0] if ask else said, ask=ask) from None
        finally:
            watching.cancel()

    def _check(self, body: Body, gone: Event) -> Check:
        """What is asked now and then while a question is worked on: it raises where nobody waits any more."""
        latest = None
        if "run" in body:
            latest = self._runs.begin(text_in(body, "window") or "", number_in(body, "run", 0))

        def check() -> None:
            if latest is not None:
                latest()
            if gone.is_set():
                raise Superseded

        return check

    def _questions(self, body: Body) -> Questions:
        return ready(data_of(self._studio, text_in(body, "data")))

    def count(self, body: Body, check: Check) -> Response:
        start = time.perf_counter()
        questions = self._questions(body)
        found = questions.counted(self._rules.rule(body), check)
        seconds = round(time.perf_counter() - start, 3)
        return _json({"counts": found.as_dict(), "complete": True, "seconds": seconds, "lacks": list(found.lacks)})

    def conditions(self, body: Body, check: Check) -> Response:
        questions = self._questions(body)
        rule = self._rules.rule(body)
        totals = questions.conditions(rule, check)
        result = totals.result()
        units = LineIndex(rule.text, "utf-16").units
        nodes = [rule._program.nodes[index].span for index in totals.conditions.indices]
        found = [
            {
                "text": one.text,
                "span": [units(span.start), units(span.end)],
                "negated": negated,
                "rejects": one.rejects,
                "missing": one.missing,
                "only": one.only,
            }
            for one, span, negated in zip(result.conditions, nodes, totals.conditions.negated, strict=True)
        ]
        return _json({"conditions": found, "counts": result.counts.as_dict()})

    def page(self, body: Body, check: Check) -> Response:
        rule = self._rules.rule(body) if text_in(body, "rule") else None
        after = number_in(body, "after", 0)
        size = max(1, number_in(body, "size", _USUAL_ROWS, most=_MOST_ROWS))
        chosen = _chosen(body)
        return _json(page(self._questions(body), rule, self._rules.any_rule(body), chosen, after, size, check))

    def explain(self, body: Body, check: Check) -> Response:
        del check
        rule = self._rules.rule(body)
        changes = object_in(body, "changes")
        if "record" in body:
            return _exact(explained(rule, object_in(body, "record"), changes))
        questions = self._questions(body)
        number = number_in(body, "number", 0)
        if number >= len(questions.records):
            raise Refused(404, "There is no such record.")
        record = questions.reading(rule).record(number)
        where = {"number": number, "place": record.place}
        if record.context is None:
            return _json({**where, "outcome": "error", "tree": None, "message": record.reason})
        return _exact(f"{json_text(where)[:-1]}, {explained(rule, record.context, changes)[1:]}")

    def export(self, body: Body, check: Check) -> Response:
        rule, questions = self._rules.rule(body), self._questions(body)
        given = text_in(body, "format")
        kind = next((one for one in ROW_FORMATS if one == given), None)
        if kind is None:
            raise Refused(400, f"`format` is one of {', '.join(ROW_FORMATS)}.")
        chosen = _chosen(body)
        path = f"{self._studio.data.room()}.{kind}"
        try:
            export(questions, rule, chosen, path, kind, check)
        except BaseException:
            _remove(path)
            raise
        name = data_of(self._studio, text_in(body, "data")).name
        stem = name.partition(".")[0] or "records"
        filename = f"{stem}-{chosen.outcome}.{kind}" if chosen.outcome else f"{stem}.{kind}"
        return FileResponse(
            path, media_type=_TYPES[kind], filename=filename, background=BackgroundTask(partial(_remove, path))
        )


async def _watch(request: Request, gone: Event) -> None:
    """Waits for the page to give its request up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()


def _chosen(body: Body) -> Chosen:
    given = (text_in(body, "outcome") or "").rstrip("_") or None
    if given is not None and given not in OUTCOMES:
        raise Refused(400, f"`outcome` is one of {', '.join(OUTCOMES)}, or null.")
    return Chosen(outcome=given, search=text_in(body, "search") or "")


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)


def _json(value: object) -> Response:
    return _exact(json_text(value))


def _exact(text: str) -> Response:
    return Response(text, media_type="application/json")
