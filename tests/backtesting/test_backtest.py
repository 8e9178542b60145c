"""A rule over past data: tables say what records say, samples are drawn alike, errors are not lost."""

from __future__ import annotations

from collections import Counter
from random import Random

import duckdb
import polars as pl
import pytest

from targetexpr import Rule, backtest, compile  # noqa: A004
from targetexpr.backtesting import columns as by_columns
from targetexpr.backtesting.sampling import Sampler
from targetexpr.tables.errors import MissingColumns, NotLowerable, TableError
from tests.running.generated import Rules
from tests.tables.generated import Bills, contexts
from tests.tables.test_generated import lookups
from tests.tables.test_verdicts import RULES, ZONES

RULE = compile(
    'currentTxn.value>300&&(currentCustomer.slabName=="Gold"||currentCustomer.isLoyal)&&!(currentTxn.discount>200)',
    on_error="null",
)


@pytest.fixture(autouse=True)
def _short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several queries for a small table."""
    monkeypatch.setattr(by_columns, "STEP", 170)


def same(rule: Rule, frame: pl.DataFrame, by: str | None = None) -> None:
    """Checks a backtest by columns against the one by records, and its counts against the rule."""
    rows = contexts(frame)
    found = backtest(rule, frame, by=by, sample=2, seed=3, rows=True)
    expected = backtest(rule, rows, by=by, sample=2, seed=3)
    assert (found.counts, found.groups) == (expected.counts, expected.groups), rule.text
    assert found.conditions == expected.conditions, rule.text
    places = [[(one.outcome, one.place, one.against) for one in test.samples] for test in (found, expected)]
    assert places[0] == places[1], rule.text
    verdicts = Counter(rule.evaluate(row) for row in rows)
    counts = found.counts
    assert (counts.yes, counts.no, counts.null) == tuple(verdicts[one] for one in (True, False, None)), rule.text


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "nasty"])
@pytest.mark.parametrize("by", [None, "month", "store", "currentCustomer.slabName", "currentTxn.number"])
def test_tables_say_what_records_say(clean: bool, by: str | None) -> None:
    frame = Bills(Random(7), clean=clean).frame(400)
    frame = frame.with_columns(pl.Series("currentStore.code", Random(5).choices(["s1", "s2", None], k=400)))
    same(RULE, frame, by)


@pytest.mark.parametrize("zone", ZONES)
def test_rules_of_every_family(zone: str) -> None:
    frame = Bills(Random(9), clean=False).frame(180)
    for text in RULES[:: 1 if zone == "UTC" else 7]:
        same(compile(text, timezone=zone, on_error="null"), frame, "month")


@pytest.mark.parametrize("seed", range(4))
def test_random_rules(seed: int) -> None:
    random = Random(seed)
    frame = Bills(random, clean=seed % 2 == 0).frame(180)
    for _ in range(12):
        rule = compile(Rules(random).rule(2), timezone=random.choice(ZONES), on_error="null")
        if not lookups(rule):
            same(rule, frame)


def test_the_kinds_of_tables() -> None:
    frame = Bills(Random(7), clean=True).frame(300)
    expected = backtest(RULE, frame, by="month")
    small = frame.select(
        [name for name in frame.columns if name in {str(read) for read in RULE.reads}] + ["currentTxn.date"]
    )
    relation = duckdb.connect().from_arrow(small.to_arrow())
    for table in (frame.lazy(), frame.to_arrow(), small.to_pandas(), relation):
        assert backtest(RULE, table, by="month") == expected


def test_months_are_those_of_the_rules_clock() -> None:
    records = [{"date": "2024-01-31T20:00:00Z", "currentTxn": {"value": 1}}, {"currentTxn": {"value": 2, "date": "x"}}]
    rule = compile("currentTxn.value>1", timezone="Asia/Kolkata")
    assert {name: one.yes for name, one in backtest(rule, records, by="month").groups.items()} == {
        "2024-02": 0,
        None: 1,
    }
    frame = pl.DataFrame({"date": [records[0]["date"], None], "currentTxn.value": [1, 2]})
    assert backtest(rule, frame, by="month").groups == backtest(rule, records, by="month").groups


def test_errors_are_counted_apart_and_reject_nothing() -> None:
    records = [
        {"id": 1, "currentTxn": {"value": "much"}, "currentCustomer": {"slabName": "Silver"}},
        {"id": 2, "currentTxn": {"value": 5}, "currentCustomer": {"slabName": "Gold"}},
        {"id": 3, "currentCustomer": {"slabName": "Gold"}},
    ]
    found = backtest(compile('currentTxn.value>9&&currentCustomer.slabName=="Gold"'), records, by="id", sample=3)
    assert found.counts.as_dict() == {"records": 3, "yes": 0, "no": 1, "null": 0, "errors": 2}
    assert {name: one.errors for name, one in found.groups.items()} == {"1": 1, "2": 0, "3": 1}
    assert [(one.rejects, one.missing, one.only) for one in found.conditions] == [(1, 0, 1), (0, 0, 0)]
    assert [(one.place, one.error, dict(one.own)) for one in found.samples if one.outcome == "error"] == [
        ("record 1", 'currentTxn.value is "much", which is not a number', {"id": 1}),
        ("record 3", "currentTxn is missing, a profile (an object) is needed", {"id": 3}),
    ]


def test_samples_have_what_is_their_own_and_what_was_read() -> None:
    frame = pl.DataFrame({"id": ["b1", "b2"], "storeId": [7, 8], "currentTxn.value": [80.0, 900.0]})
    (no,) = (one for one in backtest(compile("currentTxn.value>500"), frame, sample=1).samples if one.outcome == "no")
    assert no.as_dict() == {
        "outcome": "no",
        "place": "record 1",
        "own": {"id": "b1", "storeId": 7},
        "values": {"currentTxn.value": 80.0},
        "against": ["currentTxn.value>500"],
    }


def test_a_seed_repeats_the_samples_and_another_draws_others() -> None:
    records = [{"currentTxn": {"value": number}} for number in range(1000)]
    rule = compile("currentTxn.value>=0")
    drawn = [[one.place for one in backtest(rule, records, sample=5, seed=seed).samples] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 5


def test_every_record_is_as_likely_a_sample() -> None:
    times: Counter[int] = Counter()
    for seed in range(4000):
        slots: dict[int, int] = {}
        sampler = Sampler(4, seed)
        for start in range(0, 40, 10):  # in four parts, as tables come
            slots |= {slot: start + at for slot, at in sampler.taken(10)}
        assert len(set(slots.values())) == 4
        times.update(slots.values())
    assert len(times) == 40
    assert all(300 < times[at] < 500 for at in range(40)), times  # 400 each; off by five standard deviations


def test_what_cannot_be_tried() -> None:
    frame = pl.DataFrame({"currentTxn.value": [1.0], "region": ["north"]})
    with pytest.raises(TableError, match="Only a condition"):
        backtest(compile("currentTxn.value+1", expect=None), frame)
    with pytest.raises(TableError, match="no column for `regoin`; close: `region`"):
        backtest(compile("currentTxn.value>1"), frame, by="regoin")
    with pytest.raises(MissingColumns):
        backtest(compile("currentTxn.discount>1"), frame)
    with pytest.raises(TableError, match="int is no table to backtest"):
        backtest(compile("currentTxn.value>1"), 5)
    hard = pl.DataFrame({"currentTxn.value": [1.0], "currentTxn.discount": [5.0]})
    rule = compile("1/(currentTxn.value+currentTxn.discount)/3*currentTxn.value>1")
    with pytest.raises(NotLowerable):
        backtest(rule, hard)
    assert backtest(rule, hard, rows=True).counts.no == 1
