"""`targetexpr target simulate` prints the same, whatever evaluates."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars
import pytest

from targetexpr.cli.main import main
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.evaluate import evaluate_table
from tests.targets.scale.test_evaluate_table import FLAT, GROUP, RECORDS, csv, excel, lines, parquet
from tests.targets.scale.test_partitions import crowded

ASKED = [
    (),
    ("--output", "json"),
    ("--customer", "c3"),
    ("--customer", "c3", "--output", "json"),
    ("--customer", "c3", "--output", "csv"),
    ("--customer", "c3", "--output", "csv", "--table", "progress"),
    ("--customer", "nobody"),
    ("--output", "csv"),
    *(("--table", table) for table in ("progress", "contributions", "levels", "streaks", "unified", "reported")),
    ("--table", "streaks", "--output", "json"),
    ("--table", "progress", "--output", "jsonl", "--timezone", "Asia/Kolkata"),
]


def said(capsys: pytest.CaptureFixture[str], group: Path, data: object, *options: str) -> tuple[int, str, list[str]]:
    status = main(["target", "simulate", str(group), "--data", str(data), *options])
    captured = capsys.readouterr()
    return status, captured.out, [line for line in captured.err.splitlines() if not line.startswith("engine: ")]


@pytest.fixture
def group(tmp_path: Path) -> Path:
    path = tmp_path / "group.json"
    path.write_text(json.dumps(GROUP), encoding="utf-8")
    return path


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_outputs_are_the_same(
    asked: tuple[str, ...], group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = lines(tmp_path / "bills.jsonl")
    expected = said(capsys, group, data, *asked, "--engine", "python")
    assert expected[1] or expected[0]
    assert said(capsys, group, data, *asked, "--engine", "partitions") == expected
    assert said(capsys, group, data, *asked) == expected
    assert said(capsys, group, data, *asked, "--engine", "sql") == expected


@pytest.mark.parametrize("asked", [*ASKED[:4], *ASKED[7:10], *ASKED[-2:]], ids=" ".join)
def test_outputs_of_sql(
    asked: tuple[str, ...], group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = parquet(tmp_path / "bills")
    expected = said(capsys, group, data, *asked, "--engine", "python")
    assert expected[1] or expected[0]
    assert said(capsys, group, data, *asked, "--engine", "sql") == expected


def test_what_is_said_of_the_records_by_sql(group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Types but for a slip, members that nobody reads, rows that cannot be evaluated, columns that are not read."""
    records = [{**one, "currentTxn": {**one["currentTxn"], "stroe": 1}, "till": 7} for one in RECORDS]
    for at in (40, 41, 90):
        records[at] = {**records[at], "type": "TransactionAd"}
    records[50] = {**records[50], "currentTxn": {**records[50]["currentTxn"], "value": None}}
    records[60] = {**records[60], "customerId": None}
    polars.DataFrame(records).write_parquet(tmp_path / "bills.parquet")
    expected = said(capsys, group, tmp_path / "bills.parquet", "--engine", "python")
    assert any("3 records, first in row 41" in line for line in expected[2])
    assert any("`till`" in line for line in expected[2])
    assert said(capsys, group, tmp_path / "bills.parquet", "--engine", "sql") == expected


@pytest.mark.parametrize("asked", [*ASKED[:3], ASKED[7], *ASKED[-2:]], ids=" ".join)
def test_outputs_of_a_text_by_sql(
    asked: tuple[str, ...], group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With cells that do not fit, types but for a slip, columns that nobody reads and lines that are no rows."""
    rows = [f"{n},c{n % 7},TransactionAdd,2024-0{1 + n % 3}-11T10:00:00Z,{90.5 + 20 * (n % 23)},7" for n in range(150)]
    for at, change in ((20, ("TransactionAdd", "TransactionAd")), (21, ("11T10", "41T10")), (30, (".5,", ".5 EUR,"))):
        rows[at] = rows[at].replace(*change)
    rows[40:40] = [
        "8,c3,TransactionAdd",
        "b9,c3,TransactionAdd,2024-01-11,a lot,7",
        ",c3,TransactionAdd,2024-01-11,900,7",
    ]
    rows[50:50] = ["", "100,c3,TransactionAdd,2024-02-11,600,7"]
    data = tmp_path / "bills.csv"
    data.write_text("\n".join(["id,customerId,type,date,currentTxn.value,till", *rows]), encoding="utf-8")
    expected = said(capsys, group, data, *asked, "--engine", "python")
    assert expected[1] or expected[0]
    assert any("is not a number" in line for line in expected[2])
    assert expected[2].count("1 of 154 records could not be read") == 1
    assert said(capsys, group, data, *asked, "--engine", "sql") == expected


def test_what_is_said_of_json_lines_by_sql(group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every record: no two have to have the same members."""
    records: list[dict[str, object]] = [dict(one) for one in RECORDS]
    records[40] |= {"type": "TransactionAd"}
    records[41] |= {"stroeId": 7}
    records[42] |= {"date": 1704448800}
    records[43] |= {"currentTxn": {"valeu": 600}}
    texts = [json.dumps(one) for one in records]
    texts[50:50] = ["", "{"]
    data = tmp_path / "bills.jsonl"
    data.write_text("\n".join(texts), encoding="utf-8")
    expected = said(capsys, group, data, "--engine", "python")
    assert expected[2][0].startswith(f"{data}, line 52: Not valid JSON")
    assert expected[2][1] == "1 of 201 records could not be read"
    assert len(expected[2]) == 6
    assert said(capsys, group, data, "--engine", "sql") == expected


@pytest.mark.parametrize("seed", range(3))
def test_outputs_of_any_group(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = crowded(seed)
    group, data = tmp_path / "group.json", tmp_path / "records.jsonl"
    group.write_text(json.dumps(made.group), encoding="utf-8")
    data.write_text("".join(json.dumps(one, default=str) + "\n" for one in made.records) or "{}\n", encoding="utf-8")
    for asked in ((), ("--output", "json"), ("--table", "contributions"), ("--customer", "c1")):
        expected = said(capsys, group, data, *asked, "--engine", "python")
        assert said(capsys, group, data, *asked, "--engine", "partitions") == expected


@pytest.mark.parametrize("write", [csv, parquet, excel])
def test_tables_of_any_format(write: object, group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(write)
    data = write(tmp_path / "bills")
    expected = said(capsys, group, lines(tmp_path / "bills.jsonl"), "--table", "progress")
    found = said(capsys, group, data, "--table", "progress", "--engine", "partitions")
    assert found[:2] == expected[:2]


def test_the_engine_is_told(group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(lines(tmp_path / "bills.jsonl"))
    assert main(["target", "simulate", str(group), "--data", data, "--engine", "partitions"]) == 0
    assert capsys.readouterr().err == "engine: partitions\n"
    bills = str(parquet(tmp_path / "bills.parquet"))
    assert main(["target", "simulate", str(group), "--data", bills, "--engine", "sql"]) == 0
    assert capsys.readouterr().err == "engine: sql\n"
    assert main(["target", "simulate", str(group), "--data", data]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_refused(group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = excel(tmp_path / "bills")
    status, _, err = said(capsys, group, data, "--engine", "sql")
    assert (status, err) == (
        2,
        [
            f"targetexpr: --engine sql does not serve this: {data} is a workbook; its records are read one by one."
            " Without --engine another one is taken."
        ],
    )
    status, _, err = said(capsys, group, data, "--engine", "partitions", "--on-error", "stop")
    assert (status, err) == (
        2,
        ["targetexpr: --on-error stop takes records in their order, which --engine python does alone"],
    )
    status, _, err = said(capsys, group, data, "--memory", "much")
    assert status == 2
    assert "is no size of memory" in err[0]


def test_spark_that_is_not_there(
    group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is to be installed is said; what Spark would not serve is refused without it."""
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    data = parquet(tmp_path / "bills.parquet")
    status, out, err = said(capsys, group, data, "--engine", "spark")
    assert (status, out) == (2, "")
    assert err == [
        "targetexpr: Spark needs pyspark, which is not installed: pip install 'targetexpr[spark]'. It needs Java 17 as "
        "well (or --engine python, which holds all records in memory)"
    ]
    status, _, err = said(capsys, group, lines(tmp_path / "bills.jsonl"), "--engine", "spark")
    refused = "targetexpr: --engine spark does not serve this: "
    other = " Without --engine another one is taken."
    assert (status, err) == (2, [f"{refused}The data is no Parquet file; its records are read one by one.{other}"])
    status, _, err = said(capsys, group, data, "--engine", "spark", "--state", str(tmp_path / "state.duckdb"))
    assert (status, err) == (2, ["targetexpr: --state needs the engine sql, and no --on-error stop"])
    with_items = {**GROUP, "targets": [{**GROUP["targets"][0], "targetEntity": "LINEITEM", "expression": "true"}]}
    group.write_text(json.dumps(with_items), encoding="utf-8")
    status, _, err = said(capsys, group, data, "--engine", "spark")
    assert (status, err) == (2, [f"{refused}`spend` counts line items.{other}"])


def test_nothing_is_left_on_disk(
    group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    data = lines(tmp_path / "bills.jsonl")
    said(capsys, group, data, "--engine", "partitions", "--customer", "c1")
    said(capsys, group, data, "--engine", "partitions", "--customer", "nobody")
    assert list(folder.iterdir()) == []


def test_many_rows_go_by_sql_or_say_why_not(
    group: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("targetexpr.targets.scale.partitions.HELD_RECORDS", 100)
    bills = str(parquet(tmp_path / "bills.parquet"))
    assert main(["target", "simulate", str(group), "--data", bills]) == 0
    assert capsys.readouterr().err == "engine: sql\n"
    group.write_text(
        json.dumps({**GROUP, "targets": [{**GROUP["targets"][0], "targetEntity": "LINEITEM", "expression": "true"}]}),
        encoding="utf-8",
    )
    assert main(["target", "simulate", str(group), "--data", bills]) == 0
    assert "engine: partitions. `spend` counts line items.\n" in capsys.readouterr().err
    group.write_text(json.dumps(GROUP), encoding="utf-8")
    monkeypatch.setattr("targetexpr.cli.simulate.SMALL_BYTES", 100)
    assert main(["target", "simulate", str(group), "--data", str(csv(tmp_path / "bills.csv"))]) == 0
    assert "engine: sql\n" in capsys.readouterr().err
    assert main(["target", "simulate", str(group), "--data", str(excel(tmp_path / "bills"))]) == 0
    assert "is a workbook; its records are read one by one.\n" in capsys.readouterr().err


def test_every_table_has_its_columns() -> None:
    with evaluate_table(GROUP, polars.DataFrame(FLAT), contributions=True) as found:
        for table in TABLES:
            assert found.table(table).arrow().num_rows == len(list(found.table(table).rows()))
        assert len(list(found.contributions.rows())) == sum(one["currentTxn"]["value"] > 100 for one in RECORDS)
