"""How operations describe themselves in the OpenAPI document: parameters, bodies, and every status they answer with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from targetexpr.serve.envelope import WARNINGS
from targetexpr.serve.examples import BODIES
from targetexpr.serve.middleware import LINES_TYPES

Described = dict[str, Any]

_TEXT: Described = {"type": "string"}

_ALWAYS = {
    400: "Refused, with everything that is wrong; an unknown parameter of the query is, too.",
    403: "It comes from a page of another site, or is meant for another host.",
    401: "The credentials are missing or wrong.",
    503: "The database cannot be used now: locked, full, read-only, or gone.",
}
_OF_BODIES = {
    408: "The body stopped coming.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
}
_HEADERS: dict[int, Described] = {
    503: {"Retry-After": {"description": "Seconds, where waiting helps: the database is locked.", "schema": _TEXT}},
}
_WARNED = ("group", "targets", "periods", "fed")
"""What may be accepted with warnings."""

_PARAMETERS = {
    "includePeriods": "Lists the periods of groups, which are left out otherwise.",
    "includeUserCreatedTargetGroups": "Lists the groups too that users made.",
    "includeOnlyActive": "Leaves deactivated groups out.",
    "includeInactive": "Shows every cycle that has started, not only the one that runs.",
    "includeInactiveTargets": "Shows deactivated groups too, as they stood at their end.",
    "targetRuleId": "Shows the rows of this target only.",
    "limit": "How many events are on a page.",
    "offset": "Which page, from 0.",
    "periodId": "Shows the events of this period only.",
    "keepSettings": "Leaves the settings as they are.",
}
_MEANING = {
    200: "Done.",
    201: "Made.",
    404: "There is no such group, target or period.",
}


def _ref(name: str) -> Described:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Described) -> Described:
    return {"application/json": {"schema": schema}}


def answers(status: int, schema: str, *refusals: int) -> dict[int | str, Described]:
    """The statuses of an operation: success with what `data` holds, and the refusals that are its own."""
    success: Described = {"description": _MEANING[status], "content": _json(_ref(f"Answer_{schema}"))}
    if schema in _WARNED:
        said = "How many warnings there are about what was accepted; the setting `warnings` has them listed."
        success["headers"] = {WARNINGS: {"description": said, "schema": _TEXT}}
    made: dict[int | str, Described] = {status: success}
    for refusal in refusals:
        made[refusal] = {"description": (_MEANING | _ALWAYS)[refusal], "content": _json(_ref("Refusal"))}
    return made


def body(schema: str, *, many: bool | int = False, lines: bool = False) -> Described:
    """A JSON body: one of a schema, or with `many` a list (of so many) too; with `lines` also as JSON Lines."""
    one = _ref(schema)
    listed: Described = {"type": "array", "items": one, "minItems": 1}
    if many is not True:
        listed["maxItems"] = many
    shown = {"anyOf": [one, listed]} if many else one
    told = {"application/json": {"schema": shown, "example": BODIES[schema]}}
    content = told | ({kind: {"schema": _TEXT} for kind in LINES_TYPES} if lines else {})
    return {"requestBody": {"required": True, "content": content}}


def flags(*names: str) -> Described:
    """Parameters of the query that are true or false, false unless given."""
    schema = {"type": "boolean", "default": False}
    return {"parameters": [_parameter(name, schema) for name in names]}


def numbers(*, defaults: Mapping[str, int] | None = None, **bounds: tuple[int, int]) -> Described:
    """Parameters of the query that are whole numbers between bounds."""
    listed = []
    for name, (least, most) in bounds.items():
        schema: Described = {"type": "integer", "minimum": least, "maximum": most}
        if name in (defaults or {}):
            schema["default"] = (defaults or {})[name]
        listed.append(_parameter(name, schema))
    return {"parameters": listed}


def _parameter(name: str, schema: Described) -> Described:
    return {"name": name, "in": "query", "required": False, "description": _PARAMETERS[name], "schema": schema}


def operation(
    summary: str, statuses: dict[int | str, Described], *extras: Described, open_to_all: bool = False
) -> Described:
    """The arguments of a route."""
    has_body = any("requestBody" in extra for extra in extras)
    more = (_OF_BODIES if has_body else {}) | _ALWAYS
    if open_to_all:
        more = {code: said for code, said in _ALWAYS.items() if code != 401}
    refusals: dict[int | str, Described] = {
        code: {"description": said, "content": _json(_ref("Refusal"))}
        | ({"headers": _HEADERS[code]} if code in _HEADERS else {})
        for code, said in more.items()
    }
    parameters = [one for extra in extras for one in extra.get("parameters", ())]
    merged: Described = {"parameters": parameters} if parameters else {}
    for extra in extras:
        merged |= {name: value for name, value in extra.items() if name != "parameters"}
    if open_to_all:
        merged["security"] = []
    done = min(int(code) for code in statuses)  # or the framework would add a 200 of its own
    return {
        "summary": summary,
        "status_code": done,
        "responses": {**statuses, **refusals},
        "openapi_extra": merged,
    }


def document(app: FastAPI, *, secured: bool) -> Described:
    """The OpenAPI document. Made when it is first asked for: the models' schemas take longer than a start should."""
    from targetexpr import __version__
    from targetexpr.serve.shapes import components

    made = get_openapi(
        title="targetexpr sandbox",
        version=__version__,
        description="Target groups on your own machine: the platform's operations, and /sandbox for what a test needs.",
        routes=app.routes,
    )
    for methods in made["paths"].values():
        for one in methods.values():
            one["responses"].pop("422", None)  # parameters are read by the operations themselves
            _integers(one.get("parameters", ()))
    made["components"] = {"schemas": {name: _for_readers(shape) for name, shape in components().items()}}
    if secured:
        made["components"]["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
        made["security"] = [{"basic": []}]
    return made


_DOCTEST = re.compile(r"\s*>>> .*", re.DOTALL)
_OUR_NAME = re.compile(r"`[a-z]+(_[a-z]+)+`")


def _for_readers(shape: Described) -> Described:
    """A schema whose description is for who calls the sandbox: without Python, and with the wire's names."""
    said = shape.get("description")
    if said is None:
        return shape
    said = _DOCTEST.sub("", said)
    return {**shape, "description": _OUR_NAME.sub(lambda name: f"`{to_camel(name[0].strip('`'))}`", said)}


def _integers(parameters: Iterable[Described]) -> None:
    """Whole numbers of the path go without what describes a text."""
    for one in parameters:
        if one["schema"].get("type") == "integer":
            one["schema"].pop("minLength", None)
