"""Which diagnostics to show while a rule is typed: what is unfinished is not called wrong."""

from __future__ import annotations

import pytest

from targetexpr.front import Environment
from targetexpr.ide.diagnostics import diagnostic_at, is_name_begun, is_pending, is_unfinished
from targetexpr.ide.document import Document

ENVIRONMENT = Environment(expect=None)


def document(text: str) -> Document:
    return Document(text, ENVIRONMENT)


def errors(typed: Document) -> list[str]:
    return [diagnostic.code for diagnostic in typed.analysis.diagnostics if diagnostic.is_error]


@pytest.mark.parametrize(
    "rule",
    [
        'currentTxn.value>500&&currentCustomer.slabName=="Gold"',
        "currentTxn.value>=500||currentTxn.value==7",
        'currentTxn.basketSum("brand","Puma")>1',
        "(currentTxn.value>5?true:false)",
        "!currentTxn.date.isHourBetween(1,2)",
        'currentCustomer.name.matches("^[a-z(]+$")',
    ],
)
def test_a_rule_being_typed_is_never_called_wrong(rule: str) -> None:
    """Each key of a right rule leads to a rule that is valid or unfinished: nothing is underlined on the way."""
    for end in range(1, len(rule) + 1):
        typed = document(rule[:end])
        assert is_unfinished(typed) or not errors(typed), (rule[:end], errors(typed))


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
    assert errors(document(text))
    assert not is_unfinished(document(text))


def test_a_name_that_the_text_ends_with_may_go_on() -> None:
    (begun,) = document("currentTxn.val").analysis.diagnostics
    assert is_name_begun(document("currentTxn.val"), begun)
    assert is_pending(document("currentTxn.val"), begun)
    (wrong,) = document("currentTxn.val>5").analysis.diagnostics
    assert not is_name_begun(document("currentTxn.val>5"), wrong)
    assert not is_pending(document("currentTxn.val>5"), wrong)


def test_the_diagnostic_at_the_offset_comes_first_but_errors_before_warnings() -> None:
    text = "currentTxn.valeu>5&&currentTxn.numbr==1&&true"
    assert diagnostic_at(document(text), 12).span.start == 11  # type: ignore[union-attr]
    assert diagnostic_at(document(text), 33).span.start == text.index("numbr")  # type: ignore[union-attr]
    assert diagnostic_at(document(text), len(text)).is_error  # type: ignore[union-attr]
    assert diagnostic_at(document("currentTxn.value>5"), 3) is None
