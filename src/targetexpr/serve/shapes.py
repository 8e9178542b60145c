"""The schemas of the OpenAPI document: the models', and of what has no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from targetexpr.serve.clock import KINDS, MOST_FIRST, RETURNS, UNITS
from targetexpr.serve.reading import MOST_ID, USER_PATTERN
from targetexpr.serve.records import LONGEST_ID
from targetexpr.targets.model import Period, Target, TargetGroup
from targetexpr.targets.spelling import NameKind

Shape = dict[str, Any]

_TEXT: Shape = {"type": "string"}
_FLAG: Shape = {"type": "boolean"}
_COUNT: Shape = {"type": "integer", "minimum": 0}
_FIRST: Shape = {"type": "integer", "minimum": 1, "maximum": MOST_FIRST}
_ANY: Shape = {}


def _object(required: tuple[str, ...] = (), *, closed: bool = False, **members: Shape) -> Shape:
    return _shaped(members, required, closed=closed)


def _shaped(members: Mapping[str, Shape], required: tuple[str, ...] = (), *, closed: bool = False) -> Shape:
    made: Shape = {"type": "object", "properties": dict(members)}
    if required:
        made["required"] = list(required)
    if closed:
        made["additionalProperties"] = False
    return made


def _or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def _list_of(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


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

_PROBLEM = _object(
    ("code", "message", "reason"),
    code=_or_null({"type": "integer"}),
    message=_TEXT,
    reason=_TEXT,
    pointer=_TEXT,
    detail=_TEXT,
    hint=_TEXT,
)

_REQUESTS: dict[str, Shape] = {
    "NameCheck": _object(("type", "value"), type={"enum": [str(kind) for kind in NameKind]}, value=_TEXT),
    "Enrolment": _object(
        ("customerId",),
        closed=True,
        customerId=_CUSTOMER,
        periodName=_or_null(_TEXT),
        initialBalance=_or_null({"type": "number"}),
        resetStreakStatus=_or_null(_FLAG),
    ),
    "Unenrolment": _object(("customerId",), closed=True, customerId=_CUSTOMER, periodName=_or_null(_TEXT)),
    "Expression": _object(("exp",), closed=True, exp=_TEXT | {"examples": ["currentTxn.value>500"]}),
    "Record": _object(
        ("id", "customerId", "type", "date"),
        id={"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}]},
        customerId=_CUSTOMER,
        type=_TEXT | {"examples": ["TransactionAdd", "ReturnBill", "PointsIssued"], "minLength": 1},
        date=_WHEN,
    ),
    "Clock": _object(
        ("now",), closed=True, now={"anyOf": [*_WHEN["anyOf"], _list_of(_WHEN) | {"minItems": 1}]}, runs=_FLAG
    ),
    "Advance": _shaped(dict.fromkeys(UNITS, _COUNT), closed=True) | {"minProperties": 1},
    "Settings": _object(
        closed=True,
        ids=_or_null(
            _shaped({kind: {"type": "integer", "minimum": 1, "maximum": MOST_FIRST} for kind in KINDS}, closed=True)
        ),
        actor=_or_null(
            _object(closed=True, id={"type": "integer"}, code=_TEXT, description=_TEXT, name=_TEXT, type=_TEXT)
        ),
        returnBill=_or_null(_FLAG),
        timezone=_or_null(_TEXT),
        returns={"enum": [*RETURNS, None]},
        orgId=_or_null({"type": "integer", "minimum": 0, "maximum": MOST_ID}),
        openUsers=_or_null(_FLAG),
        warnings=_or_null(_FLAG),
    ),
    "Users": _list_of(_CUSTOMER),
}

_DATA: dict[str, Shape] = {
    "group": _ref("TargetGroup"),
    "groups": _list_of(_ref("TargetGroup")),
    "targets": _list_of(_ref("Target")),
    "periods": _list_of(_ref("Period")),
    "free": _FLAG,
    "customer": _CUSTOMER,
    "progress": _object(("userId", "customer", "targetGroups"), targetGroups=_list_of(_object())),
    "health": _object(("status",), status=_TEXT),
    "fed": _object(("accepted", "duplicates"), accepted=_COUNT, duplicates=_COUNT),
    "clock": _object(("now", "frozen"), now=_INSTANT, frozen=_FLAG, instants=_list_of(_INSTANT)),
    "settings": _object(("ids",)),
    "counted": _object(("accepted", "new"), accepted=_COUNT, new=_COUNT),
    "any": _ANY,
}


def components() -> dict[str, Shape]:
    """Every schema by name."""
    models: tuple[Any, ...] = ((TargetGroup, "validation"), (Target, "validation"), (Period, "validation"))
    _, made = models_json_schema(models, ref_template="#/components/schemas/{model}")
    listed: dict[str, Shape] = dict(made["$defs"])
    problems = _or_null(_list_of(_PROBLEM))
    for name, data in _DATA.items():
        members = {"data": data, "errors": {"type": "null"}, "warnings": problems}
        listed[f"Answer_{name}"] = _shaped(members, ("data", "errors", "warnings"))
    listed["Refusal"] = _object(
        ("data", "errors", "warnings"),
        data={"type": "null"},
        errors=_list_of(_PROBLEM) | {"minItems": 1},
        warnings=problems,
    )
    listed["Answer_events"] = _object(
        ("pagination", "data", "errors", "warnings"),
        pagination=_object(("limit", "offset", "total"), limit=_COUNT, offset=_COUNT, total=_COUNT),
        data=_list_of(_object()),
        errors=_list_of(_PROBLEM),
        warnings=_list_of(_PROBLEM),
    )
    result = _object(
        ("expressionJSON", "expression", "isError"),
        expressionJSON=_TEXT,
        expression=_TEXT,
        isError=_FLAG,
        findings=_list_of(_object()),
    )
    listed["Answer_converted"] = _object(
        ("success", "status", "result"), success=_FLAG, status={"const": 200}, result=result
    )
    return listed | _REQUESTS
