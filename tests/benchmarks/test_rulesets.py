"""What a rule set costs beside asking every rule, and beside other engines that ask every rule.

`pytest -m benchmark -s tests/benchmarks/test_rulesets.py` prints one table from one run. CPU time, candidates in turns.
The other engines are the extra `bench`; one that is not installed is left out and named.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from random import Random
from statistics import median
from time import process_time
from typing import Any

import pytest

from targetexpr import Rule, RuleSet, Schema, compile  # noqa: A004
from tests.benchmarks.measuring import table

pytestmark = pytest.mark.benchmark

NUMBERS = ["value", "discount", "gross", "points", "quantity", "visits", "age", "spend", "tenure", "score"]
STRINGS = {"store": 200, "city": 200, "slab": 8, "channel": 8, "tier": 8, "country": 8, "segment": 8, "brand": 8}
SCHEMA = Schema.bundled().extend(
    extended_fields={"currentTxn": {**dict.fromkeys(NUMBERS, "real"), **dict.fromkeys([*STRINGS, "email"], "string")}}
)
MOST = {("selective", 10_000): 0.005, ("ranges", 10_000): 0.03, ("unselective", 10_000): 0.2}
MOST_OF_A_HUNDRED = 0.5
FASTER_THAN_OTHERS = 500

Bill = dict[str, dict[str, Any]]


def bills(random: Random, number: int) -> list[Bill]:
    """Bills of 19 fields."""
    return [
        {
            "currentTxn": {
                **{f"extField_{name}": round(random.uniform(0, 1000), 2) for name in NUMBERS},
                **{f"extField_{name}": f"{name}{random.randrange(many)}" for name, many in STRINGS.items()},
                "extField_email": random.choice(["ann@shop.com", "bob@shop.in"]),
            }
        }
        for _ in range(number)
    ]


def conditions(kind: str, random: Random) -> list[tuple[str, str, object]]:
    """The terms of one rule: field, operator, literal."""
    if kind == "selective":
        found = [
            ("store", "==", f"store{random.randrange(200)}"),
            ("city", "==", f"city{random.randrange(200)}"),
            (random.choice(NUMBERS), ">", random.randrange(1000)),
        ]
    elif kind == "ranges":
        found = []
        for name in random.sample(NUMBERS, 4):
            low = random.randrange(900)
            found += [(name, ">=", low), (name, "<", low + random.randrange(50, 300))]
    else:
        found = [
            (random.choice(NUMBERS), ">", random.randrange(250, 650)),
            (random.choice(NUMBERS), "<", random.randrange(350, 750)),
            ("email", "contains", ".com"),
            ("slab", "in", tuple(f"slab{n}" for n in random.sample(range(8), 5))),
        ]
    random.shuffle(found)
    return found


def text(terms: list[tuple[str, str, object]]) -> str:
    def term(name: str, operator: str, literal: object) -> str:
        field = f"currentTxn.extField_{name}"
        if operator == "contains":
            return f'{field}.contains("{literal}")'
        if operator == "in":
            assert isinstance(literal, tuple)
            return "(" + "||".join(f'{field}=="{one}"' for one in literal) + ")"
        return f'{field}{operator}"{literal}"' if isinstance(literal, str) else f"{field}{operator}{literal}"

    return "&&".join(term(*one) for one in terms)


def cpu(work: Callable[[Bill], object], contexts: list[Bill]) -> float:
    """Microseconds of CPU for one context."""
    start = process_time()
    for context in contexts:
        work(context)
    return (process_time() - start) / len(contexts) * 1e6


def loop(rules: list[Rule]) -> Callable[[Bill], list[int]]:
    asked = [rule.matches for rule in rules]

    def ask(context: Bill) -> list[int]:
        return [place for place, matches in enumerate(asked) if matches(context)]

    return ask


def zen(texts: list[str]) -> Callable[[Bill], list[int]]:
    import zen

    compiled = [zen.compile_expression(one.replace("&&", " and ")).evaluate for one in texts]
    return lambda context: [place for place, evaluate in enumerate(compiled) if evaluate(context)]


def cel(texts: list[str]) -> Callable[[Bill], list[int]]:
    from cel_expr_python import cel

    env = cel.NewEnv(variables={"currentTxn": cel.Type.DYN})
    compiled = [env.compile(one) for one in texts]
    return lambda context: [place for place, one in enumerate(compiled) if one.eval(data=context).plain_value()]


OTHERS: dict[str, Callable[[list[str]], Callable[[Bill], list[int]]]] = {"zen-engine": zen, "cel-expr-python": cel}


@pytest.mark.timeout(1800)
def test_rule_sets_beside_loops() -> None:
    random = Random(18)
    contexts = bills(random, 100)
    rows: list[tuple[str, ...]] = []
    ratios: dict[tuple[str, int], float] = {}
    missing: list[str] = []
    for kind in ("selective", "ranges", "unselective"):
        for number in (100, 10_000):
            texts = [text(conditions(kind, random)) for _ in range(number)]
            start = process_time()
            rules = [compile(one, SCHEMA) for one in texts]
            compiling = process_time() - start
            start = process_time()
            rule_set = RuleSet(rules)
            building = process_time() - start
            ask = loop(rules)
            expected = [ask(context) for context in contexts]
            assert [list(rule_set.matches(context).ids) for context in contexts] == expected
            gc.collect()
            turns = [(cpu(ask, contexts[:20]), cpu(rule_set.matches, contexts)) for _ in range(7)]
            looped, together = median(one for one, _ in turns), median(other for _, other in turns)
            ratios[kind, number] = together / looped
            share = sum(map(len, expected)) / len(contexts) / number
            others = []
            if (kind, number) == ("selective", 10_000):
                for name, make in OTHERS.items():
                    try:
                        took = cpu(make(texts), contexts[:3])
                    except ImportError:
                        missing.append(name)
                        continue
                    others.append(f"{name} {took / together:,.0f}×")
                    assert took >= FASTER_THAN_OTHERS * together, name
            rows.append(
                (
                    f"{kind}, {number:,} rules, {share:.1%} match",
                    f"{looped:,.0f}",
                    f"{together:,.1f}",
                    f"{together / looped:.4f}",
                    f"{building / compiling:.2f}",
                    ", ".join(others),
                )
            )
    table("Rule sets", ("", "loop, µs", "set, µs", "ratio", "building / compiling", "loops of others"), rows)
    if missing:
        print(f"\nNot installed: {', '.join(missing)}.")
    for key, most in MOST.items():
        assert ratios[key] <= most, key
    for kind, number in ratios:
        if number == 100:
            assert ratios[kind, number] <= MOST_OF_A_HUNDRED, kind
