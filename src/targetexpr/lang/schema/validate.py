"""Whether a schema document is valid: its form by the JSON Schema, its names by what they refer to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias, cast

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.kinds import PHRASES, ValueKind, phrase_of, value_kind
from targetexpr.base.pointers import Path
from targetexpr.base.source import NO_SPAN, Span
from targetexpr.base.suggestions import suggest
from targetexpr.lang.functions.enums import VALUE_OF
from targetexpr.lang.schema.bundled import file_schema
from targetexpr.lang.schema.model import Declarations

Locate: TypeAlias = Callable[[Path, bool], Span]
"""The span of what lies at a path: of the key when told so, else of its value."""


class _Violation(NamedTuple):
    """Something wrong at a path of a document: with the key itself, or with its value."""

    code: str
    path: Path
    message: str
    hint: str | None = None
    at_key: bool = False


def validate(document: object, base: Declarations, locate: Locate = lambda _path, _at_key: NO_SPAN) -> list[Diagnostic]:
    """What is wrong with a document that is to extend `base`; names are looked at when the form is right."""
    found = list(_shape(document, file_schema(), ()))
    if not found and isinstance(document, Mapping):
        found = list(_names(document, base))
    return [
        Diagnostic(
            code=violation.code,
            severity="error",
            span=locate(violation.path, violation.at_key),
            message=violation.message,
            hint=violation.hint,
            pointer=pointers.join(violation.path),
        )
        for violation in found
    ]


# ---- form: the part of JSON Schema that the file's schema uses -----------------------------------------------------

_PHRASES = {**PHRASES, "object": "a table"}


def _shape(value: object, schema: Mapping[str, Any], path: Path) -> Iterator[_Violation]:
    if "$ref" in schema:
        schema = {**file_schema()["$defs"][schema["$ref"].rpartition("/")[2]]}
    if "anyOf" in schema:
        yield from _any_of(value, schema["anyOf"], path)
        return
    if "enum" in schema:
        yield from _one_of(value, schema["enum"], path)
        return
    kind = value_kind(value)
    if kind != schema.get("type", kind):
        yield _Violation("schema-kind", path, _expected(value, schema["type"]))
    elif kind == "object":
        yield from _table(cast("Mapping[Any, object]", value), schema, path)
    elif kind == "array":
        items = cast("list[object]", value)
        seen: set[object] = set()
        for index, item in enumerate(items):
            yield from _shape(item, schema.get("items", {}), (*path, index))
            if schema.get("uniqueItems") and isinstance(item, str):
                if item in seen:
                    yield _Violation("schema-duplicate", (*path, index), f"Duplicate item `{item}`.")
                seen.add(item)
    elif "pattern" in schema and isinstance(value, str) and not is_whole(schema["pattern"], value):
        yield _Violation("schema-name", path, f"Invalid name `{value}`.", _NAME_HINT)


def is_whole(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern of the JSON Schema says: there `$` is the very end, in `re` also before a
    last line break."""
    return re.search(pattern.replace("$", r"\Z"), name) is not None


_NAME_HINT = "Names have letters, digits and _, do not begin with a digit, and are not true or false."


def _any_of(value: object, choices: list[Mapping[str, Any]], path: Path) -> Iterator[_Violation]:
    """The choice of the value's own kind says what is wrong; without one, what the kinds are."""
    kind = value_kind(value)
    for choice in choices:
        if kind == choice.get("type", "string"):
            yield from _shape(value, choice, path)
            return
    yield _Violation("schema-kind", path, _expected(value, *(choice.get("type", "string") for choice in choices)))


def _one_of(value: object, allowed: list[str], path: Path) -> Iterator[_Violation]:
    if isinstance(value, str) and value in allowed:
        return
    if not isinstance(value, str):
        yield _Violation("schema-kind", path, _expected(value, "string"))
        return
    yield _Violation("schema-value", path, f"Invalid value `{value}`.", _hint(value, allowed))


def _table(value: Mapping[Any, object], schema: Mapping[str, Any], path: Path) -> Iterator[_Violation]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    for key, item in value.items():
        here = (*path, key)
        if not isinstance(key, str):
            yield _Violation("schema-kind", here, f"Keys are strings, not {phrase_of(key)}.", at_key=True)
        elif key in known:
            yield from _shape(item, known[key], here)
        elif other is False:
            yield _Violation("schema-key", here, f"Unknown key `{key}`.", _hint(key, sorted(known)), at_key=True)
        else:
            pattern = schema.get("propertyNames", {}).get("pattern")
            if pattern is not None and not is_whole(pattern, key):
                yield _Violation("schema-name", here, f"Invalid name `{key}`.", _NAME_HINT, at_key=True)
            yield from _shape(item, other, here)
    for key in schema.get("required", ()):
        if key not in value:
            yield _Violation("schema-missing", path, f"Missing key `{key}`.")


def _expected(value: object, *kinds: ValueKind) -> str:
    kind = value_kind(value)
    found = _PHRASES[kind] if kind is not None else phrase_of(value)
    return f"Expected {' or '.join(_PHRASES[kind] for kind in kinds)}, found {found}."


def _hint(name: str, known: list[str]) -> str:
    close = suggest(name, known)
    return f"Did you mean {_listed(close)}?" if close else f"Expected one of {_listed(known)}."


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# ---- names ---------------------------------------------------------------------------------------------------------


def _names(document: Mapping[str, Any], base: Declarations) -> Iterator[_Violation]:
    profiles, events = document.get("profiles", {}), document.get("events", {})
    other = [name for event in events.values() for name in event.get("also", ())]
    event_names = {*base.events, *base.aliases, *events, *other}
    profile_names = {*base.profiles, *profiles}
    for name, profile in profiles.items():
        path: Path = ("profiles", name)
        yield from _known(profile.get("events", ()), event_names, (*path, "events"), "event")
        for group in ("attributes", "methods", "extendedFields"):
            for key, entry in profile.get(group, {}).items():
                if isinstance(entry, Mapping):
                    yield from _member(entry, event_names, (*path, group, key))
        for key in profile.get("attributes", {}):
            if key in profile.get("methods", {}):
                yield _Violation(
                    "schema-duplicate", (*path, "methods", key), f"`{key}` is already an attribute.", at_key=True
                )
    for name, event in events.items():
        yield from _known(event.get("profiles", ()), profile_names, ("events", name, "profiles"), "profile")
        for key, entry in event.get("attributes", {}).items():
            if isinstance(entry, Mapping):
                yield from _member(entry, event_names, ("events", name, "attributes", key))


def _member(entry: Mapping[str, Any], events: set[str], path: Path) -> Iterator[_Violation]:
    yield from _known(entry.get("events", ()), events, (*path, "events"), "event")
    if "values" in entry and entry.get("type", "string") != "string":
        yield _Violation("schema-value", (*path, "values"), "Only strings have a list of values.", at_key=True)
    if "use" in entry:
        for key in ("parameters", "result"):
            if key in entry:
                message = f"`use` brings parameters and result with it; remove `{key}`."
                yield _Violation("schema-key", (*path, key), message, at_key=True)
    optional = False
    parameters = entry.get("parameters", ())
    for index, parameter in enumerate(parameters):
        here: Path = (*path, "parameters", index)
        if optional and not parameter.get("optional", False):
            yield _Violation("schema-value", here, "A required parameter cannot follow an optional one.")
        optional = optional or parameter.get("optional", False)
        if "values" in parameter and parameter.get("type", "string") != "string":
            yield _Violation("schema-value", (*here, "values"), "Only strings have a list of values.", at_key=True)
        yield from _role(parameters, index, here)


def _role(parameters: list[Mapping[str, Any]], index: int, path: Path) -> Iterator[_Violation]:
    role = parameters[index].get("role", "value")
    type_ = "integer" if role == "count" else "string"
    if role != "value" and parameters[index].get("type", "string") != type_:
        yield _Violation("schema-value", (*path, "role"), f"The role `{role}` needs the type `{type_}`.")
    before = VALUE_OF.get(role)
    if before is not None and (index == 0 or parameters[index - 1].get("role") != before):
        message = f"The role `{role}` must come right after a parameter with the role `{before}`."
        yield _Violation("schema-value", (*path, "role"), message)


def _known(names: list[str], known: set[str], path: Path, what: str) -> Iterator[_Violation]:
    for index, name in enumerate(names):
        if name not in known:
            close = suggest(name, sorted(known))
            hint = f"Did you mean {_listed(close)}?" if close else None
            yield _Violation("schema-value", (*path, index), f"Unknown {what} `{name}`.", hint)
