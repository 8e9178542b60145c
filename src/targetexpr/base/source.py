"""Source text and the places in it: half-open spans in code points, lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, NamedTuple

_LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """A half-open range of code points, `start <= end`.

    >>> Span(4, 9).cut("and then some")
    'then '
    """

    start: int
    end: int

    def cut(self, text: str) -> str:
        """The part of `text` that the span covers."""
        return text[self.start : self.end]

    def joined(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NO_SPAN = Span(-1, -1)
"""The span of a node that no text was read for (built in Python, or decoded from JSON)."""


class Position(NamedTuple):
    """A place for people: line and column both count from 1, columns in code points."""

    line: int
    column: int


def lines_of(text: str) -> tuple[list[int], list[int]]:
    """Where the lines of a text start and where they end, line breaks left out. Lines end at LF, CR LF or CR.

    >>> lines_of("a\\r\\nbc\\n")
    ([0, 3, 6], [1, 5, 6])
    """
    starts, ends = [0], []
    for found in _LINE_BREAK.finditer(text):
        ends.append(found.start())
        starts.append(found.end())
    ends.append(len(text))
    return starts, ends


class Source:
    """A text with its line table. Lines end at LF, CR LF or CR.

    >>> Source("a\\nbc").position(3)
    Position(line=2, column=2)
    """

    __slots__ = ("_ends", "_starts", "name", "text")

    def __init__(self, text: str, name: str | None = None) -> None:
        self.text = text
        self.name = name
        self._starts, self._ends = lines_of(text)

    def position(self, offset: int) -> Position:
        """Line and column of a code-point offset (offsets past the end count as the end)."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset)
        return Position(line, offset - self._starts[line - 1] + 1)

    def line_span(self, line: int) -> Span:
        """The span of a line's text, line break left out; lines count from 1."""
        return Span(self._starts[line - 1], self._ends[line - 1])


STDIN: Final = "-"
"""What names standard input where a file is named."""


@dataclass(frozen=True, slots=True)
class Input:
    """A text to work on. `name` is its file, or None for an argument."""

    text: str
    name: str | None = None
    is_file: bool = False
