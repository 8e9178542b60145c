"""What evaluating a target group costs: 1,000,000 records of 50,000 customers against a streak of 12 weekly cycles.

The figures are measured in a process of their own, so that its peak memory is the evaluation's. Run as a module with
`generate FILE` it writes the same records as JSON lines, for the command line.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

RECORDS = 1_000_000
CUSTOMERS = 50_000
CYCLES = 12
START = date(2024, 1, 1)
MOST_SECONDS = 60.0
MOST_BYTES = 2 * 1024**3

MEASURE = """
import resource, sys, time
from tests.benchmarks.test_progress import group, records
from targetexpr.targets.evaluation import evaluate
begin = time.perf_counter()
progress = evaluate(group(), records({count}))
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
levels = [sum(level.period is not None for level in levels) for levels in
          zip(*(customer.streak.levels for customer in progress.customers.values()))]
print(seconds, peak, len(progress.customers), *levels)
"""


def group() -> dict[str, Any]:
    """Twelve weeks, one spend target, levels of 2, 4, 8 and 12 weeks in a row."""
    weeks = [(START + timedelta(days=7 * week), START + timedelta(days=7 * week + 6)) for week in range(CYCLES)]
    return {
        "name": "Twelve weeks",
        "trackingType": "STREAKS",
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "frequencyType": "WEEKLY",
        "periods": [
            {"refCode": f"Cycle_{number}", "startDate": first.isoformat(), "endDate": last.isoformat()}
            for number, (first, last) in enumerate(weeks, 1)
        ],
        "targets": [
            {
                "name": "Spend",
                "targetEntity": "TRANSACTION",
                "targetType": "SALES",
                "expression": "currentTxn.value>50",
                "defaultValues": [{"defaultValue": 200}] * CYCLES,
            }
        ],
        "streaks": [{"name": f"{count} weeks", "targetCountOfSequence": count} for count in (2, 4, 8, 12)],
    }


def records(count: int = RECORDS, customers: int = CUSTOMERS) -> Iterator[dict[str, Any]]:
    """Bills over the twelve weeks in no order, one in fifty a return; each is made as it is asked for."""
    rng = random.Random(12)
    begin = datetime(START.year, START.month, START.day)
    seconds = CYCLES * 7 * 86_400
    for number in range(count):
        moment = (begin + timedelta(seconds=rng.randrange(seconds))).isoformat()
        customer = rng.randrange(customers)
        value = rng.randrange(1_000, 60_000) / 100
        if number % 50 == 49:
            yield {
                "id": f"r{number}",
                "customerId": f"c{customer}",
                "type": "ReturnBill",
                "date": moment,
                "returnOf": f"b{rng.randrange(number)}",
                "returnBill": {"value": value},
            }
        else:
            yield {
                "id": f"b{number}",
                "customerId": f"c{customer}",
                "type": "TransactionAdd",
                "date": moment,
                "storeId": 17,
                "currentTxn": {"value": value},
            }


@pytest.mark.benchmark
def test_a_million_records() -> None:
    """Records are made on the fly; making them is part of the time."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(count=RECORDS)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    seconds, peak, customers, *levels = (float(each) for each in done.stdout.split())
    print(f"\n{RECORDS:,} records, {customers:,.0f} customers, levels reached {[int(each) for each in levels]}: "
          f"{seconds:.1f} s, {peak / 1024**2:,.0f} MiB")  # fmt: skip
    assert seconds < MOST_SECONDS
    assert peak < MOST_BYTES


if __name__ == "__main__":
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        for record in records():
            file.write(json.dumps(record) + "\n")
