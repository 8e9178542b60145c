"""What SQL leaves to the evaluator, and the reasons that it gives; and what a table must have."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from targetexpr.tables.errors import MissingColumns
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.duckdb_engine import run
from targetexpr.targets.scale.fitting import group_reasons
from targetexpr.targets.scale.not_sql import NotSql
from tests.targets.scale.test_sql import reader_of

SPEND = {
    "name": "spend",
    "targetEntity": "TRANSACTION",
    "targetType": "SALES",
    "expression": "currentTxn.value>0",
    "defaultValues": [{"defaultValue": 100}],
}


def group(**members: Any) -> dict[str, Any]:
    given = {"targetEvaluationType": "FIXED_CALENDAR_WINDOW", "trackingType": "DEFAULT", **members}
    periods = [{"refCode": "January", "startDate": "2024-01-01", "endDate": "2024-01-31"}]
    return {"name": "g", "periods": periods, "targets": [SPEND], **given}


def table(**columns: list[Any]) -> pl.DataFrame:
    rows = {
        "id": ["b1", "b2"],
        "customerId": ["c", "c"],
        "type": ["TransactionAdd", "TransactionAdd"],
        "date": ["2024-01-05T10:00:00Z", "2024-01-06"],
        "currentTxn.value": [60.0, 50.5],
    }
    return pl.DataFrame({**rows, **columns})


def evaluated(
    frame: pl.DataFrame, body: dict[str, Any] | None = None, columns: dict[str, str] | None = None, **options: Any
) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("bills", frame.to_arrow())
        tracker = RecordTracker(body or group(), **options)
        run(connection, "bills", tracker, reader_of(tracker, columns), columns)
        return connection.table("periods").pl().select("customer", "progress", "achieved_by").rows()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"targetEvaluationType": "PERIOD_AGNOSTIC_WINDOW"}, "PERIOD_AGNOSTIC_WINDOW"),
        ({"targetEvaluationType": "CYCLIC_WINDOW", "frequencyType": "MONTHLY"}, "Cycles of MONTHLY"),
        ({"targets": [{**SPEND, "targetEntity": "LINEITEM", "expression": "currentLineItem.qty>0"}]}, "line items"),
        ({"targets": [{**SPEND, "targetEntity": "EVENT", "targetType": "COUNT", "eventName": "ReturnBill",
                       "expression": "true"}]}, "returns"),
        ({"targets": []}, "no active target"),
    ],
)  # fmt: skip
def test_groups_that_go_to_the_evaluator(members: dict[str, Any], reason: str) -> None:
    reasons = group_reasons(RecordTracker(group(**members)))
    assert any(reason in one for one in reasons), reasons
    with pytest.raises(NotSql):
        evaluated(table(), group(**members))


def test_a_group_that_stays() -> None:
    assert group_reasons(RecordTracker(group())) == []
    assert [(name, float(progress), by) for name, progress, by in evaluated(table())] == [("c", 110.5, "b2")]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (table(**{"currentTxn.value": [0.1 + 0.2, 50.0]}), "no decimal grid"),
        (table(**{"currentTxn.value": [1e17, 50.0]}), "too large"),
        (table(**{"currentTxn.value": [20_000_000_000_000.25, 50.0]}), "too large"),
        (table(**{"currentTxn.value": [2**62, 2**60]}), "64 bits"),
        (table(**{"currentTxn.value": ["60", "50.5"]}), "strings"),
        (table(**{"currentTxn.value": [True, False]}), "The column of `currentTxn.value` holds booleans."),
        (table(**{"currentTxn.value": [[1.5], [2.5]]}), "The column of `currentTxn.value` holds lists."),
        (table(**{"currentTxn.value": [date(2024, 1, 5)] * 2}), "The column of `currentTxn.value` holds dates."),
        (table(**{"currentTxn.value": [{"a": 1}] * 2}), "The column of `currentTxn.value` holds structs."),
        (table(date=["2024-01-05", "05/01/2024"]), "ISO 8601"),
        (table(id=[1.5, 2.5]), "`id`"),
        (table(date=[True, False]), "`date`"),
        (table(date=["0001-01-05", "2024-01-06"]), "0001-01-05"),
    ],
)
def test_tables_that_go_to_the_evaluator(frame: pl.DataFrame, reason: str) -> None:
    with pytest.raises(NotSql) as caught:
        evaluated(frame)
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["id", "customerId", "type", "date", "currentTxn.value"])
def test_a_missing_column_is_an_error_with_close_names(name: str) -> None:
    frame = table().rename({name: f"{name}s"})
    with pytest.raises(MissingColumns) as caught:
        evaluated(frame)
    assert caught.value.missing == {name: [f"{name}s"]}


def test_columns_of_other_names() -> None:
    frame = table().rename({"currentTxn.value": "amount", "customerId": "member"})
    assert len(evaluated(frame, columns={"amount": "currentTxn.value", "member": "customerId"})) == 1


def test_struct_columns_and_decimals() -> None:
    """Ids as numbers, values as decimals in a struct that a row lacks: what it would bring cannot be told."""
    frame = pl.DataFrame(
        {
            "id": [9, 10, 8],
            "customerId": [7, 7, 7],
            "type": ["TransactionAdd"] * 3,
            "date": ["2024-01-05"] * 3,
            "currentTxn": [{"value": "60.5"}, {"value": "49.5"}, None],
        },
        schema_overrides={"currentTxn": pl.Struct({"value": pl.String})},
    ).with_columns(pl.struct(pl.col("currentTxn").struct.field("value").cast(pl.Decimal(9, 2))).alias("currentTxn"))
    assert [(name, float(progress), by) for name, progress, by in evaluated(frame)] == [("7", 110.0, "10")]
