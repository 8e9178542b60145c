"""Validation rule by rule: place, severity, code, and a number only where the platform documents one."""

from __future__ import annotations

import copy
from enum import Enum
from typing import Any

import pytest

from targetexpr import Diagnostic, Schema
from targetexpr.base.render import as_dict
from targetexpr.targets import PayloadError, TargetGroup, validate
from targetexpr.targets.model.enums import TargetEntity, TargetType
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS

PERIODS = [
    {"startDate": "2024-01-01", "endDate": "2024-01-07", "refCode": "Cycle_1"},
    {"startDate": "2024-01-08", "endDate": "2024-01-14", "refCode": "Cycle_2"},
]
TARGET = {
    "name": "spend",
    "expression": "currentTxn.value>500",
    "filters": [],
    "targetEntity": "TRANSACTION",
    "targetType": "SALES",
    "enrolmentMethod": "TRANSACTION",
    "defaultValues": [{"defaultValue": 500}, {"defaultValue": 1000}],
}
STREAKS = [{"name": "one", "targetCountOfSequence": 1}, {"name": "two", "targetCountOfSequence": 2}]
GROUP: dict[str, Any] = {
    "name": "Weekly",
    "trackingType": "STREAKS",
    "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
    "totalPeriods": 2,
    "frequencyType": "WEEKLY",
    "periods": PERIODS,
    "targets": [TARGET],
    "streaks": STREAKS,
}


class Gone(Enum):
    """What stands for a member that is not there; it reads the same in every run, as names of tests must."""

    ABSENT = "absent"


ABSENT = Gone.ABSENT


def group(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A group without diagnostics, changed at places written like `targets/0/name`."""
    made = copy.deepcopy(GROUP)
    for path, value in (changes or {}).items():
        *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        place: Any = made
        for step in steps:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return made


def brief(diagnostics: list[Diagnostic]) -> list[tuple[str, str, str, int | None]]:
    return [(diagnostic.pointer, diagnostic.severity, diagnostic.code, diagnostic.number) for diagnostic in diagnostics]


def test_the_group_all_others_are_made_from_is_in_order() -> None:
    assert validate(group()) == []
    assert validate(TargetGroup.model_validate(group())) == []


WIDE = {"filters": [], "name": "other", "targetType": "SALES", "targetEntity": "TRANSACTION", "expression": "true"}
OTHER = {**WIDE, "enrolmentMethod": "TRANSACTION", "defaultValues": [{"defaultValue": 1}, {"defaultValue": 2}]}
UNIFIED = {"trackingType": "UNIFIED", "streaks": ABSENT, "targets": [TARGET, OTHER], "combinationType": "ALL"}
DEFAULT = {"trackingType": "DEFAULT", "streaks": ABSENT}
CYCLIC = {**DEFAULT, "targetEvaluationType": "CYCLIC_WINDOW", "periods": ABSENT, "totalPeriods": ABSENT}
AGNOSTIC = {**CYCLIC, "targetEvaluationType": "PERIOD_AGNOSTIC_WINDOW"}

# (changes, pointer, severity, code). The number is that of the table, which the next test reads by itself.
CASES: list[tuple[dict[str, Any], str, str, str]] = [
    # names: SEED, OAS, DB
    ({"name": ABSENT}, "/name", "error", "member-missing"),
    ({"name": "  "}, "/name", "error", "name-empty"),
    ({"name": " Weekly"}, "/name", "warning", "name-spaces"),
    ({"name": "x" * 201}, "/name", "error", "group-name-too-long"),
    ({"description": "x" * 256}, "/description", "error", "description-too-long"),
    ({"trackingType": ABSENT}, "/trackingType", "error", "member-missing"),
    ({"targets/0/name": "x" * 201}, "/targets/0/name", "error", "target-name-too-long"),
    ({"targets/0/name": "spend "}, "/targets/0/name", "warning", "name-spaces"),
    ({"targets/0/name": ABSENT}, "/targets/0/name", "warning", "target-name-missing"),
    ({"targets/0/description": "x" * 256}, "/targets/0/description", "error", "description-too-long"),
    # periods
    ({"periods/1/endDate": "2024-01-07"}, "/periods/1/endDate", "error", "period-ends-before-start"),
    ({"periods/0/startDate": ABSENT}, "/periods/0/startDate", "error", "period-date-missing"),
    ({"periods/1/startDate": "2024-01-07"}, "/periods/1", "error", "periods-overlap"),
    ({"periods/1/refCode": "Cycle_1"}, "/periods/1/refCode", "error", "duplicate-period"),
    ({"periods/1/refCode": "x" * 101}, "/periods/1/refCode", "error", "ref-code-too-long"),
    ({"periods/1/refCode": ABSENT}, "/periods/1/refCode", "warning", "ref-code-missing"),
    ({"periods/1/description": "x" * 256}, "/periods/1/description", "error", "description-too-long"),
    ({"totalPeriods": 1}, "/totalPeriods", "warning", "total-periods-differ"),
    # the group's own dates: MS and IDX, contradicted for fromDate and toDate by group 18044
    ({"fromDate": "2024-01-02"}, "/fromDate", "warning", "period-outside-group"),
    ({"toDate": "2024-01-13"}, "/toDate", "warning", "period-outside-group"),
    ({"targetCycleEndDate": "2024-01-13"}, "/targetCycleEndDate", "error", "period-outside-group"),
    # cycles
    ({"recurringCycles": 101}, "/recurringCycles", "error", "too-many-cycles"),
    ({"frequency": -10}, "/frequency", "warning", "negative-frequency"),
    (CYCLIC, "/recurringCycles", "error", "no-cycles"),
    ({**CYCLIC, "recurringCycles": 3, "frequencyType": ABSENT}, "/frequencyType", "error", "no-cycle-length"),
    ({**CYCLIC, "recurringCycles": 3, "frequencyType": "CUSTOM"}, "/frequency", "error", "no-cycle-length"),
    ({**CYCLIC, "recurringCycles": 3, "frequency": -1}, "/frequency", "error", "no-cycle-length"),
    (
        {**AGNOSTIC, "recurringCycles": 3, "targets/0/defaultValues": []},
        "/targets/0/defaultValues",
        "error",
        "too-few-values",
    ),
    # streaks: SEED; the rules of the editor are warnings
    ({"streaks": ABSENT}, "/streaks", "error", "streaks-missing"),
    ({"streaks": []}, "/streaks", "error", "streaks-missing"),
    ({"streaks": [], "trackingType": "NON_CONTINUOUS_STREAKS"}, "/streaks", "warning", "streaks-missing"),
    ({"trackingType": "DEFAULT"}, "/streaks", "warning", "streaks-unexpected"),
    ({"streaks/0/name": ABSENT}, "/streaks/0/name", "error", "member-missing"),
    ({"streaks/0/targetCountOfSequence": ABSENT}, "/streaks/0/targetCountOfSequence", "error", "member-missing"),
    ({"streaks/0/targetCountOfSequence": 0}, "/streaks/0/targetCountOfSequence", "error", "level-below-one"),
    ({"streaks/1/targetCountOfSequence": 1}, "/streaks/1/targetCountOfSequence", "warning", "levels-out-of-order"),
    ({"streaks/1/targetCountOfSequence": 3}, "/streaks/1/targetCountOfSequence", "warning", "level-unreachable"),
    ({"periods/1/active": False}, "/streaks/1/targetCountOfSequence", "warning", "level-unreachable"),
    ({"streaks/1/name": "ONE"}, "/streaks/1/name", "error", "duplicate-streak"),
    ({"streaks/1/name": "x" * 211}, "/streaks/1/name", "error", "streak-name-too-long"),
    # unified: UNI, IDX, [S]
    ({**UNIFIED, "targets": [TARGET]}, "/targets", "error", "too-few-targets"),
    ({**UNIFIED, "combinationType": None}, "/combinationType", "warning", "combination-missing"),
    (
        {**UNIFIED, "unifiedTargetExpression": {"aggregation": "SUM"}},
        "/unifiedTargetExpression/thresholdValue",
        "error",
        "threshold-missing",
    ),
    (
        {**UNIFIED, "unifiedTargetExpression": {"aggregation": "COUNT", "thresholdValue": 3}},
        "/unifiedTargetExpression/thresholdValue",
        "warning",
        "threshold-unreachable",
    ),
    (
        {**UNIFIED, "combinationType": "ANY", "unifiedTargetExpression": {"aggregation": "SUM", "thresholdValue": 9}},
        "/combinationType",
        "warning",
        "sum-with-any",
    ),
    (
        {**UNIFIED, "targets": [{**TARGET, "targetMilestoneTriggers": [{"name": "half"}]}, OTHER]},
        "/targets/0/targetMilestoneTriggers/0",
        "error",
        "unified-sub-targets",
    ),
    # how many targets: IDX, UCC; stored DEFAULT groups hold several
    ({"targets": [TARGET, OTHER]}, "/targets", "error", "too-many-targets"),
    ({**DEFAULT, "targets": [TARGET, OTHER]}, "/targets", "warning", "too-many-targets"),
    ({**UNIFIED, "targets": [TARGET, {**OTHER, "name": "SPEND"}]}, "/targets/1/name", "error", "duplicate-target"),
    ({"targets": []}, "/targets", "warning", "no-targets"),
    ({"userCreated": True, "targets/0/enrolmentMethod": "IMPORT"}, "/userCreated", "warning", "user-created-streak"),
    ({**DEFAULT, "userCreated": True}, "/targets/0/enrolmentMethod", "error", "user-created-enrolment"),
    # leaderboard: 310132
    ({"leaderboardEnabled": True}, "/leaderboardEnabled", "warning", "leaderboard-streak"),
    (
        {**CYCLIC, "recurringCycles": 3, "leaderboardEnabled": True},
        "/leaderboardEnabled",
        "error",
        "leaderboard-window",
    ),
    # what is counted
    ({"targets/0/targetType": ABSENT}, "/targets/0/targetType", "error", "member-missing"),
    ({"targets/0/targetEntity": ABSENT}, "/targets/0/targetEntity", "error", "entity-missing"),
    ({"targets/0/targetType": "QUANTITY"}, "/targets/0/targetEntity", "warning", "quantity-of-transaction"),
    (
        {"targets/0/targetType": "EXTENDED_FIELD"},
        "/targets/0/extendedFieldInfo",
        "error",
        "extended-field-info-missing",
    ),
    # values
    ({"targets/0/defaultValues": [{"defaultValue": 1}]}, "/targets/0/defaultValues", "error", "too-few-values"),
    ({"targets/0/defaultValues": ABSENT}, "/targets/0/defaultValues", "error", "too-few-values"),
    (
        {"targets/0/defaultValues": [{"defaultValue": 1}] * 3},
        "/targets/0/defaultValues",
        "warning",
        "too-many-values",
    ),
    (
        {"targets/0/defaultValues/0/defaultValue": ABSENT},
        "/targets/0/defaultValues/0/defaultValue",
        "error",
        "value-missing",
    ),
    (
        {"targets/0/defaultValues/0/defaultValue": 10**15},
        "/targets/0/defaultValues/0/defaultValue",
        "error",
        "value-too-large",
    ),
    (
        {"targets/0/defaultValues/0/defaultValue": "1.0001"},
        "/targets/0/defaultValues/0/defaultValue",
        "warning",
        "value-rounded",
    ),
    (
        {"targets/0/defaultValues/0/defaultValue": 0},
        "/targets/0/defaultValues/0/defaultValue",
        "warning",
        "value-not-positive",
    ),
    (
        {"targets/0/targetType": "COUNT", "targets/0/defaultValues/0/defaultValue": 1.5},
        "/targets/0/defaultValues/0/defaultValue",
        "warning",
        "value-fractional",
    ),
    ({"targets/0/filters": [{"entityIds": [1]}]}, "/targets/0/filters/0/entityType", "error", "filter-entity-missing"),
    # rules: MS
    ({"targets/0/expression": "currentLineItem.qty>1"}, "/targets/0/expression", "error", "line-rule-entity"),
    ({"targets/0/expression": "tenderProfile.amount>1"}, "/targets/0/expression", "error", "tender-rule"),
    ({"targets/0/expression": "currentTxn.value"}, "/targets/0/expression", "error", "result-type"),
    ({"targets/0/expression": "currentTxn.value>"}, "/targets/0/expression", "error", "unexpected-end"),
    ({"targets/0/expressionJson": "{"}, "/targets/0/expressionJson", "error", "json-syntax"),
]


@pytest.mark.parametrize(("changes", "pointer", "severity", "code"), CASES, ids=lambda value: str(value)[:60])
def test_each_rule_by_itself(changes: dict[str, Any], pointer: str, severity: str, code: str) -> None:
    found = brief(validate(group(changes)))
    numbers = {"member-missing": 300004, "target-name-too-long": 310008, "extended-field-info-missing": 310094}
    numbers["leaderboard-window"] = 310132
    assert found == [(pointer, severity, code, numbers.get(code))]


def test_only_these_numbers_are_ever_given() -> None:
    """target_api.md 8; a number that is not documented for the create call would send people the wrong way."""
    given = {code: entry.number for entry in ERROR_NUMBERS.values() for code in entry.codes}
    assert given == {
        "member-missing": 300004,
        "target-name-too-long": 310008,
        "entity-type-pair": 310033,
        "group-name-taken": 310069,
        "extended-field-wrong": 310092,
        "extended-field-info-missing": 310094,
        "leaderboard-window": 310132,
        "program-invalid": 310146,
        "currency-missing": 310147,
    }


# target_api.md 5, "Entity × type × event": every cell with a letter or a tick. All others are refused.
CELLS = {
    ("SALES", "TRANSACTION"), ("SALES", "LINEITEM"),
    ("GROSS_SALES", "TRANSACTION"), ("GROSS_SALES", "LINEITEM"),
    ("QUANTITY", "TRANSACTION"), ("QUANTITY", "LINEITEM"),
    ("COUNT", "TRANSACTION"), ("COUNT", "BEHAVIOURAL"), ("COUNT", "CUSTOMER"),
    ("VISIT", "TRANSACTION"), ("VISIT", "BEHAVIOURAL"), ("VISIT", "CUSTOMER"),
    ("EXTENDED_FIELD", "TRANSACTION"), ("EXTENDED_FIELD", "LINEITEM"),
    ("EVENT_ATTRIBUTE", "BEHAVIOURAL"),
    ("REGULAR_POINTS", "POINTS"), ("ALL_POINTS", "POINTS"), ("PROMOTIONAL_POINTS", "POINTS"),
    ("REGULAR_POINTS", "REWARDS"), ("ALL_POINTS", "REWARDS"), ("PROMOTIONAL_POINTS", "REWARDS"),
    ("ALL", "TRANSACTION"), ("ALL", "ALTERNATE_CURRENCIES"), ("REGULAR", "ALTERNATE_CURRENCIES"),
    ("PROMOTIONAL", "ALTERNATE_CURRENCIES"),
}  # fmt: skip
COLUMNS = ["TRANSACTION", "LINEITEM", "BEHAVIOURAL", "CUSTOMER", "POINTS", "REWARDS", "ALTERNATE_CURRENCIES"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("kind", [kind.value for kind in TargetType])
def test_pairs_of_entity_and_type(kind: str, column: str) -> None:
    event = {"BEHAVIOURAL": "goodNight", "CUSTOMER": "CustomerRegistration"}.get(column)
    target = {**TARGET, "targetType": kind, "targetEntity": "EVENT" if event else column, "expression": "true"}
    target["extendedFieldInfo"] = {
        "name": "n",
        "aggregateFunction": "SUM",
        "alternateCurrencyIdentifier": "c",
        "programId": 1,
    }
    if event is not None:
        target["eventName"] = event
    numbers = [diagnostic.number for diagnostic in validate(group({"targets": [target]})) if diagnostic.is_error]
    assert numbers == ([] if (kind, column) in CELLS else [310033])


def test_every_entity_is_a_column() -> None:
    assert {*COLUMNS, "EVENT"} - {"BEHAVIOURAL", "CUSTOMER"} == {entity.value for entity in TargetEntity}


INFO = {"name": "minutes", "aggregateFunction": "SUM"}


@pytest.mark.parametrize(
    ("info", "pointer", "code"),
    [
        (ABSENT, "/targets/0/extendedFieldInfo", "attribute-info-missing"),
        ({**INFO, "name": ""}, "/targets/0/extendedFieldInfo/name", "member-missing"),
        ({**INFO, "aggregateFunction": "COUNT"}, "/targets/0/extendedFieldInfo/aggregateFunction", "attribute-count"),
        ({"name": "minutes"}, "/targets/0/extendedFieldInfo/aggregateFunction", "aggregate-missing"),
        (
            {**INFO, "aggregateWindow": {"windowTimeUnit": "DAY", "windowValue": "1"}},
            "/targets/0/extendedFieldInfo/aggregateWindow/windowType",
            "window-type-missing",
        ),
        (
            {**INFO, "aggregateWindow": {"windowType": "MAX", "windowTimeUnit": "DAY", "windowValue": "2"}},
            "/targets/0/extendedFieldInfo/aggregateWindow/windowValue",
            "window-value",
        ),
    ],
)
def test_attributes_of_events(info: Any, pointer: str, code: str) -> None:
    """R4 of target_api.md; aggregateWindow is one day long (MS, CTG)."""
    target = {
        **TARGET,
        "targetType": "EVENT_ATTRIBUTE",
        "targetEntity": "EVENT",
        "eventName": "run",
        "expression": "true",
    }
    if info is not ABSENT:
        target["extendedFieldInfo"] = info
    schema = Schema.bundled().extend(events={"run": {"behavioural": True, "attributes": {"minutes": "real"}}})
    found = validate(group({"targets": [target]}), schema=schema)
    assert [(diagnostic.pointer, diagnostic.code) for diagnostic in found] == [(pointer, code)]


def test_alternate_currencies_have_their_own_numbers() -> None:
    """310146 and 310147 of the operations list."""
    target = {**TARGET, "targetType": "REGULAR", "targetEntity": "ALTERNATE_CURRENCIES", "expression": "true"}
    numbers = [diagnostic.number for diagnostic in validate(group({"targets": [{**target, "extendedFieldInfo": {}}]}))]
    assert sorted(number or 0 for number in numbers) == [310146, 310147]
    assert 310094 in [diagnostic.number for diagnostic in validate(group({"targets": [target]}))]


def test_extended_fields_that_a_schema_declares() -> None:
    """310092: the field is unknown or no number."""
    fields = {"currentTxn": {"tax_amount": "real", "channel": "string"}}
    schema = Schema.bundled().extend(extended_fields=fields)

    def numbers(name: str, function: str) -> list[int | None]:
        info = {"name": name, "aggregateFunction": function}
        target = {**TARGET, "targetType": "EXTENDED_FIELD", "extendedFieldInfo": info}
        return [diagnostic.number for diagnostic in validate(group({"targets": [target]}), schema=schema)]

    assert numbers("tax_amount", "SUM") == numbers("channel", "COUNT") == []
    assert numbers("channel", "SUM") == numbers("tax", "SUM") == [310092]


def test_taken_names_do_not_mind_case() -> None:
    assert brief(validate(group(), taken_names=["WEEKLY", "other"])) == [("/name", "error", "group-name-taken", 310069)]


def test_sizes_of_groups() -> None:
    """At most 100 cycles (OAS, MS), 10 levels and 10 cycles of a capping in the editor, 50 unified targets."""
    periods = [
        {"startDate": f"{2000 + n}-01-01", "endDate": f"{2000 + n}-12-31", "refCode": f"c{n}"} for n in range(101)
    ]
    values = [{"defaultValue": 1}] * 101
    many = {"periods": periods, "totalPeriods": 101, "targets/0/defaultValues": values}
    assert [f.code for f in validate(group(many))] == ["too-many-cycles"]
    levels = [{"name": f"l{n}", "targetCountOfSequence": n} for n in range(1, 12)]
    fewer = {"periods": periods[:100], "totalPeriods": 100, "targets/0/defaultValues": values[:100]}
    assert [f.code for f in validate(group({**fewer, "streaks": levels}))] == ["too-many-levels"]
    capping = {**fewer, "trackingType": "CAPPING", "streaks": ABSENT}
    assert [f.code for f in validate(group(capping))] == ["capping-cycles"]
    members = [{**OTHER, "name": f"t{n}"} for n in range(51)]
    assert [f.code for f in validate(group({**UNIFIED, "targets": members}))] == ["too-many-targets"]
    assert validate(group({**UNIFIED, "targets": members[:50]})) == []


def test_the_event_narrows_what_a_rule_can_see() -> None:
    """A rule over the bill makes no sense for an event that has none."""
    target = {**TARGET, "targetType": "COUNT", "targetEntity": "EVENT", "eventName": "CustomerRegistration"}
    found = [diagnostic for diagnostic in validate(group({"targets": [target]})) if diagnostic.is_error]
    assert [diagnostic.pointer for diagnostic in found] == ["/targets/0/expression"]
    line = {**TARGET, "targetEntity": "LINEITEM", "expression": "currentLineItem.qty>=2&&currentTxn.value>5"}
    assert validate(group({"targets": [line]})) == []


def test_json_that_differs_is_a_warning_on_reading() -> None:
    body = group({"targets/0/expressionJson": '{"arity":"literal","value":"true","type":"boolean:primitive"}'})
    (diagnostic,) = validate(body)
    assert (diagnostic.severity, diagnostic.pointer) == ("warning", "/targets/0/expressionJson")
    assert "`true`" in diagnostic.message
    assert "`currentTxn.value>500`" in diagnostic.message
    assert [f.severity for f in validate(body, building=True)] == ["error"]


def test_json_alone_is_checked_as_well() -> None:
    operands = '[{"arity":"name","value":"currentTxn"},{"arity":"name","value":"valu"}]'
    json = '{"arity":"object_dereference","operands":' + operands + "}"
    body = group({"targets/0/expressionJson": json, "targets/0/expression": ABSENT})
    assert [(f.pointer, f.code) for f in validate(body)] == [("/targets/0/expressionJson", "unknown-attribute")]


def test_values_by_period_id() -> None:
    """CTS and the unified update name the period of a value."""
    periods = [{**PERIODS[0], "id": 1}, {**PERIODS[1], "id": 2}]
    values = [{"periodId": 2, "defaultValue": 5}]
    found = validate(group({"periods": periods, "targets/0/defaultValues": values}))
    assert [f.message for f in found] == ["Missing value for the period 1."]
    values.append({"periodId": 1, "defaultValue": 5})
    assert validate(group({"periods": periods, "targets/0/defaultValues": values})) == []


def test_gaps_and_order_of_periods_are_free() -> None:
    """Group 2295 lists the later period first; CUSTOM allows gaps."""
    later = {**PERIODS[1], "startDate": "2024-01-10"}
    assert validate(group({"periods": [later, PERIODS[0]]})) == []


def test_answers_may_lack_what_requests_need() -> None:
    """Reads leave out periods, targets and even trackingType."""
    assert validate({"data": {"id": 20, "name": "Demo", "totalPeriods": 2}, "errors": None}) == []


def test_pointers_of_an_answer_begin_at_its_top() -> None:
    body = {"data": {**group({"periods/1/endDate": "2024-01-01"}), "id": 1}, "errors": None}
    assert [f.pointer for f in validate(body)] == ["/data/periods/1/endDate"]


def test_the_rest_is_looked_at_beside_what_does_not_fit() -> None:
    body = group({"name": 5, "periods/0": "x", "targets/0/defaultValues/0": 3, "targets/0/expression": "true||"})
    body["targets"][0]["filters"] = [{"entityType": "STORE", "entityIds": [1, "x"]}]
    found = {(f.pointer, f.number) for f in validate(body)}
    assert found == {
        ("/name", 300004),
        ("/periods/0", 300004),
        ("/targets/0/defaultValues/0", 300004),
        ("/targets/0/filters/0/entityIds/1", 300004),
        ("/targets/0/expression", None),
    }


@pytest.mark.parametrize("value", ["[]", "3", '"x"', "{", '{"data": [1, 2]}', '{"data": null}'])
def test_texts_without_a_group(value: str) -> None:
    with pytest.raises(PayloadError):
        validate(value)


def test_findings_are_told_in_one_line_and_as_data() -> None:
    (diagnostic,) = validate(group({"targets/0/name": "x" * 201}))
    assert str(diagnostic).startswith(
        "error[target-name-too-long 310008] at /targets/0/name: The name of the target has 201"
    )
    assert as_dict(diagnostic)["number"] == 310008
