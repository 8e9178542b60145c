"""Builders: the plan in Python gives the request, and a plan with mistakes gives every one of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetexpr import Schema
from targetexpr.targets import GroupBuilder, GroupError, TargetGroup, dump, streak_group, validate
from targetexpr.targets.model.cycles import cycles, step
from targetexpr.targets.model.enums import FrequencyType

SEED_JSON = (
    '{"arity":"binary_operation","value":">","type":"boolean:primitive","operands":[{"arity":"object_dereference",'
    '"type":"real:object:primitive","operands":[{"arity":"name","value":"currentTxn","type":"tx:object:primitive"},'
    '{"arity":"name","value":"value","type":"real:object:primitive"}]},{"arity":"literal","value":"500",'
    '"type":"number:primitive"}]}'
)
"""What the seed sends for currentTxn.value>500."""


def weekly(**changes: Any) -> TargetGroup:
    plan: dict[str, Any] = {
        "name": "Weekly",
        "weeks": 12,
        "spend": 500,
        "rule": "currentTxn.value>500",
        "levels": [2, 4, 8],
        "start": date(2024, 1, 1),
    }
    return streak_group(**{**plan, **changes})


def test_a_streak_group_is_the_request_of_its_plan() -> None:
    body = json.loads(dump(weekly(stores=[50679757, 50679770], description="streak group")))
    assert {key: body[key] for key in body if key not in ("periods", "targets", "streaks")} == {
        "active": True,
        "name": "Weekly",
        "description": "streak group",
        "trackingType": "STREAKS",
        "targetEvaluationType": "FIXED_CALENDAR_WINDOW",
        "totalPeriods": 12,
        "frequencyType": "WEEKLY",
        "frequency": 1,
        "recurringCycles": 12,
    }
    assert [p["refCode"] for p in body["periods"]] == [f"Cycle_{n}" for n in range(1, 13)]
    assert body["periods"][0]["startDate"] == "2024-01-01T00:00:00.000"
    assert body["periods"][11]["endDate"] == "2024-03-24T23:59:59.000"
    (target,) = body["targets"]
    assert target["expressionJson"] == SEED_JSON
    assert target["defaultValues"] == [{"defaultValue": 500}] * 12
    assert target["filters"] == [{"entityType": "STORE", "entityIds": [50679757, 50679770]}]
    assert (target["targetType"], target["targetEntity"], target["enrolmentMethod"]) == (
        "SALES",
        "TRANSACTION",
        "TRANSACTION",
    )
    assert body["streaks"] == [
        {"name": "Weekly_1", "targetCountOfSequence": 2},
        {"name": "Weekly_2", "targetCountOfSequence": 4},
        {"name": "Weekly_3", "targetCountOfSequence": 8},
    ]


def test_what_is_built_has_no_findings() -> None:
    assert validate(weekly()) == []
    assert validate(weekly(continuous=False, weeks=None, months=12, spend=[100 + n for n in range(12)])) == []


# First and last days written down in target_semantics.md section 4.
OBSERVED = [
    (date(2024, 4, 11), FrequencyType.WEEKLY, 1, [("2024-04-11", "2024-04-17"), ("2024-04-18", "2024-04-24")]),
    (date(2024, 12, 4), FrequencyType.MONTHLY, 1, [("2024-12-04", "2025-01-03"), ("2025-01-04", "2025-02-03")]),
    (date(2024, 4, 2), FrequencyType.MONTHLY, 1, [("2024-04-02", "2024-05-01")]),
    (date(2023, 8, 20), FrequencyType.MONTHLY, 1, [("2023-08-20", "2023-09-19")]),
    (date(2023, 8, 29), FrequencyType.QUARTERLY, 1, [("2023-08-29", "2023-11-28")]),
    (date(2024, 1, 31), FrequencyType.QUARTERLY, 1, [("2024-01-31", "2024-04-29")]),
    (date(2024, 4, 18), FrequencyType.DAILY, 1, [("2024-04-18", "2024-04-18"), ("2024-04-19", "2024-04-19")]),
]


@pytest.mark.parametrize(("anchor", "kind", "times", "expected"), OBSERVED)
def test_observed_cycles(anchor: date, kind: FrequencyType, times: int, expected: list[tuple[str, str]]) -> None:
    made = cycles(anchor, kind, times, len(expected))
    assert [(str(first), str(last)) for first, last in made] == expected


def test_fifteen_days_from_the_ninth_of_january() -> None:
    """Group with CUSTOM 15: cycle 11 is 8-22 June, the group ends on 21 August."""
    made = cycles(date(2025, 1, 9), FrequencyType.CUSTOM, 15, 15)
    assert made[10] == (date(2025, 6, 8), date(2025, 6, 22))
    assert made[14][1] == date(2025, 8, 21)


def test_month_ends_do_not_drift() -> None:
    """Always from the anchor: 31 Jan, 29 Feb, 31 Mar."""
    starts = [step(date(2024, 1, 31), FrequencyType.MONTHLY, 1, k) for k in range(4)]
    assert starts == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]
    assert step(date(2024, 2, 29), FrequencyType.YEARLY, 1, 1) == date(2025, 2, 28)
    assert step(date(2024, 2, 29), FrequencyType.YEARLY, 1, 4) == date(2028, 2, 29)
    assert step(date(2024, 8, 31), FrequencyType.HALF_YEARLY, 1, 1) == date(2025, 2, 28)


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from([kind for kind in FrequencyType if kind is not FrequencyType.CUSTOM]),
    st.integers(0, 12),
    st.integers(1, 40),
)
def test_cycles_are_back_to_back(anchor: date, kind: FrequencyType, times: int, count: int) -> None:
    made = cycles(anchor, kind, times, count)
    assert len(made) == count
    assert made[0][0] == anchor
    assert all(first <= last for first, last in made)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(made))


@pytest.mark.parametrize(("kind", "times"), [("CUSTOM", 0), ("DAILY", -1), ("YEARLY", 9000)])
def test_cycles_that_cannot_be(kind: str, times: int) -> None:
    with pytest.raises(ValueError, match=r"cycles|frequency"):
        GroupBuilder("g").cycles(3, kind, start=date(2024, 1, 1), times=times)


def test_every_mistake_of_a_plan_is_told_at_once() -> None:
    with pytest.raises(GroupError) as caught:
        weekly(name="x" * 201, spend=[500] * 11, levels=[4, 2], rule="currentTxn.valu>500")
    found = {(diagnostic.pointer, diagnostic.code, diagnostic.number) for diagnostic in caught.value.diagnostics}
    assert found == {
        ("/name", "group-name-too-long", None),
        ("/targets/0/name", "target-name-too-long", 310008),
        ("/targets/0/defaultValues", "too-few-values", None),
        ("/targets/0/expression", "unknown-attribute", None),
        ("/streaks/1/targetCountOfSequence", "levels-out-of-order", None),
    }


def test_mistakes_in_values_are_told_with_the_others() -> None:
    with pytest.raises(GroupError) as caught:
        weekly(spend=[500] * 11 + ["many"], rule="currentTxn.value>")
    found = [(diagnostic.pointer, diagnostic.number) for diagnostic in caught.value.diagnostics if diagnostic.is_error]
    assert ("/targets/0/defaultValues/11/defaultValue", 300004) in found
    assert ("/targets/0/expression", None) in found


def test_an_expression_json_that_differs_is_an_error_of_build() -> None:
    """A warning on reading, an error here; both texts are told."""
    builder = (
        GroupBuilder("g")
        .cycles(1, "DAILY", start="2024-01-01")
        .target("t", "SALES", value=1, rule="currentTxn.value>600", members={"expressionJson": SEED_JSON})
    )
    (diagnostic,) = builder.check()
    assert (diagnostic.severity, diagnostic.code, diagnostic.pointer) == (
        "error",
        "expression-json-differs",
        "/targets/0/expressionJson",
    )
    assert "currentTxn.value>600" in diagnostic.message
    assert "currentTxn.value>500" in diagnostic.message
    with pytest.raises(GroupError):
        builder.build()


@pytest.mark.parametrize("changes", [{"days": 3}, {"weeks": None}, {"spend": None}, {"visits": 3}])
def test_a_plan_says_one_length_and_one_measure(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of"):
        weekly(**changes)


def test_amounts_of_any_kind_are_written_as_numbers() -> None:
    group = weekly(weeks=4, levels=[1], spend=[1, 2.5, Decimal("3.50"), "4.000"])
    written = [line.split(": ")[1] for line in dump(group).splitlines() if '"defaultValue"' in line]
    assert written == ["1", "2.5", "3.50", "4.000"]


def test_points_events_fields_and_currencies_find_their_entity() -> None:
    plans: list[tuple[dict[str, Any], str]] = [
        ({"measure": "REGULAR_POINTS"}, "REWARDS"),
        ({"measure": "COUNT", "event": "goodNight"}, "EVENT"),
        ({"measure": "sum", "event": "run", "field": "minutes"}, "EVENT"),
        ({"measure": "EXTENDED_FIELD", "field": "tax_amount"}, "TRANSACTION"),
        ({"measure": "QUANTITY", "of": "Line item"}, "LINEITEM"),
        (
            {"measure": "ALL", "members": {"extendedFieldInfo": {"alternateCurrencyIdentifier": "m", "programId": 3}}},
            "ALTERNATE_CURRENCIES",
        ),
    ]
    for plan, entity in plans:
        group = GroupBuilder("g").cycles(1, "DAILY", start="2024-01-01").target("t", value=1, **plan).build()
        assert (group.targets or ())[0].target_entity == entity


def test_a_unified_group() -> None:
    group = (
        GroupBuilder("Both")
        .cycles(3, "QUARTERLY", start="2024-01-31")
        .target("Spend", "SALES", value=500)
        .target("Visit", "VISIT", value=3)
        .unified("any", at_least=1)
        .build()
    )
    body = json.loads(dump(group))
    assert (body["trackingType"], body["combinationType"]) == ("UNIFIED", "ANY")
    assert body["unifiedTargetExpression"] == {"aggregation": "COUNT", "thresholdValue": 1}
    with pytest.raises(GroupError, match="too-few-targets"):
        GroupBuilder("One").cycles(1, "DAILY", start="2024-01-01").target("t", "SALES", value=1).unified().build()


def test_other_windows_list_no_periods() -> None:
    group = GroupBuilder("g").cycles(3, "DAILY", times=30, window="CYCLIC_WINDOW").target("t", "SALES", value=9).build()
    assert group.periods is None
    assert (group.frequency, group.recurring_cycles, len((group.targets or ())[0].default_values or ())) == (30, 3, 1)
    with pytest.raises(ValueError, match="need a start"):
        GroupBuilder("g").cycles(3, "DAILY")


def test_periods_of_their_own_make_a_custom_frequency() -> None:
    group = (
        GroupBuilder("g")
        .period("2024-01-01", "2024-01-05", "first", description="p1")
        .period("2024-01-06", "2024-01-20")
        .target("t", "SALES", value=[500, 1000])
        .levels(1, 2, names=["a", "b"], continuous=False)
        .build()
    )
    body = json.loads(dump(group))
    assert (body["frequencyType"], body["totalPeriods"]) == ("CUSTOM", 2)
    assert [p["refCode"] for p in body["periods"]] == ["first", "Cycle_2"]
    assert body["trackingType"] == "NON_CONTINUOUS_STREAKS"


def test_builders_are_values() -> None:
    one = GroupBuilder("g")
    one.describe("changed").capped()
    assert one.members == ()
    assert one.set({"preferredTillId": 7}).set(preferred_till_id=8)._plan(None)["preferred_till_id"] == 8


def test_rules_are_checked_against_the_schema_that_is_given() -> None:
    schema = Schema.bundled().extend(events={"run": {"behavioural": True, "attributes": {"minutes": "real"}}})
    builder = GroupBuilder("g").cycles(1, "DAILY", start="2024-01-01")
    good = builder.target("t", "COUNT", value=1, event="run", rule="currentEvent.minutes>=30")
    assert good.check(schema=schema) == []
    bad = builder.target("t", "COUNT", value=1, event="run", rule="currentEvent.minuts>=30")
    assert [diagnostic.code for diagnostic in bad.check(schema=schema)] == ["unknown-attribute"]
