"""A whole story: the seed's streak, two customers, a month of bills and one return, against a table worked by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from targetexpr.targets import evaluate, parse_group
from tests.serve.conftest import Client, text
from tests.serve.test_seed import seeded

STORY = tomllib.loads((Path(__file__).parent / "story.toml").read_text(encoding="utf-8"))
GROUP, TARGET, TWIN = 9919, 22030, 22031


def progress_of(client: Client, customer: str) -> dict[str, Any]:
    """The customer's part in the seed's group, as the platform's user progress has it."""
    answer = client.get(f"/v3/users/{customer}/targetGroups?includeInactive=true")
    assert answer.status_code == 200, answer.text
    (group,) = answer.json()["data"]["targetGroups"]
    assert group["id"] == GROUP
    return dict(group)


def decimals(client: Client, customer: str) -> str:
    """The same as text: figures have three decimals on the wire."""
    return client.get(f"/v3/users/{customer}/targetGroups?includeInactive=true").text


def begun(client: Client) -> None:
    """The seed's group with both customers enrolled, as the story has it."""
    seeded(client)
    for customer in STORY["customers"]:
        answer = client.post(f"/v3/targetGroups/{GROUP}/targets/{TARGET}/enroll", {"customerId": int(customer)})
        assert answer.status_code == 200, answer.text


def expected_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "targetRuleId": TARGET,
        "targetName": "streakTestt123",
        "eventName": "TransactionAdd",
        "periodRefCode": row["name"],
        "periodStartDate": row["start"],
        "periodEndDate": row["end"],
        "targetValue": float(row["value"]),
        "targetAchievedValue": float(row["progress"]),
        "targetAchievedDateTime": row.get("achieved"),
        "currentPeriod": row["current"],
    }


def expected_level(level: dict[str, Any], run: int) -> dict[str, Any]:
    return {
        "streakName": level["name"],
        "status": level["status"],
        "currentCount": run,
        "totalTargetCountOfSequence": level["total"],
        "streakAchievedDateTime": level.get("achieved"),
    }


def part(whole: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    return {name: whole[name] for name in like}


def check(client: Client, after: dict[str, Any]) -> None:
    """What the table says of a customer at this point."""
    group = progress_of(client, after["customer"])
    mine = [row for row in group["targets"] if row["targetRuleId"] == TARGET]
    wanted = [expected_row(row) for row in after["periods"]]
    assert [part(row, wanted[0]) for row in mine] == wanted
    twins = [row for row in group["targets"] if row["targetRuleId"] == TWIN]
    assert [row["periodRefCode"] for row in twins] == [row["name"] for row in after["periods"]]
    assert {row["targetAchievedValue"] for row in twins} == {0}
    levels = [expected_level(level, after["run"]) for level in after["levels"]]
    assert [part(level, levels[0]) for level in group["streaks"]] == levels
    for row in after["periods"]:
        assert f'"targetAchievedValue": {row["progress"]}' in decimals(client, after["customer"])


def test_the_story_as_it_was_worked_out_by_hand(client: Client) -> None:
    begun(client)
    for step in STORY["step"]:
        client.at(step["clock"])
        client.feed(*(one["record"] for one in step["record"]))
        for after in step["after"]:
            check(client, after)


def test_the_whole_month_fed_at_once_ends_the_same(client: Client) -> None:
    begun(client)
    client.at(STORY["step"][-1]["clock"])
    client.feed(*(one["record"] for step in reversed(STORY["step"]) for one in step["record"]))
    for after in STORY["step"][-1]["after"]:
        check(client, after)


@pytest.mark.parametrize("place", range(len(STORY["step"])))
def test_the_library_says_the_same_of_the_same_records(client: Client, place: int) -> None:
    begun(client)
    steps = STORY["step"][: place + 1]
    records = [one["record"] for step in steps for one in step["record"]]
    client.at(steps[-1]["clock"])
    client.feed(*records)
    group = parse_group(text("create-streak-group.response.json"))
    enrolment = {customer: {"enrolledOn": "2023-11-17T07:04:44.789Z"} for customer in STORY["customers"]}
    wanted = evaluate(group, records, now=steps[-1]["clock"], enrolment=enrolment)
    answer = client.get(f"/sandbox/targetGroups/{GROUP}/progress")
    assert answer.json()["data"] == wanted.to_dict()


def test_the_table_tells_every_record_why_and_ends_every_step_with_what_follows() -> None:
    for step in STORY["step"]:
        assert step["after"]
        assert all(one["why"] for one in step["record"])
