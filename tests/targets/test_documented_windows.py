"""Examples of the platform's documents and data: windows. Each by name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr.targets import GroupBuilder, TargetGroup, dump, evaluate
from tests.targets.documented import back, bill, days, group, periods, rows, target


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


def test_india_midnight_written_in_utc_is_the_day_it_is_written_with() -> None:
    """UI-made bounds are 18:30Z, midnight in India; a bound is its written day, so that such a group starts early."""
    cycles = periods(("2024-01-04T18:30:00.000Z", "2024-01-05T18:29:59.000Z"))
    made = group("DEFAULT", cycles, target(values=[1]))
    records = [bill("a", "2024-01-04T00:00:00", 1), bill("b", "2024-01-06T00:00:00", 1)]
    (row,) = rows(made, records, timezone="Asia/Kolkata")
    assert (row["start"], row["end"], row["contributions"]) == ("2024-01-04", "2024-01-05", [["a", "1"]])


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
