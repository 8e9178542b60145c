"""The front: an environment, and one analysis of a text that reads it once, for every door into the compiler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from targetexpr import Schema, apply_fixes, check, diagnose, from_json, lint, parse, to_json
from targetexpr import compile as compile_rule
from targetexpr.cli.main import main
from targetexpr.front import Analysis, Environment, analyze
from targetexpr.lang.walk import preorder
from targetexpr.syntax import parser
from targetexpr.targets import evaluate, validate
from tests.strategies import examples, holds, mutated, soups

VALID = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"||currentTxn.value<100'
REPAIRABLE = "currentTxn.value=>500 and (currentCustomer.slabName=“Gold”"
BROKEN = "currentTxn.value>500&&"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows by one with each run of the parser, from wherever it is called."""
    counted: list[int] = []
    tables = parser.tables

    def counting() -> object:
        counted.append(1)
        return tables()

    monkeypatch.setattr(parser, "tables", counting)
    return counted


def _everything(text: str) -> Analysis:
    analysis = analyze(text)
    _ = analysis.diagnostics, analysis.check_diagnostics, analysis.parsed.tokens, analysis.checked_repaired
    _ = analysis.diagnostics, analysis.checked_repaired, analysis.parsed.repaired, analysis.parsed.diagnostics
    return analysis


def _group(rule: str) -> dict[str, Any]:
    return {
        "name": "g",
        "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31", "refCode": "January"}],
        "targets": [
            {
                "name": "spend",
                "targetEntity": "TRANSACTION",
                "targetType": "SALES",
                "expression": rule,
                "defaultValues": [{"defaultValue": 500}],
            }
        ],
    }


def _raising(work: Callable[[str], object]) -> Callable[[str], object]:
    def quietly(text: str) -> object:
        try:
            return work(text)
        except ValueError as error:
            return error

    return quietly


DOORS: dict[str, Callable[[str], object]] = {
    "analyze": _everything,
    "parse": _raising(parse),
    "diagnose": diagnose,
    "check": _raising(check),
    "lint": _raising(lint),
    "compile": _raising(lambda text: compile_rule(text, limits=Environment().limits)),
    "check command": lambda text: main(["check", text]),
    "check command without lint": lambda text: main(["check", "--no-lint", text]),
    "json command": lambda text: main(["json", text]),
    "format command": lambda text: main(["format", text]),
    "validating a group": lambda text: validate(_group(text)),
    "evaluating a group": _raising(lambda text: evaluate(_group(text), [])),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("text", "most"), [(VALID, 1), (REPAIRABLE, 2), (BROKEN, 2)], ids=["valid", "repairable", "broken"]
)
def test_a_valid_text_is_read_once_and_a_broken_one_at_most_twice(
    door: str, text: str, most: int, runs: list[int]
) -> None:
    fresh = f"{text} "  # compiled by no other test
    compile_rule.__globals__["_cached"].cache_clear()
    DOORS[door](fresh)
    assert 1 <= len(runs) <= most


def test_the_converter_reads_a_valid_text_once(runs: list[int]) -> None:
    from targetexpr.serve.converter import convert

    answer = convert({"exp": "currentTxn.value>500"}, "TransactionAdd")
    assert answer["result"]["isError"] is False  # type: ignore[call-overload, index]
    assert len(runs) == 1


def test_explaining_a_rule_made_from_a_tree_reads_nothing(runs: list[int]) -> None:
    text = '!(currentTxn.value-(1+2)-3>500)&&(currentCustomer.slabName=="Gold"||currentTxn.value/2*3>4)'
    tree = from_json(to_json(parse(text)))
    rule = compile_rule(tree)
    runs.clear()
    context: dict[str, object] = {"currentTxn": {"value": 1}, "currentCustomer": {"slabName": "Gold"}}
    explained = rule.explain(context)
    residual = rule.residual({"currentTxn": {"value": 1}}).explain(context)
    assert not runs
    assert (explained.text, residual.text) == (text, 'currentCustomer.slabName=="Gold"')
    assert explained.to_json() == compile_rule(text).explain(context).to_json()


# ---- environments ----------------------------------------------------------------------------------------------------


def test_an_environment_never_changes() -> None:
    environment = Environment()
    with pytest.raises(FrozenInstanceError):
        environment.event = "TransactionAdd"  # type: ignore[misc]
    assert environment == Environment()
    assert hash(environment) == hash(Environment())


def test_an_environment_knows_two_ways_with_data_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match='"raise" or "null"'):
        Environment(on_error="ignore")  # type: ignore[arg-type]


def test_warnings_are_switched_in_the_environment() -> None:
    text = "currentTxn.value>500&&currentTxn.value<100"
    assert [one.code for one in analyze(text).diagnostics] == ["contradiction"]
    assert analyze(text, Environment(off=frozenset({"contradiction"}))).diagnostics == ()
    schema = Schema.bundled().extend(lint={"off": ["contradiction"]})
    assert analyze(text, Environment(schema=schema)).diagnostics == ()
    again = analyze(text, Environment(schema=schema, on=frozenset({"contradiction"})))
    assert [one.code for one in again.diagnostics] == ["contradiction"]
    with pytest.raises(ValueError, match="no-such-code"):
        _ = analyze(text, Environment(off=frozenset({"no-such-code"}))).diagnostics


# ---- what a broken text was meant to be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("currentTxn.value=500", ["currentTxn.value=500", "currentTxn.value", "currentTxn", "500"]),
        ("currentTxn.value => 5", ["currentTxn.value => 5", "currentTxn.value", "currentTxn", "5"]),
        ("a == “x” && b", ["a == “x” && b", "a == “x”", "a", "“x”", "b"]),
        ("1 < a < 5", ["1 < a < 5", "1 < a", "1", "a", " < 5", "", "5"]),
        ("(a > 1", ["a > 1", "a", "1"]),
        ("not a", ["not a", "a"]),
        ("a is null", ["a is null", "a"]),
    ],
)
def test_the_repaired_tree_stands_in_the_broken_text(text: str, wanted: list[str]) -> None:
    result = analyze(text).parsed
    assert result.tree is None
    assert result.repaired is not None
    assert [node.span.cut(text) for node in preorder(result.repaired)] == wanted


def test_a_broken_rule_has_types_where_its_repaired_tree_has() -> None:
    analysis = analyze(REPAIRABLE)
    assert (analysis.ok, analysis.checked) == (False, None)
    repaired = analysis.checked_repaired
    assert repaired is not None
    assert repaired.ok
    types = {node.span.cut(REPAIRABLE): repaired.type_of(node) for node in preorder(repaired.expr)}
    assert types["currentTxn.value"] == "real:object:primitive"
    assert types["“Gold”"] == "string:object:primitive"


def test_a_text_that_nothing_is_known_about_has_no_repaired_tree() -> None:
    for text in ("", BROKEN, "a § b", '"\\ud800"=b'):
        analysis = analyze(text)
        assert analysis.parsed.repaired is None
        assert analysis.checked_repaired is None


@examples
def test_the_repaired_tree_is_that_of_the_text_with_its_fixes(examples: int) -> None:
    def law(text: str) -> None:
        result = analyze(text).parsed
        if result.repaired is None:
            return
        for node in preorder(result.repaired):
            assert 0 <= node.start <= node.end <= len(text)
        fixed = analyze(apply_fixes(text, result.errors)).parsed.tree
        if fixed is not None and all(error.fix is not None for error in result.errors):
            assert fixed == result.repaired

    holds(law, examples, mutated() | soups())


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ('"currentTxn.value>500"', "currentTxn.value>500"),
        ('"currentCustomer.slabName==\\"Gold\\""', 'currentCustomer.slabName=="Gold"'),
        ("\"currentCustomer.slabName=='Gold'\"", 'currentCustomer.slabName=="Gold"'),
        ('"currentTxn.value = 500 and currentTxn.discount < 5"', "currentTxn.value == 500 && currentTxn.discount < 5"),
        ('"currentCustomer.isLoyal"', "currentCustomer.isLoyal"),
        ('"true"', "true"),
    ],
)
def test_a_string_that_holds_a_rule_is_offered_without_its_quotes(text: str, fixed: str) -> None:
    """R3: it is a string by type, and never a rule."""
    (found,) = analyze(text).check_diagnostics
    assert found.code == "result-type"
    assert apply_fixes(text, [found]) == fixed
    assert list(check(text).diagnostics) == [found]


@pytest.mark.parametrize(
    "text",
    ['"Gold"', '"www.example.com"', '"T&C"', '"5"', '"it is"', '"(currentTxn.value"', '"currentTxn.value"', '""'],
)
def test_a_string_that_holds_no_rule_stays_one(text: str) -> None:
    (found,) = analyze(text).check_diagnostics
    assert found.code == "result-type"
    assert found.fixes == ()
    assert analyze(text, Environment(expect="string")).check_diagnostics == ()
