"""Progress follows from the records alone: what must make no difference makes none, whatever the group."""

from __future__ import annotations

import decimal
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from targetexpr.targets import evaluate, respond
from tests.targets.generate import Case, case

CASES = st.integers(0, 10**9).map(case)
RANDOMS = st.randoms(use_true_random=False)
NO_DEADLINE = settings(deadline=None, max_examples=60)


def published(made: Case, group: Any = None, records: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    given_records = made.records if records is None else records
    return evaluate(made.group if group is None else group, given_records, **made.options).to_dict()


def answered(made: Case, now: datetime) -> Any:
    return respond(made.group, now=now, actor={"id": 1, "type": "TILL"})


@NO_DEADLINE
@given(CASES, RANDOMS)
def test_the_order_of_records(made: Case, chance: random.Random) -> None:
    records = list(made.records)
    chance.shuffle(records)
    assert published(made, records=records) == published(made)


@NO_DEADLINE
@given(CASES, RANDOMS)
def test_the_order_of_targets(made: Case, chance: random.Random) -> None:
    targets = list(made.group["targets"])
    chance.shuffle(targets)
    assert published(made, {**made.group, "targets": targets}) == published(made)


@NO_DEADLINE
@given(CASES, st.integers(1, 60), st.sampled_from(["ROUND_UP", "ROUND_DOWN", "ROUND_HALF_UP", "ROUND_05UP"]), RANDOMS)
def test_the_decimal_context_of_the_caller(made: Case, precision: int, rounding: str, chance: random.Random) -> None:
    expected = published(made)
    signals = [one for one in decimal.Context().flags if chance.random() < 0.5]
    exponent = chance.choice([5, 400, 999_999])
    context = decimal.Context(prec=precision, rounding=rounding, Emin=-exponent, Emax=exponent, traps=signals)
    with decimal.localcontext(context):
        assert published(made) == expected


@NO_DEADLINE
@given(CASES, st.integers(0, 3_000))
def test_the_answer_of_a_create_for_its_request(made: Case, days: int) -> None:
    answer = answered(made, datetime(2020, 1, 1, 7, 30, tzinfo=UTC) + timedelta(days=days))
    assert published(made, answer) == published(made)


@NO_DEADLINE
@given(CASES, RANDOMS)
def test_all_of_it_at_once(made: Case, chance: random.Random) -> None:
    expected = published(made)
    records, targets = list(made.records), list(made.group["targets"])
    chance.shuffle(records)
    chance.shuffle(targets)
    turned = Case(seed=made.seed, group={**made.group, "targets": targets}, records=records, options=made.options)
    with decimal.localcontext(prec=2):
        assert published(turned, answered(turned, datetime(2024, 2, 29, tzinfo=UTC))) == expected
