"""The bodies around groups: answer envelopes, name checks, updates; and reading whichever a text holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from pydantic import StrictStr, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.jsontext import JsonError, not_valid_json
from targetexpr.base.kinds import PHRASES
from targetexpr.base.source import Source
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.error_numbers import INVALID_INPUT
from targetexpr.targets.model.group import Target, TargetGroup, UnifiedTargetExpression, Wire
from targetexpr.targets.model.json_values import JsonDocument, JsonValue
from targetexpr.targets.model.scalars import Int, described


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
Built = TypeVar("Built")
Payload: TypeAlias = "Envelope | TargetGroup | Target | NameCheck | UnifiedUpdate"


class PayloadError(ValueError):
    """A text or value that holds no such payload. `diagnostics` has each reason, with its JSON pointer and code."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        first = self.diagnostics[0]
        more = f" (and {len(self.diagnostics) - 1} more)" if len(self.diagnostics) > 1 else ""
        return f"{first.message} [{first.code} at {first.pointer or 'the top'}]{more}"


def invalid(code: str, message: str, pointer: str) -> Diagnostic:
    """What does not fit the model; the platform has one number for all of it."""
    return Diagnostic(code=code, severity="error", message=message, pointer=pointer, number=INVALID_INPUT)


_TARGET_KEYS = {"targetType", "targetEntity", "expression", "defaultValues"}
_GROUP_KEYS = {"trackingType", "targetEvaluationType", "periods", "targets", "streaks", "totalPeriods"}


def parse_payload(text: str) -> Payload:
    """Whatever a request or answer of the target group calls holds. Raises PayloadError."""
    return _built(build_payload, text)


def parse_group(text: str) -> TargetGroup:
    """A group from a request body, an answer in its envelope, or a bare group. Raises PayloadError.

    >>> parse_group('{"data": {"id": 20, "name": "Demo"}, "errors": null}').name
    'Demo'
    """
    return _built(build_group, text)


def _built(build: Callable[[JsonValue], Built], text: str) -> Built:
    document = open_document(text)
    try:
        return build(document.value)
    except PayloadError as error:
        raise PayloadError([document.located(diagnostic) for diagnostic in error.diagnostics]) from None


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
            message = f"The answer holds {len(data)} groups; expected one."
            raise PayloadError([invalid("not-one-group", message, "/data")])
        return "/data/0", data[0]
    return "/data", data


def is_envelope(value: object) -> bool:
    """Whether a value is an answer in its envelope."""
    return isinstance(value, Mapping) and "data" in value and not _GROUP_KEYS & value.keys()


def build_payload(value: Any) -> Payload:
    """The models of a payload, recognised by its members. Raises PayloadError."""
    if not isinstance(value, Mapping):
        raise PayloadError([invalid("not-an-object", "A payload is a JSON object.", "")])
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
        raise PayloadError(invalid_members(error, where)) from None


def invalid_members(error: ValidationError, where: str) -> list[Diagnostic]:
    """What pydantic reports of the value at a pointer, each with its own pointer."""
    return [
        invalid(
            line["type"] if "-" in line["type"] else "wrong-type",
            _message(line),
            pointers.join((_wire_name(key) for key in line["loc"]), where),
        )
        for line in error.errors(include_url=False, include_context=False)
    ]


def _wire_name(key: int | str) -> str:
    """Models can be built with Python's names as well; diagnostics name what is on the wire."""
    return to_camel(key) if isinstance(key, str) and "_" in key else str(key)


_EXPECTED = {
    "string_type": PHRASES["string"],
    "bool_type": PHRASES["boolean"],
    "tuple_type": PHRASES["array"],
    "dict_type": PHRASES["object"],
    "model_type": PHRASES["object"],
    "model_attributes_type": PHRASES["object"],
}


def _message(line: ErrorDetails) -> str:
    message = line["msg"]
    if line["type"] in _EXPECTED:
        message = f"expected {_EXPECTED[line['type']]}, found {described(line['input'])}"
    first = message[:1] if message.startswith(("true ", "false ", "null ")) else message[:1].upper()
    return first + message[1:].removesuffix(".") + "."


def read_document(text: str) -> JsonValue:
    """The plain value of a JSON text. Raises PayloadError, which says where the text is not valid."""
    return open_document(text).value


def open_document(text: str) -> JsonDocument:
    """A JSON text with the place of every value in it. Raises PayloadError, which says where the text is not valid."""
    try:
        return JsonDocument.read(text)
    except JsonError as error:
        line, column = Source(text).position(error.span.start)
        message = not_valid_json(f"{error.reason} (line {line}, column {column})")
        raise PayloadError([replace(error.diagnostic, message=message, number=INVALID_INPUT)]) from None
