"""Diagnostics as SARIF 2.1.0, the format that code-review tools read."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr import __version__
from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Input, Source, Span
from targetexpr.guide.pages import code_page_path, summary_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(results: Sequence[tuple[Input, Sequence[Diagnostic]]]) -> dict[str, object]:
    """One run with a result for each diagnostic; spans and fixes are those of the inputs, in code points."""
    codes = sorted({diagnostic.code for _, diagnostics in results for diagnostic in diagnostics})
    places = {code: index for index, code in enumerate(codes)}
    sources = {given: Source(given.text, given.name) for given, diagnostics in results if diagnostics}
    found = [
        _result(sources[given], diagnostic, places) for given, diagnostics in results for diagnostic in diagnostics
    ]
    driver = {"name": "targetexpr", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": found}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> dict[str, object]:
    """A code with its page of the guide, which viewers of SARIF show beside what was found."""
    path = code_page_path(code)
    if path is None:
        return {"id": code}
    markdown = path.read_text(encoding="utf-8")
    summary = summary_of(markdown)
    return {
        "id": code,
        "shortDescription": {"text": summary},
        "help": {"text": f"{summary} `targetexpr help {code}` says more.", "markdown": markdown},
    }


def _result(source: Source, diagnostic: Diagnostic, rules: dict[str, int]) -> dict[str, object]:
    message = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message} {diagnostic.hint}"
    out: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rules[diagnostic.code],
        "level": diagnostic.severity,
        "message": {"text": message},
        "locations": [_location(source, diagnostic)],
    }
    if diagnostic.fixes:
        out["fixes"] = [_fix(source, fix) for fix in diagnostic.fixes]
    return out


def _fix(source: Source, fix: Fix) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(source, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    change = {"artifactLocation": {"uri": _uri(source)}, "replacements": replacements}
    return {
        "description": {"text": fix.title},
        "artifactChanges": [change],
        "properties": {"applicability": fix.applicability},
    }


def _location(source: Source, diagnostic: Diagnostic) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(source)}}
    if diagnostic.span.start >= 0:
        physical["region"] = _region(source, diagnostic.span)
    location: dict[str, object] = {"physicalLocation": physical}
    if diagnostic.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": diagnostic.pointer}]
    return location


def _region(source: Source, span: Span) -> dict[str, int]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": span.start,
        "charLength": span.end - span.start,
    }


def _uri(source: Source) -> str:
    """The file, or a name for what came as an argument or through a pipe."""
    from urllib.parse import quote

    return quote(source.name or "argument")
