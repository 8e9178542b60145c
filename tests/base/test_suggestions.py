"""Did you mean: the distance beside a plain recursive one, thresholds, and the order of suggestions."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.base.suggestions import edit_distance, suggest

WORDS = st.text(st.sampled_from("abAc"), max_size=6)


def distance(left: str, right: str) -> int:
    """Optimal string alignment by its definition; case alone counts one."""
    if left == right:
        return 0
    a, b = left.lower(), right.lower()
    if a == b:
        return 1

    @cache
    def at(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        best = min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] != b[j - 1]))
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            best = min(best, at(i - 2, j - 2) + 1)
        return best

    return at(len(a), len(b))


@settings(deadline=None)
@given(WORDS, WORDS)
def test_distance(left: str, right: str) -> None:
    assert edit_distance(left, right, 20) == distance(left, right)
    assert edit_distance(left, right, 20) == edit_distance(right, left, 20)


@settings(deadline=None)
@given(WORDS, WORDS, st.integers(0, 6))
def test_distance_beyond_the_most(left: str, right: str, most: int) -> None:
    """Larger distances may all be told as one more than the most."""
    true = distance(left, right)
    found = edit_distance(left, right, most)
    assert found == true if true <= most else found > most


@settings(deadline=None)
@given(WORDS, st.lists(WORDS, max_size=6, unique=True))
def test_suggestions_are_within_the_threshold_nearest_first(word: str, known: list[str]) -> None:
    most = max(1, int(len(word) * 0.4))
    wanted = sorted((distance(word, name), name) for name in known if distance(word, name) <= most)
    assert suggest(word, known) == [name for _, name in wanted[:3]]


@pytest.mark.parametrize(
    ("word", "known", "wanted"),
    [
        ("emial", ["email", "mobile"], ["email"]),
        ("Email", ["email", "mobile"], ["email"]),
        ("vlaue", ["value", "values", "rate"], ["value", "values"]),
        ("zzz", ["email", "mobile", "name"], []),
        ("", ["email"], []),
        ("a", ["b"], ["b"]),
        ("ab", ["abcdef"], []),
        ("qqqqq", ["email", "mobile"], []),
        ("basketSum", ["basketSum"], ["basketSum"]),
        ("baskteSum", ["basketQty", "basketSum", "basketSumIf"], ["basketSum", "basketSumIf"]),
    ],
)
def test_examples(word: str, known: list[str], wanted: list[str]) -> None:
    assert suggest(word, known) == wanted


def test_at_most_so_many() -> None:
    assert suggest("aaaa", ["aaab", "aaac", "aaad", "aaae"]) == ["aaab", "aaac", "aaad"]
    assert suggest("aaaa", ["aaab", "aaac", "aaad", "aaae"], most=1) == ["aaab"]


def test_very_long_words_cost_little() -> None:
    known = [f"currentCustomer{place}" for place in range(500)]
    assert suggest("x" * 100_000, known) == []
    assert suggest("currentCustomre7" * 1, known)[0] == "currentCustomer7"
