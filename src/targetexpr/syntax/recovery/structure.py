"""Slips in structure: runs the grammar over mended tokens and, where it is stuck, finds what the author meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import Span
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import Token, tokenize
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.characters import RepairedText, visible
from targetexpr.syntax.recovery.comparisons import chained_comparison
from targetexpr.syntax.recovery.context import (
    IncrementalParse,
    ParseFailure,
    RecoveryContext,
    Repair,
    run,
    short,
)
from targetexpr.syntax.recovery.punctuation import (
    colon_for_comma,
    digit_grouping,
    double_dot,
    extra_paren,
    missing_comma,
    missing_dot,
    missing_paren,
    not_callable,
    repeated_operator,
)
from targetexpr.syntax.recovery.word_operators import word_operator

BUDGET = 2_000_000
"""Tokens that recovery may look at, all rounds together: the functions that know a slip may read all of the rule."""


REPAIRS: tuple[Callable[[RecoveryContext], Repair | None], ...] = (
    chained_comparison,
    extra_paren,
    missing_paren,
    colon_for_comma,
    missing_comma,
    missing_dot,
    word_operator,
    digit_grouping,
    double_dot,
    repeated_operator,
    not_callable,
)


def by_example(scene: RecoveryContext) -> Diagnostic:
    """What is said where no repair is known: by the example in whose situation the parser is, else plainly."""
    signature = (scene.stuck.state, scene.token.kind)
    code = _situations().get(signature, "")
    if not code and scene.token.kind == END:
        code = "unexpected-end"
    elif not code:
        code = "missing-operand" if scene.stuck.wants_operand else "syntax"
    token = scene.token
    place = scene.span(token) if token.text or scene.before is None else _end_of(scene, scene.before)
    if code == "missing-operator" and scene.before is not None:
        place = scene.span(scene.before, token)
    return diagnostic(
        code,
        place,
        text=short(visible(scene.written(token))) if token.text else "the end",
        before=short(visible(scene.written(scene.before))) if scene.before is not None else "its beginning",
        needed=_needed(scene.stuck),
    )


def _end_of(scene: RecoveryContext, before: Token) -> Span:
    """The end of a text is told at its last token: carets need something to point at."""
    return scene.span(before)


def _needed(stuck: ParseFailure) -> str:
    if stuck.wants_operand:
        return 'A value is needed here: an attribute like currentTxn.value, a number, a "string" or a parenthesis.'
    if stuck.expected == {"NAME"}:
        return "The name of an attribute or method is needed here."
    if stuck.expected == {"COLON"}:
        return "A : and the other result are needed here."
    return "An operator is needed here, such as && or ==, or the end of the rule."


@cache
def _situations() -> dict[tuple[int, str], str]:
    """For each example the state the parser is in and the token it gets there."""
    situations: dict[tuple[int, str], str] = {}
    for example in mistakes()["example"]:
        for text in example["texts"]:
            stuck = run(tokens := tokenize(text))
            if stuck is not None:
                situations.setdefault((stuck.state, tokens[stuck.place].kind), example["code"])
    return situations


def recover(tokens: list[Token], mended: RepairedText) -> tuple[list[Diagnostic], list[Token] | None]:
    """Every slip in structure, up to the first that no repair is known for; the tokens as they were meant.

    The tokens are None where they are no rule: no repair was known, or there were too many.
    """
    diagnostics: list[Diagnostic] = []
    spent = 0
    runs = IncrementalParse()
    while True:
        stuck = runs.run(tokens)
        if stuck is None:
            return diagnostics, tokens
        spent += len(tokens)
        scene = RecoveryContext(tokens, stuck, mended)
        repair = next((found for known in REPAIRS if (found := known(scene)) is not None), None)
        if repair is None:
            return [*diagnostics, by_example(scene)], None
        diagnostics.append(replace(repair.diagnostic, fixes=()) if scene.overlaps_repair else repair.diagnostic)
        if repair.tokens is None or spent > BUDGET:
            return diagnostics, None
        tokens = repair.tokens
