"""Records, enrolments and the clock: what customers reach is what the library says they do."""

from __future__ import annotations

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from targetexpr.serve.settings import Options
from targetexpr.targets import TargetGroup, evaluate
from tests.serve.conftest import JSON, Client, bill, milestone, problems, streak

PATH = "/v3/targetGroups/1/targets/1"


def rows(client: Client, user: object, query: str = "?includeInactive=true") -> list[tuple[object, ...]]:
    answer = client.get(f"/v3/users/{user}/targetGroups{query}")
    assert answer.status_code == 200, answer.text
    return [
        (one["periodRefCode"], one["targetAchievedValue"], one["targetAchievedDateTime"], one["currentPeriod"])
        for group in answer.json()["data"]["targetGroups"]
        for one in group["targets"]
    ]


def by_record(group: dict[str, Any]) -> dict[str, Any]:
    group["targets"][0]["enrolmentMethod"] = "TRANSACTION"
    return group


def levels(client: Client, user: object) -> list[tuple[object, ...]]:
    (group,) = client.get(f"/v3/users/{user}/targetGroups").json()["data"]["targetGroups"]
    return [(one["streakName"], one["status"], one["currentCount"]) for one in group["streaks"]]


# Progress


def test_progress_is_that_of_evaluate_on_the_same_records(client: Client) -> None:
    made = client.made(by_record(streak()))
    records = [
        bill("b1", "ann", "2024-01-10T10:00:00", 60.25),
        bill("b2", 7, "2024-01-11T10:00:00", 100),
        bill("b1", "ann", "2024-01-09T10:00:00", 70.5),
        bill("b3", "ann", "2024-02-11", 250),
        bill("b2", "ann", "2024-01-05", 15),
        {
            "id": "r1",
            "customerId": "ann",
            "type": "ReturnBill",
            "date": "2024-02-20",
            "returnOf": "b3",
            "returnBill": {"value": 200},
        },
        bill("b4", "ann", "2024-03-20", 250),
        bill("bad", "ann", "2024-02-21", "much"),
    ]
    client.feed(*records)
    for now in ("2024-03-21T00:00:00Z", "2024-02-12T00:00:00Z", "2024-01-10T00:00:00Z", "2023-01-01T00:00:00Z"):
        client.at(now)
        wanted = evaluate(TargetGroup.model_validate(made), records, now=now).to_dict()
        assert client.get("/sandbox/targetGroups/1/progress").json()["data"] == wanted
        for customer in ("ann", "7"):
            answer = client.get(f"/v3/users/{customer}/targetGroups?includeInactive=true").json()["data"]
            progress = evaluate(TargetGroup.model_validate(made), records, now=now)
            if customer not in progress.customers:
                assert answer["targetGroups"] == []
                continue
            (shown,) = progress.user_progress(customer)["data"]  # type: ignore[misc, str-unpack]
            (group,) = answer["targetGroups"]
            wanted_group = json.loads(json.dumps(shown, default=float))
            assert all((one["enrolledOn"] is None) == (one["targetId"] is None) for one in group["targets"])
            # What an evaluation cannot know is null there, and the sandbox's to say here.
            unknown: dict[str, None] = dict.fromkeys(("targetId", "enrolledOn"))
            assert json.dumps([one | unknown for one in group["targets"]]) == json.dumps(wanted_group["targets"])
            unknown = dict.fromkeys(("userStreakId", "streakAchievedUserTargetId"))
            assert json.dumps([one | unknown for one in group["streaks"]]) == json.dumps(wanted_group["streaks"])


def test_the_members_of_a_users_progress(client: Client) -> None:
    client.put("/sandbox/settings", {"orgId": 50363})
    client.at("2024-01-02T10:00:00Z")
    client.made(by_record(streak(preferredTillId=5)))
    client.feed(bill("b1", 77, "2024-01-01T10:00:00", 2000.4625))
    body = client.get("/v3/users/77/targetGroups").json()
    assert (body["errors"], body["warnings"]) == (None, None)
    data = body["data"]
    assert (data["userId"], data["customer"]) == (77, {"id": 77})
    (group,) = data["targetGroups"]
    assert list(group) == [
        "id", "attribution", "name", "orgId", "preferredTillId", "targets", "streaks", "targetEvaluationType",
        "trackingType",
    ]  # fmt: skip
    assert (group["id"], group["name"], group["orgId"], group["preferredTillId"]) == (1, "Months", 50363, 5)
    assert group["attribution"]["createdBy"]["name"] == "sandbox"
    (row,) = group["targets"]
    assert row == {
        "targetId": 1,
        "periodId": 1,
        "periodRefCode": "Cycle_1",
        "periodStartDate": "2024-01-01",
        "periodEndDate": "2024-01-31",
        "periodStartDateWithTimeStamp": "2024-01-01T00:00:00.000Z",
        "periodEndDateWithTimeStamp": "2024-01-31T23:59:59.000Z",
        "targetValue": 100.000,
        "targetAchievedValue": 2000.463,
        "targetName": "Months target",
        "targetType": "SALES",
        "targetEntity": "TRANSACTION",
        "targetRuleId": 1,
        "enrolledOn": "2024-01-02T10:00:00.000+0000",
        "eventName": "TransactionAdd",
        "targetAchievedDateTime": "2024-01-01T10:00:00.000+0000",
        "currentPeriod": True,
        "milestones": [],
    }
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]


def own_ids(client: Client, user: object) -> tuple[list[object], list[tuple[object, object]]]:
    """The ids of a user's rows, all periods, and of levels with that of the row that decided."""
    (group,) = client.get(f"/v3/users/{user}/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    levels = [(one["userStreakId"], one["streakAchievedUserTargetId"]) for one in group["streaks"]]
    return [one["targetId"] for one in group["targets"]], levels


def test_a_users_own_rows_have_ids_that_stay(tmp_path: Path) -> None:
    options = Options(database=str(tmp_path / "sandbox.db"))
    with closing(Client(options)) as client:
        client.at("2024-01-02T10:00:00Z")
        client.made(by_record(streak()))
        client.feed(
            bill("b1", 77, "2024-01-01", 150), bill("b3", 77, "2024-03-01", 150), bill("c1", 5, "2024-02-01", 20)
        )
        assert own_ids(client, 77) == ([1], [(2, 1), (3, None)]), "the first level takes one period, the row of it"
        client.at("2024-03-02T10:00:00Z")
        client.feed(bill("b2", 77, "2024-02-01", 150))
        assert own_ids(client, 5) == ([None, 4, None], [(5, None), (6, None)]), "null where nothing counted"
        assert own_ids(client, 77) == ([1, 7, 8], [(2, 1), (3, 8)])
    with closing(Client(options)) as client:
        assert own_ids(client, 77) == ([1, 7, 8], [(2, 1), (3, 8)]), "a restart changes nothing"
        only = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"][0]
        assert [one["targetId"] for one in only["targets"]] == [8], "nor does asking for less"


def test_rows_of_who_was_enrolled_have_ids_before_anything_counted(client: Client) -> None:
    client.at("2024-02-02T10:00:00Z")
    client.made(streak())
    client.post(f"{PATH}/enroll", {"customerId": 7})
    client.at("2024-04-02T10:00:00Z")
    ids, levels = own_ids(client, 7)
    assert len(ids) == 2, "January was over"
    assert None not in ids
    assert [(one is None, deciding) for one, deciding in levels] == [(False, None)] * 2


def test_a_twin_has_rows_of_its_own(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.at("2024-01-02T10:00:00Z")
    client.made(by_record(streak()))
    client.feed(bill("b1", 77, "2024-01-01", 150))
    ids, levels = own_ids(client, 77)
    assert len(set(ids)) == 2
    assert None not in ids
    assert levels[0][1] == ids[0], "the original decides"


def test_ids_that_cannot_be_kept_are_null_and_told(tmp_path: Path) -> None:
    with closing(Client(Options(database=str(tmp_path / "sandbox.db")))) as client:
        client.at("2024-01-02T10:00:00Z")
        client.made(by_record(streak()))
        client.feed(bill("b1", 77, "2024-01-01", 150))
        client.store._connection.execute("PRAGMA query_only=1")
        answer = client.get("/v3/users/77/targetGroups")
        assert answer.status_code == 200
        assert answer.json()["data"]["targetGroups"][0]["targets"][0]["targetId"] is None
        assert [one["reason"] for one in answer.json()["warnings"]] == ["database-read-only"]


def test_sub_targets_are_milestones_of_a_users_row(client: Client) -> None:
    group = by_record(milestone())
    group["targets"][0]["targetMilestoneTriggers"] = [
        {"name": "half", "triggerType": "CUSTOM_TRIGGER", "triggerValueType": "PERCENTAGE", "triggerValue": 50},
        {"name": "sixty", "triggerType": "CUSTOM_TRIGGER", "triggerValueType": "ABSOLUTE", "triggerValue": 60},
    ]
    client.at("2024-01-06T00:00:00Z")
    client.made(group)
    client.feed(bill("b1", 77, "2024-01-05", 50))
    (group,) = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"]
    assert group["targets"][0]["targetValue"] == 100
    assert [
        (one["triggerName"], one["triggerValue"], one["isAchieved"]) for one in group["targets"][0]["milestones"]
    ] == [
        ("half", 50, True),
        ("sixty", 60, False),
    ]


def test_a_deactivated_group_stands_as_it_did_at_its_end(client: Client) -> None:
    client.made(by_record(streak("Gone")))
    client.at("2024-02-15T00:00:00Z")
    client.feed(bill("b1", 77, "2024-01-02", 150), bill("b2", 77, "2024-02-02", 50))
    asked = "/v3/users/77/targetGroups?includeInactiveTargets=true&includeInactive=true"
    told = "/v3/users/77/trackedTargetEvents/1"
    before, events = client.get(asked).json()["data"]["targetGroups"], client.get(told).json()["data"]
    assert [one["targetAchievedValue"] for one in before[0]["targets"]] == [150, 50]
    assert len(events) == 2
    client.delete("/v3/targetGroups/1")
    client.at("2024-03-15T00:00:00Z")
    client.feed(bill("b3", 77, "2024-02-20", 150), bill("b4", 77, "2024-03-02", 150))
    after = client.get(asked).json()["data"]["targetGroups"]
    for one in (*before, *after):
        one.pop("attribution")
    assert after == before
    assert client.get(told).json()["data"] == events
    assert client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"] == []


def test_another_record_under_an_id_in_use_is_a_warning(client: Client) -> None:
    client.put("/sandbox/settings", {"warnings": True})
    first = bill("b1", 77, "2024-01-05", 50)
    assert client.post("/sandbox/records", first).json()["warnings"] is None
    answer = client.post("/sandbox/records", first)
    assert (answer.json()["data"], answer.json()["warnings"]) == ({"accepted": 1, "duplicates": 1}, None)
    answer = client.post("/sandbox/records", bill("b1", 5, "2024-01-02", 999))
    assert [one["reason"] for one in answer.json()["warnings"]] == ["record-differs"]
    assert answer.headers["Sandbox-Warnings"] == "1"


@pytest.mark.parametrize(
    ("change", "reason", "pointer"),
    [
        ({"type": "transactionAdd"}, "record-type", "/type"),
        ({"type": "RETURNBILL"}, "record-type", "/type"),
        ({"type": "pointsissued"}, "record-type", "/type"),
        ({"type": "ReturnBill"}, "return-of-nothing", "/returnOf"),
        ({"type": "ReturnBill", "returnOf": "b0"}, None, None),
        ({"type": "Walk"}, None, None),
        ({"type": "walk"}, None, None),
    ],
)
def test_what_would_count_nothing_is_a_warning(
    client: Client, change: dict[str, object], reason: str | None, pointer: str | None
) -> None:
    client.put("/sandbox/settings", {"warnings": True})
    answer = client.post("/sandbox/records", bill("b1", 77, "2024-01-05", 50) | change)
    assert answer.json()["data"] == {"accepted": 1, "duplicates": 0}
    warned = [(one["reason"], one["pointer"]) for one in answer.json()["warnings"] or ()]
    assert warned == ([] if reason is None else [(reason, pointer)])


def test_a_balance_of_nothing_is_refused_where_records_count_already(client: Client) -> None:
    client.made(milestone())
    client.at("2024-01-06T00:00:00Z")
    client.feed(bill("b1", 7, "2024-01-05", 50), bill("b2", 8, "2024-01-05", 5))
    ask = {"customerId": 7, "periodName": "Cycle_1", "initialBalance": 0}
    assert problems(client.post(f"{PATH}/enroll", ask)) == [(None, "balance-not-supported", "/initialBalance")]
    assert client.post(f"{PATH}/enroll", ask | {"customerId": 8}).status_code == 200, (
        "its record does not pass the rule"
    )
    assert client.post(f"{PATH}/enroll", ask | {"periodName": "Cycle_2"}).status_code == 200, "before that period"


def test_a_period_is_named_in_any_case(client: Client) -> None:
    client.made(milestone())
    client.at("2024-01-06T00:00:00Z")
    assert client.post(f"{PATH}/enroll", {"customerId": 7, "periodName": "cycle_1"}).status_code == 200


def test_only_what_is_asked_for(client: Client) -> None:
    client.made(by_record(milestone("One")))
    client.made(by_record(milestone("Two")))
    client.feed(bill("b1", 77, "2024-01-02", 50))
    client.at("2024-02-15T00:00:00Z")
    assert [row[0] for row in rows(client, 77)] == ["Cycle_1", "Cycle_2"] * 2
    assert [row[0] for row in rows(client, 77, "")] == ["Cycle_2"] * 2
    assert [row[0] for row in rows(client, 77, "?targetRuleId=2")] == ["Cycle_2"]
    client.delete("/v3/targetGroups/1")
    assert len(rows(client, 77, "")) == 1
    answer = client.get("/v3/users/77/targetGroups?includeInactiveTargets=true").json()["data"]
    assert [group["id"] for group in answer["targetGroups"]] == [1, 2]


def test_a_period_may_never_end(client: Client) -> None:
    group = by_record(milestone("Endless"))
    group["periods"][2]["endDate"] = "9999-12-31"
    client.made(group)
    client.at("2090-12-30T00:00:00Z")
    client.feed(bill("b1", 77, "2090-12-29", 150))
    assert rows(client, 77)[-1][0] == "Cycle_3"
    assert client.get("/sandbox/targetGroups/1/progress").status_code == 200


def test_a_group_that_cannot_be_evaluated_is_told_beside_the_others(client: Client) -> None:
    """Validation lets none in; a file that another program wrote to may hold one."""
    client.made(by_record(milestone("Broken")))
    entity = '"targetEntity": "TRANSACTION", '
    changed = client.store._connection.execute("UPDATE groups SET body = replace(body, ?, '')", (entity,))
    assert changed.rowcount == 1
    client.made(by_record(milestone("Whole")))
    client.at("2024-01-15T00:00:00Z")
    client.feed(bill("b1", 77, "2024-01-02", 50))
    body = client.get("/v3/users/77/targetGroups?includeInactive=true").json()
    assert [one["name"] for one in body["data"]["targetGroups"]] == ["Whole"]
    assert [(one["code"], one["reason"]) for one in body["warnings"]] == [(None, "not-evaluated")]
    for path in ("/v3/users/77/trackedTargetEvents/1", "/sandbox/targetGroups/1/progress"):
        answer = client.get(path)
        assert (answer.status_code, problems(answer)) == (400, [(None, "not-evaluated", "/targets/0")])


@pytest.mark.parametrize("user", ["404", "nobody", "a%20b", "%00", "x" * 101])
def test_a_user_nobody_knows(client: Client, user: str) -> None:
    client.made(milestone())
    for path in ("targetGroups", "trackedTargetEvents/1"):
        answer = client.get(f"/v3/users/{user}/{path}")
        assert answer.status_code == 400
        assert [one[0] for one in problems(answer)] == [310011]


# Events


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


# Enrolment


@pytest.mark.parametrize("version", ["v3", "v3.1"])
def test_enrolling_and_leaving_a_milestone(client: Client, version: str) -> None:
    client.made(milestone())
    client.at("2024-02-10T00:00:00.000Z")
    path = f"/{version}/targetGroups/1/targets/1"
    answer = client.post(f"{path}/enroll", [{"customerId": 77, "periodName": "Cycle_2"}])
    assert (answer.status_code, answer.json()) == (200, {"data": 77, "errors": None, "warnings": None})
    client.feed(
        bill("b1", 77, "2024-01-05", 50),
        bill("b2", 77, "2024-02-05", 60),
        bill("b3", 77, "2024-03-05", 70),
        bill("b4", 78, "2024-03-05", 80),
    )
    client.at("2024-03-10T00:00:00.000Z")
    assert rows(client, 77) == [("Cycle_2", 60, None, False), ("Cycle_3", 70, None, True)]
    group = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"][0]
    assert group["targets"][0]["enrolledOn"] == "2024-02-10T00:00:00.000+0000"
    assert rows(client, 78) == [], "a record is no enrolment where customers are imported"
    again = client.post(f"{path}/enroll", {"customerId": "77", "periodName": "Cycle_3"})
    assert (again.status_code, problems(again)) == (400, [(310119, "enrolled-already", "/customerId")])
    answer = client.post(f"{path}/unEnroll", {"customerId": 77})
    assert (answer.status_code, answer.json()["data"]) == (200, 77)
    assert rows(client, 77) == [("Cycle_2", 60, None, False)]
    again = client.post(f"{path}/unEnroll", [{"customerId": 77}])
    assert (again.status_code, problems(again)) == (400, [(310126, "not-enrolled", "/0/customerId")])


def test_who_takes_part_by_a_record(client: Client) -> None:
    client.made(by_record(milestone()))
    client.at("2024-02-10T00:00:00.000Z")
    client.feed(bill("b1", 77, "2024-01-05", 50), bill("b2", 78, "2024-02-11", 60))
    answer = client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_2"})
    assert problems(answer) == [(310119, "enrolled-already", "/customerId")]
    answer = client.post(f"{PATH}/enroll", {"customerId": 78, "periodName": "Cycle_1"})
    assert answer.status_code == 200, "the record of tomorrow is not there yet"
    assert client.post(f"{PATH}/unEnroll", {"customerId": 77}).status_code == 200
    assert rows(client, 77) == [("Cycle_1", 50, None, False)]
    (group,) = client.get("/v3/users/77/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    assert group["targets"][0]["enrolledOn"] == "2024-02-10T00:00:00.000+0000", "when the first record came"
    progress = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]
    assert sorted(progress) == ["77", "78"]


@pytest.mark.parametrize(
    ("body", "status", "wanted"),
    [
        ({"customerId": 5, "periodName": "Cycle_9"}, 404, (310019, "no-period", "/periodName")),
        ({"customerId": 5}, 404, (310019, "period-missing", "/periodName")),
        ({"periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": True, "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": "a b", "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ({"customerId": -5, "periodName": "Cycle_1"}, 400, (310011, "user-id", "/customerId")),
        ([{"customerId": 5}, {"customerId": 6}], 400, (300004, "one-customer", "")),
        ([], 400, (300004, "one-customer", "")),
        (["5"], 400, (300004, "not-an-object", "/0")),
        ({"customerId": 5, "periodname": "Cycle_1"}, 400, (300004, "unknown-member", "/periodname")),
        ({"customerId": 5, "periodName": 1}, 400, (300004, "wrong-type", "/periodName")),
        ({"customerId": 5, "initialBalance": "x"}, 400, (300004, "wrong-type", "/initialBalance")),
        ({"customerId": 5, "resetStreakStatus": 1}, 400, (300004, "wrong-type", "/resetStreakStatus")),
        (
            {"customerId": 5, "periodName": "Cycle_1", "initialBalance": 300},
            400,
            (None, "balance-not-supported", "/initialBalance"),
        ),
        (
            {"customerId": 5, "periodName": "Cycle_1", "resetStreakStatus": True},
            400,
            (None, "reset-of-milestone", "/resetStreakStatus"),
        ),
    ],
)
def test_an_enrolment_that_is_refused(
    client: Client, body: object, status: int, wanted: tuple[object, object, object]
) -> None:
    client.made(milestone())
    answer = client.post(f"{PATH}/enroll", body)
    assert (answer.status_code, problems(answer)) == (status, [wanted])
    assert client.get("/sandbox/health").json()["data"]["users"] == 0


def test_what_the_documents_send_along_is_taken(client: Client) -> None:
    client.made(milestone())
    body = {"customerId": 5, "periodName": "Cycle_1", "initialBalance": 0, "resetStreakStatus": False}
    assert client.post(f"{PATH}/enroll", [body]).status_code == 200


def test_a_target_of_another_group(client: Client) -> None:
    client.made(milestone("One"))
    client.made(milestone("Two"))
    for operation in ("enroll", "unEnroll"):
        answer = client.post(f"/v3/targetGroups/1/targets/2/{operation}", {"customerId": 5})
        assert (answer.status_code, problems(answer)) == (404, [(310018, "no-target", None)])


def test_users_must_be_known_where_that_is_asked_for(client: Client) -> None:
    client.made(milestone())
    client.put("/sandbox/settings", {"openUsers": False})
    body = {"customerId": 5, "periodName": "Cycle_1"}
    answer = client.post(f"{PATH}/enroll", body)
    assert (answer.status_code, problems(answer)) == (400, [(310011, "no-user", "/customerId")])
    assert client.post("/sandbox/users", [5, "ann"]).json()["data"] == {"accepted": 2, "new": 2}
    assert client.post("/sandbox/users", [5, "ann"]).json()["data"] == {"accepted": 2, "new": 0}
    assert client.post(f"{PATH}/enroll", body).status_code == 200
    assert problems(client.post(f"{PATH}/unEnroll", {"customerId": 6})) == [(310011, "no-user", "/customerId")]
    assert problems(client.post("/sandbox/users", [5, None])) == [(310011, "user-id", "/1")]


def test_a_streak_begins_when_the_customer_joins_and_a_reset_begins_it_anew(client: Client) -> None:
    client.made(streak())
    client.feed(*(bill(f"b{month}", 77, f"2024-0{month}-05", 150) for month in (1, 2, 3)))
    client.at("2024-01-02T00:00:00Z")
    assert client.post(f"{PATH}/enroll", {"customerId": 77}).status_code == 200
    client.at("2024-02-06T00:00:00Z")
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 2), ("Months_3", "INPROGRESS", 2)]
    assert client.post(f"{PATH}/unEnroll", {"customerId": 77}).status_code == 200
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "initialBalance": 0}).status_code == 400
    assert client.post(f"{PATH}/enroll", {"customerId": 77}).status_code == 200, "no period went by: the run goes on"
    client.at("2024-03-06T00:00:00Z")
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 3), ("Months_3", "ACHIEVED", 3)]
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    answer = client.post(f"{PATH}/enroll", {"customerId": 77, "resetStreakStatus": True})
    assert answer.status_code == 200
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]


def test_a_gap_that_evaluation_cannot_honour_is_refused(client: Client) -> None:
    client.made(streak())
    client.at("2024-01-02T00:00:00Z")
    client.post(f"{PATH}/enroll", {"customerId": 77})
    client.at("2024-02-02T00:00:00Z")
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    client.at("2024-03-02T00:00:00Z")
    answer = client.post(f"{PATH}/enroll", {"customerId": 77})
    assert (answer.status_code, problems(answer)) == (400, [(None, "enrolment-gap", "")])
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "resetStreakStatus": True}).status_code == 200


def test_whoever_left_before_anything_was_kept_joins_a_later_period(client: Client) -> None:
    client.made(milestone())
    client.feed(*(bill(f"b{month}", 77, f"2024-0{month}-05", 150) for month in (1, 2, 3)))
    client.at("2024-01-02T00:00:00Z")
    client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_1"})
    client.post(f"{PATH}/unEnroll", {"customerId": 77})
    assert client.post(f"{PATH}/enroll", {"customerId": 77, "periodName": "Cycle_3"}).status_code == 200
    client.at("2024-03-10T00:00:00Z")
    assert [row[:2] for row in rows(client, 77)] == [("Cycle_3", 150)]


# Records


@pytest.mark.parametrize("kind", ["application/json", "application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_records_by_the_line(client: Client, kind: str) -> None:
    lines = [json.dumps(bill(f"b{place}", place % 2, "2024-01-05", place)) for place in range(5)]
    body = "\ufeff" + "\n\n".join(lines) + "\r\n"
    answer = client.ask("POST", "/sandbox/records", content=body.encode(), headers={"Content-Type": kind})
    assert answer.json() == {"data": {"accepted": 5, "duplicates": 0}, "errors": None, "warnings": None}
    assert client.get("/sandbox/health").json()["data"] == {"status": "ok", "groups": 0, "users": 2, "records": 5}
    assert client.post("/sandbox/records", lines[0]).json()["data"] == {"accepted": 1, "duplicates": 1}
    pretty = json.dumps(bill("b9", 1, "2024-01-05", 1), indent=2)
    assert client.post("/sandbox/records", pretty).json()["data"] == {"accepted": 1, "duplicates": 0}


def test_one_bad_record_keeps_the_whole_call_out(client: Client) -> None:
    good = json.dumps(bill("b1", 77, "2024-01-05", 5))
    body = "\n".join([good, "{", "5", '{"id": 1}', '{"id":"a","customerId":"b c","type":"t","date":"2024-01-01"}', good[:-1] + ', "id": 2}'])  # fmt: skip  # noqa: E501
    answer = client.ask("POST", "/sandbox/records", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 400
    assert problems(answer) == [
        (None, "json-syntax", None),
        (None, "not-a-record", None),
        (None, "record-member", "/customerId"),
        (None, "user-id", "/customerId"),
        (None, "json-syntax", None),
    ]
    told = [one["message"].partition(":")[0] for one in answer.json()["errors"]]
    assert told == ["record 2", "record 3", "record 4", "record 5", "record 6"]
    assert client.get("/sandbox/health").json()["data"]["records"] == 0


def test_the_pointer_of_a_bad_record_leads_into_the_array(client: Client) -> None:
    good = bill("b1", 77, "2024-01-05", 5)
    records = [good, good | {"customerId": -5}, good | {"customerId": 2**63}, good | {"date": "soon"}, good]
    assert problems(client.post("/sandbox/records", records)) == [
        (None, "user-id", "/1/customerId"),
        (None, "user-id", "/2/customerId"),
        (None, "record-member", "/3/date"),
    ]
    assert problems(client.post("/sandbox/records", records[1])) == [(None, "user-id", "/customerId")]
    client.feed(good | {"customerId": 2**63 - 1}, good | {"id": "b2", "customerId": str(2**63)})
    assert client.get("/sandbox/health").json()["data"]["users"] == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[1", "not-a-record"),
        ("[] x", "trailing-text"),
        ('[{"id":1},]', "record-member"),
        ('{"id": NaN}', "json-syntax"),
        ('{"id": 1e999}', "record-member"),
        ('{"id": 1e1000}', "json-syntax"),
        ('{"id": ' + "9" * 5000 + "}", "json-syntax"),
        ('{"a": ' + "[" * 100_000, "too-deep"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "too-deep"),
        ('{"id": "\\ud800"}', "lone-surrogate"),
        ('{"id": "' + "x" * 201 + '", "customerId": 1, "type": "t", "date": "2024-01-01"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": "t", "date": "0001-01-01T00:00:00+14:00"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": "t", "date": "soon"}', "record-member"),
        ('{"id": 1, "customerId": 1, "type": 5, "date": "2024-01-01"}', "record-member"),
    ],
)
def test_records_that_are_none(client: Client, body: str, reason: str) -> None:
    answer = client.post("/sandbox/records", body)
    assert answer.status_code == 400
    assert problems(answer)[0][1] == reason


def test_figures_that_are_none_are_kept_and_told(client: Client) -> None:
    client.made(by_record(milestone()))
    fed = [
        bill("a", 1, "2024-01-05", "abc"),
        bill("b", 1, "2024-01-05", 5),
        bill("c", 1, "2024-01-05", 5) | {"type": "ReturnBill", "returnOf": "b", "returnBill": 7},
        {"id": "d", "customerId": 1, "type": "goodNight", "date": "2024-01-05"},
    ]
    answer = client.post("/sandbox/records", fed)
    assert answer.json() == {"data": {"accepted": 4, "duplicates": 0}, "errors": None, "warnings": None}
    assert answer.headers["sandbox-warnings"] == "2"
    client.put("/sandbox/settings", {"warnings": True})
    told = client.post("/sandbox/records", fed).json()["warnings"]
    assert [(one["reason"], one["pointer"]) for one in told] == [
        ("record-value", "/0/currentTxn/value"),
        ("record-value", "/2/returnBill"),
    ]
    assert told[0]["message"].startswith("record 1: currentTxn.value")


@pytest.mark.parametrize("body", ["", " \n", "[]"])
def test_no_records(client: Client, body: str) -> None:
    assert problems(client.post("/sandbox/records", body)) == [(300004, "no-records", "")]


def test_figures_are_kept_exactly(client: Client) -> None:
    client.made(by_record(milestone()))
    client.at("2024-01-31T00:00:00Z")
    record = '{"id": %d, "customerId": 1, "type": "TransactionAdd", "date": "2024-01-0%d", "currentTxn": {"value": %s}}'
    figures = ("33333333333333333333.1", "0.10000000000000001e2", "66666666666666666666.9")
    for place, figure in enumerate(figures, 1):
        assert client.ask("POST", "/sandbox/records", content=record % (place, place, figure), headers=JSON).status_code == 200  # fmt: skip  # noqa: E501
    target = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]["1"]["targets"]["Spring target"]
    assert target[0]["progress"] == "100000000000000000010.000000000000001"


@pytest.mark.parametrize("figure", ["1e400", "9" * 1000, "1e999"])
def test_figures_of_up_to_a_thousand_digits_are_answered(client: Client, figure: str) -> None:
    client.made(by_record(milestone()))
    client.at("2024-01-31T00:00:00Z")
    record = f'{{"id":1,"customerId":1,"type":"TransactionAdd","date":"2024-01-02","currentTxn":{{"value":{figure}}}}}'
    assert client.post("/sandbox/records", record).status_code == 200
    value = Decimal(figure)
    answer = client.get("/v3/users/1/targetGroups?includeInactive=true")
    (shown,) = json.loads(answer.text, parse_float=Decimal)["data"]["targetGroups"]
    assert shown["targets"][0]["targetAchievedValue"] == value
    (event,) = json.loads(client.get("/v3/users/1/trackedTargetEvents/1").text, parse_float=Decimal)["data"]
    assert event["targetValue"] == value


# The clock and the settings


def test_the_clock_is_set_advanced_and_let_go(client: Client) -> None:
    client.at("2023-11-17T12:34:44.123+0530")
    assert client.get("/sandbox/clock").json()["data"] == {"now": "2023-11-17T07:04:44.123Z", "frozen": True}
    answer = client.post("/sandbox/clock/advance", {"weeks": 1, "hours": 25, "milliseconds": 7})
    assert answer.json()["data"] == {"now": "2023-11-25T08:04:44.130Z", "frozen": True}
    running = client.put("/sandbox/clock", {"now": "2030-01-01T00:00:00Z", "runs": True}).json()["data"]
    assert (running["now"][:19], running["frozen"]) == ("2030-01-01T00:00:00", False)
    assert client.post("/sandbox/clock/advance", {"days": 1}).json()["data"]["now"][:10] == "2030-01-02"
    assert client.delete("/sandbox/clock").json()["data"]["now"] < "2029"


@pytest.mark.parametrize(
    ("method", "path", "body", "wanted"),
    [
        ("PUT", "clock", {}, (300004, "not-a-date", "/now")),
        ("PUT", "clock", {"now": "soon"}, (300004, "not-a-date", "/now")),
        ("PUT", "clock", {"now": []}, (300004, "instants", "/now")),
        ("PUT", "clock", {"now": ["2024-01-02", "2024-01-01"]}, (300004, "instants", "/now")),
        ("PUT", "clock", {"now": ["2024-01-02", None]}, (300004, "not-a-date", "/now/1")),
        ("PUT", "clock", {"now": "9999-01-01"}, (300004, "clock-range", "/now")),
        ("PUT", "clock", {"now": "2024-01-01", "runs": 1}, (300004, "wrong-type", "/runs")),
        ("PUT", "clock", {"time": 1}, (300004, "unknown-member", "/time")),
        ("POST", "clock/advance", {}, (300004, "empty", "")),
        ("POST", "clock/advance", {"days": -1}, (300004, "wrong-type", "/days")),
        ("POST", "clock/advance", {"months": 1}, (300004, "unknown-member", "/months")),
        ("POST", "clock/advance", {"weeks": 999_999_999_999}, (300004, "clock-range", "/weeks")),
        ("POST", "clock/advance", {"weeks": 500_000}, (300004, "clock-range", "")),
        ("PUT", "settings", {"returns": "LATER"}, (300004, "returns", "/returns")),
        ("PUT", "settings", {"timezone": "Mars"}, (300004, "timezone", "/timezone")),
        ("PUT", "settings", {"timezone": 5}, (300004, "timezone", "/timezone")),
        ("PUT", "settings", {"returnBill": "yes"}, (300004, "wrong-type", "/returnBill")),
        ("PUT", "settings", {"orgId": -1}, (300004, "wrong-type", "/orgId")),
        ("PUT", "settings", {"actor": {"type": "ROBOT"}}, (300004, "unknown-name", "/actor/type")),
        ("PUT", "settings", {"actor": {"age": 1}}, (300004, "unknown-member", "/actor/age")),
        ("PUT", "settings", {"ids": {"group": 0}}, (300004, "wrong-type", "/ids/group")),
        ("PUT", "settings", {"ids": {"store": 1}}, (300004, "unknown-member", "/ids/store")),
        ("PUT", "settings", {"ids": []}, (300004, "wrong-type", "/ids")),
        ("PUT", "settings", {"color": 1}, (300004, "unknown-member", "/color")),
    ],
)
def test_settings_that_do_not_fit(
    client: Client, method: str, path: str, body: object, wanted: tuple[object, object, object]
) -> None:
    before = client.get("/sandbox/settings").json()
    answer = client.ask(method, f"/sandbox/{path}", content=json.dumps(body), headers=JSON)
    assert (answer.status_code, problems(answer)) == (400, [wanted])
    assert client.get("/sandbox/settings").json() == before


def test_settings_change_evaluation(client: Client) -> None:
    client.put("/sandbox/settings", {"timezone": "Asia/Kolkata", "returns": "IGNORE"})
    client.made(by_record(milestone()))
    client.at("2024-02-10T00:00:00Z")
    back = {
        "id": "r",
        "customerId": 1,
        "type": "ReturnBill",
        "date": "2024-02-02",
        "returnOf": "b",
        "returnBill": {"value": 9},
    }
    client.feed(bill("b", 1, "2024-01-31T20:00:00Z", 150), back)
    assert rows(client, 1)[1] == ("Cycle_2", 150, "2024-02-01T01:30:00.000+0530", True)
    answer = client.put("/sandbox/settings", {"timezone": "UTC"})
    assert problems(answer) == [(None, "timezone-in-use", "/timezone")]


def test_a_reset_begins_anew(client: Client) -> None:
    client.put("/sandbox/settings", {"orgId": 7})
    client.at("2024-01-01T00:00:00Z")
    client.made(milestone())
    client.feed(bill("b", 1, "2024-01-01", 5))
    answer = client.post("/sandbox/reset?keepSettings=true")
    assert answer.json()["data"] == {"status": "ok", "groups": 0, "users": 0, "records": 0}
    assert client.get("/sandbox/settings").json()["data"]["orgId"] == 7
    assert client.made(milestone())["id"] == 1
    client.post("/sandbox/reset")
    assert client.get("/sandbox/settings").json()["data"]["orgId"] == 0
    assert client.get("/sandbox/clock").json()["data"]["frozen"] is False
