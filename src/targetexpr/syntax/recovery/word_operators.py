"""Word operators: those of other languages (`and`, `not`, `is null`) and how they are written here."""

from __future__ import annotations

from functools import cache

from targetexpr.base.diagnostics import Edit
from targetexpr.lang.operators import BINARY, COMPARISONS, LOGICAL
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
    if (again := _repeated(context, standing)) is not None:
        return again
    is_not = before.kind == "NAME" and words.get(before.text.lower()) == "!" and token.kind in STARTS_OPERAND
    if is_not and (standing is None or standing.kind not in ENDS_OPERAND | {"DOT"}):
        return _negation(context)
    return None


def _repeated(context: RecoveryContext, standing: Token | None) -> Repair | None:
    """`a && and b`, `a and and b`: the word after the operator, which the grammar took for a name."""
    word = context.before
    assert word is not None
    write = mistakes()["words"].get(word.text.lower()) if word.kind == "NAME" else None
    if write not in LOGICAL or standing is None or standing.kind not in ("AND", "OR") or standing.text != write:
        return None
    context.overlaps(word.start, context.token.start)
    edit = Edit(context.repaired.span(word.start, context.token.start), "")
    reported = diagnostic("repeated-operator", context.span(word), edits=(edit,), text=word.text, write=write)
    return Repair(reported, context.replace(context.index - 1, 1))


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
    if not any(_compares(context.tokens, position) for position in range(context.index, end)):
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
    """The first token behind a comparison, or behind what stands instead of one: `and` and `or` end it as well."""
    words: dict[str, str] = mistakes()["words"]
    end = end_of_operand(tokens, at)
    while tokens[end].kind == "COMPARE":
        end = end_of_operand(tokens, end + 1)
    depth = 0
    for position in range(at + 1, end):
        token = tokens[position]
        depth += {"LPAR": 1, "RPAR": -1}.get(tokens[position - 1].kind, 0)
        joins = token.kind == "NAME" and words.get(token.text.lower()) in LOGICAL
        if joins and depth == 0 and tokens[position - 1].kind in ENDS_OPERAND:
            return position
    return end


def _compares(tokens: list[Token], at: int) -> bool:
    """Whether a token compares, or a word that stands for a comparison does: `is`, `at least`."""
    token = tokens[at]
    if token.kind != "NAME" or tokens[at - 1].kind not in ENDS_OPERAND:
        return token.kind == "COMPARE"
    return token.text.lower() in _comparing_words()


@cache
def _comparing_words() -> frozenset[str]:
    phrases = {**mistakes()["words"], **mistakes()["phrases"]}
    return frozenset(words.split()[0] for words, write in phrases.items() if write in COMPARISONS)


def write_operator(context: RecoveryContext, at: int, write: str, *, last: int | None = None) -> Repair:
    """An operator instead of a word, or of all words up to `last`."""
    last = at if last is None else last
    first, end = context.tokens[at], context.tokens[last]
    edit = context.edit(first, end, write)
    text = cut(context, at, last + 1)
    reported = diagnostic("word-operator", context.span(first, end), edits=(edit,), text=text, write=write)
    new = Token(operator_kind(write), write, first.start, end.end)
    return Repair(reported, context.replace(at, last + 1 - at, new))
