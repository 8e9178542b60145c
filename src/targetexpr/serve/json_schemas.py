"""JSON schemas as plain dictionaries: the few shapes that operations, bodies and answers are described with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

JsonSchema: TypeAlias = dict[str, Any]

STRING: JsonSchema = {"type": "string"}
BOOLEAN: JsonSchema = {"type": "boolean"}
NUMBER: JsonSchema = {"type": "number"}
INTEGER: JsonSchema = {"type": "integer"}
COUNT: JsonSchema = {"type": "integer", "minimum": 0}
NULL: JsonSchema = {"type": "null"}
ANYTHING: JsonSchema = {}


def ref(name: str) -> JsonSchema:
    """The schema of this name among the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: JsonSchema) -> JsonSchema:
    """The schema, or null."""
    return {"anyOf": [schema, NULL]}


def array_of(items: JsonSchema) -> JsonSchema:
    """An array of such items."""
    return {"type": "array", "items": items}


def map_of(values: JsonSchema) -> JsonSchema:
    """An object with members of any name."""
    return {"type": "object", "additionalProperties": values}


def integer(minimum: int, maximum: int) -> JsonSchema:
    """A whole number between two bounds, both of them included."""
    return {"type": "integer", "minimum": minimum, "maximum": maximum}


def described(schema: JsonSchema, description: str) -> JsonSchema:
    """The schema with a description."""
    return {**schema, "description": description}


def open_object(members: Mapping[str, JsonSchema], *, required: Iterable[str] = ()) -> JsonSchema:
    """An object with these members, and perhaps others."""
    schema: JsonSchema = {"type": "object", "properties": dict(members)}
    needed = list(required)
    return schema | {"required": needed} if needed else schema


def closed_object(members: Mapping[str, JsonSchema], *, required: Iterable[str] = ()) -> JsonSchema:
    """An object with these members and no others."""
    return open_object(members, required=required) | {"additionalProperties": False}


def full_object(members: Mapping[str, JsonSchema], *, optional: Iterable[str] = ()) -> JsonSchema:
    """An object with all of these members, but perhaps the optional ones, and no others.

    >>> full_object({"id": INTEGER, "name": STRING}, optional=("name",))["required"]
    ['id']
    """
    left_out = frozenset(optional)
    return closed_object(members, required=(name for name in members if name not in left_out))
