"""The collected payloads with one thing wrong: every error with its number and its place.

What is expected was written by hand from the API facts: 310008, 310033, 310094, 310145 and 310019 where the platform
documents them, 300004 for a body that does not fit the model, no number for what it has none for.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.serve.collected import GONE, GROUPS, MISFIT, NAME, USES, Wanted, assert_clear
from tests.serve.conftest import Client, payload, problems, text


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
    assert_clear(answer)
    assert client.get(GROUPS).text == before, "nothing was made"
    assert client.post(use.path, text(name)).status_code == use.status, "and nothing is in the way of the good one"
