"""`:export` of records, and `:find` by the columns that only the data has."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.repl.commands import Talk

RULE = "currentTxn.value>500"
TABLE = """\
id,storeId,Bill No,currentTxn.value
b1,S1,A-1,620
b2,S2,A-2,80
b3,S1,A-3,
b4,S2,B 4,900
"""


@pytest.fixture
def table(talk: Talk, tmp_path: Path) -> Talk:
    """A session with a rule and a table: yes, no, null, yes."""
    (tmp_path / "bills.csv").write_text(TABLE, encoding="utf-8")
    talk.do(RULE)
    talk.do(":load bills.csv")
    return talk


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('storeId == "S2"', 2),
        ("storeId S2", 2),
        ("storeId==S2", 2),
        ("storeId != S1", 2),
        ("id b3", 3),
        ('"Bill No" A-3', 3),
        ('"Bill No" == "A-2"', 2),
        ('"Bill No" B 4', 4),
        ("currentTxn.value 80", 2),
    ],
)
def test_find_by_a_column(wanted: str, found: int, table: Talk) -> None:
    assert f"record {found} of 4" in table.do(f":find {wanted}")
    assert table.session.state.number == found


@pytest.mark.parametrize("wanted", ["store S1", "S1 storeId", '"Bill" A-1', "true false"])
def test_what_no_record_has_is_no_column(wanted: str, table: Talk) -> None:
    assert "`:find` takes yes, no, null, error, or a condition" in table.refused(f":find {wanted}")


def test_members_of_json_are_found_as_columns(talk: Talk) -> None:
    talk.records('{"id": 7, "storeId": 50, "currentTxn": {"value": 1}}', '{"id": 8, "storeId": "51"}')
    talk.do(":load records.jsonl")
    for wanted in ("storeId 51", 'storeId == "51"', "id == 8"):
        talk.do(":record 1")
        assert "record 2 of 2" in talk.do(f":find {wanted}")


@pytest.mark.parametrize(
    ("which", "ids"),
    [("", ["b1", "b4"]), (" yes", ["b1", "b4"]), (" no", ["b2"]), (" null", ["b3"]), (" storeId S1", ["b1", "b3"])],
)
def test_export_writes_matching_records(which: str, ids: list[str], table: Talk, tmp_path: Path) -> None:
    said = table.do(f":export out.csv{which}")
    assert said == f"wrote out.csv: {len(ids)} record{'s' * (len(ids) != 1)} of 4"
    rows = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "id,storeId,Bill No,currentTxn.value"
    assert [row.split(",")[0] for row in rows[1:]] == ids
    assert table.do(f":export out.csv{which}").startswith("replaced out.csv: ")


def test_the_name_says_the_format(table: Talk, tmp_path: Path) -> None:
    for name in ("out.jsonl", "out.parquet", "out.xlsx", "out.tsv", '"my bills.csv"'):
        assert "2 records of 4" in table.do(f":export {name}")
    first = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first == {"id": "b1", "storeId": "S1", "Bill No": "A-1", "currentTxn": {"value": 620}}
    assert pl.read_parquet(tmp_path / "out.parquet")["id"].to_list() == ["b1", "b4"]
    assert (tmp_path / "out.tsv").read_text(encoding="utf-8").startswith("id\tstoreId\tBill No\t")
    assert pl.read_excel(tmp_path / "out.xlsx")["currentTxn.value"].to_list() == [620, 900]
    assert (tmp_path / "my bills.csv").exists()


def test_edits_are_written_and_the_source_is_not(table: Talk, tmp_path: Path) -> None:
    table.do(":record 2")
    table.do(":set currentTxn.value 1000")
    assert "3 records of 4" in table.do(":export out.jsonl")
    values = [json.loads(line)["currentTxn"]["value"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert values == [620, 1000, 900]
    assert "is what the records are read from" in table.refused(":export bills.csv")
    assert (tmp_path / "bills.csv").read_text(encoding="utf-8") == TABLE


def test_records_are_needed_and_a_rule_where_it_decides(talk: Talk, table: Talk) -> None:
    del table
    talk.do(":export all.csv id b1")
    other = Talk(talk.folder)
    assert "no records" in other.refused(":export out.csv") or "`:load" in other.refused(":export out.csv")
    assert not (talk.folder / "out.csv").exists()
