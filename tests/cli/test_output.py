"""`--output`, `--to` and `--only`: records written with their verdicts in every format, and what is refused."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import polars as pl
import pytest

from targetexpr.cli.records import Progress
from tests.cli.command import Call, command, environment, spawn

RULE = "currentTxn.value>500"
MAP = '[columns]\n"Bill No" = "id"\nAmount = "currentTxn.value"\n'
CSV = 'Bill No;Amount;Till\nb1;"1.234,50 €";03\nb2;80,25;4\nb3;;5\nb4;a lot;6\nb5;1;2;3;4\n'
LINES = (
    '{"id":"b1","currentTxn":{"value":620.10,"lineItems":[{"qty":2}]}}\n{"id":"b2","currentTxn":{"value":80}}\n'
    '{"id":"b3","currentTxn":{"value":null,"notes":"=1"}}\n{"id":"b4","currentTxn":{"value":"x"}}\n'
)
WRONG = 'currentTxn.value is "a lot", which is not a number'
FORMATS = ("csv", "jsonl", "parquet", "xlsx")


@pytest.fixture
def bills(tmp_path: Path) -> list[str]:
    """A table with its map, as arguments of a command."""
    (tmp_path / "bills.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return ["--data", str(tmp_path / "bills.csv"), "--columns", str(tmp_path / "map.toml")]


def rows(path: Path) -> list[dict[str, object]]:
    """What was written, cells without a value left out."""
    match path.suffix:
        case ".csv":
            frame = pl.read_csv(path, infer_schema=False)
        case ".parquet":
            frame = pl.read_parquet(path)
        case ".xlsx":
            frame = pl.read_excel(path)
        case _:
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [{name: cell for name, cell in row.items() if cell is not None} for row in frame.to_dicts()]


@pytest.mark.parametrize("format", FORMATS)
def test_records_are_written_with_their_own_columns(format: str, bills: list[str], tmp_path: Path, call: Call) -> None:
    path = tmp_path / f"out.{format}"
    done = call("eval", RULE, *bills, "--to", str(path))
    assert (done.status, done.out) == (2, "")
    assert f"line 5: {WRONG}\n" in done.err
    found = rows(path)
    assert [row.get("Bill No") for row in found] == ["b1", "b2", "b3", "b4", "b5"]
    assert [row["verdict"] for row in found] == ["yes", "no", "null", "error", "error"]
    assert [row["Till"] for row in found] == ["03", "4", "5", "6", "2"]
    assert found[3]["error"] == WRONG
    assert found[4]["error"] == "line 6: The line has 5 cells, and the table 3 columns."
    amounts = [row.get("Amount") for row in found[:4]]
    match format:
        case "csv":  # as it is written
            assert amounts == ["1.234,50 €", "80,25", None, "a lot"]
        case "jsonl":
            assert amounts == [1234.5, 80.25, None, "a lot"]
        case _:  # one type for all of a column
            assert amounts == ["1234.5", "80.25", None, "a lot"]


@pytest.mark.parametrize("format", ["parquet", "xlsx"])
def test_columns_that_are_read_as_numbers_are_numbers(
    format: str, bills: list[str], tmp_path: Path, call: Call
) -> None:
    path = tmp_path / f"out.{format}"
    assert call("eval", RULE, *bills, "--only", "yes", "--to", str(path)).status == 2
    assert rows(path) == [{"Bill No": "b1", "Amount": 1234.5, "Till": "03", "verdict": "yes"}]


@pytest.mark.parametrize("only", ["yes", "no", "null", "error"])
@pytest.mark.parametrize("format", FORMATS)
def test_only_one_verdict_and_records_of_json(only: str, format: str, tmp_path: Path, call: Call) -> None:
    data, path = tmp_path / "bills.jsonl", tmp_path / f"out.{format}"
    data.write_text(LINES)
    done = call("eval", RULE, "--data", str(data), "--only", only, "--output", format, "--to", str(path))
    assert (done.status, done.out) == (2, "")
    (row,) = rows(path)
    assert row["verdict"] == only
    assert row["id"] == {"yes": "b1", "no": "b2", "null": "b3", "error": "b4"}[only]
    if format == "jsonl":
        given = [json.loads(line) for line in LINES.splitlines()]
        assert row["currentTxn"] == next(one["currentTxn"] for one in given if one["id"] == row["id"])
    elif only == "null":
        assert row["currentTxn.notes"] == "=1"
    elif only == "yes":
        assert float(str(row["currentTxn.value"])) == 620.1


def test_what_was_written_can_be_evaluated_again(tmp_path: Path, call: Call) -> None:
    data = tmp_path / "bills.jsonl"
    data.write_text("".join(LINES.splitlines(keepends=True)[:3]))
    for one in FORMATS:
        path = tmp_path / f"out.{one}"
        assert call("eval", RULE, "--data", str(data), "--to", str(path)).status == 1
        assert call("eval", RULE, "--data", str(path)).out == "yes\nno\nnull\n"
        again = call("eval", RULE, "--data", str(path), "--output", "csv", "--only", "yes")
        assert "the records have a column `verdict` already; it is written as `own verdict`" in again.err
        assert {"own verdict", "verdict"} <= set(again.out.splitlines()[0].split(","))


def test_text_and_json_name_the_records_that_are_left(bills: list[str], call: Call) -> None:
    assert call("eval", RULE, *bills, "--only", "yes").out == "line 2, id b1: yes\n"
    assert call("eval", RULE, *bills, "--only", "error").out == "line 5, id b4: error\nline 6: error\n"
    assert call("eval", RULE, *bills, "--only", "no", "--output", "json").out == '{"line": 3, "value": false}\n'


def test_of_no_record_there_are_columns(bills: list[str], tmp_path: Path, call: Call) -> None:
    for one in FORMATS:
        path = tmp_path / f"none.{one}"
        call("eval", "currentTxn.value>5000", *bills, "--only", "yes", "--to", str(path))
        assert rows(path) == []
    assert pl.read_parquet(tmp_path / "none.parquet").columns == ["Bill No", "Amount", "Till", "verdict"]
    assert (tmp_path / "none.csv").read_text() == "Bill No,Amount,Till,verdict\n"


def test_values_are_written_as_values(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "out.parquet"
    data = '[{"currentTxn":{"value":5}},{"currentTxn":{"value":1.5}}]'
    assert call("eval", "currentTxn.value*2", "--data", data, "--to", str(path)).status == 0
    assert pl.read_parquet(path)["value"].to_list() == [10, 3]


def test_rule_sets_write_the_names_of_rules(bills: list[str], tmp_path: Path, call: Call) -> None:
    rules, path = tmp_path / "two.rules", tmp_path / "out.csv"
    rules.write_text("currentTxn.value>50\ncurrentTxn.value>500\n")
    done = call("eval", "--rules", str(rules), *bills, "--only", "yes", "--to", str(path))
    assert done.status == 2
    found = rows(path)
    assert [row["Bill No"] for row in found] == ["b1", "b2"]
    assert len(str(found[0]["rules"]).split(", ")) == 2
    assert len(str(found[1]["rules"]).split(", ")) == 1
    done = call("eval", "--rules", str(rules), *bills, "--only", "null")
    assert (done.status, "--only takes yes, no or error" in done.err) == (2, True)


# --- what is refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "out.foo"], "out.foo ends as no format that can be written"),
        (["--to", "out"], "out ends as no format that can be written; --output says what to write"),
        (["--to", "out.parqet"], "did you mean .parquet?"),
        (["--to", "out.sarif"], "this command writes text or json or csv or jsonl or parquet or xlsx"),
        (["--to", "out.csv", "--output", "xlsx"], "--output is xlsx, and the name out.csv says csv"),
        (["--count", "--only", "yes"], "leave out one of the two"),
        (["--count", "--output", "csv"], "--count prints numbers, and --output csv writes records"),
        (["--to", "none/out.csv"], "cannot write none/out.csv: No such file or directory"),
        (["--to", "."], "ends as no format"),
        (["--to", "bills.csv"], "bills.csv is read; write to another file"),
        (["--to", "/dev/full", "--output", "csv"], "cannot write /dev/full: No space left on device"),
        (["--to", "/dev/full", "--output", "parquet"], "cannot write /dev/full: No space left on device"),
        (["--to", "/dev/full", "--output", "xlsx"], "cannot write /dev/full: No space left on device"),
        (["--to", "/dev/full", "--output", "text"], "cannot write /dev/full: No space left on device"),
    ],
)
def test_one_sentence_and_status_2(
    arguments: list[str],
    said: str,
    bills: list[str],
    tmp_path: Path,
    call: Call,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    there = sorted(path.name for path in tmp_path.iterdir())
    done = call("eval", RULE, *bills, *arguments)
    assert (done.status, done.out) == (2, "")
    (line,) = [line for line in done.err.splitlines() if line.startswith("targetexpr: ")]
    assert said in line
    assert sorted(path.name for path in tmp_path.iterdir()) == there


def test_a_file_that_was_there_stays_when_the_data_cannot_be_read(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "out.csv"
    path.write_text("mine")
    assert call("eval", RULE, "--data", str(tmp_path / "none.csv"), "--to", str(path)).status == 2
    assert path.read_text() == "mine"


@pytest.mark.parametrize("format", ["parquet", "xlsx"])
def test_bytes_are_not_for_a_terminal(format: str) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            command("eval", RULE, "--data", '{"currentTxn":{"value":620}}', "--output", format),
            stdout=theirs,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            env=environment(),
            check=False,
            timeout=60,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert f"is not for a terminal: --to FILE.{format} writes a file" in done.stderr.decode()


@pytest.mark.parametrize(("format", "library"), [("parquet", "pyarrow"), ("xlsx", "xlsxwriter")])
def test_without_the_extra_the_message_says_what_to_install(
    format: str, library: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)
    data = '{"currentTxn":{"value":620}}'
    done = call("eval", RULE, "--data", data, "--to", str(tmp_path / f"out.{format}"))
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert f"writing it needs {library}: pip install 'targetexpr[tables]'" in done.err


# --- other commands


def test_every_command_that_prints_writes_to_a_file(tmp_path: Path, call: Call) -> None:
    for arguments, name in (
        (["json", "true"], "rule.json"),
        (["schema", "currentTxn"], "schema.txt"),
        (["sql", RULE], "query.sql"),
        (["explain", "true"], "why.txt"),
        (["check", RULE, "--output", "json"], "found.json"),
        (["format", RULE], "rule.txt"),
    ):
        printed, path = call(*arguments), tmp_path / name
        done = call(*arguments, "--to", str(path))
        assert (done.status, done.out) == (printed.status, "")
        if name != "rule.json":
            assert path.read_text("utf-8") == printed.out
        assert path.read_text("utf-8")


# --- pipes and Ctrl-C


def test_pipes_end_quietly(tmp_path: Path) -> None:
    big = tmp_path / "big.csv"
    big.write_text("currentTxn.value\n" + "620\n" * 20_000)
    done = subprocess.run(
        [
            "bash",
            "-c",
            '"$@" | head -n 2',
            "bash",
            *map(str, command("eval", RULE, "--data", str(big), "--output", "csv")),
        ],
        capture_output=True,
        env=environment(),
        check=False,
        timeout=60,
    )
    assert done.stdout.decode() == "currentTxn.value,verdict,error\n620,yes,\n"
    assert done.stderr.decode() == f"{big}: found: delimiter comma\n"


@pytest.mark.parametrize("more", [["--count"], ["--to", "out.csv"], []])
def test_ctrl_c_says_how_far_it_came(more: list[str], tmp_path: Path) -> None:
    """The data is a pipe that stays open; the first verdicts are awaited where they can be seen."""
    running = subprocess.Popen(
        command("eval", RULE, "--data", "-", *more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED="1"),
        cwd=tmp_path,
    )
    assert running.stdin is not None
    assert running.stderr is not None
    running.stdin.write(b'{"currentTxn":{"value":620}}\n' * 3 + b'{"currentTxn":{"value":"x"}}\n')
    running.stdin.flush()
    said = running.stderr.readline().decode()  # it has read them all, and waits for more
    assert said == 'line 4: currentTxn.value is "x", which is not a number\n'
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.decode() == "interrupted; until then: 4 records, 3 yes, 0 no, 0 null, 1 error\n"
    assert list(tmp_path.iterdir()) == []
    assert spawn("eval", "true").status == 0


def test_a_rule_whose_column_is_missing_fails_alone(tmp_path: Path, call: Call) -> None:
    rules, data = tmp_path / "three.rules", tmp_path / "bills.csv"
    rules.write_text(
        "currentTxn.value>500\ncurrentTxn.value>5||currentCustomer.currentPoints>=10\ncurrentTxn.value<5\n"
    )
    data.write_text("id,currentTxn.value\nb1,620\nb2,4\nb3,7\n")
    done = call("eval", "--rules", str(rules), "--data", str(data), "--count", "--output", "json")
    counts = list(done.data["rules"].values())
    assert (done.status, counts, done.data["records"], done.data["none"]) == (2, [1, 0, 1], 3, 1)
    (line,) = [line for line in done.err.splitlines() if "no column holds" in line]
    assert line.endswith("no column holds `currentCustomer.currentPoints`, so it is not evaluated")
    other = tmp_path / "more.csv"
    other.write_text("id,currentTxn.value,currentCustomer.currentPoints\nb4,7,1\n")
    done = call("eval", "--rules", str(rules), "--data", str(data), str(other), "--count", "--output", "json")
    assert (done.status, list(done.data["rules"].values())) == (2, [1, 1, 1])
    data.write_text("id,currentTxn.value\nb1,620\n")
    rules.write_text("currentTxn.value>500\ncurrentTxn.value>5\n")
    assert call("eval", "--rules", str(rules), "--data", str(data)).status == 0


def test_progress_says_which_part_is_done_and_how_long_the_rest_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second for the first quarter: three are left; data that is no file has no such part."""
    shown: list[str] = []
    monkeypatch.setattr("targetexpr.cli.records.show_progress", lambda text, _: shown.append(text))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    clock = iter([10.0, 11.0, 10.0, 11.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    path = tmp_path / "bills.jsonl"
    path.write_bytes(b"x" * 400)
    progress = Progress()
    progress.begin([str(path)])
    with path.open("rb") as file:
        progress.opened(file)
        progress.show(0)
        file.read(100)
        progress.show(2048)
    assert shown == ["2,048 records, 25 %, 3 s left"]
    piped = Progress()
    piped.begin(["-"])
    piped.show(0)
    piped.show(2048)
    assert shown[1:] == ["2,048 records"]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("first", ["b0,1", "b0", "b0,1,2,3", "b0,7,8"])
def test_the_first_line_may_be_of_any_width(format: str, first: str, tmp_path: Path, call: Call) -> None:
    (tmp_path / "bills.csv").write_text(f"id,currentTxn.value,Till\n{first}\nb1,620,3\nb2,5\n")
    path = tmp_path / f"out.{format}"
    done = call("eval", RULE, "--data", str(tmp_path / "bills.csv"), "--to", str(path))
    assert done.status == 2
    found = rows(path)
    verdict = "no" if first == "b0,7,8" else "error"
    assert [(row["id"], row["verdict"]) for row in found] == [("b0", verdict), ("b1", "yes"), ("b2", "error")]
    assert "Till" in found[1]
