"""Standard output and standard error where they are terminals: whatever a command prints, data cannot drive them."""

from __future__ import annotations

import sys
from typing import TextIO, cast

from targetexpr.base.visible import visible


class Screen:
    """A stream to a terminal. `write` shows control characters as escapes; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Writes a text of any origin."""
        self.stream.write(visible(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Writes texts of any origin."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


def guard_terminals() -> None:
    """From here on a terminal shows what is printed, whatever it holds. A pipe gets what is printed, unchanged."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, Screen) and stream.isatty():
            setattr(sys, name, cast(TextIO, Screen(stream)))


def paint(text: str, stream: TextIO, *, color: bool) -> None:
    """Prints a text of ours, with its colours if it has any; the data in it was written out before."""
    print(visible(text, color=color), file=_behind(stream), flush=True)


def clear_line(stream: TextIO) -> None:
    """Clears the line that the cursor is on."""
    print("\r\x1b[K", end="", file=_behind(stream), flush=True)


def show_progress(text: str, stream: TextIO) -> None:
    """Writes a text over the line that the cursor is on."""
    print("\r" + visible(text), end="", file=_behind(stream), flush=True)


def _behind(stream: TextIO) -> TextIO:
    return stream.stream if isinstance(stream, Screen) else stream
