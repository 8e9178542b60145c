"""Payloads as reported from use: bodies and answers that were once refused, or read past, with the right verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.targets import parse_group, validate
from targetexpr.targets.model.group import DefaultValue, Target
from targetexpr.targets.model.json_values import dump, json_schema


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
