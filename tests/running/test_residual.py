"""What is left of a rule when only some profiles are known, and the law that it evaluates as the whole does."""

from __future__ import annotations

from random import Random

import pytest
from tests.running.generated import ZONES, Contexts, Rules
from tests.sampling import sampled

from targetexpr import DataError, compile, parse, to_text  # noqa: A004
from targetexpr.base.limits import Limits

CUSTOMER = {
    "slabName": "Gold",
    "slabNumber": 3,
    "currentPoints": 0.1,
    "isLoyal": True,
    "isControl": False,
    "joinDate": "2025-05-27",
    "firstname": 'say "hi"\n',
    "initialCurrentPoints": -5,
}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('currentCustomer.slabName=="Gold"&&currentTxn.value>500', "currentTxn.value>500"),
        ('currentCustomer.slabName=="Silver"&&currentTxn.value>500', "false"),
        ('currentTxn.value>500&&currentCustomer.slabName=="Silver"', "false"),
        ('currentCustomer.slabName=="Gold"||currentTxn.value>500', "true"),
        ("currentCustomer.isLoyal&&currentCustomer.isLoyal", "true"),
        ("currentTxn.value>1&&currentCustomer.isLoyal&&currentTxn.value<9", "currentTxn.value>1&&currentTxn.value<9"),
        ("currentTxn.value>currentCustomer.currentPoints+0.2", "currentTxn.value>0.3"),
        ("currentTxn.value>currentCustomer.initialCurrentPoints", "currentTxn.value>-5"),
        ("currentTxn.number==currentCustomer.firstname", r'currentTxn.number=="say \"hi\"\n"'),
        ("!(currentTxn.value>5||currentCustomer.isLoyal)", "false"),
        ("currentCustomer.isLoyal?currentTxn.value>1:currentTxn.value>2", "currentTxn.value>1"),
        ("currentTxn.value>1?currentCustomer.isLoyal:currentCustomer.isControl", "currentTxn.value>1?true:false"),
        # null, dates and what does not fit stay as they are written
        ('currentCustomer.email.contains("x")&&currentTxn.value>1', None),
        ("currentTxn.date>currentCustomer.joinDate", None),
        ("currentTxn.date.dateDiff(currentCustomer.joinDate)<=7", None),
        ("currentCustomer.slabName.contains(currentTxn.number)", None),
        ('currentTxn.basketSum("brand",currentCustomer.slabName)>1', None),
        ("currentCustomer.email.isNull()&&currentTxn.value>1", "currentTxn.value>1"),
    ],
)
def test_what_is_left(text: str, left: str | None) -> None:
    found = compile(text).residual({"currentCustomer": CUSTOMER})
    assert found.text == (text if left is None else left)


def test_misfits_stay() -> None:
    rule = compile("currentCustomer.currentPoints>1&&currentTxn.value>1")
    assert rule.residual({"currentCustomer": {"currentPoints": "x"}}).text == rule.text
    assert compile(rule.text, on_error="null").residual({"currentCustomer": {"currentPoints": "x"}}).text == rule.text


def test_what_is_unknown_can_be_named() -> None:
    rule = compile("currentCustomer.isLoyal&&currentTxn.value>1")
    context = {"currentCustomer": CUSTOMER, "currentTxn": {"value": 5}}
    assert rule.residual(context).text == "true"
    assert rule.residual(context, unknown=["currentTxn"]).text == "currentTxn.value>1"
    assert rule.residual({}, unknown=["currentTxn"]).text == rule.text
    assert rule.residual({}).text == rule.text


def test_a_residual_is_a_rule_of_the_same_making() -> None:
    rule = compile("currentTxn.value/3", expect=None, timezone="Asia/Kolkata", on_error="null")
    left = rule.residual({})
    assert (left.timezone, left.on_error, left.text) == ("Asia/Kolkata", "null", rule.text)


def test_ten_thousand_terms_and_deep_trees() -> None:
    terms = "||".join(f'currentTxn.number=="{n}"' for n in range(10_000))
    rule = compile(f"({terms})&&currentCustomer.isLoyal")
    assert rule.residual({"currentTxn": {"number": "77"}}).text == "currentCustomer.isLoyal"
    assert len(rule.residual({"currentCustomer": {"isLoyal": True}}).text) == len(terms)
    limits = Limits(nesting=10_000)
    deep = compile("+".join(["currentTxn.value"] * 3000) + ">currentCustomer.currentPoints", limits=limits)
    assert deep.residual({"currentTxn": {"value": 2}}).text == "6000>currentCustomer.currentPoints"


def law(random: Random) -> None:
    rules = Rules(random)
    text = rules.number(3) if random.random() < 0.1 else rules.rule(3)
    on_error = random.choice(["raise", "null"])
    rule = compile(text, timezone=random.choice(ZONES), on_error=on_error, expect=None)  # type: ignore[arg-type]
    for _ in range(4):
        full = Contexts(random, random.choice([0, 0.02, 0.1])).context()
        if not isinstance(full, dict):
            continue
        left = rule.residual({name: profile for name, profile in full.items() if random.random() < 0.5})
        assert parse(left.text, limits=Limits(nesting=1000)) == left.expr
        try:
            whole = rule.evaluate(full)
        except DataError:
            continue
        found = left.evaluate(full)
        assert (type(found), found) == (type(whole), whole), (to_text(rule.expr), left.text, full)


@pytest.mark.parametrize("seed", sampled(range(3), keep=1))
def test_the_rest_filled_in_gives_the_whole(seed: int) -> None:
    random = Random(seed)
    for _ in range(300):
        law(random)


@pytest.mark.slow
def test_the_rest_filled_in_gives_the_whole_very_often() -> None:
    random = Random(99)
    for _ in range(20_000):
        law(random)
