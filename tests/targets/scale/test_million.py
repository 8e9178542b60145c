"""A million records with returns: SQL and partitions against the evaluator, field by field, row by row."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import polars
import pytest

from targetexpr.targets import Tracker, evaluate_table
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.reports.simulation import summarise
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.evaluate import Engine, TableProgress
from tests.sampling import sampled, sizes

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MONTHS = [(f"2024-{month:02}-01", f"2024-{month:02}-{days}") for month, days in enumerate([31, 29, 31, 30, 31, 30], 1)]
ZONE = "America/New_York"  # whose clock goes forward in March


def group(tracking: str) -> dict[str, Any]:
    spend = {
        "name": "spend",
        "targetEntity": "TRANSACTION",
        "targetType": "SALES",
        "expression": "currentTxn.value>=20",
    }
    return {
        "name": "half a year",
        "trackingType": tracking,
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "periods": [{"refCode": first, "startDate": first, "endDate": last} for first, last in MONTHS],
        "targets": [{**spend, "defaultValues": [{"defaultValue": value} for value in (300, 250, 300, 150, 0.01, 400)]}],
        "streaks": [{"name": f"{count} months", "targetCountOfSequence": count} for count in (2, 3, 5)],
    }


def records(count: int) -> Iterator[dict[str, Any]]:
    """Bills of seven months in any order, with a return for one in eight of them: whole, in parts, early, of others."""
    rng = random.Random(15)
    bills: list[dict[str, Any]] = []
    for number in range(count):
        at = FIRST + timedelta(seconds=rng.randrange(-10 * 86_400, 195 * 86_400))
        if rng.random() < 0.02:  # at the very bound of a day
            at = at.replace(hour=rng.choice([4, 5]), minute=0, second=0)
        if bills and rng.random() < 1 / 9:
            place = rng.randrange(len(bills))
            bills[place], bill = bills[-1], bills[place]
            if rng.random() < 0.6:  # else it may come back again, in whole or in part
                bills.pop()
            value = bill["currentTxn"]["value"]
            stated = rng.choice([value, value, round(value * rng.random(), 2), 5.0, 0.0, None])
            yield {
                "id": f"r{number}",
                "customerId": bill["customerId"] if rng.random() < 0.99 else f"c{rng.randrange(count // 10)}",
                "type": "ReturnBill",
                "date": bill["date"] + timedelta(seconds=rng.randrange(40 * 86_400)) if rng.random() < 0.9 else at,
                "returnOf": bill["id"] if rng.random() < 0.99 else None,
                "currentTxn": {},
                "returnBill": {"value": stated},
            }
            continue
        record = {
            "id": f"b{number}",
            "customerId": f"c{int(count // 10 * rng.random() ** 2)}",
            "type": "TransactionAdd",
            "date": at,
            "returnOf": None,
            "currentTxn": {"value": rng.choice([20.0, 100.1, 19.99, round(rng.expovariate(1 / 60), 2)])},
            "returnBill": {},
        }
        if len(bills) < 50_000:
            bills.append(record)
        yield record


def write(count: int, folder: Path) -> None:
    """The records as Parquet files."""
    left = records(count)
    while some := list(islice(left, 100_000)):
        rows = {name: [one[name] for one in some] for name in ("id", "customerId", "type", "date", "returnOf")}
        for name in ("currentTxn", "returnBill"):
            rows[f"{name}.value"] = [one[name].get("value") for one in some]
        types = {"returnOf": polars.String, "returnBill.value": polars.Float64, "date": polars.Datetime("us", "UTC")}
        polars.DataFrame(rows, schema_overrides=types).write_parquet(folder / f"{len(list(folder.iterdir()))}.parquet")


def same(table: str, found: Iterable[Mapping[str, Any]], expected: Iterable[Mapping[str, Any]]) -> int:
    """How many rows there are; they are equal, one by one."""
    count = 0
    for mine, other in zip(found, expected, strict=True):
        assert mine == other, (table, count)
        count += 1
    return count


def compare(found: TableProgress, whole: Progress) -> dict[str, int]:
    """How many rows each table has."""
    expected = whole.tables()
    counts = {}
    for table, name in TABLES.items():
        if table != "contributions":
            counts[table] = same(table, found.table(table).rows(), expected[name])
    assert found.now == whole.now
    assert found.set_aside() == whole.reported
    assert found.summary() == summarise(whole)
    return counts


@pytest.mark.parametrize("tracking", sampled(["STREAKS", "NON_CONTINUOUS_STREAKS"], 1))
@pytest.mark.parametrize("count", sizes(2_000, 1_000_000))
def test_many_records_with_returns(count: int, tracking: str, tmp_path: Path) -> None:
    write(count, tmp_path)
    tracker = Tracker(group(tracking), timezone=ZONE)
    for record in records(count):
        tracker.add(record)
    whole = tracker.result()
    engines: tuple[Engine, ...] = ("sql", "partitions")
    for engine in engines:
        with evaluate_table(group(tracking), tmp_path, engine=engine, timezone=ZONE) as found:
            assert found.engine == engine
            counts = compare(found, whole)
            assert counts["periods"] > count // 20
            assert counts["reported"] > count // 1_000
            for customer in ("c0", "c1", f"c{count // 20}"):
                if customer in whole.customers:
                    assert found.customer(customer).customers[customer] == whole.customers[customer]
