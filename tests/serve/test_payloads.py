"""Every collected payload where it belongs, broken as a text, and answered as the collected answers are."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.serve.collected import GROUPS, MISFIT, NAME, OTHERS, USES, Use, Wanted, assert_clear, bare, unified
from tests.serve.conftest import PAYLOADS, Client, milestone, payload, problems, text


def test_every_payload_is_used() -> None:
    assert {path.name for path in PAYLOADS.glob("*.json")} == USES.keys() | OTHERS


@pytest.mark.parametrize("name", USES)
def test_a_payload_where_it_belongs(client: Client, name: str) -> None:
    use = USES[name]
    use.before(client)
    answer = client.post(use.path, text(name))
    assert answer.status_code == use.status, answer.text
    assert answer.json()["errors"] is None


# Broken as a text, wherever it is posted


def _first_member(whole: str) -> re.Match[str]:
    found = re.search(r'"(\w+)": ', whole)
    assert found is not None
    return found


TEXTS: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "truncated": (lambda whole: whole.rstrip()[:-1], "json-syntax"),
    "cut in half": (lambda whole: whole[: len(whole) // 2], "json-syntax"),
    "duplicate key": (lambda whole: whole.replace("{", f'{{"{_first_member(whole)[1]}": null,', 1), "duplicate-key"),
    "deep nesting": (lambda whole: _instead(whole, "[" * 200 + "]" * 200), "too-deep"),
    "bad UTF-8": (lambda whole: _instead(whole, '"caf\xe9"').encode("latin-1"), "not-utf-8"),
    "UTF-16": (lambda whole: whole.encode("utf-16"), "not-utf-8"),
    "half a character": (lambda whole: _instead(whole, '"\\ud83d"'), "lone-surrogate"),
    "no number": (lambda whole: _instead(whole, "NaN"), "json-syntax"),
    "huge number": (lambda whole: _instead(whole, "1e400"), "json-number"),
    "endless number": (lambda whole: _instead(whole, "9" * 5000), "json-number"),
    "text behind": (lambda whole: whole + "}", "trailing-text"),
    "single quotes": (lambda whole: whole.replace('"', "'"), "json-syntax"),
    "bare line feed": (lambda whole: _instead(whole, '"a\nb"'), "json-syntax"),
    "nothing": (lambda whole: whole[:0], "empty-body"),
}


def _instead(whole: str, value: str) -> str:
    """The first member with another value, and all others as they were."""
    return whole.replace("{", f'{{"first": {value},', 1)


@pytest.mark.parametrize("how", TEXTS)
@pytest.mark.parametrize("name", [*USES, "create-streak-group.response.json", "get-group.response.json"])
def test_a_text_that_is_no_json(client: Client, name: str, how: str) -> None:
    use = USES.get(name, Use(GROUPS, 201))
    use.before(client)
    breaks, reason = TEXTS[how]
    answer = client.post(use.path, breaks(text(name)))
    assert answer.status_code == 400
    ((code, found, pointer),) = problems(answer)
    assert (code, found) == (MISFIT, reason)
    assert isinstance(pointer, str)
    detail = answer.json()["errors"][0]["detail"]
    placed = reason in ("lone-surrogate", "empty-body") or re.search(r"line \d+, column \d+|byte \d+", detail)
    assert placed, detail
    assert_clear(answer)
    assert len(client.get(GROUPS).json()["data"]) == (use.before is bare), "nothing was made"


# Answers


@pytest.mark.parametrize("kind", ["", "x", "TargetGroup", "target group name", "name", "period", "töpfe", 1, None, {}])
def test_a_kind_of_name_that_there_is_not_gets_the_collected_error(client: Client, kind: object) -> None:
    answer = client.post(USES[NAME].path, payload(NAME) | {"type": kind})
    assert answer.status_code == 400
    wanted = payload("error-310145.response.json")
    found = answer.json()
    assert found.keys() == wanted.keys()
    (error,), (like,) = found["errors"], wanted["errors"]
    assert {name: error[name] for name in like} == like


@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.swapcase, str.casefold])
def test_a_name_that_is_taken_gets_the_collected_answer(client: Client, change: Callable[[str], str]) -> None:
    given = payload(NAME)
    group = milestone()
    group["targets"][0]["name"] = given["value"]
    client.made(group)
    answer = client.post(USES[NAME].path, given | {"value": change(given["value"])})
    assert (answer.status_code, answer.json()) == (200, payload("is-valid-name.response.json"))


@pytest.mark.parametrize("value", [" SpendsUpwardsOf10K", "SpendsUpwardsOf10K ", "SpendsUpwardsOf10", "", "\U0001f600"])
def test_another_name_is_free(client: Client, value: str) -> None:
    group = milestone()
    group["targets"][0]["name"] = payload(NAME)["value"]
    client.made(group)
    assert client.post(USES[NAME].path, payload(NAME) | {"value": value}).json()["data"] is True


IDS = ["0", "-1", "01", "x", "1.0", "1e0", "9223372036854775807", "9223372036854775808", "18446744073709551616", "%00", "%D9%A1", "+1", "1%20"]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize(
    ("method", "more"), [("GET", ""), ("DELETE", ""), ("GET", "/targets"), ("GET", "/targetPeriods")]
)
def test_a_group_that_there_is_not(client: Client, method: str, more: str, id: str) -> None:
    client.made(milestone())
    answer = client.ask(method, f"{GROUPS}/{id}{more}")
    assert (answer.status_code, problems(answer)) == (404, [(310017, "no-group", None)])
    assert_clear(answer)


def test_a_read_has_the_members_of_the_collected_one(client: Client) -> None:
    collected = payload("get-group.response.json")["data"]
    kept = ("name", "fromDate", "toDate", "active", "preferredTillId", "totalPeriods", "targetEvaluationType", "recurringCycles", "frequency", "frequencyType")  # fmt: skip  # noqa: E501
    client.made(milestone() | {name: collected[name] for name in kept})
    read = client.get(f"{GROUPS}/1").json()["data"]
    assert collected.keys() <= read.keys()
    assert {name: read[name] for name in kept} == {name: collected[name] for name in kept}
    assert read["attribution"].keys() == collected["attribution"].keys()


def test_an_added_target_is_answered_like_the_collected_one(client: Client) -> None:
    bare(client)
    wanted = payload("create-targets-extended-field.response.json")
    (like,) = wanted["data"]
    ids = {
        "target": like["id"],
        "ruleSet": like["emfUnrolledRulesetId"],
        "defaultValue": like["defaultValues"][0]["id"],
    }
    assert client.put("/sandbox/settings", {"ids": ids}).status_code == 200
    answer = client.post(f"{GROUPS}/1/targets", text("create-targets-extended-field.request.json"))
    (found,) = answer.json()["data"]
    assert found.keys() == like.keys()
    own = {"attribution", "targetGroupId"}
    assert {name: found[name] for name in found if name not in own} == {
        name: like[name] for name in like if name not in own
    }
    assert found["attribution"].keys() == like["attribution"].keys()


ENVELOPES: list[tuple[str, Callable[[Any], object], Wanted]] = [
    ("as it is", lambda whole: whole, [(MISFIT, "not-a-group", "")]),
    ("without warnings", lambda whole: {"data": whole["data"], "errors": None}, [(MISFIT, "not-a-group", "")]),
    ("in a list", lambda whole: [whole], [(MISFIT, "not-a-group", "")]),
    ("its group in a list", lambda whole: [whole["data"]], [(MISFIT, "not-a-group", "")]),
    ("as a text", lambda whole: json.dumps(json.dumps(whole)), [(MISFIT, "not-a-group", "")]),
    ("null", lambda _: "null", [(MISFIT, "not-a-group", "")]),
    ("true", lambda _: "true", [(MISFIT, "not-a-group", "")]),
    ("a number", lambda _: "5", [(MISFIT, "not-a-group", "")]),
    ("its periods only", lambda whole: whole["data"]["periods"], [(MISFIT, "not-a-group", "")]),
    ("its targets an object", lambda whole: whole["data"] | {"targets": {}}, [(MISFIT, "wrong-type", "/targets")]),
]


@pytest.mark.parametrize(("called", "made", "wanted"), ENVELOPES, ids=[called for called, *_ in ENVELOPES])
def test_an_answer_is_no_request(client: Client, called: str, made: Callable[[Any], object], wanted: Wanted) -> None:
    answer = client.post(GROUPS, made(payload("create-streak-group.response.json")))
    assert (answer.status_code, problems(answer)) == (400, wanted), called
    assert_clear(answer)


def test_the_group_of_an_answer_is_made_anew(client: Client) -> None:
    """What was read can be posted: the ids, the attribution and the statuses of before are not the new group's."""
    data = payload("create-streak-group.response.json")["data"]
    made = client.made(data)
    assert [made["id"], made["periods"][0]["id"], made["targets"][0]["id"]] == [1, 1, 1]
    assert made["targets"][0]["targetGroupId"] == 1


UNIFIED = "update-unified-targets.request.json"


def test_the_unified_sample_is_taken_where_its_ids_are(client: Client) -> None:
    """Its group has targets 10461 and 10462, periods 7521 and 7522; the answer is that of the page."""
    update = payload(UNIFIED)
    ids = {"group": 6668, "target": 10461, "period": 7521, "defaultValue": 11652, "ruleSet": 1248820}
    client.put("/sandbox/settings", {"ids": ids})
    unified(client, unifiedTargetExpression={"aggregation": "SUM", "thresholdValue": 1}, members=3)
    answer = client.put(f"{GROUPS}/6668/unifiedTargets", update)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["errors"], body["warnings"]) == (None, None)
    data = body["data"]
    assert list(data) == ["unifiedTargetExpression", "targets", "deactivateTargetIds"]
    assert data["unifiedTargetExpression"] == {
        "aggregation": "SUM",
        "thresholdValue": 40000,
        "ruleExpression": "(10461 & 10463)",
    }
    assert data["deactivateTargetIds"] == [10462]
    (target,) = data["targets"]
    target.pop("attribution")
    assert target == update["targets"][0] | {"eventName": "TransactionAdd"}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_unified_groups_are_updated_by_put(client: Client, method: str) -> None:
    unified(client)
    answer = client.ask(method, f"{GROUPS}/1/unifiedTargets", content=text(UNIFIED))
    assert (answer.status_code, problems(answer)) == (405, [(None, "method", None)])
    assert answer.headers["allow"] == "PUT"


MEMBERS: list[tuple[str, dict[str, object], int, Wanted]] = [
    (
        "periods of another group",
        {},
        400,
        [
            (None, "too-few-values", "/defaultValues"),
            (310019, "no-period", "/defaultValues/0/periodId"),
            (310019, "no-period", "/defaultValues/1/periodId"),
        ],
    ),
    ("name of another member", {"name": "MEMBER 1"}, 400, [(None, "duplicate-target", "/name")]),
    ("name a list", {"name": []}, 400, [(MISFIT, "wrong-type", "/name")]),
    ("wrong type", {"targetType": "SPEND"}, 400, [(MISFIT, "unknown-name", "/targetType")]),
    (
        "no entity",
        {"targetEntity": None, "targetType": "X"},
        400,
        [(MISFIT, "unknown-name", "/targetType"), (None, "entity-missing", "/targetEntity")],
    ),
    ("wrong pair", {"targetType": "ALL_POINTS"}, 400, [(310033, "entity-type-pair", "/targetType")]),
    ("broken rule", {"expression": "true ||", "expressionJson": None}, 400, [(None, "unexpected-end", "/expression")]),
    ("one value", {"defaultValues": [{"defaultValue": 1}]}, 400, [(None, "too-few-values", "/defaultValues")]),
    ("values a text", {"defaultValues": "1,2"}, 400, [(MISFIT, "wrong-type", "/defaultValues")]),
    (
        "value of words",
        {"defaultValues": [{"defaultValue": "a"}, {"defaultValue": 2}]},
        400,
        [(MISFIT, "not-a-number", "/defaultValues/0/defaultValue")],
    ),
    (
        "filter without kind",
        {"filters": [{"entityIds": ["a"]}]},
        400,
        [(MISFIT, "not-a-number", "/filters/0/entityIds/0"), (None, "filter-entity-missing", "/filters/0/entityType")],
    ),
    ("as it should be", {}, 200, []),
]


@pytest.mark.parametrize(("called", "change", "status", "wanted"), MEMBERS, ids=[called for called, *_ in MEMBERS])
def test_the_target_of_an_update_added_to_a_unified_group(
    client: Client, called: str, change: dict[str, object], status: int, wanted: Wanted
) -> None:
    unified(client)
    target = copy.deepcopy(payload(UNIFIED)["targets"][0])
    if called != "periods of another group":
        for place, value in enumerate(target["defaultValues"], 1):
            value["periodId"] = place
    answer = client.post(f"{GROUPS}/1/targets", target | change)
    assert answer.status_code == status, answer.text
    if wanted:
        assert sorted(problems(answer), key=str) == sorted(wanted, key=str)
        assert_clear(answer)
    else:
        assert [one["id"] for one in client.get(f"{GROUPS}/1/targets").json()["data"]] == [1, 2, 3]
