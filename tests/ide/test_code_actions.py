"""What can be done at the press of a key: each fix, all safe fixes, and the layout of a valid rule."""

from __future__ import annotations

import pytest

from targetexpr.base.diagnostics import Diagnostic, Fix, apply_fixes
from targetexpr.front import Environment, analyze
from targetexpr.ide.code_actions import CodeAction, code_actions, fix_all
from targetexpr.ide.document import Document
from targetexpr.syntax.printer import to_text
from tests.corpus import documented

ENVIRONMENT = Environment(expect=None)


def document(text: str) -> Document:
    return Document(text, ENVIRONMENT)


def after(text: str, action: CodeAction) -> str:
    """The text with an action's edits made."""
    fix = Fix(action.title, action.edits)
    return apply_fixes(
        text, [Diagnostic(code="x", severity="error", span=action.edits[0].span, message="", fixes=(fix,))]
    )


@pytest.mark.parametrize(
    ("text", "fixed"),
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
def test_all_safe_fixes(text: str, fixed: str) -> None:
    assert fix_all(document(text)) == fixed


def test_documented_slips_are_fixed() -> None:
    """A few presses of the key leave no error that has a safe fix, in whatever the documents got wrong."""
    for row in documented():
        if row.status == "needs_fix":
            text = row.text
            for _ in range(4):
                text = fix_all(document(text))
            assert not any(one.is_error and one.fix is not None for one in analyze(text, ENVIRONMENT).diagnostics), (
                row.text
            )


def test_each_fix_of_the_diagnostics_at_the_offset() -> None:
    text = "currentTxn.value=500 and currentTxn.value<900"
    single, at_and = (
        [one for one in code_actions(document(text), at) if one.kind == "quick-fix"]
        for at in (text.index("="), text.index("and"))
    )
    assert [one.fixes[0].code for one in single] == ["single-equals"]
    assert after(text, single[0]) == "currentTxn.value==500 and currentTxn.value<900"
    assert {one.fixes[0].code for one in at_and} == {"word-operator"}
    assert [one.kind for one in code_actions(document(text), 3)] == ["fix-all"]


def test_a_range_has_the_fixes_of_all_that_it_touches() -> None:
    text = "currentTxn.value=500 and currentTxn.value<900"
    found = [one.fixes[0].code for one in code_actions(document(text), 0, len(text)) if one.kind == "quick-fix"]
    assert sorted(found) == ["single-equals", "word-operator"]


def test_fix_all_is_one_edit_that_leaves_no_safe_fix() -> None:
    text = "true&&currentTxn.value=500 and currentTxn.value=>900"
    (action,) = (one for one in code_actions(document(text), 0) if one.kind == "fix-all")
    assert after(text, action) == fix_all(document(text)) == "true&&currentTxn.value==500 && currentTxn.value>=900"
    (edit,) = action.edits
    assert edit.span.cut(text) == "500 and currentTxn.value=>"
    assert len(action.fixes) == 3


def test_every_fix_of_a_diagnostic_is_offered_with_its_applicability() -> None:
    """Whatever fixes the compiler gives for the texts of the documents, each is an action of its own."""
    seen = 0
    for row in documented():
        found = document(row.text)
        for diagnostic in found.analysis.diagnostics:
            actions = [one for one in code_actions(found, diagnostic.span.start) if diagnostic in one.fixes]
            quick = [(one.title, one.edits, one.applicability) for one in actions if one.kind == "quick-fix"]
            assert quick == [(fix.title, fix.edits, fix.applicability) for fix in diagnostic.fixes]
            seen += len(quick)
    assert seen > 10


def test_the_layout_of_a_valid_rule() -> None:
    text = "currentTxn.value > 500&&true"
    found = {one.title: after(text, one) for one in code_actions(document(text), 0) if one.kind == "restyle"}
    tree = analyze(text).parsed.tree
    assert tree is not None
    assert sorted(found.values()) == sorted((to_text(tree, "compact"), to_text(tree, "readable")))
    assert not [one for one in code_actions(document("a=1"), 0) if one.kind == "restyle"]
    compact = to_text(tree, "compact")
    assert len([one for one in code_actions(document(compact), 0) if one.kind == "restyle"]) == 1
