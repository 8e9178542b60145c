"""Custom fields and clusters: maps in a profile, from name to value or list of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from targetexpr.running.coercion import Value
from targetexpr.running.context import ContextReader, get

_Meaning = Callable[[ContextReader, dict[object, object], str, tuple[Any, ...]], Value]


def _includes(key: str) -> _Meaning:
    def includes(
        reader: ContextReader, profile: dict[object, object], profile_name: str, arguments: tuple[Any, ...]
    ) -> bool | None:
        name, expected = arguments
        entries = reader.dictionary(get(profile, key), profile_name, key)
        return None if entries is None else _holds(reader, entries, (profile_name, key, name), expected)

    return includes


def _excludes(key: str) -> _Meaning:
    includes = _includes(key)

    def excludes(
        reader: ContextReader, profile: dict[object, object], profile_name: str, arguments: tuple[Any, ...]
    ) -> bool | None:
        found = includes(reader, profile, profile_name, arguments)
        return None if found is None else not found

    return excludes


def _holds(reader: ContextReader, entries: dict[object, object], path: tuple[str, str, str], expected: str) -> bool:
    """Whether the entry is the expected string, or a list that has it; what stands after it in the list is not read."""
    entry = get(entries, path[2])
    if isinstance(entry, list | tuple):
        return any(reader.string(one, *path, index) == expected for index, one in enumerate(entry))
    return reader.string(entry, *path) == expected


def _exists(
    reader: ContextReader, profile: dict[object, object], profile_name: str, arguments: tuple[Any, ...]
) -> bool | None:
    """Whether the field is filled: neither null nor empty, as `exists()` of a string."""
    entries = reader.dictionary(get(profile, "customFields"), profile_name, "customFields")
    if entries is None:
        return None
    entry = get(entries, arguments[0])
    return entry is not None and not (isinstance(entry, str | list | tuple) and len(entry) == 0)


FIELD_MEANINGS: dict[str, _Meaning] = {
    "customFieldValueIncludes": _includes("customFields"),
    "customFieldValueExcludes": _excludes("customFields"),
    "customFieldValueExists": _exists,
    "clusterValueIncludes": _includes("clusters"),
    "clusterValueExcludes": _excludes("clusters"),
}
