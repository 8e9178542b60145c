"""Files and standard input as text. UTF-8 whatever the locale."""

from __future__ import annotations

import sys

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN, Input


def read_stdin() -> Input:
    """Standard input as UTF-8 text."""
    if sys.stdin is None:
        raise InputError("standard input is closed: give the text as an argument or with -f FILE")
    return Input(_decoded(sys.stdin.buffer.read(), "standard input"), "<stdin>")


def read_file(name: str) -> Input:
    """A file as UTF-8 text, a byte-order mark left out; `-` is standard input."""
    if name == STDIN:
        return read_stdin()
    try:
        with open(name, "rb") as file:
            return Input(_decoded(file.read(), name), name, is_file=True)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror or error}") from None


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, byte = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        raise InputError(f"{name} is not valid UTF-8 (line {line}, byte {byte}); save it as UTF-8") from None
