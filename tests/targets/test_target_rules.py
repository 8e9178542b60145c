"""The targets of many groups against one record: what evaluating each group says, errors included."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from targetexpr.targets import TargetRef, evaluate, rule_set
from tests.running.generated import Contexts

Body = dict[str, Any]

RULES = [
    "currentTxn.value>100",
    "currentTxn.value<=100&&currentTxn.discount>0",
    'currentTxn.number=="Gold"',
    'currentTxn.basketIncludes("brand","Puma")',
    "true",
]
LINE_RULES = ["currentLineItem.qty>1", 'currentLineItem.code=="a"', 'currentLineItem.doesItemMatch("brand","Puma")']


def target(name: str, rule: str, **more: object) -> Body:
    return {
        "name": name,
        "targetEntity": "TRANSACTION",
        "targetType": "SALES",
        "expression": rule,
        "defaultValues": [{"defaultValue": 1}],
        **more,
    }


def group(name: str, *targets: Body) -> Body:
    return {"name": name, "periods": [{"startDate": "2000-01-01", "endDate": "2040-12-31"}], "targets": list(targets)}


def random_group(random: Random, name: str) -> Body:
    targets = []
    for number in range(random.randint(1, 4)):
        by_line = random.random() < 0.3
        more: Body = {"targetEntity": "LINEITEM"} if by_line else {}
        more["targetType"] = random.choice(["SALES", "COUNT", "QUANTITY"])
        if random.random() < 0.4:
            kind = random.choice(["STORE", "ZONE", "CONCEPT"])
            more["filters"] = [{"entityType": kind, "entityIds": random.sample(range(5), 2)}]
        targets.append(target(f"t{number}", random.choice(LINE_RULES if by_line else RULES), **more))
    return group(name, *targets)


def random_record(random: Random) -> Body:
    context: Any = Contexts(random, random.choice([0, 0, 0.05, 0.3])).context()
    bill = context.get("currentTxn") if isinstance(context, dict) else None
    record: Body = {"id": 1, "customerId": "c", "type": "TransactionAdd", "date": "2024-05-05", "currentTxn": bill}
    for name, places in (("storeId", [1, "2", 3, None, 2.5]), ("zoneIds", [[1], [2, "3"], None, [2.5], 4])):
        if random.random() < 0.6:
            record[name] = random.choice(places)  # type: ignore[arg-type]
    return record


def by_evaluation(groups: list[Body], record: Body) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The targets that get a contribution when each group is evaluated, and those that list the record."""
    counts, errors = set(), set()
    for one in groups:
        for each in one["targets"]:
            result = evaluate({**one, "targets": [each]}, [record])
            name = one["name"], each["name"]
            if result.tables()["contributions"]:
                counts.add(name)
            if result.reported.records:
                errors.add(name)
    return counts, errors


@pytest.mark.parametrize("seed", range(25))
def test_it_says_what_evaluation_says(seed: int) -> None:
    random = Random(seed)
    groups = [random_group(random, f"g{number}") for number in range(4)]
    rules = rule_set(groups)
    for _ in range(6):
        record = random_record(random)
        found = rules.matches(record)
        counts, errors = by_evaluation(groups, record)
        assert {(one.group, one.target) for one in found.counts} == counts
        assert {(one.group, one.target) for one, _ in found.errors} == errors


def test_order_names_and_events() -> None:
    groups = [
        group("a", target("x", "currentTxn.value>100"), target("y", "currentTxn.value>10")),
        group("b", target("x", "true", targetEntity="POINTS", targetType="REGULAR_POINTS", eventName="PointsIssued")),
        group("a", target("off", "true", active=False), target("z", "currentTxn.value>1")),
    ]
    rules = rule_set(groups)
    bill = {"type": "TransactionAdd", "currentTxn": {"value": 500}}
    assert rules.matches(bill).counts == (TargetRef(0, "a", "x"), TargetRef(0, "a", "y"), TargetRef(2, "a", "z"))
    points = {"type": "PointsIssued", "currentCustomer": {}, "points": {"regular": 5}}
    assert rules.matches(points).counts == (TargetRef(1, "b", "x"),)
    assert rules.matches({"type": "Unheard"}) == ((), ())
    assert len(rules) == 4


def test_explain() -> None:
    rules = rule_set([group("a", target("x", "currentTxn.value>100"))])
    said = str(rules.explain({"type": "TransactionAdd", "currentTxn": {"value": 50}}, TargetRef(0, "a", "x")))
    assert "currentTxn.value" in said
    with pytest.raises(KeyError):
        rules.explain({}, TargetRef(0, "a", "nope"))
