r"""Which RE2 patterns `re` can run: those of the plain part of the syntax whose work has a bound, translated.

`re` tries one way after the other, so a pattern is harmless only when the number of ways is small whatever the text:
no unbounded repeats but one of single characters in an anchored pattern (`^a.*b$`: one way for each place of the
text), and few choices otherwise. Whatever is not understood here is not harmless; RE2 runs it.

Only whether a pattern is found matters, so an unbounded repeat at either end is as good as its least count: `pu.*`
finds what `pu` finds, `.*x+` what `x` finds. That makes most patterns of real rules harmless.

Meaning is RE2's: `\d \w \s \b` are ASCII, `\s` is without the vertical tab, `$` only holds at the very end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from targetexpr.running.regex.plain import START, Branch, Choice, NotPlainError, Piece, parse

MOST_CHARACTERS = 500
"""Longer patterns are not looked at."""

MOST_WAYS = 64
"""Ways to try at one place of a text."""

MOST_STEPS = 4096
"""Characters looked at in all of them together."""


class Translated(NamedTuple):
    """A pattern for `re` (flag ASCII); anchored ones are for `match`, the others for `search`."""

    pattern: str
    anchored: bool


@lru_cache(maxsize=256)
def translate(pattern: str) -> Translated | None:
    """A harmless RE2 pattern in the syntax of `re`, or None when RE2 has to run it.

    >>> translate("^[Jj]oh?n$"), translate("pu.*"), translate("(a+)+$")
    (Translated(pattern='\\\\A[Jj]oh?n\\\\Z', anchored=True), Translated(pattern='pu', anchored=False), None)
    """
    if len(pattern) > MOST_CHARACTERS:
        return None
    try:
        whole = parse(pattern)
    except NotPlainError:
        return None
    whole = trimmed(whole)
    anchored = all(branch and branch[0].atom == START for branch in whole)
    cost = _cost(whole)
    if cost.stars > (1 if anchored else 0) or cost.ways > MOST_WAYS or cost.ways * cost.steps > MOST_STEPS:
        return None
    return Translated(_written(whole), anchored)


# ---- unbounded repeats at the ends -----------------------------------------------------------------------------------


def trimmed(choice: Choice) -> Choice:
    """The pattern without the unbounded repeats at its ends, which finds the same texts."""
    return _trimmed(_trimmed(choice, 0), -1)


def _trimmed(choice: Choice, end: int) -> Choice:
    """The branches with an unbounded repeat at one end (0: the first piece, -1: the last) cut to its least count."""
    return Choice(_trimmed_branch(branch, end) for branch in choice)


def _trimmed_branch(branch: Branch, end: int) -> Branch:
    while branch:
        piece = branch[end]
        if piece.most is None:
            piece = Piece(piece.atom, piece.least, piece.least)
        elif isinstance(piece.atom, Choice) and (piece.least, piece.most) == (1, 1):
            piece = Piece(_trimmed(piece.atom, end))
        rest = branch[1:] if end == 0 else branch[:-1]
        if piece.most != 0:
            return (piece, *rest) if end == 0 else (*rest, piece)
        branch = rest
    return branch


# ---- the work, and the result ----------------------------------------------------------------------------------------


class _Cost(NamedTuple):
    ways: int  # how many ways there are through it, unbounded repeats left out
    steps: int  # characters looked at on the longest
    stars: int  # unbounded repeats on one way


def _cost(choice: Choice) -> _Cost:
    ways = steps = stars = 0
    for branch in choice:
        branch_ways, branch_steps, branch_stars = 1, 1, 0
        for piece in branch:
            one = _piece_cost(piece)
            branch_ways = min(branch_ways * one.ways, MOST_STEPS)
            branch_steps += one.steps
            branch_stars += one.stars
        ways, steps, stars = ways + branch_ways, steps + branch_steps, max(stars, branch_stars)
    return _Cost(ways, steps, stars)


def _piece_cost(piece: Piece) -> _Cost:
    if not isinstance(piece.atom, Choice):
        if piece.most is None:
            return _Cost(1, piece.least + 1, 1)
        return _Cost(piece.most - piece.least + 1, piece.most, 0)
    inner = _cost(piece.atom)
    if piece.most is None or (inner.stars and piece.most > 1):
        return _Cost(MOST_STEPS, MOST_STEPS, 2)
    ways, power = 0, inner.ways ** min(piece.least, 16)
    for _ in range(piece.least, piece.most + 1):
        ways = min(ways + power, MOST_STEPS)
        power = min(power * inner.ways, MOST_STEPS)
    return _Cost(ways, inner.steps * piece.most, inner.stars)


def _written(choice: Choice) -> str:
    return "|".join("".join(_written_piece(piece) for piece in branch) for branch in choice)


def _written_piece(piece: Piece) -> str:
    text = f"(?:{_written(piece.atom)})" if isinstance(piece.atom, Choice) else piece.atom.text
    match piece.least, piece.most:
        case 1, 1:
            return text
        case 0, 1:
            return f"{text}?"
        case 0, None:
            return f"{text}*"
        case 1, None:
            return f"{text}+"
        case least, None:
            return f"{text}{{{least},}}"
        case least, most:
            return f"{text}{{{least},{most}}}"
