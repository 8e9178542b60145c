"""A file as a frame: the same verdicts over its columns as by its rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from targetexpr import compile  # noqa: A004
from targetexpr.base.errors import InputError
from targetexpr.records.columns import ColumnMap, reads_of
from targetexpr.records.reader import read
from targetexpr.records.table import NotScannable, scan
from targetexpr.records.table_options import TableOptions

RULE = 'currentTxn.value>500&&currentCustomer.externalId=="007"&&currentTxn.date>currentCustomer.joinDate'
MAP: ColumnMap = {
    "amount": ("currentTxn.value",),
    "code": ("currentCustomer.externalId",),
    "when": ("currentTxn.date",),
    "since": ("currentCustomer.joinDate",),
}
CSV = """\
amount;code;when;since;till
"1.234,50 €";007;31.01.2024;01.01.2020;1
620,5;7;31.01.2024;01.01.2020;1
;007;31.01.2024;01.01.2020;2
500,01;007;31.01.2024 10:15;2024-01-31;2
500,00;007;31.01.2024;2020-01-01;2
viel;007;31.01.2024;2020-01-01;2
NA;007;31.01.2024;;2
"""
VERDICTS = [True, False, None, True, False, None, None]


def options_for(rule: str, columns: ColumnMap) -> TableOptions:
    return TableOptions(columns=columns, reads=reads_of([compile(rule).checked]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_columns_say_what_rows_say(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_bytes(CSV.encode(encoding))
    options = options_for(RULE, MAP)
    scanned = scan(str(path), options)
    rule = compile(RULE, on_error="null")
    assert scanned.frame.collect_schema()["currentTxn.value"] == pl.Float64
    assert rule.on(scanned.frame).column.to_list() == VERDICTS  # type: ignore[attr-defined]
    assert [rule.evaluate(record.context or {}) for record in read(str(path), lambda: options)] == VERDICTS
    assert any('column `amount` (currentTxn.value): 1 read as null, such as "viel"' in one for one in scanned.misfits)


def test_numbers_of_many_digits_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("currentTxn.value,x\n0.10000000000000001,1\n0.1,1\n12345678901234567.5,1\n")
    for rule, verdicts in (
        ("currentTxn.value==0.1", [False, True, False]),
        ("currentTxn.value==12345678901234567.5", [False, False, True]),
    ):
        scanned = scan(str(path), options_for(rule, {}))
        assert compile(rule).on(scanned.frame, rows=True).column.to_list() == verdicts  # type: ignore[attr-defined]


def test_parquet_is_read_when_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    pl.DataFrame({"amount": [620.5, 20.0, None], "till": [1, 2, 3]}).write_parquet(path)
    rule = "currentTxn.value>500"
    scanned = scan(str(path), options_for(rule, {"amount": ("currentTxn.value",)}))
    assert scanned.frame.collect_schema().names() == ["currentTxn.value"]
    assert compile(rule).on(scanned.frame).column.to_list() == [True, False, None]  # type: ignore[attr-defined]


def test_what_is_read_by_row_and_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    for broken in ("20,1,2,3", "20", '"20,1', '"20"1,1'):
        path.write_text(f"currentTxn.value,x\n620,1\n{broken}\n")
        with pytest.raises(NotScannable, match=r"bills\.csv"):
            scan(str(path), options_for("currentTxn.value>500", {}))
    path.write_text('{"currentTxn": {}}')
    with pytest.raises(NotScannable, match="is JSON"):
        scan(str(path), options_for("currentTxn.value>500", {}))
    path.write_text("amount,x\n620,1\n")
    with pytest.raises(InputError, match=r"no column holds `currentTxn.value`"):
        scan(str(path), options_for("currentTxn.value>500", {}))
