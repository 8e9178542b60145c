"""What program text and SQL put round conditions: `if … then … else`, `case when`, `where`, `return`, `xor`."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import ENDS_OPERAND, Token
from targetexpr.syntax.messages import diagnostic
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, short
from targetexpr.syntax.recovery.phrases import end_of_operand, start_of_operand

_CONDITIONS = ("if", "when")
_LEADING = ("if", "when", "where", "having", "return", "and", "or")
_LONGEST = 200  # tokens of two conditions that differ
_BEFORE_CONDITIONAL = ("LPAR", "COMMA", "QMARK", "COLON")


def conditional(context: RecoveryContext) -> Repair | None:
    """`if a then b else c`, `case when a then b else c end`: a conditional, where all its words are there."""
    tokens = context.tokens
    nearest = 0 if _is_word(tokens, context.index, "then") else max(context.index - 1, 0)
    first = next((at for at in range(context.index, nearest - 1, -1) if _is_word(tokens, at, *_CONDITIONS)), None)
    if first is None:
        return None
    then = next((at for at in range(first + 1, len(tokens)) if _is_word(tokens, at, "then")), None)
    if then is None or then < context.index:
        return None
    begin = first - 1 if first and _is_word(tokens, first - 1, "case") else first
    if begin and tokens[begin - 1].kind in ENDS_OPERAND:
        return None
    otherwise = next((at for at in range(then + 1, len(tokens)) if _is_word(tokens, at, "else")), None)
    span = context.span(tokens[begin], tokens[first])
    joined = begin > 0 and tokens[begin - 1].kind not in _BEFORE_CONDITIONAL  # `x&&a?b:c` would take x along
    again = any(_is_word(tokens, at, *_CONDITIONS) for at in range(first + 1, otherwise or 0))
    if otherwise is None or then == first + 1 or joined or again:
        return Repair(diagnostic("if-then", span), None)
    end = next((at for at in range(otherwise, len(tokens)) if _is_word(tokens, at, "end") and begin < first), None)
    context.overlaps(tokens[begin].start, tokens[first + 1].start)
    edits = [
        Edit(context.repaired.span(tokens[begin].start, tokens[first + 1].start), ""),
        context.edit(tokens[then], tokens[then], "?"),
        context.edit(tokens[otherwise], tokens[otherwise], ":"),
    ]
    new = [
        *tokens[first + 1 : then],
        Token("QMARK", "?", tokens[then].start, tokens[then].end),
        *tokens[then + 1 : otherwise],
        Token("COLON", ":", tokens[otherwise].start, tokens[otherwise].end),
    ]
    stop = otherwise + 1
    if end is not None:
        edits.append(Edit(context.repaired.span(tokens[end - 1].end, tokens[end].end), ""))
        context.overlaps(tokens[end - 1].end, tokens[end].end)
        new += tokens[otherwise + 1 : end]
        stop = end + 1
    reported = diagnostic("if-then", span, edits=tuple(edits))
    return Repair(reported, context.replace(begin, stop - begin, *new))


def leading_word(context: RecoveryContext) -> Repair | None:
    """`where a>5`, `return a>5`, `and a>5`, `if a>5` without what would follow: the condition alone is the rule."""
    tokens, at = context.tokens, context.index - 1
    if at < 0 or context.token.kind == END or not _is_word(tokens, at, *_LEADING):
        return None
    if at and (tokens[at - 1].kind in ENDS_OPERAND or tokens[at].text.lower() in ("and", "or")):
        return None
    word = tokens[at]
    context.overlaps(word.start, context.token.start)
    edit = Edit(context.repaired.span(word.start, context.token.start), "")
    reported = diagnostic("leading-word", context.span(word), edits=(edit,), text=word.text)
    return Repair(reported, context.replace(at, 1))


def exclusive_or(context: RecoveryContext) -> Repair | None:
    """`a xor b`: the two conditions differ."""
    tokens, at = context.tokens, context.index
    if context.before is None or context.before.kind not in ENDS_OPERAND or not _is_word(tokens, at, "xor"):
        return None
    first, end = start_of_operand(tokens, at, comparison=True), end_of_operand(tokens, at + 1, comparison=True)
    span = context.span(context.token)
    if end == at + 1 or end - first > _LONGEST or not context.failure.complete:
        return Repair(diagnostic("xor", span, text=context.token.text, write=""), None)
    sides = [_parenthesised(context, first, at), _parenthesised(context, at + 1, end)]
    before, after = tokens[at - 1], tokens[at + 1]
    context.overlaps(before.end, after.start)
    left, right = ["", ""], ["", ""]
    edits: list[Edit] = []
    if sides[0]:
        left = ["(", ")"]
        edits.append(context.before_token(tokens[first], "("))
    if sides[1]:
        right = ["(", ")"]
    middle = f"{left[1]}!={right[0]}"
    edits.append(Edit(context.repaired.span(before.end, after.start), middle))
    if sides[1]:
        edits.append(context.insertion(tokens[end - 1], ")"))
    operator = Token("COMPARE", "!=", before.end, before.end)
    new = [
        *_parenthesis(left[0], "LPAR", tokens[first].start),
        *tokens[first:at],
        *_parenthesis(left[1], "RPAR", before.end),
        operator,
        *_parenthesis(right[0], "LPAR", before.end),
        *tokens[at + 1 : end],
        *_parenthesis(right[1], "RPAR", tokens[end - 1].end),
    ]
    write = short(f"{left[0]}{cut(context, first, at)}{middle}{cut(context, at + 1, end)}{right[1]}", 120)
    reported = diagnostic("xor", span, edits=tuple(edits), text=context.token.text, write=write)
    return Repair(reported, context.replace(first, end - first, *new))


def _parenthesised(context: RecoveryContext, first: int, end: int) -> bool:
    """Whether some tokens need parentheses to be an operand: a comparison stands in them."""
    depth = 0
    for token in context.tokens[first:end]:
        depth += {"LPAR": 1, "RPAR": -1}.get(token.kind, 0)
        if depth == 0 and token.kind == "COMPARE":
            return True
    return False


def _parenthesis(text: str, kind: str, at: int) -> list[Token]:
    return [Token(kind, text, at, at)] if text else []


def _is_word(tokens: list[Token], at: int, *words: str) -> bool:
    if tokens[at].kind != "NAME" or tokens[at].text.lower() not in words:
        return False
    return at == 0 or tokens[at - 1].kind != "DOT"
