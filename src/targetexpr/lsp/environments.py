"""In which environment a document is checked: what the client chose, else what the command line says, else the nearest
configuration, else nothing.

Files are looked at again whenever they changed on the disk, so that a client that watches no files is served as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from targetexpr.base.errors import InputError
from targetexpr.console.configuration import Configuration, candidates, find_configuration
from targetexpr.front import Environment
from targetexpr.lang.schema.load import SchemaError
from targetexpr.lang.schema.schema import Schema

_Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""The files that an environment was made of, each with when it was written and its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says; None where it says nothing."""

    schema: str | None = None  # of a file
    event: str | None = None
    timezone: str | None = None
    reads_files: bool = True  # whether configurations are looked for
    schemas: Mapping[str, Schema] = field(default_factory=dict)  # those that a client may choose from, by their ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a client chose for all documents; where it chose nothing, what is given holds."""

    has_event: bool = False
    event: str | None = None  # None: any
    schema: str | None = None  # an id of `Given.schemas`


class Environments:
    """The environments by folder. `tell` is told what is wrong with a file, once for each version of it."""

    def __init__(self, given: Given, tell: Callable[[str], None]) -> None:
        self._given = given
        self._tell = tell
        self._made: dict[str, tuple[_Stamp, Environment]] = {}
        self._schemas: dict[_Stamp, Schema | None] = {}
        self._told: set[tuple[_Stamp, str]] = set()
        self._chosen = Chosen()

    def choose(self, settings: Mapping[str, object]) -> None:
        """A client's choice of `event` and `schema`; what is left out stays as it is. Of an unknown schema is told."""
        if "event" in settings:
            event = settings["event"]
            self._chosen = replace(self._chosen, has_event=True, event=event if isinstance(event, str) else None)
        if "schema" in settings:
            name = settings["schema"]
            if name is not None and name not in self._given.schemas:
                self._tell(f"targetexpr: unknown schema {name!r}")
                return
            self._chosen = replace(self._chosen, schema=name if isinstance(name, str) else None)
        self._made.clear()

    def of(self, uri: str) -> Environment:
        """The environment of a document; the same object as long as no file changed."""
        path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
        folder = os.path.dirname(path) if path else ""
        if folder in self._made:
            stamp, environment = self._made[folder]
            if stamp == _stamp([name for name, _, _ in stamp]):
                return environment
        self._made[folder] = self._make(folder)
        return self._made[folder][1]

    def _make(self, folder: str) -> tuple[_Stamp, Environment]:
        names = list(candidates(folder)) if folder and self._given.reads_files else []
        found: Configuration | None = None
        if names:
            try:
                found = find_configuration(folder)
            except InputError as error:
                self._warn(_stamp(names), str(error))
        schema_file = self._given.schema or (None if found is None else found.schema)
        stamp = _stamp([*names, schema_file] if schema_file else names)
        said_by = "" if found is None or self._given.schema is not None else f"{found.schema_place}: "
        environment = Environment(schema=self._schema(schema_file, said_by))
        if found is not None:
            environment = replace(
                environment,
                event=found.event,
                timezone=found.timezone or environment.timezone,
                strict=environment.strict if found.strict is None else found.strict,
                on=found.on,
                off=found.off,
            )
        if self._given.event is not None:
            environment = replace(environment, event=self._given.event)
        if self._given.timezone is not None:
            environment = replace(environment, timezone=self._given.timezone)
        if self._chosen.has_event:
            environment = replace(environment, event=self._chosen.event)
        if self._chosen.schema is not None:
            environment = replace(environment, schema=self._given.schemas[self._chosen.schema])
        return stamp, environment

    def _schema(self, name: str | None, said_by: str) -> Schema | None:
        """The schema of a file; the bundled one, and a word about it, where it cannot be read."""
        if name is None:
            return None
        stamp = _stamp([name])
        if stamp not in self._schemas:
            self._schemas.clear()  # of versions that nobody needs any more
            try:
                self._schemas[stamp] = Schema.load_file(name)
            except OSError as error:
                self._schemas[stamp] = None
                self._warn(stamp, f"{said_by}cannot read {name}: {error.strerror or error}")
            except SchemaError as error:
                self._schemas[stamp] = None
                self._warn(stamp, f"{said_by}the schema file is invalid: {error}")
        return self._schemas[stamp]

    def _warn(self, stamp: _Stamp, message: str) -> None:
        if (stamp, message) not in self._told:
            self._told.add((stamp, message))
            self._tell(f"targetexpr: {message}")


def _stamp(names: list[str]) -> _Stamp:
    made: list[tuple[str, int, int]] = []
    for name in names:
        try:
            status = os.stat(name)
            made.append((name, status.st_mtime_ns, status.st_size))
        except OSError:
            made.append((name, 0, -1))
    return tuple(made)
