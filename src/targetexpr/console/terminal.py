"""How wide the terminal is."""

from __future__ import annotations

import os
from typing import TextIO

COLUMNS = 80
"""Where there is no terminal that could say."""


def columns() -> int:
    """Of the terminal: COLUMNS, or what it says itself, or 80.

    Asked without `shutil`: loading that, and the archive formats it knows, takes longer than reading a rule.
    """
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    for handle in (1, 2):
        try:
            return os.get_terminal_size(handle).columns or COLUMNS
        except OSError:
            continue
    return COLUMNS


def folds(stream: TextIO) -> bool:
    """Whether sentences are broken to fit: on a terminal.

    Elsewhere a program reads them, or a log keeps them: there a sentence is a line.
    """
    return stream.isatty()
