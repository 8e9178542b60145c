"""The JSON Schema of plans says what plans are: what it takes is built, what it does not is refused."""

from __future__ import annotations

import copy
import datetime
import re
import tomllib
from typing import Any

import jsonschema
import pytest

from targetexpr.guide.pages import page
from targetexpr.targets.authoring.plan_file import PlanError, builder_of, read_plan
from targetexpr.targets.authoring.plan_schema import plan_keys, plan_schema

VALIDATOR = jsonschema.Draft202012Validator(plan_schema())

EVERYTHING: dict[str, Any] = {
    "name": "Weekly",
    "description": "Spend each week",
    "periods": [{"start": "2024-01-01", "end": "2024-01-07", "name": "W1", "description": "The first"}],
    "unified": {"combination": "ANY", "at-least": 1},
    "group": {"preferredTillId": 0},
    "targets": [
        {
            "name": "Spend",
            "measure": "SALES",
            "value": [500],
            "rule": "currentTxn.value>50",
            "of": "TRANSACTION",
            "stores": [1],
            "zones": [2],
            "concepts": [3],
            "enrolment": "IMPORT",
            "members": {"description": "Bills"},
        },
        {"name": "Minutes", "measure": "EVENT_ATTRIBUTE", "value": 60, "event": "GymVisit", "field": "minutes"},
        {"name": "Litres", "measure": "EXTENDED_FIELD", "value": "12.5", "field": "litres", "function": "COUNT"},
    ],
}


def _json(value: object) -> object:
    """Dates of TOML as JSON has them."""
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(plan_schema())


def test_a_plan_with_everything_is_taken_by_both() -> None:
    assert list(VALIDATOR.iter_errors(EVERYTHING)) == []
    assert builder_of(EVERYTHING).build().name == "Weekly"


PLANS = re.findall(r"\$ cat > plan\.toml <<'END'\n((?:> .*\n)+)> END", page("target-groups"))


@pytest.mark.parametrize("text", PLANS, ids=lambda text: text.splitlines()[0])
def test_plans_of_the_guide_are_taken_by_both(text: str) -> None:
    plan = "".join(line[2:] + "\n" for line in text.splitlines())
    assert list(VALIDATOR.iter_errors(_json(tomllib.loads(plan)))) == []
    assert builder_of(read_plan(plan)).build().targets


PARTS = [((), None), (("periods", 0), "period"), (("targets", 0), "target"), (("unified",), "unified")]


@pytest.mark.parametrize(("path", "part"), PARTS, ids=str)
def test_an_unknown_key_is_refused_by_both(path: tuple[str | int, ...], part: str | None) -> None:
    plan = copy.deepcopy(EVERYTHING)
    table: Any = plan
    for step in path:
        table = table[step]
    table["nmae"] = "x"
    assert [error.validator for error in VALIDATOR.iter_errors(plan)] == ["additionalProperties"]
    with pytest.raises(PlanError, match="nmae"):
        builder_of(plan)
    assert "nmae" not in plan_keys(part)


@pytest.mark.parametrize("key", ["name", "measure", "value"])
def test_what_a_target_needs_is_needed_by_both(key: str) -> None:
    plan = copy.deepcopy(EVERYTHING)
    del plan["targets"][0][key]
    assert [error.validator for error in VALIDATOR.iter_errors(plan)] == ["required"]
    with pytest.raises(PlanError, match=key):
        builder_of(plan)
