"""Examples of the platform's documents and data: streaks and unified groups. Each by name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

from typing import Any

from tests.targets.documented import back, bill, days, event, group, levels, one, periods, reached, target


def streak(kind: str, cycles: int, achieved: str, *counts: int, now: str | None = None) -> dict[str, Any]:
    """One-day cycles from 1 January; `achieved` has an x for each day that reaches the value."""
    made = group(kind, days(1, cycles), target(values=[1] * cycles), streaks=levels(*counts))
    records = [bill(f"b{at}", f"2024-01-{at:02}T12:00:00", 1) for at, mark in enumerate(achieved, 1) if mark == "x"]
    records.append({"id": "z", "customerId": "c", "type": "other", "date": "2024-01-01T00:00:00", "currentEvent": {}})
    found: dict[str, Any] = one(made, records, now=now or f"2024-01-{len(achieved):02}T23:00:00")["streak"]
    return found


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
