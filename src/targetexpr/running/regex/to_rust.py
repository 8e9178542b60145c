r"""RE2 patterns for the regular expressions of Rust, which are linear as RE2's are, and mean some things otherwise.

Only the plain part of the syntax is translated, with every class spelled out: Rust's `\d`, `\w`, `\s` and `\b` know
Unicode. What is beyond it is None, and RE2 has to run it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from targetexpr.running.regex.plain import Choice, NotPlainError, Piece, Place, parse

MOST_CHARACTERS = 500
"""Longer patterns are not looked at."""

MOST_STATES = 4000
"""Characters of a pattern with its repeats written out; Rust refuses patterns that become too large."""

_ESCAPE = re.compile(r"\\(?:U([0-9a-f]{8})|([^A-Za-z0-9]))")
_PLACES = {r"\A": r"\A", r"\Z": r"\z", r"\b": r"(?-u:\b)"}


def to_rust(pattern: str) -> str | None:
    r"""The pattern in Rust's syntax, or None when it is not plain.

    >>> to_rust(r"^\d+<a$"), to_rust("(?i)a")
    ('\\A[0-9]+\\x{3c}a\\z', None)
    """
    if len(pattern) > MOST_CHARACTERS:
        return None
    try:
        whole = parse(pattern)
    except NotPlainError:
        return None
    return written(whole, _PLACES) if _states(whole) <= MOST_STATES else None


def _states(choice: Choice) -> int:
    return sum(1 + sum(_piece_states(piece) for piece in branch) for branch in choice)


def _piece_states(piece: Piece) -> int:
    inner = _states(piece.atom) if isinstance(piece.atom, Choice) else 1
    return inner * max(piece.least, piece.most or 1)


def written(choice: Choice, places: Mapping[str, str]) -> str:
    """A pattern in a syntax that knows code points as `\\x{…}`; `places` says how the engine writes those."""
    return "|".join("".join(_written_piece(piece, places) for piece in branch) for branch in choice)


def _written_piece(piece: Piece, places: Mapping[str, str]) -> str:
    if isinstance(piece.atom, Choice):
        text = f"(?:{written(piece.atom, places)})"
    elif isinstance(piece.atom, Place):
        text = places[piece.atom.text]
    else:
        text = _ESCAPE.sub(_code, piece.atom.text)  # `\<` is a place in Rust, `&&` an operator of classes
    match piece.least, piece.most:
        case 1, 1:
            return text
        case least, None:
            return f"{text}{{{least},}}" if least > 1 else text + ("+" if least else "*")
        case 0, 1:
            return f"{text}?"
        case least, most:
            return f"{text}{{{least},{most}}}"


def _code(found: re.Match[str]) -> str:
    return f"\\x{{{int(found[1], 16) if found[1] else ord(found[2]):x}}}"
