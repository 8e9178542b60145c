"""The tokens of Python text, of broken text as well, and the strings among them."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from targetexpr.base.quoted import QuotedString, read_python_string
from targetexpr.base.source import Span

_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
_NEVER = re.compile("[\x00\ud800-\udfff]")


class Token(NamedTuple):
    """A token: its kind as `tokenize` numbers it, its text, where it stands."""

    kind: int
    text: str
    span: Span


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, comments and layout left out. Where the tokenizer gives up, it begins anew a line below."""
    lines = list(io.StringIO(_NEVER.sub("?", text), newline=""))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    first = 0
    while first < len(lines):
        last = first
        try:
            for token in tokenize.generate_tokens(map(lines.__getitem__, range(first, len(lines))).__next__):
                last = first + token.end[0] - 1
                if token.type not in _SKIPPED:
                    start = starts[first + token.start[0] - 1] + token.start[1]
                    yield Token(token.type, token.string, Span(start, starts[last] + token.end[1]))
            return
        except (tokenize.TokenError, SyntaxError, ValueError):
            first = last + 1


def read_strings(source: str) -> list[QuotedString] | None:
    """The strings that a text consists of, written one after the other; None when there is anything else in it."""
    inside = [token for token in tokens(f"({source})") if token.text]  # line ends and the end of the text have none
    found: list[QuotedString] = []
    length = 0
    for token in inside[1:-1]:
        at = Span(token.span.start - 1, token.span.end - 1)
        string = read_python_string(source, at, length) if token.kind == tokenize.STRING else None
        if string is None:
            return None
        found.append(string)
        length += len(string.text)
    return found if found and inside[-1].text == ")" else None
