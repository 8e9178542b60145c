"""Each example the platform's documents and data give, by name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from targetexpr.targets import GroupBuilder, TargetGroup, dump, evaluate
from targetexpr.targets.model.json_values import write_json

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


# ---- what counts -----------------------------------------------------------------------------------


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


# ---- windows ---------------------------------------------------------------------------------------


def cyclic(first: str, **more: Any) -> list[tuple[str, str]]:
    made = group("DEFAULT", [], target(values=[1]), targetEvaluationType="CYCLIC_WINDOW", fromDate="2023-09-01")
    made |= {"toDate": "2024-08-31", "frequencyType": "CUSTOM", "frequency": 30, "recurringCycles": 3, **more}
    found = rows(made, [bill("b", first, 5)], now="2024-06-01")
    return [(row["start"], row["end"]) for row in found]


def test_the_cyclic_table_of_30_days_first_customer() -> None:
    """OLD: first purchase 4 Sep gives 4 Sep-3 Oct, 4 Oct-2 Nov, 3 Nov-2 Dec."""
    assert cyclic("2023-09-04T00:00:00") == [
        ("2023-09-04T00:00:00+00:00", "2023-10-04T00:00:00+00:00"),
        ("2023-10-04T00:00:00+00:00", "2023-11-03T00:00:00+00:00"),
        ("2023-11-03T00:00:00+00:00", "2023-12-03T00:00:00+00:00"),
    ]


def test_the_cyclic_table_of_30_days_second_customer() -> None:
    """OLD: 1 Oct-30 Oct, 31 Oct-29 Nov (printed as 30 Oct, a slip), 30 Nov-29 Dec."""
    assert cyclic("2023-10-01T00:00:00") == [
        ("2023-10-01T00:00:00+00:00", "2023-10-31T00:00:00+00:00"),
        ("2023-10-31T00:00:00+00:00", "2023-11-30T00:00:00+00:00"),
        ("2023-11-30T00:00:00+00:00", "2023-12-30T00:00:00+00:00"),
    ]


def test_a_daily_cyclic_cycle_runs_from_eleven_to_eleven() -> None:
    """MS: a daily cyclic one started at 11:00 runs to 11:00 the next day."""
    found = cyclic("2024-01-05T11:00:00", frequencyType="DAILY", frequency=1, recurringCycles=1)
    assert found == [("2024-01-05T11:00:00+00:00", "2024-01-06T11:00:00+00:00")]


def test_a_daily_fixed_cycle_keeps_its_whole_day() -> None:
    """MS: fixed cycles go from midnight to midnight."""
    made = group("DEFAULT", days(5, 1), target(values=[1]))
    records = [bill("a", "2024-01-05T00:00:00", 1), bill("b", "2024-01-05T23:59:59.999", 1), bill("c", "2024-01-06", 1)]
    assert rows(made, records)[0]["contributions"] == [["a", "1"], ["b", "1"]]


def test_cyclic_cycles_are_clipped_at_the_end_of_the_group() -> None:
    found = cyclic("2023-09-04T00:00:00", toDate="2023-10-10")
    assert found == [
        ("2023-09-04T00:00:00+00:00", "2023-10-04T00:00:00+00:00"),
        ("2023-10-04T00:00:00+00:00", "2023-10-11T00:00:00+00:00"),
    ]


def test_an_older_bill_that_comes_late_anchors_the_cycles() -> None:
    """TARGETS.md: the anchor is the earliest contributing record, whenever it arrives, even if it is returned."""
    made = group("DEFAULT", [], target(values=[1]), targetEvaluationType="CYCLIC_WINDOW", fromDate="2024-01-01")
    made |= {"toDate": "2024-12-31", "frequencyType": "DAILY", "frequency": 10, "recurringCycles": 2}
    records = [bill("b", "2024-01-20T08:00:00", 5), bill("a", "2024-01-15T08:00:00", 5)]
    records.append(back("t", "2024-01-16T08:00:00", "a", 5))
    found = rows(made, records)
    assert found[0]["start"] == "2024-01-15T08:00:00+00:00"
    assert found[0]["contributions"] == [["a", "5"], ["t", "-5"], ["b", "5"]]


def test_an_agnostic_cycle_closes_on_the_record_that_reaches_the_value() -> None:
    """MS: it resets immediately; the surplus is not carried; the last value repeats."""
    made = group("DEFAULT", [], target(values=[100, 50]), targetEvaluationType="PERIOD_AGNOSTIC_WINDOW")
    made |= {"fromDate": "2024-01-01", "toDate": "2024-12-31", "recurringCycles": 3}
    records = [bill(f"b{day}", f"2024-01-0{day}", 60) for day in range(1, 7)]
    found = rows(made, records)
    assert [[each[0] for each in row["contributions"]] for row in found] == [["b1", "b2"], ["b3"], ["b4"]]
    assert [row["value"] for row in found] == ["100", "50", "50"]
    assert [row["achieved_by"] for row in found] == ["b2", "b3", "b4"]


def test_india_midnight_written_in_utc_is_that_local_day() -> None:
    """UI-made bounds are 18:30Z, midnight in India."""
    cycles = periods(("2024-01-04T18:30:00.000Z", "2024-01-05T18:29:59.000Z"))
    made = group("DEFAULT", cycles, target(values=[1]))
    records = [bill("a", "2024-01-05T00:00:00", 1), bill("b", "2024-01-06T00:00:00", 1)]
    (row,) = rows(made, records, timezone="Asia/Kolkata")
    assert (row["start"], row["end"], row["contributions"]) == ("2024-01-05", "2024-01-05", [["a", "1"]])


def test_weekly_cycles_are_anchored_on_the_start_not_on_monday() -> None:
    """Group 1717, weekly from Wednesday 8 Jan 2025: 9 Jan, 20-21 Jan, 22 Jan fall in cycles 1, 2, 3."""
    cycles = periods(("2025-01-08", "2025-01-14"), ("2025-01-15", "2025-01-21"), ("2025-01-22", "2025-01-28"))
    made = group("DEFAULT", cycles, target(kind="COUNT", values=[1, 1, 1]))
    records = [bill(f"b{day}", f"2025-01-{day:02}T12:00:00", 1) for day in (9, 20, 21, 22)]
    found = [[each[0] for each in row["contributions"]] for row in rows(made, records)]
    assert found == [["b9"], ["b20", "b21"], ["b22"]]


CALENDARS = [
    ("DAILY", 1, 2, "2024-04-18", ["2024-04-18..2024-04-18", "2024-04-19..2024-04-19"], "one date each"),
    ("DAILY", 10, 2, "2024-01-01", ["2024-01-01..2024-01-10", "2024-01-11..2024-01-20"], "DAILY 10 is ten days"),
    ("WEEKLY", 1, 2, "2024-04-11", ["2024-04-11..2024-04-17", "2024-04-18..2024-04-24"], "from a Thursday"),
    ("MONTHLY", 1, 2, "2023-12-04", ["2023-12-04..2024-01-03", "2024-01-04..2024-02-03"], "4 Dec-3 Jan"),
    ("MONTHLY", 1, 1, "2024-04-02", ["2024-04-02..2024-05-01"], "2 Apr-1 May"),
    ("MONTHLY", 1, 1, "2024-08-20", ["2024-08-20..2024-09-19"], "20 Aug-19 Sep"),
    ("QUARTERLY", 1, 1, "2023-08-29", ["2023-08-29..2023-11-28"], "29 Aug-28 Nov"),
    ("QUARTERLY", 1, 1, "2024-01-31", ["2024-01-31..2024-04-29"], "the quarter from 31 January"),
    (
        "MONTHLY",
        1,
        3,
        "2024-01-31",
        ["2024-01-31..2024-02-28", "2024-02-29..2024-03-30", "2024-03-31..2024-04-29"],
        "always from the anchor: 31 Jan, 29 Feb, 31 Mar",
    ),
    ("HALF_YEARLY", 1, 1, "2023-08-31", ["2023-08-31..2024-02-28"], "clamped to the 29th"),
    ("YEARLY", 1, 2, "2024-02-29", ["2024-02-29..2025-02-27", "2025-02-28..2026-02-27"], "clamped to the 28th"),
]


@pytest.mark.parametrize(("unit", "times", "count", "start", "wanted", "_"), CALENDARS, ids=[c[5] for c in CALENDARS])
def test_cycles_are_made_from_the_start_date(
    unit: str, times: int, count: int, start: str, wanted: list[str], _: str
) -> None:
    """target_semantics.md 4, the observed arithmetic: anchored on the start, not on calendar weeks or months."""
    builder = GroupBuilder("g").cycles(count, unit, start=start, times=times).target("t", "SALES", value=5)
    made = json.loads(dump(builder.build()))
    assert [each["startDate"][:10] + ".." + each["endDate"][:10] for each in made["periods"]] == wanted
    (found,) = evaluate(TargetGroup.model_validate(made), [bill("b", start, 5)]).to_dict()["customers"].values()
    assert [row["start"] + ".." + row["end"] for row in found["targets"]["t"]] == wanted


def test_custom_cycles_of_15_days() -> None:
    """15 cycles of 15 days from 9 Jan 2025: the 11th is 8-22 June, the group ends on 21 August."""
    builder = GroupBuilder("g").cycles(15, "CUSTOM", start="2025-01-09", times=15).target("t", "SALES", value=5)
    made = json.loads(dump(builder.build()))["periods"]
    assert (made[10]["startDate"][:10], made[10]["endDate"][:10]) == ("2025-06-08", "2025-06-22")
    assert made[14]["endDate"][:10] == "2025-08-21"


# ---- streaks ---------------------------------------------------------------------------------------


def streak(kind: str, cycles: int, achieved: str, *counts: int, now: str | None = None) -> dict[str, Any]:
    """One-day cycles from 1 January; `achieved` has an x for each day that reaches the value."""
    made = group(kind, days(1, cycles), target(values=[1] * cycles), streaks=levels(*counts))
    records = [bill(f"b{at}", f"2024-01-{at:02}T12:00:00", 1) for at, mark in enumerate(achieved, 1) if mark == "x"]
    records.append({"id": "z", "customerId": "c", "type": "other", "date": "2024-01-01T00:00:00", "currentEvent": {}})
    found: dict[str, Any] = one(made, records, now=now or f"2024-01-{len(achieved):02}T23:00:00")["streak"]
    return found


def reached(found: dict[str, Any]) -> list[str | None]:
    return [each["period"] for each in found["levels"]]


def test_7_of_2_counts_once() -> None:
    """GUT, group 851: 7 of 2 and 8 of 2 give a count of 2 and ACHIEVED at 2."""
    made = group("STREAKS", days(18, 2, "2024-04"), target(kind="COUNT", values=[2, 2]), streaks=levels(2, 5, 10))
    records = [bill(f"a{at}", f"2024-04-18T0{at}:00:00", 1) for at in range(7)]
    records += [bill(f"b{at}", f"2024-04-19T0{at}:00:00", 1) for at in range(8)]
    found = one(made, records)
    assert [row["progress"] for row in found["targets"]["spend"]] == ["7", "8"]
    assert found["streak"]["run"] == 2
    assert [each["status"] for each in found["streak"]["levels"]] == ["ACHIEVED", "INPROGRESS", "INPROGRESS"]
    assert found["streak"]["levels"][0]["reached_by"] == "b1"


def test_the_count_rises_before_the_period_ends() -> None:
    """GUT: one-day periods of 18 and 19 April make 2 while the 19th still runs."""
    assert streak("STREAKS", 5, "xx", 5, 10)["run"] == 2


def test_levels_share_one_counter() -> None:
    """PRO: with 5 and 10 configured and four periods done, both report 4."""
    found = streak("STREAKS", 12, "xxxx", 5, 10)
    assert found["run"] == 4
    assert reached(found) == [None, None]


def test_levels_are_cumulative_over_one_run() -> None:
    """STK: 5, 10, 15 weeks in a row."""
    found = streak("STREAKS", 15, "x" * 15, 5, 10, 15)
    assert reached(found) == ["Cycle_5", "Cycle_10", "Cycle_15"]


def test_a_missed_period_resets_a_continuous_streak() -> None:
    """STK-2, STK-4: back to zero, and the customer starts again; what was reached stays reached."""
    found = streak("STREAKS", 8, "xx.xxx", 2, 4)
    assert (found["run"], found["longest"], reached(found)) == (3, 3, ["Cycle_2", None])
    assert reached(streak("STREAKS", 8, "xx.xxxx", 2, 4)) == ["Cycle_2", "Cycle_7"]


def test_a_missed_period_does_not_reset_a_non_continuous_streak() -> None:
    """STK-2, STK-4, BEH: any N achieved periods do."""
    found = streak("NON_CONTINUOUS_STREAKS", 8, "xx.x.x", 2, 4)
    assert (found["run"], reached(found)) == (4, ["Cycle_2", "Cycle_6"])


def test_eleven_of_twelve_weeks_without_a_break() -> None:
    """MS-3: the table of weeks keeps the count over a miss, 11 of 12."""
    assert streak("NON_CONTINUOUS_STREAKS", 12, "xx.xxxxxxxxx", 11)["run"] == 11


def test_a_running_period_never_breaks() -> None:
    """A break is noticed when a period ends unachieved."""
    assert streak("STREAKS", 5, "xx.")["run"] == 2
    assert streak("STREAKS", 5, "xx.", now="2024-01-04T00:00:00")["run"] == 0


def test_a_return_takes_a_level_back() -> None:
    """EVN: streakLevelUnAchieved, triggered by ReturnBill."""
    made = group("STREAKS", days(1, 3), target(values=[100] * 3), streaks=levels(1, 2))
    records = [bill("b1", "2024-01-01T10:00:00", 100), bill("b2", "2024-01-02T10:00:00", 100)]
    assert reached(one(made, records)["streak"]) == ["Cycle_1", "Cycle_2"]
    records.append(back("t", "2024-01-02T12:00:00", "b2", 1))
    found = one(made, records)["streak"]
    assert (found["run"], reached(found)) == (1, ["Cycle_1", None])


def test_the_twin_is_no_second_target() -> None:
    """SEED, GUT: `<name>_ReturnBill` routes returns; it counts for no streak."""
    made = group("STREAKS", days(1, 2), target(values=[100, 100], eventName="TransactionAdd"), streaks=levels(1, 2))
    made["targets"].append({**made["targets"][0], "name": "spend_ReturnBill", "eventName": "ReturnBill"})
    records = [bill("b1", "2024-01-01T10:00:00", 150), back("t", "2024-01-01T12:00:00", "b1", 20)]
    found = one(made, records)
    assert found["targets"]["spend"][0]["progress"] == "130"
    assert found["streak"]["run"] == 1


def test_gaps_between_periods_are_no_breaks() -> None:
    """Consecutive means neighbours in the list of periods."""
    cycles = periods(("2024-01-01", "2024-01-01"), ("2024-01-20", "2024-01-20"))
    made = group("STREAKS", cycles, target(values=[1, 1]), streaks=levels(2))
    found = one(made, [bill("a", "2024-01-01", 1), bill("b", "2024-01-20", 1)])["streak"]
    assert reached(found) == ["Cycle_2"]


def test_inactive_periods_neither_count_nor_break() -> None:
    cycles = days(1, 3)
    cycles[1]["active"] = False
    made = group("STREAKS", cycles, target(values=[1, 1, 1]), streaks=levels(2))
    found = one(made, [bill("a", "2024-01-01", 1), bill("b", "2024-01-03", 1)])["streak"]
    assert (found["run"], reached(found)) == (2, ["Cycle_3"])


def test_a_late_record_mends_a_broken_run() -> None:
    """Late achievement: recompute from the ledger of the periods."""
    made = group("STREAKS", days(1, 3), target(values=[1, 1, 1]), streaks=levels(3))
    records = [bill("a", "2024-01-01", 1), bill("c", "2024-01-03", 1)]
    assert one(made, records)["streak"]["run"] == 1
    assert one(made, [*records, bill("late", "2024-01-02", 1)])["streak"]["run"] == 3


# ---- unified ---------------------------------------------------------------------------------------


def unified(first: int, second: int, **rule: Any) -> tuple[bool, bool, bool]:
    made = group("UNIFIED", days(1, 1), target("net", values=[100]), target("count", kind="COUNT", values=[2]), **rule)
    made["targets"][0]["expression"] = "currentTxn.value>=10"
    made["targets"][1]["expression"] = "currentTxn.value<10"
    records = [bill(f"b{at}", f"2024-01-01T0{at}:00:00", 1) for at in range(second)]
    if first:
        records.append(bill("big", "2024-01-01T09:00:00", first))
    records.append(event("z", "2024-01-01T00:00:00", "other"))
    (row,) = one(made, records)["unified"]
    return row["members_met"], row["overall_met"], row["achieved"]


def test_unified_all_needs_every_member() -> None:
    """UNI: ALL."""
    assert unified(100, 2, combinationType="ALL") == (True, True, True)
    assert unified(100, 1, combinationType="ALL")[0] is False
    assert unified(100, 1)[0] is False, "a missing combinationType is ALL"


def test_unified_any_needs_one_member() -> None:
    """UNI: ANY, in the text of the API any one."""
    assert unified(0, 2, combinationType="ANY")[2] is True
    assert unified(100, 0, combinationType="ANY")[2] is True
    assert unified(99, 1, combinationType="ANY")[2] is False


def test_unified_any_two_of_n_is_a_count() -> None:
    """ACT: any 2 of 3, stored as aggregation COUNT with thresholdValue."""
    rule = {"aggregation": "COUNT", "thresholdValue": 2}
    assert unified(100, 1, combinationType="ANY", unifiedTargetExpression=rule)[2] is False
    assert unified(100, 2, combinationType="ANY", unifiedTargetExpression=rule)[2] is True


def test_the_overall_sum_must_be_reached_as_well() -> None:
    """UNI: SUM of the members' progress in addition to ALL; EVN shows ANY with SUM."""
    rule = {"aggregation": "SUM", "thresholdValue": 110}
    assert unified(107, 2, combinationType="ALL", unifiedTargetExpression=rule) == (True, False, False)
    assert unified(108, 2, combinationType="ALL", unifiedTargetExpression=rule) == (True, True, True)
    assert unified(110, 0, combinationType="ANY", unifiedTargetExpression=rule) == (True, True, True)


def test_inactive_members_are_left_out() -> None:
    """UUT: deactivateTargetIds."""
    made = group("UNIFIED", days(1, 1), target("a", values=[100]), target("b", values=[100]), combinationType="ALL")
    made["targets"].append(target("c", values=[10_000], active=False))
    assert one(made, [bill("x", "2024-01-01", 100)])["unified"][0]["achieved"] is True


# ---- returns ---------------------------------------------------------------------------------------


def returned(policy: str | None, when: str) -> list[str]:
    cycles = periods(("2024-01-01", "2024-01-07"), ("2024-01-08", "2024-01-14"), ("2024-01-15", "2024-01-21"))
    made = group("DEFAULT", cycles, target(values=[5000] * 3))
    records = [bill("b", "2024-01-02T10:00:00", 3000), back("t", when, "b", 3000), bill("n", "2024-01-16", 8000)]
    options = {} if policy is None else {"returns": policy}
    return [row["progress"] for row in rows(made, records, **options)]


def test_3000_bought_and_3000_returned_is_nothing() -> None:
    """EVN, release notes of 2023."""
    assert returned(None, "2024-01-03T10:00:00") == ["0", "0", "8000"]
    assert returned("SAME_PERIOD", "2024-01-12T10:00:00") == ["0", "0", "8000"]


def test_minus_3000_is_carried_over_and_8000_reach_5000() -> None:
    """MS: the current cycle is untouched, the next one starts at minus the returned amount."""
    cycles = periods(("2024-01-01", "2024-01-07"), ("2024-01-08", "2024-01-14"))
    made = group("DEFAULT", cycles, target(values=[5000, 5000]))
    records = [bill("b", "2024-01-02T10:00:00", 3000), back("t", "2024-01-03T10:00:00", "b", 3000)]
    records.append(bill("n", "2024-01-09T10:00:00", 8000))
    first, second = rows(made, records, returns="NEXT_PERIOD")
    assert (first["progress"], second["progress"]) == ("3000", "5000")
    assert second["contributions"] == [["t", "-3000"], ["n", "8000"]]
    assert (second["achieved"], second["achieved_by"]) == (True, "n")
    records[2]["currentTxn"]["value"] = 7999
    assert rows(made, records, returns="NEXT_PERIOD")[1]["achieved"] is False


def test_returns_can_be_ignored() -> None:
    """MS: with the setting off neither the milestone nor the points change in any cycle."""
    assert returned("IGNORE", "2024-01-03T10:00:00") == ["3000", "0", "8000"]


def test_a_return_in_a_later_cycle_weighs_on_the_one_after_it() -> None:
    """TARGETS.md: by default a return outside the bill's period goes to the first that starts after its date."""
    assert returned(None, "2024-01-09T10:00:00") == ["3000", "0", "5000"]


def test_a_return_at_the_very_start_of_a_period_is_after_the_bills_and_not_before_this_one() -> None:
    """Periods are half-open, and the next one is one that starts after the return's date."""
    assert returned(None, "2024-01-07T23:59:59.999") == ["0", "0", "8000"]
    assert returned(None, "2024-01-08T00:00:00") == ["3000", "0", "5000"]
    assert returned("NEXT_PERIOD", "2024-01-07T23:59:59.999") == ["3000", "-3000", "8000"]


def test_line_items_are_returned_pro_rata_when_the_return_is_on_the_bill() -> None:
    """MS: 1750 of 6500 returned with 5000 on the target take 5000 x 1750 / 6500 = 1346.15 from the next cycle."""
    cycles = periods(("2024-01-01", "2024-01-07"), ("2024-01-08", "2024-01-14"))
    made = group("DEFAULT", cycles, target(entity="LINEITEM", values=[5000, 5000]))
    made["targets"][0]["expression"] = 'currentLineItem.code=="A"'
    lines = [{"code": "A", "qty": 1, "amount": 5000, "value": 5000}, {"code": "B", "qty": 1, "amount": 1500}]
    bought = bill("b", "2024-01-02T10:00:00", 6500, currentTxn={"value": 6500, "lineItems": lines})
    first, second = rows(made, [bought, back("t", "2024-01-03", "b", 1750)], returns="NEXT_PERIOD")
    assert first["progress"] == "5000"
    assert round(Decimal(second["progress"]), 2) == Decimal("-1346.15")


def test_the_bill_decides_and_is_the_most_a_return_takes() -> None:
    """A bill that failed the rule gives nothing to take; a return beyond the bill takes the bill."""
    made = group("DEFAULT", days(1, 1), target(values=[100], expression="currentTxn.value>500"))
    records = [bill("small", "2024-01-01T01:00:00", 400), bill("big", "2024-01-01T02:00:00", 600)]
    records += [back("t1", "2024-01-01T03:00:00", "small", 400), back("t2", "2024-01-01T04:00:00", "big", 350)]
    records += [back("t3", "2024-01-01T05:00:00", "big", 350)]
    (row,) = rows(made, records)
    assert row["contributions"] == [["big", "600"], ["t2", "-350"], ["t3", "-250"]]


def test_count_falls_only_on_a_whole_return() -> None:
    made = group("DEFAULT", days(1, 1), target(kind="COUNT", values=[1]))
    records = [bill("b", "2024-01-01T01:00:00", 400), back("t", "2024-01-01T03:00:00", "b", 399)]
    assert rows(made, records)[0]["progress"] == "1"
    records[1]["returnBill"]["value"] = 400
    assert rows(made, records)[0]["progress"] == "0"


def test_a_visit_falls_when_no_other_bill_of_the_day_remains() -> None:
    made = group("DEFAULT", days(1, 1), target(kind="VISIT", values=[1]))
    records = [bill("a", "2024-01-01T01:00:00", 10), bill("b", "2024-01-01T02:00:00", 20)]
    records.append(back("t1", "2024-01-01T03:00:00", "a", 10))
    assert rows(made, records)[0]["progress"] == "1"
    records.append(back("t2", "2024-01-01T04:00:00", "b", 20))
    assert rows(made, records)[0]["progress"] == "0"


def test_a_return_without_its_bill_is_reported() -> None:
    made = group("DEFAULT", days(1, 1), target(values=[100]))
    found = answer(made, [bill("b", "2024-01-01", 10), back("t", "2024-01-01", "nowhere", 5)])
    assert found["reported"]["orphan_returns"] == ["t"]
    assert found["customers"]["c"]["targets"]["spend"][0]["progress"] == "10"


def test_an_event_target_on_returns_counts_them_as_an_activity() -> None:
    """EMF, MS: EVENT on ReturnBill."""
    made = group("DEFAULT", days(1, 1), target(kind="COUNT", entity="EVENT", eventName="ReturnBill", values=[1]))
    records = [bill("b", "2024-01-01T01:00:00", 10), back("t", "2024-01-01T02:00:00", "b", 5)]
    assert rows(made, records)[0]["contributions"] == [["t", "1"]]


# ---- capping ---------------------------------------------------------------------------------------


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


# ---- filters ---------------------------------------------------------------------------------------


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


# ---- what is told ------------------------------------------------------------------------------------


def told(made: dict[str, Any], records: list[dict[str, Any]], **options: Any) -> Any:
    found = evaluate(TargetGroup.model_validate(made), records, **options).user_progress("c")
    return json.loads(write_json(found), parse_float=Decimal)["data"][0]


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


# ---- enrolment -----------------------------------------------------------------------------------------


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


# ---- records that do not fit -------------------------------------------------------------------------


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
