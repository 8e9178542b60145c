"""The events behind a target: in order of time, with the periods that progress names, of whom they count for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serve.conftest import Client, bill, by_record, milestone, problems, streak

PATH = "/v3/targetGroups/1/targets/1"


def events(client: Client, query: str = "", user: int = 1) -> list[dict[str, Any]]:
    answer = client.get(f"/v3/users/{user}/trackedTargetEvents/1{query}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


def begun(client: Client, group: dict[str, Any]) -> Any:
    client.at("2024-03-20T00:00:00Z")
    return client.made(by_record(group))


def test_in_the_order_of_the_instants(client: Client) -> None:
    begun(client, milestone())
    stamps = {"a": "00.005", "d": "00.0301", "b": "00.040", "c": "00.200", "e": "01"}
    client.feed(*(bill(name, 1, f"2024-01-02T00:00:{stamp}Z", 60) for name, stamp in reversed(stamps.items())))
    told = [(one["uniqueId"], one["eventDate"].removeprefix("2024-01-02 00:00:")) for one in events(client)]
    assert told == [("a", "00.005"), ("d", "00.03"), ("b", "00.04"), ("c", "00.2"), ("e", "01.0")]
    assert [one["uniqueId"] for one in events(client, "?limit=2&offset=1")] == ["b", "c"]


def test_periods_are_those_of_the_progress(client: Client) -> None:
    group = milestone()
    group["periods"] = [group["periods"][place] for place in (2, 0, 1)]
    group["periods"][1]["active"] = False
    begun(client, group)
    client.feed(bill("c", 1, "2024-03-02", 60), bill("b", 1, "2024-02-02", 60), bill("a", 1, "2024-01-02", 60))
    assert [(one["uniqueId"], one["periodId"]) for one in events(client)] == [("b", 3), ("c", 1)]


def test_cycles_of_a_customer_are_no_periods_of_the_group(client: Client) -> None:
    moving = {"targetEvaluationType": "CYCLIC_WINDOW", "frequencyType": "DAILY", "frequency": 10}
    begun(client, milestone(**moving, recurringCycles=5))
    client.feed(bill("a", 1, "2024-01-02", 60), bill("b", 1, "2024-01-15", 60), bill("c", 1, "2024-02-02", 60))
    (shown,) = client.get("/v3/users/1/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    assert {one["periodId"] for one in shown["targets"]} == {None}
    assert [(one["uniqueId"], one["periodId"]) for one in events(client)] == [("a", None), ("b", None), ("c", None)]
    answer = client.get("/v3/users/1/trackedTargetEvents/1?periodId=2")
    assert problems(answer) == [(310149, "nothing-recorded", None)]


def test_a_target_without_a_name_has_its_events(client: Client) -> None:
    group = milestone()
    del group["targets"][0]["name"]
    begun(client, group)
    client.feed(bill("a", 1, "2024-01-02", 60))
    assert [one["uniqueId"] for one in events(client)] == ["a"]


def test_one_id_at_one_instant_for_two_customers_counts_for_the_one_evaluation_says(client: Client) -> None:
    begun(client, streak())
    client.feed(bill("r", 1, "2024-01-02", 60), bill("r", 2, "2024-01-02", 60))
    assert list(client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]) == ["1"]
    assert client.get("/v3/users/2/targetGroups?includeInactive=true").json()["data"]["targetGroups"] == []
    assert [one["customerId"] for one in events(client)] == [1]
    for customer, status in ((1, 400), (2, 200), (9, 200)):
        assert client.post(f"{PATH}/enroll", {"customerId": customer}).status_code == status
    assert list(client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]) == ["1", "2", "9"]


def test_who_is_meant_depends_on_what_the_records_bring(client: Client) -> None:
    """Evaluation decides by what a record brings to the group before it looks at the customer."""
    begun(client, streak())
    client.feed(bill("r", 1, "2024-01-02", 60), bill("r", 2, "2024-01-02", 5))
    (counted,) = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]
    for customer in ("1", "2"):
        mine = client.get(f"/v3/users/{customer}/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
        assert len(mine) == (customer == counted)


def test_the_events_behind_a_target(client: Client) -> None:
    client.at("2024-02-20T12:30:00.250Z")
    client.made(by_record(milestone()))
    client.feed(
        bill("880613909", 77, "2024-02-01T12:00:12", 2000.46),
        bill("880613938", 77, "2024-01-09T12:00:12", 1000),
        bill("small", 77, "2024-01-10", 5),
        {
            "id": "back",
            "customerId": 77,
            "type": "ReturnBill",
            "date": "2024-01-11",
            "returnOf": "880613938",
            "returnBill": {"value": 300},
        },
    )
    body = client.get("/v3/users/77/trackedTargetEvents/1").json()
    assert body["pagination"] == {"limit": 10, "offset": 0, "total": 3}
    assert (body["errors"], body["warnings"]) == ([], [])
    assert [(one["uniqueId"], one["eventName"], one["targetValue"], one["periodId"]) for one in body["data"]] == [
        ("880613938", "ADD_TRANSACTION", 1000, 1),
        ("back", "RETURN_BILL", -300, 1),
        ("880613909", "ADD_TRANSACTION", 2000.46, 2),
    ]
    assert body["data"][2] == {
        "eventLogId": 1,
        "eventName": "ADD_TRANSACTION",
        "customerId": 77,
        "eventDisplayName": None,
        "uniqueId": "880613909",
        "eventDate": "2024-02-01 12:00:12.0",
        "eventProcessedDate": "2024-02-20 12:30:00.25",
        "periodId": 2,
        "targetGroupId": 1,
        "targetRuleId": 1,
        "targetValue": 2000.46,
    }
    page = client.get("/v3/users/77/trackedTargetEvents/1?limit=2&offset=1").json()
    assert [one["uniqueId"] for one in page["data"]] == ["880613909"]
    page = client.get("/v3/users/77/trackedTargetEvents/1?periodId=1").json()
    assert [one["uniqueId"] for one in page["data"]] == ["880613938", "back"]


def test_a_behavioural_event_has_its_name_and_three_decimals(client: Client) -> None:
    group = by_record(milestone())
    group["targets"][0] |= {
        "targetEntity": "EVENT",
        "targetType": "COUNT",
        "eventName": "goodNight",
        "expression": True,
    }
    client.at("2024-01-20T00:00:00Z")
    client.made(group)
    client.feed({"id": "e1", "customerId": 77, "type": "goodNight", "date": "2024-01-02", "currentEvent": {}})
    answer = client.get("/v3/users/77/trackedTargetEvents/1")
    (event,) = answer.json()["data"]
    assert (event["eventName"], event["eventDisplayName"]) == ("GENERIC_EVENT", "goodNight")
    assert '"targetValue": 1.000' in answer.text


@pytest.mark.parametrize(
    ("path", "status", "wanted"),
    [
        ("1?periodId=99", 404, (310019, "no-period", None)),
        ("99", 404, (310018, "no-target", None)),
        ("x", 404, (310018, "no-target", None)),
        ("1?limit=0", 400, (300004, "wrong-parameter", None)),
        ("1?offset=-1", 400, (300004, "wrong-parameter", None)),
        ("1", 400, (310149, "nothing-recorded", None)),
    ],
)
def test_events_that_are_not_there(
    client: Client, path: str, status: int, wanted: tuple[object, object, object]
) -> None:
    client.made(milestone())
    client.post("/sandbox/users", [77])
    answer = client.get(f"/v3/users/77/trackedTargetEvents/{path}")
    assert (answer.status_code, problems(answer)) == (status, [wanted])
