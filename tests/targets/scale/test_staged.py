"""Files of text that SQL evaluates: what `evaluate` makes of the records that are read in them one by one."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from pathlib import Path

import pytest

from targetexpr.base.errors import InputError
from targetexpr.records import text_blocks
from targetexpr.targets import evaluate_table
from targetexpr.targets.model.envelope import build_group
from targetexpr.targets.scale import staged_json, staging
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.results import Setting
from targetexpr.targets.scale.source import records_of, table_options
from tests.targets.generate import Case
from tests.targets.scale import generated, nasty
from tests.targets.scale.test_evaluate_table import GROUP
from tests.targets.scale.test_partitions import check


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", 3_000)
    monkeypatch.setattr(text_blocks, "_FARTHEST", 1_000)
    monkeypatch.setattr(staged_json, "LINES", 30)


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
    if isinstance(expected, str):
        with pytest.raises(InputError) as raised:
            evaluate_table(case.group, path, **case.options)
        assert str(raised.value) == expected
        return "none"
    found = evaluate_table(case.group, path, tell=told.append, **case.options)
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


def json_case(seed: int, tmp_path: Path) -> tuple[Case, Path]:
    made = generated.case(seed)
    rng = random.Random(f"json {seed}")
    path = tmp_path / f"{seed}.jsonl"
    nested = rng.random() < 0.9
    path.write_bytes(nasty.as_json_lines(rng, made.records, made.options["timezone"], nested=nested))
    return Case(seed=seed, group=made.group, records=[], options=made.options), path


@pytest.mark.parametrize("seed", range(6))
def test_json_lines(seed: int, tmp_path: Path) -> None:
    compare(*json_case(seed, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 400, 50))
def test_json_lines_of_many_kinds(start: int, tmp_path: Path) -> None:
    found = Counter(compare(*json_case(seed, tmp_path)).partition(":")[0] for seed in range(start, start + 50))
    assert found["sql"] >= 30, found


@pytest.mark.parametrize("seed", range(2, 10))
def test_csv(seed: int, tmp_path: Path) -> None:
    compare(*text_case(seed, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 400, 50))
def test_csv_of_many_kinds(start: int, tmp_path: Path) -> None:
    found = Counter(compare(*text_case(seed, tmp_path)).partition(":")[0] for seed in range(start, start + 50))
    assert found["sql"] >= 30, found


def test_several_files_and_a_map(tmp_path: Path) -> None:
    """A file that is compressed, one in another encoding, whose columns have other names and whose types a map says."""
    rows = [f"b{n};c{n % 3};2024-01-0{1 + n % 9};{n},5;Zo\xeb" for n in range(40)]
    heading = "id;who;date;amount;name"
    (tmp_path / "one.csv").write_bytes("\n".join([heading, *rows[:20]]).encode("cp1252"))
    with gzip.open(tmp_path / "two.csv.gz", "wb") as file:
        file.write("\r\n".join([heading, *rows[20:], "b1;c1;2024-01-01;8,5 EUR;"]).encode())
    mapped = tmp_path / "map.toml"
    mapped.write_text(
        '[columns]\namount = "currentTxn.value"\nwho = "customerId"\n[constants]\ntype = "TransactionAdd"\n', "utf-8"
    )
    paths = [str(tmp_path / "one.csv"), str(tmp_path / "two.csv.gz")]
    told: dict[str, list[str]] = {"sql": [], "partitions": []}
    found = [
        evaluate_table(GROUP, paths, columns=mapped, engine=engine, tell=told[engine].append)
        for engine in ("sql", "partitions")
    ]
    assert told["sql"] == told["partitions"]
    assert any("amounts in EUR" in one for one in told["sql"])
    by_sql, by_part = found
    assert [*by_sql.periods.rows()] == [*by_part.periods.rows()]
    assert by_sql.set_aside() == by_part.set_aside()
    assert by_sql.customer("c1") == by_part.customer("c1")
    for one in found:
        one.close()


def test_what_has_too_many_odd_rows_is_read_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MOST", 5)
    path = tmp_path / "bills.csv"
    rows = [f"b{n},c,TransactionAdd,2024-01-05,{'x' * (n % 2)}{n}" for n in range(40)]
    path.write_text("\n".join(["id,customerId,type,date,currentTxn.value", *rows]), "utf-8")
    with evaluate_table(GROUP, path) as found:
        assert found.reason == "More than 5 records have values that columns do not hold."
        assert found.engine == "partitions"
