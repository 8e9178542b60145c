"""A target's event is the same wherever it matters: checking, building, answering, evaluating."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from targetexpr import ExpressionError, Schema
from targetexpr.targets import GroupBuilder, GroupError, Target, evaluate, respond, validate
from targetexpr.targets.model.events import event_of
from tests.targets.test_validation import ABSENT, group

CURRENCY = {"alternateCurrencyIdentifier": "stars", "programId": 5}
POINTS: list[dict[str, Any]] = [
    {"targetEntity": "REWARDS", "targetType": "ALL_POINTS"},
    {"targetEntity": "POINTS", "targetType": "REGULAR_POINTS"},
    {"targetEntity": "REWARDS", "targetType": "PROMOTIONAL_POINTS", "eventName": "TransactionAdd"},
    {"targetEntity": "REWARDS", "targetType": "ALL_POINTS", "eventName": "goodNight"},
    {"targetEntity": "ALTERNATE_CURRENCIES", "targetType": "REGULAR", "extendedFieldInfo": CURRENCY},
]
OUTSIDE = [
    'currentEvent.targetName=="a"',  # of TargetCompleted
    'currentEvent.previousMobile=="1"',  # of CustomerUpdate
    "currentEvent.minutes>=30",  # of a behavioural event
    "currentTxn.value>500",
    'returnBill.number=="7"',
    "currentCustomerPartner.benefitsAvailedInEventCycle>5",
    "currentEvent.points>5",
]
INSIDE = [
    "true",
    'currentCustomer.slabName=="Gold"',
    'currentEvent.eventType=="PointsIssued"',
    'currentStore.code=="7"',
]
"""language_facts.md §10: what every activity offers; PointsIssued is in no row of the table."""


def with_rule(rule: str, target: dict[str, Any]) -> dict[str, Any]:
    return group({"trackingType": "DEFAULT", "streaks": ABSENT, "targets/0": {**TARGET, **target, "expression": rule}})


TARGET = group()["targets"][0]


def built(rule: str, target: dict[str, Any]) -> None:
    members = {key: value for key, value in target.items() if key in ("eventName", "extendedFieldInfo")}
    builder = GroupBuilder("g").cycles(1, "DAILY", start="2024-01-01")
    kind, entity = target["targetType"], target["targetEntity"]
    builder.target("t", kind, of=entity, value=1, rule=rule, members=members).build()


@pytest.mark.parametrize("target", POINTS, ids=lambda target: "-".join(map(str, target.values()))[:40])
@pytest.mark.parametrize("rule", OUTSIDE)
def test_a_rule_about_what_issued_points_do_not_offer_is_an_error_everywhere(rule: str, target: dict[str, Any]) -> None:
    body = with_rule(rule, target)
    assert [one.pointer for one in validate(body) if one.is_error] == ["/targets/0/expression"]
    with pytest.raises(GroupError):
        built(rule, target)
    with pytest.raises(ExpressionError):
        evaluate(body, [])
    answer: Any = respond(body, now=datetime(2024, 1, 1))
    with pytest.raises(ExpressionError):
        evaluate(answer, [])


@pytest.mark.parametrize("target", POINTS, ids=lambda target: "-".join(map(str, target.values()))[:40])
@pytest.mark.parametrize("rule", INSIDE)
def test_a_rule_about_what_they_offer_is_checked_built_answered_and_evaluated(
    rule: str, target: dict[str, Any]
) -> None:
    body = with_rule(rule, target)
    assert validate(body) == []
    built(rule, target)
    answer: Any = respond(body, now=datetime(2024, 1, 1))
    record: dict[str, Any] = {
        "id": "r1",
        "customerId": "c",
        "type": "PointsIssued",
        "date": "2024-01-03",
        "points": {"regular": 300, "promotional": 300, "alternateCurrencyIdentifier": None},
        "currentCustomer": {"slabName": "Gold"},
        "currentEvent": {"eventType": "PointsIssued"},
        "currentStore": {"code": "7"},
    }
    for whole in (body, answer):
        (first, _) = evaluate(whole, [record]).customers["c"].periods
        assert [one.record for one in first.contributions] == ["r1"]


@pytest.mark.parametrize(
    ("target", "event"),
    [
        ({"targetEntity": "TRANSACTION"}, "TransactionAdd"),
        ({"targetEntity": "LINEITEM", "eventName": "TransactionAdd"}, "TransactionAdd"),
        ({"targetEntity": "TRANSACTION", "eventName": "ReturnBill", "name": "a_ReturnBill"}, "TransactionAdd"),
        ({"targetEntity": "EVENT", "eventName": "goodNight"}, "goodNight"),
        ({"targetEntity": "EVENT"}, "TransactionAdd"),  # `event-missing` says so
        ({"targetEntity": "REWARDS", "eventName": "goodNight"}, "PointsIssued"),
        ({"targetEntity": "ALTERNATE_CURRENCIES"}, "PointsIssued"),
        ({}, None),
    ],
)
def test_the_event_of_a_target(target: dict[str, Any], event: str | None) -> None:
    assert event_of(Target.model_validate(target)) == event


def test_an_event_target_that_names_no_event_is_checked_as_it_is_evaluated() -> None:
    body = with_rule("currentEvent.minutes>=30", {"targetEntity": "EVENT", "targetType": "COUNT"})
    assert [one.code for one in validate(body)] == ["event-missing", "unknown-attribute"]
    with pytest.raises(ExpressionError):
        evaluate(body, [])


def test_a_schema_file_can_say_what_issued_points_offer() -> None:
    schema = Schema.bundled().extend(events={"PointsIssued": {"profiles": ["currentTxn"]}})
    body = with_rule("currentTxn.value>500", POINTS[0])
    assert validate(body, schema=schema) == []
    assert evaluate(body, [], schema=schema).customers == {}


def test_answers_keep_the_event_name_that_was_sent() -> None:
    """The platform writes TransactionAdd where none is sent, for points too."""
    record = {"id": 1, "customerId": "c", "type": "PointsIssued", "date": "2024-01-03", "points": {"regular": 300}}
    for target in POINTS[:3]:
        progress = evaluate(with_rule("true", target), [record]).user_progress("c")
        data: Any = progress["data"]
        assert {row["eventName"] for row in data["targetGroups"][0]["targets"]} == {"TransactionAdd"}
