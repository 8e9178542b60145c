"""Random sets of rules, most of them `&&` of terms as promotions have them, and the loop that they replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from targetexpr import DataError, Rule, RuleSet
from tests.running.generated import ZONES, Contexts, Rules

Outcome = tuple[list[object], list[tuple[object, str]]]


def by_loop(rules: Iterable[tuple[object, Rule]], context: object) -> Outcome:
    """What asking every rule says: the oracle."""
    ids: list[object] = []
    errors: list[tuple[object, str]] = []
    for id_, rule in rules:
        try:
            if rule.matches(context):  # type: ignore[arg-type]
                ids.append(id_)
        except DataError as error:
            errors.append((id_, str(error)))
    return ids, errors


def by_set(rules: RuleSet, context: object) -> Outcome:
    """What the set says."""
    found = rules.matches(context)  # type: ignore[arg-type]
    return list(found.ids), [(id_, str(error)) for id_, error in found.errors]


def texts(random: Random, most: int) -> list[str]:
    """Rules as a programme has them, wild ones among them."""
    wild = Rules(random)
    found = []
    for _ in range(random.randint(1, most)):
        if random.random() < 0.3:
            found.append(wild.rule(random.choice([1, 2, 3])))
        else:
            terms = [f"({wild.boolean(random.choice([0, 0, 1]))})" for _ in range(random.randint(1, 4))]
            found.append("&&".join(terms))
    return found


def changed_set(random: Random, most: int = 40) -> RuleSet:
    """A set of which half came later and some were taken out again."""
    rules: Mapping[int, str] = dict(enumerate(texts(random, most)))
    half = len(rules) // 2
    found = RuleSet(
        {id_: rules[id_] for id_ in range(half)},
        on_error=random.choice(["raise", "raise", "null"]),  # type: ignore[arg-type]
        timezone=random.choice(ZONES),
    )
    for id_ in range(half, len(rules)):
        found.add(id_, rules[id_])
    for id_ in list(found):
        if random.random() < 0.2:
            found.remove(id_)
    return found


def contexts(random: Random, number: int) -> list[object]:
    """Contexts of all degrees of order."""
    return [Contexts(random, random.choice([0, 0, 0.02, 0.1, 0.4])).context() for _ in range(number)]
