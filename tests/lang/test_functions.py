"""The declarations of functions are complete: documentation, examples, names without clashes."""

from __future__ import annotations

import pytest

from targetexpr.lang.functions import BASKET_SHAPES, PROFILE_FUNCTIONS, Function, all_functions


@pytest.mark.parametrize("function", all_functions(), ids=lambda f: f"{f.receiver}.{f.name}")
def test_declaration_is_complete(function: Function) -> None:
    assert function.doc.endswith(".")
    assert function.examples
    assert all(f".{function.name}" in example.expression for example in function.examples)
    assert len({overload.result for overload in function.overloads}) == 1
    assert len({len(overload.parameters) for overload in function.overloads}) == len(function.overloads)


def test_names_of_the_basket_family_spell_their_shape() -> None:
    for name, shape in BASKET_SHAPES.items():
        assert name in PROFILE_FUNCTIONS
        assert ("Gross" in name) == shape.gross
        assert ("Regex" in name) == (shape.selection == "Regex")
        assert name.startswith(f"basket{shape.aggregate}")
