"""A user's progress over HTTP: what customers reach is what the library says they do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr.targets import TargetGroup, Tracker, evaluate, write_json
from tests.serve.conftest import Client, bill, by_record, levels, milestone, problems, rows, streak

PATH = "/v3/targetGroups/1/targets/1"


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
            wanted_data = json.loads(write_json(progress.user_progress(customer)))["data"]
            (wanted_group,) = wanted_data["targetGroups"]
            (group,) = answer["targetGroups"]
            assert all((one["enrolledOn"] is None) == (one["targetId"] is None) for one in group["targets"])
            # What an evaluation cannot know is null or missing there, and the sandbox's to say here.
            group.pop("attribution")
            for row in group["targets"]:
                row |= dict.fromkeys(("targetId", "enrolledOn"))
            for level in group["streaks"]:
                level |= dict.fromkeys({"userStreakId", "streakAchievedUserTargetId"} & level.keys())
            assert json.dumps(answer) == json.dumps(wanted_data)
            assert json.dumps(group) == json.dumps(wanted_group)


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
        "milestones": None,
    }
    assert [list(one) for one in group["streaks"]] == [
        [
            "userStreakId", "streakId", "streakName", "status", "currentCount", "totalTargetCountOfSequence",
            *(["streakAchievedUserTargetId"] if reached else []), "streakAchievedDateTime",
        ]
        for reached in (True, False)
    ]  # fmt: skip
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]


def test_the_documents_streak_replayed(client: Client) -> None:
    """The page of this call, group 851: member for member, but for the ids that the platform's own rows have."""
    till = {"id": 75122513, "code": "till.marketsuper", "description": "", "name": "till.marketsuper", "type": "TILL"}
    ids = {"group": 851, "period": 1807, "target": 427, "streak": 19}
    client.put("/sandbox/settings", {"ids": ids, "actor": till})
    client.at("2024-04-11T12:10:48.000Z")
    weeks = (("JP&A1", "2024-04-11", "2024-04-17"), ("JP&A2", "2024-04-18", "2024-04-24"))
    group = streak(
        "JP&A",
        preferredTillId=75077502,
        totalPeriods=2,
        periods=[{"refCode": code, "startDate": start, "endDate": end} for code, start, end in weeks],
        streaks=[{"name": "JP&A11", "targetCountOfSequence": 2}],
    )
    group["targets"][0] |= {"name": "JP&A", "targetType": "COUNT", "defaultValues": [{"defaultValue": 2}] * 2}
    client.made(by_record(group))
    first = ("2024-04-11T12:25:09.000", "2024-04-18T10:59:36.000")
    for at, count in zip(first, (7, 8), strict=True):
        client.at(f"{at}Z")
        client.feed(
            *(bill(f"{at}/{number}", 64035151, f"{at[:17]}{9 + number:02}.000Z", 50) for number in range(count))
        )
    client.at("2024-05-07T10:26:56.573Z")
    body = client.get("/v3/users/64035151/targetGroups?includeInactive=true").json()
    row = {
        "targetName": "JP&A",
        "targetValue": 2.0,
        "targetType": "COUNT",
        "targetEntity": "TRANSACTION",
        "targetRuleId": 427,
        "eventName": "TransactionAdd",
        "currentPeriod": False,
        "milestones": None,
    }
    made = "2024-04-11T12:10:48.000+0000"
    assert body == {
        "data": {
            "userId": 64035151,
            "customer": {"id": 64035151},
            "targetGroups": [
                {
                    "id": 851,
                    "attribution": {"createdOn": made, "lastUpdatedOn": made, "lastUpdatedBy": till, "createdBy": till},
                    "name": "JP&A",
                    "preferredTillId": 75077502,
                    "targets": [
                        row
                        | {
                            "targetId": place + 1,
                            "periodId": 1807 + place,
                            "periodRefCode": code,
                            "periodStartDate": start,
                            "periodEndDate": end,
                            "targetAchievedValue": 7.0 + place,
                            "enrolledOn": f"{first[place]}+0000",
                            "periodStartDateWithTimeStamp": f"{start}T00:00:00.000Z",
                            "periodEndDateWithTimeStamp": f"{end}T23:59:59.000Z",
                            "targetAchievedDateTime": f"{first[place][:17]}10.000+0000",
                        }
                        for place, (code, start, end) in enumerate(weeks)
                    ],
                    "streaks": [
                        {
                            "userStreakId": 3,
                            "streakId": 19,
                            "streakName": "JP&A11",
                            "status": "ACHIEVED",
                            "currentCount": 2,
                            "totalTargetCountOfSequence": 2,
                            "streakAchievedUserTargetId": 2,
                            "streakAchievedDateTime": f"{first[1][:17]}10.000+0000",
                        }
                    ],
                    "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
                    "trackingType": "STREAKS",
                }
            ],
        },
        "errors": None,
        "warnings": None,
    }


def test_the_organisation_is_named_where_one_is_set(client: Client) -> None:
    client.at("2024-01-06T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("b1", 77, "2024-01-05", 50))
    (group,) = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"]
    assert list(group) == [
        "id", "attribution", "name", "preferredTillId", "targets", "targetEvaluationType", "trackingType",
    ]  # fmt: skip
    assert client.get("/v3.1/users/77/targetGroups").json()["data"]["targetGroups"] == [group]


def test_sub_targets_are_milestones_of_a_users_row(client: Client) -> None:
    """Amounts, in either spelling of requests and reads; those that are not active are left out."""
    group = by_record(milestone())
    group["targets"][0]["defaultValues"] = [{"defaultValue": 200}] * 3
    custom = {"triggerType": "CUSTOM_TRIGGER"}
    group["targets"][0]["targetMilestoneTriggers"] = [
        {"name": "half", "triggerValueType": "PERCENTAGE", "triggerValue": 50, **custom},
        {"triggerName": "sixty", "isActive": True, "triggerValueType": "ABSOLUTE", "triggerValue": 60, **custom},
        {"triggerName": "gone", "isActive": False, "triggerValueType": "ABSOLUTE", "triggerValue": 1, **custom},
        {"name": "off", "active": False, "triggerValueType": "ABSOLUTE", "triggerValue": 1, **custom},
        {"name": "third", "triggerValueType": "PERCENTAGE", "triggerValue": "33.33333", **custom},
    ]
    client.at("2024-01-06T00:00:00Z")
    client.made(group)
    client.feed(bill("b1", 77, "2024-01-05", 100))
    (group,) = client.get("/v3/users/77/targetGroups").json()["data"]["targetGroups"]
    assert group["targets"][0]["targetValue"] == 200
    assert group["targets"][0]["milestones"] == [
        {"id": None, "triggerName": "half", "triggerValue": 100, "isAchieved": True},
        {"id": None, "triggerName": "sixty", "triggerValue": 60, "isAchieved": True},
        {"id": None, "triggerName": "third", "triggerValue": 66.667, "isAchieved": True},
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


def test_only_what_is_asked_for(client: Client) -> None:
    client.made(by_record(milestone("One")))
    client.made(by_record(milestone("Two")))
    client.feed(bill("b1", 77, "2024-01-02", 50))
    client.at("2024-02-15T00:00:00Z")
    assert [row[0] for row in rows(client, 77)] == ["Cycle_1", "Cycle_2"] * 2
    assert [row[0] for row in rows(client, 77, "")] == ["Cycle_1", "Cycle_2"] * 2, "ended cycles too"
    assert [row[0] for row in rows(client, 77, "?includeInactive=false")] == ["Cycle_2"] * 2
    assert [row[0] for row in rows(client, 77, "?targetRuleId=2&includeInactive=false")] == ["Cycle_2"]
    client.delete("/v3/targetGroups/1")
    assert len(rows(client, 77, "?includeInactive=false")) == 1
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


@pytest.mark.parametrize(
    "failure", [RuntimeError("a defect"), RecursionError(), ValueError("not a pattern"), KeyError(1)]
)
def test_a_defect_in_one_group_leaves_the_others(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    """Whatever evaluation raises is answered in the envelope, for its own group only, and the log has the trace."""
    client.made(by_record(milestone("Broken")))
    client.made(by_record(milestone("Whole")))
    client.at("2024-01-15T00:00:00Z")
    client.feed(bill("b1", 77, "2024-01-02", 50))
    take = Tracker.take

    def spoiled(tracker: Tracker, *given: Any) -> None:
        if tracker.plan.name == "Broken":
            raise failure
        take(tracker, *given)

    monkeypatch.setattr(Tracker, "take", spoiled)
    answer = client.get("/v3/users/77/targetGroups?includeInactive=true")
    assert answer.status_code == 200
    body = answer.json()
    assert [one["name"] for one in body["data"]["targetGroups"]] == ["Whole"]
    assert [(one["code"], one["reason"]) for one in body["warnings"]] == [(None, "not-evaluated")]
    for path in ("/v3/users/77/trackedTargetEvents/1", "/sandbox/targetGroups/1/progress"):
        answer = client.get(path)
        assert (answer.status_code, problems(answer)) == (400, [(None, "not-evaluated", "")])
    assert client.get("/sandbox/targetGroups/2/progress").status_code == 200
    assert client.get("/sandbox/records?limit=10").status_code == 200
    assert any(record.exc_info and record.exc_info[1] is failure for record in caplog.records)


def test_a_pattern_that_cannot_run_is_refused_when_its_group_is_made(client: Client) -> None:
    group = milestone()
    large = "\\\\pL" * 600
    group["targets"][0]["expression"] = f'currentTxn.number.matches("{large}")'
    group["targets"][0].pop("expressionJson", None)
    answer = client.post("/v3/targetGroups", group)
    assert answer.status_code == 400
    assert "regex-too-large" in {reason for _, reason, _ in problems(answer)}
