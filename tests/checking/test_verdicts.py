"""Checking never changes what a rule evaluates to, it can only reject; and types do not depend on the spelling."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest

from targetexpr import Schema, check, compile, lint, to_text  # noqa: A004
from targetexpr.base.diagnostics import apply_fixes
from tests.running.generated import Contexts, Rules
from tests.running.test_agreement import outcome

EVENTS = [None, "TransactionAdd", "TransactionUpdate", "CustomerRegistration", "TargetCompleted", "SlabUpgrade"]
SAME_MEANING = ("spelling", "stray-argument", "double-negation", "duplicate-term")
"""The lint rules whose fixes say the same in other words."""


def one_round(random: Random, contexts: int) -> None:
    """However a rule is checked, those checks that pass it give it the same value on every context."""
    rules = Rules(random)
    text = rules.rule(random.choice([1, 2, 3]))
    first = check(text, expect=None)
    assert first.ok, text
    printed = to_text(first.expr, random.choice(["compact", "readable"]))
    again = check(printed, expect=None)
    assert again.types == first.types, text
    ways = [compile(text, expect=None), compile(printed, expect=None), compile(first.expr, expect=None)]
    for event in EVENTS:
        if check(text, event=event).ok:
            ways.append(compile(text, event=event))
    ways.append(compile(text, Schema.bundled().extend(inventory_attributes={"unused": ["a"]})))
    linted = [diagnostic for diagnostic in lint(first) if diagnostic.code in SAME_MEANING]
    ways.append(compile(apply_fixes(text, linted), expect=None))
    for _ in range(contexts):
        context = Contexts(random, random.choice([0, 0, 0.1, 0.4])).context()
        found = {outcome(partial(way.evaluate, context)) for way in ways}  # type: ignore[arg-type]
        assert len(found) == 1, (text, context, found)


@pytest.mark.parametrize("seed", range(40))
def test_checking_never_changes_a_verdict(seed: int) -> None:
    random = Random(seed)
    for _ in range(5):
        one_round(random, 4)


@pytest.mark.slow
def test_checking_never_changes_a_verdict_of_very_many_rules() -> None:
    random = Random(20261123)
    for _ in range(3_000):
        one_round(random, 4)
