"""Explanations: golden texts of documented rules, and what each part of an explanation promises."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy
import pytest
from tests.running.generated import Contexts, Rules

from targetexpr import DataError, Explanation, compile  # noqa: A004

HERE = Path(__file__).parent
EXPLAINED = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8"))

TXN: dict[str, object] = {"value": 320, "discount": 10.5, "date": "2025-05-27T18:30", "number": "N-1"}
DATA: dict[str, object] = {
    "currentTxn": TXN,
    "currentCustomer": {"slabName": "Silver", "isLoyal": False, "email": ""},
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_golden(name: str) -> None:
    case = EXPLAINED[name]
    explanation = compile(case["rule"], event=case.get("event")).explain(case["data"])
    golden = HERE / "golden" / f"{name}.txt"
    assert explanation.to_text() + "\n" == golden.read_text(encoding="utf-8")


def sentence(text: str) -> str | None:
    return compile(text).explain(DATA).sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("currentTxn.value>500", "currentTxn.value is 320, needs more than 500"),
        ("500<currentTxn.value", "currentTxn.value is 320, needs more than 500"),
        ("currentTxn.value>=320", "currentTxn.value is 320, as needed: at least 320"),
        ("currentTxn.value==320", "currentTxn.value is 320"),
        ("currentTxn.value!=320", "currentTxn.value is 320, needs anything but 320"),
        ("currentTxn.points<5", "currentTxn.points is missing, needs less than 5"),
        ("currentTxn.value>currentTxn.points", "currentTxn.value is 320, but currentTxn.points is missing"),
        (
            "currentTxn.value%100>50",
            "currentTxn.value%100 is 20 (currentTxn.value is 320), needs more than 50",
        ),
        (
            "currentTxn.value+currentTxn.points>5",
            "currentTxn.value+currentTxn.points has no value, because currentTxn.points is missing, needs more than 5",
        ),
        ('currentCustomer.slabName=="Gold"', 'currentCustomer.slabName is "Silver", needs "Gold"'),
        ('currentCustomer.slabName.contains("il")', 'currentCustomer.slabName is "Silver", which contains "il"'),
        (
            'currentCustomer.slabName.contains("il")==false',
            'currentCustomer.slabName is "Silver", which contains "il"; it must not contain "il"',
        ),
        (
            'currentCustomer.slabName.matches("^G")',
            'currentCustomer.slabName is "Silver", which does not match the pattern "^G"',
        ),
        ("currentCustomer.isLoyal", "currentCustomer.isLoyal is false, needs true"),
        ("currentCustomer.isControl", "currentCustomer.isControl is missing"),
        ("currentCustomer.email.exists()", "currentCustomer.email is missing or empty"),
        ("currentTxn.number.isNotNull()", 'currentTxn.number is "N-1"'),
        ("currentTxn.points.isNull()", "currentTxn.points is missing"),
        ("currentTxn.date.isWeekend()", "currentTxn.date is 27 May 2025 18:30, not on the weekend"),
        ("currentTxn.date.isHourBetween(16,20)", "currentTxn.date is 27 May 2025 18:30, between 16:00 and 20:00"),
        (
            "currentTxn.date.isTimeBetween(9,5,17,0)",
            "currentTxn.date is 27 May 2025 18:30, not between 9:05 and 17:00",
        ),
        ("currentTxn.date.isBefore(2025,1,1)", "currentTxn.date is 27 May 2025 18:30, not before 1 January 2025"),
        (
            'currentTxn.basketIncludes("brand","Puma")',
            'currentTxn.basketIncludes("brand","Puma") has no value, because the line items are missing',
        ),
        ('currentCustomer.clusterValueIncludes("a","b")', "currentCustomer.clusters is missing"),
        ("true", "it is written as always true"),
    ],
)
def test_sentences(text: str, said: str) -> None:
    assert sentence(text) == said


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("currentTxn.value>100", "Nothing has to change: the rule holds."),
        ("currentTxn.value>500", "For the rule to hold, currentTxn.value must be more than 500."),
        (
            'currentTxn.value>500&&currentTxn.value>1&&currentCustomer.slabName=="Gold"',
            "For the rule to hold, currentTxn.value must be more than 500, "
            'and currentCustomer.slabName must be "Gold".',
        ),
        (
            'currentTxn.value>500||(currentCustomer.slabName=="Gold"&&currentCustomer.isLoyal)',
            "For the rule to hold, currentTxn.value must be more than 500, "
            'or (currentCustomer.slabName must be "Gold" and currentCustomer.isLoyal must be true).',
        ),
        ("!(currentTxn.value>100)", "For the rule to hold, currentTxn.value must be at most 100."),
        ("currentTxn.value>500&&1>2", "No data can make the rule hold."),
        (
            "currentCustomer.isLoyal?currentTxn.value>1000:currentTxn.value>400",
            "For the rule to hold, currentTxn.value must be more than 400.",
        ),
    ],
)
def test_what_would_have_to_change(text: str, change: str) -> None:
    assert compile(text).explain(DATA).change == change


def test_which_side_decided_and_what_was_not_needed() -> None:
    rule = compile('currentTxn.value>100&&(currentTxn.value>500||currentCustomer.slabName=="Gold")&&currentTxn.value<9')
    found = rule.explain(DATA)
    assert (found.role, found.value, found.verdict, found.decided_by) == ("all", False, False, (1,))
    first, second, third = found.operands
    assert (first.state, first.value, second.value) == ("evaluated", True, False)
    assert second.decided_by == (0, 1)
    assert (third.state, third.value, third.sentence) == ("not needed", None, None)
    assert [one.span.cut(rule.text) for one in found.operands] == [one.text for one in found.operands]
    assert first.operands[0].value == 320


def test_misfits_are_explained_and_not_raised() -> None:
    found = compile("currentTxn.value>1&&currentEvent.isTargetAchievedEvent").explain(DATA)
    assert found.state == "undecided"
    assert found.operands[1].error == "currentEvent is missing, a profile (an object) is needed"
    assert "could not be decided" in found.to_text()
    lenient = compile("currentTxn.value>1&&currentEvent.isTargetAchievedEvent", on_error="null").explain(DATA)
    assert lenient.value is None


def test_json_is_the_whole_tree() -> None:
    found = compile('currentTxn.value>500&&currentCustomer.slabName=="Gold"').explain(DATA)
    data = json.loads(found.to_json())
    assert data["change"] == found.change
    assert data["span"] == [0, 54]
    assert [one["state"] for one in data["operands"]] == ["evaluated", "not needed"]
    assert data["operands"][0]["sentence"] == "currentTxn.value is 320, needs more than 500"
    assert data["operands"][0]["operands"][0] == {
        "text": "currentTxn.value",
        "span": [0, 16],
        "role": "value",
        "state": "evaluated",
        "value": 320,
    }


@pytest.mark.parametrize("seed", range(2))
def test_explanations_say_what_evaluation_says(seed: int) -> None:
    random = Random(seed)
    for _ in range(150):
        rules = Rules(random)
        rule = compile(rules.rule(3), on_error=random.choice(["raise", "null"]))
        context = Contexts(random, random.choice([0, 0.1, 0.3])).context()
        found = rule.explain(context)  # type: ignore[arg-type]
        json.loads(found.to_json())
        assert found.to_text()
        told = ""
        try:
            value = rule.evaluate(context)  # type: ignore[arg-type]
        except DataError as error:
            told = str(error)
        if told:
            assert found.state == "undecided"
            assert told in errors(found)
        else:
            assert (found.state, found.value) == ("evaluated", value)
            assert (found.change == "Nothing has to change: the rule holds.") == (value is True)


def errors(found: Explanation) -> list[str]:
    own = [found.error] if found.error is not None else []
    return own + [error for operand in found.operands for error in errors(operand)]


def test_values_that_are_not_conditions() -> None:
    found = compile("currentTxn.value*2", expect=None).explain(DATA)
    assert found.to_text().splitlines()[0] == "The expression is 640."


@pytest.mark.parametrize(
    "value",
    [
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("-Infinity"),
        float("inf"),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
        numpy.array([1, 2]),
        numpy.array([]),
        numpy.datetime64("NaT"),
        10**5_000,
    ],
    ids=lambda value: type(value).__name__,
)
def test_explaining_never_raises_for_what_does_not_fit(value: object) -> None:
    for text in (
        "currentCustomer.slabName.isNotNull()",
        "currentTxn.value>5&&currentTxn.value<9",
        "currentTxn.date.isAfter(2024,1,1)",
    ):
        rule = compile(text)
        for context in (
            {"currentCustomer": {"slabName": value}, "currentTxn": {"value": value, "date": value}},
            {"currentCustomer": value, "currentTxn": value},
            value,
        ):
            assert str(rule.explain(context))  # type: ignore[arg-type]
