"""`data head` and `data map`, and tables in the commands that evaluate: columns, maps, misuse."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from targetexpr.records.reader import read
from tests.cli.command import Call, spawn

BILLS = """\
Bill No;Cust ID;Store;Bill Date;Amount;Tier;Till
b1;ann;7;31.01.2024;"1.234,50 €";Gold;3
b2;bob;7;03.02.2024;80,25;Silver;4
b3;ann;8;04.02.2024;510,00;Gold;3
"""
RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    path = tmp_path / "bills.csv"
    path.write_text(BILLS, encoding="utf-8")
    return path


def test_a_map_is_proposed_and_every_command_takes_it(bills: Path, call: Call, tmp_path: Path) -> None:
    map_file = tmp_path / "map.toml"
    refused = call("eval", RULE, "--data", str(bills))
    assert (refused.status, refused.out) == (2, "")
    assert "no column holds `currentTxn.value`, `currentCustomer.slabName`" in refused.err
    assert "`Amount` may be `currentTxn.value`" in refused.err
    proposed = call("data", "map", str(bills))
    assert proposed.status == 0
    for line in (
        '"Bill No" = ["id", "currentTxn.number"]  # b1',
        '"Cust ID" = "customerId"  # ann',
        'Store = ["storeId", "currentStore.code"]  # 7',
        '"Bill Date" = ["date", "currentTxn.date"]  # 31.01.2024',
        'Amount = "currentTxn.value"  # 1.234,50 €',
        'Tier = "currentCustomer.slabName"  # Gold',
        '# Till = ""  # 3',
        'delimiter = "semicolon"',
        'decimal = "comma"',
        'dates = "day-first"',
    ):
        assert line in proposed.out.splitlines()
    map_file.write_text(proposed.out, encoding="utf-8")
    options = ("--data", str(bills), "--columns", str(map_file))
    done = call("eval", RULE, *options)
    assert (done.status, done.out) == (1, "yes\nno\nyes\n")
    assert done.err.splitlines() == [
        f"{bills}: columns that are not read: `Till`",
        f"{bills}: column `Amount`: amounts in €, the sign is left out",
    ]
    assert call("explain", RULE, *options).out.count("\nline ") == 2
    as_json = call("eval", RULE, *options, "--output", "json").out.splitlines()
    assert [json.loads(line) for line in as_json] == [
        {"line": 2, "value": True},
        {"line": 3, "value": False},
        {"line": 4, "value": True},
    ]


def test_a_look_at_a_table(bills: Path, call: Call) -> None:
    said = call("data", "head", str(bills), "--read", "dates=day-first").out
    assert "CSV; delimiter semicolon" in said
    assert "Amount     - (may be currentTxn.value)" in said
    assert "`targetexpr data map" in said
    found = call("data", "head", str(bills), "--output", "json").data
    assert found["format"] == "CSV"
    assert found["columns"][4] == {
        "column": "Amount",
        "names": [],
        "proposed": ["currentTxn.value"],
        "kind": None,
        "first": "1.234,50 €",
    }


def test_a_look_at_other_formats(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "bills.parquet"
    pl.DataFrame({"id": ["b1"], "currentTxn.value": [620.5]}).write_parquet(path)
    found = call("data", "head", str(path), "--output", "json").data
    assert found["format"] == "Parquet"
    assert found["records"] == [{"row": 1, "record": {"currentTxn": {"value": 620.5}, "id": "b1"}}]
    assert found["columns"][1]["kind"] == "number"
    path = tmp_path / "bills.jsonl"
    path.write_text('{"id": "b1"}\n{"id": \n')
    done = call("data", "head", str(path))
    assert done.status == 2
    assert done.out.splitlines()[1] == 'line 1: {"id": "b1"}'
    refused = call("data", "map", str(path))
    assert refused.status == 2
    assert "is JSON: its records name their fields" in refused.err


def test_folders_and_patterns(tmp_path: Path, call: Call) -> None:
    folder = tmp_path / "bills"
    folder.mkdir()
    (folder / "b.csv").write_text("currentTxn.value,x\n20,1\n")
    (folder / "a.csv").write_text("currentTxn.value,x\n620,1\n")
    (folder / "_SUCCESS").write_text("")
    for data in (str(folder), str(folder / "*.csv")):
        done = call("eval", "currentTxn.value>500", "--data", data, "--output", "json")
        assert [json.loads(line)["source"][-5:] for line in done.out.splitlines()] == ["a.csv", "b.csv"]
        assert done.err.count("columns that are not read: `x`") == 1, "told once for all files"
    assert "no file fits" in call("eval", "currentTxn.value>500", "--data", str(folder / "*.parquet")).err
    (tmp_path / "none").mkdir()
    assert "there is no file in the folder" in call("eval", "currentTxn.value>0", "--data", str(tmp_path / "none")).err


def test_tables_on_standard_input(call: Call) -> None:
    text = "currentTxn.value\t\n620.5\t\n20\t\n"
    assert call("eval", "currentTxn.value>500", "--data", "-", stdin=text).out == "yes\nno\n"
    packed = gzip.compress(text.encode())
    assert call("eval", "currentTxn.value>500", "--data", "-", stdin=packed).out == "yes\nno\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\n", "is a PDF document; expected JSON, JSON Lines, CSV"),
        (b"<html><body>", "is HTML or XML: it begins with `<html><body>`"),
        (b"Dear Sir or Madam\nI write to you\n", "is not data that can be read: it begins with `Dear Sir or Madam`"),
        (b"\x00\x01\x02\x03\xff\xfe\x80", "is not data that can be read: it begins with the bytes 00 01 02 03"),
        (b"PK\x03\x04" + b"word/" * 9, "is a zip archive, and not one of Excel"),
        (b"PAR1 and then nothing", "as Parquet: "),
        (b"ARROW1\0\0 and then nothing", "as Arrow: "),
        (b"PK\x03\x04 xl/ and then nothing", "as an Excel workbook: "),
        (gzip.compress(b"currentTxn.value,x\n" + b"620,1\n" * 9000, mtime=0)[:-20], "it is cut off"),
        (b"\x1f\x8b\x08 no gzip", "cannot decompress"),
        (gzip.compress(b"x,y\n" * 9, mtime=0)[:10] + b"\xff" * 90, "cannot decompress"),
        (b"", "the data is empty"),
    ],
)
def test_what_is_no_data_is_named_at_once(content: bytes, said: str, tmp_path: Path, call: Call) -> None:
    path = tmp_path / "data"
    path.write_bytes(content)
    done = call("eval", "currentTxn.value>500", "--data", str(path), "--count")
    assert (done.status, done.out) == (2, "")
    assert f"{path}" in done.err
    assert said in done.err


def test_headings_alone_are_no_records(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("currentTxn.value,x\n")
    done = call("eval", "currentTxn.value>500", "--data", str(path), "--count")
    assert (done.status, done.out) == (2, "")
    assert f"the data is empty: there is no record in {path}" in done.err


def test_what_is_broken_in_the_middle_is_told_after_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    pl.DataFrame({"currentTxn.value": [float(n) for n in range(60_000)]}).write_parquet(
        path, row_group_size=20_000, compression="zstd"
    )
    data = bytearray(path.read_bytes())
    middle = len(data) * 3 // 5
    data[middle : middle + 4000] = b"\xaa" * 4000
    path.write_bytes(data)
    records = list(read(str(path)))
    assert len(records) > 10_000
    assert records[-1].context is None
    assert records[-1].reason.startswith("Parquet is damaged from here on")


def test_without_the_extra_the_message_says_what_to_install(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bills.parquet"
    pl.DataFrame({"currentTxn.value": [1.0]}).write_parquet(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = call("eval", "currentTxn.value>500", "--data", str(path))
    assert done.status == 2
    assert done.err == f"targetexpr: {path} is Parquet; reading it needs pyarrow: pip install 'targetexpr[tables]'\n"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("delimter=;", "unknown 'delimter'; did you mean delimiter?"),
        ("delimiter=;;", "delimiter is ';;'; expected a character"),
        ("decimal=dot", "decimal is 'dot'; expected point or comma"),
        ("dates=DMY", "dates is 'DMY'; expected day-first or month-first"),
        ("encoding=utf-9", "encoding is 'utf-9'; expected utf-8"),
        ("header=maybe", "header is 'maybe'; expected yes, no, or the line"),
        ("semicolon", "expected a name and a value such as delimiter=;"),
    ],
)
def test_what_cannot_be_said_of_a_table(bills: Path, said: str, error: str, call: Call) -> None:
    done = call("eval", "currentTxn.value>500", "--data", str(bills), "--read", said)
    assert done.status == 2
    assert error in done.err


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("columns = ", "line 1, column 11: Not valid TOML"),
        ("[column]\n", "unknown key `column`"),
        ("[columns]\nAmount = 5\n", "`Amount` is no name of a record"),
        ('[columns]\nAmuont = "currentTxn.value"\n', "did you mean `Amount`?"),
        ('[columns]\nAmount = "currentTnx.value"\n', "did you mean `currentTxn`?"),
        ('[columns]\nAmount = "currentTxn.value"\n[read]\ndates = "DMY"\n', "expected day-first or month-first"),
    ],
)
def test_maps_that_are_wrong(bills: Path, text: str, error: str, tmp_path: Path, call: Call) -> None:
    map_file = tmp_path / "map.toml"
    map_file.write_text(text)
    done = call("eval", "currentTxn.value>500", "--data", str(bills), "--columns", str(map_file))
    assert (done.status, done.out) == (2, "")
    assert error in done.err


def test_simulating_on_a_table_needs_the_head_of_records(bills: Path, tmp_path: Path, call: Call) -> None:
    group = tmp_path / "group.json"
    plan = ("--name", "W", "--start", "2024-01-01", "--every", "month", "--cycles", "3", "--spend", "500")
    group.write_text(call("target", "new", *plan).out)
    map_file = tmp_path / "map.toml"
    text = call("data", "map", str(bills)).out
    map_file.write_text(text, encoding="utf-8")
    options = ("target", "simulate", str(group), "--columns", str(map_file), "--data")
    refused = call(*options, str(bills))
    assert refused.status == 2
    assert "no column holds `type`" in refused.err
    assert '`[constants]`, `type = "TransactionAdd"`' in refused.err
    map_file.write_text(text.replace("# [constants]", "[constants]").replace("# type", "type"), encoding="utf-8")
    done = call(*options, str(bills), "--output", "csv", "--table", "progress")
    lines = tmp_path / "bills.jsonl"
    values = (("b1", "ann", "2024-01-31", 1234.5), ("b2", "bob", "2024-02-03", 80.25), ("b3", "ann", "2024-02-04", 510))
    lines.write_text(
        "\n".join(
            json.dumps({"id": a, "customerId": b, "type": "TransactionAdd", "date": c, "currentTxn": {"value": d}})
            for a, b, c, d in values
        )
    )
    same = call("target", "simulate", str(group), "--data", str(lines), "--output", "csv", "--table", "progress")
    assert (done.status, done.out) == (0, same.out)
    assert "ann" in done.out


def test_commands_without_tables_import_nothing_of_them(tmp_path: Path) -> None:
    code = (
        "import sys; from targetexpr.cli.main import main; "
        "main(['eval', 'currentTxn.value>1', '--data', '{\"currentTxn\":{\"value\":2}}']); "
        "main(['json', 'a==1']); "
        "print([name for name in ('polars', 'pyarrow', 'duckdb', 'csv', 'targetexpr.records.open_table', "
        "'targetexpr.records.columns', 'targetexpr.records.dialect') if name in sys.modules])"
    )
    import subprocess

    from tests.cli.command import environment

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), cwd=tmp_path, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_command_as_a_process(bills: Path) -> None:
    done = spawn("data", "head", str(bills))
    assert done.status == 0
    assert "Bill No" in done.out
