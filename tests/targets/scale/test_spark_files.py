"""`targetexpr target simulate --engine spark` prints, byte for byte, what the other engines print.

`pytest -m spark` needs Java and the extra `spark`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars
import pytest

from targetexpr.targets.scale import spark_files
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.evaluate import evaluate_table
from targetexpr.targets.scale.spark_session import settings_of
from targetexpr.targets.scale.sql import SqlResults
from tests.sampling import sampled
from tests.tables.engines import spark
from tests.targets.scale.generated import case
from tests.targets.scale.test_simulate_engines import said
from tests.targets.scale.test_story import CLOCK, GROUP, STORY, frame

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800)]

ASKED = [
    (),
    ("--output", "json"),
    ("--output", "csv"),
    *(("--table", table) for table in ("progress", "contributions", "levels", "streaks", "unified", "reported")),
    ("--table", "progress", "--output", "json"),
]
WRITTEN = [("progress", "parquet"), ("contributions", "csv")]


def bills() -> polars.DataFrame:
    """The worked story, with columns of times, which Spark needs."""
    return frame().with_columns(polars.col("date").str.to_datetime(time_zone="UTC"))


@pytest.fixture(autouse=True)
def _evaluated_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every output of a test is printed from one evaluation: Spark takes seconds for each."""
    spark()
    held: dict[str, SqlResults] = {}
    evaluate = spark_files.evaluate_by_spark

    def once(setting: Any, table: Any, options: Any, **more: Any) -> SqlResults:
        if str(table) not in held:
            held[str(table)] = evaluate(setting, table, options, **more)
            monkeypatch.setattr(held[str(table)], "close", lambda: None)
        return held[str(table)]

    monkeypatch.setattr(spark_files, "evaluate_by_spark", once)
    yield
    for results in held.values():
        SqlResults.close(results)


def compare(folder: Path, group: Path, data: object, capsys: pytest.CaptureFixture[str], *options: str) -> None:
    def run(engine: str, *asked: str) -> tuple[int, str, list[str]]:
        return said(capsys, group, data, *options, *asked, "--engine", engine)

    customers = [row["customer"] for row in json.loads(run("sql", "--table", "streaks", "--output", "json")[1])]
    for asked in [*ASKED, ("--customer", customers[0]), ("--customer", "nobody at all")]:
        found = run("spark", *asked)
        assert found[1] or found[0] == 2
        for engine in ("sql", "python"):
            assert found == run(engine, *asked), (engine, asked)
    for table, form in WRITTEN:
        written = []
        for engine in ("spark", "sql", "python"):
            to = folder / f"{engine}.{form}"
            assert run(engine, "--table", table, "--output", form, "--to", str(to))[0] == 0
            written.append(to.read_bytes())
        assert written[0] == written[1] == written[2] != b""


def test_the_worked_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
    data = tmp_path / "_bills [1].parquet"  # names that Spark would leave out, or take for patterns
    bills().write_parquet(data)
    compare(tmp_path, tmp_path / "group.json", data, capsys, "--timezone", CLOCK)
    asked = ("--timezone", CLOCK, "--customer", "ann", "--engine", "spark")
    assert said(capsys, tmp_path / "group.json", data, *asked)[:2] == (0, STORY)


@pytest.mark.parametrize("seed", sampled([9, 0, 1, 3, 4, 6, 8, 11], 1))
def test_a_generated_group(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = case(seed)
    (tmp_path / "group.json").write_text(json.dumps(made.group), encoding="utf-8")
    rows = made.frame
    (tmp_path / "data").mkdir()
    rows[: len(rows) // 2].write_parquet(tmp_path / "data" / "a.parquet")
    rows[len(rows) // 2 :].write_parquet(tmp_path / "data" / "b.parquet")
    options = []
    for name, value in made.options.items():
        if name == "enrolment":
            given = tmp_path / "enrolment.json"
            given.write_text(json.dumps(value, default=datetime.isoformat), encoding="utf-8")
            value = given
        options += [f"--{name}", value.isoformat() if isinstance(value, datetime) else str(value)]
    compare(tmp_path, tmp_path / "group.json", tmp_path / "data", capsys, *options)


def test_in_python(tmp_path: Path) -> None:
    bills().write_parquet(tmp_path / "bills.parquet")
    given = str(tmp_path / "bills.parquet")
    with (
        evaluate_table(GROUP, given, engine="spark", timezone=CLOCK) as found,
        evaluate_table(GROUP, given, engine="sql", timezone=CLOCK) as expected,
    ):
        assert found.engine == "spark"
        for table in TABLES:
            assert list(found.table(table).rows()) == list(expected.table(table).rows())
            assert found.table(table).arrow().column_names == expected.table(table).arrow().column_names
        assert found.customer("ann") == expected.customer("ann")


def nanoseconds(path: Path) -> None:
    bills().with_columns(polars.col("date").dt.cast_time_unit("ns")).write_parquet(path)


def texts(path: Path) -> None:
    frame().write_parquet(path)


@pytest.mark.parametrize(
    ("write", "reason"),
    [(nanoseconds, "It cannot read the files: "), (texts, "`date`: dates in texts")],
    ids=["nanoseconds", "texts"],
)
def test_what_is_refused(
    write: Callable[[Path], None], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
    write(tmp_path / "bills.parquet")
    status, out, told = said(capsys, tmp_path / "group.json", tmp_path / "bills.parquet", "--engine", "spark")
    assert (status, out, len(told)) == (2, "", 1)
    assert told[0].startswith(f"targetexpr: --engine spark does not serve this: {reason}")


def test_memory_of_a_spark_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
    bills().write_parquet(tmp_path / "bills.parquet")
    asked = ("--engine", "spark", "--memory", "2GiB")
    status, _, told = said(capsys, tmp_path / "group.json", tmp_path / "bills.parquet", *asked)
    expected = "targetexpr: Spark runs already in this process, and keeps the memory that it was given"
    assert (status, told) == (2, [expected])
    assert settings_of("folder", 2 * 2**30)["spark.driver.memory"] == "2048m"


@pytest.mark.slow
def test_a_spark_of_its_own(tmp_path: Path) -> None:
    """Nothing but the output is on the streams, and nothing is left."""
    import os
    import subprocess
    import sys

    (tmp_path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
    bills().write_parquet(tmp_path / "bills.parquet")
    (tmp_path / "temporary").mkdir()
    asked = ["group.json", "--data", "bills.parquet", "--timezone", CLOCK, "--customer", "ann", "--engine", "spark"]
    found = subprocess.run(
        [sys.executable, "-m", "targetexpr", "target", "simulate", *asked, "--memory", "1GiB"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        check=False,
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, STORY, "engine: spark\n")
    assert [one.name for one in (tmp_path / "temporary").iterdir() if one.name.startswith("targetexpr-")] == []
