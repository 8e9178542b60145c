"""A text in its environment: tokens up to an offset, the part of the tree there, parentheses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr.front import Environment
from targetexpr.ide.document import Document, matching_brackets, open_brackets, tokens
from targetexpr.lang.schema.schema import Schema

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'

texts = st.lists(
    st.sampled_from(
        [
            "(",
            ")",
            '"',
            "currentTxn",
            ".",
            "value",
            ",",
            "&&",
            "|",
            "=",
            "<",
            "1.5",
            "\n",
            "“",
            "'",
            "\\",
            " ",
            "🎉",
            "true",
        ]
    ),
    max_size=12,
).map("".join)


def test_what_is_known_is_worked_out_once() -> None:
    document = Document(RULE)
    assert document.analysis is document.analysis
    assert document.tokens is document.tokens
    assert (document.schema, document.event) == (Schema.bundled(), None)
    own = Schema.bundled().extend(extended_fields={"currentCustomer": {"dob": "date"}})
    assert Document(RULE, Environment(schema=own, event="TransactionAdd")).schema is own


def test_an_event_narrows_what_is_valid() -> None:
    rule = "currentLineItem.qty>1"
    assert Document(rule, Environment(event="TransactionAdd")).analysis.ok
    assert not Document(rule, Environment(event="CustomerRegistration")).analysis.ok


@given(texts)
def test_tokens_before_an_offset_are_those_of_a_text_that_ends_there(text: str) -> None:
    document = Document(text)
    for offset in range(len(text) + 1):
        assert document.tokens_before(offset) == tokens(text[:offset])
    assert all(text[token.start : token.end] == token.text for token in document.tokens)


@pytest.mark.parametrize(
    ("at", "part"),
    [(0, "currentTxn"), (4, "currentTxn"), (16, "currentTxn.value"), (18, "500"), (20, "500"), (21, RULE)],
)
def test_the_part_of_the_tree_at_an_offset(at: int, part: str) -> None:
    node = Document(RULE).node_at(at)
    assert node is not None
    assert node.span.cut(RULE) == part


def test_a_broken_text_has_the_tree_and_the_types_of_its_repair() -> None:
    text = "currentTxn.value=>500 and currentCustomer.slabName=“Gold”"
    document = Document(text)
    assert document.analysis.checked is None
    checked = document.checked
    assert checked is not None
    assert checked.type == "boolean:primitive"
    node = document.node_at(text.index("slabName"))
    assert node is not None
    assert (node.span.cut(text), checked.type_of(node)) == ("currentCustomer.slabName", "string:object:primitive")


def test_nothing_is_known_of_nothing() -> None:
    for text in ("", " ", "\n\t"):
        document = Document(text)
        assert (document.analysis.checked, document.checked, document.tokens, document.node_at(0)) == (
            None,
            None,
            [],
            None,
        )


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("(", 1), ("(()", 1), ("(a))", 0), ("))(", 1), ('"("', 0), ('("(', 1), ("“(", 1), ("a(b(c(", 3)],
)
def test_open_parentheses(text: str, count: int) -> None:
    assert open_brackets(text) == count


@given(texts)
def test_line_by_line_is_the_same_as_all_at_once(text: str) -> None:
    depth = 0
    for line in text.split("\n"):
        depth = open_brackets(line, depth)
    assert depth == open_brackets(text)


@pytest.mark.parametrize(
    ("text", "at", "pair"),
    [
        ("(a)", 0, (0, 2)),
        ("(a)", 1, (0, 2)),
        ("(a)", 2, (0, 2)),
        ("(a)", 3, (0, 2)),
        ("((a))", 1, (1, 3)),
        ("((a))", 4, (0, 4)),
        ("(a", 0, None),
        ("a)", 2, None),
        ('(")")', 2, None),
        ('(")")', 5, (0, 4)),
        ("", 0, None),
        ("f(a)+(b)", 5, (5, 7)),
    ],
)
def test_which_parentheses_go_together(text: str, at: int, pair: tuple[int, int] | None) -> None:
    assert matching_brackets(tokens(text), at) == pair
