"""Which conditions count against a rule: as explanations say, whatever the order; and what one of them would turn."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from targetexpr import Explanation, Expr, Rule, backtest, compile  # noqa: A004
from targetexpr.backtesting.conditions import Conditions
from targetexpr.lang.nodes import Logical, Unary
from tests.running.generated import Rules
from tests.tables.generated import Bills, contexts

FLAGS = ["isLoyal", "isControl", "hasInstoreProfile"]


def flags(*values: bool | None) -> dict[str, dict[str, object]]:
    return {"currentCustomer": dict(zip(FLAGS, values, strict=False))}


def numbers(text: str, *records: dict[str, dict[str, object]]) -> dict[str, tuple[int, int, int]]:
    """By condition: rejects, missing, only."""
    found = backtest(compile(text, on_error="null"), records)
    return {one.text.replace("currentCustomer.", ""): (one.rejects, one.missing, one.only) for one in found.conditions}


A, B, C = (f"currentCustomer.{name}" for name in FLAGS)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        (f"{A}&&{B}", (False, False), {"isLoyal": (1, 0, 0), "isControl": (1, 0, 0)}),
        (f"{A}&&{B}", (True, False), {"isLoyal": (0, 0, 0), "isControl": (1, 0, 1)}),
        (f"{A}&&{B}", (False, None), {"isLoyal": (1, 0, 0), "isControl": (0, 0, 0)}),
        (f"{A}&&{B}", (True, None), {"isLoyal": (0, 0, 0), "isControl": (0, 1, 1)}),
        (f"{A}&&{B}", (True, True), {"isLoyal": (0, 0, 0), "isControl": (0, 0, 0)}),
        (f"{A}||{B}", (False, False), {"isLoyal": (1, 0, 1), "isControl": (1, 0, 1)}),
        (f"{A}||{B}", (False, None), {"isLoyal": (0, 0, 1), "isControl": (0, 1, 1)}),
        (f"!{A}&&{B}", (True, True), {"!(isLoyal)": (1, 0, 1), "isControl": (0, 0, 0)}),
        (f"!({A}&&{B})", (True, True), {"!(isLoyal)": (1, 0, 1), "!(isControl)": (1, 0, 1)}),
        (f"!({A}||{B})", (True, False), {"!(isLoyal)": (1, 0, 1), "!(isControl)": (0, 0, 0)}),
        (f"!({A}||{B})", (True, True), {"!(isLoyal)": (1, 0, 0), "!(isControl)": (1, 0, 0)}),
        (
            f"{A}?{B}:{C}",
            (True, False, True),
            {"isLoyal": (1, 0, 1), "isControl": (1, 0, 1), "hasInstoreProfile": (0, 0, 0)},
        ),
        (
            f"{A}?{B}:{C}",
            (True, False, False),
            {"isLoyal": (0, 0, 0), "isControl": (1, 0, 1), "hasInstoreProfile": (0, 0, 0)},
        ),
        (
            f"{A}?{B}:{C}",
            (None, True, False),
            {"isLoyal": (0, 1, 1), "isControl": (0, 0, 0), "hasInstoreProfile": (0, 0, 0)},
        ),
    ],
)
def test_what_counts(text: str, values: tuple[bool | None, ...], expected: dict[str, tuple[int, int, int]]) -> None:
    assert numbers(text, flags(*values)) == expected


def test_values_in_one_place_are_one_condition() -> None:
    text = 'currentCustomer.slabName=="Gold"||currentCustomer.slabName=="Silver"'
    found = backtest(
        compile(f"({text})&&currentTxn.value>1"), [{"currentCustomer": {"slabName": "a"}, "currentTxn": {"value": 2}}]
    )
    assert [(one.text, one.rejects) for one in found.conditions] == [(text, 1), ("currentTxn.value>1", 0)]


# ---- against explanations and against the rule itself


def first(expr: Expr, path: tuple[int, ...]) -> Expr:
    """The rule with the operands on a path to a part in front of those beside them."""
    if not path:
        return expr
    at, *rest = path
    match expr:
        case Logical():
            terms = [*expr.terms]
            inner = first(terms.pop(at), tuple(rest))
            return replace(expr, terms=(inner, *terms))
        case Unary():
            return replace(expr, operand=first(expr.operand, tuple(rest)))
    raise AssertionError(f"no list: {expr}")


def marked(whole: Explanation, path: tuple[int, ...]) -> Explanation | None:
    """The part at a path, if the explanation marks it as deciding; in front, all operands on the path are the first."""
    at = whole
    for _ in path:
        if 0 not in at.decided_by and at.role != "not":
            return None
        at = at.operands[0]
    return at


def paths(rule: Rule) -> dict[int, tuple[int, ...]]:
    """Where each node of the program stands among the operands above it."""
    program, found = rule._program, {0: ()}
    for index in range(len(program.nodes)):
        for place, operand in enumerate(program.operands[index]):
            found[operand] = (*found[index], place)
    return found


def logic(random: Random, depth: int) -> str:
    """A rule of lists and negations of conditions."""
    if depth == 0 or random.random() < 0.2:
        return random.choice(
            [
                A,
                B,
                C,
                "currentTxn.value>300",
                "currentTxn.discount<=currentTxn.value",
                'currentCustomer.slabName=="Gold"',
            ]
        )
    if random.random() < 0.2:
        return f"!({logic(random, depth - 1)})"
    sign = random.choice(["&&", "||"])
    return sign.join(f"({logic(random, depth - 1)})" for _ in range(random.choice([2, 2, 3])))


@pytest.mark.parametrize("seed", range(12))
def test_conditions_count_as_explanations_say_in_any_order(seed: int) -> None:
    random = Random(seed)
    rows = contexts(Bills(random, clean=True).frame(25))
    rule = compile(logic(random, 3), on_error="null")
    places, conditions = paths(rule), Conditions(rule._program)
    expected = [[0, 0] for _ in conditions.indices]
    for number, index in enumerate(conditions.indices):
        path = places[index]
        turned = compile(first(rule.expr, path), on_error="null")
        for row in rows:
            whole = turned.explain(row)
            part = marked(whole, path) if whole.value is not True else None
            if part is not None:
                expected[number][part.value is None] += 1
    found = backtest(rule, rows)
    assert [[one.rejects, one.missing] for one in found.conditions] == expected, rule.text


@pytest.mark.parametrize("seed", range(12))
def test_the_only_one_is_the_one_without_which_the_rule_is_true(seed: int) -> None:
    random = Random(seed)
    rows = contexts(Bills(random, clean=seed % 2 == 0).frame(40))
    text = logic(random, 3) if seed < 6 else Rules(random).rule(2)
    if seed == 5:
        text = f"{A}?({text}):{B}"
    rule = compile(text, on_error="null")
    conditions = Conditions(rule._program)
    expected = []
    for index in conditions.indices:
        node = rule._program.nodes[index]
        turned = [
            compile(f"{rule.text[: node.start]}({value}){rule.text[node.end :]}", on_error="null")
            for value in ("1==1", "1==0")
        ]
        expected.append(sum(rule.evaluate(row) is not True and any(one.matches(row) for one in turned) for row in rows))
    assert [one.only for one in backtest(rule, rows).conditions] == expected, rule.text


def test_long_lists() -> None:
    """What stands beside each of many terms is not gone through for each: it is counted from both ends."""
    terms = "&&".join(f"currentTxn.value+{number}>currentTxn.discount" for number in range(100))
    found = backtest(compile(terms), [{"currentTxn": {"value": value, "discount": 0}} for value in (-50, 0)])
    assert [one.rejects for one in found.conditions] == [2, *[1] * 50, *[0] * 49]
    assert [one.only for one in found.conditions] == [1, *[0] * 99]
