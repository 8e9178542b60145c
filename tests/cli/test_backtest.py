"""`targetexpr backtest`: what it prints of records and of tables, and what it does when it is interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from targetexpr.backtesting.columns import TableRun
from targetexpr.cli.main import main

Captured = pytest.CaptureFixture[str]

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'
RECORDS = [
    {"id": "b1", "date": "2024-01-02T10:15:00Z", "currentTxn": {"value": 620}, "currentCustomer": {"slabName": "Gold"}},
    {"id": "b2", "date": "2024-01-05", "currentTxn": {"value": 80}, "currentCustomer": {"slabName": "Gold"}},
    {"id": "b3", "date": "2024-02-05", "currentTxn": {"value": "much"}, "currentCustomer": {"slabName": "Silver"}},
    {"id": "b4", "date": "2024-02-09", "currentTxn": {"value": 900}, "currentCustomer": {"slabName": None}},
]
TABLE = """\
id,date,currentTxn.value,currentCustomer.slabName
b1,2024-01-02T10:15:00Z,620,Gold
b2,2024-01-05,80,Gold
b4,2024-02-09,900,
"""


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "bills.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in RECORDS), encoding="utf-8")
    return str(path)


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "bills.csv"
    path.write_text(TABLE, encoding="utf-8")
    return str(path)


def test_what_does_not_fit_is_an_error_in_every_format(tmp_path: Path, capsys: Captured) -> None:
    """A table is read as JSON is: by columns or by rows, the same counts, status and reports."""
    lines, csv, sheet = (tmp_path / name for name in ("b.jsonl", "b.csv", "b.parquet"))
    values = ["620", "80", "much", "900"]
    records = [{"currentTxn": {"value": value}} for value in values]
    lines.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    csv.write_text("currentTxn.value\n" + "".join(f"{value}\n" for value in values), encoding="utf-8")
    pl.DataFrame({"currentTxn.value": values}).write_parquet(sheet)
    for path in (lines, csv, sheet):
        assert main(["backtest", "currentTxn.value>500", "--data", str(path)]) == 2
        out, err = capsys.readouterr()
        assert out.splitlines()[0] == "4 records: 2 yes (50.0%), 1 no, 0 null, 1 error", path
        assert 'currentTxn.value is "much", which is not a number' in err
        assert main(["backtest", "currentTxn.value>500", "--data", str(path), "--on-error", "stop"]) == 2
        assert capsys.readouterr().out.splitlines()[0] == "3 records: 1 yes (33.3%), 1 no, 0 null, 1 error"
        assert main(["backtest", "currentTxn.value>500", "--data", str(path), "--on-error", "null"]) == 0
        assert capsys.readouterr().out.splitlines()[0] == "4 records: 2 yes (50.0%), 1 no, 1 null, 0 errors"


def test_records(data: str, capsys: Captured) -> None:
    assert main(["backtest", RULE, "--data", data, "--by", "month", "--sample", "1"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "4 records: 1 yes (25.0%), 1 no, 1 null, 1 error",
        "",
        "month    records  yes  no  null  errors",
        "2024-01        2    1   1     0       0  50.0%",
        "2024-02        2    0   0     1       1   0.0%",
        "",
        "why not, of 2 records without a yes:",
        "condition                         rejects  null  alone",
        "currentTxn.value>500                    1     0      1",
        'currentCustomer.slabName=="Gold"        0     1      1',
        "",
        "yes: line 1 (id b1, date 2024-01-02T10:15:00Z)",
        "  currentTxn.value 620",
        "  currentCustomer.slabName Gold",
        "",
        "no: line 2 (id b2, date 2024-01-05)",
        "  currentTxn.value 80",
        "  currentCustomer.slabName Gold",
        "  because of currentTxn.value>500",
        "",
        "null: line 4 (id b4, date 2024-02-09)",
        "  currentTxn.value 900",
        "  currentCustomer.slabName null",
        '  because of currentCustomer.slabName=="Gold"',
        "",
        "error: line 3 (id b3, date 2024-02-05)",
        '  currentTxn.value is "much", which is not a number',
    ]
    assert err.splitlines() == ['line 3: currentTxn.value is "much", which is not a number']


def test_tables(table: str, tmp_path: Path, capsys: Captured) -> None:
    parquet = str(tmp_path / "bills.parquet")
    pl.read_csv(table).write_parquet(parquet)
    for path in (table, parquet):
        assert main(["backtest", RULE, "--data", path, "--by", "month", "--output", "json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["counts"] == {"records": 3, "yes": 1, "no": 1, "null": 1, "errors": 0}
        assert [(one["group"], one["records"], one["yes"]) for one in found["groups"]] == [
            ("2024-01", 2, 1),
            ("2024-02", 1, 0),
        ]
        assert [(one["rejects"], one["missing"], one["only"]) for one in found["conditions"]] == [(1, 0, 1), (0, 1, 1)]
        assert found["complete"] is True


def test_files_of_several_kinds_are_one(data: str, table: str, capsys: Captured) -> None:
    assert main(["backtest", RULE, "--data", data, table, "--by", "currentCustomer.slabName", "--sample", "1"]) == 2
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "7 records: 2 yes (28.6%), 2 no, 2 null, 1 error"
    assert [line.split()[:3] for line in out[3:6]] == [["Gold", "4", "2"], ["Silver", "1", "0"], ["-", "2", "0"]]
    assert any(line.startswith(("yes: " + data, "yes: " + table)) for line in out)


def test_what_no_record_has(data: str, table: str, capsys: Captured) -> None:
    assert main(["backtest", "currentTxn.value>500", "--data", data, "--by", "regoin"]) == 2
    assert "no record has regoin" in capsys.readouterr().err
    assert main(["backtest", "currentTxn.value>500", "--data", table, "--by", "mnth"]) == 2
    assert "no column for `mnth`; close: `month`" in capsys.readouterr().err
    assert main(["backtest", "currentTxn.value+1", "--data", table]) == 2
    assert "Only a condition" in capsys.readouterr().err


def test_ctrl_c_prints_what_is_counted(table: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = TableRun.steps

    def interrupted(run: TableRun) -> Iterator[int]:
        yield from steps(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(TableRun, "steps", interrupted)
    assert main(["backtest", RULE, "--data", table]) == 130
    out, err = capsys.readouterr()
    assert out.startswith("3 records: 1 yes (33.3%), 1 no, 1 null")
    assert "interrupted after 3 records" in err


def test_groups_are_written_as_tables(table: str, tmp_path: Path, capsys: Captured) -> None:
    assert main(["backtest", RULE, "--data", table, "--by", "month", "--to", str(tmp_path / "months.csv")]) == 0
    assert (tmp_path / "months.csv").read_text().splitlines() == [
        "month,records,yes,no,null,errors",
        "2024-01,2,1,1,0,0",
        "2024-02,1,0,0,1,0",
    ]
    assert main(["backtest", RULE, "--data", table, "--by", "id", "--to", str(tmp_path / "ids.parquet")]) == 0
    assert pl.read_parquet(tmp_path / "ids.parquet")["id"].to_list() == ["b1", "b2", "b4"]
    assert main(["backtest", RULE, "--data", table, "--by", "id", "--to", str(tmp_path / "ids.json")]) == 0
    assert json.loads((tmp_path / "ids.json").read_text())["by"] == "id"
    capsys.readouterr()
    assert main(["backtest", RULE, "--data", table, "--output", "csv"]) == 2
    assert "--by says which" in capsys.readouterr().err


def test_help_teaches(capsys: Captured) -> None:
    assert main(["backtest", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "the rule would be true if this one came out otherwise" in said
    assert "--by month" in said
