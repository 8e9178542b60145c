"""`eval --count` goes by columns and by layouts: the same counts, the same reports, the same status as row by row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from targetexpr.cli import counting
from targetexpr.records import layouts, reader, text_blocks
from targetexpr.records.column_batches import ColumnBatch
from tests.cli.command import Call, Done

RULE = 'currentTxn.value>500&&currentCustomer.slabName=="Gold"'
DATES = "currentTxn.date>=currentCustomer.joinDate||currentTxn.value%2==0"
HEAD = "id,date,currentTxn.value,currentCustomer.slabName,Till\n"


@pytest.fixture
def same(call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Counts a file in batches and row by row, in blocks of several sizes; what both say."""

    def compare(rule: str, path: Path, *more: str, batches: bool | None = True) -> Done:
        arguments = ("eval", rule, "--data", str(path), "--count", *more)
        found = call(*arguments)
        with monkeypatch.context() as patch:
            patch.setattr(counting, "is_counted_in_batches", lambda *_: False)
            assert call(*arguments) == found
        seen: list[int] = []
        for size in (40, 200):
            with monkeypatch.context() as patch:
                patch.setattr(text_blocks, "BLOCK_BYTES", size)
                patch.setattr(text_blocks, "_FARTHEST", size)
                patch.setattr(reader, "BATCH_LINES", 2)
                columns, contexts = counting._Counting._by_columns, counting._Counting.contexts

                def by_columns(self: object, batch: ColumnBatch, columns: Callable[..., object] = columns) -> object:
                    counts = columns(self, batch)
                    seen.append(counts is not None)
                    return counts

                def by_context(self: object, *given: object, contexts: Callable[..., bool] = contexts) -> bool:
                    seen.append(1)
                    return contexts(self, *given)

                patch.setattr(counting._Counting, "_by_columns", by_columns)
                patch.setattr(counting._Counting, "contexts", by_context)
                assert call(*arguments) == found
        assert batches in (None, any(seen)), "whether anything was counted in a batch"
        return found

    return compare


CLEAN = "".join(
    f"b{number},2024-01-{number % 28 + 1:02},{number * 37 % 1000}.{number % 100:02},{'Gold' * (number % 2)},{number}\n"
    for number in range(40)
)
ODD = {
    "clean": CLEAN,
    "a number that is none": CLEAN + "b,2024-01-01,a lot,Gold,1\n" + CLEAN,
    "words for null": CLEAN + "b,2024-01-01,NA,Gold,1\nc,2024-01-01,-,Gold,1\n" + CLEAN,
    "money": CLEAN + 'b,2024-01-01,"$1,200.50",Gold,1\nc,,"600 $",Gold,2\nd,,600 €,Gold,2\n' + CLEAN,
    "groups": CLEAN + 'b,2024-01-01,"1,200.50",Gold,1\nc,,"12,00.5",Gold,2\n' + CLEAN,
    "a row too wide": CLEAN + "b,2024-01-01,620,Gold,1,2,3\n" + CLEAN,
    "a row too short": CLEAN + "b,2024-01-01,620\n" + CLEAN,
    "empty cells at the end": CLEAN + "b,2024-01-01,620,Gold,1,,\n" + CLEAN,
    "blank lines": CLEAN + "\n   \n\n" + CLEAN,
    "quoted line ends": CLEAN + 'b,2024-01-01,620,"Go\nld",1\nc,,"620","Gold","x, ""y"""\n' + CLEAN,
    "a quote that is not closed": CLEAN + 'b,2024-01-01,620,"Gold,1\n' + CLEAN,
    "inches": CLEAN + 'b,2024-01-01,620,5" Gold,1\nc,,7,"a\nb",5"\n' + CLEAN,
    "text behind a quote": CLEAN + 'b,2024-01-01,620,"Gold"s,1\n' + CLEAN,
    "windows": CLEAN.replace("\n", "\r\n"),
    "a return alone": CLEAN + "b,2024-01-01,620,Gold,1\rc,,1,Gold,2\n" + CLEAN,
    "no end": CLEAN.removesuffix("\n"),
    "nul": CLEAN + "b,,62\x000,Gold,1\n" + CLEAN,
    "many digits": CLEAN + "b,,500.00000000000000000001,Gold,1\nc,,0.1000000000000000055,Gold,1\n",
    "forms of numbers": CLEAN
    + "a,,+620,Gold,1\nb,,0620,Gold,1\nc,,1e3,Gold,1\nd,,.5,Gold,1\ne,, 620 ,Gold,1\nf,,-0,Gold,1\n"
    "g,,620.,Gold,1\nh,,(620),Gold,1\ni,,620-,Gold,1\nj,,٦٢٠,Gold,1\nk,,1e400,Gold,1\nl,,inf,Gold,1\nm,,NaN,Gold,1\n",
    "other dates": CLEAN
    + "b,31/01/2024,620,Gold,1\nc,2024-02-31,620,Gold,1\nd,1704186000,620,Gold,1\ne,soon,1,Gold,1\n",
    "umlauts": CLEAN + "ä,,620,Göld,1\n" + CLEAN,
    "blanks in cells": CLEAN + "b,  ,   ,  ,1\n" + CLEAN,
    "nothing": "",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("more", [(), ("--on-error", "stop"), ("--on-error", "null")], ids=" ".join)
def test_text(name: str, more: tuple[str, ...], tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(HEAD + ODD[name], encoding="utf-8", newline="")
    done = same(RULE, path, *more, batches=None if name in ("nothing", "nul") else True)
    if name == "clean":
        assert done.out.startswith("40 records, ")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_encodings(encoding: str, tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.csv"
    path.write_bytes((HEAD + CLEAN + "ä,,620,Gold,1\n" + CLEAN).encode(encoding))
    same(RULE, path, batches=encoding != "utf-16")
    path.write_bytes((HEAD + CLEAN).encode() + b"\xff,,620,Gold,1\n" + CLEAN.encode())
    same(RULE, path, "--read", "encoding=utf-8")


def test_decimal_commas_and_other_delimiters(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.csv"
    cells = ["1.234,50", "620,5", "500", "12.345.678,9", "-1,0", "", "7,25"] * 20
    path.write_text("currentTxn.value;id\n" + "".join(f"{cell};{at}\n" for at, cell in enumerate(cells)))
    assert same("currentTxn.value>500", path).out == "140 records, 60 yes, 60 no, 20 null, 0 errors\n"
    path.write_text(path.read_text() + "1.23,5;x\n12,5,5;y\n")
    assert same("currentTxn.value>500", path).out == "142 records, 60 yes, 60 no, 20 null, 2 errors\n"
    path.write_text("sep=|\ncurrentTxn.value|id\n" + "620|1\n" * 30)
    assert same("currentTxn.value>500", path).out == "30 records, 30 yes, 0 no, 0 null, 0 errors\n"
    path.write_text("620|1\n" * 30)
    (tmp_path / "map.toml").write_text('[columns]\ncolumn1 = "currentTxn.value"\n')
    same("currentTxn.value>500", path, "--columns", str(tmp_path / "map.toml"))


def test_one_column(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("currentTxn.value\n" + '620\n\n""\n5\n  \n' * 20)
    same("currentTxn.value>500", path, batches=False)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_is_warned_about(kind: str, tmp_path: Path, same: Callable[..., Done]) -> None:
    """Members that nobody reads, types but for a slip, dates in seconds: with the same counts and first lines."""
    path = tmp_path / f"bills.{kind}"
    frame = pl.DataFrame(
        {
            "id": [f"b{number}" for number in range(30)],
            "type": ["TransactionAdd"] * 20 + ["transactionAdd"] * 5 + ["TransactionAdd"] * 5,
            "date": [1704186000000] * 10 + [1704186000] * 20,
            "currentTxn.vlaue": [1] * 30,
            "currentTxn.value": [620, 5] * 15,
        }
    )
    frame.write_csv(path) if kind == "csv" else frame.write_parquet(path)
    done = same("currentTxn.value>500", path, batches=False)
    assert "Unknown member `currentTxn.vlaue`; it counts for nothing (30 records, first in" in done.err
    clean = frame.head(20).drop("date")
    clean.write_csv(path) if kind == "csv" else clean.write_parquet(path)
    done = same("currentTxn.value>500", path)
    assert "(20 records, first in" in done.err


def test_what_rules_read_beside_numbers(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.csv"
    path.write_text(
        "currentTxn.date,currentCustomer.joinDate,currentTxn.value,currentCustomer.isLoyal\n"
        + "2024-01-31T10:15:00Z,2024-01-31,1,TRUE\n2024-01-30,2024-01-31 00:00,2,no\n,2024-02-29,3,\n" * 20
        + ",2024-02-30,3,\n"
        + "31.01.2024,2024-01-31,4,yes\n"
    )
    same(DATES, path)
    same("currentCustomer.isLoyal", path)
    same("currentTxn.value.isNull()||currentTxn.date>currentCustomer.joinDate", path)
    same('currentTxn.notes=="a"', path, batches=False)


def test_parquet(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.parquet"
    texts = ["620", "", None, "5"] * 20
    frames = {
        "numbers": pl.DataFrame({"currentTxn.value": [620.5, None, float("nan"), 5.0] * 30, "x": [1] * 120}),
        "text": pl.DataFrame({"currentTxn.value": texts}),
        "words": pl.DataFrame({"currentTxn.value": [*texts, "1e3", "12345678901234567890", "a lot"]}),
        "infinite": pl.DataFrame({"currentTxn.value": [1.0, float("inf")]}),
        "wide": pl.DataFrame({"currentTxn.value": [2**60, 5]}),
        "boolean": pl.DataFrame({"currentTxn.value": [True, False]}),
        "narrow": pl.DataFrame({"currentTxn.value": pl.Series([500.1, 0.1], dtype=pl.Float32)}),
        "decimal": pl.DataFrame({"currentTxn.value": pl.Series(["500.10", "0.1"]).str.to_decimal(scale=2)}),
        "null": pl.DataFrame({"currentTxn.value": [None, None]}),
        "none": pl.DataFrame({"currentTxn.value": pl.Series([], dtype=pl.Float64)}),
    }
    for name, frame in frames.items():
        frame.write_parquet(path, row_group_size=50)
        for more in ((), ("--on-error", "null"), ("--on-error", "stop")):
            same(
                "currentTxn.value>500",
                path,
                *more,
                batches=name not in ("words", "infinite", "boolean", "none") or None,
            )
    pl.DataFrame({"currentTxn.number": pl.Series(["a", "b", ""] * 40, dtype=pl.Categorical)}).write_parquet(path)
    same('currentTxn.number=="a"', path)
    pl.DataFrame({"currentTxn.number": [7.0, 7.5]}).write_parquet(path)
    same('currentTxn.number=="7"', path, batches=False)


def test_a_broken_parquet_file_says_where(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.parquet"
    pl.DataFrame({"currentTxn.value": [float(number * 7919 % 100_003) / 7 for number in range(60_000)]}).write_parquet(
        path, row_group_size=20_000, compression="snappy"
    )
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2_000] = b"\xff" * 2_000
    path.write_bytes(bytes(data))
    done = same("currentTxn.value>500", path, batches=True)
    assert (done.status, "damaged from here on" in done.err) == (2, True)


# --- lines of JSON


def lines(*records: object, compact: bool = False) -> str:
    separators = (",", ":") if compact else None
    return "".join(json.dumps(record, ensure_ascii=False, separators=separators) + "\n" for record in records)


BILL = {"id": "b1", "date": "2024-01-02", "currentTxn": {"value": 620.5}, "currentCustomer": {"slabName": "Gold"}}
OTHER = {**BILL, "currentTxn": {"value": 80}}
MANY = lines(*[BILL, OTHER] * 10)
ODD_LINES = {
    "clean": MANY,
    "compact": lines(*[BILL, OTHER] * 10, compact=True),
    "broken": MANY + '{"id": "b1", "currentTxn": {"value": 1}\n' + MANY,
    "no object": MANY + "[1]\n7\n\n   \n" + MANY,
    "twice": MANY + MANY.splitlines()[0].replace('"id": "b1"', '"id": "b1", "id": "b2"') + "\n" + MANY,
    "not a number": MANY + lines({**BILL, "currentTxn": {"value": "x"}}) + MANY,
    "text": MANY + lines({**BILL, "currentTxn": {"value": "620.5"}}, {**BILL, "currentTxn": {"value": True}}) + MANY,
    "nulls": MANY + lines({**BILL, "currentTxn": {"value": None}}, {**BILL, "currentTxn": None}) + MANY,
    "digits": MANY
    + "".join(
        MANY.splitlines()[0].replace("620.5", number) + "\n"
        for number in (
            "500.00000000000000001",
            "-0",
            "-0.0",
            "1e3",
            "0500",
            "12345678901234567890",
            "620.50",
            "NaN",
            ".5",
        )
    ),
    "escapes": MANY + lines({**BILL, "id": 'a"b\\c\t'}) * 5 + '{"id": "\\ud800", "currentTxn": {"value": 1}}\n' + MANY,
    "controls": MANY + MANY.splitlines()[0].replace("b1", "b\x01") + "\n" + MANY,
    "umlauts": lines({**BILL, "currentCustomer": {"slabName": "Göld"}}) * 5 + MANY.replace("Gold", "\\u0047old"),
    "unknown": lines({**BILL, "stroeId": 7}) * 5 + MANY + lines({**BILL, "currentTxn": {"value": 1, "vlaue": 2}}) * 3,
    "types": MANY + lines({**BILL, "type": "TransactionAdd"}) * 4 + lines({**BILL, "type": "transactionAdd"}) * 3,
    "seconds": lines(
        *[{**BILL, "date": date} for date in (1704186000000, 1704186000000, 1704186000, "2024-01-01", 7, None)]
    ),
    "flat": lines({"value": 620, "slabName": "Gold"}) * 5 + MANY,
    "no profile": lines({"currentTxn": {"value": 620}}) * 5 + MANY,
    "events": lines({**BILL, "type": "GymVisit", "currentEvent": {"minutes": 45}}) * 4,
    "items": lines(
        *[
            {**BILL, "currentTxn": {"value": 620, "lineItems": items}}
            for items in (
                [{"qty": 1}],
                [{"qty": 1}, {"qty": 2, "code": "a"}],
                [],
                None,
                [{"brnad": "x"}],
                [{"qty": 3}] * 3,
            )
        ]
        * 3
    ),
    "many layouts": "".join(lines({**BILL, f"x{number}": 1}) * 2 for number in range(20)),
    "order": lines(*[dict(reversed(BILL.items())), BILL] * 5),
    "windows": MANY.replace("\n", "\r\n"),
    "no end": MANY.removesuffix("\n"),
    "trailing": MANY + MANY.splitlines()[0] + " x\n" + MANY.splitlines()[0] + "   \n",
}


@pytest.mark.parametrize("name", ODD_LINES)
@pytest.mark.parametrize("more", [(), ("--on-error", "stop"), ("--on-error", "null")], ids=" ".join)
def test_json_lines(name: str, more: tuple[str, ...], tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text(ODD_LINES[name], encoding="utf-8", newline="")
    done = same(RULE, path, *more, batches=None)
    if name == "clean":
        assert done.out == "20 records, 10 yes, 10 no, 0 null, 0 errors\n"


def test_lines_of_one_profile(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text(lines(*[{"id": 1, "date": "2024-01-01", "value": value} for value in (620, 5, None, "x", 7.5)] * 4))
    assert (
        same("currentTxn.value>500", path, "--profile", "currentTxn").out
        == "20 records, 4 yes, 8 no, 4 null, 4 errors\n"
    )


def test_rules_that_read_whole_profiles(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.jsonl"
    bill = {
        "value": 5,
        "extField_a": "x",
        "lineItems": [{"amount": 200, "attributes": {"brand": "Puma"}}, {"amount": 1}],
    }
    path.write_text(lines(*[{"currentTxn": bill}, {"currentTxn": {**bill, "extField_a": "y", "lineItems": []}}] * 10))
    assert same('currentTxn.basketSum("brand","Puma")>100', path).out.startswith("20 records, 10 yes, 10 no")
    assert same('currentTxn.extField_a=="x"', path).out.startswith("20 records, 10 yes, 10 no")


def test_bytes_that_are_no_text(tmp_path: Path, same: Callable[..., Done]) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_bytes(MANY.encode() + b'{"id": "\xff", "currentTxn": {"value": 1}}\n' + MANY.encode())
    done = same(RULE, path)
    assert "line 21: Not valid UTF-8" in done.err
    assert layouts.MOST_LAYOUTS > 1
