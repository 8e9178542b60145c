"""The grammar file: unambiguous, in step with the saved tables, the operator table and the mistakes."""

from __future__ import annotations

import re

import pytest

from targetexpr import Schema, diagnose, parse
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.operators import OPERATORS
from targetexpr.syntax import tables as saved
from targetexpr.syntax.automaton import tables
from targetexpr.syntax.generate_tables import build_lark, make
from targetexpr.syntax.grammar import grammar_text
from targetexpr.syntax.messages import codes, mistakes
from targetexpr.syntax.parser import _BUILDERS


def test_lark_finds_no_conflict_and_no_ambiguity() -> None:
    lark = build_lark(grammar_text().decode("utf-8"), strict=True)
    assert lark.parse('currentTxn.value>500&&(currentCustomer.slabName=="Gold")').data == "all_of"


def test_the_saved_tables_are_those_of_the_grammar() -> None:
    made = make(grammar_text().decode("utf-8"))
    assert made.grammar == saved.GRAMMAR, "run python -m targetexpr.syntax.generate_tables"
    assert made == tables()


def test_a_changed_grammar_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = grammar_text().replace(b"QMARK", b"QMARK") + b"\n// changed\n"
    monkeypatch.setattr("targetexpr.syntax.automaton.grammar_text", lambda: changed)
    tables.cache_clear()
    try:
        assert tables().grammar != saved.GRAMMAR
        assert tables().rules == saved.RULES
    finally:
        monkeypatch.undo()
        tables.cache_clear()


def test_the_grammar_has_the_operators_of_the_table() -> None:
    lark = build_lark(grammar_text().decode("utf-8"))
    kinds = {"OR", "AND", "COMPARE", "SIGN", "SCALE", "NOT"}
    patterns = {t.name: re.compile(t.pattern.to_regexp()) for t in lark.terminals if t.name in kinds}
    assert set(patterns) == kinds
    for operator in OPERATORS:
        assert [n for n, p in patterns.items() if p.fullmatch(operator.symbol)], operator.symbol
    written = re.findall(
        r'"([^"A-Za-z]+)"',
        "".join(
            line
            for line in grammar_text().decode().splitlines(keepends=True)
            if re.match(r"(OR|AND|COMPARE|SIGN|SCALE|NOT):", line)
        ),
    )
    assert sorted(written) == sorted({operator.symbol for operator in OPERATORS})


def test_every_rule_has_a_builder() -> None:
    assert {node for _, _, node in tables().rules if node} == set(_BUILDERS)


@pytest.mark.parametrize(
    ("text", "tighter"),
    [("a||b&&c", "b&&c"), ("a&&b==c", "b==c"), ("a==b+c", "b+c"), ("a+b*c", "b*c"), ("-a*b", "-a"), ("-a.b", "a.b")],
)
def test_binding_in_the_grammar_is_binding_in_the_table(text: str, tighter: str) -> None:
    tree = parse(text)
    assert any(text[child.start : child.end] == tighter for child in tree.children())


@pytest.mark.parametrize("example", mistakes()["example"], ids=lambda example: str(example["code"]))
def test_each_example_gets_its_code(example: dict[str, object]) -> None:
    for text in example["texts"]:  # type: ignore[attr-defined]
        found = [diagnostic.code for diagnostic in diagnose(text)]
        repaired = {"missing-operator": {"not-callable", "missing-dot"}, "double-dot": {"double-dot"}}
        allowed = {example["code"], *repaired.get(str(example["code"]), set())}
        assert set(found) & allowed, (text, found)


def test_every_replacement_has_a_diagnostic_and_compiles() -> None:
    known = set(codes())
    for replacement in mistakes()["replacement"]:
        assert replacement["code"] in known
        re.compile(replacement["pattern"])
    assert {example["code"] for example in mistakes()["example"]} <= known


def test_the_profiles_of_the_mistakes_are_those_of_the_bundled_schema() -> None:
    names = mistakes()["profiles"]["names"]
    assert names == sorted(names)
    assert names == sorted(Schema.bundled().profiles)


def test_the_methods_of_the_mistakes_are_those_of_values() -> None:
    methods = {name for by_name in KIND_METHODS.values() for name in by_name}
    assert set(mistakes()["profiles"]["is_methods"]) == {name for name in methods if name.startswith("is")}
    assert set(mistakes()["null_tests"].values()) <= methods
