"""Groups, their periods and unified targets are changed over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from targetexpr.targets import TargetGroup, evaluate
from tests.serve.conftest import Client, bill, by_record, milestone, problems, rows, streak

EDIT = "/v3/targetGroups/editTargetGroup/1"
PERIODS = "/v3/targetGroups/1/targetPeriods"
UNIFIED = "/v3/targetGroups/1/unifiedTargets"
Wanted = list[tuple[object, object, object]]


def read(client: Client, group: int = 1) -> Any:
    return client.get(f"/v3/targetGroups/{group}?includePeriods=true").json()["data"]


def as_evaluated(client: Client, records: list[Any], now: str) -> None:
    """What the sandbox says of a group is what the library says of it, as it is read."""
    wanted = evaluate(TargetGroup.model_validate(read(client)), records, now=now).to_dict()
    assert client.get("/sandbox/targetGroups/1/progress").json()["data"] == wanted


# The group


def test_name_and_rules_of_a_group_change(client: Client) -> None:
    client.made(milestone("One"))
    client.made(milestone("Two"))
    before = read(client)
    body = {"id": 1, "name": "Fresh", "targets": [{"id": 1, "expression": "currentTxn.value>50"}]}
    answer = client.put(EDIT, body)
    assert answer.status_code == 200, answer.text
    after = answer.json()["data"]
    assert after == read(client)
    assert {name for name in after if after[name] != before[name]} == {"name", "attribution", "targets"}
    assert after["targets"][0]["expression"] == "currentTxn.value>50"
    assert after["targets"][0]["id"] == 1
    for name, free in (("FRESH", False), ("one", True), ("two", False)):
        asked = client.post("/v3/targetGroups/isValidName", {"type": "targetGroupName", "value": name})
        assert asked.json()["data"] is free
    assert problems(client.put(EDIT, {"name": "two"})) == [(310069, "group-name-taken", "/name")]
    assert client.put(EDIT, {"name": "FRESH"}).status_code == 200
    assert client.made(milestone("One", targets=None))["name"] == "One"


def test_a_rule_beside_the_name_is_that_of_the_only_target(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.made(streak())
    answer = client.put(EDIT, {"name": "Months", "expression": "currentTxn.value>1"})
    assert answer.status_code == 200, answer.text
    assert {one["expression"] for one in answer.json()["data"]["targets"]} == {"currentTxn.value>1"}
    assert problems(client.put(EDIT, {"expression": "currentTxn.valu>1"})) == [
        (None, "unknown-attribute", "/expression")
    ]
    second = milestone("Two")
    second["targets"].append(second["targets"][0] | {"name": "b"})
    client.made(second)
    answer = client.put("/v3/targetGroups/editTargetGroup/2", {"expression": "true"})
    assert problems(answer) == [(None, "which-target", "/expression")]


@pytest.mark.parametrize("group", [milestone(), streak(), milestone(targetCycleStartDate="2023-12-01T00:00:00.529Z")])
def test_a_group_that_was_read_can_be_put_back(client: Client, group: dict[str, Any]) -> None:
    client.at("2024-02-02T00:00:00Z")
    client.made(group)
    before = read(client)
    client.at("2024-02-03T00:00:00Z")
    answer = client.put(EDIT, before)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == before, "nobody changed it"
    client.at("2024-02-02T00:00:00Z")
    answer = client.put(EDIT, before | {"name": "New"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == before | {"name": "New"}


GROUP_WRONG: list[tuple[object, int, Wanted]] = [
    ({}, 400, [(300004, "empty-update", "")]),
    ([], 400, [(300004, "not-an-object", "")]),
    ("[", 400, [(300004, "json-syntax", "/0")]),
    ({"id": 2, "name": "x"}, 400, [(300004, "id-differs", "/id")]),
    ({"name": ""}, 400, [(None, "name-empty", "/name")]),
    ({"name": 5}, 400, [(300004, "wrong-type", "/name")]),
    ({"name": "x" * 201}, 400, [(None, "group-name-too-long", "/name")]),
    ({"trackingType": "DEFAULT"}, 400, [(None, "not-editable", "/trackingType")]),
    ({"trackingType": "SPEND"}, 400, [(300004, "unknown-name", "/trackingType")]),
    ({"totalPeriods": 4, "frequencyType": "DAILY"}, 400, [(None, "not-editable", "/totalPeriods")]),
    ({"active": False}, 400, [(None, "not-editable", "/active")]),
    ({"naem": "x"}, 400, [(None, "not-editable", "/naem")]),
    ({"periods": []}, 400, [(None, "not-editable", "/periods")]),
    ({"streaks": [{"name": "x", "targetCountOfSequence": 1}]}, 400, [(None, "not-editable", "/streaks")]),
    ({"createdOn": "x", "name": "y"}, 400, [(300004, "not-a-date", "/createdOn")]),
    ({"targets": 5}, 400, [(300004, "wrong-type", "/targets")]),
    ({"targets": [5]}, 400, [(300004, "not-an-object", "/targets/0")]),
    ({"targets": [{"expression": "true"}]}, 400, [(300004, "member-missing", "/targets/0/id")]),
    ({"targets": [{"id": 2, "expression": "true"}]}, 404, [(310018, "no-target", "/targets/0/id")]),
    ({"targets": [{"id": 1, "expression": "true ||"}]}, 400, [(None, "unexpected-end", "/targets/0/expression")]),
    ({"targets": [{"id": 1, "name": "other"}]}, 400, [(None, "not-editable", "/targets/0/name")]),
    (
        {"targets": [{"id": 1, "defaultValues": [{"defaultValue": 1}] * 3}]},
        400,
        [(None, "not-editable", "/targets/0/defaultValues")],
    ),
]


@pytest.mark.parametrize(("body", "status", "wanted"), GROUP_WRONG, ids=lambda one: str(one)[:40])
def test_what_of_a_group_cannot_change_is_refused(client: Client, body: object, status: int, wanted: Wanted) -> None:
    client.made(streak("One"))
    client.made(milestone("Two"))
    before = read(client)
    answer = client.put(EDIT, body)
    assert answer.status_code == status, answer.text
    found = problems(answer)
    assert [one for one in wanted if one not in found] == [], found
    assert read(client) == before


@pytest.mark.parametrize("path", [EDIT, PERIODS, UNIFIED])
def test_a_group_that_is_not_there_or_deactivated_is_not_changed(client: Client, path: str) -> None:
    body = {"name": "x"} if path == EDIT else [{"id": 1, "endDate": "2024-02-02"}] if path == PERIODS else None
    body = {"deactivateTargetIds": [1]} if body is None else body
    answer = client.put(path, body)
    assert (answer.status_code, problems(answer)) == (404, [(310017, "no-group", None)])
    client.made(milestone())
    client.delete("/v3/targetGroups/1")
    answer = client.put(path, body)
    assert (answer.status_code, problems(answer)) == (404, [(310017, "group-inactive", None)])


# Periods


def test_the_end_of_a_running_period_and_both_dates_of_a_later_one_change(client: Client) -> None:
    client.at("2024-01-20T00:00:00.000Z")
    client.made(by_record(milestone()))
    records = [bill("b1", 77, "2024-01-10", 50), bill("b2", 77, "2024-02-02", 70)]
    client.feed(*records)
    client.at("2024-01-21T00:00:00.000Z")
    body = [
        {"id": 3, "startDate": "2024-03-10T00:00:00.000Z", "endDate": "2024-04-15"},
        {"id": 1, "endDate": "2024-01-25T23:59:59.000"},
        {"id": 2, "startDate": "2024-01-26"},
    ]
    answer = client.put(PERIODS, body)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [(one["id"], one["startDate"], one["endDate"], one["periodStatus"]) for one in data] == [
        (3, "2024-03-10", "2024-04-15", "NOT_STARTED"),
        (1, "2024-01-01", "2024-01-25", "RUNNING"),
        (2, "2024-01-26", "2024-02-29", "NOT_STARTED"),
    ]
    assert data[0]["attribution"]["createdOn"] == "2024-01-20T00:00:00.000+0000"
    assert data[0]["attribution"]["lastUpdatedOn"] == "2024-01-21T00:00:00.000+0000"
    group = read(client)
    assert [one["id"] for one in group["periods"]] == [1, 2, 3]
    assert group["targetCycleEndDate"] == "2024-04-15T23:59:59.000Z", "derived from the periods, as at the create"
    client.at("2024-02-03T00:00:00.000Z")
    assert [row[:2] for row in rows(client, 77)] == [("Cycle_1", 50), ("Cycle_2", 70)]
    as_evaluated(client, records, "2024-02-03T00:00:00Z")


def test_progress_moves_with_the_periods(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("b1", 77, "2024-01-28", 50))
    client.put(PERIODS, [{"id": 1, "endDate": "2024-01-25"}, {"id": 2, "startDate": "2024-01-26"}])
    client.at("2024-02-03T00:00:00Z")
    assert [row[:2] for row in rows(client, 77)] == [("Cycle_1", 0), ("Cycle_2", 50)]


def test_who_is_in_from_a_period_on_stays_in_it_when_it_moves(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    client.made(milestone())
    path = "/v3/targetGroups/1/targets/1"
    for customer in (7, 8):
        client.feed(bill(f"b{customer}", customer, "2024-03-02", 50), bill(f"c{customer}", customer, "2024-03-20", 60))
    client.post(f"{path}/enroll", {"customerId": 7, "periodName": "Cycle_3"})
    client.post(f"{path}/enroll", {"customerId": 8, "periodName": "Cycle_1"})
    client.post(f"{path}/unEnroll", {"customerId": 8, "periodName": "Cycle_3"})
    body = [{"id": 2, "endDate": "2024-03-05"}, {"id": 3, "startDate": "2024-03-06"}]
    assert client.put(PERIODS, body).status_code == 200
    client.at("2024-03-25T00:00:00Z")
    assert [row[:2] for row in rows(client, 7)] == [("Cycle_3", 60)]
    assert [row[:2] for row in rows(client, 8)] == [("Cycle_1", 0), ("Cycle_2", 50)]


def test_a_period_without_an_id_is_new(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    group = milestone()
    late = group["periods"].pop()
    client.made(group)
    answer = client.put(PERIODS, [{"id": 2, "endDate": "2024-02-20"}, late])
    assert answer.status_code == 200, answer.text
    assert [(one["id"], one["refCode"]) for one in answer.json()["data"]] == [(2, "Cycle_2"), (3, "Cycle_3")]
    values = read(client)["targets"][0]["defaultValues"]
    assert [one["periodId"] for one in values] == [1, 2, 3]
    answer = client.put(PERIODS, [{"refCode": "CYCLE_1", "startDate": "2025-01-01", "endDate": "2025-01-31"}])
    assert (None, "period-name-taken", "/0/refCode") in problems(answer)


def test_periods_that_were_read_can_be_put_back(client: Client) -> None:
    client.at("2024-02-20T00:00:00Z")
    client.made(milestone())
    before = client.get(PERIODS).json()["data"]
    answer = client.put(PERIODS, before)
    assert (answer.status_code, answer.json()["data"]) == (200, before)


PERIODS_WRONG: list[tuple[object, int, Wanted]] = [
    ([], 400, [(300004, "item-count", "")]),
    ([{}], 400, [(300004, "empty-update", "/0")]),
    ([5], 400, [(300004, "not-an-object", "/0")]),
    ([{"id": 9, "endDate": "2024-03-30"}], 404, [(310019, "no-period", "/0/id")]),
    ([{"id": 4, "endDate": "2024-03-30"}], 404, [(310019, "no-period", "/0/id")]),
    ([{"id": True, "endDate": "2024-03-30"}], 404, [(310019, "no-period", "/0/id")]),
    ([{"id": "2", "endDate": "2024-03-30"}], 404, [(310019, "no-period", "/0/id")]),
    ([{"id": 3, "endDate": "2024-03-30"}] * 2, 400, [(None, "period-repeated", "/1/id")]),
    ([{"id": 1, "endDate": "2024-01-30"}], 400, [(None, "not-editable", "/0/endDate")]),
    ([{"id": 1, "description": "d"}], 400, [(None, "not-editable", "/0/description")]),
    ([{"id": 2, "startDate": "2024-02-02"}], 400, [(None, "not-editable", "/0/startDate")]),
    ([{"id": 2, "active": False}], 400, [(None, "not-editable", "/0/active")]),
    ([{"id": 3, "refCode": "x"}], 400, [(None, "not-editable", "/0/refCode")]),
    ([{"id": 3, "endDate": "2024-01-01"}], 400, [(None, "period-ends-before-start", "/0/endDate")]),
    ([{"id": 3, "endDate": "soon"}], 400, [(300004, "not-a-date", "/0/endDate")]),
    ([{"id": 3, "enddate": "2024-03-30"}], 400, [(None, "not-editable", "/0/enddate")]),
    ([{"id": 2, "endDate": "2024-03-05"}], 400, [(None, "periods-overlap", "")]),
    ({"id": 3, "startDate": "2024-02-29"}, 400, [(None, "periods-overlap", "")]),
    ([{"id": 3, "endDate": "2024-03-30", "attribution": 5}], 400, [(300004, "wrong-type", "/0/attribution")]),
]


@pytest.mark.parametrize(("body", "status", "wanted"), PERIODS_WRONG, ids=lambda one: str(one)[:40])
def test_what_of_a_period_cannot_change_is_refused(client: Client, body: object, status: int, wanted: Wanted) -> None:
    client.at("2024-02-10T00:00:00Z")
    client.made(milestone("One"))
    client.made(milestone("Two"))
    before = read(client)
    answer = client.put(PERIODS, body)
    assert answer.status_code == status, answer.text
    assert problems(answer) == wanted
    assert read(client) == before


# Unified targets


def unified(client: Client, members: int = 3, **more: Any) -> None:
    one = by_record(milestone())["targets"][0]
    targets = [one | {"name": name} for name in "abcdef"[:members]]
    overall = {"aggregation": "SUM", "thresholdValue": 300}
    client.made(
        milestone("Unified", trackingType="UNIFIED", combinationType="ALL", unifiedTargetExpression=overall)
        | {"targets": targets}
        | more
    )


def test_threshold_members_and_rule_of_a_unified_group_change(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    unified(client)
    records = [bill("b1", 77, "2024-01-05", 130)]
    client.feed(*records)
    achieved = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]["77"]["unified"][0]
    assert (achieved["members_met"], achieved["overall_met"]) == (True, True), "three of 130 make 390"
    body = {
        "unifiedTargetExpression": {"thresholdValue": 270},
        "targets": [
            {"id": 1, "expression": "currentTxn.value>100"},
            by_record(milestone())["targets"][0] | {"name": "fresh"},
        ],
        "deactivateTargetIds": [2, 3],
    }
    answer = client.put(UNIFIED, body)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert list(data) == ["unifiedTargetExpression", "targets", "deactivateTargetIds"]
    assert data["unifiedTargetExpression"] == {
        "aggregation": "SUM",
        "thresholdValue": 270,
        "ruleExpression": "(1 & 4)",
    }
    assert [(one["id"], one["name"], one["expression"]) for one in data["targets"]] == [
        (1, "a", "currentTxn.value>100"),
        (4, "fresh", "currentTxn.value>10"),
    ]
    assert data["deactivateTargetIds"] == [2, 3]
    group = read(client)
    assert [one["active"] for one in group["targets"]] == [True, False, False, True]
    assert group["unifiedTargetExpression"] == data["unifiedTargetExpression"]
    achieved = client.get("/sandbox/targetGroups/1/progress").json()["data"]["customers"]["77"]["unified"][0]
    assert (achieved["members_met"], achieved["overall_met"]) == (True, False), "two of 130 make 260"
    as_evaluated(client, records, "2024-01-20T00:00:00Z")


def test_the_rule_follows_a_member_that_is_deactivated_alone(client: Client) -> None:
    unified(client, combinationType="ANY", unifiedTargetExpression={"aggregation": "COUNT", "thresholdValue": 2})
    assert client.delete("/v3/targetGroups/1/targets/2").status_code == 200
    assert read(client)["unifiedTargetExpression"]["ruleExpression"] == "(1 | 3)"
    answer = client.delete("/v3/targetGroups/1/targets/1")
    assert (answer.status_code, problems(answer)) == (400, [(None, "too-few-targets", None)])


def test_what_is_not_sent_of_a_unified_group_stays(client: Client) -> None:
    unified(client)
    before = read(client)
    answer = client.put(UNIFIED, {"unifiedTargetExpression": {"aggregation": "sum"}})
    assert answer.json()["data"] == {"unifiedTargetExpression": before["unifiedTargetExpression"]}
    assert read(client)["targets"] == before["targets"]


UNIFIED_WRONG: list[tuple[object, int, Wanted]] = [
    ({}, 400, [(300004, "empty-update", "")]),
    ({"targets": None}, 400, [(300004, "empty-update", "")]),
    ([], 400, [(300004, "not-an-object", "")]),
    ({"deactivateTargetIds": [9]}, 404, [(310018, "no-target", "/deactivateTargetIds/0")]),
    ({"deactivateTargetIds": [4]}, 404, [(310018, "no-target", "/deactivateTargetIds/0")]),
    ({"deactivateTargetIds": ["1"]}, 400, [(300004, "wrong-type", "/deactivateTargetIds/0")]),
    ({"deactivateTargetIds": 1}, 400, [(300004, "wrong-type", "/deactivateTargetIds")]),
    ({"deactivateTargetIds": [1, 1]}, 400, [(300004, "target-repeated", "/deactivateTargetIds/1")]),
    ({"deactivateTargetIds": [1, 2]}, 400, [(None, "too-few-targets", "/deactivateTargetIds")]),
    ({"targets": 1}, 400, [(300004, "wrong-type", "/targets")]),
    ({"targets": [1]}, 400, [(300004, "not-an-object", "/targets/0")]),
    ({"targets": [{"id": 4, "expression": "true"}]}, 404, [(310018, "no-target", "/targets/0/id")]),
    ({"targets": [{"id": "1", "expression": "true"}]}, 400, [(300004, "member-missing", "/targets/0/id")]),
    ({"targets": [{"id": 1, "expression": "true"}] * 2}, 400, [(300004, "target-repeated", "/targets/1/id")]),
    ({"targets": [{"id": 1, "expression": "x"}]}, 400, [(None, "unknown-name", "/targets/0/expression")]),
    ({"targets": [{"id": 1, "name": "b"}]}, 400, [(None, "target-name-taken", "/targets/0/name")]),
    (
        {"targets": [{"id": 1, "defaultValues": [{"periodId": 4, "defaultValue": 1}]}]},
        404,
        [(310019, "no-period", "/targets/0/defaultValues/0/periodId")],
    ),
    ({"unifiedTargetExpression": 5}, 400, [(300004, "not-an-object", "/unifiedTargetExpression")]),
    (
        {"unifiedTargetExpression": {"thresholdValue": "many"}},
        400,
        [(300004, "not-a-number", "/unifiedTargetExpression/thresholdValue")],
    ),
    (
        {"unifiedTargetExpression": {"aggregation": "MAX"}},
        400,
        [(300004, "unknown-name", "/unifiedTargetExpression/aggregation")],
    ),
    ({"name": "x", "deactivateTargetIds": [1]}, 400, [(300004, "unknown-member", "/name")]),
]


@pytest.mark.parametrize(("body", "status", "wanted"), UNIFIED_WRONG, ids=lambda one: str(one)[:40])
def test_a_unified_update_that_is_wrong(client: Client, body: object, status: int, wanted: Wanted) -> None:
    unified(client)
    client.made(milestone("Two"))
    before = read(client)
    answer = client.put(UNIFIED, body)
    assert answer.status_code == status, answer.text
    found = problems(answer)
    assert [one for one in wanted if one not in found] == [], found
    assert read(client) == before


def test_only_unified_groups_have_unified_targets(client: Client) -> None:
    client.made(milestone())
    answer = client.put(UNIFIED, {"deactivateTargetIds": [1]})
    assert (answer.status_code, problems(answer)) == (400, [(None, "not-unified", None)])


def test_a_deactivated_member_is_not_changed(client: Client) -> None:
    unified(client)
    client.put(UNIFIED, {"deactivateTargetIds": [1]})
    for body, at in (
        ({"targets": [{"id": 1, "expression": "true"}]}, "/targets/0/id"),
        ({"deactivateTargetIds": [1]}, "/deactivateTargetIds/0"),
    ):
        answer = client.put(UNIFIED, body)
        assert (answer.status_code, problems(answer)) == (404, [(310018, "target-inactive", at)])


def test_a_member_can_leave_as_another_comes(client: Client) -> None:
    unified(client, members=2)
    fresh = by_record(milestone())["targets"][0] | {"name": "fresh"}
    answer = client.put(UNIFIED, {"targets": [fresh], "deactivateTargetIds": [2]})
    assert answer.status_code == 200, answer.text
    assert read(client)["unifiedTargetExpression"]["ruleExpression"] == "(1 & 3)"
