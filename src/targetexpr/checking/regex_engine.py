"""RE2 itself, with the options that rules run with: whether it takes a pattern, and the pattern compiled."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol, cast


class CompiledPattern(Protocol):
    """A pattern that RE2 has compiled."""

    def search(self, text: str) -> object:
        """What is found first, or None."""


def compile_pattern(pattern: str) -> CompiledPattern:
    """The pattern, compiled. Raises ValueError when RE2 does not take it, because of its syntax or its size.

    Groups capture nothing: only whether a pattern is found matters, and capturing multiplies the time by the groups.
    """
    re2: Any = import_module("re2")  # on demand: loading it costs more than most rules do
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        return cast("CompiledPattern", re2.compile(pattern, options=options))
    except re2.error as error:
        shown = pattern if len(pattern) <= 80 else f"{pattern[:77]}..."
        raise ValueError(f"not a pattern in RE2 syntax: {shown!r} ({error})") from None


def is_accepted(pattern: str) -> bool:
    """Whether RE2 takes a pattern whose syntax is right: it gives up on those whose program is too large."""
    try:
        compile_pattern(pattern)
    except ValueError:
        return False
    return True
