"""Cases worked out by hand from the text of the rules: `evaluate`, both engines and a state fed record by record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pytest

from targetexpr.tables.errors import TableError
from targetexpr.targets import evaluate, evaluate_table
from targetexpr.targets.scale.evaluate import Engine, TableProgress
from tests.sampling import sampled

ZONE = "America/New_York"  # where a clock of 2024 goes from 2:00 to 3:00 on 10 March: an offset of -5, then of -4 hours
WEEKS = [("P1", "2024-03-04", "2024-03-10"), ("P2", "2024-03-11", "2024-03-17"), ("P3", "2024-03-18", "2024-03-24")]


def bill(id: str, at: str, value: str) -> dict[str, Any]:
    return {"id": id, "customerId": "c", "type": "TransactionAdd", "date": _instant(at), "currentTxn.value": value}


def back(id: str, at: str, of: str, value: str | None) -> dict[str, Any]:
    head = {"id": id, "customerId": "c", "type": "ReturnBill", "date": _instant(at), "returnOf": of}
    return {**head, "returnBill.value": value}


def _instant(at: str) -> str:
    return f"2024-03-{at}" if "T" in at else f"2024-03-{at}T12:00:00Z"


def group(tracking: str = "DEFAULT", kind: str = "SALES", value: str = "100", **more: Any) -> dict[str, Any]:
    target = {"name": "t", "targetEntity": "TRANSACTION", "targetType": kind, "expression": "true"}
    made = {
        "name": "g",
        "trackingType": tracking,
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "periods": [{"refCode": name, "startDate": first, "endDate": last} for name, first, last in WEEKS],
        "targets": [{**target, "defaultValues": [{"defaultValue": value}] * 3}],
        **more,
    }
    if tracking.endswith("STREAKS"):
        made["streaks"] = [{"name": "two", "targetCountOfSequence": 2}]
    return made


CYCLES = {
    "targetEvaluationType": "CYCLIC_WINDOW",
    "periods": [],
    "frequencyType": "DAILY",
    "frequency": 1,
    "recurringCycles": 3,
}


@dataclass(kw_only=True)
class Case:
    """What is expected: the progress of each period, by which record it is reached, and what else is said."""

    group: dict[str, Any] = field(default_factory=group)
    records: list[dict[str, Any]]
    progress: list[str]
    by: list[str | None]
    options: dict[str, Any] = field(default_factory=dict)
    table: str = "reported"
    rows: list[tuple[object, ...]] = field(default_factory=list)


CASES = {
    "days of a clock that changes": Case(
        records=[
            bill("early", "04T04:59:59.999999Z", "1"),
            bill("a", "04T05:00:00Z", "10"),
            bill("b", "11T03:59:59.999999Z", "100"),
            bill("c", "11T04:00:00Z", "1000"),
        ],
        progress=["110", "1000", "0"],
        by=["b", "c", None],
    ),
    "a return in the period of its bill takes from it": Case(
        records=[bill("a", "05", "120"), back("r", "06", "a", "30")], progress=["90", "0", "0"], by=[None] * 3
    ),
    "a later return takes from the next period to start": Case(
        records=[bill("a", "05", "120"), bill("z", "19", "500"), back("r", "12", "a", "30")],
        progress=["120", "0", "470"],
        by=["a", None, "z"],
    ),
    "a later return takes from the period of its bill": Case(
        records=[bill("a", "05", "120"), bill("z", "19", "500"), back("r", "12", "a", "30")],
        progress=["90", "0", "500"],
        by=[None, None, "z"],
        options={"returns": "SAME_PERIOD"},
    ),
    "returns that are ignored": Case(
        records=[bill("a", "05", "120"), back("r", "06", "a", "120")],
        progress=["120", "0", "0"],
        by=["a", None, None],
        options={"returns": "IGNORE"},
    ),
    "no period takes a return behind the last": Case(
        records=[bill("a", "19", "120"), back("r", "26", "a", "30")],
        progress=["0", "0", "120"],
        by=[None, None, "a"],
        rows=[("no-period", "r")],
    ),
    "a return before its bill stands behind it": Case(
        records=[bill("a", "12", "120"), bill("b", "13", "5"), back("r", "05", "a", "30")],
        progress=["0", "95", "0"],
        by=[None] * 3,
    ),
    "a bill is the most that its returns take": Case(
        records=[bill("a", "05", "100"), bill("b", "05", "7"), back("r", "06", "a", "150"), back("s", "07", "a", "9")],
        progress=["7", "0", "0"],
        by=[None] * 3,
    ),
    "tenths are exact, and a count falls with the whole alone": Case(
        group=group(kind="COUNT", value="1"),
        records=[
            bill("a", "05", "0.3"), back("r", "06", "a", "0.1"), back("s", "07", "a", "0.2"),
            bill("b", "12", "0.3"), back("u", "13", "b", "0.1"), back("v", "14", "b", "0.1"),
        ],
        progress=["0", "1", "0"],
        by=[None, "b", None],
    ),
    "a return without its bill is listed": Case(
        records=[bill("a", "05", "100"), back("r", "06", "nobody", "50")],
        progress=["100", "0", "0"],
        by=["a", None, None],
        rows=[("no-bill", "r")],
    ),
    "an id counts once, by its first record": Case(
        records=[bill("a", "06", "500"), bill("a", "05", "10"), bill("a", "19", "700")],
        progress=["10", "0", "0"],
        by=[None] * 3,
        rows=[("duplicate", "a")],
    ),
    "ids of digits are in the order of their numbers": Case(
        records=[bill("b9", "05", "60"), bill("10", "05", "60"), bill("9", "05", "30"), bill("010", "05", "20")],
        progress=["170", "0", "0"],
        by=["10", None, None],
    ),
    "what is below zero counts as it is": Case(
        records=[bill("a", "05", "100"), bill("b", "06", "-0.01"), bill("c", "07", "0.01"), bill("d", "12", "-5")],
        progress=["100", "-5", "0"],
        by=["c", None, None],
    ),
    "nothing is reached without a record": Case(
        group=group(value="0"), records=[bill("a", "05", "0")], progress=["0", "0", "0"], by=["a", None, None]
    ),
    "sums of more digits than 64 bits hold": Case(
        group=group(value="3000000000000000.000003"),
        records=[bill(one, "05", "1000000000000000.000001") for one in "abc"],
        progress=["3000000000000000.000003", "0", "0"],
        by=["c", None, None],
    ),
    "the instant of now counts, and none behind it": Case(
        records=[bill("a", "05T10:00:00Z", "60"), bill("b", "05T10:00:00.000001Z", "60")],
        progress=["60", "0", "0"],
        by=[None] * 3,
        options={"now": "2024-03-05T10:00:00Z"},
    ),
    "a run that a miss ends": Case(
        group=group("STREAKS"),
        records=[bill("a", "05", "100"), bill("b", "19", "100"), bill("z", "27", "1")],
        progress=["100", "0", "100"],
        by=["a", None, "b"],
        table="streaks",
        rows=[("c", 1, 1, "two", 1)],
    ),
    "a run that no miss ends": Case(
        group=group("NON_CONTINUOUS_STREAKS"),
        records=[bill("a", "05", "100"), bill("b", "19", "100"), bill("z", "27", "1")],
        progress=["100", "0", "100"],
        by=["a", None, "b"],
        table="levels",
        rows=[("c", "two", 2, "ACHIEVED", "P3", "b")],
    ),
    "a return takes a level back": Case(
        group=group("STREAKS"),
        records=[bill("a", "05", "100"), bill("b", "12", "100"), back("r", "13", "b", "1"), bill("z", "27", "1")],
        progress=["100", "99", "0"],
        by=["a", None, None],
        table="levels",
        rows=[("c", "two", 2, "DROPPED", None, None)],
    ),
    "cycles of a day have 24 hours, and begin with a record that is returned": Case(
        group=group(**CYCLES),
        records=[
            bill("a", "09T15:00:00Z", "10"), back("r", "09T16:00:00Z", "a", "10"),
            bill("b", "10T14:59:59.999999Z", "20"), bill("c", "10T15:00:00Z", "100"),
        ],
        progress=["20", "100"],
        by=[None, "c"],
    ),
    "a cap grants what is left": Case(
        group=group("CAPPING"),
        records=[bill("a", "05", "80"), bill("b", "06", "50"), bill("d", "07", "10"), back("r", "08", "a", "80")],
        progress=["60", "0", "0"],
        by=[None] * 3,
        table="grants",
        rows=[("c", "t", "P1", "a", 80, 80), ("c", "t", "P1", "b", 50, 20), ("c", "t", "P1", "d", 10, 0)],
    ),
}  # fmt: skip


def table(case: Case) -> polars.DataFrame:
    names = ("id", "customerId", "type", "date", "returnOf", "currentTxn.value", "returnBill.value")
    rows = {name: [one.get(name) for one in case.records] for name in names}
    figure = polars.Decimal(38, 6)
    made = polars.DataFrame(rows, schema_overrides=dict.fromkeys(names, polars.String))
    return made.with_columns(polars.col("currentTxn.value", "returnBill.value").cast(figure))


def record(row: dict[str, Any]) -> dict[str, Any]:
    """As `evaluate` takes it."""
    made = {name: value for name, value in row.items() if "." not in name}
    for name in ("currentTxn", "returnBill"):
        value = row.get(f"{name}.value")
        if value is not None:
            made[name] = {"value": Decimal(value)}
    return made


NAMES = {"progress": "periods", "streaks": "customers"}
Told = tuple[list[Decimal], list[object], list[tuple[object, ...]]]


def told(case: Case, progress: Iterable[Mapping[str, Any]], rows: Iterable[Mapping[str, Any]]) -> Told:
    periods = list(progress)
    columns = [row["progress"] for row in periods], [row["achieved_by"] for row in periods]
    first = [len(row) for row in case.rows]
    listed = [tuple(row.values()) for row in rows]
    return *columns, [row[:count] for row, count in zip(listed, first, strict=True)]


def expected(case: Case) -> Told:
    return [Decimal(one) for one in case.progress], list(case.by), case.rows


def told_of(case: Case, found: TableProgress) -> Told:
    with found:
        return told(case, found.periods.rows(), found.table(NAMES.get(case.table, case.table)).rows())


@pytest.mark.parametrize("name", CASES)
def test_by_hand(name: str) -> None:
    case = CASES[name]
    for records in (case.records, case.records[::-1]):
        found = evaluate(case.group, [record(one) for one in records], timezone=ZONE, **case.options).tables()
        assert told(case, found["progress"], found[case.table]) == expected(case)


@pytest.mark.parametrize("name", sampled(CASES, 2))
def test_by_both_engines(name: str) -> None:
    case = CASES[name]
    engines: tuple[Engine, ...] = ("auto", "partitions")
    for engine in engines:
        found = evaluate_table(case.group, table(case), engine=engine, timezone=ZONE, **case.options)
        assert told_of(case, found) == expected(case)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "now" not in case.options])
def test_by_a_state_fed_record_by_record(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    bills = table(case)
    if name.startswith("sums of more"):
        with pytest.raises(TableError, match="do not fit 64 bits"):
            evaluate_table(case.group, bills, timezone=ZONE, state=tmp_path / "state")
        return
    for place in range(bills.height):
        with evaluate_table(
            case.group, bills[place : place + 1], timezone=ZONE, state=tmp_path / "state", **case.options
        ) as found:
            last = told_of(case, found) if place == bills.height - 1 else None
    assert last == expected(case)
