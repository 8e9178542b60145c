"""What is known of a text while it is typed: diagnostics, what is merely unfinished, repairs, parentheses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.ide.document import Analysis, look, mended, open_brackets, partner, tokens
from targetexpr.lang.schema.schema import Schema
from tests.corpus import documented

SCHEMA = Schema.bundled()
RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'

pieces = st.sampled_from(
    ["(", ")", '"', "currentTxn", ".", "value", ",", "&&", "||", "=", "1", "\n", "“", "'", "\\", " ", "and", "🎉", "?"]
)


def seen(text: str, event: str | None = None) -> Analysis:
    return look(text, SCHEMA, event)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_has_no_findings(text: str) -> None:
    analysis = seen(text)
    assert (analysis.diagnostics, analysis.checked, analysis.ok, analysis.unfinished) == ((), None, False, False)
    assert analysis.diagnostic_at(0) is None
    assert analysis.node_at(0) is None


@pytest.mark.parametrize("end", range(1, len(RULE)))
def test_a_rule_being_typed_is_never_called_wrong(end: int) -> None:
    """Each key of a right rule leads to a rule that is in order or unfinished: nothing is underlined on the way."""
    analysis = seen(RULE[:end])
    assert analysis.unfinished or not any(diagnostic.is_error for diagnostic in analysis.diagnostics)


@pytest.mark.parametrize(
    "rule",
    [
        "currentTxn.value>=500||currentTxn.value==7",
        'currentTxn.basketSum("brand","Puma")>1',
        "(currentTxn.value>5?true:false)",
        "!currentTxn.date.isHourBetween(1,2)",
        'currentCustomer.name.matches("^[a-z(]+$")',
    ],
)
def test_other_rules_being_typed(rule: str) -> None:
    for end in range(1, len(rule) + 1):
        analysis = seen(rule[:end])
        errors = [diagnostic.code for diagnostic in analysis.diagnostics if diagnostic.is_error]
        assert analysis.unfinished or not errors, (rule[:end], errors)


@pytest.mark.parametrize(
    "text",
    [
        "currentTxn.valeu>500",
        "currentTxn.value=500",
        "currentTxn.value>5 &currentTxn.value<9",
        "currentTxn.value>500)",
        "currentTxn.value>“5”",
        "1<2<3",
        "currentTxn.valeu ",
    ],
)
def test_what_is_wrong_for_good_is_not_unfinished(text: str) -> None:
    analysis = seen(text)
    assert not analysis.ok
    assert not analysis.unfinished


def test_the_finding_at_the_cursor_comes_first_but_errors_before_warnings() -> None:
    text = "currentTxn.valeu>5&&currentTxn.numbr==1&&true"
    assert seen(text).diagnostic_at(12).span.start == 11  # type: ignore[union-attr]
    assert seen(text).diagnostic_at(33).span.start == text.index("numbr")  # type: ignore[union-attr]
    assert seen(text).diagnostic_at(len(text)).is_error  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("at", "part"),
    [(0, "currentTxn"), (4, "currentTxn"), (16, "currentTxn.value"), (18, "500"), (20, "500"), (21, RULE)],
)
def test_the_part_that_the_cursor_is_on(at: int, part: str) -> None:
    node = seen(RULE).node_at(at)
    assert node is not None
    assert node.span.cut(RULE) == part


def test_an_event_narrows_what_is_in_order() -> None:
    assert seen("currentLineItem.qty>1", "TransactionAdd").ok
    assert not seen("currentLineItem.qty>1", "CustomerRegistration").ok


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("currentTxn.value=500", "currentTxn.value==500"),
        ("currentTxn.value=>500 and currentTxn.value<9", "currentTxn.value>=500 && currentTxn.value<9"),
        ("currentCustomer.name==“Asha”", 'currentCustomer.name=="Asha"'),
        ("currentTxn.valeu>5", "currentTxn.value>5"),
        ("currentTxn.value>5", "currentTxn.value>5"),
        ("", ""),
        ("nonsense beyond repair (", "nonsense beyond repair ("),
    ],
)
def test_repairs(text: str, wanted: str) -> None:
    assert mended(text, SCHEMA) == wanted


def test_documented_slips_are_mended() -> None:
    """A few presses of the key leave no error that has a repair, in whatever the documents got wrong."""
    for row in documented():
        if row.status == "needs_fix":
            text = row.text
            for _ in range(4):
                text = mended(text, SCHEMA)
            after = seen(text)
            assert not any(diagnostic.is_error and diagnostic.fix is not None for diagnostic in after.diagnostics), (
                row.text
            )


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("(", 1), ("(()", 1), ("(a))", 0), ("))(", 1), ('"("', 0), ('("(', 1), ("“(", 1), ("a(b(c(", 3)],
)
def test_open_parentheses(text: str, count: int) -> None:
    assert open_brackets(text) == count


@given(st.lists(pieces, max_size=12).map("".join))
@settings(max_examples=150, deadline=None)
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
    assert partner(tokens(text), at) == pair


@given(st.lists(pieces, max_size=15).map("".join))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_is_looked_at(text: str) -> None:
    analysis = seen(text)
    for at in (0, len(text) // 2, len(text)):
        diagnostic = analysis.diagnostic_at(at)
        assert (diagnostic is None) is (not analysis.diagnostics)
        analysis.node_at(at)
        partner(tokens(text), at)
    assert all(
        0 <= diagnostic.span.start <= diagnostic.span.end <= len(text) + 1 for diagnostic in analysis.diagnostics
    )
    assert all(text[token.start : token.end] == token.text for token in tokens(text))
    mended(text, SCHEMA)
