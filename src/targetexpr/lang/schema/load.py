"""Schema files: reading TOML and JSON, and telling line and key of what is wrong in them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from targetexpr.base import pointers
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import NO_SPAN, Source, Span
from targetexpr.lang.schema.build import empty, read_documents
from targetexpr.lang.schema.model import Schema
from targetexpr.lang.schema.validate import Path, Problem, problems_in


class SchemaError(ValueError):
    """An invalid schema document. `diagnostics` holds everything wrong with it; `source` the text, if there was one.

    >>> try:
    ...     Schema.load('[profiles.currentTxn.atributes]\\nvip = "boolean"')
    ... except SchemaError as error:
    ...     print(error)
    line 1, profiles.currentTxn.atributes: There is no key `atributes` here. Did you mean `attributes`?
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
        return "\n".join(self._line(diagnostic) for diagnostic in self.diagnostics)

    def _line(self, diagnostic: Diagnostic) -> str:
        where = [self.name] if self.name else []
        source = self.source
        if source is not None and diagnostic.span.start >= 0:
            where.append(f"line {source.position(diagnostic.span.start).line}")
        if diagnostic.pointer:
            where.append(".".join(pointers.split(diagnostic.pointer)))
        place = ", ".join(where)
        said = f"{diagnostic.message} {diagnostic.hint}" if diagnostic.hint else diagnostic.message
        return f"{place}: {said}" if place else said


def load_schema(source: str | os.PathLike[str]) -> Schema:
    """See `Schema.load`."""
    if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        return _from_text(source.replace("\r\n", "\n"), None)
    return load_file(source)


def load_file(path: str | os.PathLike[str]) -> Schema:
    """A schema from a file, whatever its name looks like."""
    name = os.fspath(path)
    with open(name, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SchemaError([_syntax(NO_SPAN, f"The file is not UTF-8 (byte {error.start}).")], None, name) from None
    return _from_text(text.replace("\r\n", "\n"), name)


def extend_schema(schema: Schema, document: Mapping[str, object]) -> Schema:
    """`schema` with a document from Python added; see `Schema.extend`."""
    problems = problems_in(document, schema)
    if problems:
        raise SchemaError([_diagnostic(problem, NO_SPAN) for problem in problems])
    return _added(schema, document)


def _added(schema: Schema, document: Mapping[str, Any]) -> Schema:
    import json

    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return read_documents(schema, (json.loads(text),), names=(text,))


def _from_text(text: str, name: str | None) -> Schema:
    is_json = name.endswith(".json") if name is not None and name.endswith((".json", ".toml")) else _looks_json(text)
    document = _read_json(text, name) if is_json else _read_toml(text, name)
    base = empty() if isinstance(document, Mapping) and document.get("extends") == "nothing" else Schema.bundled()
    problems = problems_in(document, base)
    if problems:
        found = [_diagnostic(problem, _place(text, is_json, problem)) for problem in problems]
        raise SchemaError(sorted(found, key=lambda d: d.span), text, name)
    return _added(base, document)


def _looks_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _syntax(span: Span, message: str) -> Diagnostic:
    return Diagnostic(code="schema-syntax", severity="error", span=span, message=message)


def _diagnostic(problem: Problem, span: Span) -> Diagnostic:
    return Diagnostic(
        code=problem.code,
        severity="error",
        span=span,
        message=problem.message,
        hint=problem.hint,
        pointer=pointers.join(problem.path),
    )


def _read_json(text: str, name: str | None) -> Any:
    import json

    from targetexpr.base.jsontext import JsonError, read_json

    try:
        read_json(text)  # tells the place of what is wrong, and refuses duplicate keys
        return json.loads(text)
    except JsonError as problem:
        at = Span(problem.offset, min(problem.offset + 1, len(text)))
        raise SchemaError([_syntax(at, f"This is no JSON: {problem.reason}.")], text, name) from None
    except RecursionError:
        raise SchemaError([_syntax(Span(0, 1), "Brackets are nested too deeply.")], text, name) from None


_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _read_toml(text: str, name: str | None) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_PLACE.search(str(error))
        said = str(error)[: found.start()] if found else str(error)
        offset = len(text)
        if found and found[1]:
            offset = Source(text).line_span(int(found[1])).start + int(found[2]) - 1
        span = Span(min(offset, len(text)), min(offset + 1, len(text)))
        raise SchemaError([_syntax(span, f"This is no TOML: {said[0].lower()}{said[1:]}.")], text, name) from None
    except RecursionError:
        raise SchemaError([_syntax(Span(0, 1), "Brackets are nested too deeply.")], text, name) from None


def _place(text: str, is_json: bool, problem: Problem) -> Span:
    """Where a key or its value stands in the text; for a table, where its key or header does."""
    from targetexpr.lang.schema.positions import json_places, toml_places

    places = json_places(text) if is_json else toml_places(text)
    path: Path = problem.path
    while path and path not in places:
        path = path[:-1]
    if not path:
        return Span(0, min(1, len(text)))
    key, value = places[path]
    return key if problem.at_key or path != problem.path or "\n" in value.cut(text) else value
