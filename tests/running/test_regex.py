"""Regular expressions mean what RE2 says, whichever engine runs them, and no text takes more than linear time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.growth import ratio

from targetexpr.checking.regexes import pattern_error
from targetexpr.running.regex.search import on_re2, searcher
from targetexpr.running.regex.to_python import translate

ATOMS = st.sampled_from(
    [
        *"abAB019_ -,:",
        ".",
        "é",
        "ü",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        r"\.",
        r"\-",
        r"\n",
        r"\t",
        r"\v",
        "[ab]",
        "[^ab]",
        "[a-c]",
        "[A-Za-z0-9_]",
        r"[\d.]",
        r"[^\s]",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[-a]",
        r"[\]\\^]",
        "[[]",
        "[a&&b]",
        "[à-ü]",
        "^",
        "$",
        r"\b",
        r"\A",
        r"\z",
    ]
)
REPEATS = st.sampled_from(["", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,3}?"])
PIECES = st.tuples(ATOMS, REPEATS).map("".join)
BRANCHES = st.lists(PIECES, max_size=5).map("".join)
PATTERNS = st.recursive(
    BRANCHES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("|".join),
        st.tuples(BRANCHES, st.sampled_from(["(", "(?:"]), inner, st.just(")"), REPEATS, BRANCHES).map("".join),
    ),
    max_leaves=4,
)
TEXTS = st.text(alphabet="abcABC019_ -.,:\n\t\v\x0b\x0c\r é\u00a0ü٣K\u212aſ[]^\\&\ud800\ufffd", max_size=12)


@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_both_engines_find_the_same(pattern: str, texts: list[str]) -> None:
    if pattern_error(pattern) is not None:
        return
    translated = translate(pattern)
    if translated is None:
        return
    search, re2 = searcher(pattern), on_re2(pattern)
    for text in texts:
        assert search(text) == re2(text), (pattern, translated, text)


@pytest.mark.slow
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=8))
@settings(max_examples=15_000, derandomize=False)
def test_both_engines_find_the_same_in_very_many_patterns(pattern: str, texts: list[str]) -> None:
    test_both_engines_find_the_same.hypothesis.inner_test(pattern, texts)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "pattern",
    [
        "^[Jj]oh?n",
        "pu.*",
        "Pu.*",
        "TR.*?",
        "PET.*",
        "^sneakers.*",
        "^[Pp]remium",
        "[Ff]uel$",
        "[A-Za-z]+",
        r"\s",
        "^purple",
        "LS",
        "Gold|Silver",
        "^(Gold|Silver)$",
        "John Smith",
        r"^[6-9]\d{9}$",
        "demo*",
        "^A.*Z$",
        # an unbounded repeat at an end needs no more than its least count
        "x*y",
        "[a-z]+$",
        "(a|a)*b",
        "a*a*a*b",
    ],
)
def test_patterns_of_real_rules_run_on_re(pattern: str) -> None:
    assert translate(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "a?" * 25 + "a" * 25,
        "foo.*bar",
        "^a.*b.*c$",
        "(a{0,20}){0,20}b",
        "a{0,60}a{0,60}b",
        "(.*a){12}",
        "^(a|a)*b",
        "^a*a*b",
        "ab*c",
        "(?i)gold",
        r"\pL",
        r"\Bx",
        "[[:alpha:]]",
        r"\x41",
        "(?P<a>x)",
        "\ufffd",
        "[\ue000-\uffff]",
    ],
)
def test_anything_else_runs_on_re2(pattern: str) -> None:
    assert translate(pattern) is None
    assert searcher(pattern)("b") in (True, False)


EXPLODING = [
    ("(a+)+$", "a" * 100_000 + "!"),
    ("(a|aa)+$", "a" * 100_000 + "!"),
    ("^(.*a){10}$", "a" * 50_000 + "!"),
    ("a?" * 30 + "a" * 30, "a" * 29 + "b" * 100_000),
    ("[a-z]+$", "a" * 200_000 + "!"),
    ("x.*y", "x" * 200_000),
    (r"(\w+\s?)+!", "word " * 20_000),
    ("^a.*b$", "a" * 200_000),
    ("^[ab]{0,30}[bc]{0,30}c$", "b" * 200_000),
    ("(a?b?c?d?e?f?)x", "abcdef" * 30_000),
    ("a{0,60}b", "a" * 200_000),
]


@pytest.mark.parametrize(("pattern", "text"), EXPLODING, ids=[pattern[:30] for pattern, _ in EXPLODING])
def test_no_pattern_takes_more_than_linear_time(pattern: str, text: str) -> None:
    """Ten times the text; what backtracks takes a hundred times as long and more, if it ends at all."""
    search = searcher(pattern)
    tenth = text[-len(text) // 10 :]  # its end is where these patterns fail
    assert ratio(lambda: search(tenth), lambda: search(text), 30) <= 30


def test_a_pattern_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="RE2"):
        searcher("(a")


def test_half_surrogate_pairs_are_characters() -> None:
    for pattern in ("^.$", "(?i)^.$", "[^a]", "(?i)[^a]"):
        assert searcher(pattern)("\ud800")


def test_rules_without_need_of_re2_do_not_load_it() -> None:
    import subprocess
    import sys

    script = (
        "import sys, targetexpr; rule = targetexpr.compile('currentCustomer.email.matches(\"^a.*b$\")');"
        "rule.matches({'currentCustomer': {'email': 'ab'}}); print('re2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
