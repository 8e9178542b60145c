"""Records written in every format: read back they are what they were, and what cannot be written is told."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from targetexpr.base.errors import InputError
from targetexpr.records import writing
from targetexpr.records.own_columns import Row, beside, distinct, nested, own_row
from targetexpr.records.reader import read
from targetexpr.records.record import Record
from targetexpr.records.writing import ROW_FORMATS, RowFormat, row_writer

ROWS: list[Row] = [
    {"id": "b1", "currentTxn.value": 620, "currentTxn.notes": 'say "hi", twice\n', "currentCustomer.isLoyal": True},
    {"id": "b2", "currentTxn.value": 62.5, "currentTxn.lineItems": [{"qty": 2}], "verdict": "yes"},
    {"id": "b3", "currentTxn.value": None, "currentTxn.lineItems": [{"qty": 1, "code": "007"}], "verdict": "null"},
]


def written(path: Path, rows: list[Row], format: RowFormat) -> Path:
    with row_writer(str(path), format) as writer:
        for row in rows:
            writer.write(dict(row))
    return path


@pytest.mark.parametrize("format", ROW_FORMATS)
def test_what_is_written_is_read_back(format: RowFormat, tmp_path: Path) -> None:
    """Columns that only later rows have are there for all, and the rows keep their order."""
    path = written(tmp_path / f"bills.{format}", ROWS, format)
    found = [record.context for record in read(str(path))]
    assert [one and one["id"] for one in found] == ["b1", "b2", "b3"]
    bills = [one["currentTxn"] for one in found if one is not None]
    assert all(isinstance(bill, dict) for bill in bills)
    assert [str(bill["value"]) for bill in bills][1:] == ["62.5", "None"]
    assert float(bills[0]["value"]) == 620
    assert bills[0]["notes"] == 'say "hi", twice\n'
    items = bills[2]["lineItems"]
    assert isinstance(items, list)
    assert {name: value for name, value in items[0].items() if value is not None} == {"qty": 1, "code": "007"}


def test_typed_columns_keep_every_digit(tmp_path: Path) -> None:
    rows: list[Row] = [
        {
            "exact": Decimal("0.10"),
            "odd": 0.1,
            "wide": 2**53 + 1,
            "huge": 2**64,
            "at": datetime(2024, 1, 31, 10, tzinfo=UTC),
            "on": date(2024, 1, 31),
            "mixed": 1,
            "none": None,
            "empty": {},
            "nan": float("nan"),
        },
        {"exact": 3, "odd": Decimal("0.10000000000000001"), "wide": 0.5, "mixed": "a lot", "nan": 1.5},
    ]
    frame = pl.read_parquet(written(tmp_path / "a.parquet", rows, "parquet"))
    assert frame["exact"].to_list() == [Decimal("0.10"), Decimal(3)]
    assert frame["odd"].to_list() == ["0.1", "0.10000000000000001"]
    assert frame["wide"].to_list() == ["9007199254740993", "0.5"]
    assert frame["huge"].to_list() == ["18446744073709551616", None]
    assert frame["at"].to_list() == [datetime(2024, 1, 31, 10, tzinfo=UTC), None]
    assert frame["on"].to_list() == [date(2024, 1, 31), None]
    assert frame["mixed"].to_list() == ["1", "a lot"]
    assert frame["none"].to_list() == [None, None]
    assert frame["empty"].to_list() == ["{}", None]
    assert frame["nan"].to_list() == [None, 1.5]


def test_lists_whose_items_differ_from_batch_to_batch_are_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_BATCH", 1)
    same: list[Row] = [{"items": [{"qty": 1}]}, {"items": [{"qty": 2, "code": "a"}]}]
    frame = pl.read_parquet(written(tmp_path / "a.parquet", same, "parquet"))
    assert frame["items"].to_list() == [[{"qty": 1, "code": None}], [{"qty": 2, "code": "a"}]]
    others: list[Row] = [{"items": [{"qty": 2**60}]}, {"items": [{"qty": 2.5}]}]
    frame = pl.read_parquet(written(tmp_path / "b.parquet", others, "parquet"))
    assert frame["items"].to_list() == [f'[{{"qty": {2**60}}}]', '[{"qty": 2.5}]']


def test_workbooks_hold_values_and_no_formulas(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"id": "007", "value": 620.5, "notes": "=1+1", "at": datetime(2024, 1, 31, 10), "on": date(2024, 1, 31)},
        {
            "id": "008",
            "value": Decimal("0.10000000000000001"),
            "notes": "https://x",
            "at": None,
            "on": date(1800, 1, 1),
        },
    ]
    path = written(tmp_path / "a.xlsx", rows, "xlsx")
    found = pl.read_excel(path, infer_schema_length=0, read_options={"dtypes": "string"})
    assert found["id"].to_list() == ["007", "008"]
    assert found["value"].to_list() == ["620.5", "0.10000000000000001"]
    assert found["notes"].to_list() == ["=1+1", "https://x"]
    assert found["at"].to_list() == ["2024-01-31 10:00:00", None]
    assert found["on"][1] == "1800-01-01"


def test_limits_of_workbooks_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"at most 32,767 characters, and one of column `notes` has 40,000"):
        written(tmp_path / "a.xlsx", [{"notes": "x" * 40_000}], "xlsx")
    with pytest.raises(InputError, match=r"at most 16,384 columns, and there are 16,385"):
        written(tmp_path / "a.xlsx", [{str(at): at for at in range(16_385)}], "xlsx")
    monkeypatch.setattr(writing, "_SHEET_ROWS", 2)
    with pytest.raises(InputError, match=r"at most 2 rows, and there are more; write CSV or Parquet"):
        written(tmp_path / "a.xlsx", ROWS, "xlsx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", ROW_FORMATS)
def test_what_cannot_be_written_is_told_and_what_was_there_stays(format: RowFormat, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write /dev/full: No space left on device"):
        written(Path("/dev/full"), ROWS * 10_000, format)
    with pytest.raises(InputError, match=r"cannot write .*/none/a: No such file or directory"):
        written(tmp_path / "none" / "a", ROWS, format)
    with pytest.raises(InputError, match="Is a directory"):
        written(tmp_path, ROWS, format)
    there = tmp_path / f"a.{format}"
    there.write_text("mine")

    def interrupted() -> None:
        with row_writer(str(there), format) as rows:
            rows.write(dict(ROWS[0]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert there.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == [there.name]


def test_csv_with_known_headings_is_written_at_once(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with row_writer(None, "csv", ["id", "verdict"]) as rows:
        rows.write({"id": "b1", "verdict": "yes"})
        assert capsysbinary.readouterr().out == b"id,verdict\nb1,yes\n"
        rows.write({"verdict": "no"})
    assert capsysbinary.readouterr().out == b",no\n"


@pytest.mark.parametrize("format", ROW_FORMATS)
def test_standard_output_takes_every_format(format: RowFormat, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    with row_writer(None, format) as rows:
        rows.write({"id": "b1", "value": 620})
    data = capsysbinary.readouterr().out
    match format:
        case "csv":
            assert list(csv.reader(io.StringIO(data.decode()))) == [["id", "value"], ["b1", "620"]]
        case "jsonl":
            assert json.loads(data) == {"id": "b1", "value": 620}
        case "parquet":
            assert pl.read_parquet(io.BytesIO(data)).to_dicts() == [{"id": "b1", "value": 620}]
        case "xlsx":
            assert pl.read_excel(io.BytesIO(data)).to_dicts() == [{"id": "b1", "value": 620}]


def test_rows_of_records() -> None:
    assert own_row(Record(1, {"currentTxn": {}, "currentStore": None, "x": {"a": {"b": 1}}})) == {
        "currentTxn": {},
        "currentStore": None,
        "x.a": {"b": 1},
    }
    assert own_row(Record(1, {"a": 1}, row={"A": "1"})) == {"A": "1"}
    assert beside({"verdict": 1, "verdict (2)": 2}, {"verdict": 3})["verdict (3)"] == 3
    assert distinct(["a", "a (2)", "a"]) == ["a", "a (2)", "a (3)"]
    assert nested({"a.b": 1, "a": 2, "No. of bills": 3, "c.": 4}) == {"a.b": 1, "a": 2, "No. of bills": 3, "c.": 4}
