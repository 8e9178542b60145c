"""The bodies around groups: answer envelopes, name checks, updates; and reading whichever a text holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.jsontext import JsonError, not_valid_json
from targetexpr.base.kinds import PHRASES
from targetexpr.base.source import Source
from targetexpr.targets.model.bodies import BodyKind, bodies_in, is_envelope, phrase_of_kinds, shape_of
from targetexpr.targets.model.error_numbers import INVALID_INPUT
from targetexpr.targets.model.group import Target, TargetGroup, Wire
from targetexpr.targets.model.json_values import JsonDocument, JsonValue
from targetexpr.targets.model.payloads import ApiError, NameCheck, Pagination, UnifiedUpdate
from targetexpr.targets.model.scalars import described


class Envelope(Wire):
    """What every answer comes in. `data` is one body or a list of them, or for other calls whatever was sent."""

    pagination: Pagination | None = None
    data: Any = None
    errors: tuple[ApiError, ...] | None = None
    warnings: tuple[ApiError, ...] | None = None


__all__ = [
    "ApiError",
    "Envelope",
    "NameCheck",
    "Payload",
    "PayloadError",
    "UnifiedUpdate",
    "build_group",
    "build_payload",
    "checked",
    "group_in",
    "invalid",
    "invalid_members",
    "is_envelope",
    "kind_of",
    "open_document",
    "parse_group",
    "parse_payload",
    "read_document",
    "refuse_other_kinds",
]

Model = TypeVar("Model", bound=Wire)
Built = TypeVar("Built")
Payload: TypeAlias = "Envelope | Wire | tuple[Payload, ...]"
"""What a body is read into: an answer, one of the models of a request, or a list of either."""


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
    """A group from plain values, in its envelope or bare. Raises PayloadError, which says what is there instead."""
    where, inner = group_in(value)
    refuse_other_kinds(inner, where)
    return checked(TargetGroup, inner, where)


def refuse_other_kinds(value: Any, where: str) -> None:
    """Raises PayloadError for a body that is known and is no group."""
    known = shape_of(value) if isinstance(value, Mapping) else None
    if known is not None and known[0] is not BodyKind.GROUP:
        message = f"Expected a target group, found {known[0].phrase}."
        raise PayloadError([invalid("not-a-group", message, where)])


def group_in(value: Any) -> tuple[str, Any]:
    """Where in a document the group stands, as a pointer, and the group's own value: in an answer, or the only item.

    Raises PayloadError for a list of several, or of none.
    """
    where, data = ("/data", value.get("data")) if is_envelope(value) else ("", value)
    if not isinstance(data, list | tuple) or (not data and not where):
        return where, data
    if len(data) != 1:
        found, unknown = bodies_in(value)
        kinds = [body.kind for body in found]
        are_groups = bool(unknown) or set(kinds) == {BodyKind.GROUP}
        what = f"{len(data)} groups" if are_groups else phrase_of_kinds(kinds)
        raise PayloadError([invalid("not-one-group", f"Expected one target group, found {what}.", where)])
    return f"{where}/0", data[0]


def build_payload(value: Any) -> Payload:
    """The models of a payload, recognised by its members; what is nothing known is read as a group.

    Raises PayloadError.
    """
    if isinstance(value, list):
        return tuple(_built_item(item, f"/{place}") for place, item in enumerate(value))
    return _built_item(value, "")


def _built_item(value: Any, where: str) -> Wire:
    if not isinstance(value, Mapping):
        raise PayloadError([invalid("not-an-object", "A payload is a JSON object, or a list of them.", where)])
    if is_envelope(value):
        envelope = checked(Envelope, value, where)
        made = envelope.model_copy(update={"data": _data(value.get("data"), f"{where}/data")})
        made._order = envelope._order
        return made
    known = shape_of(value)
    return checked(TargetGroup if known is None else known[1], value, where)


def _data(data: Any, where: str) -> Any:
    if isinstance(data, list):
        return [_data(item, f"{where}/{place}") for place, item in enumerate(data)]
    known = shape_of(data) if isinstance(data, Mapping) else None
    if known is None and not (isinstance(data, Mapping) and "name" in data):
        return data
    return checked(TargetGroup if known is None else known[1], data, where)


def kind_of(value: Mapping[str, Any]) -> type[TargetGroup] | type[Target]:
    """Whether an object is a group or a target, by its members; a group unless only targets have them."""
    known = shape_of(value)
    return Target if known is not None and known[1] is Target else TargetGroup


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
    sentence = first + message[1:].removesuffix(".")
    return sentence if sentence.endswith("?") else f"{sentence}."


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
