"""Customers leave groups whose windows are cycles of their own: the one that is open, or named, and all later ones."""

from __future__ import annotations

from typing import Any

import pytest

from targetexpr.targets import TargetGroup, evaluate
from tests.serve.conftest import Client, bill, by_record, milestone, problems, rows

PATH = "/v3/targetGroups/1/targets/1"


def cyclic(window: str = "CYCLIC_WINDOW", **more: Any) -> dict[str, Any]:
    """Cycles of ten days, 100 in each, within 2024."""
    length = {"frequencyType": "DAILY", "frequency": 10, "recurringCycles": 4, "totalPeriods": 4}
    bounds = {"fromDate": "2024-01-01", "toDate": "2024-12-31"}
    group = by_record(milestone("Cycles", targetEvaluationType=window, **length, **bounds))
    del group["periods"]
    group["targets"][0]["defaultValues"] = [{"defaultValue": 100}]
    return group | more


BILLS = [bill(f"b{day}", 7, f"2024-01-{day:02}T12:00:00Z", 60) for day in (1, 5, 12, 15, 25)]


def begun(client: Client, group: dict[str, Any], now: str = "2024-01-13T00:00:00Z") -> None:
    client.at(now)
    client.made(group)
    client.feed(*BILLS)


def unenrol(client: Client, **more: object) -> tuple[int, object]:
    answer = client.post(f"{PATH}/unEnroll", {"customerId": 7, **more})
    return answer.status_code, answer.json()["data"] if answer.status_code == 200 else problems(answer)


def shown(client: Client) -> list[tuple[object, ...]]:
    return [row[:2] for row in rows(client, 7)]


@pytest.mark.parametrize(
    ("named", "left"),
    [
        (None, [("1", 120)]),  # the second cycle is open
        ("2", [("1", 120)]),
        ("3", [("1", 120), ("2", 120)]),  # begins on 21 January at noon
        ("4", [("1", 120), ("2", 120), ("3", 60)]),
    ],
)
def test_a_cycle_and_all_later_ones_are_left(client: Client, named: str | None, left: list[tuple[str, int]]) -> None:
    begun(client, cyclic())
    assert unenrol(client, **({} if named is None else {"periodName": named})) == (200, 7)
    client.at("2024-02-20T00:00:00Z")
    assert shown(client) == left
    progress = client.get("/sandbox/targetGroups/1/progress").json()["data"]
    assert [
        (one["period"], float(one["progress"])) for one in progress["customers"]["7"]["targets"]["Cycles target"]
    ] == left
    events = client.get("/v3/users/7/trackedTargetEvents/1").json()["data"]
    assert sum(one["targetValue"] for one in events) == sum(value for _, value in left)


def test_leaving_is_that_of_the_library(client: Client) -> None:
    begun(client, cyclic())
    made = client.get("/v3/targetGroups/1?includePeriods=true").json()["data"]
    unenrol(client)
    for now in ("2024-01-13T00:00:00Z", "2024-01-30T00:00:00Z"):
        client.at(now)
        enrolment = {7: {"unenrolledOn": "2024-01-13T00:00:00Z"}}
        wanted = evaluate(TargetGroup.model_validate(made), BILLS, now=now, enrolment=enrolment).to_dict()
        assert client.get("/sandbox/targetGroups/1/progress").json()["data"] == wanted


def test_a_cycle_to_come_is_left_when_it_begins(client: Client) -> None:
    begun(client, cyclic())
    unenrol(client, periodName="3")
    assert shown(client) == [("1", 120), ("2", 60)], "still in the second"
    assert unenrol(client, periodName="4") == (400, [(310126, "not-enrolled", "/customerId")])
    assert unenrol(client) == (200, 7), "out at once after all"
    assert shown(client) == [("1", 120)]
    assert unenrol(client) == (400, [(310126, "not-enrolled", "/customerId")])


def test_placeholder_periods_name_the_cycles(client: Client) -> None:
    span = {"startDate": "2024-01-01", "endDate": "2024-12-31"}
    names = ("PERIOD_G_1_1", "PERIOD_G_1_2", "PERIOD_G_1_3", "PERIOD_G_1_4")
    group = cyclic(periods=[{"refCode": name, **span} for name in names])
    group["targets"][0]["defaultValues"] *= 4
    begun(client, group)
    assert unenrol(client, periodName="period_g_1_2") == (200, 7)
    client.at("2024-02-20T00:00:00Z")
    assert shown(client) == [("PERIOD_G_1_1", 120)]


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("1", (None, "period-ended", "/periodName")),
        ("5", (310019, "no-period", "/periodName")),
        ("x", (310019, "no-period", "/periodName")),
        (5, (300004, "wrong-type", "/periodName")),
    ],
)
def test_a_cycle_that_cannot_be_left(client: Client, named: object, wanted: tuple[object, ...]) -> None:
    begun(client, cyclic())
    status = 404 if wanted[0] == 310019 else 400
    assert unenrol(client, periodName=named) == (status, [wanted])
    assert shown(client) == [("1", 120), ("2", 60)]


def test_who_has_no_cycle_yet(client: Client) -> None:
    client.at("2024-01-13T00:00:00Z")
    client.made(cyclic())
    client.post("/sandbox/users", [7])
    assert unenrol(client) == (400, [(310126, "not-enrolled", "/customerId")])
    assert client.post(f"{PATH}/enroll", {"customerId": 7}).status_code == 200
    assert unenrol(client, periodName="1") == (404, [(310019, "no-period", "/periodName")])
    assert unenrol(client) == (200, 7)


@pytest.mark.parametrize(
    ("now", "named", "left"),
    [
        ("2024-01-13T00:00:00Z", None, [("1", 120)]),  # the first closed on 5 January, the second is open
        ("2024-01-13T00:00:00Z", "2", [("1", 120)]),
        ("2024-01-16T00:00:00Z", None, [("1", 120), ("2", 120)]),  # closed on 15 January, nothing is open
    ],
)
def test_windows_that_close_when_the_value_is_reached(
    client: Client, now: str, named: str | None, left: list[tuple[str, int]]
) -> None:
    begun(client, cyclic("PERIOD_AGNOSTIC_WINDOW"), now)
    assert unenrol(client, **({} if named is None else {"periodName": named})) == (200, 7)
    client.at("2024-02-20T00:00:00Z")
    assert shown(client) == left


def test_a_window_that_has_not_opened_has_no_name(client: Client) -> None:
    begun(client, cyclic("PERIOD_AGNOSTIC_WINDOW"))
    assert unenrol(client, periodName="3") == (404, [(310019, "no-period", "/periodName")])
