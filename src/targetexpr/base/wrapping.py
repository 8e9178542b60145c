"""Lines that fit a width in columns: broken between words, what follows indented under where the words began."""

from __future__ import annotations

import re

from targetexpr.base.width import text_width

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
