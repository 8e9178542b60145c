"""Slips in structure that are known one by one: parentheses, commas, colons, dots, repeated operators."""

from __future__ import annotations

import re
from itertools import pairwise

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import ENDS_OPERAND, LITERAL, Token
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, short
from targetexpr.syntax.recovery.parentheses import close_one, is_call


def extra_paren(scene: RecoveryContext) -> Repair | None:
    """A `)` with no `(` before it."""
    if scene.token.kind != "RPAR" or scene.open or not scene.stuck.complete:
        return None
    span = scene.span(scene.token)
    return Repair(
        diagnostic("extra-paren", span, edits=(scene.edit(scene.token, scene.token, ""),)),
        scene.replace(scene.place, 1),
    )


def missing_paren(scene: RecoveryContext) -> Repair | None:
    """The end of the text, or a place that only makes sense after a `)`."""
    if scene.token.kind != END or not scene.stuck.complete or not scene.open:
        return None
    at = close_one(scene.tokens, scene.open)
    before = scene.tokens[at - 1]
    where = "at the end" if at == scene.place else f"before {scene.tokens[at].text}"
    edit = scene.insertion(before, ")")
    reported = diagnostic("missing-paren", scene.span(scene.tokens[scene.open[-1]]), edits=(edit,), where=where)
    return Repair(reported, scene.replace(at, 0, Token("RPAR", ")", before.end, before.end)))


def colon_for_comma(scene: RecoveryContext) -> Repair | None:
    """`f("a":"b")`."""
    if scene.token.kind != "COLON" or not scene.in_call or not scene.stuck.complete:
        return None
    span = scene.span(scene.token)
    comma = Token("COMMA", ",", scene.token.start, scene.token.end)
    edit = scene.edit(scene.token, scene.token, ",")
    return Repair(diagnostic("colon-for-comma", span, edits=(edit,)), scene.replace(scene.place, 1, comma))


def missing_comma(scene: RecoveryContext) -> Repair | None:
    """`f("a" "b")`."""
    before = scene.before
    if before is None or not scene.in_call or scene.token.kind not in LITERAL or before.kind not in LITERAL:
        return None
    edit = scene.insertion(before, ",")
    comma = Token("COMMA", ",", before.end, before.end)
    span = scene.span(before, scene.token)
    return Repair(diagnostic("missing-comma", span, edits=(edit,)), scene.replace(scene.place, 0, comma))


def digit_grouping(scene: RecoveryContext) -> Repair | None:
    """`1,000`."""
    at = scene.place
    if scene.token.kind != "COMMA" or scene.in_call or scene.before is None or scene.before.kind != "NUMBER":
        return None
    end = at
    while scene.tokens[end].kind == "COMMA" and re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", scene.tokens[end + 1].text):
        end += 2
    group = scene.tokens[at - 1 : end]
    if end == at or any(a.end != b.start for a, b in pairwise(group)):
        return None
    text = "".join(token.text for token in group)
    write = text.replace(",", "")
    span = scene.span(group[0], group[-1])
    reported = diagnostic(
        "digit-grouping", span, edits=(scene.edit(group[0], group[-1], write),), text=text, write=write
    )
    return Repair(reported, scene.replace(at - 1, len(group), Token("NUMBER", write, group[0].start, group[-1].end)))


def missing_dot(scene: RecoveryContext) -> Repair | None:
    """`currentTxn value`."""
    before, token = scene.before, scene.token
    if (
        before is None
        or token.kind != "NAME"
        or before.kind != "NAME"
        or before.text not in mistakes()["profiles"]["names"]
    ):
        return None
    if scene.place > 1 and scene.tokens[scene.place - 2].kind == "DOT":
        return None
    span = scene.span(before, token)
    gap = scene.mended.span(before.end, token.start)
    scene.overlaps_repair = scene.overlaps_repair or scene.mended.inside(before.end) or scene.mended.inside(token.start)
    write = f"{before.text}.{token.text}"
    reported = diagnostic(
        "missing-dot", span, edits=(Edit(gap, "."),), profile=before.text, name=token.text, write=write
    )
    return Repair(reported, scene.replace(scene.place, 0, Token("DOT", ".", before.end, token.start)))


def double_dot(scene: RecoveryContext) -> Repair | None:
    """`a..b`."""
    if scene.token.kind != "DOT" or scene.before is None or scene.before.kind != "DOT":
        return None
    span = scene.span(scene.token)
    return Repair(
        diagnostic("double-dot", span, edits=(scene.edit(scene.token, scene.token, ""),)), scene.replace(scene.place, 1)
    )


def repeated_operator(scene: RecoveryContext) -> Repair | None:
    """`a && && b`."""
    token, before = scene.token, scene.before
    if token.kind not in ("AND", "OR", "COMPARE") or before is None or before.text != token.text:
        return None
    span = scene.span(before, token)
    gap = Edit(scene.mended.span(before.end, token.end), "")
    scene.overlaps_repair = scene.overlaps_repair or scene.mended.inside(before.end) or scene.mended.inside(token.end)
    text = f"{before.text} {token.text}"
    reported = diagnostic("repeated-operator", span, edits=(gap,), text=text, write=token.text)
    return Repair(reported, scene.replace(scene.place, 1))


def not_callable(scene: RecoveryContext) -> Repair | None:
    """`(a.b)(c)`, `5(c)`: only names are called; `(a>1)(b>2)` lacks an operator instead."""
    before = scene.before
    if scene.token.kind != "LPAR" or before is None or before.kind not in ENDS_OPERAND:
        return None
    first = scene.place - 1
    if before.kind == "RPAR":
        depth = 0
        while True:
            depth += {"RPAR": 1, "LPAR": -1}.get(scene.tokens[first].kind, 0)
            if depth == 0:
                break
            first -= 1
        inside = scene.tokens[first + 1 : scene.place - 1]
        if is_call(scene.tokens, first) or not all(token.kind in ("NAME", "DOT", "LPAR", "RPAR") for token in inside):
            return None
    what = cut(scene, first, scene.place)
    return Repair(diagnostic("not-callable", scene.span(scene.tokens[first], before), before=short(what)), None)
