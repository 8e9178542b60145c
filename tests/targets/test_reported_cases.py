"""Progress as reported from use: small groups and records that once came out wrong, with the right answer by hand."""

from __future__ import annotations

import decimal
from datetime import UTC, datetime
from typing import Any

import pytest

from targetexpr import DataError
from targetexpr.targets import EvaluationError, evaluate, respond, validate

JANUARY = [("W1", "2024-01-01", "2024-01-07"), ("W2", "2024-01-08", "2024-01-14"), ("W3", "2024-01-15", "2024-01-21")]


def bill(id: object, date: object, value: object = None, **txn: Any) -> dict[str, Any]:
    profile = txn if value is None else {"value": value, **txn}
    return {"id": id, "customerId": "c", "type": "TransactionAdd", "date": date, "currentTxn": profile}


def ret(id: object, of: object, date: object, value: object = None, **returned: Any) -> dict[str, Any]:
    profile = returned if value is None else {"value": value, **returned}
    return {"id": id, "customerId": "c", "type": "ReturnBill", "date": date, "returnOf": of, "returnBill": profile}


def target(name: str = "T", kind: str = "SALES", entity: str = "TRANSACTION", **more: Any) -> dict[str, Any]:
    value = more.pop("value", 100)
    values = more.pop("values", None)
    made = {"name": name, "targetEntity": entity, "targetType": kind, "expression": more.pop("expression", "true")}
    return {**made, "defaultValues": [{"defaultValue": one} for one in values or [value] * 3], **more}


def group(*targets: dict[str, Any], periods: Any = JANUARY, **more: Any) -> dict[str, Any]:
    listed = [{"refCode": name, "startDate": first, "endDate": last} for name, first, last in periods]
    made = {"name": "g", "trackingType": "DEFAULT", "periods": listed, "targets": list(targets) or [target()]}
    return {**made, **more}


def rows(made: dict[str, Any], records: list[dict[str, Any]], name: str = "T", **options: Any) -> list[dict[str, Any]]:
    return evaluate(made, records, **options).to_dict()["customers"]["c"]["targets"][name]  # type: ignore[index,return-value,call-overload]


def progress(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> list[str]:
    return [row["progress"] for row in rows(made, records, **options)]


def reasons(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> list[tuple[str, str]]:
    return [(one.record, one.reason) for one in evaluate(made, records, **options).reported.records]


# ---- P1: dates that the zone's clock cannot show are listed like any other ------------------------------------------


@pytest.mark.parametrize(
    ("date", "zone"),
    [
        ("9999-12-31T23:59:59Z", "Asia/Kolkata"),
        ("9999-12-31T23:59:59+00:00", "Asia/Kolkata"),
        ("0001-01-01T00:00:00Z", "America/St_Johns"),
        ("9999-12-31T21:00:00", "America/St_Johns"),
    ],
)
def test_a_date_out_of_the_calendar_stops_nobody(date: str, zone: str) -> None:
    records = [bill("x", date, 5), bill("a", "2024-01-02", 120)]
    found = evaluate(group(), records, timezone=zone)
    assert [(one.record, one.reason, one.path) for one in found.reported.records] == [("x", "unreadable", "date")]
    assert progress(group(), records, timezone=zone) == ["120", "0", "0"]


# ---- P2, P3: shares of a bill are exact -----------------------------------------------------------------------------

LINES = [{"code": "a", "qty": 1, "amount": 100}, {"code": "z", "qty": 1, "amount": 200}]
ONLY_A = target(entity="LINEITEM", expression='currentLineItem.code=="a"')


def test_all_shares_together_leave_exactly_nothing() -> None:
    records = [bill("b", "2024-01-02", 300, lineItems=LINES)]
    records += [ret(f"r{place}", "b", f"2024-01-0{place + 3}", 100) for place in range(3)]
    assert progress(group(ONLY_A), records)[0] == "0"
    assert progress(group(ONLY_A), records[:3])[0] == "33.33333333333333333333333333333333"


def test_shares_that_add_up_to_the_value_achieve_it() -> None:
    records = []
    for place in range(3):
        records.append(bill(f"b{place}", "2024-01-02", 300, lineItems=LINES))
        records.append(ret(f"r{place}", f"b{place}", "2024-01-03", 200))
    (first, *_) = rows(group(ONLY_A), records)
    assert (first["progress"], first["achieved"]) == ("100", True)
    short = [*records[:-1], ret("r2", "b2", "2024-01-03", "200.01")]
    assert rows(group(ONLY_A), short)[0]["achieved"] is False


def test_a_share_of_sevenths_is_shown_rounded_once() -> None:
    records = [
        bill("b", "2024-01-02", 7, lineItems=[{"code": "a", "qty": 1, "amount": 1}]),
        ret("r", "b", "2024-01-03", 3),
    ]
    assert progress(group(ONLY_A), records)[0] == "0.5714285714285714285714285714285714"


# ---- P4: whole returns take all; what cannot be told takes nothing and is listed ------------------------------------

TWO = [{"code": "a", "qty": 2, "amount": 200}, {"code": "b", "qty": 1, "amount": 400}]
SALES, QUANTITY, COUNT = target(), target(kind="QUANTITY"), target(kind="COUNT")
FIELD = target(kind="EXTENDED_FIELD", extendedFieldInfo={"name": "x", "aggregateFunction": "SUM"})
BILL = bill("b", "2024-01-02", 600, lineItems=TWO, totalQty=3, extField_x=9)


@pytest.mark.parametrize(
    ("counting", "returned", "left", "listed"),
    [
        (SALES, {}, "600", True),
        (SALES, {"lineItems": TWO}, "0", False),
        (SALES, {"lineItems": TWO[:1]}, "600", True),
        (SALES, {"value": 600}, "0", False),
        (SALES, {"value": 250}, "350", False),
        (SALES, {"value": 0}, "600", False),
        (QUANTITY, {"value": 250}, "3", True),
        (QUANTITY, {"value": 600}, "0", False),
        (QUANTITY, {"lineItems": TWO[:1]}, "1", False),
        (QUANTITY, {"totalQty": 1}, "2", False),
        (QUANTITY, {}, "3", True),
        (QUANTITY, {"lineItems": []}, "3", True),
        (SALES, {"lineItems": []}, "600", True),
        (COUNT, {"lineItems": []}, "1", True),
        (COUNT, {"lineItems": [{"qty": 1, "amount": 5}]}, "1", False),
        (FIELD, {"value": 250}, "9", True),
        (FIELD, {"value": 250, "extField_x": 4}, "5", False),
        (FIELD, {"value": 600}, "0", False),
        (FIELD, {"lineItems": TWO}, "0", False),
        (COUNT, {"value": 599}, "1", False),
        (COUNT, {"value": 600}, "0", False),
        (COUNT, {"lineItems": TWO[:1]}, "1", False),
        (COUNT, {"lineItems": TWO}, "0", False),
        (COUNT, {}, "1", True),
        (target(entity="LINEITEM"), {}, "600", True),
        (target(entity="LINEITEM"), {"lineItems": TWO[:1]}, "400", False),
        (target(entity="LINEITEM"), {"value": 300}, "300", False),
    ],
)
def test_what_a_return_takes(counting: dict[str, Any], returned: dict[str, Any], left: str, listed: bool) -> None:
    records = [BILL, ret("r", "b", "2024-01-03", **returned)]
    assert progress(group(counting), records)[0] == left
    assert reasons(group(counting), records) == ([("r", "unstated")] if listed else [])


def test_parts_that_reach_the_bill_take_the_rest() -> None:
    records = [BILL, ret("r1", "b", "2024-01-03", lineItems=TWO[:1]), ret("r2", "b", "2024-01-04", lineItems=TWO[1:])]
    assert progress(group(COUNT), records)[0] == "0"
    assert progress(group(SALES), records)[0] == "0", (
        "the second one says nothing of its value, and completes the lines"
    )
    halves = [BILL, ret("r1", "b", "2024-01-03", 300), ret("r2", "b", "2024-01-04", 300, extField_x=1)]
    assert progress(group(FIELD), halves)[0] == "0"


def test_lines_go_by_amounts_where_quantities_are_missing() -> None:
    lines = [{"code": "a", "amount": 10}, {"code": "a", "amount": 5}]
    whole = [
        bill("b", "2024-01-02", 600, lineItems=lines),
        ret("r", "b", "2024-01-03", lineItems=[{"code": "a", "amount": 15}]),
    ]
    assert progress(group(SALES), whole)[0] == "0"
    part = [whole[0], ret("r", "b", "2024-01-03", lineItems=[{"code": "a", "amount": 14}])]
    assert progress(group(SALES), part)[0] == "600"


def test_a_return_before_its_bill_stands_behind_it() -> None:
    records = [bill("b", "2024-01-09", 120), ret("r", "b", "2024-01-02", 50)]
    for policy in (None, "SAME_PERIOD", "NEXT_PERIOD"):
        found = rows(group(), records, returns=policy)
        changes = {row["period"]: row["contributions"] for row in found if row["contributions"]}
        later = {"W2": [["b", "120"]], "W3": [["r", "-50"]]}
        assert changes == (later if policy == "NEXT_PERIOD" else {"W2": [["b", "120"], ["r", "-50"]]})


def test_returns_that_no_period_takes_are_listed() -> None:
    records = [bill("b", "2024-01-16", 120), ret("r", "b", "2024-01-20", 50)]
    assert reasons(group(), records, returns="NEXT_PERIOD") == [("r", "no-period")]
    assert reasons(group(), records) == []
    gone = [bill("b", "2024-02-16", 120), ret("r", "b", "2024-02-20", 50)]
    assert reasons(group(), gone, returns="NEXT_PERIOD") == [], "returns of bills outside of every period are counted"
    assert evaluate(group(), gone).reported.outside_periods == 2


# ---- P5, P6: the caller's decimal context plays no part -------------------------------------------------------------


@pytest.mark.parametrize(
    ("counting", "record", "expected"),
    [
        (target(kind="GROSS_SALES"), bill("b", "2024-01-02", "123456.78", discount="0.01"), "123456.79"),
        (
            target(kind="QUANTITY"),
            bill("b", "2024-01-02", 1, lineItems=[{"qty": "123456.78"}, {"qty": "0.01"}]),
            "123456.79",
        ),
        (
            target(entity="LINEITEM"),
            bill("b", "2024-01-02", 1, lineItems=[{"amount": "123456.78"}, {"amount": "0.01"}]),
            "123456.79",
        ),
        (
            target(kind="ALL_POINTS", entity="REWARDS"),
            {**bill("b", "2024-01-02"), "type": "PointsIssued", "points": {"regular": 10**30, "promotional": "0.1"}},
            "1000000000000000000000000000000.1",
        ),
    ],
)
@pytest.mark.parametrize("precision", [1, 5, 28])
def test_sums_are_exact_whatever_the_context(
    counting: dict[str, Any], record: dict[str, Any], expected: str, precision: int
) -> None:
    with decimal.localcontext(prec=precision, rounding=decimal.ROUND_UP):
        assert progress(group(counting), [record])[0] == expected


# ---- P7: a bound is the calendar day it is written with -------------------------------------------------------------

WITH_Z = [
    ("W1", "2024-01-01T00:00:00.000Z", "2024-01-07T23:59:59.000Z"),
    ("W2", "2024-01-08T00:00:00.000Z", "2024-01-14T23:59:59.000Z"),
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns"])
def test_weeks_with_z_bounds_are_the_same_weeks_in_every_zone(zone: str) -> None:
    made = group(periods=WITH_Z)
    records = [bill("a", "2024-01-08T10:00:00Z", 120)]
    found = rows(made, records, timezone=zone)
    assert [(row["start"], row["end"], row["progress"]) for row in found] == [
        ("2024-01-01", "2024-01-07", "0"),
        ("2024-01-08", "2024-01-14", "120"),
    ]


def test_offsets_and_milliseconds_in_bounds() -> None:
    made = group(
        periods=[("A", "2024-01-01T00:00:00+0530", "2024-01-07T23:59:59+0530"), ("B", 1704672000000, 1705276799000)]
    )
    assert [(row["start"], row["end"]) for row in rows(made, [bill("a", "2024-01-02", 1)])] == [
        ("2024-01-01", "2024-01-07"),
        ("2024-01-08", "2024-01-14"),
    ]


def test_a_start_late_in_its_day_is_warned_about() -> None:
    late = group(target(values=[100]), periods=[("A", "2023-12-31T18:30:00.000Z", "2024-01-07T18:29:59.000Z")])
    assert [(one.code, one.pointer, one.severity) for one in validate(late)] == [
        ("late-start", "/periods/0/startDate", "warning")
    ]
    assert rows(late, [bill("a", "2024-01-02", 1)])[0]["start"] == "2023-12-31"


def test_days_that_two_active_periods_share_are_an_error() -> None:
    shared = group(
        target(values=[100, 100]), periods=[("A", "2024-01-01", "2024-01-07"), ("B", "2024-01-07", "2024-01-14")]
    )
    assert [(one.code, one.severity) for one in validate(shared)] == [("periods-overlap", "error")]
    with pytest.raises(EvaluationError, match="overlaps"):
        evaluate(shared, [])
    shared["periods"][1]["active"] = False
    assert progress(shared, [bill("a", "2024-01-07", 5)])[0] == "5"


# ---- P8: a day counts once ------------------------------------------------------------------------------------------

AGNOSTIC = {"targetEvaluationType": "PERIOD_AGNOSTIC_WINDOW", "recurringCycles": 3}
DAY = [
    bill("a", "2024-01-02T08:00:00Z", 50),
    ret("r", "a", "2024-01-02T09:00:00Z", 50),
    bill("b", "2024-01-02T10:00:00Z", 50),
]


@pytest.mark.parametrize("policy", [None, "SAME_PERIOD", "NEXT_PERIOD"])
def test_a_day_counts_once_even_when_a_return_took_it_back(policy: str | None) -> None:
    visits = target(kind="VISIT", value=2)
    (row,) = rows(group(visits, periods=[], **AGNOSTIC), DAY, returns=policy)
    assert (row["progress"], row["achieved"], row["end"]) == ("1", False, None)
    assert progress(group(visits), DAY, returns=policy)[0] == "1"


# ---- P9: who achieved a unified group -------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_who_achieved_a_unified_group_does_not_depend_on_the_order_of_targets(turned: bool) -> None:
    members = [target("S", value=10), target("N", kind="COUNT", value=2)]
    made = group(*(members[::-1] if turned else members), trackingType="UNIFIED", combinationType="ANY")
    records = [bill("a", "2024-01-02", 12), bill("b", "2024-01-03", -5)]
    found = evaluate(made, records).customers["c"].unified
    assert found is not None
    assert (found[0].achieved, found[0].achieved_by) == (True, "a")


def test_a_record_that_counts_for_two_members_is_one_step() -> None:
    members = [target("S", value=10), target("N", kind="COUNT", value=1)]
    made = group(*members, trackingType="UNIFIED", combinationType="ALL")
    found = evaluate(made, [bill("a", "2024-01-02", 12)]).customers["c"].unified
    assert found is not None
    assert found[0].achieved_by == "a"


# ---- P10, P12, P19: values of an enrolment --------------------------------------------------------------------------

CYCLIC = {"targetEvaluationType": "CYCLIC_WINDOW", "frequencyType": "DAILY", "frequency": 2, "recurringCycles": 3}
MONTH = [("P", "2024-01-01", "2024-01-31")]


def values(made: dict[str, Any], given: object) -> list[str]:
    records = [bill("a", "2024-01-02", 1), bill("z", "2024-01-30", 1)]
    return [row["value"] for row in rows(made, records, enrolment={"c": {"values": {"T": given}}})]


def test_a_plain_number_is_the_value_of_every_cycle() -> None:
    made = group(target(value=500), periods=MONTH, **CYCLIC)
    assert values(made, 7) == ["7", "7", "7"]
    assert values(made, [7]) == ["7", "500", "500"]
    assert values(group(target(value=500)), 7) == ["7", "7", "7"]


def test_values_by_number_and_by_the_name_of_a_period_that_is_inactive() -> None:
    made = group(target(value=500), periods=MONTH, **CYCLIC)
    assert values(made, {"2": 7}) == ["500", "7", "500"]
    assert values(made, {"P": 7}) == ["7", "500", "500"]
    listed = group(target(value=500))
    listed["periods"][1]["active"] = False
    assert values(listed, {"W2": 7}) == ["500", "500"]
    with pytest.raises(ValueError, match="unknown period 'W9'"):
        values(listed, {"W9": 7})


@pytest.mark.parametrize("given", ["ann", b"ann", bytearray(b"ann"), memoryview(b"ann"), 5])
def test_an_enrolment_that_is_no_list_is_refused(given: Any) -> None:
    with pytest.raises(DataError):
        evaluate(group(), [], enrolment=given)


# ---- P11: the bounds of the group -----------------------------------------------------------------------------------


def test_the_earlier_end_and_the_later_start_count() -> None:
    made = group(target(value=500), periods=[], **CYCLIC, fromDate="2024-01-01", toDate="2024-01-10")
    records = [bill("a", "2024-01-05", 5), bill("b", "2024-01-20", 5)]
    assert sum(float(one) for one in progress(made, records)) == 5
    answer = respond(made, now=datetime(2024, 1, 1, 10, tzinfo=UTC))
    assert progress(answer, records) == progress(made, records)
    sent = {**made, "targetCycleStartDate": "2024-01-06", "targetCycleEndDate": "2024-02-10"}
    assert evaluate(sent, records).reported.outside_periods == 2
    derived = group(target(value=500), periods=MONTH, **CYCLIC, toDate="2024-03-01")
    derived |= {"targetCycleStartDate": "2024-01-01T00:00:00.000Z", "targetCycleEndDate": "2024-01-31T23:59:59.000Z"}
    assert sum(float(one) for one in progress(derived, [bill("a", "2024-02-05", 5)])) == 5


# ---- P13: paths -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines", [[{"code": "a", "amount": "x"}], [{"code": "a", "amount": 1}, {"code": [], "amount": 1}]]
)
def test_a_value_that_does_not_fit_is_named_by_its_path(lines: list[dict[str, Any]]) -> None:
    found = evaluate(group(target(entity="LINEITEM")), [bill("b", "2024-01-02", 1, lineItems=lines)])
    place = len(lines) - 1
    member = "amount" if place == 0 else "code"
    assert [one.path for one in found.reported.records] == [f"currentTxn.lineItems[{place}].{member}"]


@pytest.mark.parametrize(
    ("expression", "line", "path"),
    [
        ("currentLineItem.qty>1", {"qty": "x", "amount": 1}, "currentTxn.lineItems[1].qty"),
        ('currentLineItem.code=="a"', {"code": {}, "amount": 1}, "currentTxn.lineItems[1].code"),
        ("currentLineItem.extField_x>1", {"extField_x": True, "amount": 1}, "currentTxn.lineItems[1].extField_x"),
        ("currentLineItem.qty>1&&currentTxn.discount>1", {"qty": 2, "amount": 1}, "currentTxn.discount"),
    ],
)
def test_a_rule_on_lines_names_the_line(expression: str, line: dict[str, Any], path: str) -> None:
    lines = [{"code": "a", "qty": 1, "amount": 1}, line]
    counting = target(entity="LINEITEM", expression=expression)
    found = evaluate(group(counting), [bill("b", "2024-01-02", 1, lineItems=lines, discount="x")])
    assert [one.path for one in found.reported.records] == [path]


def test_what_does_not_fit_is_listed_outside_of_every_period_too() -> None:
    cyclic = group(target(value=500), periods=[], **CYCLIC, fromDate="2024-01-01", toDate="2024-01-10")
    for made in (group(), cyclic):
        assert reasons(made, [bill("b", "2024-06-02", "x")]) == [("b", "data")]


# ---- P14, P16, P17, P18, P20 ----------------------------------------------------------------------------------------


def test_a_threshold_without_an_aggregation_is_an_error() -> None:
    made = group(target("A"), target("B"), trackingType="UNIFIED", combinationType="ALL")
    made["unifiedTargetExpression"] = {"thresholdValue": 40000}
    assert [(one.code, one.pointer) for one in validate(made) if one.is_error] == [
        ("aggregation-missing", "/unifiedTargetExpression/aggregation")
    ]
    with pytest.raises(EvaluationError, match="aggregation"):
        evaluate(made, [])


def test_a_window_of_the_group_is_that_of_its_targets() -> None:
    records = [bill("a", "2024-01-02T08:00:00", 5), bill("b", "2024-01-02T09:00:00", 7), bill("d", "2024-01-03", 4)]
    highest = {"aggregateWindow": {"windowType": "MAX", "windowTimeUnit": "DAY", "windowValue": "1"}}
    lowest = {"aggregateWindow": {"windowType": "MIN", "windowTimeUnit": "DAY", "windowValue": "1"}}
    assert progress(group(**highest), records)[0] == "11"
    assert progress(group(target(kind="COUNT"), **highest), records)[0] == "3"
    assert progress(group(target(extendedFieldInfo=lowest), **highest), records)[0] == "9"


@pytest.mark.parametrize(
    ("window", "code", "member"),
    [
        ({"windowType": "MAX", "windowTimeUnit": "DAY", "windowValue": "2"}, "window-value", "windowValue"),
        ({"windowTimeUnit": "DAY", "windowValue": "1"}, "window-type-missing", "windowType"),
        ({}, "window-type-missing", "windowType"),
    ],
)
def test_check_refuses_the_windows_that_evaluation_refuses(window: dict[str, Any], code: str, member: str) -> None:
    of_target = group(target(extendedFieldInfo={"aggregateWindow": window}))
    places = (
        (group(aggregateWindow=window), f"/aggregateWindow/{member}"),
        (of_target, f"/targets/0/extendedFieldInfo/aggregateWindow/{member}"),
    )
    for made, pointer in places:
        assert [(one.code, one.pointer) for one in validate(made) if one.is_error] == [(code, pointer)]
        with pytest.raises(EvaluationError, match=code):
            evaluate(made, [])


def test_an_award_below_zero_gives_no_room_back() -> None:
    made = group(target(value=10), trackingType="CAPPING")
    records = [bill("a", "2024-01-02", 6), bill("b", "2024-01-03", -5), bill("d", "2024-01-04", 9)]
    caps = evaluate(made, records).customers["c"].caps
    assert caps is not None
    assert [int(one.granted) for one in caps[0].grants] == [6, 0, 4]
    assert (caps[0].granted, caps[0].remaining) == (10, 0)


def test_ids_of_digits_come_first_and_by_their_number() -> None:
    records = [bill(one, "2024-01-02", 1) for one in ("b", "9", "10", 8, "a1", 11, "08")]
    assert [one[0] for one in rows(group(), records)[0]["contributions"]] == ["08", "8", "9", "10", "11", "a1", "b"]


def test_a_midnight_that_the_clock_shows_twice() -> None:
    """In St John's the clock goes from 00:01 on the 7th back to 23:01 on the 6th."""
    days = [("D6", "2010-11-06", "2010-11-06"), ("D7", "2010-11-07", "2010-11-07")]
    visits = group(target(kind="VISIT", value=1), periods=days)
    for at, expected in (
        ("2010-11-07T02:30:00Z", ["0", "1"]),  # 00:00, the first time
        ("2010-11-07T03:00:00Z", ["1", "0"]),  # 23:30 again
        ("2010-11-07T03:30:00Z", ["0", "1"]),  # 00:00, the second time
    ):
        assert progress(visits, [bill("a", at, 1)], timezone="America/St_Johns") == expected


# ---- what is counted, and leaving -----------------------------------------------------------------------------------


def test_what_counts_nothing_as_it_should_is_counted() -> None:
    made = group(target(filters=[{"entityType": "STORE", "entityIds": [5]}]))
    records = [
        {**bill("a", "2024-01-02", 5), "storeId": 5},
        {**bill("b", "2024-01-02", 5), "storeId": 6},
        {**bill("d", "2024-05-02", 5), "storeId": 5},
        {**bill("e", "2024-01-02", 5), "customerId": "x"},
        {**bill("f", "2025-01-02", 5), "storeId": 5},
    ]
    found = evaluate(made, records, now="2024-12-31", enrolment=["c"]).reported
    assert (found.out_of_scope, found.outside_periods, found.not_enrolled, found.later) == (1, 1, 1, 1)
    assert found.records == ()


def test_any_listed_place_matches_for_events_as_well() -> None:
    places = [{"entityType": "ZONE", "entityIds": [0, 7]}, {"entityType": "STORE", "entityIds": []}]
    event = {"id": 1, "customerId": "c", "type": "Gym", "date": "2024-01-02", "currentEvent": {}}
    made = group(target(kind="COUNT", entity="EVENT", eventName="Gym", filters=places))
    assert progress(made, [{**event, "zoneIds": [7]}])[0] == "1"
    assert progress(made, [{**event, "zoneIds": ["0"]}])[0] == "1", "0 is an id like any other"
    assert progress(made, [event])[0] == "0"


def test_leaving_takes_out_the_open_cycle_and_later_ones() -> None:
    made = group(target(value=500), periods=[], **CYCLIC)
    records = [bill("a", "2024-01-02", 5), bill("b", "2024-01-04T12:00", 5), bill("d", "2024-01-06T12:00", 5)]
    left = {"c": {"unenrolledOn": "2024-01-05"}}
    assert progress(made, records, enrolment=left) == ["5"]
    assert progress(made, records, enrolment={"c": {"unenrolledOn": "2024-03-05"}}) == ["5", "5", "5"]
