"""Seeded groups and tables for the tests of progress as SQL; `case(seed)` is always the same for a seed.

Records are made first, and rows of them, so that how rows are read is tested as well. Kinds of cases are what differs
between the ways of evaluating: bounds of days and periods, ties, returns of every kind, customers without anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

ZONES = ("UTC", "Asia/Kolkata", "America/New_York")
STORES = (17, 18, 19)
RULES = (
    "currentTxn.value>50",
    "currentTxn.value>=0",
    "currentTxn.value%3<2",
    "currentTxn.value>20&&currentTxn.value<350",
)
VALUES = (50.0, 50.01, 100.0, 66.67, 33.33, 0.0)


@dataclass(kw_only=True)
class Case:
    """A group, the records, and the options of the evaluation."""

    seed: int
    group: dict[str, Any]
    records: list[dict[str, Any]]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def frame(self) -> pl.DataFrame:
        """The records as a table."""
        return frame(self.records)


def case(seed: int) -> Case:
    rng = random.Random(seed)
    zone = rng.choice(ZONES)
    first = date(2024, rng.choice([2, 3, 10]), rng.randint(1, 28))
    periods, end = make_periods(rng, first)
    tracking = rng.choice(["STREAKS", "STREAKS", "NON_CONTINUOUS_STREAKS", "DEFAULT"])
    group: dict[str, Any] = {
        "name": f"group {seed}",
        "trackingType": tracking,
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "periods": periods,
        "targets": [make_target(rng, len(periods))],
    }
    if tracking != "DEFAULT":
        counts = rng.sample([1, 2, 3, 4], rng.choice([0, 1, 2, 3]))
        group["streaks"] = [{"name": f"level {count}", "targetCountOfSequence": count} for count in counts]
    start = datetime.combine(first, time(), ZoneInfo(zone)) - timedelta(days=3)
    seconds = (end - first).days * 86_400 + 6 * 86_400
    records = make_records(rng, start, seconds)
    options: dict[str, Any] = {"timezone": zone}
    policy = rng.choice([None, None, "SAME_PERIOD", "NEXT_PERIOD", "IGNORE"])
    if policy is not None:
        options["returns"] = policy
    if rng.random() < 0.5:
        options["now"] = start.astimezone(UTC) + timedelta(seconds=int(seconds * rng.uniform(0.2, 1.3)))
    if rng.random() < 0.2:
        options["drop_unfinished"] = False
    return Case(seed=seed, group=group, records=records, options=options)


def make_periods(rng: random.Random, day: date) -> tuple[list[dict[str, Any]], date]:
    """Some periods, apart or next to each other, and the day after the last."""
    periods = []
    for number in range(rng.choice([1, 3, 5, 8])):
        last = day + timedelta(days=rng.choice([0, 1, 6]))
        active = rng.random() > 0.1 or not number
        periods.append({"refCode": f"P{number}", "startDate": str(day), "endDate": str(last), "isActive": active})
        day = last + timedelta(days=rng.choice([1, 1, 1, 2, 4]))
    if rng.random() < 0.3:
        rng.shuffle(periods)
    return periods, day


def make_target(rng: random.Random, periods: int) -> dict[str, Any]:
    target: dict[str, Any] = {
        "name": "spend",
        "targetEntity": "TRANSACTION",
        "targetType": "SALES",
        "expression": rng.choice(RULES),
        "defaultValues": [{"defaultValue": rng.choice([0, 100, 200, 333.33, 333.333])} for _ in range(periods)],
    }
    if rng.random() < 0.3:
        target["filters"] = [{"entityType": "STORE", "entityIds": [17, 18]}]
    return target


def make_records(rng: random.Random, start: datetime, seconds: int) -> list[dict[str, Any]]:
    customers = rng.choice([3, 10, 30])
    spelled = rng.choice(["b{}", "b{}", "{}"])  # ids of digits are in the order of their numbers
    records: list[dict[str, Any]] = []
    bills: list[dict[str, Any]] = []
    for number in range(rng.choice([40, 200])):
        at = start + timedelta(seconds=rng.randrange(seconds))
        if rng.random() < 0.1:  # at the very bound of a day
            at = at.replace(hour=0, minute=0, second=0) - timedelta(microseconds=rng.choice([0, 0, 1]))
        at = at.astimezone(UTC)
        if rng.random() < 0.15 and records:
            at = records[-1]["date"]
        customer = f"c{rng.randrange(customers)}"
        if rng.random() < 0.25 and bills:
            records.append(make_return(rng, rng.choice(bills[-30:]), customer, at, number))
            continue
        kind = "TransactionAdd" if rng.random() > 0.05 else "signup"
        bill = {
            "id": spelled.format(number),
            "customerId": customer,
            "type": kind,
            "date": at,
            "storeId": rng.choice([*STORES, None]),
            "currentTxn": {"value": rng.choice([*VALUES, round(rng.uniform(0, 400), 2), None])},
        }
        records.append(bill)
        bills.append(bill)
    oddities(rng, records)
    rng.shuffle(records)
    return records


def make_return(rng: random.Random, bill: dict[str, Any], customer: str, at: datetime, number: int) -> dict[str, Any]:
    """A return of a bill: whole or in parts, before it or behind it, sometimes by somebody else or of nothing."""
    value = bill["currentTxn"]["value"]
    return {
        "id": f"r{number}",
        "customerId": bill["customerId"] if rng.random() < 0.9 else customer,
        "type": "ReturnBill",
        "date": max(at, bill["date"]) if rng.random() < 0.7 else at,
        "returnOf": bill["id"] if rng.random() < 0.95 else None,
        "returnBill": {"value": rng.choice([value, round(rng.uniform(0, 300), 2), 20.0, 0.0, None])},
    }


def oddities(rng: random.Random, records: list[dict[str, Any]]) -> None:
    """In some cases: ids that come again, negative returns, records without a customer or a date."""
    kind = rng.choice(["", "", "", "again", "negative", "headless", "all"])
    if kind in ("again", "all"):
        for _ in range(3):
            one = dict(rng.choice(records))
            one["customerId"] = rng.choice([one["customerId"], "c0"])
            if rng.random() < 0.5:
                one["date"] += timedelta(seconds=rng.choice([-1, 0, 86_400]))
            records.append(one)
    for record in records:
        if kind in ("negative", "all") and record["type"] == "ReturnBill" and rng.random() < 0.2:
            record["returnBill"] = {"value": -5.5}
    if kind in ("headless", "all"):
        rng.choice(records)["customerId"] = None
        rng.choice(records)["date"] = None
        rng.choice(records)["returnOf"] = ""


def frame(records: list[dict[str, Any]]) -> pl.DataFrame:
    """Records as a table of columns such as `currentTxn.value`; every profile of the table is there in each row."""
    rows = [
        {
            **{name: record.get(name) for name in ("id", "customerId", "type", "date", "storeId", "returnOf")},
            "currentTxn.value": record.get("currentTxn", {}).get("value"),
            "returnBill.value": record.get("returnBill", {}).get("value"),
        }
        for record in records
    ]
    schema = {
        "id": pl.String,
        "customerId": pl.String,
        "type": pl.String,
        "date": pl.Datetime("us", "UTC"),
        "storeId": pl.Int64,
        "returnOf": pl.String,
        "currentTxn.value": pl.Float64,
        "returnBill.value": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def as_read(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that the rows of `frame` are: with every profile that the table has, and without empty strings."""
    profiles: dict[str, Any] = {"currentTxn": {}, "returnBill": {}}
    return [{**profiles, **{name: None if value == "" else value for name, value in one.items()}} for one in records]
