"""Conditions that can never hold together: explanations say so, and name no change that cannot succeed."""

from __future__ import annotations

from datetime import UTC
from random import Random

import pytest
from tests.running.generated import Contexts, Rules

from targetexpr import compile, parse  # noqa: A004
from targetexpr.checking.checker import check_tree
from targetexpr.running.context import ContextReader
from targetexpr.running.explaining.feasible import Feasibility
from targetexpr.running.explaining.recording import Trace
from targetexpr.running.program import lower

DATA: dict[str, object] = {
    "currentTxn": {"value": 320, "discount": 10, "number": "N-1", "date": "2025-05-27T18:30", "lineItems": []},
    "currentCustomer": {"slabName": "Silver", "isLoyal": False, "email": ""},
}

NEVER = [
    ('currentTxn.number=="a"', 'currentTxn.number=="b"'),
    ("currentTxn.value>100", "currentTxn.value<50"),
    ("currentTxn.value>100", "100>=currentTxn.value"),
    ('currentTxn.number!="a"', 'currentTxn.number=="a"'),
    ("currentTxn.value<=5", "currentTxn.value==6"),
    ('currentTxn.basketSum("brand","x")>100', 'currentTxn.basketSum("brand","x")<50'),
    ('currentTxn.basketIncludes("brand","x")', 'currentTxn.basketExcludes("brand","x")'),
    ('currentCustomer.customFieldValueIncludes("a","x")', 'currentCustomer.customFieldValueExcludes("a","x")'),
    ("currentTxn.date.isAfter(2025,6,1)", "currentTxn.date.isBefore(2025,1,1)"),
    ("currentTxn.date.isAfter(2025,6,1,0,0,0)", "currentTxn.date.isBefore(2025,6,1)"),
    ("currentTxn.date.month()==1", "currentTxn.date.month==2"),
    ("currentTxn.date.isWeekday()", "currentTxn.date.isWeekend()"),
    ("currentTxn.value>currentTxn.discount", "currentTxn.discount>=currentTxn.value"),
    ("currentCustomer.isLoyal==true", "currentCustomer.isLoyal()==false"),
    ("currentCustomer.isLoyal", "currentCustomer.isLoyal!=true"),
    ("currentTxn.value.isNull()", "currentTxn.value>5"),
    ("currentTxn.value.isNull()", "currentTxn.value.isNotNull()"),
    ("currentCustomer.email.isEmpty()", 'currentCustomer.email.contains("a")'),
    ("currentCustomer.email.exists()", 'currentCustomer.email==""'),
    ('currentCustomer.slabName=="Gold"', 'currentCustomer.slabName.contains("Sil")'),
    ('currentCustomer.slabName.contains("Gold")', 'currentCustomer.slabName.contains("old")==false'),
]


@pytest.mark.parametrize(("first", "second"), NEVER)
def test_two_that_exclude_each_other_are_named(first: str, second: str) -> None:
    """R7: neither is told as something to change."""
    for text in (f"{first}&&{second}", f"{first}&&currentTxn.discount<100&&{second}", f"({first}||1>2)&&{second}"):
        said = compile(text).explain(DATA).change
        assert said == f"No data can make the rule hold: `{first}` and `{second}` can never both hold."


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            "currentTxn.value>=5&&currentTxn.value<=5&&currentTxn.value!=5",
            "No data can make the rule hold: `currentTxn.value>=5` and `currentTxn.value<=5` and "
            "`currentTxn.value!=5` can never all hold.",
        ),
        (
            "!(currentTxn.value>100)&&currentTxn.value>200",
            "No data can make the rule hold: the opposite of `currentTxn.value>100` and `currentTxn.value>200` "
            "can never both hold.",
        ),
        (
            '(currentTxn.number=="a"&&currentTxn.number=="b")||(currentTxn.value>5&&currentTxn.value<1)',
            'No data can make the rule hold: `currentTxn.number=="a"` and `currentTxn.number=="b"` can never both '
            "hold, nor can `currentTxn.value>5` and `currentTxn.value<1`.",
        ),
        # Of alternatives only those that can be are told.
        (
            "(currentTxn.value>500&&currentTxn.value<100)||currentTxn.discount>50",
            "For the rule to hold, currentTxn.discount must be more than 50.",
        ),
        (
            "(currentTxn.value<50||currentCustomer.isLoyal)&&currentTxn.value>500",
            "For the rule to hold, currentCustomer.isLoyal must be true, and currentTxn.value must be more than 500.",
        ),
        # What holds now, and cannot beside the rest, has to change as well.
        (
            "(currentTxn.value>300||currentCustomer.isLoyal)&&currentTxn.value<100",
            "For the rule to hold, currentCustomer.isLoyal must be true, and currentTxn.value must be less than 100.",
        ),
        (
            "currentCustomer.isLoyal?currentTxn.value>500:(currentTxn.value>5&&currentTxn.value<1)",
            "For the rule to hold, currentCustomer.isLoyal must be true, and currentTxn.value must be more than 500.",
        ),
        # Edges that meet, and a string that is empty and there.
        (
            "currentTxn.value>=500&&currentTxn.value<=500",
            "For the rule to hold, currentTxn.value must be at least 500.",
        ),
        (
            'currentCustomer.email.isEmpty()&&currentCustomer.email==""&&currentCustomer.isLoyal',
            "For the rule to hold, currentCustomer.isLoyal must be true.",
        ),
        (
            'currentTxn.number=="a"||currentTxn.number=="b"',
            'For the rule to hold, currentTxn.number must be "a", or currentTxn.number must be "b".',
        ),
    ],
)
def test_changes_that_can_succeed(text: str, change: str) -> None:
    assert compile(text).explain(DATA).change == change


def test_what_came_out_is_possible() -> None:
    """All conditions of a rule as they come out for some data, taken together: never called impossible."""
    random = Random(7)
    seen = 0
    for _ in range(400):
        text = Rules(random).rule()
        checked = check_tree(parse(text))
        program = lower(checked)
        for dirt in (0, 0.1):
            trace = Trace(program, Contexts(random, dirt).context(), ContextReader(UTC, lenient=True))
            for index in range(len(program.nodes)):
                if program.kinds[index] == "boolean" and index not in trace.values:
                    trace.run(index)
            goals = [
                (at, value)
                for at, value in trace.values.items()
                if isinstance(value, bool) and at not in program.constants
            ]
            feasibility = Feasibility(program)
            assert feasibility.possible(goals), (text, feasibility.conflicts)
            seen += len(goals)
    assert seen > 1000


def test_many_alternatives_stay_quick_and_are_still_told() -> None:
    codes = "||".join(f'currentTxn.number=="{number}"' for number in range(3000))
    assert "or one of 2996 others" in compile(codes).explain(DATA).change
    nested = "&&".join(f"(currentTxn.value>{number}||currentCustomer.isLoyal)" for number in range(400, 1000))
    assert compile(nested).explain(DATA).change.startswith("For the rule to hold, (")
