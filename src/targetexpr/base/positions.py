"""Lines and columns as editors count them, in UTF-8, UTF-16 or UTF-32 units, from code-point offsets and back."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.base.source import lines_of

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
"""What a column counts: bytes of UTF-8, code units of UTF-16, or code points. The names are those of the
language-server protocol."""

_WIDE: dict[Encoding, re.Pattern[str]] = {
    "utf-8": re.compile("[^\x00-\x7f]"),
    "utf-16": re.compile("[\U00010000-\U0010ffff]"),
    "utf-32": re.compile(r"(?!)"),
}
"""The characters of more than one unit."""


class LinePosition(NamedTuple):
    """A place for editors: line and column both count from 0, columns in the units of an encoding."""

    line: int
    column: int


class LineIndex:
    """A text whose places are asked for by line and column. Built in linear time, asked in logarithmic time.

    Lines end at LF, CR LF or CR and nowhere else, as in the language-server protocol. A lone surrogate counts as one
    unit of UTF-16 and three of UTF-8, as `surrogatepass` encodes it.

    >>> index = LineIndex('name=="🎉"\\nvalue', "utf-16")
    >>> index.position(8), index.offset(0, 9), index.offset(1, 2)
    (LinePosition(line=0, column=9), 8, 12)
    """

    __slots__ = ("_ends", "_starts", "_units", "_wide", "encoding")

    def __init__(self, text: str, encoding: Encoding = "utf-16") -> None:
        self.encoding = encoding
        self._starts, self._ends = lines_of(text)
        # Only wide characters are kept, and the end of the text: where they stand, and how many units come before.
        # Between two of them offsets and units run side by side.
        self._wide: list[int] = []
        self._units: list[int] = []
        surplus = 0
        for found in _WIDE[encoding].finditer(text):
            self._wide.append(found.start())
            self._units.append(found.start() + surplus)
            surplus += _units_of(found[0], encoding) - 1
        self._wide.append(len(text))
        self._units.append(len(text) + surplus)

    def position(self, offset: int) -> LinePosition:
        """Line and column of a code-point offset.

        An offset before the text counts as its start, one behind it as its end, one in a line break as the end of the
        line.
        """
        offset = max(0, min(offset, self._wide[-1]))
        line = bisect_right(self._starts, offset) - 1
        offset = min(offset, self._ends[line])
        return LinePosition(line, self._units_before(offset) - self._units_before(self._starts[line]))

    def offset(self, line: int, column: int) -> int:
        """The code-point offset of a line and a column.

        A column behind the end of its line counts as that end, a line behind the last as the end of the text; what is
        negative counts as the start of the line or of the text. A column inside a character counts as its start.
        """
        if line < 0:
            return 0
        if line >= len(self._starts):
            return self._wide[-1]
        start = self._starts[line]
        return min(self._offset_of(self._units_before(start) + max(column, 0)), self._ends[line])

    def units(self, offset: int) -> int:
        """How many units stand before a code-point offset, line breaks among them.

        >>> LineIndex('"🎉"\\n!').units(4)
        5
        """
        return self._units_before(max(0, min(offset, self._wide[-1])))

    def _units_before(self, offset: int) -> int:
        at = bisect_left(self._wide, offset)
        return self._units[at] - (self._wide[at] - offset)

    def _offset_of(self, units: int) -> int:
        behind = bisect_right(self._units, units)  # the first wide character that starts behind the place
        if behind == len(self._units):
            return self._wide[-1]
        from_next = self._wide[behind] - (self._units[behind] - units)
        # Inside the wide character before it, units run on while the offset stands still.
        return from_next if not behind else max(from_next, self._wide[behind - 1])


def _units_of(char: str, encoding: Encoding) -> int:
    if encoding == "utf-16":
        return 2
    code = ord(char)
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4
