"""Every example of a declaration and every case of the meaning tables, as a table of one row."""

from __future__ import annotations

import pytest

from targetexpr.conformance.cases import EvaluationCase
from targetexpr.lang.functions import all_functions
from tests.corpus import evaluations
from tests.running import test_meaning
from tests.sampling import sampled
from tests.tables.documented import same_in_a_table


def _holds(text: str, context: object, expected: object, **options: str) -> None:
    del expected  # what the rule itself says of it is tested where the case is at home
    assert isinstance(context, dict)
    same_in_a_table(text, context, **options)


@pytest.fixture(autouse=True)
def _as_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_meaning, "holds", _holds)


def test_examples_of_the_declarations() -> None:
    by_row = set()
    for function in all_functions():
        for example in function.examples:
            if not same_in_a_table(example.expression, dict(example.context)):
                by_row.add(function.name)
    assert by_row == set()


TOPICS = {
    "logic": test_meaning.test_logic_is_kleenes,
    "numbers": test_meaning.test_numbers_are_exact,
    "strings": test_meaning.test_strings,
    "dates": test_meaning.test_dates,
    "baskets": test_meaning.test_baskets,
    "fields": test_meaning.test_fields_and_lookups,
}
CASES = sampled([pytest.param(topic, case, id=case.name) for topic in TOPICS for case in evaluations(topic)], keep=120)


@pytest.mark.parametrize(("topic", "case"), CASES)
def test_a_case_of_meaning(topic: str, case: EvaluationCase) -> None:
    TOPICS[topic](case)
