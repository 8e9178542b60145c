"""This project's own side of the protocol: a request in, its answer out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from targetexpr.base.diagnostics import ExpressionError, apply_fixes
from targetexpr.base.limits import Limits
from targetexpr.conformance.trees import sexpr
from targetexpr.front import Environment, analyze, check, to_json
from targetexpr.syntax.json_decoder import from_json
from targetexpr.syntax.parse import diagnose, parse
from targetexpr.syntax.printer import to_text

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic
    from targetexpr.running.coercion import Value

Request = Mapping[str, Any]
Answer = dict[str, Any]

_ROUNDS = 10
"""Fixes can bring further errors to light; the text is read again up to this often."""


def answers(lines: Iterable[str | bytes]) -> Iterator[str]:
    """A line for each line, both JSON and nothing but ASCII.

    >>> list(answers(['{"id": 7, "op": "parse", "text": "a>5"}']))
    ['{"id": 7, "tree": "(> a 5)"}']
    """
    for line in lines:
        try:
            request = json.loads(line)
        except ValueError as error:
            yield json.dumps({"id": None, "error": {"message": f"Not valid JSON: {error}"}})
            continue
        yield json.dumps(answer(request))


def answer(request: Request) -> Answer:
    """The answer to a request.

    >>> answer({"id": 1, "op": "evaluate", "text": "currentTxn.value*2", "context": {"currentTxn": {"value": 0.1}}})
    {'id': 1, 'value': {'number': '0.2'}}
    >>> answer({"id": 2, "op": "translate"})
    {'id': 2, 'unsupported': 'unknown operation translate'}
    """
    number, operation = request.get("id"), request.get("op")
    found = _OPERATIONS.get(str(operation))
    if found is None:
        return {"id": number, "unsupported": f"unknown operation {operation}"}
    try:
        return {"id": number, **found(request)}
    except ExpressionError as error:
        return {"id": number, "error": _error(error)}
    except KeyError as error:
        return {"id": number, "error": {"message": f"The request has no {error}."}}


def _error(error: ExpressionError) -> Answer:
    first = error.diagnostics[0]
    told: Answer = {"message": first.message, "code": first.code}
    return told if first.pointer is None else {**told, "pointer": first.pointer}


def _limits(request: Request) -> Limits:
    return Limits(**request.get("limits", {}))


def _parse(request: Request) -> Answer:
    return {"tree": sexpr(parse(request["text"], limits=_limits(request)))}


def _encode(request: Request) -> Answer:
    if not request.get("types", False):
        return {"json": to_json(parse(request["text"]), request["layout"])}
    checked = check(request["text"], event=request.get("event"), expect=None, strict=False)
    if not checked.ok:
        raise ExpressionError(checked.diagnostics, request["text"])
    return {"json": to_json(checked, request["layout"])}


def _decode(request: Request) -> Answer:
    return {"tree": sexpr(from_json(request["json"], limits=_limits(request)))}


def _print(request: Request) -> Answer:
    return {"text": to_text(parse(request["text"]), request["style"])}


def _check(request: Request) -> Answer:
    text, limits = request["text"], _limits(request)
    if request.get("scope") == "syntax":
        return {"diagnostics": _diagnostics(diagnose(text, limits=limits))}
    expect = request.get("expect", "boolean")
    environment = Environment(
        event=request.get("event"),
        expect=None if expect == "any" else expect,
        strict=request.get("strict", True),
        limits=limits,
    )
    analysis = analyze(text, environment)
    found: Answer = {"diagnostics": _diagnostics(analysis.check_diagnostics)}
    return found if analysis.checked is None else {**found, "type": analysis.checked.type}


def _diagnostics(found: Iterable[Diagnostic]) -> list[Answer]:
    return [{"code": one.code, "severity": one.severity, "start": one.span.start, "end": one.span.end} for one in found]


def _fix(request: Request) -> Answer:
    """Errors are fixed until none is left that can be; a text without any has its warnings fixed, once."""
    text = request["text"]
    found = diagnose(text)
    if not any(one.is_error for one in found):
        return {"text": apply_fixes(text, found)}
    for _ in range(_ROUNDS):
        errors = [one for one in found if one.is_error]
        after = apply_fixes(text, errors)
        if after == text:
            break
        text, found = after, diagnose(after)
    return {"text": text}


def _evaluate(request: Request) -> Answer:
    from targetexpr.rule import compile as compile_rule
    from targetexpr.running.coercion import DataError

    rule = compile_rule(request["text"], expect=None, timezone=request.get("timezone", "UTC"))
    try:
        return {"value": _value(rule.evaluate(request["context"]))}
    except DataError as error:
        return {"error": {"message": str(error), "path": error.path}}


def _value(value: Value) -> object:
    from targetexpr.running.coercion import text_of

    if value is None or isinstance(value, bool):
        return value
    kind = "string" if isinstance(value, str) else "date" if isinstance(value, datetime) else "number"
    return {kind: text_of(value)}


def _progress(request: Request) -> Answer:
    from importlib.util import find_spec

    if find_spec("pydantic") is None:
        return {"unsupported": "target groups need pydantic: pip install 'targetexpr[targets]'"}
    from targetexpr.targets import PayloadError, TargetGroup, evaluate

    options = {name: request[name] for name in ("timezone", "now", "returns", "enrolment") if name in request}
    try:
        group = TargetGroup.model_validate(request["group"])
        return {"progress": evaluate(group, request["records"], **options).to_dict()}
    except (PayloadError, ValueError) as error:
        return {"error": {"message": str(error)}}


_OPERATIONS: dict[str, Callable[[Request], Answer]] = {
    "parse": _parse,
    "encode": _encode,
    "decode": _decode,
    "print": _print,
    "check": _check,
    "fix": _fix,
    "evaluate": _evaluate,
    "progress": _progress,
}
