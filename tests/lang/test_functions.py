"""The declarations of functions are complete: documentation, examples, phrases, limits, names without clashes."""

from __future__ import annotations

from string import Formatter

import pytest

from targetexpr.lang.functions import (
    BASKET_SHAPES,
    HABITS,
    KIND_METHODS,
    PROFILE_FUNCTIONS,
    Function,
    all_functions,
)
from targetexpr.lang.types import BOOLEAN, INTEGER

WORDS = {"receiver", "profile", "argument", "name", "moment", "condition"}
"""What a phrase can name beside the arguments; see `TestPhrase`."""


def _id(function: Function) -> str:
    return f"{function.receiver}.{function.name}"


@pytest.mark.parametrize("function", all_functions(), ids=_id)
def test_declaration_is_complete(function: Function) -> None:
    assert function.doc.endswith(".")
    assert function.examples
    assert all(f".{function.name}" in example.expression for example in function.examples)
    assert len({overload.result for overload in function.overloads}) == 1
    assert len({len(overload.parameters) for overload in function.overloads}) == len(function.overloads)


@pytest.mark.parametrize("function", all_functions(), ids=_id)
def test_every_test_has_phrases_of_its_arguments(function: Function) -> None:
    assert (function.phrase is not None) == (function.result == BOOLEAN)
    templates = [overload.subject for overload in function.overloads if overload.subject is not None]
    if function.phrase is not None:
        phrase = function.phrase
        assert phrase.opposite().opposite().holds == phrase.holds
        templates += [phrase.holds, phrase.fails, phrase.must, phrase.must_not, phrase.subject]
    least = min(overload.required for overload in function.overloads)
    for template in templates:
        for _, field, _, _ in Formatter().parse(template):
            assert field is None or field in WORDS or int(field) < least


@pytest.mark.parametrize("function", all_functions(), ids=_id)
def test_results_of_examples_keep_to_the_limits(function: Function) -> None:
    if function.limits is None:
        return
    assert function.result == INTEGER
    least, most = function.limits
    for example in function.examples:
        assert isinstance(example.result, int)
        assert least <= example.result
        assert most is None or example.result <= most


def test_habits_are_no_methods_of_ours() -> None:
    for kind, habit in HABITS:
        assert habit == habit.lower()
        assert habit not in {name.lower() for name in KIND_METHODS[kind]}
    hints = {hint for function in all_functions() for _, hint in function.habits}
    assert hints <= set(HABITS.values())


def test_names_of_the_basket_family_spell_their_shape() -> None:
    for name, shape in BASKET_SHAPES.items():
        assert name in PROFILE_FUNCTIONS
        assert ("Gross" in name) == shape.gross
        assert ("Regex" in name) == (shape.selection == "Regex")
        assert name.startswith(f"basket{shape.aggregate}")
