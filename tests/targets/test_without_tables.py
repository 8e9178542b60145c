"""`target simulate` with the extra `targets` alone: it evaluates in memory, and says what tables need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.test_progress import group, records

BLOCKED = """
import sys
for name in ("duckdb", "numpy", "pandas", "polars", "pyarrow", "pyspark"):
    sys.modules[name] = None  # cannot be imported
from targetexpr.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("engine", "suffix", "status", "said"),
    [
        ([], "jsonl", 0, "as of 2024-0"),
        (["--engine", "python"], "jsonl", 0, "as of 2024-0"),
        (["--engine", "sql"], "jsonl", 2, "pip install 'targetexpr[tables]'"),
        (["--engine", "partitions"], "jsonl", 2, "pip install 'targetexpr[tables]'"),
        ([], "parquet", 2, "pip install 'targetexpr[tables]'"),
    ],
)
def test_without_the_libraries_of_tables(
    engine: list[str], suffix: str, status: int, said: str, tmp_path: Path
) -> None:
    (tmp_path / "group.json").write_text(json.dumps(group()))
    data = tmp_path / f"bills.{suffix}"
    lines = "".join(json.dumps(record) + "\n" for record in records(50, 5))
    data.write_text(lines if suffix == "jsonl" else "PAR1 and more")
    command = [sys.executable, "-c", BLOCKED, "target", "simulate", "group.json", "--data", data.name, *engine]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert said in done.stdout + done.stderr
