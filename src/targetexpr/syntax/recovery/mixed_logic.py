"""The warning on && and || side by side: both readings, and the parentheses that settle it."""

from __future__ import annotations

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.lang.nodes import Expr
from targetexpr.syntax.messages import diagnostic
from targetexpr.syntax.parser import MixedLogic, nested_right
from targetexpr.syntax.printer import to_text

SHOWN = 120
"""Characters of a reading that a hint shows."""


def mixed_logic_warning(mixed: MixedLogic) -> Diagnostic:
    """The diagnostic on an `||` list with bare `&&` lists among its terms."""
    edits: list[Edit] = []
    for term in mixed.bare:
        start, end = term.span
        edits += [Edit(Span(start, start), "("), Edit(Span(end, end), ")")]
    level = nested_right(mixed)
    return diagnostic(
        "mixed-logic",
        mixed.either.span,
        severity="warning",
        edits=tuple(edits),
        hint_key="hint_same" if level == mixed.either else "hint",
        standard=_shown(mixed.either),
        level=_shown(level),
    )


def _shown(tree: Expr) -> str:
    text = to_text(tree)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
