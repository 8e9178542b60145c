"""Progress: what counts, when a value is achieved, what returns do, who takes part. Figures are worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from targetexpr import ExpressionError
from targetexpr.running.coercion import DataError
from targetexpr.targets import EvaluationError, Tracker, evaluate, validate
from targetexpr.targets.progress.results import CustomerProgress

WEEKS = [("W1", "2024-01-01", "2024-01-07"), ("W2", "2024-01-08", "2024-01-14"), ("W3", "2024-01-15", "2024-01-21")]


def group(value: Any = 500, **changes: Any) -> dict[str, Any]:
    target = {
        "name": "T",
        "targetEntity": "TRANSACTION",
        "targetType": "SALES",
        "expression": "true",
        "defaultValues": [{"defaultValue": value}] * len(WEEKS),
    }
    target |= changes.pop("target", {})
    periods = [{"refCode": name, "startDate": first, "endDate": last} for name, first, last in WEEKS]
    return {"name": "G", "trackingType": "DEFAULT", "periods": periods, "targets": [target], **changes}


def bill(id: str, day: str, value: Any = 100, **more: Any) -> dict[str, Any]:
    profile = {"value": value, **more.pop("txn", {})}
    return {"id": id, "customerId": "c", "type": "TransactionAdd", "date": day, "currentTxn": profile, **more}


def back(id: str, day: str, bill: str, value: Any, **more: Any) -> dict[str, Any]:
    kept = {"value": value, **more.pop("back", {})}
    return {
        "id": id,
        "customerId": "c",
        "type": "ReturnBill",
        "date": day,
        "returnOf": bill,
        "returnBill": kept,
        **more,
    }


def only(group: dict[str, Any], *records: dict[str, Any], **options: Any) -> CustomerProgress:
    return evaluate(group, records, **options).customers["c"]


def figures(customer: CustomerProgress) -> list[str]:
    return [format(row.progress, "f") for row in customer.periods]


def test_achieved_by_the_record_that_last_brought_the_progress_to_the_value() -> None:
    records = [bill("a", "2024-01-01", 500), back("r", "2024-01-02", "a", 100), bill("b", "2024-01-03", 150)]
    first = only(group(), *records).periods[0]
    assert (first.progress, first.achieved_by, first.achieved_on) == (550, "b", datetime(2024, 1, 3, tzinfo=UTC))
    assert first.contributions == (("a", 500), ("r", -100), ("b", 150))


def test_a_value_of_nothing_takes_a_contribution() -> None:
    customer = only(group(0), bill("a", "2024-01-09", 0), enrolment={"c": None})
    assert [row.achieved for row in customer.periods] == [False, True, False]


@pytest.mark.parametrize(
    ("kind", "txn", "expected"),
    [
        ("SALES", {}, "100"),
        ("GROSS_SALES", {"discount": "12.5"}, "112.5"),
        ("QUANTITY", {"totalQty": 4, "lineItems": [{"qty": 9}]}, "4"),
        ("QUANTITY", {"lineItems": [{"qty": 1.5}, {"qty": 2}]}, "3.5"),
        ("COUNT", {}, "1"),
        ("VISIT", {}, "1"),
    ],
)
def test_measures_of_bills(kind: str, txn: dict[str, Any], expected: str) -> None:
    assert figures(only(group(target={"targetType": kind}), bill("a", "2024-01-01", txn=txn)))[0] == expected


@pytest.mark.parametrize(("function", "expected"), [("SUM", "5.5"), ("COUNT", "2")])
def test_extended_fields_count_where_they_are_there(function: str, expected: str) -> None:
    info = {"name": "tax", "aggregateFunction": function}
    records = [
        bill("a", "2024-01-01", txn={"extendedFields": {"tax": "2.5"}}),
        bill("b", "2024-01-01", txn={"extField_tax": 3}),
        bill("n", "2024-01-01"),
    ]
    made = group(target={"targetType": "EXTENDED_FIELD", "extendedFieldInfo": info})
    customer = only(made, *records)
    assert figures(customer)[0] == expected
    assert [one.record for one in customer.periods[0].contributions] == ["a", "b"]


@pytest.mark.parametrize(("window", "expected"), [("MAX", "70"), ("MIN", "30")])
def test_the_highest_or_lowest_of_each_local_day(window: str, expected: str) -> None:
    info = {"name": "x", "aggregateFunction": "SUM", "aggregateWindow": {"windowType": window, "windowTimeUnit": "DAY"}}
    target = {"targetEntity": "EVENT", "eventName": "walk", "targetType": "EVENT_ATTRIBUTE", "extendedFieldInfo": info}
    events = [
        {"id": n, "customerId": "c", "type": "walk", "date": date, "currentEvent": {"x": x}}
        for n, date, x in (
            (1, "2024-01-01T18:00:00Z", 20),
            (2, "2024-01-01T18:29:59Z", 10),  # 23:59 in India
            (3, "2024-01-01T18:30:00Z", 50),  # midnight
            (4, "2024-01-02T10:00:00Z", 20),
        )
    ]
    assert figures(only(group(target=target), *events, timezone="Asia/Kolkata"))[0] == expected


def test_line_items_that_pass_are_summed_net() -> None:
    lines = [
        {"code": "A", "value": 100, "discount": 10},
        {"code": "B", "amount": 70},
        {"code": "A", "qty": 2, "rate": 5},
    ]
    target = {"targetEntity": "LINEITEM", "expression": 'currentLineItem.code=="A"'}
    assert figures(only(group(target=target), bill("a", "2024-01-01", txn={"lineItems": lines})))[0] == "100"


def test_the_share_of_a_return_that_names_no_lines() -> None:
    """1750 of a bill of 6500 comes back, of which 5000 counted: 1346.15 [D: milestones page, line-item returns]."""
    lines = [{"code": "A", "amount": 5000}, {"code": "B", "amount": 1500}]
    target = {"targetEntity": "LINEITEM", "expression": 'currentLineItem.code=="A"'}
    records = [bill("a", "2024-01-01", 6500, txn={"lineItems": lines}), back("r", "2024-01-09", "a", 1750)]
    customer = only(group(target=target), *records)
    assert [row.progress.quantize(Decimal("0.01")) for row in customer.periods[::2]] == [5000, Decimal("-1346.15")]


@pytest.mark.parametrize(
    ("policy", "day", "expected"),
    [
        (None, "2024-01-05", ["200", "0", "0"]),
        (None, "2024-01-09", ["300", "0", "-100"]),
        ("SAME_PERIOD", "2024-01-09", ["200", "0", "0"]),
        ("NEXT_PERIOD", "2024-01-05", ["300", "-100", "0"]),
        ("NEXT_PERIOD", "2024-01-18", ["300", "0", "0"]),
        ("IGNORE", "2024-01-05", ["300", "0", "0"]),
    ],
)
def test_where_a_return_weighs(policy: Any, day: str, expected: list[str]) -> None:
    records = [bill("a", "2024-01-01", 300), back("r", day, "a", 100)]
    assert figures(only(group(), *records, returns=policy)) == expected


def test_a_bill_gives_back_no_more_than_it_brought() -> None:
    records = [bill("a", "2024-01-01", 300), back("r", "2024-01-02", "a", 200), back("s", "2024-01-03", "a", 200)]
    assert figures(only(group(), *records))[0] == "0"


def test_the_bill_decides_whether_its_return_counts() -> None:
    made = group(target={"expression": "currentTxn.value>250"})
    records = [bill("a", "2024-01-01", 300), bill("b", "2024-01-01", 200)]
    records += [back("r", "2024-01-02", "a", 50), back("s", "2024-01-02", "b", 200)]
    assert figures(only(made, *records))[0] == "250"


def test_counts_fall_when_a_bill_is_returned_whole_in_parts() -> None:
    made = group(target={"targetType": "COUNT"})
    records = [bill("a", "2024-01-01", 300), back("r", "2024-01-02", "a", 299)]
    assert figures(only(made, *records))[0] == "1"
    assert figures(only(made, *records, back("s", "2024-01-03", "a", 1)))[0] == "0"


def test_a_visit_stays_while_another_bill_of_the_day_does() -> None:
    made = group(target={"targetType": "VISIT"})
    records = [bill("a", "2024-01-01", 300), bill("b", "2024-01-01", 5), back("r", "2024-01-02", "a", 300)]
    assert figures(only(made, *records))[0] == "1"
    assert figures(only(made, *records, back("s", "2024-01-02", "b", 5)))[0] == "0"


def test_a_return_can_take_a_level_back() -> None:
    made = group(trackingType="STREAKS", streaks=[{"name": "L", "targetCountOfSequence": 2}])
    records = [bill("a", "2024-01-01", 500), bill("b", "2024-01-08", 500)]
    whole = only(made, *records)
    assert whole.streak is not None
    assert (whole.streak.levels[0].status, whole.streak.levels[0].period) == ("ACHIEVED", "W2")
    less = only(made, *records, back("r", "2024-01-09", "b", 1))
    assert less.streak is not None
    assert (less.streak.levels[0].status, less.streak.run) == ("INPROGRESS", 1)


def test_orphans_duplicates_and_data_that_does_not_fit_are_reported() -> None:
    records = [
        bill("a", "2024-01-01", 300),
        bill("a", "2024-01-02", 999),
        bill("x", "2024-01-01", "much"),
        back("r", "2024-01-02", "gone", 1),
        {"id": "n", "customerId": "c", "type": "TransactionAdd", "date": "yesterday"},
    ]
    found = evaluate(group(), records)
    reported = found.to_dict()["reported"]
    assert isinstance(reported, dict)
    assert reported["duplicates"] == ["a"]
    assert reported["orphan_returns"] == ["r"]
    assert reported["errors"] == [["n", None, "date"], ["x", "T", "currentTxn.value"]]
    assert [(one.record, one.target, one.reason, one.path) for one in found.reported.records] == [
        ("a", "", "duplicate", "id"),
        ("n", "", "unreadable", "date"),
        ("r", "", "no-bill", "returnOf"),
        ("x", "T", "data", "currentTxn.value"),
    ]
    assert reported["counts"] == {"later": 0, "not_enrolled": 0, "out_of_scope": 0, "outside_periods": 0}
    assert figures(found.customers["c"])[0] == "300"
    with pytest.raises(DataError, match="much"):
        evaluate(group(), records, on_error="raise")


def test_records_after_now_are_ignored() -> None:
    records = [bill("a", "2024-01-01T10:00:00"), bill("b", "2024-01-01T10:00:01")]
    assert figures(only(group(), *records, now="2024-01-01T10:00:00"))[0] == "100"


def test_scope() -> None:
    filters = [{"entityType": "STORE", "entityIds": [7]}, {"entityType": "ZONE", "entityIds": [0]},
               {"entityType": "CONCEPT", "entityIds": []}]  # fmt: skip
    made = group(target={"filters": filters})
    assert figures(only(made, bill("a", "2024-01-01", storeId=7)))[0] == "100"
    assert figures(only(made, bill("a", "2024-01-01", storeId=8, zoneIds=[3, 0])))[0] == "100"
    assert figures(only(made, bill("a", "2024-01-01", storeId=8, conceptIds=[7])))[0] == "0"
    assert figures(only(made, bill("a", "2024-01-01")))[0] == "0"


def test_periods_are_local_days() -> None:
    record = bill("a", "2024-01-07T19:00:00Z")
    assert figures(only(group(), record)) == ["100", "0", "0"]
    assert figures(only(group(), record, timezone="Asia/Kolkata")) == ["0", "100", "0"]


def test_enrolment_decides_who_takes_part_and_with_which_values() -> None:
    records = [bill("a", "2024-01-01", 100), {**bill("b", "2024-01-01"), "customerId": "other"}]
    part = {"c": {"values": {"T": [100, None, 0]}}, "silent": None}
    found = evaluate(group(), records, enrolment=part)
    assert sorted(found.customers) == ["c", "silent"]
    assert [row.value for row in found.customers["c"].periods] == [100, 500, 0]
    assert found.customers["c"].periods[0].achieved
    with pytest.raises(ValueError, match="unknown member 'value'"):
        evaluate(group(), records, enrolment={"c": {"value": 1}})


def test_periods_before_enrolment_are_not_missed() -> None:
    made = group(trackingType="STREAKS", streaks=[{"name": "L", "targetCountOfSequence": 2}])
    records = [bill("a", "2024-01-08", 500), bill("b", "2024-01-15", 500)]
    customer = only(made, *records, enrolment=[{"customerId": "c", "enrolledOn": "2024-01-08"}])
    assert [row.period for row in customer.periods] == ["W2", "W3"]
    assert customer.streak is not None
    assert customer.streak.levels[0].period == "W3"


def test_an_agnostic_window_closes_on_the_record_that_reaches_the_value() -> None:
    made = group(targetEvaluationType="PERIOD_AGNOSTIC_WINDOW", recurringCycles=3, periods=[])
    made["targets"][0]["defaultValues"] = [{"defaultValue": 100}, {"defaultValue": 50}]
    records = [bill(str(n), f"2024-01-0{n}", value) for n, value in enumerate((60, 70, 50, 10, 45, 99), 1)]
    rows = only(made, *records).periods
    assert [(row.value, row.progress, row.achieved_by) for row in rows] == [
        (100, 130, "2"), (50, 50, "3"), (50, 55, "5"),
    ]  # fmt: skip


def test_a_cyclic_window_is_anchored_on_the_earliest_record_even_a_late_one() -> None:
    made = group(
        targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", frequency=2, recurringCycles=2, periods=[]
    )
    made |= {"fromDate": "2024-01-01", "toDate": "2024-01-04"}
    tracker = Tracker(made)
    tracker.add(bill("late", "2024-01-03T09:00:00", 10))
    tracker.add(bill("first", "2024-01-02T08:00:00", 1))
    tracker.add(bill("early", "2023-12-31T08:00:00", 1))  # before the group
    rows = tracker.result().customers["c"].periods
    assert [(row.start.isoformat(), row.end and row.end.isoformat(), row.progress) for row in rows] == [
        ("2024-01-02T08:00:00+00:00", "2024-01-04T08:00:00+00:00", 11),
    ]
    tracker.add(bill("next", "2024-01-04T08:00:00", 5))
    second = tracker.result().customers["c"].periods[1]
    assert (second.end and second.end.isoformat(), second.progress) == ("2024-01-05T00:00:00+00:00", 5)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"target": {"defaultValues": [{"defaultValue": 1}]}}, "/targets/0/defaultValues"),
        ({"target": {"targetType": None}}, "/targets/0"),
        ({"target": {"targetType": "EXTENDED_FIELD"}}, "/targets/0/extendedFieldInfo"),
        ({"periods": [{"startDate": "2024-01-02", "endDate": "2024-01-01"}]}, "/periods/0/endDate"),
        ({"targetEvaluationType": "CYCLIC_WINDOW"}, "/frequencyType"),
        ({"targetEvaluationType": "CYCLIC_WINDOW", "trackingType": "STREAKS"}, "/targetEvaluationType"),
        ({"trackingType": "STREAKS", "streaks": [{"name": "L"}]}, "/streaks/0/targetCountOfSequence"),
    ],
)
def test_a_group_that_cannot_be_evaluated_says_where(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate(group(**changes), [])
    assert caught.value.pointer == pointer


def test_a_broken_rule_is_an_expression_error() -> None:
    with pytest.raises(ExpressionError):
        evaluate(group(target={"expression": "currentTxn.valu>1"}), [])


def test_user_progress_has_a_row_per_started_period_to_three_decimals() -> None:
    records = [bill("a", "2024-01-01", "2000.4625"), bill("b", "2024-01-08", 1)]
    found = evaluate(group(), records)
    text = found.user_progress_json("c")
    (data,) = found.user_progress("c")["data"]["targetGroups"]  # type: ignore[index, call-overload, misc, union-attr]
    assert [row["periodRefCode"] for row in data["targets"]] == ["W1", "W2"]  # type: ignore[index, call-overload, union-attr]
    assert '"targetAchievedValue": 2000.463' in text
    assert '"periodEndDateWithTimeStamp": "2024-01-07T23:59:59.000Z"' in text


@pytest.mark.parametrize(
    ("kind", "value", "amount", "reached"),
    [
        ("ABSOLUTE", "60", "60", True),
        ("ABSOLUTE", "60", "59.999", False),
        ("PERCENTAGE", "33.333", "33.333", True),
        ("PERCENTAGE", "33.333", "33.3329999", False),
        ("PERCENTAGE", "100", "100", True),
        (None, "60", "60", True),
        ("ABSOLUTE", "0", None, False),  # as a value of nothing: it takes something that counts
        ("ABSOLUTE", "0", "1", True),
    ],
)
def test_a_sub_target_is_reached_as_a_target_is(
    kind: str | None, value: str, amount: str | None, reached: bool
) -> None:
    trigger = {
        "id": 4,
        "name": "mark",
        "triggerType": "CUSTOM_TRIGGER",
        "triggerValueType": kind,
        "triggerValue": value,
    }
    records = [bill("z", "2024-01-09", 1)] + ([] if amount is None else [bill("a", "2024-01-01", amount)])
    found = evaluate(group(100, target={"targetMilestoneTriggers": [trigger]}), records)
    (data,) = found.user_progress("c")["data"]["targetGroups"]  # type: ignore[index, call-overload, misc, union-attr]
    (mark,) = data["targets"][0]["milestones"]  # type: ignore[index, call-overload, union-attr]
    assert (mark["id"], mark["triggerName"], str(mark["triggerValue"]), mark["isAchieved"]) == (  # type: ignore[index, call-overload]
        4,
        "mark",
        f"{float(value):.3f}",
        reached,
    )


def test_a_result_does_not_change_when_more_records_come() -> None:
    tracker = Tracker(group())
    tracker.add(bill("a", "2024-01-01"))
    before = tracker.result()
    plain = before.to_dict()
    tracker.add(bill("b", "2024-01-01"))
    assert before.to_dict() == plain
    assert tracker.result().to_dict() != plain


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "-12:00", "+14:00"])
@pytest.mark.parametrize(
    ("start", "end"),
    [("2024-01-01", "9999-12-31"), ("2024-01-01", "9999-12-31T23:59:59.999Z"), ("0001-01-01", "2024-12-31")],
)
def test_a_period_may_reach_to_an_end_of_the_calendar(zone: str, start: str, end: str) -> None:
    """The first and the last day that can be written mean "always" and "never"."""
    group = {
        "name": "g",
        "periods": [{"startDate": start, "endDate": end, "refCode": "all"}],
        "targets": [
            {"name": "t", "targetEntity": "TRANSACTION", "targetType": "COUNT", "defaultValues": [{"defaultValue": 1}]}
        ],
    }
    bill = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-06-01", "currentTxn": {}}
    assert evaluate(group, [bill], timezone=zone).customers["c"].periods[0].achieved


def test_a_date_that_falls_out_of_the_calendar_is_none() -> None:
    group = {"name": "g", "periods": [{"startDate": "0001-01-01T00:00:00.000+0530", "endDate": "2024-01-01"}]}
    found = [(diagnostic.pointer, diagnostic.code) for diagnostic in validate(group)]
    assert ("/periods/0/startDate", "not-a-date") in found
