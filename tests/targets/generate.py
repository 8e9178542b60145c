"""Seeded groups and record sets for the agreement tests: every target type, window, streak kind and return policy.

`case(seed)` is one case, always the same for a seed. Bodies are wire JSON; records are dicts. What the specification
leaves to nobody (a return of a bill of another customer, overlapping periods) is not generated.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.targets.generate_returns import bare_return, part_of

ZONES = ("UTC", "UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin", "Pacific/Auckland")
STORES = (0, 11, 12, 13)
ZONE_IDS = (0, 21, 22)
CONCEPTS = (31, 32)
CODES = ("A1", "B2", "C3")
POINT_KINDS = ("REGULAR_POINTS", "PROMOTIONAL_POINTS", "ALL_POINTS")


@dataclass(kw_only=True)
class Case:
    """A group, the records, and the options of the evaluation."""

    seed: int
    group: dict[str, Any]
    records: list[dict[str, Any]]
    options: dict[str, Any] = field(default_factory=dict)


def case(seed: int) -> Case:
    rng = random.Random(seed)
    tracking = rng.choice(
        [
            "DEFAULT",
            "DEFAULT",
            "STREAKS",
            "STREAKS",
            "STREAKS",
            "NON_CONTINUOUS_STREAKS",
            "UNIFIED",
            "UNIFIED",
            "CAPPING",
        ]
    )
    window = "FIXED_CALENDAR_WINDOW"
    if tracking == "DEFAULT":
        window = rng.choice([window, window, "CYCLIC_WINDOW", "CYCLIC_WINDOW", "PERIOD_AGNOSTIC_WINDOW"])
    zone = rng.choice(ZONES)
    first = datetime(2024, rng.randint(1, 12), rng.randint(1, 28))
    if rng.random() < 0.15:
        first = rng.choice(
            [datetime(2024, 1, 31), datetime(2024, 2, 29), datetime(2024, 3, 28), datetime(2024, 10, 31)]
        )
    group: dict[str, Any] = {
        "name": f"group {seed}",
        "active": True,
        "trackingType": tracking,
        "targetEvaluationType": window,
    }
    end = make_periods(rng, group, window, first, zone)
    count = {"UNIFIED": rng.randint(2, 3), "DEFAULT": rng.choice([1, 1, 2])}.get(tracking, 1)
    policy = rng.choice([None, None, "IGNORE", "SAME_PERIOD", "NEXT_PERIOD"])
    group["targets"] = [make_target(rng, group, number) for number in range(count)]
    group["totalPeriods"] = len(group.get("periods") or []) or group.get("totalPeriods", 1)
    if tracking != "CAPPING" and rng.random() < 0.15:
        group["aggregateWindow"] = {"windowType": rng.choice(["MAX", "MIN"]), "windowTimeUnit": "DAY"}
    decorate(rng, group, tracking)
    records = make_records(rng, group, first, end, zone)
    options: dict[str, Any] = {"timezone": zone}
    if policy is not None:
        options["returns"] = policy
    if rng.random() < 0.5:
        options["now"] = written(rng, first + (end - first) * rng.uniform(0.2, 1.3), zone, date_only=False)
    if rng.random() < 0.25:
        options["enrolment"] = make_enrolment(rng, group, window)
    return Case(seed=seed, group=group, records=records, options=options)


# ---- groups --------------------------------------------------------------------------------------


def make_periods(rng: random.Random, group: dict[str, Any], window: str, first: datetime, zone: str) -> datetime:
    """Puts the periods or the cycle length into the group; returns about when it ends."""
    if window == "FIXED_CALENDAR_WINDOW":
        periods, day = [], first
        style = rng.choice(["bare", "naive", "zulu", "offset"])
        for number in range(rng.randint(1, 6)):
            day += timedelta(days=rng.choice([0, 0, 0, 1, 3]))
            last = day + timedelta(days=rng.choice([0, 0, 1, 2, 6]))
            period = {"refCode": f"p{number}", "startDate": bound(day, style, zone, False)}
            period["endDate"] = bound(last, style, zone, True)
            period["active"] = rng.random() > 0.1
            periods.append(period)
            day = last + timedelta(days=1)
        if not any(each["active"] for each in periods):
            periods[0]["active"] = True
        if rng.random() < 0.25:
            rng.shuffle(periods)
        if rng.random() < 0.2:
            for each in periods:
                each["id"] = rng.randint(1, 10**6)
        group["periods"] = periods
        group["frequencyType"] = "CUSTOM"
        return day
    span = rng.choice([20, 40, 100, 500])
    group["frequencyType"] = rng.choice(
        ["DAILY", "DAILY", "WEEKLY", "MONTHLY", "CUSTOM", "QUARTERLY", "HALF_YEARLY", "YEARLY"]
    )
    group["frequency"] = rng.choice([1, 2, 3, 10] if group["frequencyType"] in ("DAILY", "CUSTOM") else [0, 1, 1, 2])
    if group["frequencyType"] == "CUSTOM":
        group["frequency"] = max(1, group["frequency"])
    names = rng.choice([("targetCycleStartDate", "targetCycleEndDate"), ("fromDate", "toDate")])
    last = first + timedelta(days=span)
    style = rng.choice(["bare", "naive", "zulu", "offset"])
    group[names[0]], group[names[1]] = bound(first, style, zone, False), bound(last, style, zone, True)
    if rng.random() < 0.3:
        group["periods"] = [
            {
                "refCode": f"PERIOD_G_1_{number}",
                "startDate": bound(first, style, zone, False),
                "endDate": bound(last, style, zone, True),
            }
            for number in range(1, rng.randint(2, 4))
        ]
        if rng.random() < 0.3:
            del group[names[0]], group[names[1]]
    group["recurringCycles"] = rng.choice([1, 2, 3, 4, 12, 0, -1])
    group["totalPeriods"] = rng.choice([1, 2, 3])
    return last


def bound(day: datetime, style: str, zone: str, closing: bool) -> str:
    """A day as one of the observed spellings of a period's bound; whatever the offset, the day is the one written."""
    moment = day + (timedelta(hours=23, minutes=59, seconds=59) if closing else timedelta())
    if style == "bare":
        return day.strftime("%Y-%m-%d")
    if style == "naive":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000")
    if style == "zulu":
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    aware = moment.replace(tzinfo=ZoneInfo(zone))
    return aware.strftime("%Y-%m-%dT%H:%M:%S.000%z")


def make_target(rng: random.Random, group: dict[str, Any], number: int) -> dict[str, Any]:
    if group["trackingType"] == "CAPPING":
        pairs = [("TRANSACTION", "SALES"), ("TRANSACTION", "COUNT"), ("LINEITEM", "QUANTITY"), ("LINEITEM", "SALES")]
        pairs += [("POINTS", kind) for kind in POINT_KINDS]
    else:
        pairs = [
            ("TRANSACTION", kind) for kind in ("SALES", "SALES", "GROSS_SALES", "QUANTITY", "COUNT", "EXTENDED_FIELD")
        ]
        pairs += [("LINEITEM", kind) for kind in ("SALES", "GROSS_SALES", "QUANTITY", "EXTENDED_FIELD")]
        pairs += [("EVENT", kind) for kind in ("COUNT", "VISIT", "EVENT_ATTRIBUTE")]
        pairs += [("POINTS", kind) for kind in POINT_KINDS]
        pairs += [("ALTERNATE_CURRENCIES", kind) for kind in ("REGULAR", "PROMOTIONAL", "ALL")]
        pairs += [("TRANSACTION", "VISIT")] * 2
    entity, kind = rng.choice(pairs)
    target: dict[str, Any] = {
        "name": f"target {number}",
        "active": True,
        "targetEntity": entity,
        "targetType": kind,
        "expression": rng.choice(RULES.get(entity, ("true",))),
        "filters": rng.choice([[], [], [], make_filters(rng)]),
        "enrolmentMethod": rng.choice(["TRANSACTION", "IMPORT"]),
    }
    if entity == "EVENT":
        target["eventName"] = rng.choice(["goodNight", "goodNight", "GymVisit"])
        if kind != "EVENT_ATTRIBUTE" and rng.random() < 0.2:
            target |= {"eventName": "CustomerRegistration", "expression": "true"}
    if kind in ("EXTENDED_FIELD", "EVENT_ATTRIBUTE"):
        name = "minutes" if kind == "EVENT_ATTRIBUTE" else "tax_amount"
        how = "COUNT" if kind == "EXTENDED_FIELD" and rng.random() < 0.3 else "SUM"
        target["extendedFieldInfo"] = {"name": name, "aggregateFunction": how}
        if kind == "EVENT_ATTRIBUTE" and rng.random() < 0.6:
            target["extendedFieldInfo"]["aggregateWindow"] = {
                "windowType": rng.choice(["MAX", "MIN"]),
                "windowTimeUnit": "DAY",
                "windowValue": "1",
            }
    if entity == "ALTERNATE_CURRENCIES":
        target["extendedFieldInfo"] = {"alternateCurrencyIdentifier": "stars", "programId": 5}
    if kind in ("SALES", "GROSS_SALES", "EVENT_ATTRIBUTE", "EXTENDED_FIELD"):
        values = ["10", "50.5", "100", "150", "300", "500"]
    elif entity in ("POINTS", "ALTERNATE_CURRENCIES"):
        values = ["20", "50", "100", "150.25"]
    else:
        values = ["1", "1", "2", "3", "5"]
    if kind == "EXTENDED_FIELD" and target["extendedFieldInfo"]["aggregateFunction"] == "COUNT":
        values = ["1", "2", "3"]
    target["defaultValues"] = default_values(rng, group, values)
    return target


RULES = {
    "TRANSACTION": (
        "true",
        "true",
        "currentTxn.value>20",
        "currentTxn.value>=50&&currentTxn.value<200",
        "currentTxn.discount>=5||currentTxn.value>100",
        'currentTxn.notes=="promo"',
        'currentTxn.value>10&&currentTxn.notes!="none"',
    ),
    "LINEITEM": (
        "true",
        "currentLineItem.qty>=2",
        'currentLineItem.code=="A1"',
        'currentLineItem.code!="C3"&&currentTxn.value>40',
        "currentLineItem.rate>15||currentLineItem.qty>3",
    ),
    "EVENT": ("true", "true", "currentEvent.minutes>=30", "currentEvent.minutes>10&&currentEvent.minutes<60"),
}


def make_filters(rng: random.Random) -> list[dict[str, Any]]:
    filters = []
    for _ in range(rng.randint(1, 3)):
        kind, ids = rng.choice([("STORE", STORES), ("ZONE", ZONE_IDS), ("CONCEPT", CONCEPTS)])
        filters.append({"entityType": kind, "entityIds": rng.sample(ids, rng.randint(0, 2))})
    return filters


def default_values(rng: random.Random, group: dict[str, Any], values: list[str]) -> list[dict[str, Any]]:
    def spelled() -> Any:
        text = rng.choice(values)
        return rng.choice([text, float(text), int(text)] if "." not in text else [text, float(text)])

    window = group["targetEvaluationType"]
    if window == "CYCLIC_WINDOW":
        return [{"defaultValue": spelled()}]
    if window == "PERIOD_AGNOSTIC_WINDOW":
        return [{"defaultValue": spelled()} for _ in range(rng.randint(1, 3))]
    defaults = [{"defaultValue": spelled()} for _ in group["periods"]]
    if all("id" in each for each in group["periods"]):
        for each, period in zip(defaults, group["periods"], strict=True):
            each["periodId"] = period["id"]
        rng.shuffle(defaults)
    return defaults


def decorate(rng: random.Random, group: dict[str, Any], tracking: str) -> None:
    """Levels, the unified rule, twins and inactive members."""
    if tracking in ("STREAKS", "NON_CONTINUOUS_STREAKS"):
        counts = sorted(rng.choices(range(1, max(2, len(group["periods"]) + 1)), k=rng.randint(1, 3)))
        if rng.random() < 0.2:
            rng.shuffle(counts)
        group["streaks"] = [{"name": f"level {at}", "targetCountOfSequence": count} for at, count in enumerate(counts)]
    if tracking == "UNIFIED":
        if rng.random() < 0.8:
            group["combinationType"] = rng.choice(["ALL", "ANY", "ANY"])
        rule = rng.choice(
            [
                None,
                None,
                {"aggregation": "SUM", "thresholdValue": rng.choice([3, 100, "250.5"])},
                {"aggregation": "COUNT", "thresholdValue": rng.choice([1, 2])},
            ]
        )
        if rule is not None:
            group["unifiedTargetExpression"] = rule
        if rng.random() < 0.2 and len(group["targets"]) > 2:
            group["targets"][-1]["active"] = False
    if rng.random() < 0.2:
        twins = []
        for target in group["targets"]:
            if target["targetEntity"] == "TRANSACTION":
                target["eventName"] = "TransactionAdd"
                twins.append({**target, "name": target["name"] + "_ReturnBill", "eventName": "ReturnBill"})
        group["targets"] += twins


def make_enrolment(rng: random.Random, group: dict[str, Any], window: str) -> dict[str, dict[str, Any]]:
    """Who is enrolled, with own values by target's name and period's position (None: the default)."""
    listed: dict[str, dict[str, Any]] = {}
    for customer in ("c1", "c2", "c9"):
        if rng.random() < 0.3:
            continue
        listed[customer] = {}
        if window == "FIXED_CALENDAR_WINDOW" and group["trackingType"] != "CAPPING" and rng.random() < 0.3:
            days = sorted(str(each[which])[:10] for each in group["periods"] for which in ("startDate", "endDate"))
            at = rng.randrange(len(days))
            if rng.random() < 0.7:
                listed[customer]["enrolledOn"] = days[at]
            if rng.random() < 0.3:
                listed[customer]["unenrolledOn"] = days[-1 - at // 2]
        if window != "FIXED_CALENDAR_WINDOW":
            listed[customer] |= part_in_cycles(rng, group)
        elif rng.random() < 0.7:
            listed[customer]["values"] = {
                target["name"]: [rng.choice([None, 0, 1, "60", 2]) for _ in group["periods"]]
                for target in group["targets"]
                if target["active"] and not target["name"].endswith("_ReturnBill")
            }
    return listed


def part_in_cycles(rng: random.Random, group: dict[str, Any]) -> dict[str, Any]:
    """When somebody joined and left a group of cycles, and one value for all cycles or some by their number."""
    part: dict[str, Any] = {}
    given = [group.get(name) for name in ("fromDate", "targetCycleStartDate")]
    first = datetime.fromisoformat(next((each for each in given if each), "2024-06-01")[:10])
    for name, odds, days in (("enrolledOn", 0.3, 10), ("unenrolledOn", 0.4, 60)):
        if rng.random() < odds:
            when = first + timedelta(days=rng.randint(0, days), hours=rng.randint(0, 23))
            part[name] = when.strftime("%Y-%m-%dT%H:%M:%S")
    named = [each["name"] for each in group["targets"] if each["active"] and not each["name"].endswith("_ReturnBill")]
    if rng.random() < 0.4:
        part["values"] = {name: rng.choice([0, 7, "60", {"1": 30}, [None]]) for name in named}
    return part


# ---- records -------------------------------------------------------------------------------------


def make_records(
    rng: random.Random, group: dict[str, Any], first: datetime, end: datetime, zone: str
) -> list[dict[str, Any]]:
    kinds = sorted({kind_of(target) for target in group["targets"]}) * 4
    kinds += ["TransactionAdd", "goodNight", "PointsIssued"]
    records: list[dict[str, Any]] = []
    names: list[Any] = [f"r{number}" for number in range(100)]
    style = rng.random()
    if style < 0.2:
        names = list(range(100))
    elif style < 0.4:
        names = [
            number if number % 2 else rng.choice([f"r{number}", str(number), f"0{number}"]) for number in range(100)
        ]
    rng.shuffle(names)
    customers = ["c1", "c2", "c3"][: rng.randint(1, 3)]
    for _ in range(rng.choice([0, 1, 6, 10, 16, 24, 32])):
        share = rng.uniform(-0.05, 1.1)
        moment = first + (end - first) * share
        if rng.random() < 0.5:
            moment = moment.replace(hour=rng.choice([0, 9, 23]), minute=rng.choice([0, 59]), second=0, microsecond=0)
        record = make_record(rng, rng.choice(kinds), names.pop(), rng.choice(customers), moment, zone)
        records.append(record)
        if record["type"] == "TransactionAdd" and rng.random() < 0.05:
            record["currentTxn"]["value"] = rng.choice([-20, "-99.5", 0])
        elif record["type"] == "TransactionAdd" and rng.random() < 0.35:
            records += make_returns(rng, record, moment, end, names, zone)
    if rng.random() < 0.2:
        moment = first + (end - first) * rng.random()
        orphan = {"id": names.pop(), "customerId": rng.choice(customers), "type": "ReturnBill"}
        orphan |= {"date": written(rng, moment, zone), "returnBill": {"value": 10}}
        records.append(orphan | ({"returnOf": "nowhere"} if rng.random() < 0.7 else {}))
    for record in list(records):
        if rng.random() < 0.05:
            records.append(dict(record))
    rng.shuffle(records)
    return records


def kind_of(target: dict[str, Any]) -> str:
    if target["targetEntity"] == "EVENT":
        return str(target["eventName"])
    return "PointsIssued" if target["targetEntity"] in ("POINTS", "ALTERNATE_CURRENCIES") else "TransactionAdd"


def make_record(rng: random.Random, kind: str, name: str, customer: str, moment: datetime, zone: str) -> dict[str, Any]:
    record: dict[str, Any] = {"id": name, "customerId": customer, "type": kind, "date": written(rng, moment, zone)}
    if rng.random() < 0.8:
        record["storeId"] = rng.choice(STORES)
        if rng.random() < 0.7:
            record["zoneIds"] = rng.sample(ZONE_IDS, rng.randint(0, 2))
            record["conceptIds"] = rng.sample(CONCEPTS, rng.randint(0, 1))
    if kind == "TransactionAdd":
        record["currentTxn"] = make_bill(rng)
    elif kind == "PointsIssued":
        record["points"] = {"regular": amount(rng), "promotional": amount(rng)}
        if rng.random() < 0.4:
            record["points"]["alternateCurrencyIdentifier"] = rng.choice(["stars", "stars", "moons"])
        if rng.random() < 0.05:
            record["points"]["regular"] = rng.choice(["many", None])
    else:
        record["currentEvent"] = {"minutes": amount(rng)}
        if rng.random() < 0.05:
            record["currentEvent"] = rng.choice([{"minutes": "long"}, {"minutes": None}, {}])
    return record


def make_bill(rng: random.Random) -> dict[str, Any]:
    lines = []
    for code in rng.sample(CODES, rng.randint(1, 3)):
        qty, rate = rng.randint(1, 4), rng.choice([5, 12.5, 20, "33.30"])
        value = (5 if rate == 5 else float(rate)) * qty
        line: dict[str, Any] = {"code": code, "qty": qty, "rate": rate}
        if rng.random() < 0.7:
            line["value"] = round(value, 2)
        if rng.random() < 0.5:
            line["discount"] = rng.choice([0, 1, 2.5])
        if rng.random() < 0.5:
            line["amount"] = round(value - float(line.get("discount", 0)), 2)
        tax = rng.choice([None, None, 3, "4.75", 12])
        if tax is not None:
            line["extField_tax_amount"] = tax
        if rng.random() < 0.02:
            line["qty"] = "two"
        lines.append(line)
    bill: dict[str, Any] = {"value": amount(rng), "lineItems": lines}
    if rng.random() < 0.7:
        bill["discount"] = rng.choice([0, 5, "7.5"])
    if rng.random() < 0.5:
        bill["totalQty"] = rng.randint(1, 9)
    if rng.random() < 0.6:
        bill["notes"] = rng.choice(["promo", "none", "other"])
    field_value = rng.choice([None, 3, "60.5", 100])
    if field_value is not None:
        if rng.random() < 0.5:
            bill["extField_tax_amount"] = field_value
        else:
            bill["extendedFields"] = {"tax_amount": field_value}
    if rng.random() < 0.05:
        bill["value"] = rng.choice([0, None])
    if rng.random() < 0.06:
        bill["lineItems"] = rng.choice([[], None, [{"code": "A1"}], [{"qty": 1, "amount": 30}]])
        if bill["lineItems"] is None:
            del bill["lineItems"]
    if rng.random() < 0.03:
        bill["value"] = rng.choice(["abc", True, [1]])
    return bill


def make_returns(
    rng: random.Random, record: dict[str, Any], moment: datetime, end: datetime, names: list[Any], zone: str
) -> list[dict[str, Any]]:
    """One or two returns of a bill: the whole of it, single lines, or more than there was."""
    bill = record["currentTxn"]
    made = []
    for _ in range(rng.choice([1, 1, 1, 2])):
        back = {"lineItems": [part_of(rng, each) for each in (bill.get("lineItems") or [])[: rng.randint(1, 3)]]}
        whole = rng.random() < 0.5
        value = bill["value"]
        try:
            number = 1.0 if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = 1.0
        if whole:
            back = {key: each for key, each in bill.items() if key != "notes"}
            back["value"] = value if rng.random() < 0.8 else number
        else:
            back["value"] = round(number * rng.choice([0.25, 0.5]), 2)
            if rng.random() < 0.2:
                del back["lineItems"]
                back["totalQty"] = 1
            if rng.random() < 0.5:
                back["totalQty"] = rng.randint(1, 3)
            if "discount" in bill and rng.random() < 0.5:
                back["discount"] = 1
            if rng.random() < 0.5:
                back["extField_tax_amount"] = rng.choice([1, "2.5"])
        if rng.random() < 0.04:
            back["value"] = "broken"
        if rng.random() < 0.35:
            back = bare_return(rng, bill, number)
        later = moment + (end - moment) * rng.random() * rng.choice([0.1, 1])
        later = max(later, moment + timedelta(seconds=1))
        if rng.random() < 0.15:
            later = moment - timedelta(seconds=rng.choice([0, 0, 1, 86_400, 10 * 86_400]))
        each = {"id": names.pop(), "customerId": record["customerId"], "type": "ReturnBill", "returnOf": record["id"]}
        each |= {"date": written(rng, later, zone, date_only=False), "returnBill": back}
        made.append(each)
    return made


def amount(rng: random.Random) -> Any:
    return rng.choice([rng.randint(1, 250), round(rng.uniform(1, 250), 2), f"{rng.uniform(1, 250):.3f}", 100, 50, 200])


def written(rng: random.Random, moment: datetime, zone: str, date_only: bool = True) -> Any:
    """A local moment in one of the spellings a record may use."""
    moment = moment.replace(microsecond=0)
    style = rng.choice(["naive", "naive", "zulu", "offset", "millis", "blank", "object", "bare"])
    if style == "bare" and date_only:
        return moment.strftime("%Y-%m-%d")
    aware = moment.replace(tzinfo=ZoneInfo(zone))
    match style:
        case "zulu":
            return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        case "offset":
            return aware.strftime("%Y-%m-%dT%H:%M:%S%z")
        case "millis":
            return int(aware.timestamp()) * 1000
        case "blank":
            return moment.strftime("%Y-%m-%d %H:%M:%S")
        case "object":
            return aware
        case _:
            return moment.strftime("%Y-%m-%dT%H:%M:%S.000")
