"""Rule text to expressionJson, as the rule editor asks for it: an answer for broken text too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.limits import Limits
from targetexpr.front import Environment, analyze, to_json
from targetexpr.lang.nodes import is_name
from targetexpr.lang.schema.schema import Schema
from targetexpr.serve.reading import misfit, object_of, path_id
from targetexpr.syntax.fragments import fragments
from targetexpr.syntax.json_encoder import group_json
from targetexpr.targets.model.json_values import JsonValue

LONGEST = 100_000
"""Characters of a rule that is converted; the editor's layout grows with the square of the nesting."""

_LONGEST_IN_FRAGMENTS = 10_000  # of broken text; the rest is left out
_LIMITS = Limits(json=4_000_000)


def convert(program: str, event: str, body: bytes) -> dict[str, JsonValue]:
    """The answer for a body `{"exp": "..."}`. `diagnostics` is ours, and there only when there is something to say."""
    given = object_of(body, ("exp",))
    text = given.get("exp")
    if path_id(program) is None:
        raise misfit("program-id", f"{program[:60]!r} is no id of a programme.", "")
    if not is_name(event):
        said = f"{event[:60]!r} is no name of an event; names are letters, digits and underscores."
        raise misfit("event-type", said, "")
    if not isinstance(text, str):
        raise misfit("exp-missing", "exp is the text of a rule.", "/exp")
    if len(text) > LONGEST:
        raise misfit("too-long", f"The rule has {len(text):,} characters; {LONGEST:,} are converted.", "/exp")
    made, diagnostics = _converted(text, event)
    broken = any(diagnostic.is_error for diagnostic in diagnostics)
    result: dict[str, JsonValue] = {"expressionJSON": made, "expression": text, "isError": broken}
    if diagnostics:
        result["diagnostics"] = [_diagnostic(one) for one in diagnostics]
    return {"success": True, "status": 200, "result": result}


def _converted(text: str, event: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The JSON with the types that the event gives; of text that is no rule, its fragments without types."""
    analysis = analyze(text, Environment(event=event, expect=None, strict=False))
    checked, diagnostics = analysis.checked, analysis.check_diagnostics
    if checked is not None:
        try:
            made = to_json(checked, "editor", limits=_LIMITS)
            return made, tuple(_softened(one, checked.schema, event) for one in diagnostics)
        except ExpressionError as error:
            diagnostics = error.diagnostics
    try:
        return group_json(fragments(text[:_LONGEST_IN_FRAGMENTS]), limits=_LIMITS), diagnostics
    except ExpressionError as error:
        return group_json([]), (*diagnostics, *error.diagnostics)


def _softened(one: Diagnostic, schema: Schema, event: str) -> Diagnostic:
    """What a rule may not see of an event is no error where the event is not known: it may be one of the customer's.

    It has the types of a behavioural event, and a diagnostic says so, whatever the rule reads.
    """
    unsure = one.code in ("profile-not-offered", "not-in-event") and schema.event(event) is None
    return replace(one, severity="warning") if unsure else one


def _diagnostic(one: Diagnostic) -> JsonValue:
    made: dict[str, Any] = {"code": one.code, "severity": one.severity, "message": one.message}
    made |= {"start": one.span.start, "end": one.span.end}
    return made | ({"hint": one.hint} if one.hint is not None else {})
