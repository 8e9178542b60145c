"""What `eval --count` costs on files: two million rows of CSV and Parquet, and lines of JSON against a decoder alone.

`pytest -m benchmark -s tests/benchmarks/test_tables_commands.py` prints the table: CPU seconds and peak memory of whole
processes, the best of several. `TARGETEXPR_ROWS` sets the number of rows (2,000,000 unless set).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.benchmarks.measuring import ROOT, cached, table

pytestmark = pytest.mark.benchmark

ROWS = int(os.environ.get("TARGETEXPR_ROWS", "2_000_000"))
LINES = ROWS // 10
RULES = {
    "R1": "currentTxn.value>500",
    "R3": 'currentTxn.value>=100&&(currentCustomer.slabName=="Gold"||currentTxn.value>=300)',
    "R4": "currentTxn.discount<=((currentTxn.value+currentTxn.discount)*40)/100",
}
MOST_SECONDS = {"csv": 3.0, "parquet": 1.0}
MOST_MEMORY = 500  # MB
BASE = os.environ.get("TARGETEXPR_BASE")
"""The sources of another version to compare lines of JSON with, as a checkout has them in `src`."""


def bills(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(1)
    value = np.round(random.lognormal(6, 1.1, rows), 2)
    days = pl.Series([f"2024-{month:02}-{day:02}T10:15:00Z" for month in range(1, 13) for day in range(1, 29)])
    return pl.DataFrame(
        {
            "id": pl.int_range(rows, eager=True).cast(pl.String),
            "customerId": random.integers(0, 1000, rows),
            "date": days.gather(random.integers(0, len(days), rows)),
            "currentTxn.value": value,
            "currentTxn.discount": np.round(value * random.uniform(0, 1.2, rows), 2),
            "currentCustomer.slabName": pl.Series(["Gold", "Silver"]).gather(random.integers(0, 2, rows)),
            "Till": random.integers(1, 9, rows),
        }
    )


def run(rule: str, path: Path, sources: str | None = None) -> tuple[float, float, str]:
    """CPU seconds and MB of one process, and what it counts."""
    out = path.with_suffix(".out")
    environment = {**cached(), "PYTHONPATH": sources or str(ROOT / "src")}
    with out.open("wb") as file:
        arguments = [sys.executable, "-m", "targetexpr", "eval", rule, "--data", str(path), "--count"]
        moves = [(os.POSIX_SPAWN_DUP2, file.fileno(), 1), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
        child = os.posix_spawn(sys.executable, arguments, environment, file_actions=moves)
        _, _, used = os.wait4(child, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read_text().replace(",", "")


def test_two_million_rows(tmp_path: Path) -> None:
    frame = bills(ROWS)
    frame.write_csv(tmp_path / "bills.csv")
    frame.write_parquet(tmp_path / "bills.parquet")
    rows, missed = [], []
    for kind, most in MOST_SECONDS.items():
        for name, rule in RULES.items():
            runs = [run(rule, tmp_path / f"bills.{kind}") for _ in range(3)]
            seconds, memory = min(one[0] for one in runs), max(one[1] for one in runs)
            assert runs[0][2].startswith(f"{ROWS} records")
            rows.append((f"{name}, {kind}", f"{seconds:.2f}", f"{memory:.0f}"))
            if seconds > most or memory > MOST_MEMORY:
                missed.append(rows[-1])
    table(f"`eval --count` of {ROWS:,} rows", ("rule, format", "CPU s", "MB"), rows)
    assert not missed


def test_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    with path.open("w") as file:
        for row in bills(LINES).drop("Till").iter_rows(named=True):
            record: dict[str, object] = {}
            for name, value in row.items():
                profile, dot, field = name.partition(".")
                inside = record.setdefault(profile, {}) if dot else record
                assert isinstance(inside, dict)
                inside[field or name] = value
            file.write(f"{json.dumps(record)}\n")
    rows, missed = [], []
    for name, rule in RULES.items():
        ours, base = [], []
        for _ in range(5):
            ours.append(run(rule, path))
            if BASE is not None:
                base.append(run(rule, path, BASE))
        best = min(one[0] for one in ours)
        ratio = min(one[0] for one in base) / best if base else 0.0
        rows.append((name, f"{best:.2f}", f"{ratio:.1f}" if base else "-"))
        if base:
            assert ours[0][2] == base[0][2]
            if ratio < 3:
                missed.append(rows[-1])
    table(f"`eval --count` of {LINES:,} lines of JSON", ("rule", "CPU s", "times as fast as TARGETEXPR_BASE"), rows)
    assert not missed
