"""Which patterns only look for a few strings, so that no engine for regular expressions is needed: `^[Jj]oh?n`."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.running.regex.plain import START, Choice, NotPlainError, One, Piece, Place, parse
from targetexpr.running.regex.to_python import MOST_CHARACTERS, trimmed

MOST_STRINGS = 16
"""Patterns that stand for more strings are left to an engine."""

Where: TypeAlias = Literal["prefix", "suffix", "whole", "anywhere"]

_END = Place(r"\Z")
_CHARACTER = re.compile(r"\\U([0-9a-f]{8})|\\([nrtf])|\\(.)|(.)", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


class Strings(NamedTuple):
    """A text has a match when one of the strings stands there; anywhere, there is but one."""

    where: Where
    texts: tuple[str, ...]


def strings(pattern: str) -> Strings | None:
    """What an RE2 pattern looks for, None when that is more than some strings.

    >>> strings("^[Jj]oh?n"), strings("gold"), strings("a.b")
    (Strings(where='prefix', texts=('Jon', 'John', 'jon', 'john')), Strings(where='anywhere', texts=('gold',)), None)
    """
    if len(pattern) > MOST_CHARACTERS:
        return None
    try:
        whole = trimmed(parse(pattern))
    except NotPlainError:
        return None
    found: list[str] = []
    anchors: set[tuple[bool, bool]] = set()
    for branch in whole:
        starts, ends = branch[:1] == (Piece(START),), branch[-1:] == (Piece(_END),)
        inner = branch[starts : len(branch) - ends]
        expanded = _expanded(inner)
        if expanded is None or len(found) + len(expanded) > MOST_STRINGS:
            return None
        anchors.add((starts, ends))
        found += expanded
    if len(anchors) != 1:
        return None
    ((starts, ends),) = anchors
    if not starts and not ends:
        return Strings("anywhere", tuple(found)) if len(found) == 1 else None
    return Strings("whole" if starts and ends else "prefix" if starts else "suffix", tuple(found))


def _expanded(pieces: tuple[Piece, ...]) -> list[str] | None:
    """The strings that a branch without places stands for."""
    found = [""]
    for piece in pieces:
        one = _strings_of(piece)
        if one is None or len(found) * len(one) > MOST_STRINGS:
            return None
        found = [left + right for left in found for right in one]
    return found


def _strings_of(piece: Piece) -> list[str] | None:
    if piece.most is None or piece.most > MOST_STRINGS:
        return None
    match piece.atom:
        case One(text=text):
            once = _characters(text)
        case Choice() as choice:
            parts = [_expanded(branch) for branch in choice]
            once = None if None in parts else [text for part in parts if part is not None for text in part]
        case _:
            return None
    if once is None or len(once) ** piece.most > MOST_STRINGS:
        return None
    found: list[str] = []
    repeated = [""]
    for count in range(piece.most + 1):
        if count >= piece.least:
            found += repeated
        repeated = [left + right for left in repeated for right in once]
    return found


def _characters(text: str) -> list[str] | None:
    """The characters that a class or a character in the syntax of `re` matches; None for many."""
    if not text.startswith("["):
        return [_character(_CHARACTER.findall(text)[0])]
    if text.startswith("[^") or "-" in text.replace("\\-", ""):
        return None
    return list(dict.fromkeys(map(_character, _CHARACTER.findall(text[1:-1]))))


def _character(groups: tuple[str, str, str, str]) -> str:
    code, control, escaped, plain = groups
    return chr(int(code, 16)) if code else _CONTROLS[control] if control else escaped or plain
