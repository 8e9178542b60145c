"""The warning on && and || side by side: both readings, and the parentheses that settle it."""

from __future__ import annotations

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.lang.nodes import Expr, Logical
from targetexpr.lang.operators import LogicalOp
from targetexpr.syntax.parser import Mix
from targetexpr.syntax.printer import to_text
from targetexpr.syntax.sentences import say

SHOWN = 120
"""Characters of a reading that a hint shows."""


def mixed_logic(mix: Mix) -> Diagnostic:
    """The finding on an `||` list with bare `&&` lists among its terms."""
    edits: list[Edit] = []
    for term in mix.bare:
        start, end = term.span
        edits += [Edit(Span(start, start), "("), Edit(Span(end, end), ")")]
    level = one_level(mix)
    return say(
        "mixed-logic",
        mix.either.span,
        severity="warning",
        edits=tuple(edits),
        hint_key="hint_same" if level == mix.either else "hint",
        standard=_shown(mix.either),
        level=_shown(level),
    )


def one_level(mix: Mix) -> Expr:
    """The tree when && and || are read on one level, nested to the right: `a&&b||c` is `a&&(b||c)`."""
    operands: list[Expr] = []
    operators: list[LogicalOp] = []
    bare = {id(term) for term in mix.bare}
    for term in mix.either.terms:
        parts = term.terms if isinstance(term, Logical) and id(term) in bare else (term,)
        operands += parts
        operators += ["&&"] * (len(parts) - 1)
        operators.append("||")
    operators.pop()
    # Runs of one operator are one node: built from the right, each run takes what stands right of it as its last term.
    terms = [operands.pop()]
    while operators:
        operator = operators[-1]
        while operators and operators[-1] == operator:
            operators.pop()
            terms.append(operands.pop())
        terms = [Logical(operator=operator, terms=tuple(reversed(terms)))]
    return terms[0]


def _shown(tree: Expr) -> str:
    text = to_text(tree)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."
