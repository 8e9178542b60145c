"""Settings of a project: `targetexpr.toml`, or `[tool.targetexpr]` of `pyproject.toml`, in a folder or one above it.

An option of the command line comes before the nearest file, and that before the default. The library reads none.
"""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, NoReturn, TypeVar, cast

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN, Input

_T = TypeVar("_T")

OWN = "targetexpr.toml"
SHARED = "pyproject.toml"

_KEYS = ("schema", "event", "timezone", "strict", "on", "off")
_OURS = re.compile(r"""["']?\btool\b["']?\s*(?:\.\s*["']?targetexpr\b|\]|=)""")
"""What stands in a `pyproject.toml` with a table for us; another's is not read any further."""


class Configuration(NamedTuple):
    """What a project says of its rules; None and empty where it says nothing."""

    path: str  # of the file: "/plans/targetexpr.toml"
    schema: str | None = None  # of a file; relative to the folder of the configuration
    event: str | None = None
    timezone: str | None = None
    strict: bool | None = None
    on: frozenset[str] = frozenset()
    off: frozenset[str] = frozenset()
    schema_place: str = ""  # "/plans/targetexpr.toml:3:10", where the schema is named


# ---- which file counts -------------------------------------------------------------------------------------------


def folder_of(source: Input | str | None) -> str | None:
    """The folder from which settings for an input are looked for; for what is no file, where the command runs.

    None where it runs in a folder that is gone.
    """
    name = source if source is None or isinstance(source, str) else source.name if source.is_file else None
    try:
        if name is None or name == STDIN:
            return os.getcwd()
        path = os.path.abspath(name)
        return path if os.path.isdir(path) else os.path.dirname(path)
    except OSError:
        return None


def candidates(folder: str) -> Iterator[str]:
    """Where settings may be: in a folder and in all above it; in one folder `targetexpr.toml` comes first."""
    while True:
        yield from (os.path.join(folder, name) for name in (OWN, SHARED))
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def find_configuration(folder: str) -> Configuration | None:
    """The nearest settings, upwards from a folder. Raises InputError for invalid ones.

    A `pyproject.toml` without a table for us is passed over.
    """
    for path in candidates(folder):
        if os.path.isfile(path):
            found = read_configuration(path)
            if found is not None:
                return found
    return None


# ---- the settings of a call --------------------------------------------------------------------------------------


class Settings:
    """The options of a call, completed for each of its files by the settings nearest to that."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._folders: dict[str, Configuration | None] = {}
        self._made: dict[str | None, tuple[Namespace, dict[object, object]]] = {}

    def of(self, source: Input | str | None = None) -> Namespace:
        """The options for an input: a text, or a file or folder by its name. Raises InputError for invalid settings."""
        return self._of(source)[0]

    def made(self, source: Input, make: Callable[[Namespace], _T]) -> _T:
        """What is made of the options for an input; made once for all inputs that have the same settings."""
        options, made = self._of(source)
        if make not in made:
            made[make] = make(options)
        return cast("_T", made[make])

    def _of(self, source: Input | str | None) -> tuple[Namespace, dict[object, object]]:
        folder = None if self._options.no_config else folder_of(source)
        if folder is not None and folder not in self._folders:
            self._folders[folder] = find_configuration(folder)
        found = None if folder is None else self._folders[folder]
        key = None if found is None else found.path
        if key not in self._made:
            self._made[key] = (self._options if found is None else completed(self._options, found), {})
        return self._made[key]


def settle(options: Namespace, source: Input | str | None = None) -> None:
    """Completes the options of a call that has one input, or none. Raises InputError for invalid settings."""
    vars(options).update(vars(Settings(options).of(source)))


def completed(options: Namespace, found: Configuration) -> Namespace:
    """Options with what a project says where the call says nothing. Each warning is a switch of its own.

    >>> options = Namespace(event=None, on=["spelling"], off=[])
    >>> found = Configuration("targetexpr.toml", event="Scan", off=frozenset({"spelling", "implied"}))
    >>> completed(options, found)
    Namespace(event='Scan', on=['spelling'], off=['implied'])
    """
    known = vars(options)
    made = Namespace(**known)
    given = known.get("_given", {})
    for name in ("schema", "event", "timezone", "strict"):
        value = getattr(found, name)
        if name in known and name not in given and value is not None:
            setattr(made, name, value)
            if name == "schema":
                made.schema_place = found.schema_place
    if "on" in known:
        on, off = switched(options.on), switched(options.off)
        made.on = [*options.on, *sorted(found.on - off)]
        made.off = [*options.off, *sorted(found.off - on)]
    return made


def switched(given: list[str]) -> frozenset[str]:
    """The codes that `--on` or `--off` names, commas between them or not. Raises InputError for unknown ones."""
    codes = frozenset(code for one in given for code in one.split(","))
    for code in sorted(codes):
        hint = unknown_code(code)
        if hint is not None:
            raise InputError(f"unknown warning {code!r}; {hint}")
    return codes


def unknown_code(code: str) -> str | None:
    """What to say of a warning that does not exist; None for one that does."""
    from targetexpr.checking.lint import CODES

    return None if code in CODES else _hint(code, sorted(CODES))


# ---- reading a file ----------------------------------------------------------------------------------------------


def read_configuration(path: str) -> Configuration | None:
    """The settings in a file; None for a `pyproject.toml` that has none. Raises InputError, with line and column."""
    from targetexpr.base.tomltext import TomlError, read_toml
    from targetexpr.console.files import read_file

    shared = os.path.basename(path) == SHARED
    text = read_file(path).text
    if shared and _OURS.search(text) is None:
        return None
    try:
        table: object = read_toml(text)
    except TomlError as error:
        if shared and re.search(r"\[\s*tool\s*\.\s*targetexpr\b", text) is None:
            return None  # somebody else's to tell
        raise InputError(f"{_place(path, text, error.span.start)}: not valid TOML: {error.reason}") from None
    above = ("tool", "targetexpr") if shared else ()
    for key in above:
        if not isinstance(table, Mapping) or key not in table:
            return None
        table = table[key]
    return _File(path, text, above).read(table)


class _File:
    """A file of settings, and where in it each stands."""

    def __init__(self, path: str, text: str, above: tuple[str, ...]) -> None:
        self.path, self.text, self.above = path, text, above

    def read(self, table: object) -> Configuration:
        if not isinstance(table, Mapping):
            self.refuse((), "expected a table")
        for key in table:
            if key not in _KEYS:
                self.refuse((key,), f"unknown setting {key!r}; {_hint(key, _KEYS)}", of_key=True)
        schema, strict = self.string(table, "schema"), table.get("strict")
        if strict is not None and not isinstance(strict, bool):
            self.refuse(("strict",), "strict: expected true or false")
        return Configuration(
            path=self.path,
            schema=None if schema is None else os.path.normpath(os.path.join(os.path.dirname(self.path), schema)),
            event=self.string(table, "event"),
            timezone=self.timezone(table),
            strict=strict,
            on=self.codes(table, "on"),
            off=self.codes(table, "off"),
            schema_place="" if schema is None else self.place(("schema",)),
        )

    def string(self, table: Mapping[str, object], key: str) -> str | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.refuse((key,), f"{key}: expected a string" + (" that is not empty" if value == "" else ""))
        return value

    def timezone(self, table: Mapping[str, object]) -> str | None:
        value = self.string(table, "timezone")
        if value is not None:
            from targetexpr.running.coercion import time_zone

            try:
                time_zone(value)
            except ValueError as error:
                self.refuse(("timezone",), f"timezone: {error}")
        return value

    def codes(self, table: Mapping[str, object], key: str) -> frozenset[str]:
        value = table.get(key, [])
        if not isinstance(value, list):
            self.refuse((key,), f'{key}: expected an array of codes, as ["spelling"]')
        for place, code in enumerate(value):
            if not isinstance(code, str):
                self.refuse((key, place), f'{key}: expected an array of codes, as ["spelling"]')
            hint = unknown_code(code)
            if hint is not None:
                self.refuse((key, place), f"{key}: unknown warning {code!r}; {hint}")
        if key == "off":
            both = self.codes(table, "on") & frozenset(value)
            if both:
                self.refuse(("off",), f"off: {', '.join(sorted(both))} cannot be both on and off")
        return frozenset(value)

    def refuse(self, path: tuple[str | int, ...], message: str, *, of_key: bool = False) -> NoReturn:
        raise InputError(f"{self.place(path, of_key=of_key)}: {message}")

    def place(self, path: tuple[str | int, ...], *, of_key: bool = False) -> str:
        from targetexpr.base.tomltext import toml_spans

        found = toml_spans(self.text).by_path.get((*self.above, *path))
        return self.path if found is None else _place(self.path, self.text, found[not of_key].start)


def _place(path: str, text: str, offset: int) -> str:
    """`/plans/targetexpr.toml:3:10`."""
    from targetexpr.base.source import Source

    line, column = Source(text).position(offset)
    return f"{path}:{line}:{column}"


def _hint(word: str, known: tuple[str, ...] | list[str]) -> str:
    from targetexpr.base.suggestions import suggest

    close = suggest(word, known)
    return f"did you mean {close[0]}?" if close else f"expected one of {', '.join(known)}"
