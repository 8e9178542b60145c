"""Customers leave, by a period or at once, and come back, on the sandbox's own clock."""

from __future__ import annotations

import pytest

from tests.serve.conftest import Client, bill, milestone, problems, streak
from tests.serve.test_progress import levels, rows

PATH = "/v3/targetGroups/1/targets/1"
MONTHS = [bill(f"b{month}", 7, f"2024-0{month}-05", 150) for month in (1, 2, 3)]


def ask(client: Client, operation: str, **more: object) -> tuple[int, object]:
    answer = client.post(f"{PATH}/{operation}", {"customerId": 7, **more})
    return answer.status_code, answer.json()["data"] if answer.status_code == 200 else problems(answer)


def begun(client: Client, now: str = "2024-02-10T00:00:00Z") -> None:
    client.made(milestone())
    client.at("2024-01-02T00:00:00Z")
    assert ask(client, "enroll", periodName="Cycle_1") == (200, 7)
    client.feed(*MONTHS)
    client.at(now)


def test_a_period_that_is_not_there(client: Client) -> None:
    begun(client)
    wanted = (404, [(310019, "no-period", "/periodName")])
    assert ask(client, "unEnroll", periodName="Cycle_9") == wanted
    client.made(milestone("Moving", targetEvaluationType="PERIOD_AGNOSTIC_WINDOW", recurringCycles=3))
    answer = client.post("/v3/targetGroups/2/targets/2/unEnroll", {"customerId": 7, "periodName": "Cycle_1"})
    assert problems(answer) == [(310019, "no-period", "/periodName")], "customers' own cycles have no names"


def test_out_of_the_named_period_and_all_later_ones(client: Client) -> None:
    begun(client)
    assert ask(client, "unEnroll", periodName="Cycle_2") == (200, 7)
    client.at("2024-03-20T00:00:00Z")
    assert [row[:2] for row in rows(client, 7)] == [("Cycle_1", 150)]


def test_out_of_a_later_period_is_in_until_then(client: Client) -> None:
    begun(client)
    assert ask(client, "unEnroll", periodName="Cycle_3") == (200, 7)
    assert [row[0] for row in rows(client, 7, "?includeInactive=false")] == ["Cycle_2"]
    assert ask(client, "enroll", periodName="Cycle_2") == (400, [(310119, "enrolled-already", "/customerId")])
    assert ask(client, "unEnroll", periodName="Cycle_3") == (400, [(310126, "not-enrolled", "/customerId")])
    client.at("2024-03-20T00:00:00Z")
    assert [row[:2] for row in rows(client, 7)] == [("Cycle_1", 150), ("Cycle_2", 150)]
    client.at("2024-02-20T00:00:00Z")
    assert ask(client, "unEnroll") == (200, 7), "out at once after all"
    client.at("2024-03-20T00:00:00Z")
    assert [row[:2] for row in rows(client, 7)] == [("Cycle_1", 150)]


def test_leaving_a_later_period_is_taken_back(client: Client) -> None:
    begun(client)
    ask(client, "unEnroll", periodName="Cycle_3")
    assert ask(client, "enroll", periodName="Cycle_3") == (200, 7)
    client.at("2024-03-20T00:00:00Z")
    assert [row[0] for row in rows(client, 7)] == ["Cycle_1", "Cycle_2", "Cycle_3"]


def test_a_period_that_has_ended_is_over(client: Client) -> None:
    begun(client)
    assert ask(client, "unEnroll", periodName="Cycle_1") == (400, [(None, "period-ended", "/periodName")])
    assert len(rows(client, 7)) == 2


@pytest.mark.parametrize(
    ("timezone", "left", "back"),
    [
        ("Asia/Kolkata", "2024-01-31T20:00:00Z", "2024-02-02T00:00:00Z"),
        ("America/New_York", "2024-02-01T03:00:00Z", "2024-02-01T04:30:00Z"),
        ("UTC", "2024-02-01T01:30:00Z", "2024-02-02T00:00:00Z"),
    ],
)
def test_days_are_those_of_the_sandboxs_zone(client: Client, timezone: str, left: str, back: str) -> None:
    client.put("/sandbox/settings", {"timezone": timezone})
    client.at("2024-01-05T00:00:00Z")
    client.made(streak())
    assert ask(client, "enroll") == (200, 7)
    client.feed(bill("a", 7, "2024-01-10T12:00:00Z", 160))
    client.at(left)
    assert ask(client, "unEnroll") == (200, 7)
    client.at(back)
    assert ask(client, "enroll") == (200, 7)
    assert levels(client, 7) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]
