"""Searching with RE2 patterns: harmless ones on `re`, translated to RE2's meaning, all others on RE2 itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from targetexpr.checking.regex_engine import compile_pattern

Search: TypeAlias = Callable[[str], bool]
"""Whether a pattern is found anywhere in a text, in time linear in the text."""


@lru_cache(maxsize=1024)
def searcher(pattern: str) -> Search:
    """The search for a pattern in RE2 syntax. Raises ValueError when the pattern is not in that syntax.

    >>> searcher("^[Jj]oh?n")("Jon Smith"), searcher("o$")("Jo\\n")
    (True, False)
    """
    from targetexpr.running.regex.to_python import translate  # on demand, as most rules have no pattern

    translated = translate(pattern)
    if translated is None:
        return on_re2(pattern)
    find = compiled(translated.pattern, anchored=translated.anchored)
    return lambda text: find(text) is not None


def compiled(pattern: str, *, anchored: bool) -> Callable[[str], object]:
    """A translated pattern as a function that gives None when it is not found."""
    expression = re.compile(pattern, re.ASCII)
    return expression.match if anchored else expression.search


_surrogate = re.compile("[\ud800-\udfff]")


def on_re2(pattern: str) -> Search:
    """The search on RE2 itself."""
    expression = compile_pattern(pattern)

    def search(text: str) -> bool:
        try:
            return expression.search(text) is not None
        except UnicodeEncodeError:  # RE2 reads UTF-8, which has no half surrogate pairs
            return expression.search(_surrogate.sub("\ufffd", text)) is not None

    return search
