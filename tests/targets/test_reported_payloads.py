"""Payloads as reported from use: bodies and answers that were once refused, or read past, with the right verdict."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from targetexpr import check, to_json
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.cli.main import main
from targetexpr.targets import evaluate, parse_group, respond, validate
from targetexpr.targets.model.group import DefaultValue, Target, Trigger
from targetexpr.targets.model.json_values import dump, json_schema

PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"


def group(**more: Any) -> dict[str, Any]:
    """A stored group with nothing wrong in it."""
    period = {"id": 10, "startDate": "2024-01-01", "endDate": "2024-01-07", "refCode": "W1"}
    return {"id": 1, "name": "g", "trackingType": "DEFAULT", "periods": [period], "targets": [target()], **more}


def target(**more: Any) -> dict[str, Any]:
    values = [{"id": 1, "periodId": 10, "defaultValue": 5.0}]
    made = {"name": "t", "targetType": "SALES", "targetEntity": "TRANSACTION", "expression": "true"}
    return {**made, "defaultValues": values, **more}


def said(diagnostics: list[Diagnostic]) -> list[tuple[str, str | None]]:
    return [(diagnostic.code, diagnostic.pointer) for diagnostic in diagnostics]


# ---- B1: the values by period of an answer are objects --------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        '{"10": {"id": 1, "periodId": 10, "defaultValue": 5.0}}',
        '{"11": {"id": 2, "periodId": 11, "defaultValue": 500.000}, "10": {"id": 1, "defaultValue": "1.00"}}',
        '{"10": {"id": 1, "periodId": 10, "defaultValue": 5.0, "more": [1.50]}}',
        '{"10": 5.0}',
        "{}",
        "null",
    ],
)
def test_values_by_period_are_read_and_written_back(values: str) -> None:
    text = json.dumps({"data": group(targets=[target(targetPeriodDefaultValuesMap="MAP")])}).replace('"MAP"', values)
    assert validate(text) == []
    assert f'"targetPeriodDefaultValuesMap": {values}' in dump(parse_group(text), indent=None)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"10": {"id": 1, "periodId": 10, "defaultValue": "many"}}, "/10/defaultValue"),
        ({"10": {"id": 1, "periodId": 10, "defaultValue": True}}, "/10/defaultValue"),
        ({"10": "many"}, "/10"),
        ({"10": [5]}, "/10"),
    ],
)
def test_values_by_period_that_are_no_numbers_are_named_where_they_stand(values: object, place: str) -> None:
    found = validate(group(targets=[target(targetPeriodDefaultValuesMap=values)]))
    assert said(found) == [("not-a-number", f"/targets/0/targetPeriodDefaultValuesMap{place}")]


def test_values_by_period_are_models_and_survive_pydantics_own_dump() -> None:
    made = Target.model_validate({"targetPeriodDefaultValuesMap": {"10": {"id": 1, "defaultValue": 5}, "11": 7}})
    assert made.target_period_default_values_map == {"10": DefaultValue(id=1, default_value=5), "11": 7}
    dumped = made.model_dump(by_alias=True, exclude_unset=True, mode="json")
    assert dumped == {"targetPeriodDefaultValuesMap": {"10": {"id": 1, "defaultValue": 5}, "11": 7}}
    values = json_schema(Target)["properties"]["targetPeriodDefaultValuesMap"]["anyOf"][0]["additionalProperties"]
    assert values["anyOf"][0] == {"$ref": "#/$defs/DefaultValue"}


# ---- B4: members that nobody knows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "pointer", "hint"),
    [
        ("fitlers", "/targets/0/fitlers", "Did you mean filters?"),
        ("enrollmentMethod", "/targets/0/enrollmentMethod", "Did you mean enrolmentMethod?"),
        ("startdate", "/periods/0/startdate", "Did you mean startDate?"),
        ("trackingtype", "/trackingtype", "Did you mean trackingType?"),
        ("targetCountOfSequnce", "/streaks/0/targetCountOfSequnce", "Did you mean targetCountOfSequence?"),
        ("defaultvalue", "/targets/0/defaultValues/0/defaultvalue", "Did you mean defaultValue?"),
        ("entityIDs", "/targets/0/filters/0/entityIDs", "Did you mean entityIds?"),
        ("agregateFunction", "/targets/0/extendedFieldInfo/agregateFunction", "Did you mean aggregateFunction?"),
        ("treshold", "/unifiedTargetExpression/treshold", None),
        ("filters", "/filters", "It is a member of a target."),
        ("favouriteColour", "/favouriteColour", None),
        ("a/b", "/a~1b", None),
    ],
)
def test_an_unknown_member_is_a_warning_with_the_close_name(name: str, pointer: str, hint: str | None) -> None:
    made = group(streaks=[{"name": "L", "targetCountOfSequence": 1}], unifiedTargetExpression={})
    made["targets"] = [target(filters=[{"entityType": "STORE"}], extendedFieldInfo={"aggregateFunction": "SUM"})]
    holder: Any = made
    for step in pointer.split("/")[1:-1]:
        holder = holder[int(step) if step.isdigit() else step]
    holder[name] = 1
    found = [one for one in validate({"data": made}) if one.code == "unknown-member"]
    assert [(one.pointer, one.severity, one.hint, one.number) for one in found] == [
        (f"/data{pointer}", "warning", hint, None)
    ]
    assert repr(name) in found[0].message


def test_in_a_text_an_unknown_member_is_its_key() -> None:
    text = '{\n "id": 1, "name": "g", "trackingType": "DEFAULT",\n "a\\"b\\\\" : {"x": 1},\n "recuringCycles": 3\n}'
    first, second = [one for one in validate(text) if one.code == "unknown-member"]
    assert text[first.span.start : first.span.end] == '"a\\"b\\\\"'
    assert text[second.span.start : second.span.end] == '"recuringCycles"'
    assert second.hint == "Did you mean recurringCycles?"


def test_the_command_names_line_and_column_of_an_unknown_member(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "group.json"
    file.write_text(json.dumps(group(targets=[target(fitlers=[])]), indent=1), encoding="utf-8")
    assert main(["target", "check", str(file)]) == 0
    out = capsys.readouterr()
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "fitlers" in text)
    place = f"{file}:{line}:4: warning[unknown-member] at /targets/0/fitlers:"
    assert out.err == f"{place} Unknown member 'fitlers' of a target; it counts for nothing. Did you mean filters?\n"
    assert out.out == f"{file}: 1 warning\n"


def test_known_members_of_requests_and_answers_are_no_strangers() -> None:
    """Documented ones, those of the server, their ISO twins, Python's names; what stands in them is the server's."""
    made = group(
        createdOn=1712034315000,
        createdOnISO="2024-04-02T05:05:15Z",
        lastUpdatedOnISO="2024-04-02T05:05:15Z",
        targetCycleStartDateISO="2024-01-01T00:00:00Z",
        targetCycleEndDateISO="2024-01-07T23:59:59Z",
        fromDateISO="2024-01-01T00:00:00Z",
        attribution={"createdOn": "2024-04-02", "createdOnISO": "2024-04-02T00:00:00Z", "createdBy": {"more": 1}},
        activePeriod={"refCode": "W1", "more": 1},
        total_periods=1,
    )
    made["periods"][0] |= {"startDateISO": "2024-01-01T00:00:00Z", "createdOnISO": "2024-01-01T00:00:00Z"}
    made["targets"] = [target(targetRuleMetaData=None, lastUpdatedOnISO="2024-04-02T00:00:00Z", emfRuleSetId=1)]
    made["targets"][0]["targetMilestoneTriggers"] = [{"id": 1, "triggerName": "half", "isAchieved": False}]
    assert [one for one in validate(made) if one.code == "unknown-member"] == []


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*group*.json")), ids=lambda path: path.stem)
def test_stored_payloads_have_no_unknown_members(path: Path) -> None:
    assert [one for one in validate(path.read_text(encoding="utf-8")) if one.code == "unknown-member"] == []


# ---- B5: what only the server gives -------------------------------------------------------------------------------


def test_members_of_the_server_are_not_answered_as_if_they_were_sent() -> None:
    sent = group(
        orgId=5,
        createdOn=1,
        activePeriod={"refCode": "W1"},
        createdOnISO="2020-01-01T00:00:00Z",
        lastUpdatedOnISO="2020-01-01T00:00:00Z",
        targetCycleStartDateISO="2020-01-01T00:00:00Z",
        targetCycleEndDateISO="2020-01-01T00:00:00Z",
        more="kept",
        moreISO="kept",
    )
    sent["periods"][0] |= {"startDateISO": "2020-01-01T00:00:00Z", "createdOnISO": "2020-01-01T00:00:00Z"}
    sent["streaks"] = [{"name": "L", "targetCountOfSequence": 1, "createdOnISO": "2020-01-01T00:00:00Z"}]
    sent["targets"] = [
        target(
            emfRuleSetId=77,
            lastUpdatedOnISO="2020-01-01T00:00:00Z",
            targetPeriodDefaultValuesMap={"10": {"id": 1, "periodId": 10, "defaultValue": 5.0}},
        )
    ]
    data: Any = respond(sent, now=datetime(2024, 1, 1))["data"]
    assert {"orgId", "createdOn", "activePeriod"}.isdisjoint(data)
    assert data["more"] == data["moreISO"] == "kept"
    assert (data["id"], data["targets"][0]["emfRuleSetId"]) == (1, 1)
    assert "targetPeriodDefaultValuesMap" not in data["targets"][0]
    parts = [data, *data["periods"], *data["streaks"], *data["targets"]]
    assert [name for part in parts for name in part if name.endswith("ISO")] == ["moreISO"]
    assert data["targetCycleStartDate"] == "2024-01-01T00:00:00.000Z"


# ---- B6: sub-targets as reads spell them ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "label", "is_on"),
    [
        ({"triggerName": "half", "isActive": True}, "half", True),
        ({"name": "half"}, "half", True),
        ({"name": "half", "triggerName": None}, "half", True),
        ({"triggerName": "half", "isActive": False}, "half", False),
        ({"name": "half", "active": False}, "half", False),
        ({"isActive": None}, None, True),
    ],
)
def test_a_sub_target_has_a_name_and_may_be_switched_off(trigger: dict[str, Any], label: str, is_on: bool) -> None:
    made = Trigger.model_validate(trigger)
    assert (made.label, made.is_on) == (label, is_on)


def test_evaluation_knows_sub_targets_as_reads_spell_them_and_leaves_inactive_ones_out() -> None:
    observed = {
        "id": 21799,
        "triggerName": "targetAchieved",
        "isActive": True,
        "triggerType": "SYSTEM_TRIGGER",
        "triggerValueType": "PERCENTAGE",
        "triggerValue": 100.0,
        "targetRuleId": 104296,
    }
    off = {"id": 3, "triggerName": "off", "isActive": False, "triggerValue": 1}
    made = group(targets=[target(targetMilestoneTriggers=[observed, off])])
    assert validate(made) == []
    (planned,) = evaluate(made, []).plan.targets
    assert [(one.id, one.name, one.percentage) for one in planned.sub_targets] == [(21799, "targetAchieved", True)]


# ---- B8: pairs as the platform's own editor stores them -------------------------------------------------------------


def rule_of(text: str, stored: str) -> list[tuple[str, str, str | None]]:
    found = validate(group(targets=[target(expression=text, expressionJson=stored)]))
    return [(one.code, one.severity, one.pointer) for one in found]


@pytest.mark.parametrize("text", ["(currentTxn.value>5", "currentTxn.value>5)", "((currentTxn.value)>5"])
def test_loose_parentheses_beside_sound_json_are_warned_about(text: str) -> None:
    stored = to_json(check("currentTxn.value>5", event="TransactionAdd"))
    (code, severity, pointer), *more = rule_of(text, stored)
    assert (code.endswith("-paren"), severity, pointer) == (True, "warning", "/targets/0/expression")
    assert more == []
    # Beside other JSON, or with an unknown name inside, the text is an error as ever.
    other = to_json(check("currentTxn.value>6", event="TransactionAdd"))
    assert [severity for _, severity, _ in rule_of(text, other)] == ["error"]
    unknown = text.replace("value", "valu")
    assert "error" in [
        severity for _, severity, _ in rule_of(unknown, stored.replace('"value","type":"real', '"valu","type":"real'))
    ]


@pytest.mark.parametrize("text", ['currentCustomer.email.isNotNull("")', "currentCustomer.email.isNotNull(1,2)"])
def test_arguments_of_a_method_that_takes_none_make_no_difference(text: str) -> None:
    stored = to_json(check("currentCustomer.email.isNotNull()", event="TransactionAdd"))
    assert "expression-json-differs" not in [code for code, _, _ in rule_of(text, stored)]
    other = to_json(check("currentCustomer.email.isNull()", event="TransactionAdd"))
    assert "expression-json-differs" in [code for code, _, _ in rule_of(text, other)]


def test_older_spellings_of_types_are_named_as_such() -> None:
    rule = "currentTxn.date.dayOfMonth()==5"
    stored = to_json(check(rule, event="TransactionAdd"))
    older = stored.replace("integer:number:primitive", "integer:object:primitive")
    (found,) = validate(group(targets=[target(expression=rule, expressionJson=older)]))
    assert (found.code, found.severity, found.pointer) == ("type-differs", "warning", "/targets/0/expressionJson")
    assert "older spelling" in found.message
