"""Rule text to expressionJson, as the rule editor asks for it: an answer for broken text too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.limits import Limits
from targetexpr.checking.result import Checked
from targetexpr.front import Environment, analyze, to_json
from targetexpr.serve.errors import invalid_input
from targetexpr.syntax.fragments import fragments
from targetexpr.syntax.json_encoder import group_json
from targetexpr.targets.model.json_values import JsonValue

LONGEST = 100_000
"""Characters of a rule that is converted; the editor's layout grows with the square of the nesting."""

_LONGEST_BROKEN = 10_000  # characters of broken text; the rest is left out
_LIMITS = Limits(json=4_000_000)


def convert(body: Mapping[str, JsonValue], event: str) -> dict[str, JsonValue]:
    """The answer for a body `{"exp": "..."}`. `diagnostics` is ours, and there only when there is something to say."""
    text = body.get("exp")
    if not isinstance(text, str):
        raise invalid_input("exp-missing", "exp is the text of a rule, a string.", "/exp")
    if len(text) > LONGEST:
        raise invalid_input("too-long", f"The rule has {len(text):,} characters; {LONGEST:,} are converted.", "/exp")
    expression_json, diagnostics = _convert(text, event)
    is_error = any(diagnostic.is_error for diagnostic in diagnostics)
    result: dict[str, JsonValue] = {"expressionJSON": expression_json, "expression": text, "isError": is_error}
    if diagnostics:
        result["diagnostics"] = [_diagnostic_json(diagnostic) for diagnostic in diagnostics]
    return {"success": True, "status": 200, "result": result}


def _convert(text: str, event: str) -> tuple[str, Sequence[Diagnostic]]:
    """The JSON with the types that the event gives; of text that is no rule, its fragments without types."""
    analysis = analyze(text, Environment(event=event, expect=None, strict=False, limits=_LIMITS))
    diagnostics: Sequence[Diagnostic] = analysis.check_diagnostics
    try:
        if analysis.checked is not None:
            return to_json(analysis.checked, "editor", limits=_LIMITS), _softened(analysis.checked, event)
        return group_json(fragments(text[:_LONGEST_BROKEN]), limits=_LIMITS), diagnostics
    except ExpressionError as too_large:
        return group_json([]), (*diagnostics, *too_large.diagnostics)


def _softened(checked: Checked, event: str) -> Sequence[Diagnostic]:
    """What a rule may not see of an event is no error where the event is not known: it may be one of the customer's.

    It has the types of a behavioural event, and a diagnostic says so, whatever the rule reads.
    """
    if checked.schema.event(event) is not None:
        return checked.diagnostics
    return [
        replace(diagnostic, severity="warning")
        if diagnostic.code in ("profile-not-offered", "not-in-event")
        else diagnostic
        for diagnostic in checked.diagnostics
    ]


def _diagnostic_json(diagnostic: Diagnostic) -> JsonValue:
    entry: dict[str, JsonValue] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "start": diagnostic.span.start,
        "end": diagnostic.span.end,
    }
    return entry if diagnostic.hint is None else entry | {"hint": diagnostic.hint}
