"""What evaluating a group over a table in SQL costs: a streak of 12 weekly cycles, one record in fifty a return.

Each run is a process of its own, so that its peak memory is the evaluation's; what binds are the seconds of the
processor. The table is a file of Parquet, made by DuckDB: a return is of a bill close by and of its customer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

MILLION = 1_000_000
RECORDS_OF_A_CUSTOMER = 20

MEASURE = """
import json, resource, sys, time
from tests.benchmarks.test_progress import group
from targetexpr.targets import evaluate_table
begin = time.process_time()
memory = sys.argv[2] or None
with evaluate_table(group(), sys.argv[1], engine="sql", memory=memory) as found:
    levels = found.levels.duckdb().filter("status = 'ACHIEVED'").aggregate("count(*)").fetchall()[0][0]
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "levels": levels}))
"""

MAKE = """
SELECT CASE WHEN returned THEN 'r' || number ELSE 'b' || number END AS id,
       'c' || (hash(CASE WHEN returned THEN bill ELSE number END) % $customers) AS "customerId",
       CASE WHEN returned THEN 'ReturnBill' ELSE 'TransactionAdd' END AS type,
       TIMESTAMP '2024-01-01' + to_seconds(CAST(
           CASE WHEN returned THEN least(hash(bill + 7) % 7257600 + hash(number + 3) % 1814400, 7257599)
                ELSE hash(number + 7) % 7257600 END AS BIGINT)) AS date,
       CASE WHEN NOT returned THEN 17 END AS "storeId",
       CASE WHEN returned THEN 'b' || bill END AS "returnOf",
       CASE WHEN NOT returned THEN amount END AS "currentTxn.value",
       CASE WHEN returned THEN amount END AS "returnBill.value"
FROM (SELECT number, number % 50 = 49 AS returned, number - 1 - CAST(hash(number) % 48 AS BIGINT) AS bill,
             CAST((1000 + hash(number + 1) % 59000) AS DOUBLE) / 100 AS amount FROM range($records) t(number))
"""


@pytest.fixture(scope="session")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A million records, and ten."""
    folder = tmp_path_factory.mktemp("bills")
    found = {}
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false; SET memory_limit = '2GB'")
        connection.execute(f"SET temp_directory = '{folder / 'spilled'}'")
        for records in (MILLION, 10 * MILLION):
            found[records] = folder / f"{records}.parquet"
            made = MAKE.replace("$customers", str(records // RECORDS_OF_A_CUSTOMER)).replace("$records", str(records))
            connection.execute(f"COPY ({made}) TO '{found[records]}' (FORMAT parquet, COMPRESSION zstd)")
    return found


@pytest.mark.benchmark
@pytest.mark.parametrize(
    ("records", "memory", "seconds", "peak"),
    [
        pytest.param(MILLION, "", 2.0, 2 * 1024**3, id="a million"),
        pytest.param(10 * MILLION, "", 18.0, 2 * 1024**3, id="ten million"),
        pytest.param(10 * MILLION, "500MB", 24.0, 700 * 1024**2, id="ten million in 500 MB"),
    ],
)
def test_records_in_a_file(bills: dict[int, Path], records: int, memory: str, seconds: float, peak: int) -> None:
    found = measured(bills[records], memory)
    print(f"\n{records:,} records, {memory or 'no'} limit: {found['seconds']:.1f} s of the processor, "
          f"{found['peak'] / 1024**2:,.0f} MiB, {found['levels']:,} levels reached")  # fmt: skip
    assert found["levels"] > records // 25  # most customers reach some
    assert found["seconds"] < seconds
    assert found["peak"] < peak


def measured(path: Path, memory: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), memory],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
