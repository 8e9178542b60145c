"""A rule set over a table: the counts of each rule as by itself, and as on the rows as dicts."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from targetexpr import RuleSet

ROWS = [
    {"value": 620.0, "discount": 20.0, "number": "a"},
    {"value": 500.1, "discount": 200.04, "number": "b"},
    {"value": None, "discount": 0.3, "number": None},
    {"value": 0.1, "discount": 0.2, "number": "ab"},
]
RULES = {
    "big": "currentTxn.value>500",
    "sum": "currentTxn.value+currentTxn.discount>=0.3",
    "a": 'currentTxn.number.contains("a")',
    "both": 'currentTxn.value>0&&currentTxn.number=="a"',
    "never": "false",
    "modulo": "currentTxn.value%0.3>0",
}


def expected() -> dict[str, dict[bool | None, int]]:
    rules = RuleSet(RULES, on_error="null")
    found: dict[str, dict[bool | None, int]] = {}
    for id_, rule in rules.items():
        said = [rule.evaluate({"currentTxn": row}) for row in ROWS]
        found[str(id_)] = {verdict: sum(one is verdict for one in said) for verdict in (True, False, None)}
    return found


def test_counts_over_a_frame() -> None:
    found = RuleSet(RULES).on(pl.DataFrame(ROWS), profile="currentTxn", rows=True)
    assert found.counts() == expected()
    assert len(found) == len(RULES)
    assert found["a"].count() == 2


def test_counts_over_a_relation() -> None:
    frame = pl.DataFrame(ROWS)
    relation = duckdb.sql("SELECT * FROM frame")
    assert frame.height == 4
    assert RuleSet(RULES).on(relation, profile="currentTxn", rows=True).counts() == expected()


def test_more_rules_than_one_query_takes() -> None:
    rules = RuleSet({n: f"currentTxn.value>{n}" for n in range(600)})
    counts = rules.on(pl.DataFrame(ROWS), profile="currentTxn").counts()
    assert [counts[n][True] for n in (0, 1, 500, 599)] == [3, 2, 2, 1]


def test_an_empty_set_and_an_unknown_rule() -> None:
    assert RuleSet().on(pl.DataFrame(ROWS), profile="currentTxn").counts() == {}
    with pytest.raises(KeyError):
        RuleSet(RULES).on(pl.DataFrame(ROWS), profile="currentTxn", rows=True)["nope"]
