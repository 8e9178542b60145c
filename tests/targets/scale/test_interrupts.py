"""Ctrl-C, and a worker that is killed, while many records are evaluated: what the terminal shows, and what is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import polars
import pytest

from targetexpr.cli.main import main
from targetexpr.targets.model.envelope import build_group
from targetexpr.targets.scale import pool
from targetexpr.targets.scale.crossing import NONE
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.results import Setting
from targetexpr.targets.scale.spill import Range
from targetexpr.targets.scale.worker import Job, Part
from tests.cli.command import environment
from tests.targets.scale.test_evaluate_table import GROUP

PATIENCE = 900  # seconds until something that never comes is given up
COUNTS = (260_000, 1_000_000, 2_000_000)  # of records: what is over before anybody looked is done with more

ON_TWO = """
import os, sys
os.cpu_count = lambda: 2  # so that there are workers on every machine
from targetexpr.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


class Run:
    """A command in a session of its own, whose temporary files are in a folder of its own."""

    def __init__(self, path: Path, data: Path, *options: str) -> None:
        (path / "group.json").write_text(json.dumps(GROUP), encoding="utf-8")
        self.temporary = path / "temporary"
        self.temporary.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                ON_TWO,
                "target",
                "simulate",
                str(path / "group.json"),
                "--data",
                str(data),
                *options,
            ],
            env=environment(TMPDIR=str(self.temporary)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # A shell that runs tests in the background ignores the signal, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def wait_for(self, state: Callable[[], object]) -> bool:
        """Waits for a state; whether it came before the end."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if state():
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.002)
        raise AssertionError("nothing happens")

    def said_first(self) -> bytes:
        """The first line on standard error: how the data is written, before it is read."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def files(self, name: str) -> list[Path]:
        """What is in its temporary folder."""
        return list(self.temporary.glob(f"targetexpr-*/{name}"))

    def workers(self) -> list[int]:
        """The processes that it started and that are there."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # of one that has just ended
                if int(stat.read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                    found.append(int(stat.parent.name))
        return found

    def finish(self) -> tuple[int, str]:
        """Its status, and what it said."""
        try:
            _, said = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
            raise AssertionError("it does not end") from None
        return self.process.returncode, said.decode()

    def interrupt(self) -> None:
        """As a terminal does: every process of the session is told."""
        os.killpg(self.process.pid, signal.SIGINT)


def bills(path: Path, count: int) -> Path:
    """Bills of many customers, as CSV."""
    number = polars.int_range(count, eager=True)
    polars.DataFrame(
        {
            "id": "b" + number.cast(polars.String),
            "customerId": "c" + (number * 7919 % (count // 20)).cast(polars.String),
            "type": ["TransactionAdd"] * count,
            "date": "2024-0" + (1 + number % 3).cast(polars.String) + "-1" + (number % 10).cast(polars.String),
            "currentTxn.value": 50 + number % 400 / 4,
        }
    ).write_csv(path / "bills.csv")
    return path / "bills.csv"


def is_staged(run: Run) -> bool:
    """Whether all records are in a file, and statements run over it."""
    for path in run.files("staged.parquet"):
        with path.open("rb") as file:
            if path.stat().st_size > 8:
                file.seek(-4, os.SEEK_END)
                return file.read() == b"PAR1"
    return False


STATES: dict[str, tuple[str, Callable[[Run], object]]] = {
    "python": ("python", lambda run: run.said_first()),
    "partitions, reading": ("partitions", lambda run: run.files("records-*.parquet")),
    "partitions, workers": ("partitions", lambda run: run.workers() and run.files("periods-*.parquet")),
    "sql, staging": ("sql", lambda run: run.files("staged.parquet")),
    "sql, statements": ("sql", is_staged),
}


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_interrupt(state: str, tmp_path: Path) -> None:
    engine, there = STATES[state]
    for count in COUNTS:
        run = Run(tmp_path, bills(tmp_path, count), "--engine", engine)
        if not run.wait_for(lambda run=run: there(run)):  # type: ignore[misc]
            assert run.finish()[0] == 0  # it was over before anybody looked
            continue
        workers = run.workers()
        assert bool(workers) == (state == "partitions, workers")
        run.interrupt()
        status, said = run.finish()
        if status == 0:
            continue
        assert (status, "Traceback" in said) == (130, False), said
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
        assert list(run.temporary.iterdir()) == []
        return
    raise AssertionError("it is always over before it is interrupted")


@pytest.mark.slow
def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    """As the system does where memory runs out: the others end, and the command says what happened."""
    for count in COUNTS:
        run = Run(tmp_path, bills(tmp_path, count), "--engine", "partitions")
        assert run.wait_for(lambda run=run: len(run.workers()) == 2)  # type: ignore[misc]
        workers = run.workers()
        os.kill(workers[0], signal.SIGKILL)
        status, said = run.finish()
        if status == 0:
            continue  # it had nothing left to do
        assert status == 2
        assert said.splitlines()[-1] == f"targetexpr: {ENDED}"
        assert "Traceback" not in said
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
        assert list(run.temporary.iterdir()) == []
        return
    raise AssertionError("it is always over before the worker is killed")


ENDED = "a worker process was ended by signal 9 (SIGKILL), as is done where memory is short; fewer processes take less"


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("engine", "where"),
    [
        ("python", "targetexpr.targets.progress.tracker.RecordTracker.take"),
        ("partitions", "targetexpr.targets.scale.spill.Spill.flush"),
        ("partitions", "targetexpr.targets.scale.partitions.evaluate_parts"),
        ("sql", "targetexpr.targets.scale.staging.Staging.end"),
        ("sql", "targetexpr.targets.scale.duckdb_engine.DuckdbRun.fill"),
        ("sql", "targetexpr.targets.scale.results.DatabaseResults.rows"),
    ],
)
def test_interrupt_at_a_place(
    engine: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    group, temporary = tmp_path / "group.json", tmp_path / "temporary"
    group.write_text(json.dumps(GROUP), encoding="utf-8")
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setattr(where, interrupt)
    data = str(bills(tmp_path, 200))
    assert main(["target", "simulate", str(group), "--data", data, "--engine", engine, "--table", "streaks"]) == 130
    assert "Traceback" not in capsys.readouterr().err
    assert list(temporary.iterdir()) == []


def test_a_worker_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a signal, or by itself."""
    setting = Setting.of(Options(group=build_group(GROUP)))
    job = Job(options=setting.options.bare(), now=None, chunks=[], folder="", contributions=False)
    part = Part(number=0, range=Range(0, 1), crossing=NONE, enrolled=None)
    for script, said in (
        ("import os; os.kill(os.getpid(), 9)", ENDED),
        (
            "raise SystemExit(3)",
            "a worker process ended with status 3; where memory is short, fewer processes take less",
        ),
    ):
        monkeypatch.setattr(pool, "MAIN", script)
        with pytest.raises(pool.WorkerError) as raised:
            list(pool.evaluate_parts(job, setting.ready, [part, part], 2))
        assert str(raised.value) == said
