"""Columns that a text takes on a terminal: none for combining marks, two for wide characters."""

from __future__ import annotations

import unicodedata


def text_width(text: str) -> int:
    """Terminal columns of a text without control characters.

    >>> text_width("Gold"), text_width("金"), text_width("e\\u0301"), text_width("👍")
    (4, 2, 1, 2)
    """
    return len(text) if text.isascii() else sum(map(char_width, text))


def char_width(char: str) -> int:
    """Terminal columns of a character."""
    if char < "\u0300":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return 0
    if "\u200b" <= char <= "\u200f" or char in "\u2060\ufeff":  # they join, part and direct what stands beside them
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """A text with blanks up to a width in columns."""
    blanks = " " * (width - text_width(text))
    return blanks + text if right else text + blanks
