"""Examples of the platform's documents and data: answers, and records that do not fit. By name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from targetexpr.targets import TargetGroup, evaluate
from targetexpr.targets.model.json_values import write_json
from tests.targets.documented import answer, back, bill, days, group, levels, rows, target


def told(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> Any:
    found = evaluate(TargetGroup.model_validate(made), records, **options).user_progress("c")
    return json.loads(write_json(found), parse_float=Decimal)["data"]["targetGroups"][0]


def test_the_users_progress_has_a_row_per_target_and_started_period() -> None:
    """GUT: 7 of 2 and 8 of 2 in one-day periods; nothing of the third day, which has not started."""
    made = group("STREAKS", days(18, 3, "2024-04"), target(kind="COUNT", values=[2, 2, 2]), streaks=levels(2, 5))
    made["periods"] = [{**each, "id": 70 + at} for at, each in enumerate(made["periods"])]
    made["targets"][0]["id"] = 851
    records = [bill(f"a{at}", f"2024-04-18T0{at}:00:00", 1) for at in range(7)]
    records += [bill(f"b{at}", f"2024-04-19T0{at}:00:00", 1) for at in range(8)]
    found = told(made, records)
    assert [str(row["targetAchievedValue"]) for row in found["targets"]] == ["7.000", "8.000"]
    assert [str(row["targetValue"]) for row in found["targets"]] == ["2.000", "2.000"]
    assert [row["periodId"] for row in found["targets"]] == [70, 71]
    assert [row["currentPeriod"] for row in found["targets"]] == [False, True]
    assert {row["targetRuleId"] for row in found["targets"]} == {851}
    assert found["targets"][1]["periodStartDateWithTimeStamp"] == "2024-04-19T00:00:00.000Z"
    assert found["targets"][1]["periodEndDateWithTimeStamp"] == "2024-04-19T23:59:59.000Z"
    assert [
        (each["status"], each["currentCount"], each["totalTargetCountOfSequence"]) for each in found["streaks"]
    ] == [
        ("ACHIEVED", 2, 2),
        ("INPROGRESS", 2, 5),
    ]


@pytest.mark.parametrize(("value", "shown"), [(2000.46, "2000.460"), ("1.0005", "1.001"), ("-1.0005", "-1.001")])
def test_achieved_values_are_shown_to_three_decimals_half_up(value: Any, shown: str) -> None:
    found = told(group("DEFAULT", days(1, 1), target()), [bill("b", "2024-01-01", value)])
    assert str(found["targets"][0]["targetAchievedValue"]) == shown


def test_the_twin_has_rows_of_its_own_with_nothing_achieved() -> None:
    """GUT: `<name>_ReturnBill` shows up with 0 achieved."""
    made = group("DEFAULT", days(1, 1), target(eventName="TransactionAdd"))
    made["targets"].append({**made["targets"][0], "name": "spend_ReturnBill", "eventName": "ReturnBill"})
    found = told(made, [bill("b", "2024-01-01", 800)])["targets"]
    assert [(row["targetName"], str(row["targetAchievedValue"])) for row in found] == [
        ("spend", "800.000"),
        ("spend_ReturnBill", "0.000"),
    ]


def test_the_average_of_50_60_70_in_five_cycles_is_60() -> None:
    """PRO: avgTargetAchieved is the mean over the cycles so far."""
    made = group("DEFAULT", days(1, 5), target(values=[100] * 5))
    records = [bill(f"b{at}", f"2024-01-0{at}", 40 + 10 * at) for at in (1, 2, 3)]
    found = evaluate(TargetGroup.model_validate(made), records).customers["c"]
    assert found.average_achieved("spend") == 60


def test_a_record_with_bad_data_contributes_nothing_and_is_listed() -> None:
    made = group("DEFAULT", days(1, 1), target(expression="currentTxn.value>10"), target("count", kind="COUNT"))
    records = [bill("good", "2024-01-01", 20), bill("bad", "2024-01-01", "twenty")]
    found = answer(made, records)
    assert [each[:2] for each in found["reported"]["errors"]] == [["bad", "spend"]]
    assert found["customers"]["c"]["targets"]["spend"][0]["progress"] == "20"
    assert found["customers"]["c"]["targets"]["count"][0]["progress"] == "2", "a count reads no value"


def test_on_error_raise_stops() -> None:
    made = group("DEFAULT", days(1, 1), target(expression="currentTxn.value>10"))
    with pytest.raises(ValueError, match=r"currentTxn\.value"):
        answer(made, [bill("bad", "2024-01-01", "twenty")], on_error="raise")


BAD_RECORDS: list[Any] = [
    {},
    {"id": "x"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd", "date": "tomorrow"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd", "date": "2024-02-30"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd", "date": True},
    {"id": None, "customerId": "c", "type": "TransactionAdd", "date": "2024-01-01"},
    {"id": "x", "customerId": None, "type": "TransactionAdd", "date": "2024-01-01"},
    {"id": "x", "customerId": ["c"], "type": "TransactionAdd", "date": "2024-01-01"},
    {"id": "x", "customerId": "c", "type": 7, "date": "2024-01-01"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-01"},
    {"id": "x", "customerId": "c", "type": "TransactionAdd", "date": "2024-01-01", "currentTxn": 5},
    {
        "id": "x",
        "customerId": "c",
        "type": "TransactionAdd",
        "date": "2024-01-01",
        "currentTxn": {"value": float("nan")},
    },
    5,
    None,
    "record",
]


@pytest.mark.parametrize("record", BAD_RECORDS, ids=range(len(BAD_RECORDS)))
def test_records_that_are_none_are_listed_and_the_others_count(record: Any) -> None:
    """Never a traceback: listed by default, a data error with `on_error="raise"`."""
    made = group("DEFAULT", days(1, 1), target(expression="currentTxn.value>=0"))
    found = answer(made, [bill("good", "2024-01-01", 20), record])
    assert len(found["reported"]["errors"]) == 1
    assert found["customers"]["c"]["targets"]["spend"][0]["progress"] == "20"
    with pytest.raises(ValueError, match=r"\S"):
        answer(made, [record], on_error="raise")


@pytest.mark.parametrize("where", [{"storeId": [1]}, {"zoneIds": 5}, {"zoneIds": [None]}, {"conceptIds": {"a": 1}}])
def test_places_that_do_not_fit_give_no_traceback(where: dict[str, Any]) -> None:
    made = group("DEFAULT", days(1, 1), target(filters=[{"entityType": "ZONE", "entityIds": [5]}]))
    found = answer(made, [bill("b", "2024-01-01", 5, **where)])
    assert "customers" in found


def test_a_bill_that_comes_after_its_return_in_the_file_is_its_bill() -> None:
    made = group("DEFAULT", days(1, 1), target(values=[10]))
    records = [back("t", "2024-01-01T05:00:00", "b", 4), bill("b", "2024-01-01T01:00:00", 10)]
    assert rows(made, records)[0]["contributions"] == [["b", "10"], ["t", "-4"]]


def test_records_after_now_are_ignored() -> None:
    """TARGETS.md: `now` is by default the latest record's date; later records are ignored."""
    made = group("DEFAULT", days(1, 2), target(values=[10, 10]))
    records = [bill("a", "2024-01-01T10:00:00", 10), bill("b", "2024-01-01T10:00:01", 10)]
    assert rows(made, records, now="2024-01-01T10:00:00")[0]["progress"] == "10"
    assert rows(made, records)[0]["progress"] == "20"
