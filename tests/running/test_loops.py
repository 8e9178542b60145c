"""`count` and `select` say of many contexts what `matches` says of each."""

from __future__ import annotations

from random import Random

import pytest
from tests.running.generated import Contexts, Rules
from tests.sampling import sampled

from targetexpr import DataError, compile  # noqa: A004

VALUES = [620, 500, 500.1, "600", None, 1e300, "a lot"]
BILLS = [{"currentTxn": {"value": value}} for value in VALUES]


def test_counting_and_selecting() -> None:
    rule = compile("currentTxn.value>500", on_error="null")
    expected = [bill for bill in BILLS if rule.matches(bill)]
    assert rule.select(BILLS) == expected
    assert rule.count(BILLS) == len(expected) == 4
    assert rule.count(iter(BILLS)) == 4
    assert rule.select([]) == []
    assert rule.count([]) == 0


def test_what_is_selected_is_what_was_given() -> None:
    found = compile("currentTxn.value>500").select(BILLS[:3])
    assert found[0] is BILLS[0]
    assert found[1] is BILLS[2]


def test_the_first_invalid_value_raises() -> None:
    rule = compile("currentTxn.value>500")
    for way in (rule.count, rule.select):
        with pytest.raises(DataError, match="a lot") as told:
            way(BILLS)
        assert told.value.__context__ is None


def test_an_error_of_the_source_is_its_own() -> None:
    def bills() -> object:
        yield BILLS[0]
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        compile("currentTxn.value>500").count(bills())  # type: ignore[arg-type]


PATTERNS = [
    *[
        "^[Jj]oh?n",
        "n$",
        "^Jon$",
        "oh",
        "^(a|b)c?",
        "^a{1,2}$",
        r"^a\\.b",
        "^$",
        "",
        "^",
        "$",
        "^a|b",
        "[ab]$",
        "^[^a]",
        "^a.b",
    ],
    *["^a-b", "^[a-c]x", r"^[\\-a]", r"\\t$", "(a|bc)(d|e)?$", "a|b", "^é", "x.*", ".*x$", "^(ab){0,2}$"],
]
TEXTS = [
    *["John", "Jon", "john", "oJohn", "Johnny", "a", "aa", "aaa", "ac", "bc", "a.b", "axb", "a-b", "-", "", "\n", "b\n"]
]
TEXTS += ["bx", "x", "xa", "\t", "ad", "bcd", "é", "éa", "abab", "ab", "ababab", "cx", "dx"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_that_stand_for_strings(pattern: str) -> None:
    rule = compile(f'currentCustomer.firstname.matches("{pattern}")')
    contexts = [{"currentCustomer": {"firstname": text}} for text in TEXTS]
    assert rule.select(contexts) == [context for context in contexts if rule.matches(context)]


@pytest.mark.parametrize("text", ["currentTxn.value+1", "!" * 70 + "(currentTxn.value>500)"])
def test_values_and_deep_rules(text: str) -> None:
    rule = compile(text, expect=None, on_error="null")
    assert rule.count(BILLS) == len(rule.select(BILLS)) == sum(rule.matches(bill) for bill in BILLS)


@pytest.mark.parametrize("seed", sampled(range(3), keep=1))
def test_random_rules(seed: int) -> None:
    random = Random(seed)
    for _ in range(150):
        rule = compile(Rules(random).rule(random.choice([1, 2, 3])), on_error="null", expect=None)
        many = [Contexts(random, random.choice([0, 0, 0.1, 0.4])).context() for _ in range(8)]
        contexts = [one for one in many if isinstance(one, dict)]
        expected = [one for one in contexts if rule.matches(one)]
        assert rule.select(contexts) == expected
        assert rule.count(contexts) == len(expected)
