"""The cost of a rule bounds what the interpreter does for any record of the sizes, and grows with the rule."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from targetexpr import Cost, DataError, ExpressionError, Limits, Rule, Sizes, check, check_json, cost, to_json
from targetexpr import compile as compile_rule
from targetexpr.checking.cost import estimate
from targetexpr.running import semantics
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import Interpreter, Steps
from targetexpr.running.meanings import VALUE_MEANINGS
from tests.cli.command import Call
from tests.cli.conftest import call
from tests.running.generated import Contexts, Rules

assert callable(call)  # a fixture

RULES = 400
RECORDS = 4


class Counter:
    """Steps as the guide defines them: nodes, values read, ten characters looked at."""

    def __init__(self) -> None:
        self.steps = 0

    def characters(self, *values: object) -> None:
        self.steps += sum(len(value) for value in values if isinstance(value, str)) // 10


class CountingReader(ContextReader):
    """Counts whatever is read of the record, and each line item that is gone through."""

    __slots__ = ("counter",)

    def __init__(self, reader: ContextReader, counter: Counter) -> None:
        super().__init__(reader.zone, lenient=True)
        self.counter = counter

    def value(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().value(*arguments)

    def number(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().number(*arguments)

    def string(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().string(*arguments)

    def dictionary(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().dictionary(*arguments)

    def items(self, *arguments: Any) -> Any:
        found = super().items(*arguments)
        self.counter.steps += len(found or ())
        return found

    def profile(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().profile(*arguments)

    def raw(self, *arguments: Any) -> Any:
        self.counter.steps += 1
        return super().raw(*arguments)


class CountingInterpreter(Interpreter):
    """Counts the nodes that are begun."""

    def steps(self, index: int) -> Steps:
        assert isinstance(self.reader, ContextReader)
        COUNTERS[-1].steps += 1
        return super().steps(index)


COUNTERS: list[Counter] = []


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons and methods of values count the characters they are given."""
    compare = semantics.compare

    def counting(operator: Any, left: Any, right: Any) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            COUNTERS[-1].steps += min(len(left), len(right)) // 10
        return compare(operator, left, right)

    monkeypatch.setattr(semantics, "compare", counting)
    for name in ("contains", "matches"):
        meaning = VALUE_MEANINGS[name]

        def method(zone: Any, *values: Any, meaning: Any = meaning) -> Any:
            COUNTERS[-1].characters(*values)
            return meaning(zone, *values)

        monkeypatch.setitem(VALUE_MEANINGS, name, method)


def measured(rule: Rule, record: object) -> int:
    counter = Counter()
    COUNTERS.append(counter)
    try:
        CountingInterpreter(rule._program, record, CountingReader(rule._reader, counter)).value_of(0)
    except DataError:
        pass  # what was done until then is counted
    finally:
        COUNTERS.pop()
    return counter.steps


def sizes_of(value: object) -> Sizes:
    """How large a record is: its longest list or table, and its longest string."""
    entries, characters, waiting = 1, 1, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            characters = max(characters, len(one))
        elif isinstance(one, dict | list | tuple):
            entries = max(entries, len(one))
            waiting += one.values() if isinstance(one, dict) else one
    return Sizes(line_items=entries, entries=entries, characters=characters)


def generated(random: Random) -> tuple[Rule, list[object]]:
    rule = compile_rule(Rules(random).rule(random.choice([1, 2, 3])))
    contexts = Contexts(random, random.choice([0, 0, 0.1]))
    return rule, [contexts.context() for _ in range(RECORDS)]


@pytest.mark.usefixtures("counted")
def test_no_record_of_the_sizes_takes_more_steps() -> None:
    random = Random(13)
    took = 0
    for _ in range(RULES):
        rule, records = generated(random)
        for record in records:
            steps = measured(rule, record)
            bound = estimate(rule.checked, sizes_of(record)).steps
            assert steps <= bound, (rule.text, record)
            took += steps
    assert took > 20 * RULES


@pytest.mark.usefixtures("counted")
def test_the_estimate_goes_with_what_is_measured() -> None:
    """Rules that are estimated to cost more do take more steps, mostly: `&&`, `||` and `?:` leave much undone."""
    random = Random(14)
    items = [{"qty": 1, "rate": 5, "attributes": {"brand": "Puma", "category": "Shoes"}} for _ in range(20)]
    pairs = []
    for _ in range(RULES):
        rule, _ = generated(random)
        record: Any = {**dict(Contexts(random, 0).context())}  # type: ignore[call-overload]
        record["currentTxn"] = {**record["currentTxn"], "lineItems": items}
        pairs.append((estimate(rule.checked, sizes_of(record)).steps, measured(rule, record)))
    assert rank_correlation(pairs) > 0.5


def rank_correlation(pairs: list[tuple[int, int]]) -> float:
    """Spearman's."""
    ranks = [{value: rank for rank, value in enumerate(sorted(column))} for column in zip(*pairs, strict=True)]
    left, right = ([ranks[side][pair[side]] for pair in pairs] for side in (0, 1))
    mean = [sum(side) / len(pairs) for side in (left, right)]
    around = [[value - mean[place] for value in side] for place, side in enumerate((left, right))]
    together = sum(a * b for a, b in zip(*around, strict=True))
    spread = (sum(a * a for a in around[0]) * sum(b * b for b in around[1])) ** 0.5
    return float(together / spread)


def test_a_rule_costs_more_than_its_parts() -> None:
    random = Random(15)
    for _ in range(RULES):
        left, right = (Rules(random).rule(random.choice([0, 1, 2])) for _ in range(2))
        one, other = cost(left).steps, cost(right).steps
        assert cost(f"({left})&&({right})").steps > max(one, other)
        assert cost(f"({left})||({right})").steps >= one + other
        assert cost(f"!({left})").steps > one
        assert cost(f"({left})?({right}):false").steps > max(one, other)


def test_larger_data_costs_more() -> None:
    text = 'currentTxn.basketIncludesRegex("brand","^P.*a$")&&currentCustomer.slabName.contains("old")'
    steps = [cost(text, sizes=Sizes(line_items=n, characters=n, entries=n)).steps for n in (1, 10, 100, 1000)]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("true", Cost(nodes=1)),
        ("currentTxn.value>500", Cost(nodes=1 + 4 + 1)),
        ("currentTxn.value>500&&currentTxn.value<900", Cost(nodes=6 + 6 + 1)),
        ('currentCustomer.slabName=="Gold"', Cost(nodes=1 + 4 + 1, strings=1)),  # four characters: one step
        ("currentCustomer.slabName==currentCustomer.firstname", Cost(nodes=1 + 4 + 4, strings=20)),  # 200 each
        ('currentCustomer.email.matches("abcdefgh")', Cost(nodes=4 + 7 + 1, patterns=20 * 2)),  # 200 by 8 characters
        ("currentTxn.basketSize>3", Cost(nodes=6, loops=900)),
        ("true?currentTxn.value>5:true", Cost(nodes=1 + 1 + 6)),  # the dearer branch
    ],
)
def test_what_the_guide_says_is_counted(text: str, wanted: Cost) -> None:
    assert cost(text) == wanted


def test_a_limit_makes_it_an_error_everywhere() -> None:
    text = 'currentTxn.basketIncludes("brand","Puma")'
    steps = cost(text).steps
    assert check(text, limits=Limits(cost=steps)).ok
    (found,) = check(text, limits=Limits(cost=steps - 1)).diagnostics
    assert (found.code, found.span, found.is_error) == ("too-costly", (0, len(text)), True)
    with pytest.raises(ExpressionError, match="can cost"):
        compile_rule(text, limits=Limits(cost=steps - 1))
    (found,) = check_json(to_json(check(text)), limits=Limits(cost=1)).diagnostics
    assert (found.code, found.pointer) == ("too-costly", "")
    assert check(text).ok, "there is no limit unless one is given"


def test_an_invalid_rule_has_no_cost() -> None:
    with pytest.raises(ExpressionError, match="valu"):
        cost("currentTxn.valu>5")
    assert [one.code for one in check("currentTxn.valu>5", limits=Limits(cost=1)).diagnostics] == ["unknown-attribute"]


def test_a_rule_of_fifty_thousand_nodes_has_a_cost() -> None:
    text = "||".join(["currentTxn.value>5"] * 10_000)
    assert cost(text).steps == 10_000 * 6 + 1


def test_check_shows_it(call: Call, tmp_path: Path) -> None:
    rules = tmp_path / "a.rules"
    rules.write_text('currentTxn.value>5\ncurrentTxn.valu>5\ncurrentTxn.basketIncludes("brand","Puma")\n')
    done = call("check", "--cost", str(rules))
    assert done.out.splitlines()[1:] == [
        f"{rules}:1: at most 6 steps (nodes 6)",
        f"{rules}:3: at most 1,106 steps (nodes 6, loops 1,000, strings 100)",
    ]
    data = call("check", "--cost", "--output", "json", str(rules)).data
    assert [one["cost"] and one["cost"]["steps"] for one in data["results"]] == [6, None, 1106]
    assert "cost" not in call("check", "--output", "json", "true").data["results"][0]


def test_check_holds_the_limit(call: Call) -> None:
    rule = 'currentTxn.basketIncludes("brand","Puma")'
    assert call("check", "--cost-limit", "1106", rule).status == 0
    done = call("check", "--cost-limit", "1105", "--cost", rule)
    assert done.status == 1
    assert "error[too-costly]: The rule can cost 1,106 steps for one record, and at most 1,105 are allowed." in done.err
    assert "at most 1,106 steps" in done.out, "what it costs is said of it too"
    body = json.dumps({"expression": rule})
    assert call("check", "--cost-limit", "1105", "-", stdin=body).status == 1
    assert call("check", "--cost-limit", "0", rule).status == 2
