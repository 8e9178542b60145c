"""The derived answer where no payload shows it: added targets, line items, moving windows, odd requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from targetexpr import ExpressionError
from targetexpr.targets import respond
from targetexpr.targets.model.json_values import read_json_value, write_json

NOW = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)


def answer(request: Any, **options: Any) -> Any:
    made = respond(request, **{"now": NOW, **options})
    assert (made["errors"], made["warnings"]) == (None, None)
    assert read_json_value(write_json(made)) == made
    return made["data"]


def test_line_items_have_an_unrolled_rule_set_before_their_own() -> None:
    """emfUnrolledRulesetId is one less than emfRuleSetId; 0 when sent 0."""
    line = {"name": "a", "targetType": "SALES", "targetEntity": "LINEITEM"}
    made = answer([line, {**line, "emfUnrolledRulesetId": 0}], ids={"ruleSet": 10}, return_bill=True)
    assert [(t["emfUnrolledRulesetId"], t["emfRuleSetId"]) for t in made] == [(10, 11), (0, 12)]


def test_added_targets_keep_the_spelling_of_values_and_get_no_event() -> None:
    target = {
        "name": "a",
        "targetType": "SALES",
        "targetEntity": "TRANSACTION",
        "defaultValues": [{"targetName": "a", "periodId": 3, "defaultValue": value} for value in (20, "1.50", 2.00051)],
    }
    (made,) = answer(target, ids={"group": 5869})
    assert [value["defaultValue"].spelling for value in made["defaultValues"]] == ["20", "1.50", "2.001"]
    assert [value["periodId"] for value in made["defaultValues"]] == [3, 3, 3]
    assert "eventName" not in made
    assert "targetName" not in made["defaultValues"][0]
    assert (made["targetGroupId"], made["enrolmentMethod"]) == (5869, "IMPORT")


def test_bounds_without_dates_last_five_years_and_cyclic_ones_begin_at_midnight() -> None:
    made = answer({"name": "g", "targetEvaluationType": "CYCLIC_WINDOW"})
    assert (made["targetCycleStartDate"], made["targetCycleEndDate"]) == (
        "2024-02-29T00:00:00.000Z",
        "2029-02-28T23:30:00.000Z",
    )


def test_instants_in_other_zones_are_written_in_utc() -> None:
    india = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    made = answer({"name": "g", "periods": [{"startDate": "2024-03-01", "endDate": "2024-03-01"}]}, now=[india])
    assert made["periods"][0]["attribution"]["createdOn"] == "2024-02-29T23:30:00.000+0000"
    assert made["periods"][0]["periodStatus"] == "NOT_STARTED", "it is still February in UTC"
    assert "createdBy" not in made["periods"][0]["attribution"]


def test_unknown_members_are_echoed_and_nulls_left_out() -> None:
    made = answer({"name": "g", "colour": "red", "description": None, "streaks": [], "totalPeriods": 2.0})
    assert made["colour"] == "red"
    assert made["streaks"] == []
    assert "description" not in made
    assert made["totalPeriods"] == 2
    assert type(made["totalPeriods"]) is int


def test_values_beyond_the_periods_have_none() -> None:
    target = {"name": "t", "defaultValues": [{"defaultValue": 1}, {"defaultValue": 2}]}
    made = answer({"name": "g", "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-02"}], "targets": [target]})
    assert [value.get("periodId") for value in made["targets"][0]["defaultValues"]] == [1, None]


def test_a_rule_without_json_that_cannot_be_read() -> None:
    with pytest.raises(ExpressionError):
        answer({"name": "g", "targets": [{"expression": "currentTxn.value>"}]})


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        ({"type": "targetName", "value": "x"}, {}),
        ({"name": "g"}, {"now": []}),
        ({"name": "g"}, {"ids": {"rules": 3}}),
    ],
)
def test_calls_that_make_no_sense(request_: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected a request|one instant|unknown sequence"):
        answer(request_, **options)
