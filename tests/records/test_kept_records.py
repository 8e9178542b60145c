"""Records that are kept by number: each of them, its place and what is wrong with it, as the reader has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.schema import Schema
from targetexpr.records import kept_table, text_blocks
from targetexpr.records.formats import format_of
from targetexpr.records.json_index import JsonIndex, json_index
from targetexpr.records.kept_table import KeptTable, keep_table
from targetexpr.records.open_table import open_table
from targetexpr.records.reader import read_file
from targetexpr.records.record import Record
from targetexpr.records.sources import begun
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import TableRow

LINE = '{"id": "b1", "currentTxn": {"value": 620.10}}\n'
JSON = {
    "lines": LINE * 3,
    "blank lines": f"\n{LINE}\n  \n{LINE}",
    "no end": f"{LINE}{LINE}".rstrip(),
    "a mark at the beginning": f"\ufeff{LINE}{LINE}",
    "windows": (LINE * 2).replace("\n", "\r\n"),
    "bad lines": f'{LINE}{{"id": 1,}}\n[1]\n7\n{LINE}{{"id": 1, "id": 2}}\n',
    "a bad line first": f"nonsense\n{LINE}{LINE}",
    "an array": f'[{LINE},\n {LINE},\n 3, {{"id": "x\\n\U0001f389"}}]',
    "an array on one line": json.dumps([{"id": at} for at in range(5)]),
    "an array that breaks off": f"[{LINE}, {LINE}",
    "an object over lines": '{\n"id": 1,\r\n"currentTxn": {}}',
    "a list among lines": f"[1]\n{LINE}{LINE}",
    "members of many kinds": "".join(f'{{"id": {at}, "n{at % 20}": "\\u00e9"}}\n' for at in range(50)),
    "exact numbers": '{"value": 0.10000000000000001, "id": 12345678901234567890}\n{"value": 1E2}\n',
}


def index_of(path: Path, step: Callable[[int], None] = lambda _: None) -> JsonIndex:
    with path.open("rb") as file:
        _, stream, again = begun(str(path), file, again=True)
        return json_index(str(path), str(path), stream, f"{path}.copy", Schema.bundled(), step, again=again)


def same(found: Record, wanted: Record) -> bool:
    return found == wanted and repr(found.context) == repr(wanted.context)


@pytest.mark.parametrize("name", JSON)
def test_records_of_json_by_number(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.json"
    path.write_text(JSON[name], encoding="utf-8", newline="")
    wanted = list(read_file(str(path)))
    index = index_of(path)
    assert len(index) == len(wanted)
    assert all(same(index.record(at), wanted[at]) for at in reversed(range(len(index))))
    assert set(index.bad) == {at for at, one in enumerate(wanted) if one.context is None}


def test_compressed_json_by_number(tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl.gz"
    path.write_bytes(gzip.compress(JSON["bad lines"].encode()))
    wanted = list(read_file(str(path)))
    index = index_of(path)
    assert [index.record(at) for at in range(len(index))] == wanted


@pytest.mark.parametrize("text", ["", " \n", "nothing\nof\nthis\n", "[]"])
def test_json_without_a_record(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bills.json"
    path.write_text(text)
    with pytest.raises(InputError) as wanted:
        list(read_file(str(path)))
    with pytest.raises(InputError) as found:
        index_of(path)
    assert str(found.value) == str(wanted.value)


def test_what_a_step_raises_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "bills.json"
    path.write_text(LINE * 5_000)
    steps: list[int] = []

    def step(done: int) -> None:
        steps.append(done)
        if done > 3_000 * len(LINE):
            raise KeyError

    with pytest.raises(KeyError):
        index_of(path, step)
    assert steps == sorted(steps)
    assert len(steps) > 2


# ---- tables

HEAD = "id,currentTxn.value,Till\n"
ROWS = "".join(f"b{at},{at}.5,{at % 3}\n" for at in range(12))
CSV = {
    "rows": HEAD + ROWS,
    "no end": (HEAD + ROWS).rstrip(),
    "windows": (HEAD + ROWS).replace("\n", "\r\n"),
    "no headings": ROWS,
    "quoted line ends": HEAD + ROWS + 'x,"1\n2",3\n' + ROWS,
    "blank lines": HEAD + ROWS + "\n  \n" + ROWS + "\n",
    "empty cells": HEAD + 'x,,\n"",1,""\n' + ROWS,
    "rows of other widths": HEAD + "x,1\n" + ROWS + "y,1,2,3\nz,1,2,,,\n" + ROWS,
    "a quote inside": HEAD + ROWS + 'x,5" 2,3\n' + ROWS,
    "a quote that is not closed": HEAD + ROWS + 'x,"5,3\n' + ROWS,
    "one column": "id\n" + "a\n\n \nb\n",
    "a separator": "sep=;\nid;n\na;1\n",
    "cp1252": HEAD + "é,1,2\n" + ROWS,
}


def kept(path: Path, step: Callable[[int], None] = lambda _: None) -> KeptTable:
    with path.open("rb") as file:
        head, stream, again = begun(str(path), file, again=True)
        return keep_table(
            str(path),
            format_of(head, str(path)),
            head,
            stream,
            f"{path}.copy",
            TableOptions(),
            step,
            again=again,
            size=path.stat().st_size,
        )


def rows_of(path: Path) -> list[TableRow]:
    with path.open("rb") as file:
        head, stream, again = begun(str(path), file, again=True)
        table = open_table(str(path), format_of(head, str(path)), head, stream, again=again, options=TableOptions())
        return [TableRow(row.line, tuple(row.cells), row.problem) for row in table.rows]


def plain(rows: Iterator[TableRow]) -> list[TableRow]:
    return [TableRow(row.line, tuple(row.cells), row.problem) for row in rows]


def test_rows_of_compressed_text_by_number(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv.gz"
    path.write_bytes(gzip.compress(CSV["rows of other widths"].encode()))
    table = kept(path)
    assert plain(table.rows(0, len(table))) == rows_of(path)


@pytest.mark.parametrize("size", [40, 200, 8_000_000])
@pytest.mark.parametrize("name", CSV)
def test_rows_of_text_by_number(name: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_blocks, "BLOCK_BYTES", size)
    monkeypatch.setattr(text_blocks, "_FARTHEST", size)
    monkeypatch.setattr(kept_table, "SEGMENT_ROWS", 5)
    path = tmp_path / "bills.csv"
    path.write_bytes(CSV[name].encode("cp1252" if name == "cp1252" else "utf-8"))
    wanted = rows_of(path)
    table = kept(path)
    assert len(table) == len(wanted)
    assert plain(table.rows(0, len(table))) == wanted
    assert [*plain(iter([table.row(at) for at in range(len(table))]))] == wanted
    readable = [at for at, row in enumerate(wanted) if row.problem is None]
    for first in range(len(readable)):
        runs = table.runs(first, len(readable) - first)
        assert [at for number, count in runs for at in range(number, number + count)] == readable[first:]
    assert [table.readable(at) for at in readable] == list(range(len(readable)))


FRAME = pl.DataFrame(
    {
        "id": ["a", "b", None],
        "value": [1.5, None, 2.0],
        "day": pl.Series(["2024-01-31", None, "2024-02-29"]).str.to_date(),
        "at": pl.Series(["2024-01-31T10:00:00", None, "2024-02-29T00:00:01"]).str.to_datetime(time_unit="ns"),
        "kind": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
        "list": [[1, 2], None, []],
        "exact": pl.Series(["1.10", None, "2.00"]).cast(pl.Decimal(20, 2)),
        "small": pl.Series([0.1, 0.2, None], dtype=pl.Float32),
    }
)


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("ending", ["parquet", "arrow", "arrows", "xlsx"])
def test_rows_of_typed_tables_by_number(ending: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / f"bills.{ending}"
    match ending:
        case "parquet":
            FRAME.write_parquet(path, row_group_size=2)
        case "arrow":
            FRAME.write_ipc(path)
        case "arrows":
            FRAME.write_ipc_stream(path)
        case _:
            cells = FRAME.select("id", "value", "day", "at")
            pl.concat([cells[:2], cells.clear(1), cells[2:]]).write_excel(path)  # a row of nothing is none
    if packed:
        whole = path.read_bytes()
        path = tmp_path / f"{path.name}.gz"
        path.write_bytes(gzip.compress(whole))
    wanted = rows_of(path)
    table = kept(path)
    assert plain(table.rows(0, len(table))) == wanted
    assert repr(plain(table.rows(0, len(table)))) == repr(wanted)
    assert len(wanted) == 3


def test_a_damaged_table_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "bills.parquet"
    frame = pl.DataFrame({"id": [f"b{at}" for at in range(30_000)], "value": list(range(30_000))})
    frame.write_parquet(path, row_group_size=10_000, compression="snappy")
    data = bytearray(path.read_bytes())
    middle = len(data) * 2 // 3
    data[middle : middle + 200] = b"\xff" * 200
    path.write_bytes(data)
    wanted = rows_of(path)
    table = kept(path)
    assert wanted[-1].problem is not None
    assert plain(table.rows(0, len(table))) == wanted
    assert table.bad_numbers == (len(wanted) - 1,)
