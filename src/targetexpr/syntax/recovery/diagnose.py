"""What an author meant: the diagnostics on a text, from limits through wrong characters to wrong structure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic, apply_fixes, capped
from targetexpr.base.limits import Limits
from targetexpr.base.source import Span
from targetexpr.lang.walk import size
from targetexpr.syntax.lexer import ENDS_OPERAND, ENDS_TERM, Token, tokenize
from targetexpr.syntax.messages import diagnostic
from targetexpr.syntax.parser import MixedLogic, Parsed
from targetexpr.syntax.recovery.characters import RepairedText, repair_characters
from targetexpr.syntax.recovery.context import run
from targetexpr.syntax.recovery.heuristics import SuspiciousTokens, may_be_suspicious
from targetexpr.syntax.recovery.mixed_logic import mixed_logic_warning
from targetexpr.syntax.recovery.quoted import in_original, is_condition, unwrapped
from targetexpr.syntax.recovery.structure import recover


class Recovered(NamedTuple):
    """What is wrong with a broken text, and its tokens as they were meant."""

    diagnostics: list[Diagnostic]
    tokens: list[Token] | None  # where they stand in the broken text; None where they are no rule either


def too_long(limits: Limits, length: int) -> Diagnostic:
    """The error on a text that is longer than the limit: it is not looked at."""
    return diagnostic("too-long", Span(limits.text, length), most=f"{limits.text:,}", what="The rule")


def past_limits(text: str, parsed: Parsed, limits: Limits) -> list[Diagnostic]:
    """The error on a tree that is deeper or larger than the limits; nothing on any other."""
    span = parsed.tree.span
    if parsed.depth > limits.nesting:
        return _too_deep(tokenize(text), limits) or [diagnostic("nesting-limit", span, most=limits.nesting)]
    if len(text) > limits.nodes and size(parsed.tree) > limits.nodes:
        return [diagnostic("too-many-nodes", span, most=f"{limits.nodes:,}")]
    return []


def _too_deep(tokens: Sequence[Token], limits: Limits) -> list[Diagnostic]:
    """The opening parenthesis or sign that goes past the limit, whether or not the text is a rule."""
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


def errors(text: str, tokens: list[Token], limits: Limits) -> Recovered:
    """What is wrong with a text that is not in the language: one error on a limit, or everything else."""
    deep = _too_deep(tokens, limits)
    if deep:
        return Recovered(deep, None)
    found = _rule_inside(text, limits, clean=True)
    if found is None:
        found = _errors(text, tokens, limits)
        if found.tokens is None or [token.kind for token in found.tokens[:-1]] == ["STRING"]:
            found = _rule_inside(text, limits, clean=False) or found
    return found


def rule_inside(text: str, limits: Limits) -> str | None:
    """The rule that a text which is one string holds, with every repair made; None where it holds none."""
    inside = _rule_inside(text, limits, clean=True) or _rule_inside(text, limits, clean=False)
    return apply_fixes(text, inside.diagnostics) if inside is not None else None


def _rule_inside(text: str, limits: Limits, *, clean: bool) -> Recovered | None:
    """The rule that stands in quotes, backticks or a code block; a `clean` one has nothing else wrong with it."""
    for inside, mistake in unwrapped(text):
        tokens = tokenize(inside.text)
        if _too_deep(tokens, limits):
            continue
        failure = run(tokens)
        if failure is None and clean and is_condition(tokens):
            return Recovered([mistake], [_in_original(token, inside) for token in tokens])
        if failure is not None and not clean:
            found = _errors(inside.text, tokens, limits)
            if found.tokens is not None and is_condition(found.tokens):
                wrong = [mistake, *(in_original(one, inside) for one in found.diagnostics)]
                return Recovered(capped(wrong, limits.diagnostics), [_in_original(one, inside) for one in found.tokens])
    return None


def _errors(text: str, tokens: list[Token], limits: Limits) -> Recovered:
    """What is wrong with a text as it stands: characters, then what only looks right, then structure."""
    repaired = repair_characters(text, limits.diagnostics)
    found, dropped = list(repaired.diagnostics), repaired.dropped
    recovered = None
    if repaired.unrepairable:
        found += _words_beside(repaired)
    else:
        read = tokens if repaired.text == text else tokenize(repaired.text)
        suspicions = SuspiciousTokens(read, repaired, "error", limits.diagnostics)
        wrong, meant = recover(suspicions.tokens, repaired)
        found = [*_without_covered(found, wrong), *suspicions.diagnostics, *wrong]
        dropped += suspicions.dropped
        recovered = None if meant is None else [_in_original(token, repaired) for token in meant]
    return Recovered(capped(found, limits.diagnostics, dropped), recovered)


_WORDS = frozenset(("word-operator", "between", "in-list", "like", "xor"))
"""Mistakes in structure that are the same whatever characters stand elsewhere."""


def _words_beside(repaired: RepairedText) -> list[Diagnostic]:
    """Words of other languages in a text with characters that nothing is known for, as if spaces stood there."""
    unknown = [one.span for one in repaired.diagnostics if one.code == "unexpected-character"]
    if not unknown or any(not one.fixes for one in repaired.diagnostics if one.code != "unexpected-character"):
        return []
    tokens = tokenize(repaired.text)
    spaced = [token for token in tokens if token.kind != "UNKNOWN"]
    wrong, _ = recover(SuspiciousTokens(spaced, repaired, "error", 0).tokens, repaired)
    words = [one for one in wrong if one.code in _WORDS and one.fixes]
    covering = [
        Span(min(e.span.start for e in one.fixes[0].edits), max(e.span.end for e in one.fixes[0].edits))
        for one in words
    ]
    return [
        one
        for one, span in zip(words, covering, strict=True)
        if not any(span.start < u.end and u.start < span.end for u in unknown)
    ]


def _without_covered(characters: list[Diagnostic], structure: list[Diagnostic]) -> list[Diagnostic]:
    """Mistakes in characters without those that are part of one in structure: the brackets of a list, an arrow."""
    fixes = [fix for one in structure if one.code in ("in-list", "between") for fix in one.fixes]
    covered = [one.span for one in structure if one.code == "arrow"]
    covered = sorted([*covered, *(edit.span for fix in fixes for edit in fix.edits)])

    def inside(span: Span) -> bool:
        at = bisect_right(covered, (span.start, span.end)) - 1
        return at >= 0 and covered[at].end >= span.end

    return [one for one in characters if one.code not in ("list-bracket", "other-operator") or not inside(one.span)]


def _in_original(token: Token, repaired: RepairedText) -> Token:
    start, end = repaired.span(token.start, token.end)
    return token._replace(start=start, end=end)


def warnings(text: str, mixed: Sequence[MixedLogic], limits: Limits) -> list[Diagnostic]:
    """What is allowed in a rule's text, and still seldom meant."""
    found = [mixed_logic_warning(mix) for mix in mixed]
    dropped = 0
    if may_be_suspicious(text):
        untouched = RepairedText(text, [], [], unrepairable=False)
        suspicions = SuspiciousTokens(tokenize(text), untouched, "warning", limits.diagnostics)
        found += suspicions.diagnostics
        dropped = suspicions.dropped
    return capped(found, limits.diagnostics, dropped)
