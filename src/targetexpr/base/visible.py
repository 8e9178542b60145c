"""What a terminal would act on, written out: no text of data, of a rule or of a file drives a screen."""

from __future__ import annotations

import re

# C0 but for tab and line break, DEL and C1; the marks, embeddings, overrides and isolates that turn the direction of
# text, so that it reads as what it is not; and the line and paragraph separators.
_BESIDE_ESCAPE = "\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_ALL = re.compile(f"[{_BESIDE_ESCAPE}\x1b]")
_ALL_BUT_COLOR = re.compile(rf"[{_BESIDE_ESCAPE}]|\x1b(?!\[(?:[0-2]|31|33|36)m)")


def visible(text: str, *, color: bool = False) -> str:
    """A text with its control characters written out, as JSON and the rule language write them.

    In a string of either, what is shown means the same. With `color` the colours that diagnostics are painted in stay:
    for texts of ours, whose data was written out before.

    >>> visible("currentTxn.number==" + chr(34) + chr(7) + chr(34))
    'currentTxn.number=="\\\\u0007"'
    """
    return (_ALL_BUT_COLOR if color else _ALL).sub(_escape, text)


def harmless(text: str) -> str:
    """A text without them, for a screen that counts columns: they take none.

    >>> harmless("a\\u202eb")
    'ab'
    """
    return _ALL.sub("", text)


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
