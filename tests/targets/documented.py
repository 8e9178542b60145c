"""What the examples of the platform's documents are written with: groups, periods, targets and records, in brief."""

from __future__ import annotations

from typing import Any

from targetexpr.targets import TargetGroup, evaluate

Rows = list[dict[str, Any]]


def periods(*spans: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"refCode": f"Cycle_{number}", "startDate": first, "endDate": last, "active": True}
        for number, (first, last) in enumerate(spans, 1)
    ]


def days(first: int, count: int, month: str = "2024-01") -> list[dict[str, Any]]:
    """One-day periods."""
    return periods(*((f"{month}-{first + at:02}", f"{month}-{first + at:02}") for at in range(count)))


def target(name: str = "spend", *, kind: str = "SALES", entity: str = "TRANSACTION", **more: Any) -> dict[str, Any]:
    values = more.pop("values", [500])
    made = {"name": name, "active": True, "targetEntity": entity, "targetType": kind, "expression": "true"}
    made |= {"filters": [], "enrolmentMethod": "TRANSACTION", "defaultValues": [{"defaultValue": v} for v in values]}
    return {**made, **more}


def group(tracking: str, cycles: list[dict[str, Any]], *targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {"name": "g", "active": True, "trackingType": tracking, "targetEvaluationType": "FIXED_CALENDAR_WINDOW"}
    made |= {"totalPeriods": len(cycles) or 1, "frequencyType": "CUSTOM", "targets": list(targets)}
    return {**made, **({"periods": cycles} if cycles else {}), **more}


def levels(*counts: int) -> list[dict[str, Any]]:
    return [{"name": f"of {count}", "targetCountOfSequence": count} for count in counts]


def bill(id: str, date: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "customerId": "c", "type": "TransactionAdd", "date": date, "currentTxn": {"value": value}, **more}


def back(id: str, date: str, of: str, value: Any, **more: Any) -> dict[str, Any]:
    found = {"id": id, "customerId": "c", "type": "ReturnBill", "date": date, "returnOf": of}
    return {**found, "returnBill": {"value": value}, **more}


def event(id: str, date: str, name: str = "goodNight", **attributes: Any) -> dict[str, Any]:
    return {"id": id, "customerId": "c", "type": name, "date": date, "currentEvent": attributes}


def answer(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = evaluate(TargetGroup.model_validate(made), records, **options).to_dict()
    return found


def one(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer(made, records, **options)["customers"]["c"]
    return found


def rows(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> Rows:
    (found,) = one(made, records, **options)["targets"].values()
    return list(found)


def reached(found: dict[str, Any]) -> list[str | None]:
    return [each["period"] for each in found["levels"]]
