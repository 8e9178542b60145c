"""Progress as SQL on DuckDB against the evaluator, field by field, on generated groups and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_UP, Context, localcontext
from typing import Any

import duckdb
import pytest

from targetexpr.running.coercion import time_zone
from targetexpr.targets.evaluation import Progress, evaluate
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.duckdb_engine import Records, run
from targetexpr.targets.scale.source import records_of, table_options
from targetexpr.targets.scale.sql_run import SqlProgress
from tests.sampling import sampled
from tests.targets.scale.generated import Case, as_read, case

TABLES = {
    "periods": "progress",
    **{name: name for name in ("contributions", "levels", "unified", "grants", "reported")},
}
"""The views, and the tables of an evaluation that they are equal to."""


def rows_of(connection: duckdb.DuckDBPyConnection, view: str) -> list[dict[str, Any]]:
    found = connection.table(view).pl()
    if "place" in found.columns:
        found = found.sort("customer", "place").drop("place")
    return [in_utc(row) for row in found.to_dicts()]


def in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """Of two readings of a time that a clock shows twice Python says that they differ, whatever they are."""
    return {key: one.astimezone(UTC) if isinstance(one, datetime) else one for key, one in row.items()}


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: repr([str(value) for value in row.values()]))


def customers_of(progress: Progress) -> list[dict[str, Any]]:
    """Every customer with the streak, if there is one."""
    streaks = {row["customer"]: row for row in progress.tables()["streaks"]}
    nothing = dict.fromkeys(("run", "longest", "next_level", "missing"))
    return [streaks.get(name, {"customer": name, **nothing}) for name in progress.customers]


def reader_of(tracker: RecordTracker, columns: dict[str, str] | None = None) -> Records:
    """What makes records of rows, as for the other engine."""
    rules = [evaluator.rule.checked for evaluator in tracker.evaluators]

    def records(relation: duckdb.DuckDBPyRelation) -> Iterator[dict[str, object]]:
        for _, record in records_of(relation, table_options(rules, None, columns, None)):
            assert record.context is not None
            yield record.context

    return records


def by_sql(one: Case) -> tuple[duckdb.DuckDBPyConnection, SqlProgress]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 2")
    connection.register("bills", one.frame.to_arrow())
    tracker = RecordTracker(one.group, **one.options)
    return connection, run(connection, "bills", tracker, reader_of(tracker))


def compare(one: Case) -> Progress:
    expected = evaluate(one.group, as_read(one.records), **one.options)
    connection, found = by_sql(one)
    with connection:
        tables = {name: [in_utc(row) for row in rows] for name, rows in expected.tables().items()}
        for view, table in TABLES.items():
            rows = rows_of(connection, view)
            if view == "reported":
                rows, tables[table] = in_order(rows), in_order(tables[table])
            assert rows == tables[table], view
        assert rows_of(connection, "customers") == customers_of(expected)
    reported = expected.reported
    assert found.counts == {
        "later": reported.later,
        "not_enrolled": reported.not_enrolled,
        "out_of_scope": reported.out_of_scope,
        "outside_periods": reported.outside_periods,
    }
    # Instants of two clocks are never equal in the hour that a clock shows twice.
    assert found.now == (None if expected.now is None else expected.now.astimezone(UTC))
    return expected


@pytest.mark.parametrize("seed", sampled(range(3000), 12))
def test_generated_groups(seed: int) -> None:
    compare(case(seed))


def test_a_streak_of_a_hundred_days() -> None:
    """More periods than a whole number has bits."""
    first = datetime(2024, 1, 1, 9, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(100)]
    group = {
        "name": "days",
        "trackingType": "STREAKS",
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "periods": [{"startDate": f"{day:%Y-%m-%d}", "endDate": f"{day:%Y-%m-%d}"} for day in days],
        "targets": [{"name": "visits", "targetEntity": "TRANSACTION", "targetType": "COUNT", "expression": "true",
                     "defaultValues": [{"defaultValue": 1}] * len(days)}],
        "streaks": [{"name": f"{count}", "targetCountOfSequence": count} for count in (3, 40, 200)],
    }  # fmt: skip
    records = [
        {"id": f"{customer}{number}", "customerId": customer, "type": "TransactionAdd", "date": day, "currentTxn": {}}
        for customer, gap in (("a", 7), ("b", 45), ("c", 1000))
        for number, day in enumerate(days, 1)
        if number % gap
    ]
    found = compare(Case(seed=0, group=group, records=records, options={"timezone": "UTC"}))
    longest = {name: one.streak.longest for name, one in found.customers.items() if one.streak is not None}
    assert longest == {"a": 6, "b": 44, "c": 100}


@pytest.mark.parametrize("seed", sampled(range(5000, 5100), 2))
def test_dates_of_the_local_clock(seed: int) -> None:
    """Times without a zone are local; the earlier of two readings, as rules have them."""
    one = case(seed)
    zone = time_zone(one.options["timezone"])
    for record in one.records:
        if record["date"] is not None:
            record["date"] = record["date"].astimezone(zone).replace(tzinfo=None)
    compare(one)


def test_the_callers_decimal_context_plays_no_part() -> None:
    one = next(found for found in map(case, range(100)) if found.group["trackingType"] == "UNIFIED")
    with localcontext(Context(prec=2, rounding=ROUND_UP)):
        compare(one)
