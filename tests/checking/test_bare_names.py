"""Names without a profile: what is offered, in which order, and when one key writes it."""

from __future__ import annotations

import pytest

from targetexpr import Schema
from targetexpr.base.diagnostics import Diagnostic
from targetexpr.front import Environment, analyze

OFFERED = [
    # R5: the bill's value before what only a payment mode has, and never one of several by one key
    ("amount>500", None, ["currentTxn.value", "tenderProfile.amount"]),
    ("amount>500", "TransactionAdd", ["currentTxn.value", "tenderProfile.amount"]),
    ("amount>500", "ReturnBill", ["tenderProfile.amount"]),
    ("amount>500", "TransactionUpdate", ["currentTxn.value"]),
    ("total>5", None, ["currentTxn.value", "currentTxn.totalQty"]),
    ("qty>2", None, ["currentTxn.totalQty", "returnBill.totalQty", "currentLineItem.qty"]),
    ("quantity>2", "TransactionAdd", ["currentTxn.totalQty", "currentLineItem.qty"]),
    ("qty>2", "ReturnBill", ["returnBill.totalQty"]),
    ("points>10", None, ["currentTxn.points", "returnBill.points", "currentCustomer.currentPoints"]),
    (
        "points>10",
        "ReturnBill",
        ["returnBill.points", "currentCustomer.currentPoints", "groupPrimaryCustomer.currentPoints"],
    ),
    ("points>10", "PointsIssued", ["currentCustomer.currentPoints", "currentUserGroup.currentPoints"]),
    ("points>10", "Ride", ["currentEvent.points", "currentCustomer.currentPoints", "currentUserGroup.currentPoints"]),
    ('store=="X"', None, ["currentStore.code", "currentStore.name"]),
    ('currentStore=="X"', None, ["currentStore.code", "currentStore.name"]),
    ('code=="X"', "PointsIssued", ["currentStore.code"]),
    ('code=="X"', "Scan", ["currentStore.code", "currentProduct.code"]),
    ("tier>2", "PointsIssued", ["currentCustomer.slabNumber", "currentUserGroup.slabNumber"]),
    ('tier=="Gold"', "PointsIssued", ["currentCustomer.slabName", "currentUserGroup.slabName"]),
    ("email.isNotEmpty()", None, ["currentCustomer.email", "groupPrimaryCustomer.email"]),
    ("email.isNotEmpty()", "PointsIssued", ["currentCustomer.email"]),
    ("date.isWeekend()", "TransactionAdd", ["currentTxn.date"]),
    ("joinDate.year==2024", "Scan", ["currentCustomer.joinDate"]),
    ("isLoyal()", "PointsIssued", ["currentCustomer.isLoyal"]),
    ('basketQty("a","b")>1', "ReturnBill", ["returnBill.basketQty"]),
    ('extField_channel=="web"', "TransactionUpdate", ["currentTxn.extField_channel"]),
    ("minutes>10", "Undeclared", ["currentEvent.minutes"]),
]
SCHEMA = Schema.bundled().extend(events={"Ride": {"attributes": {"points": {"type": "real"}}}, "Undeclared": {}})


def found(text: str, event: str | None) -> tuple[Diagnostic, list[str]]:
    first = min(
        analyze(text, Environment(event=event, schema=SCHEMA)).check_diagnostics, key=lambda one: one.span.start
    )
    return first, [fix.edits[0].text for fix in first.fixes]


@pytest.mark.parametrize(("text", "event", "offered"), OFFERED)
def test_profiles_of_the_event_come_first_and_none_is_written_by_one_key(
    text: str, event: str | None, offered: list[str]
) -> None:
    diagnostic, made = found(text, event)
    assert made[: len(offered)] == offered
    assert {fix.applicability for fix in diagnostic.fixes} == {"choice"}
    schema = {name: SCHEMA.profiles[name] for name in (one.split(".")[0] for one in made)}
    of_event = SCHEMA.event(event) if event is not None else None
    assert of_event is None or all(SCHEMA.has_profile(of_event, name) for name in schema)


@pytest.mark.parametrize(
    ("text", "event", "written"),
    [
        ("sales>5", None, "currentTxn.value"),
        ("gross>5", None, "currentTxn.grossAmount"),
        ('storeCode=="X"', "PointsIssued", "currentStore.code"),
        ('StoreName=="X"', None, "currentStore.name"),
        ("createdDate.year==2024", None, "currentUserGroup.createdDate"),
        ("trackerPrevAggr>1", None, "currentTrackerCondition.trackerPrevAggr"),
    ],
)
def test_the_only_one_in_the_schema_is_written_by_one_key(text: str, event: str | None, written: str) -> None:
    diagnostic, made = found(text, event)
    assert made == [written]
    assert diagnostic.fix is not None


@pytest.mark.parametrize(("text", "event"), [("sales>5", "ReturnBill"), ("trackerPrevAggr>1", "PointsIssued")])
def test_what_the_event_does_not_offer_is_never_written_by_one_key(text: str, event: str) -> None:
    diagnostic, made = found(text, event)
    assert len(made) == 1
    assert diagnostic.fix is None


def test_a_name_that_is_another_figure_elsewhere_is_a_choice() -> None:
    diagnostic, made = found("currentTxn.amount>5", None)
    assert made == ["value"]
    assert diagnostic.fix is None


@pytest.mark.parametrize("text", ["xyz>5", "xyz*2>5", "xyz<=currentTxn.value"])
def test_what_is_measured_is_no_string(text: str) -> None:
    diagnostic, made = found(text, None)
    assert made == []
    assert "schema" in (diagnostic.hint or "")
