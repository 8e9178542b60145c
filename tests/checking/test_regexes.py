"""The reader of RE2 syntax agrees with RE2 on what is a pattern, and blames characters that are there."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from time import process_time
from typing import Any

import pytest
import re2

from targetexpr import ExpressionError, check, parse
from targetexpr import compile as compile_rule
from targetexpr.checking.arguments import part_of
from targetexpr.checking.regex_engine import is_accepted
from targetexpr.checking.regexes import pattern_error
from targetexpr.front import analyze
from targetexpr.lang.nodes import MethodCall, StringLiteral
from tests.sampling import sizes

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


LARGE = [
    r"\pL" * 600,
    r"[\pL\pN]" * 700,
    r"(\pL{30}|x){33}",
    "a" * 20_001,
    r"(?i)(\p{Lu}|\pL)+" * 500,
]
"""The syntax is right, the size is not. RE2 says no only once it has to make the program."""

AS_LARGE_AS_CAN_BE = [
    r"\pL" * 100,
    r"\pL{100}",
    "(a|b)" * 3_000,
    "a?" * 9_000,
    "(" * 900 + "a" + ")*" * 900,
    r".{1000}",
]


@pytest.mark.parametrize("pattern", LARGE, ids=lambda pattern: pattern[:12])
def test_what_is_too_large_to_run_is_said_by_every_entry_point(pattern: str) -> None:
    text = f"currentCustomer.name.matches({json.dumps(pattern)})"
    found = check(text).diagnostics
    assert [one.code for one in found] == ["regex-too-large"]
    assert found[0].hint
    assert [one.code for one in analyze(text).diagnostics] == ["regex-too-large"]
    with pytest.raises(ExpressionError) as caught:
        compile_rule(text)
    assert [one.code for one in caught.value.diagnostics] == ["regex-too-large"]


@pytest.mark.parametrize("pattern", [*AS_LARGE_AS_CAN_BE, *PATTERNS], ids=lambda pattern: pattern[:12])
def test_what_passes_is_compiled_and_searched(pattern: str) -> None:
    rule = compile_rule(f"currentCustomer.name.matches({json.dumps(pattern)})")
    started = process_time()
    rule.matches({"currentCustomer": {"name": "ab" * 2_000}})
    assert process_time() - started < 2


@pytest.mark.parametrize("patterns", sizes(12, 60))
def test_a_pattern_that_passes_is_one_that_the_engine_takes(patterns: int) -> None:
    rng = random.Random(13)
    pieces = [r"\pL", r"\PN", "[^a]", ".", "(a|b)", "a{30}", r"\p{Lu}{12}", "(?i)k", "[a-zé]+", "x?"]
    for _ in range(patterns):
        pattern = "".join(rng.choices(pieces, k=rng.randint(1, 600)))
        assert (pattern_error(pattern) is None) == is_accepted(pattern), pattern


def test_small_patterns_are_checked_without_the_engine() -> None:
    script = (
        "import sys; from targetexpr import check;"
        "print(check('currentCustomer.name.matches(\"^[A-Z]{2}-\\\\\\\\d{10}$\")').ok, 're2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
