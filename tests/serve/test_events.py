"""The events behind a target: in order of time, with the periods that progress names, of whom they count for."""

from __future__ import annotations

from typing import Any

from tests.serve.conftest import Client, bill, milestone, problems, streak

PATH = "/v3/targetGroups/1/targets/1"


def by_record(group: dict[str, Any]) -> dict[str, Any]:
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    return group


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
