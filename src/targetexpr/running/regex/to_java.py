r"""RE2 patterns for the regular expressions of Java, which backtrack: harmless ones, with every class spelled out."""

from __future__ import annotations

from targetexpr.running.regex.plain import NotPlainError, parse
from targetexpr.running.regex.to_python import translate, trimmed
from targetexpr.running.regex.to_rust import written

_WORD = "0-9A-Za-z_"
_PLACES = {
    r"\A": r"\A",
    r"\Z": r"\z",
    r"\b": f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))",
}


def to_java(pattern: str) -> str | None:
    r"""The pattern in Java's syntax, or None where Java could take more than linear time.

    >>> to_java(r"\d+$"), to_java("(a+)+$")
    ('[0-9]\\z', None)
    """
    if translate(pattern) is None:
        return None
    try:
        return written(trimmed(parse(pattern)), _PLACES)
    except NotPlainError:
        return None
