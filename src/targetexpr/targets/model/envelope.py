"""The bodies around groups: answer envelopes, name checks, updates; and reading whichever a text holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from pydantic import StrictStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from targetexpr.base import pointers
from targetexpr.base.jsontext import JsonError, not_valid_json
from targetexpr.base.source import Source
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.group import Target, TargetGroup, UnifiedTargetExpression, Wire
from targetexpr.targets.model.json_values import JsonValue, read_json_value
from targetexpr.targets.model.scalars import Int, shown


class ApiError(Wire):
    """One error or warning of the platform."""

    code: Int | None = None
    message: StrictStr | None = None


class Envelope(Wire):
    """What every answer comes in. `data` is a group, groups, targets, or for other calls whatever was sent."""

    data: Any = None
    errors: tuple[ApiError, ...] | None = None
    warnings: tuple[ApiError, ...] | None = None


class NameCheck(Wire):
    """The request of the name check."""

    type: NameKind | None = None
    value: StrictStr | None = None


class UnifiedUpdate(Wire):
    """The request that changes the targets of a unified group."""

    unified_target_expression: UnifiedTargetExpression | None = None
    targets: tuple[Target, ...] | None = None
    deactivate_target_ids: tuple[Int, ...] | None = None


Model = TypeVar("Model", bound=Wire)
Payload: TypeAlias = "Envelope | TargetGroup | Target | NameCheck | UnifiedUpdate"


class PayloadError(ValueError):
    """A text that holds no such payload: each problem with its JSON pointer and code."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        return f"{first[2]} [{first[1]} at {first[0] or 'the top'}]{more}"


Problem: TypeAlias = "tuple[str, str, str]"
"""JSON pointer, code, message."""

_TARGET_KEYS = {"targetType", "targetEntity", "expression", "defaultValues"}
_GROUP_KEYS = {"trackingType", "targetEvaluationType", "periods", "targets", "streaks", "totalPeriods"}


def parse_payload(text: str) -> Payload:
    """Whatever a request or answer of the target group calls holds. Raises PayloadError."""
    return build_payload(read_document(text))


def parse_group(text: str) -> TargetGroup:
    """A group from a request body, an answer in its envelope, or a bare group. Raises PayloadError.

    >>> parse_group('{"data": {"id": 20, "name": "Demo"}, "errors": null}').name
    'Demo'
    """
    return build_group(read_document(text))


def build_group(value: JsonValue | Mapping[str, Any]) -> TargetGroup:
    """A group from plain values, in its envelope or bare. Raises PayloadError."""
    where, inner = group_in(value)
    return checked(TargetGroup, inner, where)


def group_in(value: Any) -> tuple[str, Any]:
    """Where in a document the group stands, as a pointer, and the group's own value."""
    if not is_envelope(value):
        return "", value
    data = value["data"]
    if isinstance(data, list | tuple):
        if len(data) != 1:
            raise PayloadError((("/data", "not-one-group", f"The answer holds {len(data)} groups; one is needed."),))
        return "/data/0", data[0]
    return "/data", data


def is_envelope(value: object) -> bool:
    """Whether a value is an answer in its envelope."""
    return isinstance(value, Mapping) and "data" in value and not _GROUP_KEYS & value.keys()


def build_payload(value: Any) -> Payload:
    """The models of a payload, recognised by its members. Raises PayloadError."""
    if not isinstance(value, Mapping):
        raise PayloadError((("", "not-an-object", "A payload is a JSON object."),))
    if is_envelope(value):
        envelope = checked(Envelope, value, "")
        data = _data(value["data"], "/data")
        made = envelope.model_copy(update={"data": data})
        made._order = envelope._order
        return made
    if value.keys() == {"type", "value"}:
        return checked(NameCheck, value, "")
    if "deactivateTargetIds" in value or (
        "unifiedTargetExpression" in value and not {"name", "trackingType"} & value.keys()
    ):
        return checked(UnifiedUpdate, value, "")
    return checked(kind_of(value), value, "")


def _data(data: Any, where: str) -> Any:
    if isinstance(data, list):
        return [_data(item, f"{where}/{place}") for place, item in enumerate(data)]
    if isinstance(data, Mapping) and ("name" in data or (_TARGET_KEYS | _GROUP_KEYS) & data.keys()):
        return checked(kind_of(data), data, where)
    return data


def kind_of(value: Mapping[str, Any]) -> type[TargetGroup] | type[Target]:
    """Whether an object is a group or a target, by its members; a group unless only targets have them."""
    if _TARGET_KEYS & value.keys() and not _GROUP_KEYS & value.keys():
        return Target
    return TargetGroup


def checked(model: type[Model], value: Any, where: str) -> Model:
    """The model of a plain value. Raises PayloadError with a pointer for each thing that does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise PayloadError(tuple(invalid_members(error, where))) from None


def invalid_members(error: ValidationError, where: str) -> list[Problem]:
    """What pydantic found, as pointers, codes and messages."""
    found = []
    for line in error.errors(include_url=False, include_context=False):
        pointer = pointers.join((_wire_name(key) for key in line["loc"]), where)
        code = line["type"] if "-" in line["type"] else "wrong-type"
        found.append((pointer, code, _message(line)))
    return found


def _wire_name(key: int | str) -> str:
    """Models can be built with Python's names as well; diagnostics name what is on the wire."""
    return to_camel(key) if isinstance(key, str) and "_" in key else str(key)


_NEEDED = {
    "string_type": "a text is needed",
    "bool_type": "true or false is needed",
    "tuple_type": "a list is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "model_attributes_type": "an object is needed",
}


def _message(line: ErrorDetails) -> str:
    said = line["msg"]
    if line["type"] in _NEEDED:
        said = f"{shown(line['input'])} stands where {_NEEDED[line['type']]}"
    begins = said[:1] if said.startswith(("true ", "false ", "null ")) else said[:1].upper()
    return begins + said[1:].removesuffix(".") + "."


def read_document(text: str) -> JsonValue:
    """The plain value of a JSON text. Raises PayloadError, which says where the text ceases to be JSON."""
    try:
        return read_json_value(text)
    except JsonError as problem:
        line, column = Source(text).position(problem.span.start)
        said = not_valid_json(f"{problem.reason} (line {line}, column {column})")
        raise PayloadError(((problem.pointer, problem.code, said),)) from None
