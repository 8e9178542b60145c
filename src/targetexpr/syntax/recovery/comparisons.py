"""Chained comparisons: `a<b<c` is a range, other chains need parentheses."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.lexer import Token
from targetexpr.syntax.messages import diagnostic_of
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, end_of_operand
from targetexpr.syntax.recovery.parentheses import beside_or


def chained_comparison(scene: RecoveryContext) -> Repair | None:
    """`a<b<c`, `a>5==true`; the whole chain is one slip."""
    if scene.token.kind != "COMPARE" or len(scene.stuck.starts) < 3 or not scene.stuck.complete:
        return None
    left, operator, middle = scene.stuck.starts[-3:]
    if scene.tokens[operator].kind != "COMPARE":
        return None
    operands, operators = [(left, operator), (middle, scene.place)], [operator, scene.place]
    while scene.tokens[operators[-1]].kind == "COMPARE":
        end = end_of_operand(scene.tokens, operators[-1] + 1)
        operands.append((operators[-1] + 1, end))
        operators.append(end)
    operators.pop()
    signs = {scene.tokens[at].text for at in operators}
    words = {"first": cut(scene, left, scene.place), "operator": scene.token.text}
    if signs <= {"<", "<="} or signs <= {">", ">="}:
        return _range(scene, operands, operators, words)
    words["write"] = "parentheses round the first comparison"
    return _nested(scene, operands, words)


def _range(
    scene: RecoveryContext, operands: list[tuple[int, int]], operators: list[int], words: dict[str, str]
) -> Repair:
    """`a<b<c` means `a<b&&b<c` to whoever writes it; beside an `||` in parentheses, to leave no mix behind."""
    first, last = operands[0][0], operands[-1][1]
    edits: list[Edit] = []
    new: list[Token] = list(scene.tokens[first : operators[1]])
    for (start, end), operator, stop in zip(operands[1:], operators[1:], [*operators[2:], last], strict=False):
        text = f"&&{cut(scene, start, end)}"
        edits.append(scene.insertion(scene.tokens[operator - 1], text))
        words.setdefault("write", f"`{text}`")
        # The copied tokens stand nowhere in the text: they are placed where they are inserted.
        at = scene.tokens[operator - 1].end
        new.append(Token("AND", "&&", at, at))
        new += [token._replace(start=at, end=at) for token in scene.tokens[start:end]]
        new += scene.tokens[operator:stop]
    if beside_or(scene.tokens, first, last) and last > operators[-1] + 1:
        opened, closed = scene.tokens[first], scene.tokens[last - 1]
        edits = [scene.before_token(opened, "("), *edits, scene.insertion(closed, ")")]
        new = [Token("LPAR", "(", opened.start, opened.start), *new, Token("RPAR", ")", closed.end, closed.end)]
    span = scene.span(scene.token)
    reported = diagnostic_of("chained-comparison", span, words, edits=tuple(edits), hint_key="hint_range")
    return Repair(reported, scene.replace(first, last - first, *new))


def _nested(scene: RecoveryContext, operands: list[tuple[int, int]], words: dict[str, str]) -> Repair:
    """`a>5==true` with its first comparison in parentheses; of a longer chain each in those of the next."""
    first = operands[0][0]
    opened = scene.tokens[first]
    edits: list[Edit] = []
    tokens = list(scene.tokens)
    for _, end in reversed(operands[1:-1]):
        closed = scene.tokens[end - 1]
        edits = [scene.before_token(opened, "("), *edits, scene.insertion(closed, ")")]
        tokens.insert(end, Token("RPAR", ")", closed.end, closed.end))
    for _ in operands[1:-1]:
        tokens.insert(first, Token("LPAR", "(", opened.start, opened.start))
    reported = diagnostic_of("chained-comparison", scene.span(scene.token), words, edits=tuple(edits))
    return Repair(reported, tokens)
