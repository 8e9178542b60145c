"""The seed's request, answered as the seed shows it; and the group read back."""

from __future__ import annotations

from tests.serve.conftest import Client, payload, text

IDS = {"group": 9919, "period": 10678, "streak": 9, "target": 22030, "ruleSet": 1200627, "defaultValue": 24105}
ACTOR = {"id": 50129465, "code": "till_store1", "description": "", "name": "till_store1", "type": "TILL"}
INSTANTS = ["2023-11-17T07:04:44.000Z", "2023-11-17T07:04:44.483Z", "2023-11-17T07:04:44.612Z", "2023-11-17T07:04:44.789Z"]  # fmt: skip  # noqa: E501
READ_ADDS = {"attribution", "orgId", "createdOn", "activePeriod"}  # target_api.md, 6.1


def seeded(client: Client) -> None:
    answer = client.put("/sandbox/settings", {"ids": IDS, "actor": ACTOR, "returnBill": True})
    assert answer.status_code == 200
    client.at(INSTANTS)
    answer = client.post("/v3/targetGroups", text("create-streak-group.request.json"))
    assert answer.status_code == 201
    assert answer.json() == payload("create-streak-group.response.json")
    assert '"defaultValue": 500.000' in answer.text


def test_the_seeds_request_gets_the_seeds_answer(client: Client) -> None:
    seeded(client)


def test_the_answer_has_its_members_in_the_seeds_order(client: Client) -> None:
    seeded(client)
    created = payload("create-streak-group.response.json")["data"]
    read = client.get("/v3/targetGroups/9919?includePeriods=true").json()["data"]
    assert [name for name in read if name not in READ_ADDS] == list(created)


def test_the_group_reads_as_it_was_answered(client: Client) -> None:
    seeded(client)
    created = payload("create-streak-group.response.json")["data"]
    read = client.get("/v3/targetGroups/9919?includePeriods=true").json()
    assert read["errors"] is None
    assert read["warnings"] is None
    assert {name: value for name, value in read["data"].items() if name not in READ_ADDS} == created
    assert read["data"].keys() - created.keys() == READ_ADDS
    assert read["data"]["createdOn"] == 1700204684000
    assert read["data"]["attribution"] == created["periods"][0]["attribution"]
    assert read["data"]["activePeriod"] == created["periods"][0]


def test_periods_are_read_only_when_asked_for(client: Client) -> None:
    seeded(client)
    created = payload("create-streak-group.response.json")["data"]
    read = client.get("/v3/targetGroups/9919").json()["data"]
    assert created.keys() - read.keys() == {"periods"}
    listed = client.get("/v3/targetGroups").json()["data"]
    assert listed == [read]
    with_periods = client.get("/v3/targetGroups?includePeriods=true").json()["data"]
    assert [group["periods"] for group in with_periods] == [created["periods"]]


def test_the_next_create_goes_on_behind_the_seeds_ids(client: Client) -> None:
    seeded(client)
    ids = client.get("/sandbox/settings").json()["data"]["ids"]
    assert ids == {"group": 9920, "period": 10680, "streak": 11, "target": 22032, "ruleSet": 1200629, "defaultValue": 24109}  # fmt: skip  # noqa: E501


def test_after_a_create_the_clock_stands_at_its_last_instant(client: Client) -> None:
    seeded(client)
    assert client.get("/sandbox/clock").json()["data"] == {"now": INSTANTS[-1], "frozen": True}


def test_the_statuses_of_periods_follow_the_clock(client: Client) -> None:
    seeded(client)
    assert client.post("/sandbox/clock/advance", {"days": 1}).json()["data"]["now"] == "2023-11-18T07:04:44.789Z"
    read = client.get("/v3/targetGroups/9919/targetPeriods").json()["data"]
    assert [(one["refCode"], one["periodStatus"]) for one in read] == [("period44", "ENDED"), ("period45", "RUNNING")]
    assert client.get("/v3/targetGroups/9919").json()["data"]["activePeriod"]["refCode"] == "period45"
    client.at("2023-11-21T00:00:00.000Z")
    assert "activePeriod" not in client.get("/v3/targetGroups/9919").json()["data"]


def test_our_warnings_are_counted_in_a_header_and_listed_when_asked_for(client: Client) -> None:
    answer = client.post("/v3/targetGroups", text("create-streak-group.request.json"))
    assert (answer.status_code, answer.headers["Sandbox-Warnings"], answer.json()["warnings"]) == (201, "1", None)
    client.post("/sandbox/reset")
    client.put("/sandbox/settings", {"warnings": True})
    answer = client.post("/v3/targetGroups", text("create-streak-group.request.json"))
    assert [(one["code"], one["reason"], one["pointer"]) for one in answer.json()["warnings"]] == [
        (None, "total-periods-differ", "/totalPeriods")
    ]
