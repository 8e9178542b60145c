"""What each token of a text is, for colouring: by the real lexer, so that it is right while the text is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from targetexpr.ide.document import Document

SemanticKind: TypeAlias = Literal[
    "profile", "attribute", "method", "function", "number", "string", "boolean", "operator", "punctuation", "unknown"
]


class SemanticToken(NamedTuple):
    """One token and what it is."""

    start: int
    end: int
    kind: SemanticKind


_KINDS: dict[str, SemanticKind] = {
    "NUMBER": "number",
    "STRING": "string",
    "UNCLOSED": "string",
    "BOOLEAN": "boolean",
    "UNKNOWN": "unknown",
    "LPAR": "punctuation",
    "RPAR": "punctuation",
    "COMMA": "punctuation",
    "DOT": "punctuation",
}
"""What a token is by itself; what is not listed joins or compares values."""


def semantic_tokens(document: Document) -> Iterator[SemanticToken]:
    """Every token of a text, in order; white space is none.

    >>> [token.kind for token in semantic_tokens(Document("currentTxn.value>5"))]
    ['profile', 'punctuation', 'attribute', 'operator', 'number']
    """
    tokens = document.tokens
    after_dot = False
    for place, (kind, _text, start, end) in enumerate(tokens):
        if kind != "NAME":
            yield SemanticToken(start, end, _KINDS.get(kind, "operator"))
        else:
            called = place + 1 < len(tokens) and tokens[place + 1].kind == "LPAR"
            if after_dot:
                yield SemanticToken(start, end, "method" if called else "attribute")
            else:
                yield SemanticToken(start, end, "function" if called else "profile")
        after_dot = kind == "DOT"
