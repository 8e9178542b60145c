"""`evaluate_table` over every kind of table: the answers of `evaluate` over the records that it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

from targetexpr.base.errors import InputError
from targetexpr.tables.errors import TableError
from targetexpr.targets import EvaluationError, evaluate, evaluate_table
from targetexpr.targets.scale.database import memory_of

GROUP: dict[str, Any] = {
    "name": "three months",
    "trackingType": "STREAKS",
    "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
    "periods": [
        {"refCode": "Jan", "startDate": "2024-01-01", "endDate": "2024-01-31"},
        {"refCode": "Feb", "startDate": "2024-02-01", "endDate": "2024-02-29"},
        {"refCode": "Mar", "startDate": "2024-03-01", "endDate": "2024-03-31"},
    ],
    "targets": [
        {
            "name": "spend",
            "targetEntity": "TRANSACTION",
            "targetType": "SALES",
            "expression": "currentTxn.value>100",
            "defaultValues": [{"defaultValue": 500}, {"defaultValue": 500}, {"defaultValue": 500}],
        }
    ],
    "streaks": [{"name": "two", "targetCountOfSequence": 2}, {"name": "three", "targetCountOfSequence": 3}],
}
RECORDS: list[dict[str, Any]] = [
    {"id": f"b{number}", "customerId": f"c{number % 7}", "type": "TransactionAdd",
     "date": f"2024-0{1 + number % 3}-{1 + number % 28:02}T10:00:00Z",
     "currentTxn": {"value": 90.5 + 20 * (number % 23)}}
    for number in range(200)
]  # fmt: skip
FLAT = [
    {**{k: v for k, v in one.items() if k != "currentTxn"}, "currentTxn.value": one["currentTxn"]["value"]}
    for one in RECORDS
]


def csv(path: Path) -> object:
    polars.DataFrame(FLAT).write_csv(path)
    return path


def parquet(path: Path) -> object:
    polars.DataFrame(FLAT).write_parquet(path)
    return str(path)


def structs(path: Path) -> object:
    polars.DataFrame(RECORDS).write_parquet(path)
    return path


def excel(path: Path) -> object:
    path = path.with_suffix(".xlsx")
    polars.DataFrame(FLAT).write_excel(path)
    return path


def lines(path: Path) -> object:
    path.write_text("".join(json.dumps(one) + "\n" for one in RECORDS), encoding="utf-8")
    return path


def two_files(path: Path) -> object:
    parts = [path.with_suffix(".1.parquet"), path.with_suffix(".2.csv")]
    polars.DataFrame(FLAT[:90]).write_parquet(parts[0])
    polars.DataFrame(FLAT[90:]).write_csv(parts[1])
    return parts


TABLES: dict[str, Callable[[Path], object]] = {
    "csv": csv,
    "parquet": parquet,
    "structs": structs,
    "excel": excel,
    "lines": lines,
    "two files": two_files,
    "polars": lambda _: polars.DataFrame(FLAT),
    "lazy": lambda _: polars.LazyFrame(FLAT),
    "pandas": lambda _: pandas.DataFrame(FLAT),
    "arrow": lambda _: pyarrow.Table.from_pylist(RECORDS),
    "duckdb": lambda _: duckdb.connect().from_arrow(pyarrow.Table.from_pylist(FLAT)),
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_of_any_kind(kind: str, tmp_path: Path) -> None:
    expected = evaluate(GROUP, RECORDS, timezone="Asia/Kolkata")
    table = TABLES[kind](tmp_path / "bills")
    with evaluate_table(GROUP, table, timezone="Asia/Kolkata") as found:
        assert list(found.periods.rows()) == expected.tables()["progress"]
        assert list(found.levels.rows()) == expected.tables()["levels"]
        assert list(found.customers.rows()) == expected.tables()["streaks"]
        assert found.now == expected.now
        assert found.customer("c3").customers["c3"] == expected.customers["c3"]


def test_tables_of_a_result() -> None:
    expected = evaluate(GROUP, RECORDS, timezone="Asia/Kolkata").tables()
    with evaluate_table(GROUP, polars.DataFrame(FLAT), timezone="Asia/Kolkata") as found:
        arrow = found.periods.arrow()
        assert arrow.schema.field("achieved_on").type == pyarrow.timestamp("us", tz="Asia/Kolkata")
        assert pyarrow.types.is_decimal(arrow.schema.field("progress").type)
        assert arrow.to_pylist() == expected["progress"]
        assert found.levels.polars()["status"].to_list() == [row["status"] for row in expected["levels"]]
        reached = sum(row["period"] is not None for row in expected["levels"])
        assert found.levels.duckdb().aggregate("count(period)").fetchall() == [(reached,)]
        assert found.reported.arrow().num_rows == 0
        assert found.periods.arrow()["start"].to_pylist()[0] == date(2024, 1, 1)


def test_figures_of_more_than_38_digits_stay_text() -> None:
    bills = [
        {**RECORDS[0], "currentTxn": {"value": Decimal(10) ** 30}},
        {**RECORDS[1], "currentTxn": {"value": Decimal("100.1234567891")}},
    ]
    with evaluate_table(
        GROUP,
        pyarrow.Table.from_pylist(
            [{**one, "currentTxn": None, "currentTxn.value": str(one["currentTxn"]["value"])} for one in bills]
        ),
    ) as found:
        assert "100.1234567891" in found.periods.arrow()["progress"].to_pylist()


def test_close_customers() -> None:
    with evaluate_table(GROUP, polars.DataFrame(FLAT)) as found, pytest.raises(KeyError, match="did you mean c0"):
        found.customer("C0")


def test_records_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    path = tmp_path / "bills.jsonl"
    path.write_text(
        json.dumps(RECORDS[0]) + "\n{broken\n" + json.dumps({**RECORDS[1], "date": "never"}) + "\n", "utf-8"
    )
    told: list[str] = []
    with evaluate_table(GROUP, path, tell=told.append) as found:
        assert found.unread == 1
        assert told[0].startswith(f"{path}, line 2: ")
        assert [row["record"] for row in found.reported.rows()] == ["b1"]
        assert found.summary().customers == 1


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="int is no table"):
        evaluate_table(GROUP, 3)
    with pytest.raises(InputError, match="no column holds `customerId`"):
        evaluate_table(GROUP, polars.DataFrame(FLAT).drop("customerId"))
    with pytest.raises(InputError, match="cannot read"):
        evaluate_table(GROUP, tmp_path / "none.parquet")
    with pytest.raises(ValueError, match="engine is"):
        evaluate_table(GROUP, polars.DataFrame(FLAT), engine="fast")  # type: ignore[arg-type]
    with pytest.raises(EvaluationError):
        evaluate_table({**GROUP, "targets": [{**GROUP["targets"][0], "defaultValues": []}]}, polars.DataFrame(FLAT))
    with pytest.raises(ValueError, match="is no size of memory"):
        memory_of("much")


def test_no_record_at_all() -> None:
    with evaluate_table(GROUP, polars.DataFrame(FLAT).clear(), enrolment=["c1"]) as found:
        assert [row["customer"] for row in found.customers.rows()] == ["c1"]
        assert found.now is None


def test_columns_by_a_map() -> None:
    bills = polars.DataFrame(FLAT).rename({"currentTxn.value": "amount", "customerId": "who"})
    with evaluate_table(GROUP, bills, columns={"amount": "currentTxn.value", "who": "customerId"}) as found:
        assert list(found.periods.rows()) == evaluate(GROUP, RECORDS).tables()["progress"]
