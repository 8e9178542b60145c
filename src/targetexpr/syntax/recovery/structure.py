"""Mistakes in structure: runs the grammar over repaired tokens and, where it fails, finds what the author meant."""

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
from targetexpr.syntax.recovery.conditionals import conditional, exclusive_or, leading_word
from targetexpr.syntax.recovery.context import (
    IncrementalParse,
    ParseFailure,
    RecoveryContext,
    Repair,
    run,
    short,
)
from targetexpr.syntax.recovery.phrases import phrase
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
"""Tokens that recovery may look at, all rounds together: the functions that know a mistake may read all of the rule."""


REPAIRS: tuple[Callable[[RecoveryContext], Repair | None], ...] = (
    chained_comparison,
    extra_paren,
    missing_paren,
    colon_for_comma,
    missing_comma,
    missing_dot,
    phrase,
    exclusive_or,
    conditional,
    leading_word,
    word_operator,
    digit_grouping,
    double_dot,
    repeated_operator,
    not_callable,
)


def by_example(context: RecoveryContext) -> Diagnostic:
    """The diagnostic where no repair is known: by the example in whose situation the parser is, else plainly."""
    signature = (context.failure.state, context.token.kind)
    code = _situations().get(signature, "")
    if not code and context.token.kind == END:
        code = "unexpected-end"
    elif not code:
        code = "missing-operand" if context.failure.wants_operand else "syntax"
    token = context.token
    span = context.span(token) if token.text or context.before is None else _end_of(context, context.before)
    if code == "missing-operator" and context.before is not None:
        span = context.span(context.before, token)
    return diagnostic(
        code,
        span,
        text=short(visible(context.written(token))) if token.text else "the end",
        before=short(visible(context.written(context.before))) if context.before is not None else "its beginning",
        needed=_needed(context.failure),
    )


def _end_of(context: RecoveryContext, before: Token) -> Span:
    """The end of a text is told at its last token: carets need something to point at."""
    return context.span(before)


def _needed(failure: ParseFailure) -> str:
    if failure.wants_operand:
        return 'Expected a value: an attribute like currentTxn.value, a number, a "string" or a parenthesis.'
    if failure.expected == {"NAME"}:
        return "Expected the name of an attribute or method."
    if failure.expected == {"COLON"}:
        return "Expected `:` and the second result."
    return "Expected an operator, such as `&&` or `==`, or the end of the rule."


@cache
def _situations() -> dict[tuple[int, str], str]:
    """For each example the state the parser is in and the token it gets there."""
    situations: dict[tuple[int, str], str] = {}
    for example in mistakes()["example"]:
        for text in example["texts"]:
            failure = run(tokens := tokenize(text))
            if failure is not None:
                situations.setdefault((failure.state, tokens[failure.token_index].kind), example["code"])
    return situations


def recover(tokens: list[Token], repaired: RepairedText) -> tuple[list[Diagnostic], list[Token] | None]:
    """Every mistake in structure, up to the first that no repair is known for; the tokens as they were meant.

    The tokens are None where they are no rule: no repair was known, or there were too many.
    """
    diagnostics: list[Diagnostic] = []
    spent = 0
    runs = IncrementalParse()
    while True:
        failure = runs.run(tokens)
        if failure is None:
            return diagnostics, tokens
        spent += len(tokens)
        context = RecoveryContext(tokens, failure, repaired)
        repair = next((found for known in REPAIRS if (found := known(context)) is not None), None)
        if repair is None:
            return [*diagnostics, by_example(context)], None
        diagnostics.append(replace(repair.diagnostic, fixes=()) if context.overlaps_repair else repair.diagnostic)
        if repair.tokens is None or spent > BUDGET:
            return diagnostics, None
        tokens = repair.tokens
