"""Structural mistakes that are known one by one: parentheses, commas, colons, dots, repeated operators."""

from __future__ import annotations

import re
from itertools import pairwise

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import ENDS_OPERAND, LITERAL, Token
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, short
from targetexpr.syntax.recovery.parentheses import close_one, is_call


def extra_paren(context: RecoveryContext) -> Repair | None:
    """A `)` with no `(` before it."""
    if context.token.kind != "RPAR" or context.open or not context.failure.complete:
        return None
    span = context.span(context.token)
    return Repair(
        diagnostic("extra-paren", span, edits=(context.edit(context.token, context.token, ""),)),
        context.replace(context.index, 1),
    )


def missing_paren(context: RecoveryContext) -> Repair | None:
    """The end of the text, or a token that only makes sense after a `)`."""
    if context.token.kind != END or not context.failure.complete or not context.open:
        return None
    at = close_one(context.tokens, context.open)
    before = context.tokens[at - 1]
    where = "at the end" if at == context.index else f"before {context.tokens[at].text}"
    edit = context.insertion(before, ")")
    reported = diagnostic("missing-paren", context.span(context.tokens[context.open[-1]]), edits=(edit,), where=where)
    return Repair(reported, context.replace(at, 0, Token("RPAR", ")", before.end, before.end)))


def colon_for_comma(context: RecoveryContext) -> Repair | None:
    """`f("a":"b")`."""
    if context.token.kind != "COLON" or not context.in_call or not context.failure.complete:
        return None
    span = context.span(context.token)
    comma = Token("COMMA", ",", context.token.start, context.token.end)
    edit = context.edit(context.token, context.token, ",")
    return Repair(diagnostic("colon-for-comma", span, edits=(edit,)), context.replace(context.index, 1, comma))


def missing_comma(context: RecoveryContext) -> Repair | None:
    """`f("a" "b")`."""
    before = context.before
    if before is None or not context.in_call or context.token.kind not in LITERAL or before.kind not in LITERAL:
        return None
    edit = context.insertion(before, ",")
    comma = Token("COMMA", ",", before.end, before.end)
    span = context.span(before, context.token)
    return Repair(diagnostic("missing-comma", span, edits=(edit,)), context.replace(context.index, 0, comma))


def digit_grouping(context: RecoveryContext) -> Repair | None:
    """`1,000`."""
    at = context.index
    if context.token.kind != "COMMA" or context.in_call or context.before is None or context.before.kind != "NUMBER":
        return None
    end = at
    while context.tokens[end].kind == "COMMA" and re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", context.tokens[end + 1].text):
        end += 2
    group = context.tokens[at - 1 : end]
    if end == at or any(a.end != b.start for a, b in pairwise(group)):
        return None
    text = "".join(token.text for token in group)
    write = text.replace(",", "")
    span = context.span(group[0], group[-1])
    reported = diagnostic(
        "digit-grouping", span, edits=(context.edit(group[0], group[-1], write),), text=text, write=write
    )
    return Repair(reported, context.replace(at - 1, len(group), Token("NUMBER", write, group[0].start, group[-1].end)))


def missing_dot(context: RecoveryContext) -> Repair | None:
    """`currentTxn value`."""
    before, token = context.before, context.token
    if (
        before is None
        or token.kind != "NAME"
        or before.kind != "NAME"
        or before.text not in mistakes()["profiles"]["names"]
    ):
        return None
    if context.index > 1 and context.tokens[context.index - 2].kind == "DOT":
        return None
    span = context.span(before, token)
    gap = context.repaired.span(before.end, token.start)
    context.overlaps(before.end, token.start)
    write = f"{before.text}.{token.text}"
    reported = diagnostic(
        "missing-dot", span, edits=(Edit(gap, "."),), profile=before.text, name=token.text, write=write
    )
    return Repair(reported, context.replace(context.index, 0, Token("DOT", ".", before.end, token.start)))


def double_dot(context: RecoveryContext) -> Repair | None:
    """`a..b`."""
    if context.token.kind != "DOT" or context.before is None or context.before.kind != "DOT":
        return None
    span = context.span(context.token)
    return Repair(
        diagnostic("double-dot", span, edits=(context.edit(context.token, context.token, ""),)),
        context.replace(context.index, 1),
    )


def repeated_operator(context: RecoveryContext) -> Repair | None:
    """`a && && b`."""
    token, before = context.token, context.before
    if token.kind not in ("AND", "OR", "COMPARE") or before is None or before.text != token.text:
        return None
    span = context.span(before, token)
    gap = Edit(context.repaired.span(before.end, token.end), "")
    context.overlaps(before.end, token.end)
    text = f"{before.text} {token.text}"
    reported = diagnostic("repeated-operator", span, edits=(gap,), text=text, write=token.text)
    return Repair(reported, context.replace(context.index, 1))


def not_callable(context: RecoveryContext) -> Repair | None:
    """`(a.b)(c)`, `5(c)`: only names are called; `(a>1)(b>2)` lacks an operator instead."""
    before = context.before
    if context.token.kind != "LPAR" or before is None or before.kind not in ENDS_OPERAND:
        return None
    first = context.index - 1
    if before.kind == "RPAR":
        depth = 0
        while True:
            depth += {"RPAR": 1, "LPAR": -1}.get(context.tokens[first].kind, 0)
            if depth == 0:
                break
            first -= 1
        inside = context.tokens[first + 1 : context.index - 1]
        if is_call(context.tokens, first) or not all(token.kind in ("NAME", "DOT", "LPAR", "RPAR") for token in inside):
            return None
    what = cut(context, first, context.index)
    return Repair(diagnostic("not-callable", context.span(context.tokens[first], before), before=short(what)), None)
