"""Files of text that SQL evaluates: what `evaluate` makes of the records that are read in them one by one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.records import text_blocks
from targetexpr.targets import evaluate_table
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.results import Setting
from targetexpr.targets.scale.source import records_of, table_options
from targetexpr.targets.model.envelope import build_group
from tests.targets.generate import Case
from tests.targets.scale import generated, nasty
from tests.targets.scale.test_partitions import check


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", 3_000)
    monkeypatch.setattr(text_blocks, "_FARTHEST", 1_000)


def read_by_row(case: Case, path: Path) -> tuple[Case, list[str], int] | str:
    """The records of a file, what is told of it, and how many cannot be read; or why it cannot be read."""
    setting = Setting.of(Options(group=build_group(case.group), **case.options))
    told: list[str] = []
    options = table_options([one.rule.checked for one in setting.ready.evaluators], None, None, told.append)
    records, unread = [], 0
    try:
        for name, record in records_of(str(path), options):
            if record.context is None:
                unread += 1
                told.append(f"{name}, {record.place}: {record.reason}")
            else:
                records.append(record.context)
    except InputError as error:
        return str(error)
    return Case(seed=case.seed, group=case.group, records=records, options=case.options), told, unread


def compare(case: Case, path: Path, *, sql: bool = False) -> str:
    """Compares the evaluation of a file with that of its records. Which engine it was."""
    expected = read_by_row(case, path)
    told: list[str] = []
    try:
        found = evaluate_table(case.group, path, tell=told.append, **case.options)
    except InputError as error:
        assert str(error) == expected
        return "none"
    assert not isinstance(expected, str)
    with found:
        assert found.engine == "sql" or not sql, (case.seed, found.reason)
        assert told == expected[1], (case.seed, found.engine)
        assert found.unread == expected[2]
        check(expected[0], found)
        return found.engine + ("" if found.reason is None else f": {found.reason}")


def text_case(seed: int, tmp_path: Path) -> tuple[Case, Path]:
    made = generated.case(seed)
    rng = random.Random(f"text {seed}")
    rows = nasty.written(rng, made.records, made.options["timezone"])
    nasty.spoil(rng, rows)
    path = tmp_path / f"{seed}.csv"
    path.write_bytes(nasty.as_csv(rng, rows))
    return Case(seed=seed, group=made.group, records=[], options=made.options), path


@pytest.mark.parametrize("seed", range(20))
def test_csv(seed: int, tmp_path: Path) -> None:
    compare(*text_case(seed, tmp_path))
