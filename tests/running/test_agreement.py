"""Generated code says what the interpreter says: values and errors, on documented rules and on random ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.corpus import documented
from tests.running.generated import ZONES, Contexts, Rules
from tests.sampling import sampled

from targetexpr import DataError, Rule, compile  # noqa: A004
from targetexpr.lang.functions import BASKET_SHAPES
from targetexpr.running.codegen.baskets import fast_total
from targetexpr.running.codegen.runtime import Bailout
from targetexpr.running.coercion import plain
from targetexpr.running.interpreter import interpret


def outcome(way: Callable[[], object]) -> tuple[object, ...]:
    """A value with its type, or an error with everything it tells."""
    try:
        value = way()
    except DataError as error:
        return "error", error.path, repr(error.value)[:100], error.expected
    return "value", type(value), value, str(value)


def agree(rule: Rule, context: object) -> bool:
    """Whether both say the same; a failure shows what they said."""
    slow = outcome(lambda: plain(interpret(rule._program, context, rule._reader), rule._reader.zone))
    quick = outcome(lambda: rule.evaluate(context))  # type: ignore[arg-type]
    assert quick == slow, (rule.text, context)
    verdict = outcome(lambda: rule.matches(context))  # type: ignore[arg-type]
    assert verdict == (slow if slow[0] == "error" else ("value", bool, slow[2] is True, str(slow[2] is True)))
    return slow[0] == "value"


def one_round(random: Random, contexts: int) -> None:
    """A random rule on some random contexts, most of them clean."""
    rules = Rules(random)
    text = rules.number(3) if random.random() < 0.15 else rules.rule(random.choice([1, 2, 3]))
    on_error = random.choice(["raise", "raise", "null"])
    rule = compile(text, timezone=random.choice(ZONES), on_error=on_error, expect=None)  # type: ignore[arg-type]
    for _ in range(contexts):
        agree(rule, Contexts(random, random.choice([0, 0, 0.02, 0.1, 0.4])).context())


def corpus() -> list[str]:
    return [row.text for row in documented() if row.status == "valid"]


def test_documented_rules_agree() -> None:
    random = Random(20)
    told = 0
    for text in corpus():
        rule = compile(text, expect=None)
        profiles = {read.profile for read in rule.reads}
        for dirt in (0, 0, 0.1, 0.5):
            context = Contexts(random, dirt).context()
            full = {**{name: {} for name in profiles}, **context} if isinstance(context, dict) else context
            told += agree(rule, full)
    assert told > 800


@pytest.mark.parametrize("seed", sampled(range(4), keep=1))
def test_random_rules_agree(seed: int) -> None:
    random = Random(seed)
    for _ in range(400):
        one_round(random, 5)


@given(st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_rules_agree(random: Random) -> None:
    one_round(random, 3)


@pytest.mark.slow
def test_very_many_random_rules_agree() -> None:
    """120,000 pairs of a rule and a context, and 9,000 more from Hypothesis."""
    random = Random(4)
    for _ in range(24_000):
        one_round(random, 5)


@pytest.mark.slow
@given(st.randoms(use_true_random=False))
@settings(max_examples=3_000, derandomize=False, suppress_health_check=list(HealthCheck))
def test_very_many_generated_rules_agree(random: Random) -> None:
    one_round(random, 3)


BOUNDARY = [
    2.9999999999999996,
    299.99999999999994,
    133.00000000000003,
    133,
    233.0,
    0.1,
    0.2,
    0.3,
    0.1 + 0.2,
    0.7,
    1.1,
    2.2,
    3.3,
    99.9,
    100,
    100.0,
    33.33,
    1e14,
    3,
    -0.1,
    0,
    0.0,
    10**15,
]


@pytest.mark.parametrize(
    "text",
    [
        "currentTxn.value+currentTxn.discount{op}currentTxn.points",
        "currentTxn.value-currentTxn.discount{op}currentTxn.points",
        "currentTxn.value*3{op}currentTxn.points",
        "currentTxn.value*currentTxn.discount{op}currentTxn.points",
        "currentTxn.value/10{op}currentTxn.points/3",
        "currentTxn.value%0.1{op}currentTxn.points",
        "currentTxn.value%3{op}currentTxn.points%10",
        "currentTxn.value%3{op}0",
        "currentTxn.value%100{op}33",
        "currentTxn.value%7{op}-1",
        "10{op}currentTxn.value%99",
        "-currentTxn.value+currentTxn.discount{op}-currentTxn.points",
        "currentTxn.value-0.1-currentTxn.discount{op}0.3-currentTxn.points",
        "currentTxn.value>-1&&currentTxn.value*1.1{op}currentTxn.points",
    ],
)
@pytest.mark.parametrize("operator", sampled(["==", "!=", "<=", "<", ">", ">="], keep=2))
def test_arithmetic_on_the_edge(text: str, operator: str) -> None:
    """Sums that are equal in decimals and not in floats, or the other way round."""
    rule = compile(text.format(op=operator))
    for value in BOUNDARY:
        for discount in BOUNDARY:
            for points in (0.3, 0.33, 0.1, 3.3, 9.9, 0, 1e14, 0.30000000000000004, value, discount):
                bill = {"value": value, "discount": discount, "points": points}
                agree(rule, {"currentTxn": bill})


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_large_numbers_on_the_edge(operator: str) -> None:
    large = [1e15, 1e15 + 1, 10**15, 10**15 + 1, 2**53, 2.0**53, 2**53 + 1, 1e22, 10**22, 1e23, 10**23, 1e200, 10**200]
    for text in ("currentTxn.value{}currentTxn.discount", "currentTxn.value+1{}currentTxn.discount+1"):
        rule = compile(text.format(operator))
        for value in [*large, *(-x for x in large)]:
            for discount in large:
                agree(rule, {"currentTxn": {"value": value, "discount": discount}})
    for literal in ("9007199254740993", "100000000000000000000000", "1000000000000000", "1000000000000001"):
        rule = compile(f"currentTxn.value{operator}{literal}")
        for value in large:
            agree(rule, {"currentTxn": {"value": value}})


AMOUNTS = [0, 0.1, 0.2, 0.3, 0.7, 1, 5.25, 33.33, 100, 299.99, 1e14, 10**15, 10**16, -1, None, "5", float("nan")]


@pytest.mark.parametrize(
    "text",
    [
        'currentTxn.basketSumIf("QUANTITY","GREATER_THAN","0"){op}100.1',
        'currentTxn.basketSumGross("brand","Puma"){op}currentTxn.value',
        'currentTxn.basketSum("brand","Puma"){op}0.3',
    ],
)
@pytest.mark.parametrize("operator", ["==", "<=", ">"])
def test_items_that_lack_what_is_summed(text: str, operator: str) -> None:
    """Amounts that are value less discount, values that are rate times quantity; equal in decimals, not in floats."""
    random = Random(7)
    rule = compile(text.format(op=operator))
    for _ in range(1500):
        items = []
        for _ in range(random.randint(1, 3)):
            item = {name: random.choice(AMOUNTS) for name in ("value", "discount", "rate", "amount", "qty")}
            kept = {name: value for name, value in item.items() if random.random() < 0.5}
            items.append({**kept, "qty": random.choice([1, 2, 3, 0.1, 0]), "attributes": {"brand": "Puma"}})
        agree(rule, {"currentTxn": {"lineItems": items, "value": random.choice([0.3, 100.1, 7])}})


def test_items_that_lack_amounts_are_summed_in_floats() -> None:
    """Exact evaluation is not needed for them: it takes many times as long."""
    shape = BASKET_SHAPES["basketSumIf"]
    loop = fast_total(shape, ("QUANTITY", "GREATER_THAN", "1"))
    assert loop is not None
    items: list[object] = [
        {"qty": 2, "rate": 50.0, "discount": 20.0},
        {"qty": 3, "value": 10.5},
        {"qty": 1, "value": 7},
    ]
    assert loop({"lineItems": items}) == 90.5
    for wrong in ({"qty": 2, "rate": 50, "discount": 99}, {"qty": 2, "rate": "x"}, {"qty": 2}):
        with pytest.raises(Bailout):
            loop({"lineItems": [wrong]})
