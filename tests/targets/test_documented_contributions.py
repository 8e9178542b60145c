"""Examples of the platform's documents and data: what counts. Each by name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

from typing import Any

from tests.targets.documented import answer, back, bill, days, event, group, levels, one, periods, reached, rows, target


def test_achieved_at_exactly_the_value() -> None:
    """EVN: the achieved notification fires at 3.000 of 3.000."""
    made = group("DEFAULT", days(1, 1), target(kind="COUNT", values=["3.000"]))
    records = [bill(f"b{hour}", f"2024-01-01T0{hour}:00:00", 1) for hour in (1, 2, 3, 4)]
    (row,) = rows(made, records)
    assert (row["progress"], row["achieved"], row["achieved_by"]) == ("4", True, "b3")


def test_progress_grows_past_the_value() -> None:
    """GUT: 2600 of 11, 14 of 1."""
    (row,) = rows(group("DEFAULT", days(1, 1), target(values=[11])), [bill("b", "2024-01-01", 2600)])
    assert (row["progress"], row["value"]) == ("2600", "11")


def test_a_sales_event_carries_the_bill_amount() -> None:
    """Tracked events: 2000.46."""
    (row,) = rows(group("DEFAULT", days(1, 1), target()), [bill("b", "2024-01-01", 2000.46)])
    assert row["contributions"] == [["b", "2000.46"]]


def test_gross_sales_are_before_the_discount() -> None:
    """MS, release notes of 2022: net is paid after discount, gross before."""
    made = group("DEFAULT", days(1, 1), target("net"), target("gross", kind="GROSS_SALES"))
    record = bill("b", "2024-01-01", 0)
    record["currentTxn"] = {"value": 450, "discount": 50}
    found = one(made, [record])["targets"]
    assert [found[name][0]["progress"] for name in ("net", "gross")] == ["450", "500"]


def test_days_of_activity_are_distinct_days() -> None:
    """MS, BEH: two events of a day are one visit."""
    made = group("DEFAULT", periods(("2024-01-01", "2024-01-07")), target(kind="VISIT", entity="EVENT", values=[2]))
    made["targets"][0]["eventName"] = "goodNight"
    records = [event("e1", "2024-01-02T01:00"), event("e2", "2024-01-02T23:00"), event("e3", "2024-01-03T01:00")]
    (row,) = rows(made, records)
    assert (row["progress"], row["achieved_by"]) == ("2", "e3")


def test_a_day_of_a_visit_is_a_local_day() -> None:
    """One zone for periods and days: 20:00Z and 02:00 the next morning in India are one day there, two in UTC."""
    made = group("DEFAULT", periods(("2024-01-01", "2024-01-07")), target(kind="VISIT", entity="EVENT", values=[2]))
    made["targets"][0]["eventName"] = "goodNight"
    records = [event("e1", "2024-01-02T20:00:00Z"), event("e2", "2024-01-03T02:00:00Z")]
    assert rows(made, records)[0]["progress"] == "2"
    assert rows(made, records, timezone="Asia/Kolkata")[0]["progress"] == "1"


def test_sum_of_the_highest_value_of_each_day() -> None:
    """MS, CTG: aggregateWindow MAX, DAY, 1."""
    info = {"name": "minutes", "aggregateFunction": "SUM"}
    for kind, wanted in (("MAX", "75"), ("MIN", "40")):
        window = {"windowType": kind, "windowTimeUnit": "DAY", "windowValue": "1"}
        made = group("DEFAULT", periods(("2024-01-01", "2024-01-07")))
        made["targets"] = [target(kind="EVENT_ATTRIBUTE", entity="EVENT", eventName="goodNight")]
        made["targets"][0]["extendedFieldInfo"] = {**info, "aggregateWindow": window}
        records = [
            event("e1", "2024-01-02T01:00", minutes=10),
            event("e2", "2024-01-02T02:00", minutes=45),
            event("e3", "2024-01-03T02:00", minutes=30),
        ]
        assert rows(made, records)[0]["progress"] == wanted


def test_an_event_attribute_of_30_counts_once_each() -> None:
    """USE: a behavioural rule of the form event attribute >= 30 with type COUNT."""
    made = group("DEFAULT", days(1, 1), target(kind="COUNT", entity="EVENT", eventName="goodNight", values=[2]))
    made["targets"][0]["expression"] = "currentEvent.minutes>=30"
    records = [event(f"e{number}", f"2024-01-01T0{number}:00", minutes=20 + number * 5) for number in (1, 2, 3)]
    assert rows(made, records)[0]["contributions"] == [["e2", "1"], ["e3", "1"]]


def test_an_own_value_of_zero_overrides_the_default() -> None:
    """OLD, IMP: an imported value overrides the default, 0 included; a blank cell is the default."""
    made = group("DEFAULT", days(1, 2), target(values=[500, 700]))
    for values in ([0, None],):
        enrolment = {"c": {"values": {"spend": values}}}
        found = rows(made, [bill("b", "2024-01-01", 1)], enrolment=enrolment)
        assert [row["value"] for row in found] == ["0", "700"]
        assert [row["achieved"] for row in found] == [True, False]


def test_any_listed_store_zone_or_concept_matches() -> None:
    """TARGETS.md: entries without ids are dropped, none left means everywhere, 0 is an id like any other."""
    where = [
        ({}, []),
        ({"storeId": 0}, ["zero"]),
        ({"storeId": 5, "zoneIds": [7]}, ["zone"]),
        ({"storeId": 5, "zoneIds": [8], "conceptIds": [9]}, ["concept"]),
        ({"storeId": 5, "zoneIds": [8], "conceptIds": [10]}, []),
    ]
    filters = [
        {"entityType": "STORE", "entityIds": [0]},
        {"entityType": "ZONE", "entityIds": [7]},
        {"entityType": "CONCEPT", "entityIds": [9]},
    ]
    for place, matched in where:
        made = group("DEFAULT", days(1, 1), target(filters=filters))
        (row,) = rows(made, [bill(matched[0] if matched else "b", "2024-01-01", 5, **place)])
        assert [each[0] for each in row["contributions"]] == matched
    made = group("DEFAULT", days(1, 1), target(filters=[{"entityType": "STORE", "entityIds": []}]))
    assert rows(made, [bill("b", "2024-01-01", 5)])[0]["progress"] == "5"


def test_without_enrolment_every_customer_with_a_record_takes_part() -> None:
    """TARGETS.md: whatever enrolmentMethod says; with a list only those listed, records or not."""
    made = group("DEFAULT", days(1, 1), target(enrolmentMethod="IMPORT"))
    records = [bill("a", "2024-01-01", 5), {**bill("b", "2024-01-01", 5), "customerId": "d"}]
    assert list(answer(made, records)["customers"]) == ["c", "d"]
    assert list(answer(made, records, enrolment={"d": {}, "e": {}})["customers"]) == ["d", "e"]


def test_periods_before_the_enrolment_are_ignored_not_missed() -> None:
    """A customer who is enrolled late: earlier periods neither count nor break."""
    made = group("STREAKS", days(1, 4), target(values=[1] * 4), streaks=levels(2, 4))
    records = [bill(f"b{day}", f"2024-01-0{day}T09:00:00", 1) for day in (1, 3, 4)]
    found = one(made, records, enrolment={"c": {"enrolledOn": "2024-01-03"}})["streak"]
    assert (found["run"], reached(found)) == (2, ["Cycle_4", None])


def points(id: str, date: str, regular: Any, promotional: Any = 0) -> dict[str, Any]:
    made = {"id": id, "customerId": "c", "type": "PointsIssued", "date": date}
    return {**made, "points": {"regular": regular, "promotional": promotional}}


def test_1000_earned_and_300_given() -> None:
    """CAP: a crossing award is cut to what is left."""
    made = group("CAPPING", days(1, 1), target("points", kind="REGULAR_POINTS", entity="POINTS", values=[1000]))
    records = [points("p1", "2024-01-01T01:00:00", 700), points("p2", "2024-01-01T02:00:00", 1000)]
    records.append(points("p3", "2024-01-01T03:00:00", 50))
    (cap,) = one(made, records)["caps"]["points"]
    assert cap["grants"] == [["p1", "700", "700"], ["p2", "1000", "300"], ["p3", "50", "0"]]
    assert (cap["granted"], cap["remaining"]) == ("1000", "0")


def test_an_award_of_1000_under_a_ceiling_of_300() -> None:
    """CAP: 1000 earned, 300 given."""
    made = group("CAPPING", days(1, 1), target("points", kind="ALL_POINTS", entity="POINTS", values=[300]))
    (cap,) = one(made, [points("p", "2024-01-01", 600, 400)])["caps"]["points"]
    assert (cap["grants"], cap["remaining"]) == ([["p", "1000", "300"]], "0")


def test_an_amount_cap_counts_500_of_800() -> None:
    """CAP: the bill amount up to the ceiling."""
    made = group("CAPPING", days(1, 1), target(values=[500]))
    (cap,) = one(made, [bill("b", "2024-01-01", 800)])["caps"]["spend"]
    assert (cap["grants"], cap["remaining"]) == ([["b", "800", "500"]], "0")


def test_a_cap_is_refreshed_with_each_period() -> None:
    """CAP: daily refresh; returns give nothing back."""
    made = group("CAPPING", days(1, 2), target(values=[500, 500]))
    records = [bill("a", "2024-01-01T01:00:00", 800), back("t", "2024-01-01T02:00:00", "a", 800)]
    records += [bill("b", "2024-01-01T03:00:00", 5), bill("c", "2024-01-02", 200)]
    first, second = one(made, records)["caps"]["spend"]
    assert (first["remaining"], second["remaining"]) == ("0", "300")
