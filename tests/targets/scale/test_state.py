"""A state to which records are added: after each batch the answers are those of all records at once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

from targetexpr.base.errors import InputError
from targetexpr.cli.main import main
from targetexpr.tables.errors import TableError
from targetexpr.targets import evaluate_table
from targetexpr.targets.scale.evaluate import TableProgress
from tests.targets.generate import Case
from tests.targets.scale.test_engines import made
from tests.targets.scale.test_evaluate_table import FLAT, GROUP, RECORDS
from tests.targets.scale.test_partitions import check


def split(seed: int) -> tuple[Case, list[polars.DataFrame], list[Any]]:
    """A case in batches: in the order of time, at random, or nearly in order."""
    rng = random.Random(seed + 7)
    case, table = made(seed)
    if seed % 2:  # without returns periods are worked out alone
        kept = [at for at, record in enumerate(case.records) if record["type"] != "ReturnBill"]
        case.records, table = [case.records[at] for at in kept], table[kept]
    case.options.pop("enrolment", None)
    case.options.pop("now", None)
    count = table.height
    order = list(range(count))
    how = rng.random()
    if how < 0.6:
        order = table.with_row_index("row").sort("date", nulls_last=True)["row"].to_list()
    elif how < 0.8:
        rng.shuffle(order)
    cuts = sorted(rng.sample(range(1, count), min(count - 1, rng.randint(1, 4))))
    parts = [order[first:last] for first, last in zip([0, *cuts], [*cuts, count], strict=True)]
    return case, [table[part] for part in parts], [[case.records[at] for at in part] for part in parts]


def check_splits(seed: int, path: Path) -> None:
    case, tables, records = split(seed)
    sofar: list[Any] = []
    for table, more in zip(tables, records, strict=True):
        sofar += more
        with evaluate_table(case.group, table, state=path, contributions=True, **case.options) as found:
            check(Case(seed=seed, group=case.group, records=list(sofar), options=case.options), found)


@pytest.mark.parametrize("seed", range(2))
def test_the_same_answers_as_all_at_once(seed: int, tmp_path: Path) -> None:
    check_splits(seed, tmp_path / "state")


@pytest.mark.slow
@pytest.mark.parametrize("start", range(2_000, 2_200, 50))
def test_the_same_answers_by_many_splits(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 50):
        check_splits(seed, tmp_path / f"state{seed}")


def add(path: Path, rows: list[dict[str, Any]], **options: Any) -> TableProgress:
    return evaluate_table(GROUP, polars.DataFrame(rows), state=path, **options)


def test_a_state_is_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch is not worked out anew with all that is kept."""
    add(tmp_path / "state", FLAT[:150]).close()
    monkeypatch.setattr("targetexpr.targets.scale.state._State._rebuilt", None)
    with add(tmp_path / "state", FLAT[150:]) as found:
        check(Case(seed=0, group=GROUP, records=RECORDS), found)


def test_a_record_that_was_added_already_counts_once(tmp_path: Path) -> None:
    add(tmp_path / "state", FLAT).close()
    later = {**FLAT[7], "date": "2024-03-30T10:00:00Z", "customerId": "stranger"}
    with add(tmp_path / "state", [later]) as found:
        assert found.set_aside().duplicates == (FLAT[7]["id"],)
        assert found.summary().customers == 7
    with add(tmp_path / "state", [{**FLAT[7], "date": "2024-01-01T00:00:00Z", "customerId": "stranger"}]) as found:
        assert found.set_aside().duplicates == (FLAT[7]["id"],)
        assert found.summary().customers == 8


def test_what_does_not_fit_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "state"
    add(path, FLAT[:100]).close()
    before = path.read_bytes()
    with pytest.raises(InputError, match="was made with another group"):
        evaluate_table({**GROUP, "name": "other"}, polars.DataFrame(FLAT), state=path)
    with pytest.raises(InputError, match="was made with another time zone"):
        add(path, FLAT, timezone="Asia/Kolkata")
    with pytest.raises(InputError, match="was made with another policy of returns"):
        add(path, FLAT, returns="IGNORE")
    with pytest.raises(InputError, match=r"`currentTxn.value` \(DOUBLE, now VARCHAR\)"):
        add(path, [{**FLAT[0], "currentTxn.value": "1"}])
    with pytest.raises(InputError, match="leave out now"):
        add(path, FLAT, now="2024-02-01")
    with pytest.raises(ValueError, match="needs the engine of SQL"):
        add(path, FLAT, engine="partitions")
    lines = {**GROUP, "targets": [{**GROUP["targets"][0], "targetEntity": "LINEITEM", "expression": "true"}]}
    with pytest.raises(TableError, match="counts line items"):
        evaluate_table(lines, polars.DataFrame(FLAT), state=tmp_path / "other")
    assert path.read_bytes() == before
    (tmp_path / "text").write_text("no database at all", encoding="utf-8")
    with pytest.raises(InputError, match="is no state of an evaluation"):
        add(tmp_path / "text", FLAT)
    duckdb.connect(str(tmp_path / "mine")).execute("CREATE TABLE t (a INTEGER)").close()
    with pytest.raises(InputError, match="is a database, and no state"):
        add(tmp_path / "mine", FLAT)


def test_a_run_that_is_broken_off_leaves_the_state_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    add(path, FLAT[:150]).close()
    with monkeypatch.context() as broken:
        broken.setattr("targetexpr.targets.scale.state._State._write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            add(path, FLAT[150:])
    with add(path, FLAT[150:]) as found:
        check(Case(seed=0, group=GROUP, records=RECORDS), found)


def test_another_process_has_it(tmp_path: Path) -> None:
    path = tmp_path / "state"
    add(path, FLAT[:100]).close()
    held = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", held, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(InputError, match="is in use by another process"):
            add(path, FLAT[100:])
        other.communicate()
    add(path, FLAT[100:]).close()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group, state = tmp_path / "group.json", str(tmp_path / "state")
    group.write_text(json.dumps(GROUP), encoding="utf-8")
    for name, rows in (("all", FLAT), ("one", FLAT[:150]), ("two", FLAT[150:])):
        polars.DataFrame(rows).write_parquet(tmp_path / f"{name}.parquet")

    def said(name: str, *options: str) -> tuple[int, str, str]:
        status = main(["target", "simulate", str(group), "--data", str(tmp_path / f"{name}.parquet"), *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    assert said("one", "--state", state)[0] == 0
    expected = said("all", "--engine", "sql")
    assert said("two", "--state", state) == expected
    status, _, err = said("two", "--state", state, "--engine", "python")
    assert (status, "--state needs" in err) == (2, True)
    status, _, err = said("two", "--state", state, "--timezone", "Asia/Kolkata")
    assert (status, "was made with another time zone" in err) == (2, True)
