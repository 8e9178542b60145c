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


class Promotions:
    """Rules of one programme: a few fields, bounds and values that meet, and contexts that hit them."""

    NUMBERS = ("currentTxn.value", "currentTxn.discount", "currentTxn.basketSize")
    STRINGS = ("currentCustomer.slabName", "currentCustomer.firstname")
    TRUTHS = ("currentCustomer.isLoyal", "currentCustomer.isControl")
    BOUNDS = (0, 1, 2, 3)
    VALUES = ("Gold", "Silver", "")
    DATES = ("2024,2,29", "2025,1,1", "2025,1,1,12,0,0")

    def __init__(self, random: Random) -> None:
        self.random = random

    def rule(self) -> str:
        return "&&".join(self.term(1) for _ in range(self.random.randint(1, 3)))

    def term(self, depth: int) -> str:
        r = self.random
        kind = r.randrange(14)
        if kind < 5:
            return f"{r.choice(self.NUMBERS)}{r.choice(['==', '!=', '<', '<=', '>', '>='])}{r.choice(self.BOUNDS)}"
        if kind < 7:
            return f'{r.choice(self.STRINGS)}{r.choice(["==", "==", "!="])}"{r.choice(self.VALUES)}"'
        if kind == 7:
            return r.choice(self.TRUTHS) + r.choice(["", "==true", "==false"])
        if kind == 8:
            return f'currentTxn.basket{r.choice(["Includes", "Excludes"])}("brand","{r.choice(["Puma", "Nike"])}")'
        if kind == 9:
            string = r.choice(self.STRINGS)
            tests = ["isNull()", "isNotNull()", "exists()", "isEmpty()", 'contains("ol")', 'matches("^S")']
            return f"{string}.{r.choice(tests)}"
        if kind == 10:
            return f"currentTxn.date.{r.choice(['isAfter', 'isBefore'])}({r.choice(self.DATES)})"
        if kind == 11:
            return f"{self.NUMBERS[0]}{r.choice(['==', '<', '>='])}{self.NUMBERS[1]}"
        if depth <= 0:
            return "currentTxn.date.isWeekend()"
        if kind == 12:
            return f"({self.term(0)}{r.choice(['||', '&&'])}{self.term(0)})"
        return f"!({self.term(0)})"

    def context(self) -> dict[str, object]:
        r = self.random

        def some(values: list[object]) -> object:
            return r.choice([*values, None])

        bill = {
            "value": some([0, 1, 1.5, 2, 3, 4]),
            "discount": some([0, 1, 2, 2.5, -1]),
            "date": some(["2024-02-29", "2024-02-28", "2025-01-01T12:00", "2025-01-01T13:00", "2026-01-03"]),
            "lineItems": some([[], [{"attributes": {"brand": "Puma"}}], [{"attributes": {"brand": "Nike"}}] * 2]),
        }
        customer = {
            "slabName": some(["Gold", "Silver", "", "Other"]),
            "firstname": some(["Gold", "Silver", "", "Sol"]),
            "isLoyal": some([True, False]),
            "isControl": some([True, False]),
        }
        return {"currentTxn": bill, "currentCustomer": customer}
