"""Targets, and streaks by their target, are changed and deactivated over HTTP."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from targetexpr.serve.errors import Refusal
from targetexpr.serve.settings import Options
from targetexpr.serve.target_updates import update_target
from targetexpr.targets import TargetGroup, evaluate
from tests.serve.conftest import Client, bill, by_record, levels, milestone, problems, rows, streak

PATH = "/v3/targetGroups/1/targets/1"


def target(client: Client, group: int = 1, place: int = 0) -> Any:
    return client.get(f"/v3/targetGroups/{group}/targets").json()["data"][place]


def test_what_is_not_sent_stays_and_ids_are_kept(client: Client) -> None:
    client.at("2024-01-02T10:00:00.000Z")
    client.made(milestone())
    before = target(client)
    client.at("2024-01-03T10:00:00.000Z")
    answer = client.put(PATH, {"expression": "currentTxn.value>50"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["errors"], answer.json()["warnings"]) == (None, None)
    after = answer.json()["data"]
    assert after == target(client)
    attribution = after["attribution"]
    assert attribution["createdOn"] == "2024-01-02T10:00:00.000+0000"
    assert attribution["lastUpdatedOn"] == "2024-01-03T10:00:00.000+0000"
    assert json.loads(after["expressionJson"])["operands"][1]["value"] == "50"
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"attribution", "expression", "expressionJson"}
    assert after.keys() == before.keys()
    group = client.get("/v3/targetGroups/1").json()["data"]
    assert group["attribution"]["lastUpdatedOn"] == "2024-01-03T10:00:00.000+0000"


def test_progress_is_that_of_the_updated_group(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    client.made(by_record(milestone()))
    records = [bill("b1", 77, "2024-01-05", 15), bill("b2", 77, "2024-01-06", 90)]
    client.feed(*records)
    assert [row[:2] for row in rows(client, 77)] == [("Cycle_1", 105)]
    ids = [one["targetId"] for one in shown(client)["targets"]]
    client.put(PATH, {"expression": "currentTxn.value>50", "defaultValues": [{"periodId": 1, "defaultValue": 80}]})
    assert [(one["targetValue"], one["targetAchievedValue"]) for one in shown(client)["targets"]] == [(80, 90)]
    assert [one["targetId"] for one in shown(client)["targets"]] == ids, "the customer's rows stay the same"
    read = client.get("/v3/targetGroups/1?includePeriods=true").json()["data"]
    wanted = evaluate(TargetGroup.model_validate(read), records, now="2024-01-20T00:00:00Z").to_dict()
    assert client.get("/sandbox/targetGroups/1/progress").json()["data"] == wanted
    events = client.get("/v3/users/77/trackedTargetEvents/1").json()["data"]
    assert [one["uniqueId"] for one in events] == ["b2"]


def shown(client: Client, user: int = 77) -> Any:
    (group,) = client.get(f"/v3/users/{user}/targetGroups?includeInactive=true").json()["data"]["targetGroups"]
    return group


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([{"periodId": 2, "defaultValue": 7}], [(1, 1, 100), (2, 2, 7), (3, 3, 100)]),
        ([{"id": 3, "defaultValue": 7}], [(1, 1, 100), (2, 2, 100), (3, 3, 7)]),
        ([{"id": 1, "periodId": 1, "defaultValue": 7}], [(1, 1, 7), (2, 2, 100), (3, 3, 100)]),
        ([{"defaultValue": 7}, {"defaultValue": 8}, {"defaultValue": 9}], [(1, 1, 7), (2, 2, 8), (3, 3, 9)]),
    ],
)
def test_values_go_by_period_by_their_id_or_by_position(
    client: Client, values: list[Any], wanted: list[tuple[int, int, int]]
) -> None:
    client.made(milestone())
    answer = client.put(PATH, {"defaultValues": values})
    assert answer.status_code == 200, answer.text
    listed = answer.json()["data"]["defaultValues"]
    assert [(one["id"], one["periodId"], one["defaultValue"]) for one in listed] == wanted


def test_new_values_get_ids_of_the_sequence(client: Client) -> None:
    group = milestone(targetEvaluationType="PERIOD_AGNOSTIC_WINDOW", recurringCycles=4, totalPeriods=4)
    del group["periods"]
    group["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    client.made(group)
    answer = client.put(PATH, {"defaultValues": [{"defaultValue": 5}, {"defaultValue": 6}]})
    assert [one["id"] for one in answer.json()["data"]["defaultValues"]] == [1, 2]
    assert client.get("/sandbox/settings").json()["data"]["ids"]["defaultValue"] == 3
    other = client.made(milestone("Other"))
    assert other["targets"][0]["defaultValues"][0]["id"] == 3


WRONG: list[tuple[object, int, list[tuple[object, object, object]]]] = [
    ({}, 400, [(300004, "empty-update", "")]),
    ({"id": 1}, 400, [(300004, "empty-update", "")]),
    ([], 400, [(300004, "not-an-object", "")]),
    (None, 400, [(300004, "not-an-object", "")]),
    ({"id": 2, "expression": "true"}, 400, [(300004, "id-differs", "/id")]),
    ({"expression": "currentTxn.valu>1"}, 400, [(None, "unknown-attribute", "/expression")]),
    ({"expression": 5}, 400, [(300004, "not-a-string", "/expression")]),
    ({"expressionJson": "{"}, 400, [(None, "json-syntax", "/expressionJson")]),
    ({"targetType": "ALL_POINTS"}, 400, [(310033, "entity-type-pair", "/targetType")]),
    ({"targetType": "EXTENDED_FIELD"}, 400, [(310094, "extended-field-info-missing", "/extendedFieldInfo")]),
    ({"name": "x" * 201}, 400, [(310008, "target-name-too-long", "/name")]),
    ({"defaultValues": [{"defaultValue": 1}]}, 400, [(None, "too-few-values", "/defaultValues")]),
    ({"defaultValues": "1"}, 400, [(300004, "wrong-type", "/defaultValues")]),
    (
        {"defaultValues": [{"periodId": 9, "defaultValue": 1}]},
        404,
        [(310019, "no-period", "/defaultValues/0/periodId")],
    ),
    ({"defaultValues": [{"id": 9, "defaultValue": 1}]}, 400, [(None, "no-value", "/defaultValues/0/id")]),
    (
        {"defaultValues": [{"periodId": 1, "defaultValue": 1}] * 2},
        400,
        [(None, "value-repeated", "/defaultValues/1/periodId")],
    ),
    ({"filters": [{"entityIds": [5]}]}, 400, [(None, "filter-entity-missing", "/filters/0/entityType")]),
    ({"attribution": 5, "expression": "true"}, 400, [(300004, "wrong-type", "/attribution")]),
]


@pytest.mark.parametrize(("body", "status", "wanted"), WRONG, ids=lambda one: str(one)[:40])
def test_an_update_is_checked_as_a_create_is(
    client: Client, body: object, status: int, wanted: list[tuple[object, object, object]]
) -> None:
    client.made(milestone())
    before = client.get("/v3/targetGroups/1?includePeriods=true").json()["data"]
    answer = client.put(PATH, body)
    assert answer.status_code == status, answer.text
    found = problems(answer)
    assert [one for one in wanted if one not in found] == [], found
    assert client.get("/v3/targetGroups/1?includePeriods=true").json()["data"] == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/v3/targetGroups/9/targets/1", (310017, "no-group", None)),
        ("/v3/targetGroups/1/targets/9", (310018, "no-target", None)),
        ("/v3/targetGroups/1/targets/2", (310018, "no-target", None)),
        ("/v3/targetGroups/1/targets/x", (310018, "no-target", None)),
        ("/v3/targetGroups/3/targets/3", (310017, "group-inactive", None)),
    ],
)
def test_a_target_that_is_not_there(
    client: Client, method: str, path: str, wanted: tuple[object, object, object]
) -> None:
    client.made(milestone("One"))
    client.made(milestone("Two"))
    client.made(milestone("Three"))
    client.delete("/v3/targetGroups/3")
    answer = client.ask(method, path, **({"json": {"expression": "true"}} if method == "PUT" else {}))
    assert (answer.status_code, problems(answer)) == (404, [wanted])


def test_unknown_members_are_warned_about_with_the_close_name(client: Client) -> None:
    client.made(milestone())
    client.put("/sandbox/settings", {"warnings": True})
    answer = client.put(PATH, {"fitlers": [], "description": "new"})
    assert answer.status_code == 200
    assert answer.headers["Sandbox-Warnings"] == "1"
    (entry,) = answer.json()["warnings"]
    assert (entry["reason"], entry["pointer"], entry["hint"]) == (
        "unknown-member", "/fitlers", "Did you mean filters?"
    )  # fmt: skip


# Streaks


@pytest.mark.parametrize(
    "body",
    [
        {"expression": "currentTxn.value>1"},
        {"filters": [{"entityType": "STORE", "entityIds": [5]}]},
        {"defaultValues": [{"defaultValue": value} for value in (1, 2, 3)]},
        {"name": "Months target", "targetType": "SALES", "active": True, "expression": "true"},
    ],
)
def test_rule_filters_and_values_of_a_streak_change(client: Client, body: dict[str, Any]) -> None:
    client.made(streak())
    answer = client.put(PATH, body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == target(client)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"name": "Other"}, ["/name"]),
        ({"targetType": "COUNT"}, ["/targetType"]),
        ({"description": "d", "enrolmentMethod": "TRANSACTION"}, ["/description", "/enrolmentMethod"]),
        ({"active": False}, ["/active"]),
        ({"expresion": "true"}, ["/expresion"]),
    ],
)
def test_nothing_else_of_a_streak_changes(client: Client, body: dict[str, Any], pointers: list[str]) -> None:
    client.made(streak())
    answer = client.put(PATH, body)
    assert (answer.status_code, problems(answer)) == (400, [(None, "not-editable", at) for at in pointers])


def test_a_streaks_levels_follow_its_new_values(client: Client) -> None:
    client.at("2024-02-10T00:00:00Z")
    client.made(by_record(streak()))
    client.feed(bill("b1", 77, "2024-01-05", 150), bill("b2", 77, "2024-02-05", 90))
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]
    client.put(PATH, {"defaultValues": [{"periodId": 2, "defaultValue": 90}]})
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 2), ("Months_3", "INPROGRESS", 2)]
    client.put(PATH, {"defaultValues": [{"periodId": 1, "defaultValue": 151}]})
    assert levels(client, 77) == [("Months_1", "ACHIEVED", 1), ("Months_3", "INPROGRESS", 1)]
    client.put(PATH, {"expression": "currentTxn.value>1000"})
    assert levels(client, 77) == [("Months_1", "INPROGRESS", 0), ("Months_3", "INPROGRESS", 0)]


# Names and twins


def test_renaming_takes_the_new_name_and_frees_the_old(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True, "warnings": True})
    client.made(milestone("One"))
    client.made(milestone("Two"))
    answer = client.put(PATH, {"name": "TWO TARGET"})
    assert problems(answer) == [(None, "target-name-taken", "/name")]
    answer = client.put(PATH, {"name": "Fresh"})
    assert [one["reason"] for one in answer.json()["warnings"]] == ["target-renamed"]
    assert [one["name"] for one in client.get("/v3/targetGroups/1/targets").json()["data"]] == [
        "Fresh",
        "Fresh_ReturnBill",
    ]
    for name, free in (("fresh", False), ("Fresh_ReturnBill", False), ("One target", True)):
        asked = client.post("/v3/targetGroups/isValidName", {"type": "targetName", "value": name})
        assert asked.json()["data"] is free
    assert client.put(PATH, {"name": "FRESH"}).status_code == 200, "its own name in another case"


def test_a_twin_follows_its_original(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.made(milestone())
    before = target(client, place=1)
    answer = client.put("/v3/targetGroups/1/targets/2", {"expression": "true"})
    assert (answer.status_code, problems(answer)) == (400, [(None, "target-is-twin", None)])
    client.put(PATH, {"expression": "true", "defaultValues": [{"periodId": 1, "defaultValue": 5}]})
    after = target(client, place=1)
    assert (after["expression"], after["eventName"]) == ("true", "ReturnBill")
    own = ("id", "emfRuleSetId", "name", "eventName", "targetGroupId")
    assert [after[name] for name in own] == [before[name] for name in own]
    assert [(one["id"], one["defaultValue"]) for one in after["defaultValues"]] == [(4, 5), (5, 100), (6, 100)]


def test_what_was_read_can_be_put_back(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.made(streak())
    before = target(client)
    answer = client.put(PATH, before)
    assert (answer.status_code, answer.json()["data"]) == (200, before)
    assert target(client, place=1)["name"] == "Months target_ReturnBill"


def test_of_a_sub_target_the_amount_changes_and_not_its_kind(client: Client) -> None:
    group = milestone()
    half = {"name": "half", "triggerType": "CUSTOM_TRIGGER", "triggerValueType": "PERCENTAGE", "triggerValue": 50}
    group["targets"][0]["targetMilestoneTriggers"] = [half]
    client.made(group)
    answer = client.put(PATH, {"targetMilestoneTriggers": [half | {"triggerValue": 60}]})
    assert answer.json()["data"]["targetMilestoneTriggers"][0]["triggerValue"] == 60
    answer = client.put(PATH, {"targetMilestoneTriggers": [half | {"triggerValueType": "ABSOLUTE"}]})
    assert problems(answer) == [(None, "not-editable", "/targetMilestoneTriggers/0/triggerValueType")]


# Deactivation


def test_a_deactivated_target_is_read_and_counts_no_longer(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    client.at("2024-01-20T00:00:00Z")
    group = by_record(milestone())
    group["targets"].append(group["targets"][0] | {"name": "second"})
    client.made(group)
    client.feed(bill("b1", 77, "2024-01-05", 150))
    assert len(shown(client)["targets"]) == 4
    answer = client.delete(PATH)
    assert (answer.status_code, answer.json()["data"]) == (200, target(client))
    listed = client.get("/v3/targetGroups/1/targets").json()["data"]
    assert [(one["name"], one["active"]) for one in listed] == [
        ("Spring target", False),
        ("second", True),
        ("Spring target_ReturnBill", False),
        ("second_ReturnBill", True),
    ]
    assert {one["targetName"] for one in shown(client)["targets"]} == {"second", "second_ReturnBill"}
    for again in (client.delete(PATH), client.put(PATH, {"expression": "true"})):
        assert (again.status_code, problems(again)) == (404, [(310018, "target-inactive", None)])
    taken = client.post("/v3/targetGroups/isValidName", {"type": "targetName", "value": "Spring target"})
    assert taken.json()["data"] is False
    assert client.get("/v3/targetGroups/1").json()["data"]["active"] is True


def test_the_only_target_can_be_deactivated(client: Client) -> None:
    client.at("2024-01-20T00:00:00Z")
    client.made(by_record(milestone()))
    client.feed(bill("b1", 77, "2024-01-05", 150))
    assert client.delete(PATH).status_code == 200
    assert client.get("/sandbox/targetGroups/1/progress").status_code == 200
    assert rows(client, 77) == []


def test_updates_stay_after_a_restart(tmp_path: Any) -> None:
    options = Options(database=str(tmp_path / "sandbox.db"))
    first = Client(options)
    first.made(milestone())
    wanted = first.put(PATH, {"expression": "true"}).json()["data"]
    first.close()
    second = Client(options)
    assert target(second) == wanted
    second.close()


def test_one_of_several_who_take_a_name_at_once_gets_it(tmp_path: Any) -> None:
    client = Client(Options(database=str(tmp_path / "sandbox.db")))
    for number in range(8):
        client.made(milestone(f"G{number}"))

    def rename(number: int) -> str:
        try:
            update_target(client.store, number + 1, number + 1, {"name": "The one"}, {"id": 1})
        except Refusal as refused:
            return refused.errors[0].code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(rename, range(8)))
    assert found == ["done", *["target-name-taken"] * 7]
    names = [one["targets"][0]["name"] for one in client.get("/v3/targetGroups").json()["data"]]
    assert names.count("The one") == 1
    client.close()


def test_of_two_updates_at_once_neither_is_lost(tmp_path: Any) -> None:
    client = Client(Options(database=str(tmp_path / "sandbox.db")))
    group = milestone()
    group["targets"] = [group["targets"][0] | {"name": f"t{number}"} for number in range(10)]
    client.made(group)

    def change(number: int) -> None:
        update_target(client.store, 1, number + 1, {"description": f"d{number}"}, {"id": 1})

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(change, range(10)))
    listed = client.get("/v3/targetGroups/1/targets").json()["data"]
    assert [one["description"] for one in listed] == [f"d{number}" for number in range(10)]
    client.close()
