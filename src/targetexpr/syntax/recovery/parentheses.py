"""Parentheses as tokens: which are open, and where a missing one belongs."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.syntax.lexer import Token

TRIES = 64
"""How many positions for a missing parenthesis are compared; past that it goes to the end."""

WORK = 100_000
"""How many tokens may be looked at for one missing parenthesis: long texts get fewer tries."""


def unclosed(tokens: Sequence[Token]) -> list[int]:
    """The indexes of the `(` that no `)` closes, outermost first."""
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "LPAR":
            opened.append(index)
        elif token.kind == "RPAR" and opened:
            opened.pop()
    return opened


def is_call(tokens: Sequence[Token], opened: int) -> bool:
    """Whether the `(` at that index begins the arguments of a call."""
    return opened > 0 and tokens[opened - 1].kind == "NAME"


def close_one(tokens: Sequence[Token], opened: Sequence[int]) -> int:
    """Before which token the `)` belongs that the innermost of `opened` lacks.

    A call whose string or number is followed by an operator ends before that operator: `contains("x"&&a` cannot
    mean `"x"&&a` (our choice). Else it goes where it avoids a mix of && and ||, or to the end.
    """
    end = len(tokens) - 1
    innermost = opened[-1]
    if is_call(tokens, innermost):
        return _end_of_arguments(tokens, innermost)
    others = len(opened) - 1
    marks = [(index, _MARKS[token.kind]) for index, token in enumerate(tokens) if token.kind in _MARKS]
    best, fewest = end, _mixed_levels(marks, end, others)
    if fewest:
        positions = [i for i in range(innermost + 1, end) if tokens[i].kind in ("AND", "OR")]
        for position in positions[: min(TRIES, 1 + WORK // len(tokens))]:
            mixed = _mixed_levels(marks, position, others)
            if mixed is not None and (fewest is None or mixed < fewest):
                best, fewest = position, mixed
    return best


def _end_of_arguments(tokens: Sequence[Token], opened: int) -> int:
    depth = 0
    for index in range(opened + 1, len(tokens) - 1):
        kind = tokens[index].kind
        depth += {"LPAR": 1, "RPAR": -1}.get(kind, 0)
        before = tokens[index - 1].kind
        if depth == 0 and (
            (kind in ("AND", "OR") and before in ("STRING", "NUMBER")) or (kind == "COMPARE" and before == "STRING")
        ):
            return index
    return len(tokens) - 1


_AND, _OR, _BOTH, _OPENS, _CLOSES, _PARTS = 1, 2, 3, 4, 5, 6
_MARKS = {
    "AND": _AND,
    "OR": _OR,
    "LPAR": _OPENS,
    "RPAR": _CLOSES,
    "COMMA": _PARTS,
    "QMARK": _PARTS,
    "COLON": _PARTS,
}
"""What matters to mixed logic, as numbers: this is the innermost loop where a long text lacks many parentheses."""


def _mixed_levels(marks: Sequence[tuple[int, int]], position: int, others: int) -> int | None:
    """How many levels mix && and ||, with a `)` before `position` and `others` at the end; None if one is too many."""
    outer: list[int] = []  # which operators the levels outside have, a bit for each
    here = mixed = 0
    pending = True
    for index, mark in marks:
        if pending and index >= position:
            pending = False
            mixed += here == _BOTH
            if not outer:
                return None
            here = outer.pop()
        if mark < _OPENS:
            here |= mark
        elif mark == _OPENS:
            outer.append(here)
            here = 0
        else:
            mixed += here == _BOTH
            here = 0
            if mark == _CLOSES:
                if not outer:
                    return None
                here = outer.pop()
    if pending:
        mixed += here == _BOTH
        if not outer:
            return None
        here = outer.pop()
    for _ in range(min(others + 1, len(outer) + 1)):
        mixed += here == _BOTH
        here = outer.pop() if outer else 0
    return mixed


def beside_or(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether an `||` stands on the level of the tokens from `first` to before `last`, with no parentheses between."""
    return _meets_or(tokens, range(last, len(tokens)), "LPAR") or _meets_or(tokens, range(first - 1, -1, -1), "RPAR")


def _meets_or(tokens: Sequence[Token], positions: range, opens: str) -> bool:
    closes = "RPAR" if opens == "LPAR" else "LPAR"
    depth = 0
    for position in positions:
        kind = tokens[position].kind
        if kind == opens:
            depth += 1
        elif kind == closes:
            depth -= 1
            if depth < 0:
                return False
        elif depth == 0 and kind in ("COMMA", "QMARK", "COLON"):
            return False
        elif depth == 0 and kind == "OR":
            return True
    return False
