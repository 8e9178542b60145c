"""What is claimed of a set: no claim is refuted by data, planted relations are found, and the proofs read well."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from targetexpr import Rule, RuleSet, compile  # noqa: A004
from targetexpr.rulesets.analysis import Claim, Kind
from tests.rulesets.generated import Promotions

V = "currentTxn.value"
SLAB = "currentCustomer.slabName"
BRAND = 'currentTxn.basket{}("brand","Puma")'
DATE = "currentTxn.date"


def claims(rules: Mapping[str, str], kind: Kind) -> list[Claim]:
    found = RuleSet(rules).analyze()
    listed = list(found.claims(kind))
    assert found.count(kind) == len(listed)
    return listed


def pair(first: str, second: str, kind: Kind) -> list[tuple[object, object]]:
    return [(claim.first, claim.second) for claim in claims({"a": first, "b": second}, kind)]


APART = [
    (f"{V}>500", f"{V}<100"),
    (f"{V}>500", f"{V}<=500"),
    (f"{V}==5", f"{V}!=5"),
    (f"{V}>=1&&{V}<=2", f"{V}<1||{V}>2"),
    (f"{V}>5", f"!({V}>3)"),
    (f"5<{V}", f"{V}==4"),
    (f'{SLAB}=="Gold"', f'{SLAB}=="Silver"'),
    (f'{SLAB}=="Gold"', f'{SLAB}!="Gold"'),
    (f'{SLAB}=="Gold"||{SLAB}=="Silver"', f'{SLAB}!="Gold"&&{SLAB}!="Silver"'),
    (f'{SLAB}=="Gold"', f'{SLAB}.contains("Silver")'),
    (f'{SLAB}=="Gold"', f"{SLAB}.isNull()"),
    (f'{SLAB}.contains("Go")', f"{SLAB}.isEmpty()"),
    ("currentCustomer.isLoyal", "!currentCustomer.isLoyal"),
    ("currentCustomer.isLoyal", "currentCustomer.isLoyal==false"),
    ("currentCustomer.isLoyal()", "currentCustomer.isLoyal!=true"),
    (BRAND.format("Includes"), BRAND.format("Excludes")),
    (BRAND.format("Includes"), f"!{BRAND.format('Includes')}"),
    (f"{DATE}.isAfter(2025,1,1)", f"{DATE}.isBefore(2024,6,1)"),
    (f"{DATE}.isAfter(2025,1,1)", f"!({DATE}.isAfter(2024,6,1))"),
    (f"{DATE}.isWeekend()", f"{DATE}.isWeekday()"),
    (f"{DATE}.year()==2024", f"{DATE}.year==2025"),
    (f"{V}>currentTxn.discount", f"currentTxn.discount>={V}"),
    ('currentTxn.basketSum("brand","Puma")>100', 'currentTxn.basketSum("brand","Puma")<50'),
    (f"{V}+currentTxn.discount>100", f"currentTxn.discount+{V}<50"),
    (f'{V}>5||{SLAB}=="Gold"', f'{V}<3&&{SLAB}=="Silver"'),
    (f'({V}>5&&{SLAB}=="Gold")||({V}>9&&{SLAB}=="Silver")', f"{V}<4"),
    (f"{DATE}.isNull()", f"{DATE}.isNotNull()"),
    (
        'currentCustomer.customFieldValueIncludes("city","Pune")',
        'currentCustomer.customFieldValueExcludes("city","Pune")',
    ),
]


@pytest.mark.parametrize(("first", "second"), APART)
def test_never_together(first: str, second: str) -> None:
    assert pair(first, second, "never-together") == [("a", "b")]
    assert pair(second, first, "never-together") == [("a", "b")]


FOLLOWS = [
    (f"{V}>500", f"{V}>100"),
    (f"{V}==5", f"{V}>=5"),
    (f"{V}>5&&{V}<7", f"{V}!=7"),
    (f'{SLAB}=="Gold"&&{V}>500', f'{SLAB}=="Gold"'),
    (f'{SLAB}=="Gold"', f'{SLAB}=="Gold"||{SLAB}=="Silver"'),
    (f'{SLAB}=="Gold"', f'{SLAB}!="Silver"'),
    (f'{SLAB}=="Gold"', f'{SLAB}.contains("Go")'),
    (f'{SLAB}=="Gold"', f"{SLAB}.exists()"),
    (f"{V}>1", f"{V}.isNotNull()"),
    (f"{V}>500", f'{V}>100||{SLAB}=="Gold"'),
    (f"{DATE}.isAfter(2025,1,1)", f"{DATE}.isAfter(2024,1,1)"),
    (f"{V}>500", "true"),
    (f"{V}>currentTxn.discount", f"{V}>=currentTxn.discount"),
]


@pytest.mark.parametrize(("first", "second"), FOLLOWS)
def test_follows(first: str, second: str) -> None:
    assert pair(first, second, "follows") == [("a", "b")]
    assert pair(second, first, "follows") == [("b", "a")]


SAME = [
    (f'{V}>500&&{SLAB}=="Gold"', f'{SLAB}=="Gold"&&500<{V}'),
    (f"!({V}>500)", f"{V}<=500"),
    ("currentCustomer.isLoyal", "currentCustomer.isLoyal()==true"),
    (f"!({V}>500||currentCustomer.isLoyal)", f"!currentCustomer.isLoyal&&{V}<=500"),
    (
        f"({V}>500&&currentCustomer.isLoyal)&&true==currentCustomer.isControl",
        f"currentCustomer.isControl&&(currentCustomer.isLoyal&&{V}>500)",
    ),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_same(first: str, second: str) -> None:
    assert pair(first, second, "same") == [("a", "b")]
    assert pair(first, second, "follows") == []


NOTHING = [
    (f"{V}>500", "currentTxn.discount<100"),
    (f"{V}>=500", f"{V}<=500"),
    (BRAND.format("Includes"), 'currentTxn.basketIncludes("brand","Nike")'),
    (f'{SLAB}.contains("Gold")', f'{SLAB}.contains("Silver")'),
    (f'{V}>5||{SLAB}=="Gold"', f"{V}<3"),
]


@pytest.mark.parametrize(("first", "second"), NOTHING)
def test_nothing_is_claimed_where_nothing_is_known(first: str, second: str) -> None:
    for kind in ("never-together", "follows", "same"):
        assert pair(first, second, kind) == []  # type: ignore[arg-type]


def test_rules_that_are_never_true() -> None:
    found = RuleSet({"a": f"{V}>5&&{V}<3", "b": f"{V}>1", "c": "false"}).analyze()
    assert [(one.id, one.reason) for one in found.impossible] == [
        ("a", "`currentTxn.value>5` with `currentTxn.value<3` exclude each other"),
        ("c", "`false` is never true"),
    ]
    assert found.count("never-together") == found.count("follows") == 0


def test_proofs_in_words() -> None:
    rules = {"a": f"{V}>500&&{V}<900", "b": f'{V}<100&&{SLAB}=="Gold"', "c": f"{V}<=900"}
    assert [claim.reason for claim in claims(rules, "never-together")] == [
        "`currentTxn.value>500` with `currentTxn.value<900` and `currentTxn.value<100` exclude each other"
    ]
    assert [(c.first, c.second, c.reason) for c in claims(rules, "follows")] == [
        ("a", "c", "`currentTxn.value<=900` follows from `currentTxn.value>500` with `currentTxn.value<900`"),
        ("b", "c", "`currentTxn.value<=900` follows from `currentTxn.value<100`"),
    ]


def true_on(rule: Rule, contexts: list[Any]) -> int:
    """The contexts for which a rule is true, as a bitmap."""
    found = 0
    for place, context in enumerate(contexts):
        if rule.matches(context):
            found |= 1 << place
    return found


def refuted(sets: int, rules: int, contexts: int, seed: int) -> int:
    """Tries every claim on many sets; gives how many claims there were."""
    random = Random(seed)
    data = [Promotions(random).context() for _ in range(contexts)]
    known: dict[str, int] = {}
    made = 0
    for _ in range(sets):
        texts = [Promotions(random).rule() for _ in range(rules)]
        verdicts = []
        for text in texts:
            if text not in known:
                known[text] = true_on(compile(text, on_error="null"), data)
            verdicts.append(known[text])
        found = RuleSet(texts, on_error="null").analyze()
        for impossible in found.impossible:
            assert not verdicts[impossible.id], texts[impossible.id]  # type: ignore[call-overload]
        for kind in ("never-together", "follows", "same"):
            for claim in found.claims(kind):  # type: ignore[arg-type]
                first, second = verdicts[claim.first], verdicts[claim.second]  # type: ignore[call-overload]
                pair_of = texts[claim.first], texts[claim.second]  # type: ignore[call-overload]
                made += 1
                match kind:
                    case "never-together":
                        assert not first & second, pair_of
                    case "follows":
                        assert not first & ~second, pair_of
                    case _:
                        assert first == second, pair_of
    return made


def test_no_claim_is_refuted() -> None:
    assert refuted(sets=40, rules=12, contexts=400, seed=1) > 300


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_claim_of_a_thousand_sets_is_refuted() -> None:
    """10,000 random contexts for each of 1,000 sets."""
    assert refuted(sets=1000, rules=12, contexts=10_000, seed=2) > 8_000


def test_planted_contradictions_are_found() -> None:
    """A rule beside one that takes back one of its conditions, among conditions of its own."""
    random = Random(3)
    planted = found = 0
    while planted < 400:
        rules = Promotions(random)
        condition = rules.term(0)
        first = "&&".join(sorted({condition, rules.term(0), rules.term(0)}))
        second = "&&".join(sorted({f"!({condition})", rules.term(0)}))
        planted += 1
        analysis = RuleSet({"a": first, "b": second}).analyze()
        found += analysis.count("never-together") == 1 or bool(analysis.impossible)
    assert found >= 0.95 * planted


def test_ten_thousand_rules_take_seconds() -> None:
    random = Random(4)
    rules = RuleSet([f"{V}>{random.randrange(9000)}&&{V}<{random.randrange(9000)}" for _ in range(2000)])
    found = rules.analyze()
    low_high = [(int(t.split(">")[1].split("&&")[0]), int(t.split("<")[1])) for t in (r.text for _, r in rules.items())]
    possible = [(low, high) for low, high in low_high if low < high]
    assert len(found.impossible) == len(low_high) - len(possible)
    sample = possible[:300]
    expected = sum(a[1] <= b[0] or b[1] <= a[0] for i, a in enumerate(sample) for b in sample[:i])
    few = RuleSet([f"{V}>{low}&&{V}<{high}" for low, high in sample]).analyze()
    assert few.count("never-together") == expected
