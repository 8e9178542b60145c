"""Whether a schema document is in order: its form by the JSON Schema, its names by what they refer to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from targetexpr.base.suggestions import suggest
from targetexpr.lang.schema.model import Schema

Path: TypeAlias = tuple[str | int, ...]


class Problem(NamedTuple):
    """Something wrong at a path of a document: with the key itself, or with its value."""

    code: str
    path: Path
    message: str
    hint: str | None = None
    at_key: bool = False


@cache
def file_schema() -> Mapping[str, Any]:
    """The JSON Schema of schema files: the one place that says what may stand in them."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "schemas")
    with open(os.path.join(folder, "file.schema.json"), encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]


def problems_in(document: object, base: Schema) -> list[Problem]:
    """What is wrong with a document that is to be added to `base`; names are looked at when the form is right."""
    found = list(_shape(document, file_schema(), ()))
    if not found and isinstance(document, Mapping):
        found = list(_names(document, base))
    return found


# ---- form: the part of JSON Schema that the file's schema uses -----------------------------------------------------

_KINDS: dict[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
}
_WORDS = {"object": "a table", "array": "a list", "string": "a text", "boolean": "true or false"}


def _shape(value: object, schema: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    if "$ref" in schema:
        schema = {**file_schema()["$defs"][schema["$ref"].rpartition("/")[2]]}
    if "anyOf" in schema:
        yield from _any_of(value, schema["anyOf"], path)
        return
    if "enum" in schema:
        yield from _one_of(value, schema["enum"], path)
        return
    wanted = schema.get("type")
    if wanted is not None and not isinstance(value, _KINDS[wanted]):
        yield Problem("schema-kind", path, f"{_WORDS[wanted].capitalize()} is wanted here, not {_kind(value)}.")
        return
    if isinstance(value, Mapping):
        yield from _table(value, schema, path)
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _shape(item, schema.get("items", {}), (*path, index))
            if schema.get("uniqueItems") and item in value[:index]:
                yield Problem("schema-duplicate", (*path, index), f"`{item}` is in the list already.")
    elif "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield Problem("schema-name", path, f"`{value}` cannot be used here.", _NAME_HINT)


_NAME_HINT = "A name has letters, digits and _, and does not begin with a digit; true and false are no names."


def _any_of(value: object, choices: list[Mapping[str, Any]], path: Path) -> Iterator[Problem]:
    """The choice of the value's own kind says what is wrong; without one, what the kinds are."""
    for choice in choices:
        wanted = _KINDS[choice["type"]] if "type" in choice else (str,)
        if isinstance(value, wanted):
            yield from _shape(value, choice, path)
            return
    words = " or ".join(_WORDS[choice.get("type", "string")] for choice in choices)
    yield Problem("schema-kind", path, f"{words.capitalize()} is wanted here, not {_kind(value)}.")


def _one_of(value: object, allowed: list[str], path: Path) -> Iterator[Problem]:
    if isinstance(value, str) and value in allowed:
        return
    if not isinstance(value, str):
        yield Problem("schema-kind", path, f"A text is wanted here, not {_kind(value)}.")
        return
    close = suggest(value, allowed)
    hint = f"Did you mean {_listed(close)}?" if close else f"There are {_listed(allowed)}."
    yield Problem("schema-value", path, f"`{value}` cannot be used here.", hint)


def _table(value: Mapping[Any, object], schema: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    for key, item in value.items():
        here = (*path, key)
        if not isinstance(key, str):
            yield Problem("schema-kind", here, f"Keys are texts, not {_kind(key)}.", at_key=True)
        elif key in known:
            yield from _shape(item, known[key], here)
        elif other is False:
            close = suggest(key, known)
            hint = f"Did you mean {_listed(close)}?" if close else f"There are {_listed(sorted(known))}."
            yield Problem("schema-key", here, f"There is no key `{key}` here.", hint, at_key=True)
        else:
            pattern = schema.get("propertyNames", {}).get("pattern")
            if pattern is not None and not re.search(pattern, key):
                yield Problem("schema-name", here, f"`{key}` cannot be used as a name.", _NAME_HINT, at_key=True)
            yield from _shape(item, other, here)
    for key in schema.get("required", ()):
        if key not in value:
            yield Problem("schema-missing", path, f"The key `{key}` is missing here.")


def _kind(value: object) -> str:
    for name, kinds in _KINDS.items():
        if isinstance(value, kinds) and not (name == "object" and isinstance(value, str)):
            return _WORDS[name]
    if value is None:
        return "null"
    return "a number" if isinstance(value, (int, float)) else "a date or time"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


# ---- names ---------------------------------------------------------------------------------------------------------


def _names(document: Mapping[str, Any], base: Schema) -> Iterator[Problem]:
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
                yield Problem(
                    "schema-duplicate", (*path, "methods", key), f"`{key}` is an attribute already.", at_key=True
                )
    for name, event in events.items():
        yield from _known(event.get("profiles", ()), profile_names, ("events", name, "profiles"), "profile")
        for key, entry in event.get("attributes", {}).items():
            if isinstance(entry, Mapping):
                yield from _member(entry, event_names, ("events", name, "attributes", key))


def _member(entry: Mapping[str, Any], events: set[str], path: Path) -> Iterator[Problem]:
    yield from _known(entry.get("events", ()), events, (*path, "events"), "event")
    if "values" in entry and entry.get("type", "string") != "string":
        yield Problem("schema-value", (*path, "values"), "Only texts have a list of values.", at_key=True)
    if "use" in entry:
        for key in ("parameters", "result"):
            if key in entry:
                message = f"`use` brings parameters and result along; `{key}` cannot be given as well."
                yield Problem("schema-key", (*path, key), message, at_key=True)
    optional = False
    parameters = entry.get("parameters", ())
    for index, parameter in enumerate(parameters):
        here: Path = (*path, "parameters", index)
        if optional and not parameter.get("optional", False):
            yield Problem("schema-value", here, "After an optional parameter all are optional.")
        optional = optional or parameter.get("optional", False)
        if "values" in parameter and parameter.get("type", "string") != "string":
            yield Problem("schema-value", (*here, "values"), "Only texts have a list of values.", at_key=True)
        yield from _role(parameters, index, here)


def _role(parameters: list[Mapping[str, Any]], index: int, path: Path) -> Iterator[Problem]:
    role = parameters[index].get("role", "value")
    wanted = "integer" if role == "count" else "string"
    if role != "value" and parameters[index].get("type", "string") != wanted:
        yield Problem("schema-value", (*path, "role"), f"A parameter with this role has the type `{wanted}`.")
    before = _VALUE_OF.get(role)
    if before is not None and (index == 0 or parameters[index - 1].get("role") != before):
        yield Problem(
            "schema-value", (*path, "role"), f"It must come right after a parameter with the role `{before}`."
        )


_VALUE_OF = {"inventory-value": "inventory-attribute", "custom-value": "custom-field", "cluster-value": "cluster"}


def _known(names: list[str], known: set[str], path: Path, what: str) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name not in known:
            close = suggest(name, sorted(known))
            hint = f"Did you mean {_listed(close)}?" if close else None
            yield Problem("schema-value", (*path, index), f"There is no {what} `{name}`.", hint)
