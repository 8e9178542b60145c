"""Lines that fit a width in columns: broken between words, what follows indented under where the words began."""

from __future__ import annotations

import re

from targetexpr.base.width import char_width, text_width

_NEAR = 24
"""Columns of a word that is left out as a whole where a line is cut; of a longer one the beginning stays."""


def shortened(text: str, width: int) -> str:
    """The beginning of a text, at most `width` columns, cut between words.

    >>> shortened("what a rule can name", 12), shortened("short", 12)
    ('what a rule…', 'short')
    """
    if text_width(text) <= width:
        return text
    end, used = 0, 1
    while used + char_width(text[end]) <= width:
        used += char_width(text[end])
        end += 1
    blank = text.rfind(" ", 0, end + 1)
    kept = text[:blank] if blank > 0 and end - blank <= _NEAR else text[:end]
    return f"{kept.rstrip(' ,(')}…" if width > 0 else ""


_TABLE = re.compile(r" *\S+(?: \S+)* {2,}(?:\S+(?: \S+)* {2,})*(?=\S)")
"""The columns of a table before its last one."""


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """A text in lines of at most `width` columns, `first` before the first and `rest` before the others.

    A word that is longer than a line stays whole.

    >>> wrapped("one two three", 9, rest="  ")
    ['one two', '  three']
    """
    lines: list[str] = []
    lead, line, used = first, "", text_width(first)
    for word in text.split(" "):
        columns = text_width(word)
        if line and used + 1 + columns > width:
            lines.append((lead + line).rstrip())
            lead, line, used = rest, word, text_width(rest) + columns
        else:
            line, used = (f"{line} {word}", used + 1 + columns) if line else (word, used + columns)
    return [*lines, (lead + line).rstrip()]


def fitted(text: str, width: int) -> str:
    r"""A text whose lines fit: a row of a table goes on under its last column, any other line under its beginning.

    >>> print(fitted("name  one two three\nshort", 14))
    name  one two
          three
    short
    """
    return "\n".join(line for each in text.split("\n") for line in _fitted(each, width))


def _fitted(line: str, width: int) -> list[str]:
    if text_width(line) <= width:
        return [line]
    found = _TABLE.match(line)
    lead = found[0] if found is not None and text_width(found[0]) <= width * 2 // 3 else ""
    indent = lead or line[: len(line) - len(line.lstrip(" "))]
    under = " " * text_width(indent) if lead else indent + ("  " if not indent else "")
    return wrapped(line[len(indent) :], width, first=indent, rest=under)
