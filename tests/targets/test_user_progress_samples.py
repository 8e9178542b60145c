"""The documents' samples of a user's progress: their stories replayed, every member compared where its input is known.

GUT is the call's page. Rows' own ids, and when the customer was enrolled, are known to the platform alone; its oldest
samples have no `targetAchievedDateTime` and no `streakAchievedDateTime`, the newer ones do.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from targetexpr.targets import evaluate
from targetexpr.targets.model.json_values import write_json

UNKNOWN = {"targetId": None, "enrolledOn": None}
ROW = [
    "targetId", "periodId", "periodRefCode", "periodStartDate", "periodEndDate", "targetValue", "targetAchievedValue",
    "targetName", "targetType", "targetEntity", "targetRuleId", "enrolledOn", "eventName",
    "periodStartDateWithTimeStamp", "periodEndDateWithTimeStamp", "targetAchievedDateTime", "currentPeriod",
    "milestones",
]  # fmt: skip


def group(
    id: int, name: str, tracking: str, target: dict[str, Any], periods: list[tuple[int, str, str, str]], **more: Any
) -> dict[str, Any]:
    """A group as a read has it: one target of one value, periods with their ids."""
    value = target.pop("value")
    values = [{"periodId": period, "defaultValue": value} for period, *_ in periods]
    return {
        "id": id,
        "name": name,
        "trackingType": tracking,
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "periods": [
            {"id": period, "refCode": code, "startDate": start, "endDate": end} for period, code, start, end in periods
        ],
        "targets": [{"eventName": "TransactionAdd", "expression": "true", "defaultValues": values} | target],
    } | more


def row(target: dict[str, Any], period: tuple[int, str, str, str], **more: Any) -> dict[str, Any]:
    """A row as the samples have it."""
    period_id, code, start, end = period
    return (
        UNKNOWN
        | {
            "periodId": period_id,
            "periodRefCode": code,
            "periodStartDate": start,
            "periodEndDate": end,
            "targetName": target["name"],
            "targetType": target["targetType"],
            "targetEntity": target["targetEntity"],
            "targetRuleId": target["id"],
            "eventName": "TransactionAdd",
            "periodStartDateWithTimeStamp": f"{start}T00:00:00.000Z",
            "periodEndDateWithTimeStamp": f"{end}T23:59:59.000Z",
            "targetAchievedDateTime": None,
            "currentPeriod": False,
            "milestones": None,
        }
        | more
    )


def bills(customer: int, date: str, count: int, value: float, **more: Any) -> list[dict[str, Any]]:
    """As many bills on a day, a minute apart."""
    return [
        {
            "id": f"{date}-{place}",
            "customerId": customer,
            "type": "TransactionAdd",
            "date": f"{date}T10:{place:02}:00Z",
            "currentTxn": {"value": value, "discount": 0},
        }
        | more
        for place in range(count)
    ]


def told(made: dict[str, Any], records: list[dict[str, Any]], customer: int, now: str) -> Any:
    found = evaluate(made, records, now=now).user_progress(str(customer))
    answer = json.loads(write_json(found), parse_float=Decimal)
    assert list(answer) == ["data", "errors", "warnings"]
    assert (answer["errors"], answer["warnings"]) == (None, None)
    assert list(answer["data"]) == ["userId", "customer", "targetGroups"]
    assert (answer["data"]["userId"], answer["data"]["customer"]) == (customer, {"id": customer})
    (shown,) = answer["data"]["targetGroups"]
    assert all(list(one) == ROW for one in shown["targets"])
    return shown


def test_a_streak_whose_periods_have_ended() -> None:
    """GUT, group 851: 7 of 2 and 8 of 2, both weeks over, the level reached in the second."""
    target = {"id": 427, "name": "JP&A", "targetType": "COUNT", "targetEntity": "TRANSACTION", "value": 2}
    weeks = [(1807, "JP&A1", "2024-04-11", "2024-04-17"), (1808, "JP&A2", "2024-04-18", "2024-04-24")]
    made = group(
        851, "JP&A", "STREAKS", dict(target), weeks, preferredTillId=75077502,
        streaks=[{"id": 19, "name": "JP&A11", "targetCountOfSequence": 2}],
    )  # fmt: skip
    records = bills(64035151, "2024-04-11", 7, 50) + bills(64035151, "2024-04-18", 8, 50)
    achieved = ("2024-04-11T10:01:00.000+0000", "2024-04-18T10:01:00.000+0000")  # by the second bill of each
    assert told(made, records, 64035151, "2024-05-07T10:26:56Z") == {
        "id": 851,
        "name": "JP&A",
        "preferredTillId": 75077502,
        "targets": [
            row(target, weeks[0], targetValue=2, targetAchievedValue=7, targetAchievedDateTime=achieved[0]),
            row(target, weeks[1], targetValue=2, targetAchievedValue=8, targetAchievedDateTime=achieved[1]),
        ],
        "streaks": [
            {
                "userStreakId": None,
                "streakId": 19,
                "streakName": "JP&A11",
                "status": "ACHIEVED",
                "currentCount": 2,
                "totalTargetCountOfSequence": 2,
                "streakAchievedUserTargetId": None,
                "streakAchievedDateTime": achieved[1],
            }
        ],
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "trackingType": "STREAKS",
    }


def test_a_streak_in_progress_has_no_deciding_row() -> None:
    """GUT, group 872: days of 1 and 3 bills of 1, two of ten periods."""
    target = {
        "id": 444, "name": "Post a picture everyday", "targetType": "COUNT", "targetEntity": "TRANSACTION", "value": 1
    }  # fmt: skip
    days = [(1918 + day, f"Cycle_{day - 17}", f"2024-04-{day}", f"2024-04-{day}") for day in range(18, 28)]
    made = group(
        872, target["name"], "STREAKS", dict(target), days,  # type: ignore[arg-type]
        streaks=[{"id": 52, "name": "Post a picture everyday_1", "targetCountOfSequence": 10}],
    )  # fmt: skip
    records = bills(64035151, "2024-04-18", 1, 50) + bills(64035151, "2024-04-19", 3, 50)
    shown = told(made, records, 64035151, "2024-04-19T23:00:00Z")
    first = ("2024-04-18T10:00:00.000+0000", "2024-04-19T10:00:00.000+0000")
    assert shown["targets"] == [
        row(target, days[0], targetValue=1, targetAchievedValue=1, targetAchievedDateTime=first[0]),
        row(target, days[1], targetValue=1, targetAchievedValue=3, targetAchievedDateTime=first[1], currentPeriod=True),
    ]
    assert shown["streaks"] == [
        {
            "userStreakId": None,
            "streakId": 52,
            "streakName": "Post a picture everyday_1",
            "status": "INPROGRESS",
            "currentCount": 2,
            "totalTargetCountOfSequence": 10,
            "streakAchievedDateTime": None,
        }
    ]


def test_a_capping_shows_all_its_periods() -> None:
    """GUT, group 643: twelve months, the sixth running, nothing granted yet."""
    target = {"id": 335, "name": "sdcs", "targetType": "REGULAR_POINTS", "targetEntity": "POINTS", "value": 1200}
    days = [date(2023 + (11 + place) // 12, (11 + place) % 12 + 1, 4) for place in range(13)]
    months = [
        (1093 + place, f"Cycle_{place + 1}", first.isoformat(), (following - timedelta(1)).isoformat())
        for place, (first, following) in enumerate(pairwise(days))
    ]
    assert months[5][2:] == ("2024-05-04", "2024-06-03")
    made = group(643, "sdcs", "CAPPING", dict(target), months, preferredTillId=-1)
    shown = told(made, bills(64035151, "2024-05-06", 1, 50), 64035151, "2024-05-07T10:26:56Z")
    assert shown == {
        "id": 643,
        "name": "sdcs",
        "preferredTillId": -1,
        "targets": [
            row(target, month, targetValue=1200, targetAchievedValue=0, currentPeriod=place == 5)
            for place, month in enumerate(months)
        ],
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "trackingType": "CAPPING",
    }


def test_a_milestone_that_runs() -> None:
    """GUT, group 854: 2600 of 11 in gross sales."""
    target = {"id": 429, "name": "efef", "targetType": "GROSS_SALES", "targetEntity": "TRANSACTION", "value": 11}
    month = (1814, "Cycle_1", "2024-04-12", "2024-05-11")
    made = group(854, "efef", "DEFAULT", dict(target), [month], preferredTillId=75050873)
    records = bills(64035151, "2024-04-12", 1, 2600)
    shown = told(made, records, 64035151, "2024-05-07T10:26:56Z")
    at = "2024-04-12T10:00:00.000+0000"
    assert shown["targets"] == [
        row(target, month, targetValue=11, targetAchievedValue=2600, targetAchievedDateTime=at, currentPeriod=True)
    ]
    assert "streaks" not in shown


@pytest.mark.parametrize("listed", [True, False])
def test_sub_targets_and_the_twin(listed: bool) -> None:
    """GUT, group 995: two sub-targets as reads spell them, null for the twin; and null where there are none."""
    name = "Buy 10X in 1 month to unlock a voucher"
    target = {"id": 1059, "name": name, "targetType": "COUNT", "targetEntity": "TRANSACTION", "value": 10}
    triggers = [
        {
            "id": trigger, "triggerName": str(value), "isActive": True, "triggerType": "CUSTOM_TRIGGER",
            "triggerValueType": "ABSOLUTE", "triggerValue": value, "targetRuleId": 1059,
        }
        for trigger, value in ((201, 3), (202, 5))
    ]  # fmt: skip
    month = (2622, "Cycle_3", "2024-05-01", "2024-05-31")
    made = group(995, name, "DEFAULT", target | {"targetMilestoneTriggers": triggers if listed else []}, [month])
    made["targets"].append(made["targets"][0] | {"id": 1060, "name": f"{name}_ReturnBill", "eventName": "ReturnBill"})
    before = bills(547528790, "2024-04-02", 4, 100)
    original, twin = told(made, before, 547528790, "2024-05-07T00:00:00Z")["targets"]
    current = {"targetValue": 10, "targetAchievedValue": 0, "currentPeriod": True}
    milestones = [
        {"id": 201, "triggerName": "3", "triggerValue": 3, "isAchieved": False},
        {"id": 202, "triggerName": "5", "triggerValue": 5, "isAchieved": False},
    ]
    assert original == row(target, month, milestones=milestones if listed else None, **current)
    assert twin == row(target | {"id": 1060, "name": f"{name}_ReturnBill"}, month, eventName="ReturnBill", **current)


def test_the_systems_sub_target_of_a_hundred_per_cent() -> None:
    """GUT, group 34044: `targetAchieved` is shown as the amount 1500."""
    target = {
        "id": 61853, "name": "t", "targetType": "GROSS_SALES", "targetEntity": "TRANSACTION", "value": 1500,
        "targetMilestoneTriggers": [
            {
                "id": 10794, "triggerName": "targetAchieved", "isActive": True, "triggerType": "SYSTEM_TRIGGER",
                "triggerValueType": "PERCENTAGE", "triggerValue": 100.0, "targetRuleId": 61853,
            }
        ],
    }  # fmt: skip
    made = group(34044, "TG", "DEFAULT", target, [(1, "Cycle_1", "2024-07-01", "2024-07-31")])
    for amount, reached in ((1499.99, False), (1500, True)):
        shown = told(made, bills(387035386, "2024-07-02", 1, amount), 387035386, "2024-07-30T00:00:00Z")
        assert shown["targets"][0]["milestones"] == [
            {"id": 10794, "triggerName": "targetAchieved", "triggerValue": 1500, "isAchieved": reached}
        ]


def test_a_group_that_was_read_keeps_its_attribution() -> None:
    target = {"id": 1, "name": "t", "targetType": "SALES", "targetEntity": "TRANSACTION", "value": 1}
    who = {"createdOn": "2024-04-11T12:10:48.000+0000", "createdBy": {"id": 4, "name": "First User"}}
    made = group(7, "g", "DEFAULT", target, [(1, "Cycle_1", "2024-07-01", "2024-07-31")], attribution=who)
    shown = told(made, bills(5, "2024-07-02", 1, 10), 5, "2024-07-30T00:00:00Z")
    assert list(shown)[:3] == ["id", "attribution", "name"]
    assert shown["attribution"] == who
