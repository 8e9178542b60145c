"""What each token is: names by where they stand, whether the text is a rule or not."""

from __future__ import annotations

import pytest

from targetexpr.ide.document import Document
from targetexpr.ide.semantic_tokens import semantic_tokens


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.end], one.kind) for one in semantic_tokens(Document(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            'currentTxn.date.isWeekend() && currentCustomer.slabName != "Gold"',
            [
                ("currentTxn", "profile"),
                (".", "punctuation"),
                ("date", "attribute"),
                (".", "punctuation"),
                ("isWeekend", "method"),
                ("(", "punctuation"),
                (")", "punctuation"),
                ("&&", "operator"),
                ("currentCustomer", "profile"),
                (".", "punctuation"),
                ("slabName", "attribute"),
                ("!=", "operator"),
                ('"Gold"', "string"),
            ],
        ),
        ("true?1:f(2.5)", [
            ("true", "boolean"), ("?", "operator"), ("1", "number"), (":", "operator"),
            ("f", "function"), ("(", "punctuation"), ("2.5", "number"), (")", "punctuation"),
        ]),
        ('a “ b', [("a", "profile"), ("“", "unknown"), ("b", "profile")]),
        ('x=="open', [("x", "profile"), ("==", "operator"), ('"open', "string")]),
        ("", []),
    ],
)  # fmt: skip
def test_kinds(text: str, wanted: list[tuple[str, str]]) -> None:
    assert kinds(text) == wanted
