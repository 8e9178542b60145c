"""`targetexpr target simulate`: figures, tables, and one customer explained."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from targetexpr.cli.main import main
from targetexpr.targets import evaluate
from targetexpr.targets.reports.simulation import as_text, summarise
from tests.targets.test_progress import back, bill, group

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    made = group(
        trackingType="STREAKS",
        streaks=[{"name": "two", "targetCountOfSequence": 2}, {"name": "three", "targetCountOfSequence": 3}],
    )
    made["targets"][0]["expression"] = 'currentTxn.value>100&&currentTxn.number!="X"'
    records: list[dict[str, Any]] = [
        bill("a", "2024-01-02", 500),
        bill("small", "2024-01-03", 80),
        bill("b", "2024-01-08", 450),
        bill("b2", "2024-01-09", 150),
        back("r", "2024-01-10", "b2", 50),
        bill("c", "2024-01-16", 120),
        {**bill("d", "2024-01-16", 700), "customerId": "other"},
        {**bill("odd", "2024-01-16", "lots"), "customerId": "other"},
    ]
    for record in records:
        record.get("currentTxn", {})["number"] = "N"
    (tmp_path / "group.json").write_text(json.dumps(made))
    (tmp_path / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "records.json").write_text(json.dumps(records, indent=2))

    def run(*options: str, data: str = "records.jsonl") -> tuple[int, str, str]:
        status = main(["target", "simulate", str(tmp_path / "group.json"), "--data", str(tmp_path / data), *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_the_figures(run: Run) -> None:
    status, out, err = run("--output", "json")
    found = json.loads(out)
    assert (status, err.splitlines()[0]) == (2, "1 of 8 records could not be evaluated")
    assert found["customers"] == 2
    assert found["levels"] == [{"name": "two", "count": 2, "reached": 1}, {"name": "three", "count": 3, "reached": 0}]
    assert found["longestRuns"] == {"1": 1, "2": 1}
    assert found["oneStepShort"] == [
        {"customer": "c", "level": "three", "run": 2},
        {"customer": "other", "level": "two", "run": 1},
    ]
    assert found["reported"]["errors"] == [["odd", "T", "currentTxn.value"]]
    assert [(one["period"], one["achieved"]) for one in found["periods"]] == [("W1", 1), ("W2", 1), ("W3", 1)]
    assert json.loads(run("--output", "json", data="records.json")[1]) == found


def test_for_people(run: Run) -> None:
    out = run()[1]
    assert "G: 2 customers, as of 2024-01-16" in out
    assert ["two", "2", "periods", "1", "50.0%"] in [line.split() for line in out.splitlines()]
    assert "One period short of the next level (now): 2" in out
    assert 'record odd (T): currentTxn.value is "lots", which is not a number' in out


def test_shares_of_many_customers_are_rounded_once() -> None:
    """Three customers with a third each have 100 together, and one thing is counted in the singular."""
    lines = [{"code": "a", "qty": 1, "amount": 100}, {"code": "z", "qty": 1, "amount": 200}]
    records: list[dict[str, Any]] = []
    for name in "cde":
        bought = bill(f"b{name}", "2024-01-02", 300, txn={"lineItems": lines})
        records += [{**each, "customerId": name} for each in (bought, back(f"r{name}", "2024-01-03", f"b{name}", 200))]
    made = group()
    made["targets"][0] |= {"targetEntity": "LINEITEM", "expression": 'currentLineItem.code=="a"'}
    assert summarise(evaluate(made, records)).to_dict()["periods"][0]["progress"] == "100"
    alone = evaluate(made, [*records[:2], records[0]])
    text = as_text(alone, summarise(alone))
    assert "G: 1 customer, as of" in text
    assert "1 duplicate id, each counted once: bc" in text


def test_one_customer_explained(run: Run) -> None:
    out = run("--customer", "c")[1]
    assert "T, W1 (2024-01-01 to 2024-01-07): 500 of 500, achieved by a on 2024-01-02 00:00:00" in out
    assert "small: does not count: currentTxn.value is 80, needs more than 100" in out
    assert "r: a return of b2, changes the progress by -50" in out
    assert "T, W3 (2024-01-15 to 2024-01-21): 120 of 500, running" in out
    assert "two (2): reached in W2 by b2" in out
    as_data = json.loads(run("--customer", "c", "--output", "json")[1])
    assert [one["counts"] for one in as_data["chapters"][0]["records"]] == [True, False]


def test_tables_as_csv(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("--output", "csv", "--table", "levels")[1])))
    assert [(row["customer"], row["level"], row["status"]) for row in rows] == [
        ("c", "two", "ACHIEVED"), ("c", "three", "INPROGRESS"), ("other", "two", "INPROGRESS"),
        ("other", "three", "INPROGRESS"),
    ]  # fmt: skip
    progress = list(csv.DictReader(io.StringIO(run("--output", "csv", "--table", "progress")[1])))
    assert len(progress) == 6
    assert [row["achieved"] for row in progress] == ["true", "true", "false", "false", "false", "true"]


def test_bad_input_is_told(run: Run, tmp_path: Path) -> None:
    whole = (tmp_path / "records.jsonl").read_text()
    (tmp_path / "cut.jsonl").write_text(whole[: len(whole) // 2])
    status, _, err = run(data="cut.jsonl")
    assert (status, "cut.jsonl, line " in err, "Not valid JSON" in err) == (2, True, True)
    assert run(data="none.jsonl")[0] == 2
    assert "takes no part" in run("--customer", "nobody")[2]
    for engine in ("python", "partitions"):
        assert "not enrolled; did you mean other?" in run("--customer", "othr", "--engine", engine)[2]
    assert "no time zone" in run("--timezone", "Mars")[2]
    assert '"lots"' in run("--on-error", "stop")[2]
    (tmp_path / "group.json").write_text('{"name": "G", "targets": [{"name": "T"}]}')
    status, _, err = run()
    assert (status, "/targets/0" in err) == (2, True)


def test_progress_is_shown_on_a_terminal_only(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small = [bill(f"m{n}", "2024-01-02", 1, txn={"number": "N"}) for n in range(10_000)]
    many = "".join(json.dumps(record) + "\n" for record in small)
    (tmp_path / "many.jsonl").write_text(many)
    assert run(data="many.jsonl")[2] == "engine: sql\n"
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert "10,000 records" in run(data="many.jsonl")[2]
