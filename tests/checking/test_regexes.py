"""The reader of RE2 syntax agrees with RE2 on what is a pattern, and blames characters that are there."""

from __future__ import annotations

import random
from typing import Any

import pytest
import re2

from targetexpr import parse
from targetexpr.checking.arguments import part_of
from targetexpr.checking.regexes import pattern_error
from targetexpr.lang.nodes import MethodCall, StringLiteral

PIECES = [
    "a",
    "b",
    "ab",
    r"\d",
    r"\w",
    r"\s",
    r"\b",
    r"\B",
    r"\A",
    r"\z",
    r"\Z",
    r"\C",
    r"\Q",
    r"\E",
    r"\1",
    r"\12",
    r"\8",
    r"\0",
    r"\x4",
    r"\x41",
    r"\x{41}",
    r"\x{}",
    r"\p{L}",
    r"\pN",
    r"\p",
    r"\p{Foo}",
    r"\P{^Greek}",
    r"\_",
    r"\-",
    r"\.",
    "\\",
    "[",
    "]",
    "[^",
    "-",
    "a-z",
    "z-a",
    "[:alpha:]",
    "[:foo:]",
    "[[:digit:]]",
    "[:^word:]",
    "(",
    "(?:",
    "(?i)",
    "(?i:",
    "(?P<n>",
    "(?<m>",
    "(?=",
    "(?<=",
    "(?-)",
    "(?-s)",
    "(?s-i:",
    "(?P>",
    "(?",
    "(?P=n)",
    ")",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2}",
    "{2,}",
    "{2,3}",
    "{3,2}",
    "{,3}",
    "{1001}",
    "{1000}",
    "{50}",
    "{0}",
    "{02}",
    "{",
    "}",
    "{a}",
    "^",
    "$",
    ".",
    ",",
    "é",
    r"\é",
    ":",
    "é-a",
]


def accepted(pattern: str) -> bool:
    options: Any = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options=options)
    except re2.error:
        return False
    return True


@pytest.mark.parametrize(
    "number", [pytest.param(3_000, id="quick"), pytest.param(100_000, id="thorough", marks=pytest.mark.slow)]
)
def test_the_verdict_is_that_of_re2(number: int) -> None:
    rng = random.Random(20)
    for _ in range(number):
        pattern = "".join(rng.choices(PIECES, k=rng.randint(1, 8)))
        problem = pattern_error(pattern)
        assert (problem is None) == accepted(pattern), (pattern, problem)
        if problem is not None:
            assert 0 <= problem.start < problem.end <= len(pattern), (pattern, problem)


PATTERNS = [
    "",
    "^[Jj]oh?n",
    r"^\s*$",
    "[]a]",
    "[^]a]",
    "[a-]",
    "a{,3}",
    "a{2}?",
    "(?i)gold|silver",
    "(?P<name>a)",
    r"\Q(\E",
    "(a|b)*(c{10}){10}",
    r"[\d\s-]+",
    "[[:alpha:]_]",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_that_are_some(pattern: str) -> None:
    assert accepted(pattern)
    assert pattern_error(pattern) is None


@pytest.mark.parametrize(
    ("raw", "part", "shown"),
    [
        ("a(b", "(", "("),
        (r"\\s(b", "(", "("),
        (r"\s(b", "(", "("),
        (r"\"(b", "(", "("),
        (r"\u0041(b", "(", "("),
        (r"\ud83d\ude00(b", "(", "("),
        (r"\\y", r"\y", r"\\y"),
        (r"\y", r"\y", r"\y"),
        (r"\t\n[", "[", "["),
        (r"a\\", "\\", r"\\"),
    ],
)
def test_the_place_in_the_source_minds_escapes(raw: str, part: str, shown: str) -> None:
    text = f'currentCustomer.name.matches("{raw}")'
    call = parse(text)
    assert isinstance(call, MethodCall)
    literal = call.arguments[0]
    assert isinstance(literal, StringLiteral)
    problem = pattern_error(literal.value)
    assert problem is not None
    assert literal.value[problem.start : problem.end] == part
    assert part_of(literal, problem.start, problem.end).cut(text) == shown


def test_long_and_deep_patterns_are_read_in_one_go() -> None:
    assert pattern_error("(" * 100_000 + ")" * 100_000) is None
    assert pattern_error("a|" * 100_000) is None
    assert pattern_error("(" * 100_000) is not None
