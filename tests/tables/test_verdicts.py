"""The verdicts over columns are those of the rule on each row: rules of every family, in three zones."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables.on import Table
from tests.sampling import sampled
from tests.tables.engines import ENGINES, Engine, column, height, table_of
from tests.tables.generated import Bills, contexts

RULES = tomllib.loads((Path(__file__).parent / "rules.toml").read_text(encoding="utf-8"))["rules"]
ZONES = ["UTC", "America/New_York", "Pacific/Apia"]
ALWAYS_CLOSE = {"currentTxn.value/3*3==currentTxn.value"}
"""A quotient without an end, times its divisor: no bound on an error tells it from the dividend."""


@cache
def frame(clean: bool) -> pl.DataFrame:
    return Bills(Random(7 if clean else 8), clean=clean).frame(600)


@cache
def rows(clean: bool) -> list[dict[str, dict[str, object]]]:
    return contexts(frame(clean))


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "nasty"])
@pytest.mark.parametrize("zone", sampled(ZONES, keep=2))
@pytest.mark.parametrize("engine", ENGINES)
def test_every_family(engine: Engine, zone: str, clean: bool) -> None:
    table = Table(table_of(engine, frame(clean)))
    for text in RULES:
        if zone != ZONES[0] and "ate." not in text:
            continue  # no date in it
        rule = compile(text, timezone=zone, on_error="null")
        expected = [rule.evaluate(row) for row in rows(clean)]
        verdicts = rule.on(table)
        assert column(verdicts) == expected, text
        assert verdicts.counts() == {one: expected.count(one) for one in (True, False, None)}, text
        assert rule.on(table).count() == height(verdicts.where(True)) == expected.count(True), text
        if clean:
            assert verdicts.undecided == 0 or text in ALWAYS_CLOSE, text


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("engine", ENGINES)
def test_every_rule_in_every_zone(engine: Engine, zone: str) -> None:
    """Those without a date too, over more rows."""
    for clean in (True, False):
        many = Bills(Random(17 if clean else 18), clean=clean).frame(3000)
        plain, table = contexts(many), Table(table_of(engine, many))
        for text in RULES:
            rule = compile(text, timezone=zone, on_error="null")
            verdicts = rule.on(table)
            assert column(verdicts) == [rule.evaluate(row) for row in plain], text
            assert verdicts.undecided == 0 or not clean or text in ALWAYS_CLOSE, text


@pytest.mark.parametrize("verdict", [True, False, None])
def test_rows_of_a_verdict(verdict: bool | None) -> None:
    rule = compile("currentTxn.value>300&&currentCustomer.isLoyal", on_error="null")
    expected = [rule.evaluate(row) is verdict for row in rows(True)]
    eager = rule.on(frame(True)).where(verdict)
    assert eager.equals(frame(True).filter(pl.Series(expected)))
    lazy = rule.on(frame(True).lazy()).where(verdict)
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect().equals(eager)


def test_a_relation_gives_relations_back() -> None:
    relation = table_of("duckdb", frame(True))
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    rule = compile("currentTxn.value>300", on_error="null")
    verdicts = rule.on(relation)
    assert verdicts.column.columns == ["verdict"]
    assert verdicts.where(True).columns == relation.columns
    assert verdicts.where(True).types == relation.types
    expected = [at for at, row in enumerate(rows(True)) if rule.evaluate(row) is True]
    assert verdicts.where(True).pl().equals(relation.pl()[expected])


def test_rows_that_the_rule_decides_are_given_back_in_their_places() -> None:
    rule = compile("currentTxn.value/3*3==currentTxn.value", on_error="null")
    expected = [rule.evaluate(row) for row in rows(True)]
    relation = table_of("duckdb", frame(True))
    assert isinstance(relation, duckdb.DuckDBPyRelation)
    verdicts = rule.on(relation)
    assert verdicts.undecided > 0
    assert column(verdicts) == expected
    found = verdicts.where(True)
    assert found.columns == relation.columns
    assert found.pl().equals(relation.pl().filter(pl.Series(expected).fill_null(False)))
