"""The outline of a rule: conditions, and how they are put together."""

from __future__ import annotations

from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.ide.document import Document
from targetexpr.ide.document_symbols import Symbol, document_symbols


def outline(text: str) -> list[str]:
    """Each symbol on a line, indented by its depth."""
    lines: list[str] = []
    waiting: list[tuple[int, Symbol]] = [(0, one) for one in document_symbols(Document(text))]
    while waiting:
        depth, one = waiting.pop(0)
        lines.append("  " * depth + one.name)
        waiting = [(depth + 1, child) for child in one.children] + waiting
    return lines


def test_lists_and_conditions() -> None:
    text = 'currentTxn.value>500 && !(currentCustomer.slabName=="Gold" || currentTxn.date.isWeekend())&&true'
    assert outline(text) == [
        "all of 3",
        "  currentTxn.value>500",
        "  not",
        "    any of 2",
        '      currentCustomer.slabName=="Gold"',
        "      currentTxn.date.isWeekend()",
        "  true",
    ]


def test_a_choice() -> None:
    assert outline("(currentTxn.value > 5 ? true : false)") == [
        "if, then, else",
        "  currentTxn.value > 5",
        "  true",
        "  false",
    ]


def test_spans_are_those_of_the_text() -> None:
    text = "currentTxn.value=>500 and currentTxn.discount=0"
    (rule,) = document_symbols(Document(text))
    assert [child.span.cut(text) for child in rule.children] == ["currentTxn.value=>500", "currentTxn.discount=0"]
    assert rule.span.cut(text) == text


def test_nothing_is_known_of_what_is_no_rule() -> None:
    assert document_symbols(Document("")) == []
    assert document_symbols(Document("))((")) == []


def test_as_deep_as_the_limits_let_it() -> None:
    depth = DEFAULT_LIMITS.nesting - 2
    (rule,) = document_symbols(Document("!" * depth + "true"))
    for _ in range(depth):
        (rule,) = rule.children
    assert rule.name == "true"


def test_a_long_condition_is_cut() -> None:
    (rule,) = document_symbols(Document(f'currentTxn.number=="{"x" * 100}"'))
    assert len(rule.name) == 80
    assert rule.name.endswith("...")
