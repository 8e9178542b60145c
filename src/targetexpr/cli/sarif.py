"""Diagnostics as SARIF 2.1.0, the format that code-review tools read."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr import __version__
from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Source, Span
from targetexpr.documents.embedded import Unit

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(results: Sequence[tuple[Unit, Sequence[Diagnostic]]]) -> dict[str, object]:
    """One run with a result for each diagnostic; places are those of the files, in code points."""
    codes = sorted({diagnostic.code for _, diagnostics in results for diagnostic in diagnostics})
    places = {code: index for index, code in enumerate(codes)}
    found = [_result(unit, diagnostic, places) for unit, diagnostics in results for diagnostic in diagnostics]
    driver = {"name": "targetexpr", "version": __version__, "rules": [{"id": code} for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(unit: Unit, diagnostic: Diagnostic, rules: dict[str, int]) -> dict[str, object]:
    message = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message} {diagnostic.hint}"
    out: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rules[diagnostic.code],
        "level": diagnostic.severity,
        "message": {"text": message},
        "locations": [_location(unit, diagnostic)],
    }
    if diagnostic.fixes:
        out["fixes"] = [_fix(unit, fix) for fix in diagnostic.fixes]
    return out


def _fix(unit: Unit, fix: Fix) -> dict[str, object]:
    replacements = [
        {
            "deletedRegion": _region(unit, edit.span),
            "insertedContent": {"text": _written(unit, edit.text)},
        }
        for edit in fix.edits
    ]
    change = {"artifactLocation": {"uri": _uri(unit)}, "replacements": replacements}
    return {
        "description": {"text": fix.title},
        "artifactChanges": [change],
        "properties": {"applicability": fix.applicability},
    }


def _location(unit: Unit, diagnostic: Diagnostic) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(unit)}}
    if diagnostic.span.start >= 0:
        physical["region"] = _region(unit, diagnostic.span)
    location: dict[str, object] = {"physicalLocation": physical}
    pointer = (unit.pointer or "") + (diagnostic.pointer or "")
    if pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": pointer}]
    return location


def _region(unit: Unit, span: Span) -> dict[str, int]:
    span = unit.in_document(span) or span
    source = Source(unit.source.text)
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _uri(unit: Unit) -> str:
    """The file, or a name for what came as an argument or through a pipe."""
    from urllib.parse import quote

    return quote(unit.source.name or "argument")


def _written(unit: Unit, text: str) -> str:
    """What a fix inserts, as the file writes it: escaped inside a JSON string."""
    import json

    if unit.value is None or unit.source.text[unit.value.start] != '"':
        return text
    return json.dumps(text, ensure_ascii=False)[1:-1]
