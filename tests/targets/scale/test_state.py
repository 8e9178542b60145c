"""A state to which records are added: after each batch the answers are those of all records at once."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest

import targetexpr
from targetexpr.base.errors import InputError
from targetexpr.cli.main import main
from targetexpr.tables.errors import TableError
from targetexpr.targets import evaluate, evaluate_table
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


BILL: dict[str, Any] = {
    "customerId": "ann", "type": "TransactionAdd", "returnOf": None, "currentTxn.value": None, "returnBill.value": None
}  # fmt: skip


def bill(id: str, day: int, value: float) -> dict[str, Any]:
    return {**BILL, "id": id, "date": f"2024-01-{day:02}T10:00:00Z", "currentTxn.value": value}


def back(id: str, day: int, value: float, of: str) -> dict[str, Any]:
    date = f"2024-01-{day:02}T10:00:00Z"
    return {**BILL, "id": id, "date": date, "type": "ReturnBill", "returnOf": of, "returnBill.value": value}


def test_records_that_come_in_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between others, before them, of one instant with them, and returns before and after their bills."""
    path = tmp_path / "state"
    other = {**bill("b0", 2, 110), "customerId": "bob"}
    add(
        path, [bill("b1", 10, 400), bill("b2", 20, 150), other, {**back("r0", 3, 110, "b0"), "customerId": "bob"}]
    ).close()
    monkeypatch.setattr("targetexpr.targets.scale.state._State._rebuilt", None)
    steps: list[tuple[list[dict[str, Any]], int, str | None, int]] = [
        ([bill("b3", 15, 200)], 750, "b3", 3),  # between two: reached sooner
        ([back("r1", 25, 200, "b3"), back("r2", 26, 100, "b1")], 450, None, 5),
        ([bill("b4", 28, 120), bill("b5", 29, 130), back("r3", 30, 300, "b6")], 700, "b4", 7),  # b6 is not known yet
        ([bill("b6", 27, 300), bill("a6", 27, 120), back("r4", 31, 50, "b6")], 820, "a6", 10),  # of one instant
    ]
    for rows, total, by, lines in steps:
        with add(path, rows) as found:
            (january, *_) = (row for row in found.periods.rows() if row["customer"] == "ann")
            assert (january["progress"], january["achieved_by"], january["contributions"]) == (total, by, lines), rows
            (ann, _) = found.customers.rows()
            assert ann["longest"] == (by is not None)


@pytest.mark.parametrize("tracking", ["STREAKS", pytest.param("NON_CONTINUOUS_STREAKS", marks=pytest.mark.slow)])
def test_a_streak_of_many_days(tracking: str, tmp_path: Path) -> None:
    """More periods than a whole number has bits; periods end and begin between batches."""
    days = [(date(2024, 1, 1) + timedelta(days=day)).isoformat() for day in range(130)]
    group = {
        **GROUP,
        "trackingType": tracking,
        "periods": [{"refCode": day, "startDate": day, "endDate": day} for day in days],
        "targets": [{**GROUP["targets"][0], "defaultValues": [{"defaultValue": 110}] * len(days)}],
        "streaks": [{"name": str(count), "targetCountOfSequence": count} for count in (3, 40, 65)],
    }
    bought = {"ann": {*range(1, 70)}, "bob": {*range(0, 130, 2)}, "cid": {5, 61, 62, 63, 64, 128}}
    records = [
        {"id": f"{name}{day}", "customerId": name, "type": "TransactionAdd", "date": f"{days[day]}T12:00:00Z",
         "currentTxn": {"value": 120.0}}
        for day in range(130) for name in bought if day in bought[name]
    ]  # fmt: skip
    flat = [{**one, "currentTxn.value": 120.0} for one in records]
    for row in flat:
        del row["currentTxn"]
    before = 0
    for until in (33, 90, len(flat)):
        with evaluate_table(group, polars.DataFrame(flat[before:until]), state=tmp_path / "state") as found:
            whole = evaluate(group, records[:until])
            expected = whole.tables()
            assert list(found.customers.rows()) == expected["streaks"]
            assert list(found.levels.rows()) == expected["levels"]
        before = until


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
    with pytest.raises(InputError, match="no column holds `customerId`"):
        evaluate_table(GROUP, polars.DataFrame(FLAT).rename({"customerId": "who"}), state=tmp_path / "other")
    assert [one.name for one in tmp_path.iterdir()] == ["state"]
    assert path.read_bytes() == before


FILES = {
    "text": b"no database at all",
    "empty": b"",
    "group.json": json.dumps(GROUP).encode(),
    "records.csv": b"id,customerId\n1,2\n",
    "image": bytes(range(256)),
}


@pytest.mark.parametrize("name", [*FILES, "bills.parquet"])
def test_a_file_that_is_no_state_stays_as_it_is(name: str, tmp_path: Path) -> None:
    """Of some formats DuckDB makes a database in memory: what was added there would be gone."""
    path = tmp_path / name
    if name in FILES:
        path.write_bytes(FILES[name])
    else:
        polars.DataFrame(FLAT).write_parquet(path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="is no state of an evaluation; give a state"):
        add(path, FLAT)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TABLE t (a INTEGER)",
        "CREATE TABLE state (a INTEGER)",
        "CREATE TABLE state (content VARCHAR)",
        "CREATE TABLE state AS SELECT 'no JSON' AS content",
        "CREATE TABLE state AS SELECT '[]' AS content",
        "CREATE TABLE state AS SELECT '{}' AS content FROM range(2)",
        "CREATE TABLE state AS SELECT '{\"fingerprint\": 1}' AS content",
        "CREATE TABLE state AS SELECT CAST(NULL AS VARCHAR) AS content",
    ],
)
def test_a_database_that_is_no_state(made: str, tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "mine")).execute(made).close()
    with pytest.raises(InputError, match="is a database, and no state"):
        add(tmp_path / "mine", FLAT)


def test_a_state_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that mean something to the engine are those of files, too: nothing that is added is gone at the end."""
    monkeypatch.chdir(tmp_path)
    for name, said in (("", "'' is none"), (".", "is a folder"), ("no/such/state", "there is no folder no/such")):
        with pytest.raises(InputError, match=said):
            evaluate_table(GROUP, polars.DataFrame(FLAT), state=name)
    for name in (":memory:", "new.parquet"):
        evaluate_table(GROUP, polars.DataFrame(FLAT[:9]), state=name).close()
        assert duckdb.connect(str(tmp_path / name)).execute("SELECT count(*) FROM all_bills").fetchall() == [(9,)]


def test_a_result_that_is_not_closed_holds_its_state(tmp_path: Path) -> None:
    with add(tmp_path / "state", FLAT[:100]), pytest.raises(InputError, match="close the result of the call before"):
        add(tmp_path / "state", FLAT[100:])
    add(tmp_path / "state", FLAT[100:]).close()


def test_a_run_that_is_broken_off_leaves_the_state_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    add(path, FLAT[:150]).close()
    with monkeypatch.context() as broken:
        broken.setattr("targetexpr.targets.scale.state._State._write", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            add(path, FLAT[150:])
    with add(path, FLAT[150:]) as found:
        check(Case(seed=0, group=GROUP, records=RECORDS), found)


KILLED = """
import json, sys, time
import polars
from targetexpr.targets import evaluate, evaluate_table
from targetexpr.targets.scale.state import _State
write = _State._write
def held(self, kept):
    write(self, kept)
    print("written", flush=True)
    time.sleep(600)
_State._write = held
rows, group = json.loads(sys.stdin.read())
evaluate_table(group, polars.DataFrame(rows), state=sys.argv[1])
"""


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    """At its latest: all is written, and nothing is committed."""
    path = tmp_path / "state"
    add(path, FLAT[:150]).close()
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(json.dumps([FLAT[150:], GROUP]).encode())
        other.stdin.close()
        assert other.stdout.readline() == b"written\n"
        other.kill()
    with add(path, FLAT[150:170]) as found:
        check(Case(seed=0, group=GROUP, records=RECORDS[:170]), found)
    with add(path, FLAT[170:]) as found:
        check(Case(seed=0, group=GROUP, records=RECORDS), found)


def changed(path: Path, **members: Any) -> None:
    """Another version of targetexpr, or of DuckDB, left the state."""
    with duckdb.connect(str(path)) as connection:
        (text,) = connection.execute("SELECT content FROM state").fetchall()[0]
        content = json.loads(text)
        for name, value in members.items():
            content[name] = content[name] | value if isinstance(value, dict) else value
        connection.execute("UPDATE state SET content = $1", [json.dumps(content)])


def test_a_state_of_another_version(tmp_path: Path) -> None:
    add(tmp_path / "state", FLAT[:150]).close()
    changed(tmp_path / "state", fingerprint={"version": f"{targetexpr.__version__}/1"})
    before = (tmp_path / "state").read_bytes()
    with pytest.raises(InputError, match=r"was made with another version of targetexpr; give another file, or add all"):
        add(tmp_path / "state", FLAT[150:])
    assert (tmp_path / "state").read_bytes() == before


def test_digests_of_another_version_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "state"
    add(path, FLAT[:150]).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE records SET digest = 1")
    changed(path, digest=0)
    with add(path, FLAT[140:]) as found:
        assert len(found.set_aside().duplicates) == 10
        assert found.summary().customers == 7
    with add(path, FLAT[130:141]) as found:
        assert len(found.set_aside().duplicates) == 20


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
