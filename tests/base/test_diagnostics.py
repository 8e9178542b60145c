"""Diagnostics as values: the cap, the error that carries them, and which repairs are made together."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.diagnostics import Applicability, Diagnostic, Edit, ExpressionError, Fix, apply_fixes, capped
from targetexpr.base.source import Span
from tests.growth import assert_linear


def diagnostic(
    start: int, end: int, *edits: tuple[int, int, str], code: str = "x", severity: str = "error"
) -> Diagnostic:
    fix = (Fix("Mend it", tuple(Edit(Span(first, last), text) for first, last, text in edits)),) if edits else ()
    return Diagnostic(code=code, severity=severity, span=Span(start, end), message="Wrong.", fixes=fix)  # type: ignore[arg-type]


# --- repairs


def test_nothing_to_mend() -> None:
    assert apply_fixes("abc", []) == "abc"
    assert apply_fixes("abc", [diagnostic(0, 1)]) == "abc"
    assert apply_fixes("", []) == ""


def test_replace_insert_delete() -> None:
    assert apply_fixes("abc", [diagnostic(1, 2, (1, 2, "XX"))]) == "aXXc"
    assert apply_fixes("abc", [diagnostic(1, 1, (1, 1, "X"))]) == "aXbc"
    assert apply_fixes("abc", [diagnostic(1, 2, (1, 2, ""))]) == "ac"
    assert apply_fixes("", [diagnostic(0, 0, (0, 0, "X"))]) == "X"
    assert apply_fixes("abc", [diagnostic(3, 3, (3, 3, "X"))]) == "abcX"


def test_several_edits_of_one_fix() -> None:
    assert apply_fixes("‘a’", [diagnostic(0, 3, (0, 1, '"'), (2, 3, '"'))]) == '"a"'
    assert apply_fixes("‘a’", [diagnostic(0, 3, (2, 3, '"'), (0, 1, '"'))]) == '"a"', "in whatever order they are given"


def test_code_points_count_not_bytes() -> None:
    assert apply_fixes("漢😀=1", [diagnostic(2, 3, (2, 3, "=="))]) == "漢😀==1"


def test_overlapping_fixes_the_first_in_the_text_is_made() -> None:
    first, second = diagnostic(0, 3, (0, 3, "X")), diagnostic(2, 5, (2, 5, "Y"))
    assert apply_fixes("abcdef", [first, second]) == "Xdef"
    assert apply_fixes("abcdef", [second, first]) == "Xdef"


def test_a_fix_is_made_wholly_or_not_at_all() -> None:
    """The second one's far edit would fit; its near one does not."""
    first, second = diagnostic(0, 2, (0, 2, "X")), diagnostic(1, 6, (1, 2, "Y"), (5, 6, "Z"))
    assert apply_fixes("abcdef", [first, second]) == "Xcdef"


def test_a_fix_that_is_left_out_does_not_block_others() -> None:
    one, two, three = diagnostic(0, 2, (0, 2, "1")), diagnostic(1, 4, (1, 4, "2")), diagnostic(3, 5, (3, 5, "3"))
    assert apply_fixes("abcdef", [one, two, three]) == "1c3f"


def test_touching_fixes_are_both_made() -> None:
    assert apply_fixes("abcd", [diagnostic(0, 2, (0, 2, "1")), diagnostic(2, 4, (2, 4, "2"))]) == "12"


def test_insertions_at_one_place_are_both_made_in_order_of_their_findings() -> None:
    outer, inner = diagnostic(0, 5, (5, 5, ")")), diagnostic(2, 5, (5, 5, "]"))
    text = apply_fixes("abcde", [outer, inner])
    assert sorted(text[5:]) == [")", "]"]
    assert text == apply_fixes("abcde", [inner, outer])


def test_insertion_at_the_edge_of_a_replacement() -> None:
    for insertion in (diagnostic(1, 1, (1, 1, "+")), diagnostic(2, 2, (2, 2, "+"))):
        replacement = diagnostic(1, 2, (1, 2, "XX"))
        wanted = "a+XXc" if insertion.span.start == 1 else "aXX+c"
        assert apply_fixes("abc", [insertion, replacement]) == wanted
        assert apply_fixes("abc", [replacement, insertion]) == wanted


def test_insertion_inside_a_replacement_is_an_overlap() -> None:
    outer, inner = diagnostic(0, 4, (0, 4, "X")), diagnostic(2, 2, (2, 2, "+"))
    assert apply_fixes("abcd", [inner, outer]) == apply_fixes("abcd", [outer, inner]) == "X"


def test_the_same_finding_twice_is_mended_once() -> None:
    twice = diagnostic(1, 2, (1, 2, "=="))
    assert apply_fixes("a=b", [twice, twice]) == "a==b"


FINDINGS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 3), st.sampled_from(["", "X", "YY"])).map(
        lambda it: diagnostic(it[0], min(10, it[0] + it[1]), (it[0], min(10, it[0] + it[1]), it[2]))
    ),
    max_size=4,
)


@settings(deadline=None)
@given(FINDINGS)
def test_order_of_the_findings_does_not_matter(diagnostics: list[Diagnostic]) -> None:
    """Where two are told apart by their span; equal spans with different repairs are a tie."""
    spans = [item.span for item in diagnostics]
    if len(set(spans)) < len(spans):
        return
    results = {apply_fixes("0123456789", order) for order in permutations(diagnostics)}
    assert len(results) == 1


@settings(deadline=None)
@given(FINDINGS)
def test_what_no_edit_covers_stays_in_order(diagnostics: list[Diagnostic]) -> None:
    made = apply_fixes("0123456789", diagnostics)
    covered = {place for item in diagnostics if item.fix for edit in item.fix.edits for place in range(*edit.span)}
    kept = [char for place, char in enumerate("0123456789") if place not in covered]
    digits = [char for char in made if char.isdigit()]
    assert digits == sorted(digits)
    assert set(kept) <= set(digits)


def test_only_safe_fixes_are_applied() -> None:
    def fix(text: str, applicability: Applicability) -> Fix:
        return Fix(f"Write {text}", (Edit(Span(0, 1), text),), applicability)

    choices = replace(diagnostic(0, 1), fixes=(fix("b", "choice"), fix("c", "choice")))
    assert choices.fix is None
    assert apply_fixes("a=1", [choices]) == "a=1"
    mixed = replace(diagnostic(0, 1), fixes=(fix("b", "choice"), fix("c", "safe"), fix("d", "safe")))
    assert mixed.fix == mixed.fixes[1]
    assert apply_fixes("a=1", [mixed]) == "c=1"


def test_a_diagnostic_on_one_line() -> None:
    assert str(diagnostic(3, 4)) == "error[x] at offset 3: Wrong."
    in_group = Diagnostic(
        code="target-name-too-long",
        severity="warning",
        message="Too long.",
        pointer="/name",
        number=310008,
        hint="Cut.",
    )
    assert str(in_group) == "warning[target-name-too-long 310008] at /name: Too long. Cut."
    assert str(replace(in_group, pointer="", number=None)) == "warning[target-name-too-long] at the top: Too long. Cut."


def test_many_fixes_are_made_quickly() -> None:
    """Time grows with the number of fixes, not with its square: nothing here caps what a caller hands in."""

    def applied(count: int) -> Callable[[], object]:
        diagnostics = [diagnostic(place, place + 1, (place, place + 1, "==")) for place in range(0, 2 * count, 2)]
        text = "=a" * count
        assert apply_fixes(text, diagnostics) == "==a" * count
        return lambda: apply_fixes(text, diagnostics)

    assert_linear(applied, 1_000)


# --- the cap


def test_cap_leaves_few_alone_and_sorts() -> None:
    diagnostics = [diagnostic(5, 6), diagnostic(1, 2), diagnostic(1, 2, severity="warning", code="w"), diagnostic(0, 9)]
    assert [item.span.start for item in capped(diagnostics, 10)] == [0, 1, 1, 5]
    assert [item.severity for item in capped(diagnostics, 10)][1:3] == ["error", "warning"]
    assert capped([], 10) == []
    assert len(capped(diagnostics, 4)) == 4
    assert all(item.code != "too-many-problems" for item in capped(diagnostics, 4))


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_cap_says_what_was_cut(most: int) -> None:
    diagnostics = [diagnostic(place, place + 1) for place in range(10)]
    kept = capped(reversed(diagnostics), most)
    assert len(kept) == most
    assert kept[:-1] == diagnostics[: most - 1]
    assert kept[-1].code == "too-many-problems"
    assert str(10 - (most - 1)) in kept[-1].message
    assert kept[-1].span == diagnostics[most - 1].span
    assert kept[-1].is_error


def test_cap_of_warnings_alone_is_a_warning() -> None:
    diagnostics = [diagnostic(place, place + 1, severity="warning") for place in range(5)]
    assert not capped(diagnostics, 2)[-1].is_error
    mixed = [*diagnostics, diagnostic(9, 10)]
    assert capped(mixed, 2)[-1].is_error, "an error that is cut still makes the text an error"


def test_cap_is_stable_in_the_order_given() -> None:
    one, two = diagnostic(0, 1, code="a"), diagnostic(0, 1, code="b")
    assert capped([two, one], 5) == capped([one, two], 5)


# --- the error


def test_error_carries_its_findings() -> None:
    error = ExpressionError([diagnostic(3, 4, severity="warning", code="w"), diagnostic(5, 6, code="e")], "text")
    assert isinstance(error, ValueError)
    assert [item.code for item in error.diagnostics] == ["w", "e"]
    assert isinstance(error.diagnostics, tuple)
    assert "e at offset 5" in str(error), "the first error, not the warning before it"
    assert "1 more" in str(error)
    assert "\n" not in str(error)


def test_error_of_json_names_the_pointer() -> None:
    item = Diagnostic(code="c", severity="error", span=Span(0, 1), message="Wrong.", pointer="/a/0")
    assert "/a/0" in str(ExpressionError([item]))


def test_error_survives_pickling_and_copying() -> None:
    error = ExpressionError([diagnostic(0, 1, (0, 1, "x"))], "text")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert twin.diagnostics == error.diagnostics
        assert twin.source == "text"
        assert str(twin) == str(error)


def test_findings_are_values() -> None:
    assert diagnostic(0, 1, (0, 1, "x")) == diagnostic(0, 1, (0, 1, "x"))
    assert hash(diagnostic(0, 1, (0, 1, "x"))) == hash(diagnostic(0, 1, (0, 1, "x")))
    with pytest.raises(AttributeError):
        diagnostic(0, 1).code = "y"  # type: ignore[misc]
