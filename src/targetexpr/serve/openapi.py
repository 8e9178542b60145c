"""The OpenAPI document: every operation as it declares itself, and the schemas of bodies and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.alias_generators import to_camel

from targetexpr.serve.answer_schemas import PROBLEM
from targetexpr.serve.envelope import WARNINGS
from targetexpr.serve.examples import BODIES
from targetexpr.serve.json_schemas import NULL, STRING, JsonSchema, array_of, open_object, or_null, ref
from targetexpr.serve.middleware import LINES_TYPES
from targetexpr.serve.operation import Answer, Body, Operation
from targetexpr.serve.operations import OPERATIONS
from targetexpr.serve.parameters import Parameter

_SUCCESS = {200: "Done.", 201: "Made."}
_REFUSALS = {
    400: "Refused, with everything that is wrong; an unknown parameter of the query is, too.",
    401: "The credentials are missing or wrong.",
    403: "It comes from a page of another site, or is meant for another host.",
    503: "Not now: the sandbox is busy or stops, its evaluation took longer than --deadline, or the database cannot be "
    "used: locked, full, read-only, or gone.",
}
_NOT_FOUND = {404: "There is no such group, target or period."}
_REFUSALS_OF_BODIES = {
    408: "The body stopped coming, or comes too slowly.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
}
_RETRY_AFTER = {
    "description": "Seconds, where waiting helps: the database is locked, the sandbox is busy.",
    "schema": STRING,
}
_WARNINGS_HEADER = {
    "description": "How many warnings there are about what was accepted; the setting `warnings` has them listed.",
    "schema": STRING,
}


def route_arguments(operation: Operation) -> dict[str, Any]:
    """What the framework gets to know of an operation, so that its document describes it."""
    extra: JsonSchema = {}
    parameters = [
        *(_parameter(parameter, "path") for parameter in operation.path_parameters),
        *(_parameter(parameter, "query") for parameter in operation.query_parameters),
    ]
    if parameters:
        extra["parameters"] = parameters
    if operation.body is not None:
        extra["requestBody"] = {"required": True, "content": _body_content(operation.body)}
    if operation.is_open:
        extra["security"] = []
    return {
        "methods": [operation.method],
        "name": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "status_code": operation.status,
        "responses": _responses(operation),
        "openapi_extra": extra,
    }


def _parameter(parameter: Parameter[Any], place: Literal["path", "query"]) -> JsonSchema:
    return {
        "name": parameter.name,
        "in": place,
        "required": place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _body_content(body: Body) -> JsonSchema:
    schema = ref(body.name)
    if body.max_items != 0:
        listed = array_of(ref(body.name)) | {"minItems": 1}
        if body.max_items is not None:
            listed["maxItems"] = body.max_items
        schema = {"anyOf": [schema, listed]}
    content: JsonSchema = {"application/json": {"schema": schema, "example": BODIES[body.name]}}
    return content | ({kind: {"schema": STRING} for kind in LINES_TYPES} if body.lines else {})


def _responses(operation: Operation) -> dict[int | str, JsonSchema]:
    success: JsonSchema = {
        "description": _SUCCESS[operation.status],
        "content": _json_content(ref(_component(operation.answer))),
    }
    if operation.may_warn:
        success["headers"] = {WARNINGS: _WARNINGS_HEADER}
    refusals = (
        _REFUSALS
        | (_NOT_FOUND if operation.may_miss else {})
        | (_REFUSALS_OF_BODIES if operation.body is not None else {})
    )
    responses: dict[int | str, JsonSchema] = {operation.status: success}
    for status, description in refusals.items():
        if not (operation.is_open and status == 401):
            responses[status] = {"description": description, "content": _json_content(ref("Refusal"))}
    responses[503]["headers"] = {"Retry-After": _RETRY_AFTER}
    return responses


def _json_content(schema: JsonSchema) -> JsonSchema:
    return {"application/json": {"schema": schema}}


def _component(answer: Answer) -> str:
    return f"Answer_{answer.name}"


def document(app: FastAPI, *, secured: bool) -> JsonSchema:
    """The OpenAPI document. Made when it is first asked for: the models' schemas take longer than a start should."""
    from targetexpr import __version__

    made = get_openapi(
        title="targetexpr sandbox",
        version=__version__,
        description="Target groups on your own machine: the platform's operations, and /sandbox for what a test needs.",
        routes=app.routes,
    )
    made["components"] = {"schemas": {name: _for_readers(schema) for name, schema in components(OPERATIONS).items()}}
    if secured:
        made["components"]["securitySchemes"] = {"basic": {"type": "http", "scheme": "basic"}}
        made["security"] = [{"basic": []}]
    return made


def components(operations: Sequence[Operation]) -> Mapping[str, JsonSchema]:
    """Every schema that operations name: those of the models with all that they are made of, bodies, answers."""
    from pydantic.json_schema import models_json_schema

    bodies = {operation.body.name: operation.body for operation in operations if operation.body is not None}
    models = {name: body.model for name, body in bodies.items() if body.model is not None}
    pairs = [(model, "validation") for model in models.values()]
    _, definitions = models_json_schema(pairs, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    own: dict[str, JsonSchema] = {}
    for name, body in bodies.items():
        if name not in models:
            schema = dict(body.json_schema())
            own |= schema.pop("$defs", {})
            own[name] = schema
    refusal = open_object(
        {
            "data": NULL,
            "errors": array_of(PROBLEM) | {"minItems": 1},
            "warnings": or_null(array_of(PROBLEM)),
        },
        required=("data", "errors", "warnings"),
    )
    return {
        **definitions["$defs"],
        **own,
        **{name: ref(model.__name__) for name, model in models.items() if name != model.__name__},
        **{_component(operation.answer): operation.answer.schema for operation in operations},
        "Refusal": refusal,
    }


_DOCTEST = re.compile(r"\s*>>> .*", re.DOTALL)
_PYTHON_NAME = re.compile(r"`[a-z]+(_[a-z]+)+`")


def _for_readers(schema: JsonSchema) -> JsonSchema:
    """A schema whose description is for who calls the sandbox: without Python, and with the wire's names."""
    description = schema.get("description")
    if description is None:
        return schema
    description = _DOCTEST.sub("", description)
    return {**schema, "description": _PYTHON_NAME.sub(lambda name: f"`{to_camel(name[0].strip('`'))}`", description)}
