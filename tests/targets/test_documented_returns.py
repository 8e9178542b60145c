"""Examples of the platform's documents and data: returns. Each by name and with its source.

Sources are quoted by their short names: MS milestones, STK the streak pages, GUT the user-progress call, EVN the event
notifications, UNI unified milestones, CAP advanced capping, OLD the previous guide, PRO the profile attributes.
"""

from __future__ import annotations

from decimal import Decimal

from tests.targets.documented import answer, back, bill, days, group, periods, rows, target


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
