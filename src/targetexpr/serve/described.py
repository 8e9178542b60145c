"""How operations describe themselves in the OpenAPI document: parameters, bodies, and every status they answer with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from targetexpr.serve.examples import BODIES

Described = dict[str, Any]

_ALWAYS = {
    400: "Refused, with everything that is wrong; an unknown parameter of the query is, too.",
    403: "It comes from a page of another site, or is meant for another host.",
    401: "The credentials are missing or wrong.",
    503: "The database cannot be used now: locked, full, read-only, or gone.",
}
_OF_BODIES = {413: "The body is too large.", 415: "The body is of a type that is not read here."}
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
    made: dict[int | str, Described] = {
        status: {"description": _MEANING[status], "content": _json(_ref(f"Answer_{schema}"))}
    }
    for refusal in refusals:
        made[refusal] = {"description": (_MEANING | _ALWAYS)[refusal], "content": _json(_ref("Refusal"))}
    return made


def body(schema: str, *, many: bool = False, lines: bool = False) -> Described:
    """A JSON body: one of a schema, or with `many` a list of them too; with `lines` also as JSON Lines."""
    one = _ref(schema)
    shown = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]} if many else one
    told = {"application/json": {"schema": shown, "example": BODIES[schema]}}
    content = told | ({"application/x-ndjson": {"schema": {"type": "string"}}} if lines else {})
    return {"requestBody": {"required": True, "content": content}}


def flags(*names: str) -> Described:
    """Parameters of the query that are true or false, false unless given."""
    schema = {"type": "boolean", "default": False}
    return {"parameters": [{"name": name, "in": "query", "required": False, "schema": schema} for name in names]}


def numbers(**bounds: tuple[int, int]) -> Described:
    """Parameters of the query that are whole numbers between bounds."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": least, "maximum": most},
            }
            for name, (least, most) in bounds.items()
        ]
    }


def operation(
    summary: str, statuses: dict[int | str, Described], *extras: Described, open_to_all: bool = False
) -> Described:
    """The arguments of a route."""
    has_body = any("requestBody" in extra for extra in extras)
    more = (_OF_BODIES if has_body else {}) | _ALWAYS
    if open_to_all:
        more = {code: said for code, said in _ALWAYS.items() if code != 401}
    refusals = {code: {"description": said, "content": _json(_ref("Refusal"))} for code, said in more.items()}
    parameters = [one for extra in extras for one in extra.get("parameters", ())]
    merged: Described = {"parameters": parameters} if parameters else {}
    for extra in extras:
        merged |= {name: value for name, value in extra.items() if name != "parameters"}
    if open_to_all:
        merged["security"] = []
    return {"summary": summary, "responses": {**statuses, **refusals}, "openapi_extra": merged}


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
    made["components"] = {"schemas": components()}
    if secured:
        made["components"]["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
        made["security"] = [{"basic": []}]
    return made


def _integers(parameters: Iterable[Described]) -> None:
    """Whole numbers of the path go without what describes a text."""
    for one in parameters:
        if one["schema"].get("type") == "integer":
            one["schema"].pop("minLength", None)
