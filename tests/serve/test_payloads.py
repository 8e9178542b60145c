"""Every collected payload where it belongs, and broken in ten named ways and more: what is told, and where it points.

What is expected was written by hand from the API facts: 310008, 310033, 310094, 310145 and 310019 where the platform
documents them, 300004 for a body that does not fit the model, no number for what it has none for.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.serve.conftest import PAYLOADS, Client, milestone, payload, problems, text

GROUPS = "/v3/targetGroups"
MISFIT = 300004
GONE = object()
"""In place of a value: the member is taken out."""


class Use(NamedTuple):
    """Where a payload belongs: what must be there before, the path, and the status of success."""

    path: str
    status: int
    before: Callable[[Client], object] = lambda _: None


def bare(client: Client) -> None:
    """A group of one period that has no targets yet."""
    client.made(milestone("Bare", periods=milestone()["periods"][:1], targets=None))


def unified(client: Client) -> None:
    """A group of two periods whose targets belong together."""
    target = milestone()["targets"][0] | {"defaultValues": [{"defaultValue": 100}] * 2}
    targets = [target | {"name": f"member {place}"} for place in range(2)]
    group = milestone("Unified", trackingType="UNIFIED", combinationType="ALL", targets=targets)
    client.made(group | {"periods": group["periods"][:2]})


USES = {
    "create-streak-group.request.json": Use(GROUPS, 201),
    "create-behavioural-visit-group.request.json": Use(GROUPS, 201),
    "create-targets-extended-field.request.json": Use(f"{GROUPS}/1/targets", 200, bare),
    "is-valid-name.request.json": Use(f"{GROUPS}/isValidName", 200),
}
OTHERS = {
    "create-streak-group.response.json",
    "create-targets-extended-field.response.json",
    "error-310145.response.json",
    "get-group.response.json",
    "is-valid-name.response.json",
    "update-unified-targets.request.json",
}


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
    _clear(answer)
    assert len(client.get(GROUPS).json()["data"]) == (use.before is bare), "nothing was made"


def _clear(answer: httpx.Response) -> None:
    assert "Traceback" not in answer.text
    assert all(one["message"] for one in answer.json()["errors"])


# Broken as a document

Wanted = list[tuple[int | None, str, str]]


def variants(
    name: str, *cases: tuple[str, tuple[str | int, ...], object, Wanted]
) -> Iterator[tuple[str, str, tuple[str | int, ...], object, Wanted]]:
    assert len(cases) >= 10
    for called, path, value, wanted in cases:
        yield name, called, path, value, wanted


TARGET = ("targets", 0)
STREAK = "create-streak-group.request.json"
VISIT = "create-behavioural-visit-group.request.json"
EXTENDED = "create-targets-extended-field.request.json"
NAME = "is-valid-name.request.json"

BROKEN = [
    *variants(
        STREAK,
        ("missing name", ("name",), GONE, [(MISFIT, "member-missing", "/name")]),
        ("name null", ("name",), None, [(MISFIT, "member-missing", "/name")]),
        ("name a number", ("name",), 5, [(MISFIT, "wrong-type", "/name")]),
        ("name empty", ("name",), "", [(None, "name-empty", "/name")]),
        ("name of 201", ("name",), "n" * 201, [(None, "group-name-too-long", "/name")]),
        ("target name of 201", (*TARGET, "name"), "n" * 201, [(310008, "target-name-too-long", "/targets/0/name")]),
        ("description of 256", ("description",), "d" * 256, [(None, "description-too-long", "/description")]),
        ("missing trackingType", ("trackingType",), GONE, [(MISFIT, "member-missing", "/trackingType")]),
        ("wrong trackingType", ("trackingType",), "STREAKY", [(MISFIT, "unknown-name", "/trackingType")]),
        (
            "window of another API",
            ("targetEvaluationType",),
            "ROLLING_WINDOW",
            [(MISFIT, "unknown-name", "/targetEvaluationType")],
        ),
        ("wrong frequencyType", ("frequencyType",), "FORTNIGHTLY", [(MISFIT, "unknown-name", "/frequencyType")]),
        ("totalPeriods a text", ("totalPeriods",), "x", [(MISFIT, "not-a-number", "/totalPeriods")]),
        ("totalPeriods a fraction", ("totalPeriods",), 1.5, [(MISFIT, "not-a-number", "/totalPeriods")]),
        ("101 cycles", ("recurringCycles",), 101, [(None, "too-many-cycles", "/recurringCycles")]),
        ("active a text", ("active",), "maybe", [(MISFIT, "wrong-type", "/active")]),
        ("periods an object", ("periods",), {}, [(MISFIT, "wrong-type", "/periods")]),
        ("a period a number", ("periods", 0), 5, [(MISFIT, "wrong-type", "/periods/0")]),
        ("missing date", ("periods", 0, "startDate"), GONE, [(None, "period-date-missing", "/periods/0/startDate")]),
        ("date in words", ("periods", 0, "startDate"), "soon", [(MISFIT, "not-a-date", "/periods/0/startDate")]),
        (
            "end before start",
            ("periods", 0, "endDate"),
            "2023-11-16",
            [(None, "period-ends-before-start", "/periods/0/endDate")],
        ),
        ("same refCode", ("periods", 0, "refCode"), "period45", [(None, "duplicate-period", "/periods/1/refCode")]),
        ("refCode of 101", ("periods", 0, "refCode"), "r" * 101, [(None, "ref-code-too-long", "/periods/0/refCode")]),
        (
            "wrong status",
            ("periods", 0, "periodStatus"),
            "LIVELY",
            [(MISFIT, "unknown-name", "/periods/0/periodStatus")],
        ),
        (
            "rule breaks off",
            (*TARGET, "expression"),
            "currentTxn.value>",
            [(None, "unexpected-end", "/targets/0/expression")],
        ),
        ("rule a number", (*TARGET, "expression"), 5, [(MISFIT, "not-a-string", "/targets/0/expression")]),
        (
            "rule and its JSON differ",
            (*TARGET, "expression"),
            "currentTxn.value>501",
            [(None, "expression-json-differs", "/targets/0/expressionJson")],
        ),
        (
            "no JSON in expressionJson",
            (*TARGET, "expressionJson"),
            "{",
            [(None, "json-syntax", "/targets/0/expressionJson")],
        ),
        ("missing targetType", (*TARGET, "targetType"), GONE, [(MISFIT, "member-missing", "/targets/0/targetType")]),
        ("wrong targetType", (*TARGET, "targetType"), "BUY", [(MISFIT, "unknown-name", "/targets/0/targetType")]),
        (
            "points of transactions",
            (*TARGET, "targetType"),
            "REGULAR_POINTS",
            [(310033, "entity-type-pair", "/targets/0/targetType")],
        ),
        (
            "no extended field",
            (*TARGET, "targetType"),
            "EXTENDED_FIELD",
            [(310094, "extended-field-info-missing", "/targets/0/extendedFieldInfo")],
        ),
        (
            "filter of transactions",
            (*TARGET, "filters", 0, "entityType"),
            "Transaction",
            [(MISFIT, "unknown-name", "/targets/0/filters/0/entityType")],
        ),
        (
            "fewer values than periods",
            (*TARGET, "defaultValues"),
            [{"defaultValue": 1}],
            [(None, "too-few-values", "/targets/0/defaultValues")],
        ),
        (
            "value null",
            (*TARGET, "defaultValues", 0, "defaultValue"),
            None,
            [(None, "value-missing", "/targets/0/defaultValues/0/defaultValue")],
        ),
        ("missing streaks", ("streaks",), GONE, [(None, "streaks-missing", "/streaks")]),
        (
            "level of none",
            ("streaks", 0, "targetCountOfSequence"),
            0,
            [(None, "level-below-one", "/streaks/0/targetCountOfSequence")],
        ),
        ("same level name", ("streaks", 0, "name"), "streakTestt123", [(None, "duplicate-streak", "/streaks/1/name")]),
        (
            "cyclic streak",
            ("targetEvaluationType",),
            "CYCLIC_WINDOW",
            [(None, "no-cycle-length", "/frequency"), (None, "streak-window", "/targetEvaluationType")],
        ),
    ),
    *variants(
        VISIT,
        ("missing name", ("name",), GONE, [(MISFIT, "member-missing", "/name")]),
        ("eventName a number", (*TARGET, "eventName"), 5, [(MISFIT, "wrong-type", "/targets/0/eventName")]),
        (
            "attribute without its name",
            (*TARGET, "targetType"),
            "EVENT_ATTRIBUTE",
            [(None, "attribute-info-missing", "/targets/0/extendedFieldInfo")],
        ),
        (
            "visits of points",
            (*TARGET, "targetEntity"),
            "POINTS",
            [(310033, "entity-type-pair", "/targets/0/targetType")],
        ),
        ("wrong date", ("targetCycleStartDate",), "x", [(MISFIT, "not-a-date", "/targetCycleStartDate")]),
        ("date true", ("fromDate",), True, [(MISFIT, "not-a-date", "/fromDate")]),
        (
            "starts after its period",
            ("targetCycleStartDate",),
            "2024-03-19T00:31:00.529Z",
            [(None, "period-outside-group", "/targetCycleStartDate")],
        ),
        ("ends before its start", ("toDate",), "2023-01-01", [(None, "group-ends-before-start", "/toDate")]),
        (
            "triggers a text",
            (*TARGET, "targetMilestoneTriggers"),
            "x",
            [(MISFIT, "wrong-type", "/targets/0/targetMilestoneTriggers")],
        ),
        (
            "value NaN",
            (*TARGET, "defaultValues", 0, "defaultValue"),
            "NaN",
            [(MISFIT, "not-a-number", "/targets/0/defaultValues/0/defaultValue")],
        ),
        (
            "value true",
            (*TARGET, "defaultValues", 0, "defaultValue"),
            True,
            [(MISFIT, "not-a-number", "/targets/0/defaultValues/0/defaultValue")],
        ),
        ("wrong combination", ("combinationType",), "SOME", [(MISFIT, "unknown-name", "/combinationType")]),
        ("rule breaks off", (*TARGET, "expression"), "true &&", [(None, "unexpected-end", "/targets/0/expression")]),
        ("targets null in a list", TARGET, None, [(MISFIT, "wrong-type", "/targets/0")]),
    ),
    *variants(
        EXTENDED,
        ("name of 201", ("name",), "n" * 201, [(310008, "target-name-too-long", "/name")]),
        ("wrong entity", ("targetEntity",), "TILL", [(MISFIT, "unknown-name", "/targetEntity")]),
        ("missing targetType", ("targetType",), GONE, [(MISFIT, "member-missing", "/targetType")]),
        (
            "missing extendedFieldInfo",
            ("extendedFieldInfo",),
            GONE,
            [(310094, "extended-field-info-missing", "/extendedFieldInfo")],
        ),
        (
            "extendedFieldInfo null",
            ("extendedFieldInfo",),
            None,
            [(310094, "extended-field-info-missing", "/extendedFieldInfo")],
        ),
        ("extendedFieldInfo a list", ("extendedFieldInfo",), [], [(MISFIT, "wrong-type", "/extendedFieldInfo")]),
        (
            "field without name",
            ("extendedFieldInfo", "name"),
            GONE,
            [(MISFIT, "member-missing", "/extendedFieldInfo/name")],
        ),
        (
            "wrong aggregate",
            ("extendedFieldInfo", "aggregateFunction"),
            "AVG",
            [(MISFIT, "unknown-name", "/extendedFieldInfo/aggregateFunction")],
        ),
        ("missing values", ("defaultValues",), GONE, [(None, "too-few-values", "/defaultValues")]),
        (
            "value of a period that there is not",
            ("defaultValues", 0, "periodId"),
            77,
            [(None, "too-few-values", "/defaultValues"), (310019, "no-period", "/defaultValues/0/periodId")],
        ),
        (
            "periodId a text",
            ("defaultValues", 0, "periodId"),
            "1",
            [(MISFIT, "not-a-number", "/defaultValues/0/periodId")],
        ),
        ("operator twice", ("expression",), "currentTxn.value>>5", [(None, "repeated-operator", "/expression")]),
        ("filter of cities", ("filters", 0, "entityType"), "CITY", [(MISFIT, "unknown-name", "/filters/0/entityType")]),
        ("filters an object", ("filters",), {}, [(MISFIT, "wrong-type", "/filters")]),
        ("active a number", ("active",), 3, [(MISFIT, "wrong-type", "/active")]),
    ),
    *variants(
        NAME,
        ("missing type", ("type",), GONE, [(310145, "name-kind", "/type")]),
        ("type null", ("type",), None, [(310145, "name-kind", "/type")]),
        ("type a number", ("type",), 5, [(310145, "name-kind", "/type")]),
        ("type a list", ("type",), ["targetName"], [(310145, "name-kind", "/type")]),
        ("type unknown", ("type",), "colour", [(310145, "name-kind", "/type")]),
        ("type empty", ("type",), "", [(310145, "name-kind", "/type")]),
        ("missing value", ("value",), GONE, [(MISFIT, "name-missing", "/value")]),
        ("value null", ("value",), None, [(MISFIT, "name-missing", "/value")]),
        ("value a number", ("value",), 10, [(MISFIT, "name-missing", "/value")]),
        ("value an object", ("value",), {}, [(MISFIT, "name-missing", "/value")]),
    ),
]


def _broken(name: str, path: tuple[str | int, ...], value: object) -> Any:
    document = copy.deepcopy(payload(name))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("name", "path", "value", "wanted"),
    [(name, path, value, wanted) for name, _, path, value, wanted in BROKEN],
    ids=[f"{name.partition('.')[0]}-{called}" for name, called, *_ in BROKEN],
)
def test_a_document_that_is_not_what_it_should_be(
    client: Client, name: str, path: tuple[str | int, ...], value: object, wanted: Wanted
) -> None:
    use = USES[name]
    use.before(client)
    before = client.get(GROUPS).text
    answer = client.post(use.path, _broken(name, path, value))
    assert (answer.status_code, sorted(problems(answer), key=str)) == (400, sorted(wanted, key=str))
    _clear(answer)
    assert client.get(GROUPS).text == before, "nothing was made"
    assert client.post(use.path, text(name)).status_code == use.status, "and nothing is in the way of the good one"


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
    _clear(answer)


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
    _clear(answer)


def test_the_group_of_an_answer_is_made_anew(client: Client) -> None:
    """What was read can be posted: the ids, the attribution and the statuses of before are not the new group's."""
    data = payload("create-streak-group.response.json")["data"]
    made = client.made(data)
    assert [made["id"], made["periods"][0]["id"], made["targets"][0]["id"]] == [1, 1, 1]
    assert made["targets"][0]["targetGroupId"] == 1


UNIFIED = "update-unified-targets.request.json"


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH"])
def test_updates_of_unified_groups_are_no_operation_here(client: Client, method: str) -> None:
    unified(client)
    for body in (text(UNIFIED), "{", "", "[]"):
        answer = client.ask(method, f"{GROUPS}/1/unifiedTargets", content=body)
        assert (answer.status_code, problems(answer)) == (404, [(None, "no-such-path", None)])


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
        _clear(answer)
    else:
        assert [one["id"] for one in client.get(f"{GROUPS}/1/targets").json()["data"]] == [1, 2, 3]
