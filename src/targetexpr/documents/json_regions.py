"""Rules in JSON: under the keys of the platform's bodies, in arrays and as the document itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, cast

from targetexpr.base.broken_json import read_leniently
from targetexpr.base.jsontext import Json, JsonError, Path
from targetexpr.documents.compare import FAMILIES
from targetexpr.documents.events import event_in
from targetexpr.documents.reading import RegionKind
from targetexpr.documents.region import Region, json_region

KINDS: dict[str, RegionKind] = {
    **{key: "rule" for texts, _ in FAMILIES for key in texts},
    **{key: "expressionJson" for _, jsons in FAMILIES for key in jsons},
}
"""The keys that hold a rule, and in which form."""

_Context: TypeAlias = Literal["document"] | RegionKind | None
"""What a value would be: the document or an item of its array, what a key of `KINDS` holds, or nothing of interest."""


def json_regions(text: str) -> tuple[list[Region], JsonError | None]:
    """The rules in a JSON text, in its order, and its error when it is not JSON: then the rules that can be told.

    A rule stands under a key of `KINDS`, alone or in an array. A document that is a string, or an array of strings,
    consists of rules; an object with an `arity` that is the document, or in its array, is an expressionJson.

    >>> regions, error = json_regions('[{"expression": "true", "expressionJson": {"arity": "literal"}}]')
    >>> [(found.kind, found.pointer, found.text) for found in regions]
    [('rule', '/0/expression', 'true'), ('expressionJson', '/0/expressionJson', '{"arity": "literal"}')]
    """
    values, error = read_leniently(text)
    contexts: list[_Context] = ["document", *[None] * len(values)]
    return [one for value, context in zip(values, contexts, strict=False) for one in _in(text, value, context)], error


def _in(text: str, document: Json, context: _Context) -> Iterator[Region]:
    """The rules in a value. The stack is our own: documents may be deeper than Python calls."""
    waiting: list[tuple[Json, Path, _Context, str | None]] = [(document, None, context, None)]
    while waiting:
        value, path, context, event = waiting.pop()
        kind = _kind(value, context)
        if kind is not None:
            yield json_region(text, value, kind, path, event)
        if value.kind == "object" and not (kind is not None and context == "document"):
            members = cast("dict[str, Json]", value.value)
            event = event_in({key: member.value for key, member in members.items() if member.kind == "string"})
            waiting += [(member, (path, key), KINDS.get(key), event) for key, member in reversed(members.items())]
        elif value.kind == "array":
            items = cast("list[Json]", value.value)
            waiting += [(items[place], (path, place), context, event) for place in range(len(items) - 1, -1, -1)]


def _kind(value: Json, context: _Context) -> RegionKind | None:
    """In which form a value is a rule, if it is one."""
    match value.kind:
        case "string":
            return "rule" if context == "document" else context
        case "boolean":  # the platform also writes JSON true for the rule true
            return None if context == "document" else context
        case "object" if context == "document":
            return "expressionJson" if "arity" in cast("dict[str, Json]", value.value) else None
        case "object":
            return "expressionJson" if context == "expressionJson" else None
        case _:
            return None
