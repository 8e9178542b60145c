"""Word operators: those of other languages (`and`, `not`, `is null`) and how they are written here."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.lang.operators import BINARY, LOGICAL
from targetexpr.syntax.lexer import ENDS_OPERAND, STARTS_OPERAND, Token, tokenize
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, cut, end_of_operand, operator_kind


def word_operator(context: RecoveryContext) -> Repair | None:
    """`a and b`, `not a`, `a equals b`."""
    words: dict[str, str] = mistakes()["words"]
    token, before = context.token, context.before
    if before is None or not context.failure.complete or token.kind not in STARTS_OPERAND | {"NAME"}:
        return None
    at = context.index
    if token.kind == "NAME" and before.kind in ENDS_OPERAND:
        if token.text.lower() == "is" and before.kind in ("NAME", "RPAR") and (test := _null_test(context)) is not None:
            return test
        if token.text.lower() == "is" and context.tokens[at + 1].text.lower() == "not":
            return write_operator(context, at, "!=", last=at + 1)
        write = words.get(token.text.lower())
        if write is not None and (write in BINARY or write in LOGICAL):
            return write_operator(context, at, write)
    standing = context.tokens[at - 2] if at > 1 else None
    is_not = before.kind == "NAME" and words.get(before.text.lower()) == "!" and token.kind in STARTS_OPERAND
    if is_not and (standing is None or standing.kind not in ENDS_OPERAND | {"DOT"}):
        return _negation(context)
    return None


def _null_test(context: RecoveryContext) -> Repair | None:
    """`a is null`, `a is not null`, which other languages have for `a.isNull()` and `a.isNotNull()`."""
    tests: dict[str, str] = mistakes()["null_tests"]
    for length in (3, 2):
        words = context.tokens[context.index : context.index + length]
        write = tests.get(" ".join(token.text.lower() for token in words))
        if write is not None and context.before is not None:
            first, last = words[0], words[-1]
            text = f".{write}()"
            context.overlaps(context.before.end, last.end)
            edit = Edit(context.repaired.span(context.before.end, last.end), text)
            written = " ".join(token.text for token in words)
            reported = diagnostic("word-operator", context.span(first, last), edits=(edit,), text=written, write=text)
            return Repair(reported, context.replace(context.index, length, *tokenize(text)[:-1]))
    return None


def _negation(context: RecoveryContext) -> Repair:
    """`not a>5` negates the comparison, while `!a>5` would negate a: it gets parentheses."""
    at = context.index - 1
    end = _end_of_comparison(context.tokens, context.index)
    if not any(token.kind == "COMPARE" for token in context.tokens[context.index : end]):
        return write_operator(context, at, "!")
    word, first, last = context.tokens[at], context.tokens[at + 1], context.tokens[end - 1]
    context.overlaps(first.start)
    opening = Edit(context.repaired.span(word.start, first.start), "!(")
    edits = (opening, context.insertion(last, ")"))
    reported = diagnostic("word-operator", context.span(word), edits=edits, text=word.text, write="!(...)")
    opened = (Token("NOT", "!", word.start, word.start), Token("LPAR", "(", word.start, word.end))
    inside = context.tokens[at + 1 : end]
    closed = Token("RPAR", ")", last.end, last.end)
    return Repair(reported, context.replace(at, end - at, *opened, *inside, closed))


def _end_of_comparison(tokens: list[Token], at: int) -> int:
    """The first token behind a comparison, or behind what stands instead of one."""
    end = end_of_operand(tokens, at)
    while tokens[end].kind == "COMPARE":
        end = end_of_operand(tokens, end + 1)
    return end


def write_operator(context: RecoveryContext, at: int, write: str, *, last: int | None = None) -> Repair:
    """An operator instead of a word, or of all words up to `last`."""
    last = at if last is None else last
    first, end = context.tokens[at], context.tokens[last]
    edit = context.edit(first, end, write)
    text = cut(context, at, last + 1)
    reported = diagnostic("word-operator", context.span(first, end), edits=(edit,), text=text, write=write)
    new = Token(operator_kind(write), write, first.start, end.end)
    return Repair(reported, context.replace(at, last + 1 - at, new))
