"""Slips in words: operators of other languages (`and`, `not`, `is null`) and how they are written here."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.lang.operators import BINARY, LOGICAL
from targetexpr.syntax.lexer import ENDS_OPERAND, STARTS_OPERAND, Token, tokenize
from targetexpr.syntax.messages import diagnostic, mistakes
from targetexpr.syntax.recovery.context import RecoveryContext, Repair, end_of_operand, operator_kind


def word_operator(scene: RecoveryContext) -> Repair | None:
    """`a and b`, `not a`, `a equals b`."""
    words: dict[str, str] = mistakes()["words"]
    token, before = scene.token, scene.before
    if before is None or not scene.stuck.complete or token.kind not in STARTS_OPERAND | {"NAME"}:
        return None
    at = scene.place
    if token.kind == "NAME" and before.kind in ENDS_OPERAND:
        if token.text.lower() == "is" and before.kind in ("NAME", "RPAR") and (test := _null_test(scene)) is not None:
            return test
        write = words.get(token.text.lower())
        if write is not None and (write in BINARY or write in LOGICAL):
            return _write_operator(scene, at, write)
    standing = scene.tokens[at - 2] if at > 1 else None
    is_not = before.kind == "NAME" and words.get(before.text.lower()) == "!" and token.kind in STARTS_OPERAND
    if is_not and (standing is None or standing.kind not in ENDS_OPERAND | {"DOT"}):
        return _negation(scene)
    return None


def _null_test(scene: RecoveryContext) -> Repair | None:
    """`a is null`, `a is not null`, which other languages have for `a.isNull()` and `a.isNotNull()`."""
    tests: dict[str, str] = mistakes()["null_tests"]
    for length in (3, 2):
        words = scene.tokens[scene.place : scene.place + length]
        write = tests.get(" ".join(token.text.lower() for token in words))
        if write is not None and scene.before is not None:
            first, last = words[0], words[-1]
            text = f".{write}()"
            scene.overlaps_repair = (
                scene.overlaps_repair or scene.mended.inside(scene.before.end) or scene.mended.inside(last.end)
            )
            edit = Edit(scene.mended.span(scene.before.end, last.end), text)
            said = " ".join(token.text for token in words)
            reported = diagnostic("word-operator", scene.span(first, last), edits=(edit,), text=said, write=text)
            return Repair(reported, scene.replace(scene.place, length, *tokenize(text)[:-1]))
    return None


def _negation(scene: RecoveryContext) -> Repair:
    """`not a>5` negates the comparison, while `!a>5` would negate a: it gets parentheses."""
    at = scene.place - 1
    end = _end_of_comparison(scene.tokens, scene.place)
    if not any(token.kind == "COMPARE" for token in scene.tokens[scene.place : end]):
        return _write_operator(scene, at, "!")
    word, first, last = scene.tokens[at], scene.tokens[at + 1], scene.tokens[end - 1]
    scene.overlaps_repair = scene.overlaps_repair or scene.mended.inside(first.start)
    opening = Edit(scene.mended.span(word.start, first.start), "!(")
    edits = (opening, scene.insertion(last, ")"))
    reported = diagnostic("word-operator", scene.span(word), edits=edits, text=word.text, write="!(...)")
    opened = (Token("NOT", "!", word.start, word.start), Token("LPAR", "(", word.start, word.end))
    inside = scene.tokens[at + 1 : end]
    closed = Token("RPAR", ")", last.end, last.end)
    return Repair(reported, scene.replace(at, end - at, *opened, *inside, closed))


def _end_of_comparison(tokens: list[Token], at: int) -> int:
    """The first token behind a comparison, or behind what stands in its place."""
    end = end_of_operand(tokens, at)
    while tokens[end].kind == "COMPARE":
        end = end_of_operand(tokens, end + 1)
    return end


def _write_operator(scene: RecoveryContext, at: int, write: str) -> Repair:
    token = scene.tokens[at]
    span = scene.span(token)
    reported = diagnostic("word-operator", span, edits=(scene.edit(token, token, write),), text=token.text, write=write)
    return Repair(reported, scene.replace(at, 1, Token(operator_kind(write), write, token.start, token.end)))
