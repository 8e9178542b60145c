"""The rule editor's operation: rule text to expressionJson."""

from __future__ import annotations

from starlette.responses import Response

from targetexpr.lang.nodes import is_name
from targetexpr.serve.answer_schemas import DIAGNOSTIC
from targetexpr.serve.converter import convert
from targetexpr.serve.envelope import json_response
from targetexpr.serve.errors import invalid_input
from targetexpr.serve.ids import parse_id
from targetexpr.serve.json_schemas import BOOLEAN, COUNT, STRING, array_of, closed_object, open_object
from targetexpr.serve.operation import Answer, Body, Call, operation
from targetexpr.serve.parameters import PathParameter


def _parse_program(text: str) -> int:
    program = parse_id(text)
    if program is None:
        raise invalid_input("program-id", f"{text[:60]!r} is not the id of a programme.", "")
    return program


def _parse_event(text: str) -> str:
    if not is_name(text):
        message = f"{text[:60]!r} is not the name of an event; names are letters, digits and underscores."
        raise invalid_input("event-type", message, "")
    return text


PROGRAM_ID = PathParameter(name="programId", description="Any whole number.", schema=COUNT, parse=_parse_program)
EVENT_TYPE = PathParameter(
    name="eventType", description="The event whose profiles the rule sees.", schema=STRING, parse=_parse_event
)

_RESULT = open_object(
    {
        "expressionJSON": STRING,
        "expression": STRING,
        "isError": BOOLEAN,
        "diagnostics": array_of(DIAGNOSTIC),
    },
    required=("expressionJSON", "expression", "isError"),
)


@operation(
    "POST",
    "/loyalty/api/v1/workflows/expJSON/{programId}/{eventType}",
    summary="Rule text to expressionJson",
    path=(PROGRAM_ID, EVENT_TYPE),
    body=Body(
        name="Expression",
        schema=closed_object({"exp": STRING | {"examples": ["currentTxn.value>500"]}}, required=("exp",)),
    ),
    answer=Answer(
        name="converted",
        schema=open_object(
            {"success": BOOLEAN, "status": {"const": 200}, "result": _RESULT},
            required=("success", "status", "result"),
        ),
    ),
)
def convert_expression(call: Call) -> Response:
    """Typed and in the editor's layout; text that is no rule gives isError and a group of its readable pieces."""
    body = call.json_object()
    call[PROGRAM_ID]  # any programme will do, if it can be one
    return json_response(convert(body, call[EVENT_TYPE]))
