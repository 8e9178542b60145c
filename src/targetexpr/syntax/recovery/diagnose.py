"""What an author meant: the diagnostics on a text, from limits through slips in characters to slips in structure."""

from __future__ import annotations

from itertools import pairwise

from targetexpr.base.diagnostics import Diagnostic, capped
from targetexpr.base.limits import Limits
from targetexpr.base.source import Span
from targetexpr.lang.walk import size
from targetexpr.syntax.messages import diagnostic
from targetexpr.syntax.parser import Mix, NotInLanguage, Parsed, read
from targetexpr.syntax.recovery.characters import RepairedText, mend
from targetexpr.syntax.recovery.context import ENDS_OPERAND, tokens_of
from targetexpr.syntax.recovery.heuristics import SuspiciousTokens, may_be_suspicious
from targetexpr.syntax.recovery.mixed_logic import mixed_logic
from targetexpr.syntax.recovery.structure import recover

ENDS_TERM = frozenset(("AND", "OR", "COMPARE", "SIGN", "SCALE", "QMARK", "COLON", "COMMA"))


def diagnose(text: str, limits: Limits) -> list[Diagnostic]:
    """Every diagnostic on a text, in its order: one error on a limit, or the slips, or warnings on a whole rule."""
    if len(text) > limits.text:
        whole = Span(limits.text, len(text))
        return [diagnostic("too-long", whole, most=f"{limits.text:,}", what="The rule")]
    try:
        parsed = read(text)
    except NotInLanguage:
        return _errors(text, limits)
    return _past_limits(text, parsed, limits) or _warnings(text, parsed.mixes, limits)


def _past_limits(text: str, parsed: Parsed, limits: Limits) -> list[Diagnostic]:
    span = parsed.tree.span
    if parsed.depth > limits.nesting:
        return _too_deep(text, limits) or [diagnostic("nesting-limit", span, most=limits.nesting)]
    if len(text) > limits.nodes and size(parsed.tree) > limits.nodes:
        return [diagnostic("too-many-nodes", span, most=f"{limits.nodes:,}")]
    return []


def _too_deep(text: str, limits: Limits) -> list[Diagnostic]:
    """The opening parenthesis or sign that goes past the limit, whether or not the text is a rule."""
    tokens = tokens_of(text)
    opened: list[int] = []  # for each open parenthesis, the signs that stand right before it
    signs = 0
    level = 1  # of a leaf that would stand here
    before = ""
    for token, after in pairwise(tokens):
        if token.kind == "NOT" or (token.kind == "SIGN" and before not in ENDS_OPERAND):
            signs += 1
            level += 1
        elif token.kind == "LPAR":
            opened.append(signs)
            signs = 0
            level += after.kind != "RPAR"
        elif token.kind == "RPAR" and opened:
            level -= signs + (before != "LPAR")
            signs = opened.pop()
        elif token.kind in ENDS_TERM:
            level -= signs
            signs = 0
        if level > limits.nesting:
            return [diagnostic("nesting-limit", Span(token.start, token.end), most=limits.nesting)]
        before = token.kind
    return []


def _errors(text: str, limits: Limits) -> list[Diagnostic]:
    deep = _too_deep(text, limits)
    if deep:
        return deep
    mended = mend(text, limits.diagnostics)
    diagnostics, dropped = list(mended.diagnostics), mended.dropped
    if not mended.unrepairable:
        suspicions = SuspiciousTokens(tokens_of(mended.text), mended, "error", limits.diagnostics)
        diagnostics += suspicions.diagnostics
        diagnostics += recover(suspicions.tokens, mended)
        dropped += suspicions.dropped
    return capped(diagnostics, limits.diagnostics, dropped)


def _warnings(text: str, mixes: list[Mix], limits: Limits) -> list[Diagnostic]:
    diagnostics = [mixed_logic(mix) for mix in mixes]
    dropped = 0
    if may_be_suspicious(text):
        untouched = RepairedText(text, [], [], unrepairable=False)
        suspicions = SuspiciousTokens(tokens_of(text), untouched, "warning", limits.diagnostics)
        diagnostics += suspicions.diagnostics
        dropped = suspicions.dropped
    return capped(diagnostics, limits.diagnostics, dropped)
