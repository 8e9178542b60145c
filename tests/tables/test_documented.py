"""Every example of a declaration and every case of the meaning tables, as a table of one row."""

from __future__ import annotations

import pytest

from targetexpr.lang.functions import all_functions
from tests.running import test_meaning
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


@pytest.mark.parametrize("cells", test_meaning.table("logic")["rows"], ids=str)
def test_logic(cells: list[object]) -> None:
    test_meaning.test_logic_is_kleenes(*cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", test_meaning.table("numbers")["rows"], ids=str)
def test_numbers(cells: list[object]) -> None:
    test_meaning.test_numbers_are_exact(*cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", test_meaning.table("texts")["string"], ids=str)
def test_texts(cells: list[object]) -> None:
    test_meaning.test_texts(*cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", test_meaning.table("dates")["rows"], ids=str)
def test_dates(cells: list[object]) -> None:
    test_meaning.test_dates(*cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", test_meaning.table("baskets")["rows"], ids=str)
def test_baskets(cells: list[object]) -> None:
    test_meaning.test_baskets(*cells)  # type: ignore[arg-type]


@pytest.mark.parametrize("cells", test_meaning.table("fields")["rows"], ids=str)
def test_fields(cells: list[object]) -> None:
    test_meaning.test_fields_and_lookups(*cells)  # type: ignore[arg-type]
