"""Seeded groups and tables for the tests of progress as SQL; `case(seed)` is always the same for a seed.

Records are made first, and rows of them, so that how rows are read is tested as well. Kinds of cases are what differs
between the ways of evaluating: bounds of days and periods, ties, returns of every kind, customers without anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
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
LEDGERS = ("SALES", "SALES", "GROSS_SALES", "QUANTITY", "COUNT", "EXTENDED_FIELD")
NEGATIVE = (("value", -5.5), ("totalQty", -5), ("extField_tax", Decimal("-5.500")))  # as their columns have them
COLUMNS: dict[str, Any] = {
    "id": pl.String,
    "customerId": pl.String,
    "type": pl.String,
    "date": pl.Datetime("us", "UTC"),
    "storeId": pl.Int64,
    "returnOf": pl.String,
    "currentTxn.value": pl.Float64,
    "currentTxn.discount": pl.Float64,
    "currentTxn.totalQty": pl.Int64,
    "currentTxn.extField_tax": pl.Decimal(12, 3),
    "returnBill.value": pl.Float64,
    "returnBill.discount": pl.Float64,
    "returnBill.totalQty": pl.Int64,
    "returnBill.extField_tax": pl.Decimal(12, 3),
    "currentEvent.minutes": pl.Float64,
    "points.regular": pl.Int64,
    "points.promotional": pl.Float64,
    "points.alternateCurrencyIdentifier": pl.String,
}
PROFILES = ("currentTxn", "returnBill", "currentEvent", "points")


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
    tracking = rng.choice(["STREAKS", "STREAKS", "NON_CONTINUOUS_STREAKS", "DEFAULT", "DEFAULT", "UNIFIED", "CAPPING"])
    cyclic = tracking in ("DEFAULT", "CAPPING") and rng.random() < 0.5
    group: dict[str, Any] = {"name": f"group {seed}", "trackingType": tracking}
    end = make_cycles(rng, group, first) if cyclic else make_periods(rng, group, first)
    count = {"UNIFIED": rng.randint(1, 3), "DEFAULT": rng.choice([1, 2])}.get(tracking, 1)
    days = rng.random() < 0.15  # figures by the day: without returns
    group["targets"] = [make_target(rng, group, number, days=days) for number in range(count)]
    if tracking.endswith("STREAKS"):
        counts = rng.sample([1, 2, 3, 4], rng.choice([0, 1, 2, 3]))
        group["streaks"] = [{"name": f"level {count}", "targetCountOfSequence": count} for count in counts]
    if tracking == "UNIFIED":
        group["combinationType"] = rng.choice(["ALL", "ANY"])
        if rng.random() < 0.6:
            sums = {"aggregation": "SUM", "thresholdValue": rng.choice([3, 100, "250.5", 0])}
            group["unifiedTargetExpression"] = rng.choice([sums, {"aggregation": "COUNT", "thresholdValue": 2}])
    start = datetime.combine(first, time(), ZoneInfo(zone)) - timedelta(days=3)
    seconds = (end - first).days * 86_400 + 6 * 86_400
    policy = rng.choice([None, None, "SAME_PERIOD", "NEXT_PERIOD", "IGNORE"])
    records = make_records(rng, start, seconds, returns=not days or policy == "IGNORE")
    options: dict[str, Any] = {"timezone": zone}
    if policy is not None:
        options["returns"] = policy
    if rng.random() < 0.5:
        options["now"] = start.astimezone(UTC) + timedelta(seconds=int(seconds * rng.uniform(0.2, 1.3)))
    if rng.random() < 0.2:
        options["drop_unfinished"] = False
    if rng.random() < 0.3:
        options["enrolment"] = make_enrolment(rng, group, start, seconds, cyclic=cyclic)
    return Case(seed=seed, group=group, records=records, options=options)


# ---- groups


def make_periods(rng: random.Random, group: dict[str, Any], day: date) -> date:
    """Some periods, apart or next to each other; the day after the last."""
    periods = []
    for number in range(rng.choice([1, 3, 5, 8])):
        last = day + timedelta(days=rng.choice([0, 1, 6]))
        active = rng.random() > 0.1 or not number
        periods.append({"refCode": f"P{number}", "startDate": str(day), "endDate": str(last), "isActive": active})
        day = last + timedelta(days=rng.choice([1, 1, 1, 2, 4]))
    if rng.random() < 0.3:
        rng.shuffle(periods)
    group["targetEvaluationType"] = "FIXED_CALENDAR_WINDOW"
    group["periods"] = periods
    return day


def make_cycles(rng: random.Random, group: dict[str, Any], first: date) -> date:
    """Cycles of days or weeks, with bounds of the group or without; a day after its end."""
    end = first + timedelta(days=rng.choice([5, 20, 40]))
    group["targetEvaluationType"] = "CYCLIC_WINDOW"
    group["frequencyType"], group["frequency"] = rng.choice(
        [("DAILY", 1), ("DAILY", 3), ("WEEKLY", 1), ("WEEKLY", 2), ("CUSTOM", 5)]
    )
    group["recurringCycles"] = rng.choice([1, 3, 10])
    if rng.random() < 0.7:
        group["fromDate"], group["toDate"] = str(first), str(end)
    return end + timedelta(days=1)


def make_target(rng: random.Random, group: dict[str, Any], number: int, *, days: bool) -> dict[str, Any]:
    entity, kind = rng.choice(
        [*(("TRANSACTION", kind) for kind in LEDGERS)] * 2
        + [("EVENT", "COUNT"), ("EVENT", "EVENT_ATTRIBUTE"), ("POINTS", "ALL_POINTS"), ("POINTS", "REGULAR_POINTS")]
        + [("ALTERNATE_CURRENCIES", "ALL"), ("ALTERNATE_CURRENCIES", "PROMOTIONAL")]
    )
    windows = len(group.get("periods", [0]))
    target: dict[str, Any] = {"name": f"target {number}", "targetEntity": entity, "targetType": kind}
    target["expression"] = rng.choice(RULES) if entity == "TRANSACTION" else "true"
    least = rng.choice([0, 50])  # below zero nothing is reached without a record
    values: list[Any] = [least, 100, 200, 333.33, "333.333"]
    if kind in ("COUNT", "QUANTITY") or (days and rng.random() < 0.5):
        values = [least and 1, 1, 2, 3]
    if days and kind in ("COUNT", "SALES") and entity in ("TRANSACTION", "EVENT"):
        target["targetType"] = kind = "VISIT"
    target["defaultValues"] = [{"defaultValue": rng.choice(values)} for _ in range(windows)]
    info: dict[str, Any] = {}
    if entity == "EVENT":
        target["eventName"] = "signup"
        target["expression"] = rng.choice(["true", "currentEvent.minutes>10"])
    if kind in ("EXTENDED_FIELD", "EVENT_ATTRIBUTE"):
        how = "SUM" if kind == "EVENT_ATTRIBUTE" or days else rng.choice(["SUM", "COUNT"])
        info = {"name": "minutes" if entity == "EVENT" else "tax", "aggregateFunction": how}
        if days:
            info["aggregateWindow"] = {"windowType": rng.choice(["MAX", "MIN"]), "windowTimeUnit": "DAY"}
    if entity == "ALTERNATE_CURRENCIES":
        info = {"alternateCurrencyIdentifier": "stars", "programId": 5}
    if info:
        target["extendedFieldInfo"] = info
    if rng.random() < 0.3:
        target["filters"] = [{"entityType": "STORE", "entityIds": [17, 18]}]
    return target


def make_enrolment(
    rng: random.Random, group: dict[str, Any], start: datetime, seconds: int, *, cyclic: bool
) -> dict[str, Any]:
    """Who takes part, some late, some for a while, some with values of their own."""
    listed: dict[str, Any] = {}
    for customer in [*(f"c{number}" for number in range(8)), "nobody"]:
        part: dict[str, Any] = {}
        for name, odds in (("enrolledOn", 0.3), ("unenrolledOn", 0.3)):
            if rng.random() < odds:
                part[name] = start.astimezone(UTC) + timedelta(seconds=rng.randrange(seconds))
        if rng.random() < 0.5:
            own = [rng.choice([None, 0, 60, "120.5"]) for _ in range(2 if cyclic else len(group["periods"]))]
            part["values"] = {target["name"]: own for target in group["targets"]}
        if rng.random() < 0.8:
            listed[customer] = part or None
    return listed


# ---- records


def make_records(rng: random.Random, start: datetime, seconds: int, *, returns: bool) -> list[dict[str, Any]]:
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
        if returns and rng.random() < 0.25 and bills:
            records.append(make_return(rng, rng.choice(bills[-30:]), customer, at, number))
            continue
        record = {"id": spelled.format(number), "customerId": customer, "date": at, **make_activity(rng)}
        record["storeId"] = rng.choice([*STORES, None])
        records.append(record)
        if "currentTxn" in record:
            bills.append(record)
    oddities(rng, records)
    rng.shuffle(records)
    return records


def make_activity(rng: random.Random) -> dict[str, Any]:
    """What somebody did: mostly bought something."""
    kind = rng.random()
    if kind < 0.1:
        return {"type": "signup", "currentEvent": {"minutes": rng.choice([None, 5.0, 12.5, 30.25, -3.0])}}
    if kind < 0.2:
        said = rng.choice([None, "stars", "moons"])
        points = {"regular": rng.choice([None, 10, 50]), "promotional": rng.choice([None, 5.5, 20.0])}
        return {"type": "PointsIssued", "points": {**points, "alternateCurrencyIdentifier": said}}
    bill = {
        "value": rng.choice([*VALUES, round(rng.uniform(0, 400), 2), None]),
        "discount": rng.choice([None, 0.0, 5.5]),
        "totalQty": rng.choice([None, 1, 2, 5]),
        "extField_tax": rng.choice([None, 2, 12.125]),
    }
    return {"type": "TransactionAdd", "currentTxn": bill}


def make_return(rng: random.Random, bill: dict[str, Any], customer: str, at: datetime, number: int) -> dict[str, Any]:
    """A return of a bill: whole or in parts, before it or behind it, sometimes by somebody else or of nothing."""
    value = bill["currentTxn"]["value"]
    stated = {
        "value": rng.choice([value, round(rng.uniform(0, 300), 2), 20.0, 0.0, None]),
        "discount": rng.choice([None, 0.0, 2.5]),
        "totalQty": rng.choice([None, 0, 1, 2]),
        "extField_tax": rng.choice([None, 1, 2.5]),
    }
    return {
        "id": f"r{number}",
        "customerId": bill["customerId"] if rng.random() < 0.9 else customer,
        "type": "ReturnBill",
        "date": max(at, bill["date"]) if rng.random() < 0.7 else at,
        "returnOf": bill["id"] if rng.random() < 0.95 else None,
        "returnBill": stated,
    }


def oddities(rng: random.Random, records: list[dict[str, Any]]) -> None:
    """In some cases: ids that come again, negative returns, records without a customer or a date."""
    kind = rng.choice(["", "", "", "again", "negative", "headless", "all"])
    if kind in ("again", "all"):
        for _ in range(3):
            one = dict(rng.choice(records))
            customer = one["customerId"]
            one["customerId"] = rng.choice([customer, "c0"])
            # of two customers' records of one id and instant, what their members are written like decides
            if one["customerId"] != customer or rng.random() < 0.5:
                one["date"] += timedelta(seconds=rng.choice([-1, 86_400]))
            records.append(one)
    for record in records:
        if kind in ("negative", "all") and record["type"] == "ReturnBill" and rng.random() < 0.2:
            name, figure = rng.choice(NEGATIVE)
            record["returnBill"] = {**record["returnBill"], name: figure}
    if kind in ("headless", "all"):
        rng.choice(records)["customerId"] = None
        rng.choice(records)["date"] = None
        rng.choice(records)["returnOf"] = ""


# ---- tables


def frame(records: list[dict[str, Any]]) -> pl.DataFrame:
    """Records as a table of columns such as `currentTxn.value`; every profile of the table is there in each row."""

    def cell(record: dict[str, Any], name: str) -> Any:
        profile, dot, rest = name.partition(".")
        return (record.get(profile) or {}).get(rest) if dot else record.get(name)

    rows = [[cell(record, name) for name in COLUMNS] for record in records]
    local = any(record["date"] is not None and record["date"].tzinfo is None for record in records)
    columns = {**COLUMNS, "date": pl.Datetime("us")} if local else COLUMNS
    loose = {name: pl.Float64 if isinstance(type_, pl.Decimal) else type_ for name, type_ in columns.items()}
    return pl.DataFrame(rows, schema=loose, orient="row", strict=False).cast(columns)


def as_read(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records that the rows of `frame` are: with every profile that the table has, and without empty strings."""
    profiles: dict[str, Any] = {name: {} for name in PROFILES}
    return [{**profiles, **{name: None if value == "" else value for name, value in one.items()}} for one in records]
