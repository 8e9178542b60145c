"""Bodies that were read and are posted back, and numbers beyond what is stored: what the server gives stays its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serve.conftest import JSON, Client, bill, milestone, problems, streak

HUGE = (2**63 - 2, 2**63 - 1, 2**63, 10**30)


def lines() -> dict[str, Any]:
    group = milestone("Lines")
    group["targets"][0] |= {"targetEntity": "LINEITEM", "expression": True}
    return group


def capped() -> dict[str, Any]:
    return milestone("Capped", trackingType="CAPPING")


def cyclic() -> dict[str, Any]:
    group = milestone("Cyclic", targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", recurringCycles=5)
    group["frequency"] = 10
    return group


def unified() -> dict[str, Any]:
    first = milestone("Both")["targets"][0]
    expression = {"aggregation": "SUM", "thresholdValue": 5}
    group = milestone("Both", trackingType="UNIFIED", combinationType="ALL", unifiedTargetExpression=expression)
    return group | {"targets": [first | {"name": "a"}, first | {"name": "b"}]}


IDS = ("id", "targetGroupId", "emfRuleSetId", "emfUnrolledRulesetId", "periodId", "orgId", "createdOn")


def filled(value: Any) -> Any:
    """The payload with every integer member that the models know, wherever it may stand."""
    if isinstance(value, list):
        return [filled(one) for one in value]
    if not isinstance(value, dict):
        return value
    more = dict.fromkeys(IDS, 1) | {"attribution": {"createdBy": {"id": 1}, "createdOn": 1}}
    return more | {name: filled(one) for name, one in value.items()}


def whole(body: dict[str, Any]) -> dict[str, Any]:
    body = filled(body) | {"preferredTillId": 1, "activePeriod": {"id": 1, "refCode": "x"}, "recurringCycles": 3}
    for target in body["targets"]:
        target["filters"] = [{"entityType": "STORE", "entityIds": [1]}]
        target["targetMilestoneTriggers"] = [{"id": 1, "name": "half", "triggerValue": 5}]
        target["targetAudienceFilter"] = [{"audienceGroupId": 1, "versionId": 1, "audienceFilterMetaId": 1}]
        target["targetPeriodDefaultValuesMap"] = {"1": 5}
        target["extendedFieldInfo"] = {"programId": 1, "name": "x"}
    return {"frequency": 1, "frequencyType": "MONTHLY"} | body


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the whole numbers of a payload stand."""
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*at, key))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield at


def put(value: Any, at: tuple[Any, ...], number: int) -> Any:
    made = json.loads(json.dumps(value))
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = number
    return made


PAYLOADS: list[tuple[str, str, Any]] = [
    *(("POST", "/v3/targetGroups", whole(make())) for make in (milestone, streak, lines, capped, cyclic, unified)),
    ("POST", "/v3/targetGroups/1/targets", whole(milestone("More"))["targets"]),
    ("POST", "/v3/targetGroups/2/targetPeriods", filled([{"startDate": 1, "endDate": 1, "refCode": 1}])),
    ("POST", "/v3/targetGroups/1/targets/1/enroll", {"customerId": 1, "periodName": "Cycle_1", "initialBalance": 0}),
    ("POST", "/v3/targetGroups/1/targets/1/unEnroll", {"customerId": 1}),
    ("POST", "/sandbox/users", [1]),
    ("POST", "/sandbox/records", bill("b", 1, "2024-01-05", 5) | {"id": 1, "date": 1, "storeId": 1}),
    ("PUT", "/sandbox/clock", {"now": 1}),
    ("PUT", "/sandbox/clock", {"now": [1, 2]}),
    ("POST", "/sandbox/clock/advance", {"weeks": 1, "days": 1, "milliseconds": 1}),
    ("PUT", "/sandbox/settings", {"ids": {"group": 5, "ruleSet": 5}, "orgId": 1, "actor": {"id": 1}}),
]


@pytest.mark.parametrize(("method", "path", "body"), PAYLOADS, ids=[f"{number}" for number in range(len(PAYLOADS))])
def test_no_number_is_too_large_to_be_answered(client: Client, method: str, path: str, body: Any) -> None:
    for turn, at in enumerate([*places(body)][::4]):
        too_large(client, method, path, body, at, HUGE[turn % len(HUGE)])


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "body"), PAYLOADS, ids=[f"{number}" for number in range(len(PAYLOADS))])
def test_none_of_the_large_numbers_is_too_large_anywhere(client: Client, method: str, path: str, body: Any) -> None:
    for at in places(body):
        for number in HUGE:
            too_large(client, method, path, body, at, number)


def too_large(client: Client, method: str, path: str, body: Any, at: tuple[Any, ...], number: int) -> None:
    """The number at its place: whatever is answered, the sandbox is none the worse for it."""
    client.post("/sandbox/reset")
    client.at("2024-01-20T00:00:00Z")
    client.made(milestone("First"))
    shell = milestone("Shell")
    del shell["periods"], shell["targets"]
    client.made(shell)
    sent = json.dumps(put(body, at, number))
    answer = client.ask(method, path, content=sent, headers=JSON)
    assert answer.status_code < 500, (at, number, answer.text)
    client.made(milestone("Afterwards"))
    assert client.get("/v3/targetGroups?includePeriods=true").status_code == 200
    assert client.get("/v3/users/1/targetGroups").status_code < 500


def test_ids_of_a_request_move_no_sequence(client: Client) -> None:
    group = milestone("Seeded")
    group["targets"][0] |= {"emfUnrolledRulesetId": 2**63 - 2, "emfRuleSetId": 10**30, "id": 2**63 - 1}
    made = client.made(group)
    assert made["targets"][0]["emfRuleSetId"] == 1
    assert "emfUnrolledRulesetId" not in made["targets"][0]
    assert set(client.get("/sandbox/settings").json()["data"]["ids"].values()) <= {1, 2, 4}


def renamed(body: dict[str, Any], name: str) -> dict[str, Any]:
    """A group that was read, made ready to be posted as another one: only names change."""
    body = json.loads(json.dumps(body))
    body["name"] = name
    for one in body.get("targets", []) + body.get("streaks", []):
        one["name"] = f"{name} {one['name']}"
    return body  # type: ignore[no-any-return]


def shape(value: Any) -> Any:
    """A group without what differs between two that were made alike."""
    if isinstance(value, list):
        return [shape(one) for one in value]
    if isinstance(value, dict):
        moving = {*IDS, "attribution", "name"}
        return {name: shape(one) for name, one in value.items() if name not in moving}
    return value


@pytest.mark.parametrize("twins", [False, True])
@pytest.mark.parametrize("make", [milestone, streak, lines, unified])
def test_a_group_that_was_read_is_posted_under_another_name(client: Client, make: Any, twins: bool) -> None:
    client.put("/sandbox/settings", {"returnBill": twins})
    client.at("2024-01-15T00:00:00Z")
    first = client.made(make())
    client.at("2024-02-15T00:00:00Z")
    read = client.get(f"/v3/targetGroups/{first['id']}?includePeriods=true").json()["data"]
    second = client.made(renamed(read, "Clone"))
    again = client.get(f"/v3/targetGroups/{second['id']}?includePeriods=true").json()["data"]
    assert not second.keys() & {"attribution", "orgId", "createdOn", "activePeriod"}
    assert second["id"] == first["id"] + 1
    expected = shape(read)
    if "unifiedTargetExpression" in expected:
        ids = [one["id"] for one in second["targets"] if not one["name"].endswith("_ReturnBill")]
        expected["unifiedTargetExpression"]["ruleExpression"] = f"({' & '.join(map(str, ids))})"
    assert shape(again) == expected
    assert {one["targetGroupId"] for one in again["periods"] + again["targets"]} == {second["id"]}
    periods = [one["id"] for one in again["periods"]]
    assert all([v["periodId"] for v in one["defaultValues"]] == periods for one in again["targets"])
    client.at("2025-01-01T00:00:00Z")
    assert "activePeriod" not in client.get(f"/v3/targetGroups/{second['id']}").json()["data"]


def test_values_that_name_the_periods_of_the_request_go_with_them(client: Client) -> None:
    shell = milestone("Shell")
    del shell["targets"]
    periods = client.made(shell)["periods"]
    target = milestone("Shell")["targets"][0]
    target["defaultValues"] = [{"periodId": one["id"], "defaultValue": one["id"] * 10} for one in reversed(periods)]
    assert client.post("/v3/targetGroups/1/targets", target).status_code == 200
    read = client.get("/v3/targetGroups/1?includePeriods=true").json()["data"]
    made = client.made(renamed(read, "Clone"))
    assert [one["defaultValue"] for one in made["targets"][0]["defaultValues"]] == [10, 20, 30]


def test_what_is_left_out_is_read_all_the_same(client: Client) -> None:
    group = milestone(attribution={"createdBy": 5}, activePeriod="x")
    assert problems(client.post("/v3/targetGroups", group)) == [
        (300004, "wrong-type", "/attribution/createdBy"),
        (300004, "wrong-type", "/activePeriod"),
    ]
