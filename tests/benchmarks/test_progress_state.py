"""What a day costs that is added to a state: 30,000 records on top of ten million, one in fifty of them a return.

They come in the order of time, and the day is of a week that has begun. Those of before are added by the same process,
before the measurement.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.test_progress_tables import MAKE, MILLION, RECORDS_OF_A_CUSTOMER

DAY = 30_000
MOST_SECONDS = 1.0
"""Of the processor."""

MADE = 10_700_000
"""So many are made that ten million are over when the day begins; returns of bills of the last days are all of the last
second."""

MEASURE = """
import json, os, sys, time
from tests.benchmarks.test_progress import group
from targetexpr.targets import evaluate_table
begin = time.process_time()
evaluate_table(group(), sys.argv[1], state=sys.argv[3]).close()
first = time.process_time() - begin
begin = time.process_time()
found = evaluate_table(group(), sys.argv[2], state=sys.argv[3])
seconds = time.process_time() - begin
begin = time.process_time()
customers = found.summary().customers
summary = time.process_time() - begin
found.close()
print(json.dumps({"first": first, "seconds": seconds, "summary": summary, "customers": customers,
                  "size": os.path.getsize(sys.argv[3])}))
"""


@pytest.mark.benchmark
def test_a_day_added(tmp_path: Path) -> None:
    customers = 10 * MILLION // RECORDS_OF_A_CUSTOMER
    made = MAKE.replace("$customers", str(customers)).replace("$records", str(MADE))
    before, day = tmp_path / "before.parquet", tmp_path / "day.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '2GB'; SET temp_directory = '{tmp_path / 'spilled'}'")
        connection.execute(f"CREATE TABLE made AS {made}")
        (begin,) = connection.execute(
            f"SELECT min(date) FROM (SELECT date FROM made ORDER BY date OFFSET {10 * MILLION})"
        ).fetchall()[0]
        connection.execute(f"COPY (SELECT * FROM made WHERE date < '{begin}' ORDER BY date) TO '{before}'")
        connection.execute(f"COPY (SELECT * FROM made WHERE date >= '{begin}' ORDER BY date LIMIT {DAY}) TO '{day}'")
        (returns,) = connection.execute(f"SELECT count(*) FROM '{day}' WHERE type = 'ReturnBill'").fetchall()[0]
    assert DAY // 100 < returns < DAY // 25
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(before), str(day), str(tmp_path / "state")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(done.stdout)
    print(f"\n{DAY:,} records added to {10 * MILLION:,}: {found['seconds']:.2f} s of the processor, and "
          f"{found['summary']:.2f} s for the summary, after {found['first']:.0f} s for all before; the state has "
          f"{found['size'] / MILLION:,.0f} MB")  # fmt: skip
    assert found["customers"] > customers * 0.9
    assert found["seconds"] < MOST_SECONDS
