"""Broken text in pieces: each the longest that can be read, from the left."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr import diagnose, parse, to_text
from targetexpr.syntax.fragments import LOOKAHEAD, fragments
from targetexpr.syntax.json_encoder import group_json
from tests import corpus
from tests.growth import assert_linear

SAMPLES = corpus.samples()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("a.b>5", ["a.b>5"]),
        ("a.b > > 5", ["a.b", "5"]),
        ("a b c", ["a", "b", "c"]),
        ("a&&b&&", ["a&&b"]),
        ("(a||b", ["a||b"]),
        ("a)||b", ["a", "b"]),
        ('f("x", g(1) h', ["f", '"x"', "g(1)", "h"]),
        ("! ! a ? b", ["!!a", "b"]),
        ("a == 'x'", ["a", "x"]),
        ("a ; b", ["a", "b"]),
    ],
)
def test_fragments(text: str, wanted: list[str]) -> None:
    assert [to_text(piece) for piece in fragments(text)] == wanted


def test_the_platforms_sample_to_the_byte() -> None:
    (sample,) = [one for one in SAMPLES if one["is_error"]]
    assert group_json(fragments(sample["expression"])) == sample["expressionJson"]


def test_an_empty_group_has_the_same_layout() -> None:
    assert json.loads(group_json([])) == json.loads(group_json([], "compact")) == {"arity": "group", "operands": []}


@given(st.text(alphabet="ab.()!&|<>=\"'5+ ,?:", max_size=60))
def test_a_rule_is_one_piece_and_anything_else_never_fails(text: str) -> None:
    found = fragments(text)
    if not any(diagnostic.is_error for diagnostic in diagnose(text)):
        assert found == [parse(text)]
    for piece in found:
        assert parse(to_text(piece)) == piece


@pytest.mark.parametrize("unit", ["-", "(", "a.", "a ", "!", "a&&", "(a.", ")", "a?"])
def test_time_grows_with_the_length(unit: str) -> None:
    assert_linear(lambda count: lambda: fragments(unit * count), LOOKAHEAD)
