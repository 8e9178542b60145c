"""Reading schema files, TOML and JSON, and naming line and key of what is wrong in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import Path
from targetexpr.base.source import NO_SPAN, Source, Span
from targetexpr.base.tomltext import Spans, TomlError, read_toml, toml_spans
from targetexpr.lang.schema.build import build
from targetexpr.lang.schema.model import Declarations
from targetexpr.lang.schema.positions import json_spans
from targetexpr.lang.schema.validate import validate

if TYPE_CHECKING:
    from json import JSONEncoder

_Declared = TypeVar("_Declared", bound=Declarations)


class SchemaError(ValueError):
    """An invalid schema document. `diagnostics` holds everything wrong with it; `source` the text, if there was one.

    >>> from targetexpr import Schema
    >>> try:
    ...     Schema.load('[profiles.currentTxn.atributes]\\nvip = "boolean"')
    ... except SchemaError as error:
    ...     print(error)
    line 1, profiles.currentTxn.atributes: Unknown key `atributes`. Did you mean `attributes`?
    """

    def __init__(self, diagnostics: Sequence[Diagnostic], text: str | None = None, name: str | None = None) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = tuple(diagnostics)
        self.text = text
        self.name = name
        super().__init__(self.diagnostics, text, name)

    @property
    def source(self) -> Source | None:
        """The text with its lines, to show the diagnostics on."""
        return Source(self.text, self.name) if self.text is not None else None

    def __str__(self) -> str:
        source = self.source
        return "\n".join(self._line(diagnostic, source) for diagnostic in self.diagnostics)

    def _line(self, diagnostic: Diagnostic, source: Source | None) -> str:
        where = [self.name] if self.name else []
        if source is not None and diagnostic.span.start >= 0:
            where.append(f"line {source.position(diagnostic.span.start).line}")
        if diagnostic.pointer:
            where.append(".".join(pointers.split(diagnostic.pointer)))
        place = ", ".join(where)
        said = f"{diagnostic.message} {diagnostic.hint}" if diagnostic.hint else diagnostic.message
        return f"{place}: {said}" if place else said


def load_file(path: str | os.PathLike[str], *, extending: Callable[[str], _Declared]) -> _Declared:
    """The schema of a file, whatever its name looks like. `extending` gives what it extends, by its `extends` key."""
    name = os.fspath(path)
    with open(name, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError([_syntax(NO_SPAN, f"The file is not UTF-8 (byte {error.start}).")], None, name) from None
    return load_text(text, name, extending=extending)


def load_text(text: str, name: str | None = None, *, extending: Callable[[str], _Declared]) -> _Declared:
    """The schema of a text; the ending of `name`, or else its first character, tells JSON from TOML."""
    text = text.replace("\r\n", "\n")
    is_json = name.endswith(".json") if name is not None and name.endswith((".json", ".toml")) else _looks_json(text)
    document = _read_json(text, name) if is_json else _read_toml(text, name)
    base = extending(str(document.get("extends", ""))) if isinstance(document, Mapping) else extending("")
    diagnostics = validate(document, base, partial(_locate, text, is_json))
    if diagnostics:
        raise SchemaError(sorted(diagnostics, key=lambda diagnostic: diagnostic.span), text, name)
    return build(base, (document,), names=(_encoder().encode(document),))


def extend(base: _Declared, document: Mapping[str, object]) -> _Declared:
    """`base` with a document from Python added; see `Schema.extend`."""
    diagnostics = validate(document, base)
    if diagnostics:
        raise SchemaError(diagnostics)
    import json

    text = _encoder().encode(document)
    return build(base, (json.loads(text),), names=(text,))  # a copy: the caller's may change


@cache
def _encoder() -> JSONEncoder:
    from json import JSONEncoder

    return JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _looks_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _syntax(span: Span, message: str) -> Diagnostic:
    return Diagnostic(code="schema-syntax", severity="error", span=span, message=message)


def _read_json(text: str, name: str | None) -> Any:
    import json

    from targetexpr.base.jsontext import JsonError, read_json

    try:
        read_json(text)  # tells the place of what is wrong, and refuses duplicate keys
        return json.loads(text, parse_int=_integer)
    except JsonError as error:
        raise SchemaError([_syntax(error.span, str(error))], text, name) from None
    except RecursionError:
        raise SchemaError([_syntax(Span(0, 1), "Brackets are nested too deeply.")], text, name) from None


def _integer(digits: str) -> int | float:
    """The integer, and infinity for one that Python does not convert: no schema has a place for either."""
    return int(digits) if len(digits) <= _MOST_DIGITS else float("inf")


_MOST_DIGITS = 1_000


def _read_toml(text: str, name: str | None) -> dict[str, Any]:
    try:
        return read_toml(text)
    except TomlError as error:
        raise SchemaError([_syntax(error.span, str(error))], text, name) from None


@lru_cache(maxsize=1)
def _spans(text: str, is_json: bool) -> Spans:
    return json_spans(text) if is_json else toml_spans(text).by_path


def _locate(text: str, is_json: bool, path: Path, at_key: bool) -> Span:
    """Where the key or the value at a path lies in a text; for a table, where its key or header does."""
    spans, known = _spans(text, is_json), path
    while known and known not in spans:
        known = known[:-1]
    if not known:
        return Span(0, min(1, len(text)))
    key, value = spans[known]
    return key if at_key or known != path or "\n" in value.cut(text) else value
