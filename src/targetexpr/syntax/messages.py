"""Diagnostics on broken text and expressionJson, from the messages of grammar/mistakes.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from os.path import join
from typing import Any

from targetexpr.base import jsontext
from targetexpr.base.diagnostics import Diagnostic, Edit, Fix, Severity
from targetexpr.base.source import Span
from targetexpr.syntax.grammar import folder


@cache
def mistakes() -> Mapping[str, Any]:
    """The whole of mistakes.toml. Read only when there is a diagnostic to make."""
    import tomllib

    with open(join(folder(), "mistakes.toml"), "rb") as file:
        return tomllib.load(file)


def diagnostic(
    code: str,
    span: Span,
    *,
    severity: Severity = "error",
    pointer: str | None = None,
    edits: tuple[Edit, ...] = (),
    hint_key: str = "hint",
    **values: object,
) -> Diagnostic:
    """The diagnostic of that code: its message filled in with `values`, its fix made of `edits` if there are any."""
    return diagnostic_of(code, span, values, severity=severity, pointer=pointer, edits=edits, hint_key=hint_key)


def diagnostic_of(
    code: str,
    span: Span,
    values: Mapping[str, object],
    *,
    severity: Severity = "error",
    pointer: str | None = None,
    edits: tuple[Edit, ...] = (),
    hint_key: str = "hint",
) -> Diagnostic:
    """`diagnostic` for callers that have the values in a mapping."""
    entry: dict[str, Any] = mistakes()["diagnostic"][code]
    hint = entry.get(hint_key, "").format(**values)
    return Diagnostic(
        code=code,
        severity=severity,
        span=span,
        message=entry["message"].format(**values),
        hint=hint or None,
        fixes=(Fix(entry["fix"].format(**values), edits),) if edits else (),
        tags=frozenset(entry.get("tags", ())),
        pointer=pointer,
    )


def codes() -> tuple[str, ...]:
    """Every code that reading text or expressionJson can give."""
    return tuple(sorted({*mistakes()["diagnostic"], *jsontext.CODES}))
