"""Settings of a project: `targetexpr.toml`, or `[tool.targetexpr]` of `pyproject.toml`, in a folder or one above it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.base.tomltext import TomlError, read_toml
from targetexpr.console.files import read_file

OWN = "targetexpr.toml"
SHARED = "pyproject.toml"
_KEYS = ("schema", "event", "timezone", "strict", "on", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a project says of its rules; None and empty where it says nothing."""

    path: str  # of the file: "/plans/targetexpr.toml"
    schema: str | None = None  # of a file; relative to the folder of the configuration
    event: str | None = None
    timezone: str | None = None
    strict: bool | None = None
    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()


def find_configuration(folder: str) -> Configuration | None:
    """The nearest configuration, upwards from a folder. Raises InputError for one that is invalid.

    A `pyproject.toml` without a table for us is passed over; in one folder `targetexpr.toml` comes first.
    """
    while True:
        for name in (OWN, SHARED):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                found = read_configuration(path)
                if found is not None:
                    return found
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def read_configuration(path: str) -> Configuration | None:
    """The configuration in a file; None for a `pyproject.toml` that has none."""
    shared = os.path.basename(path) == SHARED
    text = read_file(path).text
    if shared and "targetexpr" not in text:
        return None
    try:
        table: object = read_toml(text)
    except TomlError as error:
        if shared:
            return None  # somebody else's to tell
        raise InputError(f"{path}: not valid TOML: {error.reason}") from None
    for key in ("tool", "targetexpr") if shared else ():
        table = table.get(key) if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping):
        return None
    return _read(table, path)


def _read(table: Mapping[str, object], path: str) -> Configuration:
    for key in table:
        if key not in _KEYS:
            close = suggest(key, _KEYS)
            hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(_KEYS)}"
            raise InputError(f"{path}: unknown setting {key!r}; {hint}")
    schema = _string(table, "schema", path)
    if schema is not None:
        schema = os.path.normpath(os.path.join(os.path.dirname(path), schema))
    strict = table.get("strict")
    if strict is not None and not isinstance(strict, bool):
        raise InputError(f"{path}: strict: expected true or false")
    return Configuration(
        path=path,
        schema=schema,
        event=_string(table, "event", path),
        timezone=_string(table, "timezone", path),
        strict=strict,
        on=_codes(table, "on", path),
        off=_codes(table, "off", path),
    )


def _string(table: Mapping[str, object], key: str, path: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{path}: {key}: expected a string")
    return value


def _codes(table: Mapping[str, object], key: str, path: str) -> frozenset[str]:
    from targetexpr.checking.lint import CODES

    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        raise InputError(f'{path}: {key}: expected an array of codes, as ["spelling"]')
    for code in value:
        if code not in CODES:
            close = suggest(code, CODES)
            hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(sorted(CODES))}"
            raise InputError(f"{path}: {key}: unknown warning {code!r}; {hint}")
    return frozenset(value)
