"""Members that do not go together, with the severity that their evidence gives them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from targetexpr.targets import validate
from tests.targets.seed_request import at, body, changed, errors


def default_group(**changes: Any) -> dict[str, Any]:
    made = body(trackingType="DEFAULT", **changes)
    del made["streaks"]
    return made


def unified_group(count: int, **changes: Any) -> dict[str, Any]:
    made = default_group(**{"combinationType": "ALL", **changes})
    made["trackingType"] = "UNIFIED"
    made["targets"] = [{**copy.deepcopy(made["targets"][0]), "name": f"t{at}"} for at in range(count)]
    return made


def severities(made: Any, pointer: str) -> set[str]:
    found = [each for each in validate(made) if each.pointer.startswith(pointer)]
    assert {each.number for each in found} <= {None}, [(each.pointer, each.code, each.number) for each in found]
    return {each.severity for each in found}


def two_targets(made: dict[str, Any]) -> dict[str, Any]:
    made["targets"].append({**copy.deepcopy(made["targets"][0]), "name": "second"})
    return made


def test_a_streak_group_of_two_targets_is_an_error_and_a_default_group_only_warned_about() -> None:
    """R9: documented for both; observed groups 1962, 2174, 16175 break it for DEFAULT."""
    assert "error" in severities(two_targets(body()), "/targets")
    assert severities(two_targets(default_group()), "/targets") == {"warning"}


def test_a_unified_group_needs_two_targets() -> None:
    """R9."""
    assert "error" in severities(unified_group(1), "/targets")
    assert "error" not in severities(unified_group(2), "/targets")


def test_a_unified_group_of_more_than_50() -> None:
    """R10: ten, raised to fifty."""
    assert "error" not in severities(unified_group(50), "/targets")
    assert severities(unified_group(51), "/targets")


def test_levels_in_a_default_group_are_a_warning() -> None:
    """R2: inferred."""
    assert severities(body(trackingType="DEFAULT"), "/streaks") == {"warning"}
    assert severities(default_group(streaks=[]), "/streaks") == set(), "reads may carry []"


def test_an_overall_sum_with_any_is_a_warning() -> None:
    """R15: documented for ALL only, a notification shows ANY."""
    rule = {"aggregation": "SUM", "thresholdValue": 5000}
    assert "error" not in severities(unified_group(2, combinationType="ANY", unifiedTargetExpression=rule), "")
    assert "warning" in severities(unified_group(2, combinationType="ANY", unifiedTargetExpression=rule), "")


def test_an_aggregation_without_a_threshold() -> None:
    """R16, and TARGETS.md: what cannot be evaluated is an error."""
    found = severities(unified_group(2, unifiedTargetExpression={"aggregation": "SUM"}), "/unifiedTargetExpression")
    assert "error" in found


def test_dates_of_the_group_that_end_before_they_start() -> None:
    """TARGETS.md: an end before its start is an error."""
    made = body(fromDate="2023-12-01", toDate="2023-11-01")
    assert any(each.severity == "error" for each in validate(made) if each.pointer in ("/fromDate", "/toDate"))
    made = body(targetCycleStartDate="2023-12-01T00:00:00.000Z", targetCycleEndDate="2023-11-01T00:00:00.000Z")
    assert any(each.severity == "error" for each in validate(made) if each.pointer.startswith("/targetCycle"))


def test_periods_outside_the_groups_duration_are_a_warning() -> None:
    """R13: documented, broken by group 18044's toDate."""
    found = validate(body(fromDate="2023-11-17", toDate="2023-11-19"))
    assert {each.severity for each in found} == {"warning"}


def test_a_negative_frequency_is_an_error() -> None:
    """target_semantics.md 4: 0 is 1 for named types; negative is an error, but was stored where periods are listed.

    CUSTOM with 0 needs periods.
    """
    assert severities(body(frequency=-10), "/frequency") == {"warning"}
    made = default_group(frequency=-10, targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", recurringCycles=2)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert "error" in severities(made, "/frequency")
    assert "error" not in severities(body(frequency=0), "/frequency")
    made = default_group(frequency=0, targetEvaluationType="CYCLIC_WINDOW", recurringCycles=2)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert any(each.severity == "error" for each in validate(made))


def test_more_than_100_cycles() -> None:
    """OAS, MS: recurringCycles at most 100."""
    made = default_group(targetEvaluationType="CYCLIC_WINDOW", frequencyType="DAILY", frequency=1, recurringCycles=101)
    del made["periods"]
    made["targets"][0]["defaultValues"] = [{"defaultValue": 5}]
    assert "error" in severities(made, "/recurringCycles")
    made["recurringCycles"] = 100
    assert severities(made, "/recurringCycles") == set()


def test_user_created_groups_are_imported() -> None:
    """R11."""
    made = default_group(userCreated=True)
    assert any(each.severity == "error" for each in validate(made)), "enrolmentMethod is TRANSACTION"
    made["targets"][0]["enrolmentMethod"] = "IMPORT"
    assert errors(made) == []


def test_a_user_created_streak_is_accepted_and_warned_about() -> None:
    """target_semantics.md 5.4."""
    made = body(userCreated=True)
    made["targets"][0]["enrolmentMethod"] = "IMPORT"
    found = validate(made)
    assert [each for each in found if each.severity == "error"] == []
    assert [each for each in found if each.severity == "warning"]


def test_a_description_of_256_characters() -> None:
    """OAS, DB: 255."""
    assert "error" in severities(body(description="x" * 256), "/description")
    assert severities(body(description="x" * 255), "/description") == set()


def test_two_periods_of_one_name() -> None:
    """Documented as unique; unique per group is the rule that data leaves of it."""
    assert severities(changed("periods", 1, "refCode", to="period44"), "/periods")


def test_one_name_for_group_target_and_streak_is_fine() -> None:
    """R18: unique per kind; the seed itself does it."""
    assert severities(body(), "/name") == set()


def test_an_event_attribute_without_its_info_has_no_number() -> None:
    """R4 is documented; 310094 is for EXTENDED_FIELD and ALTERNATE_CURRENCIES only."""
    made = default_group()
    made["targets"][0] |= {"targetEntity": "EVENT", "eventName": "goodNight", "targetType": "EVENT_ATTRIBUTE"}
    made["targets"][0] |= {"expression": "true"}
    del made["targets"][0]["expressionJson"]
    assert "error" in severities(made, "/targets/0")


def test_an_alternate_currency_without_its_info() -> None:
    made = default_group()
    made["targets"][0] |= {"targetEntity": "ALTERNATE_CURRENCIES", "targetType": "REGULAR", "expression": "true"}
    del made["targets"][0]["expressionJson"]
    assert 310094 in [each.number for each in errors(made)]


def test_an_event_attribute_of_a_customer_event_is_no_pair() -> None:
    """The matrix crosses it out for events of the EMF."""
    made = default_group()
    made["targets"][0] |= {"targetEntity": "EVENT", "eventName": "CustomerRegistration", "expression": "true"}
    made["targets"][0] |= {"targetType": "EVENT_ATTRIBUTE"}
    made["targets"][0] |= {"extendedFieldInfo": {"name": "x", "aggregateFunction": "SUM"}}
    del made["targets"][0]["expressionJson"]
    assert 310033 in [each.number for each in errors(made)]


def test_an_observed_pair_is_no_error() -> None:
    """49 targets of a test organisation are TRANSACTION with ALL; quantity of transactions was seen as well."""
    for kind in ("ALL", "QUANTITY"):
        made = default_group()
        made["targets"][0] |= {"targetType": kind}
        assert 310033 not in [each.number for each in errors(made)], kind


def test_unknown_windows_are_reported_not_guessed() -> None:
    for name in ("CALENDAR_CYCLIC_WINDOW", "ROLLING_WINDOW"):
        assert at(errors(body(targetEvaluationType=name)), "/targetEvaluationType")


def test_building_makes_a_difference_of_the_two_rules_an_error() -> None:
    made = changed("targets", 0, "expression", to="currentTxn.value>600")
    assert errors(made) == []
    assert errors(made, building=True)


def test_a_rule_as_the_boolean_true() -> None:
    """CTG, OAS send it; verify takes it too."""
    made = changed("targets", 0, "expression", to=True)
    made["targets"][0]["expressionJson"] = '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    assert validate(made) == validate(body())


@pytest.mark.parametrize("text", ["{", '{"arity":"nope"}', "", "[]", '{"arity":"group","operands":[]}'])
def test_a_broken_expression_json(text: str) -> None:
    found = errors(changed("targets", 0, "expressionJson", to=text))
    at(found, "/targets/0/expressionJson")
