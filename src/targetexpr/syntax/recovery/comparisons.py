"""Chained comparisons: `a<b<c` is a range, other chains need parentheses."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.lexer import Token
from targetexpr.syntax.messages import diagnostic, diagnostic_of
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, end_of_operand
from targetexpr.syntax.recovery.parentheses import beside_or


def chained_comparison(context: RecoveryContext) -> Repair | None:
    """`a<b<c`, `a>5==true`; the whole chain is one mistake."""
    if context.token.kind != "COMPARE" or len(context.failure.starts) < 3 or not context.failure.complete:
        return None
    left, operator, middle = context.failure.starts[-3:]
    if context.tokens[operator].kind != "COMPARE":
        return None
    operands, operators = [(left, operator), (middle, context.index)], [operator, context.index]
    while context.tokens[operators[-1]].kind == "COMPARE":
        end = end_of_operand(context.tokens, operators[-1] + 1)
        operands.append((operators[-1] + 1, end))
        operators.append(end)
    operators.pop()
    arrow = next((at for at in operators if context.written(context.tokens[at]) == "=>"), None)
    if arrow is not None:  # beside another comparison it is no `>=`, but what functions and implications have
        return Repair(diagnostic("arrow", context.span(context.tokens[arrow])), None)
    signs = {context.tokens[at].text for at in operators}
    words = {"first": cut(context, left, context.index), "operator": context.token.text}
    if signs <= {"<", "<="} or signs <= {">", ">="}:
        return _range(context, operands, operators, words)
    words["write"] = "parentheses around the first comparison"
    return _nested(context, operands, words)


def _range(
    context: RecoveryContext, operands: list[tuple[int, int]], operators: list[int], words: dict[str, str]
) -> Repair:
    """`a<b<c` means `a<b&&b<c` to whoever writes it; beside an `||` in parentheses, to leave no mix behind."""
    first, last = operands[0][0], operands[-1][1]
    edits: list[Edit] = []
    new: list[Token] = list(context.tokens[first : operators[1]])
    for (start, end), operator, stop in zip(operands[1:], operators[1:], [*operators[2:], last], strict=False):
        text = f"&&{cut(context, start, end)}"
        edits.append(context.insertion(context.tokens[operator - 1], text))
        words.setdefault("write", f"`{text}`")
        # The copied tokens stand nowhere in the text: they are placed where they are inserted.
        at = context.tokens[operator - 1].end
        new.append(Token("AND", "&&", at, at))
        new += [token._replace(start=at, end=at) for token in context.tokens[start:end]]
        new += context.tokens[operator:stop]
    if beside_or(context.tokens, first, last) and last > operators[-1] + 1:
        opened, closed = context.tokens[first], context.tokens[last - 1]
        edits = [context.before_token(opened, "("), *edits, context.insertion(closed, ")")]
        new = [Token("LPAR", "(", opened.start, opened.start), *new, Token("RPAR", ")", closed.end, closed.end)]
    span = context.span(context.token)
    reported = diagnostic_of("chained-comparison", span, words, edits=tuple(edits), hint_key="hint_range")
    return Repair(reported, context.replace(first, last - first, *new))


def _nested(context: RecoveryContext, operands: list[tuple[int, int]], words: dict[str, str]) -> Repair:
    """`a>5==true` with its first comparison in parentheses; of a longer chain each in those of the next."""
    first, inner = operands[0][0], operands[1:-1]
    opened = context.tokens[first]
    opening = [context.before_token(opened, "(") for _ in inner]
    tokens = list(context.tokens[:first])
    tokens += [Token("LPAR", "(", opened.start, opened.start) for _ in inner]
    closing: list[Edit] = []
    begin = first
    for _, end in inner:
        closed = context.tokens[end - 1]
        closing.append(context.insertion(closed, ")"))
        tokens += [*context.tokens[begin:end], Token("RPAR", ")", closed.end, closed.end)]
        begin = end
    tokens += context.tokens[begin:]
    edits = [*opening, *reversed(closing)]
    reported = diagnostic_of("chained-comparison", context.span(context.token), words, edits=tuple(edits))
    return Repair(reported, tokens)
