"""Creating, reading, adding to and deactivating groups: every refusal with its number and place."""

from __future__ import annotations

from typing import Any

import pytest

from targetexpr.targets import TargetGroup
from tests.serve.conftest import Client, milestone, payload, problems, streak, text


def with_target(**members: Any) -> dict[str, Any]:
    group = milestone()
    group["targets"][0] |= members
    return group


BROKEN: list[tuple[str, object, tuple[object, object, object]]] = [
    ("no JSON", '{"name": ', (300004, "json-syntax", "/name")),
    ("a key twice", '{"name": "a", "name": "b"}', (300004, "duplicate-key", "/name")),
    ("nothing", b"", (300004, "empty-body", "")),
    ("not UTF-8", b'{"name": "\xff"}', (300004, "not-utf-8", "")),
    ("half a character", b'{"name": "\\ud800", "trackingType": "DEFAULT"}', (300004, "lone-surrogate", "")),
    ("too deep", "[" * 5000, (300004, "too-deep", "/0" * 101)),
    ("a list", [], (300004, "not-a-group", "")),
    ("an answer", {"data": milestone(), "errors": None}, (300004, "not-a-group", "")),
    ("no name", {"trackingType": "DEFAULT"}, (300004, "member-missing", "/name")),
    ("no kind", {"name": "a"}, (300004, "member-missing", "/trackingType")),
    ("an unknown kind", milestone(trackingType="WEEKLY"), (300004, "unknown-name", "/trackingType")),
    ("a number as name", milestone(name=5), (300004, "wrong-type", "/name")),
    ("a long target name", with_target(name="x" * 201), (310008, "target-name-too-long", "/targets/0/name")),
    ("a long group name", milestone(name="x" * 201), (None, "group-name-too-long", "/name")),
    (
        "a bad pair",
        with_target(targetEntity="LINEITEM", targetType="COUNT"),
        (310033, "entity-type-pair", "/targets/0/targetType"),
    ),
    (
        "no field",
        with_target(targetType="EXTENDED_FIELD"),
        (310094, "extended-field-info-missing", "/targets/0/extendedFieldInfo"),
    ),
    (
        "leaderboard",
        milestone(leaderboardEnabled=True, targetEvaluationType="PERIOD_AGNOSTIC_WINDOW"),
        (310132, "leaderboard-window", "/leaderboardEnabled"),
    ),
    ("no levels", streak(streaks=[]), (None, "streaks-missing", "/streaks")),
    ("a broken rule", with_target(expression="currentTxn.value>"), (None, "unexpected-end", "/targets/0/expression")),
    (
        "an unknown name",
        with_target(expression="currentTxn.valu>5"),
        (None, "unknown-attribute", "/targets/0/expression"),
    ),
    ("too few values", with_target(defaultValues=[]), (None, "too-few-values", "/targets/0/defaultValues")),
    ("an id", milestone(id=7, trackingType=None), (300004, "member-missing", "/trackingType")),
]


@pytest.mark.parametrize(("body", "wanted"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_create_is_refused_with_number_and_place(
    client: Client, body: object, wanted: tuple[object, object, object]
) -> None:
    answer = client.post("/v3/targetGroups", body)
    assert answer.status_code == 400
    assert problems(answer)[0] == wanted
    assert client.get("/v3/targetGroups").json()["data"] == []


def test_everything_is_told_at_once_with_the_platforms_text_and_ours(client: Client) -> None:
    group = with_target(name="x" * 201, expression="currentTxn.valu>5")
    body = client.post("/v3/targetGroups", group | {"trackingType": "STREAKS"}).json()
    assert [(one["code"], one["pointer"]) for one in body["errors"]] == [
        (None, "/streaks"),
        (310008, "/targets/0/name"),
        (None, "/targets/0/expression"),
    ]
    assert body["errors"][1]["message"] == "Length of Target rule name cannot exceed 200"
    assert body["errors"][1]["detail"] == "The name of the target has 201 characters; 200 are allowed."
    assert body["errors"][2]["hint"] == "Did you mean `value`?"
    assert "offset 11" in body["errors"][2]["message"]


def test_a_create_validates_the_group_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    validated: list[str] = []
    validate: Any = TargetGroup.model_validate

    def counted(value: Any) -> Any:
        validated.append(value["name"])
        return validate(value)

    monkeypatch.setattr(TargetGroup, "model_validate", counted)
    client.made(milestone())
    assert validated == ["Spring"]


@pytest.mark.parametrize("rule", ['currentEvent.targetName=="a"', "currentEvent.minutes>5", "currentTxn.value>5"])
def test_a_rule_that_could_not_be_evaluated_makes_no_group(client: Client, rule: str) -> None:
    group = with_target(targetEntity="REWARDS", targetType="ALL_POINTS", expression=rule)
    answer = client.post("/v3/targetGroups", group)
    assert answer.status_code == 400
    assert [pointer for _, _, pointer in problems(answer)] == ["/targets/0/expression"]


def test_a_name_is_taken_in_any_case_even_by_a_deactivated_group(client: Client) -> None:
    made = client.made(milestone("Straße"))
    client.delete(f"/v3/targetGroups/{made['id']}")
    other = milestone("STRASSE")
    other["targets"][0]["name"] = "another"
    answer = client.post("/v3/targetGroups", other)
    assert (answer.status_code, problems(answer)) == (400, [(310069, "group-name-taken", "/name")])
    assert answer.json()["errors"][0]["message"] == "Target group name already exists"


def test_names_of_targets_and_levels_are_unique_in_the_organisation(client: Client) -> None:
    client.made(streak("Months"))
    other = streak("Weeks")
    other["targets"][0]["name"] = "MONTHS TARGET"
    other["streaks"][1]["name"] = "months_1"
    answer = client.post("/v3/targetGroups", other)
    assert problems(answer) == [
        (None, "target-name-taken", "/targets/0/name"),
        (None, "level-name-taken", "/streaks/1/name"),
    ]


def test_a_twin_takes_its_name_too(client: Client) -> None:
    client.put("/sandbox/settings", {"returnBill": True})
    made = client.made(milestone("Spring"))
    assert [one["name"] for one in made["targets"]] == ["Spring target", "Spring target_ReturnBill"]
    other = with_target(name="Spring target_ReturnBill") | {"name": "Autumn"}
    assert problems(client.post("/v3/targetGroups", other))[0] == (None, "target-name-taken", "/targets/0/name")


def test_a_twin_whose_name_is_taken_is_told_at_its_original(client: Client) -> None:
    client.made(with_target(name="Autumn target_ReturnBill"))
    client.put("/sandbox/settings", {"returnBill": True})
    answer = client.post("/v3/targetGroups", milestone("Autumn"))
    assert problems(answer) == [(None, "target-name-taken", "/targets/0/name")]
    assert "Autumn target_ReturnBill" in answer.json()["errors"][0]["message"]
    assert len(client.get("/v3/targetGroups").json()["data"]) == 1


def test_the_behavioural_sample_is_created(client: Client) -> None:
    made = client.made(text("create-behavioural-visit-group.request.json"))
    sent = payload("create-behavioural-visit-group.request.json")
    assert made["name"] == sent["name"]
    assert made["fromDate"] == "2024-02-19"
    assert [one["defaultValue"] for one in made["targets"][0]["defaultValues"]] == [2.000, 3.000]
    read = client.get(f"/v3/targetGroups/{made['id']}?includePeriods=true").json()["data"]
    assert {name: read[name] for name in made} == made


def test_an_offset_at_the_end_of_the_calendar_is_a_clear_answer(client: Client) -> None:
    answer = client.post("/v3/targetGroups", milestone(targetCycleStartDate="0001-01-01T00:00:00.000+0530"))
    assert answer.status_code == 400
    assert (None, "period-outside-group") not in problems(answer)


def test_ids_that_are_in_use_are_refused_not_overwritten(client: Client) -> None:
    client.made(milestone("One"))
    answer = client.put("/sandbox/settings", {"ids": {"group": 1}})
    assert (answer.status_code, problems(answer)) == (400, [(None, "ids-go-up", "/ids/group")])


@pytest.mark.parametrize("group", ["7", "x", "-1", "99999999999999999999", "%00", "1.0"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/targetGroups/{}"),
        ("DELETE", "/v3/targetGroups/{}"),
        ("GET", "/v3/targetGroups/{}/targets"),
        ("GET", "/v3/targetGroups/{}/targetPeriods"),
        ("GET", "/sandbox/targetGroups/{}/progress"),
    ],
)
def test_a_group_that_is_not_there(client: Client, method: str, path: str, group: str) -> None:
    answer = client.ask(method, path.format(group))
    assert (answer.status_code, problems(answer)) == (404, [(310017, "no-group", None)])


def test_a_deactivated_group_is_read_and_not_changed(client: Client) -> None:
    made = client.made(milestone())
    group, target = made["id"], made["targets"][0]["id"]
    client.at("2024-02-01T00:00:00.000Z")
    ended = client.delete(f"/v3/targetGroups/{group}").json()["data"]
    assert (ended["active"], ended["targets"][0]["active"]) == (False, False)
    assert ended["attribution"]["lastUpdatedOn"] == "2024-02-01T00:00:00.000+0000"
    assert ended["attribution"]["createdOn"] == made["targets"][0]["attribution"]["createdOn"]
    assert client.get(f"/v3/targetGroups/{group}").json()["data"] == ended
    assert client.get("/v3/targetGroups?includeOnlyActive=true").json()["data"] == []
    for path, body in (("targets", [{}]), ("targetPeriods", [{}]), (f"targets/{target}/enroll", {"customerId": 1})):
        answer = client.post(f"/v3/targetGroups/{group}/{path}", body)
        assert (answer.status_code, problems(answer)) == (404, [(310017, "group-inactive", None)])
    assert problems(client.delete(f"/v3/targetGroups/{group}")) == [(310017, "group-inactive", None)]


def test_groups_that_users_made_are_listed_when_asked_for(client: Client) -> None:
    client.made(milestone("Own", userCreated=True))
    assert client.get("/v3/targetGroups").json()["data"] == []
    listed = client.get("/v3/targetGroups?includeUserCreatedTargetGroups=TRUE").json()["data"]
    assert [one["name"] for one in listed] == ["Own"]


def test_a_parameter_that_is_no_boolean(client: Client) -> None:
    answer = client.get("/v3/targetGroups?includePeriods=yes")
    assert (answer.status_code, problems(answer)) == (400, [(300004, "wrong-parameter", None)])


# Added to


def shell(name: str = "Shell") -> dict[str, Any]:
    group = milestone(name)
    del group["periods"], group["targets"]
    return group


def test_a_group_is_built_in_three_calls(client: Client) -> None:
    group = client.made(shell())["id"]
    whole = milestone("Shell")
    periods = client.post(f"/v3/targetGroups/{group}/targetPeriods", whole["periods"])
    assert periods.status_code == 200
    made = periods.json()["data"]
    assert [(one["id"], one["refCode"], one["targetGroupId"]) for one in made] == [
        (1, "Cycle_1", group),
        (2, "Cycle_2", group),
        (3, "Cycle_3", group),
    ]
    assert client.get(f"/v3/targetGroups/{group}/targetPeriods").json()["data"] == made
    target = whole["targets"][0] | {"defaultValues": [{"periodId": number, "defaultValue": 20} for number in (3, 2, 1)]}
    answer = client.post(f"/v3/targetGroups/{group}/targets", target)
    assert answer.status_code == 200
    (one,) = answer.json()["data"]
    assert [(value["periodId"], value["defaultValue"]) for value in one["defaultValues"]] == [(3, 20), (2, 20), (1, 20)]
    assert client.get(f"/v3/targetGroups/{group}/targets").json()["data"] == [one]
    assert client.get(f"/v3/targetGroups/{group}").json()["data"]["targets"] == [one]


def test_the_extended_field_sample_is_answered_as_documented(client: Client) -> None:
    client.put("/sandbox/settings", {"ids": {"period": 1, "target": 9067, "ruleSet": 1246656, "defaultValue": 10083}})
    group = client.made(shell() | {"periods": milestone()["periods"][:1]})["id"]
    request = text("create-targets-extended-field.request.json")
    answer = client.post(f"/v3/targetGroups/{group}/targets", request)
    assert answer.status_code == 200
    (made,) = answer.json()["data"]
    (documented,) = payload("create-targets-extended-field.response.json")["data"]
    moving = {"attribution", "targetGroupId"}
    assert {name: made[name] for name in made if name not in moving} == {
        name: documented[name] for name in documented if name not in moving
    }
    assert made["targetGroupId"] == group


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"name": "x" * 201}, (310008, "target-name-too-long", "/1/name")),
        ({"name": "Shell target"}, (None, "duplicate-target", "/1/name")),
        ({"name": "Other target"}, (None, "target-name-taken", "/1/name")),
        ({"targetType": "COUNT", "targetEntity": "LINEITEM"}, (310033, "entity-type-pair", "/1/targetType")),
        ({"targetType": "EXTENDED_FIELD"}, (310094, "extended-field-info-missing", "/1/extendedFieldInfo")),
        ({"expression": "currentTxn.valu>5"}, (None, "unknown-attribute", "/1/expression")),
        ({"defaultValues": [{"defaultValue": 1}]}, (None, "too-few-values", "/1/defaultValues")),
        ({"targetType": 7}, (300004, "unknown-name", "/1/targetType")),
    ],
)
def test_a_target_is_checked_in_its_group_and_told_at_its_place(
    client: Client, change: dict[str, Any], wanted: tuple[object, object, object]
) -> None:
    client.made(milestone("Other"))
    group = client.made(milestone("Shell"))["id"]
    good = milestone()["targets"][0] | {"name": "good"}
    answer = client.post(f"/v3/targetGroups/{group}/targets", [good, good | {"name": "other"} | change])
    assert answer.status_code == 400
    assert problems(answer) == [wanted]
    assert len(client.get(f"/v3/targetGroups/{group}/targets").json()["data"]) == 1, "none of the call is kept"


def test_a_group_has_up_to_fifty_targets(client: Client) -> None:
    one = milestone()["targets"][0]
    fifty = [one | {"name": f"t{place}"} for place in range(50)]
    assert problems(client.post("/v3/targetGroups", milestone() | {"targets": [*fifty, one]})) == [
        (None, "too-many-targets", "/targets")
    ]
    group = client.made(milestone() | {"targets": fifty})["id"]
    answer = client.post(f"/v3/targetGroups/{group}/targets", one)
    assert problems(answer) == [(None, "too-many-targets", "")]


def test_a_value_for_a_period_of_another_group(client: Client) -> None:
    group = client.made(milestone())["id"]
    values = [{"periodId": number, "defaultValue": 1} for number in (1, 2, 3, 999)]
    answer = client.post(
        f"/v3/targetGroups/{group}/targets", milestone()["targets"][0] | {"name": "n", "defaultValues": values}
    )
    assert (answer.status_code, problems(answer)) == (404, [(310019, "no-period", "/defaultValues/3/periodId")])


def test_a_streak_keeps_its_one_target(client: Client) -> None:
    group = client.made(streak())["id"]
    answer = client.post(f"/v3/targetGroups/{group}/targets", milestone()["targets"][0])
    assert problems(answer) == [(None, "too-many-targets", "")]


def test_periods_are_checked_in_their_group(client: Client) -> None:
    group = client.made(shell())["id"]
    one = milestone()["periods"][0]
    path = f"/v3/targetGroups/{group}/targetPeriods"
    assert client.post(path, one).status_code == 200
    assert problems(client.post(path, [one | {"startDate": "2025-01-01", "endDate": "2025-01-31"}])) == [
        (None, "duplicate-period", "/0/refCode")
    ]
    later = {"refCode": "cycle_1", "startDate": "2025-01-01", "endDate": "2025-01-31"}
    assert problems(client.post(path, later)) == [(None, "period-name-taken", "/refCode")]
    assert problems(client.post(path, {**later, "refCode": "b", "endDate": "2024-01-01"})) == [
        (None, "period-ends-before-start", "/endDate")
    ]
    assert problems(client.post(path, {"refCode": 5.5})) == [(300004, "not-a-string", "/refCode")]
    assert problems(client.post(path, 5)) == [(300004, "not-an-object", "")]
    assert problems(client.post(path, [])) == [(300004, "item-count", "")]


def test_a_period_that_no_target_has_a_value_for(client: Client) -> None:
    group = client.made(milestone())["id"]
    late = {"refCode": "late", "startDate": "2025-01-01", "endDate": "2025-01-31"}
    assert problems(client.post(f"/v3/targetGroups/{group}/targetPeriods", late)) == [(None, "too-few-values", "")]


def test_the_rule_of_a_unified_group_is_made_anew(client: Client) -> None:
    first = milestone()["targets"][0]
    group = milestone("Both", trackingType="UNIFIED", combinationType="ALL", unifiedTargetExpression={})
    group["targets"] = [first | {"name": "a"}, first | {"name": "b"}]
    made = client.made(group)
    assert made["unifiedTargetExpression"] == {"ruleExpression": "(1 & 2)"}
    client.post(f"/v3/targetGroups/{made['id']}/targets", first | {"name": "c"})
    read = client.get(f"/v3/targetGroups/{made['id']}").json()["data"]
    assert read["unifiedTargetExpression"] == {"ruleExpression": "(1 & 2 & 3)"}


# Names


@pytest.mark.parametrize(
    ("kind", "value", "free"),
    [
        ("targetGroupName", "MONTHS", False),
        ("streakName", "months", False),
        ("targetName", "Months Target", False),
        ("streakLevelName", "months_3", False),
        ("periodName", "cycle_2", False),
        ("targetGroupName", "Months target", True),
        ("streakLevelName", "Months", True),
        ("periodName", "Cycle_4", True),
        ("targetName", "", True),
        ("targetGroupName", "", False),
    ],
)
def test_whether_a_name_is_free(client: Client, kind: str, value: str, free: bool) -> None:
    client.made(streak("Months"))
    answer = client.post("/v3/targetGroups/isValidName", {"type": kind, "value": value})
    assert (answer.status_code, answer.json()) == (200, {"data": free, "errors": None, "warnings": None})


@pytest.mark.parametrize("kind", ["targetGroupName", "streakName", "targetName", "streakLevelName", "periodName"])
@pytest.mark.parametrize(
    "name", ["", " ", " x", "x" * 100, "x" * 101, "x" * 200, "x" * 201, "x" * 210, "x" * 211, "\U0001f600" * 200]
)
def test_a_name_is_free_when_a_create_takes_it(client: Client, kind: str, name: str) -> None:
    group = streak()
    place = {"targetName": group["targets"][0], "streakLevelName": group["streaks"][0]}.get(kind, group)
    if kind == "periodName":
        group["periods"][0]["refCode"] = name
    else:
        place["name"] = name
    free = client.post("/v3/targetGroups/isValidName", {"type": kind, "value": name}).json()["data"]
    assert free == (client.post("/v3/targetGroups", group).status_code == 201)


def test_the_name_check_has_two_members(client: Client) -> None:
    asked = {"type": "targetName", "value": "x", "targetGroupId": 5}
    answer = client.post("/v3/targetGroups/isValidName", asked)
    assert problems(answer) == [(300004, "unknown-member", "/targetGroupId")]


def test_the_name_checks_samples(client: Client) -> None:
    request = payload("is-valid-name.request.json")
    client.made(with_target(name=request["value"]))
    assert client.post("/v3/targetGroups/isValidName", request).json() == payload("is-valid-name.response.json")
    answer = client.post("/v3/targetGroups/isValidName", request | {"type": "groupName"})
    assert answer.status_code == 400
    documented = payload("error-310145.response.json")
    (error,) = answer.json()["errors"]
    assert {name: error[name] for name in documented["errors"][0]} == documented["errors"][0]
    assert (error["reason"], error["pointer"]) == ("name-kind", "/type")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"value": "a"}, (310145, "name-kind", "/type")),
        ({"type": 5, "value": "a"}, (310145, "name-kind", "/type")),
        ({"type": "targetName"}, (300004, "name-missing", "/value")),
        ({"type": "targetName", "value": 5}, (300004, "name-missing", "/value")),
        ([], (300004, "not-an-object", "")),
    ],
)
def test_a_name_check_that_does_not_fit(client: Client, body: object, wanted: tuple[object, object, object]) -> None:
    answer = client.post("/v3/targetGroups/isValidName", body)
    assert (answer.status_code, problems(answer)) == (400, [wanted])


def test_values_for_periods_that_come_later(client: Client) -> None:
    group = milestone()
    later = group["periods"].pop()
    client.made(group)
    (made,) = client.post("/v3/targetGroups/1/targetPeriods", later).json()["data"]
    (target,) = client.get("/v3/targetGroups/1/targets").json()["data"]
    assert [value["periodId"] for value in target["defaultValues"]] == [1, 2, made["id"]]
    april = {"refCode": "Cycle_4", "startDate": "2024-04-01", "endDate": "2024-04-30"}
    answer = client.post("/v3/targetGroups/1/targetPeriods", april)
    assert problems(answer) == [(None, "too-few-values", "")]
    assert client.get("/sandbox/targetGroups/1/progress").status_code == 200


def test_a_period_has_one_value(client: Client) -> None:
    group = milestone()
    target = group["targets"].pop()
    client.made(group)
    values = [{"periodId": place, "defaultValue": 5} for place in (1, 2, 3, 1)]
    answer = client.post("/v3/targetGroups/1/targets", target | {"defaultValues": values})
    assert problems(answer) == [(None, "value-repeated", "/defaultValues/3/periodId")]
