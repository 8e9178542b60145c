"""The schemas of the OpenAPI document: the models', and of what has no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from targetexpr.serve.answer_shapes import EVENT, EVERYBODY, FINDING, SETTINGS, USER_PROGRESS, list_of, or_null
from targetexpr.serve.clock import KINDS, MOST_FIRST, RETURNS, UNITS
from targetexpr.serve.reading import MOST_ID, USER_PATTERN
from targetexpr.serve.records import LONGEST_ID
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.group import Period, Target, TargetGroup

Shape = dict[str, Any]

_TEXT: Shape = {"type": "string"}
_FLAG: Shape = {"type": "boolean"}
_COUNT: Shape = {"type": "integer", "minimum": 0}
_FIRST: Shape = {"type": "integer", "minimum": 1, "maximum": MOST_FIRST}


def _object(required: tuple[str, ...] = (), *, closed: bool = False, **members: Shape) -> Shape:
    return _shaped(members, required, closed=closed)


def _shaped(members: Mapping[str, Shape], required: tuple[str, ...] = (), *, closed: bool = False) -> Shape:
    made: Shape = {"type": "object", "properties": dict(members)}
    if required:
        made["required"] = list(required)
    if closed:
        made["additionalProperties"] = False
    return made


def _ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


_CUSTOMER: Shape = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": MOST_ID},
        {"type": "string", "pattern": USER_PATTERN},
    ]
}
_INSTANT: Shape = {"type": "string", "examples": ["2023-11-17T07:04:44.000Z"]}

_WHEN: Shape = {"anyOf": [_INSTANT, {"type": "integer", "description": "Milliseconds since 1970."}]}

_NAME_KIND: Shape = {**_TEXT, "description": "In any case.", "examples": [str(kind) for kind in NameKind]}

_PROBLEM = _object(
    ("code", "message", "reason"),
    code=or_null({"type": "integer"}),
    message=_TEXT,
    reason=_TEXT,
    pointer=_TEXT,
    detail=_TEXT,
    hint=_TEXT,
)

_REQUESTS: dict[str, Shape] = {
    "NameCheck": _object(("type", "value"), closed=True, type=_NAME_KIND, value=_TEXT),
    "Enrolment": _object(
        ("customerId",),
        closed=True,
        customerId=_CUSTOMER,
        periodName=or_null(_TEXT),
        initialBalance=or_null({"const": 0, "description": "Where everybody starts; nothing else can be set."}),
        resetStreakStatus=or_null(_FLAG),
    ),
    "Unenrolment": _object(("customerId",), closed=True, customerId=_CUSTOMER, periodName=or_null(_TEXT)),
    "Expression": _object(("exp",), closed=True, exp=_TEXT | {"examples": ["currentTxn.value>500"]}),
    "Record": _object(
        ("id", "customerId", "type", "date"),
        id={"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}]},
        customerId=_CUSTOMER,
        type=_TEXT | {"examples": ["TransactionAdd", "ReturnBill", "PointsIssued"], "minLength": 1},
        date=_WHEN,
    ),
    "Clock": _object(
        ("now",), closed=True, now={"anyOf": [*_WHEN["anyOf"], list_of(_WHEN) | {"minItems": 1}]}, runs=_FLAG
    ),
    "Advance": _shaped(dict.fromkeys(UNITS, _COUNT), closed=True) | {"minProperties": 1},
    "Settings": _object(
        closed=True,
        ids=or_null(
            _shaped({kind: {"type": "integer", "minimum": 1, "maximum": MOST_FIRST} for kind in KINDS}, closed=True)
        ),
        actor=or_null(
            _object(closed=True, id={"type": "integer"}, code=_TEXT, description=_TEXT, name=_TEXT, type=_TEXT)
        ),
        returnBill=or_null(_FLAG),
        timezone=or_null(_TEXT),
        returns={"enum": [*RETURNS, None]},
        orgId=or_null({"type": "integer", "minimum": 0, "maximum": MOST_ID}),
        openUsers=or_null(_FLAG),
        warnings=or_null(_FLAG),
    ),
    "Users": list_of(_CUSTOMER),
}

_DATA: dict[str, Shape] = {
    "group": _ref("TargetGroup"),
    "groups": list_of(_ref("TargetGroup")),
    "targets": list_of(_ref("Target")),
    "periods": list_of(_ref("Period")),
    "free": _FLAG,
    "customer": _CUSTOMER,
    "progress": USER_PROGRESS,
    "health": _object(("status",), status=_TEXT),
    "fed": _object(("accepted", "duplicates"), accepted=_COUNT, duplicates=_COUNT),
    "clock": _object(("now", "frozen"), now=_INSTANT, frozen=_FLAG, instants=list_of(_INSTANT)),
    "settings": SETTINGS,
    "counted": _object(("accepted", "new"), accepted=_COUNT, new=_COUNT),
    "everybody": EVERYBODY,
}


def components() -> dict[str, Shape]:
    """Every schema by name."""
    models: tuple[Any, ...] = ((TargetGroup, "validation"), (Target, "validation"), (Period, "validation"))
    _, made = models_json_schema(models, ref_template="#/components/schemas/{model}")
    listed: dict[str, Shape] = dict(made["$defs"])
    problems = or_null(list_of(_PROBLEM))
    for name, data in _DATA.items():
        members = {"data": data, "errors": {"type": "null"}, "warnings": problems}
        listed[f"Answer_{name}"] = _shaped(members, ("data", "errors", "warnings"))
    listed["Refusal"] = _object(
        ("data", "errors", "warnings"),
        data={"type": "null"},
        errors=list_of(_PROBLEM) | {"minItems": 1},
        warnings=problems,
    )
    listed["Answer_events"] = _object(
        ("pagination", "data", "errors", "warnings"),
        pagination=_object(("limit", "offset", "total"), limit=_COUNT, offset=_COUNT, total=_COUNT),
        data=list_of(EVENT),
        errors=list_of(_PROBLEM),
        warnings=list_of(_PROBLEM),
    )
    result = _object(
        ("expressionJSON", "expression", "isError"),
        expressionJSON=_TEXT,
        expression=_TEXT,
        isError=_FLAG,
        diagnostics=list_of(FINDING),
    )
    listed["Answer_converted"] = _object(
        ("success", "status", "result"), success=_FLAG, status={"const": 200}, result=result
    )
    return listed | _REQUESTS
