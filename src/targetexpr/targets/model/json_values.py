"""JSON text to plain values and models, and back, with every number as it was spelled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from json import encoder
from typing import Any, TypeAlias, cast

from targetexpr.base.diagnostics import Diagnostic, Edit, Fix
from targetexpr.base.jsontext import Json, JsonReader, value_at
from targetexpr.base.limits import DATA_NESTING
from targetexpr.base.quoted import QuotedString, read_json_string, verbatim, write
from targetexpr.base.source import Span
from targetexpr.targets.model.group import TargetGroup, Wire
from targetexpr.targets.model.scalars import (
    Number,
    WireCode,
    WireDate,
    WireInteger,
    code_wire,
    integer_wire,
    number_wire,
)

JsonValue: TypeAlias = "bool | int | str | Number | list[JsonValue] | dict[str, JsonValue] | None"
"""A JSON value in Python; numbers are int, or Number where the spelling says more."""

UNKNOWN_MEMBER = "unknown-member"
"""The code of a diagnostic about the name of a member, not its value."""

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,40}").fullmatch


class _PayloadReader(JsonReader):
    """Refuses documents that are nested deeper than any payload is."""

    def value(self) -> Json | None:
        if len(self.frames) > DATA_NESTING:
            raise self.error("too-deep", f"the document is nested more than {DATA_NESTING} levels deep")
        value = super().value()
        if value is not None and value.kind == "number":
            try:
                Number(cast(str, value.value))
            except ValueError as error:
                raise self.error("json-number", str(error)) from None
        return value


def read_json_value(text: str) -> JsonValue:
    """The value of a JSON text. Raises JsonError, with place and pointer, for anything that is not JSON.

    >>> read_json_value('{"defaultValue": 500.000}')["defaultValue"].spelling
    '500.000'
    """
    return JsonDocument.read(text).value


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON text that was read, with the place of every value in it."""

    text: str
    root: Json

    @staticmethod
    def read(text: str) -> JsonDocument:
        """Raises JsonError as `read_json_value` does."""
        return JsonDocument(text, _PayloadReader(text).read())

    @property
    def value(self) -> JsonValue:
        """What the text means, made anew each time."""
        return _plain(self.root)

    def located(self, diagnostic: Diagnostic) -> Diagnostic:
        """A diagnostic about the value at its pointer, with its span in the text.

        A span it has already counts in the string at the pointer, as a rule's does, and its fixes with it. What is
        missing is placed at the brace or bracket that opens what it is missing from.
        """
        if diagnostic.pointer is None:
            return diagnostic
        value, found = value_at(self.root, diagnostic.pointer)
        if not found:
            return replace(diagnostic, span=Span(value.start, value.start + 1))
        if diagnostic.code == UNKNOWN_MEMBER:  # it is the name that is wrong
            key = _key_before(self.text, value.start)
            return replace(diagnostic, span=key, fixes=_moved(diagnostic, self._string(key)))
        if diagnostic.span.start < 0:
            return replace(diagnostic, span=value.span)
        string = self._string(value.span)
        return replace(diagnostic, span=string.span(diagnostic.span), fixes=_moved(diagnostic, string))

    def _string(self, span: Span) -> QuotedString:
        return read_json_string(self.text, span.start) or verbatim(self.text, span, "json")


def _moved(diagnostic: Diagnostic, string: QuotedString) -> tuple[Fix, ...]:
    """The fixes of what a string means as edits of the string in the text."""
    return tuple(
        replace(fix, edits=tuple(Edit(string.span(edit.span), write(edit.text, string.style)) for edit in fix.edits))
        for fix in diagnostic.fixes
    )


def _key_before(text: str, value: int) -> Span:
    """Where the key of a member stands, in its quotes; quotes inside it are escaped."""
    end = text.rindex('"', 0, text.rindex(":", 0, value)) + 1
    start = text.rindex('"', 0, end - 1)
    while _is_escaped(text, start):
        start = text.rindex('"', 0, start)
    return Span(start, end)


def _is_escaped(text: str, at: int) -> bool:
    first = at
    while first and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def _plain(json: Json) -> JsonValue:
    match json.kind:
        case "object":
            return {key: _plain(member) for key, member in cast("dict[str, Json]", json.value).items()}
        case "array":
            return [_plain(item) for item in cast("list[Json]", json.value)]
        case "number":
            spelling = cast(str, json.value)
            return int(spelling) if _WHOLE(spelling) else Number(spelling)
        case _:
            return cast("str | bool | None", json.value)


def to_plain(value: object) -> JsonValue:
    """A model, or any value of a model's fields, as it goes on the wire: members in the order they were read."""
    if isinstance(value, Wire):
        return to_members(value)
    if isinstance(value, WireDate):
        return value.wire
    if isinstance(value, StrEnum):
        return str(value.value)
    if isinstance(value, WireCode):
        return code_wire(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, WireInteger):
        return integer_wire(value)
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return number_wire(value)
    if isinstance(value, float):
        return Number(repr(value))
    if isinstance(value, Mapping):
        return {str(key): to_plain(member) for key, member in value.items()}
    if isinstance(value, Sequence):
        return [to_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def to_members(model: Wire) -> dict[str, JsonValue]:
    """A model as it goes on the wire: members in the order they were read, those that were not sent left out."""
    return {key: to_plain(member) for key, member in _members(model)}


def _members(model: Wire) -> Iterator[tuple[str, object]]:
    fields = type(model).model_fields
    extra = model.model_extra or {}
    there = model.model_fields_set | extra.keys()
    order = dict.fromkeys(name for name in (*model._order, *fields, *extra) if name in there)
    for name in order:
        if name in fields:
            yield fields[name].alias or name, getattr(model, name)
        else:
            yield name, extra[name]


def write_json(value: JsonValue, indent: int | None = 2) -> str:
    """JSON text of a plain value, numbers as they were spelled; one line with `indent=None`."""
    parts: list[str] = []
    _write(value, indent, 0, parts.append)
    return "".join(parts)


_quoted: Callable[[str], str] = encoder.encode_basestring
# The standard library's own, compiled where possible: it escapes what must be, and leaves other scripts as they are.


def _write(value: JsonValue, indent: int | None, level: int, put: Callable[[str], None]) -> None:
    if isinstance(value, str):
        put(_quoted(value))
    elif value is None:
        put("null")
    elif type(value) is int:
        put(repr(value))
    elif isinstance(value, Number):
        put(value.spelling)
    elif isinstance(value, dict | list):
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        inner, outer = ("", "") if indent is None else tuple("\n" + " " * (indent * n) for n in (level + 1, level))
        if not value:
            put(opening + closing)
            return
        before, between = opening + inner, ("," if indent is not None else ", ") + inner
        items: Iterable[Any] = value.items() if isinstance(value, dict) else value
        for item in items:
            put(before)
            before = between
            if isinstance(value, dict):
                key, item = item
                put(_quoted(key) + ": ")
            _write(item, indent, level + 1, put)
        put(outer + closing)
    else:
        put(json.dumps(value))


def dump(model: Wire | Sequence[Any], *, indent: int | None = 2) -> str:
    """The JSON text of a model, or of a list of them: what was read, with stored names for enumerations.

    Nothing that was not sent is written.

    >>> from targetexpr.targets.model.group import DefaultValue
    >>> dump(DefaultValue.model_validate(read_json_value('{"defaultValue": 1.00, "more": 1e2}')), indent=None)
    '{"defaultValue": 1.00, "more": 1e2}'
    """
    return write_json(to_plain(model), indent)


def json_schema(model: type[Wire] = TargetGroup) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a model, a group unless another is given, with the wire's names.

    Editors offer the stored names of enumerations; every other documented spelling, in any case, is valid as well.

    >>> json_schema()["properties"]["combinationType"]["anyOf"][0]
    {'enum': ['ALL', 'ANY']}
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(by_alias=True)}
