"""The diagnostics of a document in terms of the protocol: of its rules, and of the group that it is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from lsprotocol import types as lsp

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import Span
from targetexpr.documents.checking import check_regions
from targetexpr.guide.pages import code_page_path
from targetexpr.lang.schema.load import SchemaError
from targetexpr.lang.schema.schema import Schema
from targetexpr.lsp.snapshot import Snapshot

SOURCE = "targetexpr"

_UNNECESSARY = frozenset({"double-negation", "duplicate-term", "implied", "stray-argument", "useless-wildcard"})
"""The codes whose place can go without a change of meaning; editors show such text faded."""

_BESIDE = {"expression-json-differs": ("/expressionJson", "/expression")}
"""What else a diagnostic is about: the member it stands at, and the one beside it."""


def diagnostics(snapshot: Snapshot) -> list[Diagnostic]:
    """Everything that `check` and `target check` say of a document, in its terms and its order."""
    document = snapshot.content
    found = [] if document.error is None else [document.error]
    for one in check_regions(document, snapshot.environment, analyze=snapshot.analyze):
        found += one.diagnostics
    snapshot.settle()
    said = {(one.code, one.span, one.message) for one in found}
    found += [one for one in _of_bodies(snapshot) if (one.code, one.span, one.message) not in said]
    return sorted(found, key=lambda one: (one.span, not one.is_error))


def _of_bodies(snapshot: Snapshot) -> list[Diagnostic]:
    """What is wrong with the bodies of a JSON document, or with a TOML plan or schema; nothing for others."""
    document = snapshot.content
    if document.error is not None:
        return []
    match document.kind:
        case "json":
            return _of_body(document.text, snapshot.environment.schema)
        case "toml":
            return _of_toml(document.text, snapshot.environment.schema)
        case _:
            return []


def _of_body(text: str, schema: Schema | None) -> list[Diagnostic]:
    from targetexpr.targets.model.envelope import PayloadError
    from targetexpr.targets.validation.validate import check_document

    try:
        bodies = check_document(text, schema=schema)
    except PayloadError:  # not a body, as far as groups are concerned
        return []
    if all(one.kind is None for one in bodies):
        return []
    return [diagnostic for body in bodies for diagnostic in body.diagnostics]


def _of_toml(text: str, schema: Schema | None) -> list[Diagnostic]:
    from targetexpr.base.tomltext import read_toml
    from targetexpr.targets.authoring.plan_check import check_plan, is_plan
    from targetexpr.targets.authoring.plan_file import PlanError

    values = read_toml(text)
    if _is_schema(values):
        return _of_schema(text)
    if not is_plan(values):
        return []
    try:
        return check_plan(text, schema=schema)
    except PlanError as error:
        return list(error.diagnostics)


def _is_schema(values: Mapping[str, object]) -> bool:
    """Whether a TOML file declares fields: those of a profile, whose names all begin alike, or of products."""
    profiles = values.get("profiles")
    named = isinstance(profiles, Mapping) and any(name.startswith("current") for name in profiles)
    return named or isinstance(values.get("inventoryAttributes"), Mapping)


def _of_schema(text: str) -> list[Diagnostic]:
    """What is wrong with a schema file, at its lines."""
    try:
        Schema.load(text + "\n")
    except SchemaError as error:
        # Its offsets count a line break once, however it is written.
        breaks = [found.start() - place for place, found in enumerate(re.finditer("\r\n", text))]
        return [
            replace(one, span=Span(*(at + bisect_left(breaks, at) for at in one.span))) for one in error.diagnostics
        ]
    return []


def as_protocol(snapshot: Snapshot, found: list[Diagnostic]) -> list[lsp.Diagnostic]:
    """Diagnostics as editors show them: the message, and what to do in a line below it."""
    return [_one(snapshot, diagnostic) for diagnostic in found]


def _one(snapshot: Snapshot, diagnostic: Diagnostic) -> lsp.Diagnostic:
    hint = "" if diagnostic.hint is None else f"\n{diagnostic.hint}"
    data: dict[str, object] = {} if diagnostic.pointer is None else {"pointer": diagnostic.pointer}
    if diagnostic.number is not None:
        data["number"] = diagnostic.number
    return lsp.Diagnostic(
        range=snapshot.range(_shown(snapshot.content.text, diagnostic.span)),
        severity=lsp.DiagnosticSeverity.Error if diagnostic.is_error else lsp.DiagnosticSeverity.Warning,
        code=diagnostic.code,
        code_description=_page(diagnostic.code),
        source=SOURCE,
        message=diagnostic.message + hint,
        tags=[lsp.DiagnosticTag.Unnecessary] if diagnostic.code in _UNNECESSARY else None,
        related_information=_related(snapshot, diagnostic),
        data=data or None,
    )


def _shown(text: str, span: Span) -> Span:
    """A span without half a line break: the protocol has no place between CR and LF."""
    cut = span.start < span.end and text.startswith("\r\n", span.end - 1)
    return Span(span.start, span.end + 1) if cut else span


@cache
def _page(code: str) -> lsp.CodeDescription | None:
    """The page of a code in the guide, which is part of the package: a file, for there is no site."""
    path = code_page_path(code)
    return None if path is None else lsp.CodeDescription(path.as_uri())


def _related(snapshot: Snapshot, diagnostic: Diagnostic) -> list[lsp.DiagnosticRelatedInformation] | None:
    beside = _BESIDE.get(diagnostic.code)
    if beside is None or not (diagnostic.pointer or "").endswith(beside[0]):
        return None
    wanted = (diagnostic.pointer or "").removesuffix(beside[0]) + beside[1]
    places = [region.span for region in snapshot.content.regions if region.pointer == wanted]
    return [_place(snapshot, span, "The expression that it is compared with.") for span in places] or None


def _place(snapshot: Snapshot, span: Span, message: str) -> lsp.DiagnosticRelatedInformation:
    return lsp.DiagnosticRelatedInformation(lsp.Location(snapshot.uri, snapshot.range(span)), message)
