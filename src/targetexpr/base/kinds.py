"""How messages name what kind of value there is: "a string", "a list", "an object"; the one table of such words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from numbers import Number
from typing import Final, Literal, TypeAlias

ValueKind: TypeAlias = Literal["object", "array", "string", "number", "boolean", "date", "null"]

PHRASES: Final[Mapping[ValueKind, str]] = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "number": "a number",
    "boolean": "true or false",
    "date": "a date",
    "null": "null",
}


_BY_TYPE: Final[Mapping[type, ValueKind]] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def value_kind(value: object) -> ValueKind | None:
    """The kind of a value from JSON, TOML or Python; None for one that neither JSON nor TOML has.

    >>> value_kind(True), value_kind(1), value_kind(()), value_kind(b"")
    ('boolean', 'number', 'array', None)
    """
    kind = _BY_TYPE.get(type(value))
    if kind is not None:
        return kind
    match value:
        case str():
            return "string"
        case Number():
            return "number"
        case Mapping():
            return "object"
        case list() | tuple():
            return "array"
        case date() | time():
            return "date"
        case _:
            return None


def phrase_of(value: object) -> str:
    """What a message calls a value by its kind.

    >>> phrase_of([1]), phrase_of("a"), phrase_of(None), phrase_of(b"")
    ('a list', 'a string', 'null', 'a bytes')
    """
    kind = value_kind(value)
    return PHRASES[kind] if kind is not None else f"a {type(value).__name__}"
