"""The basket family: line items are selected one by one, and what is selected is added up, counted or tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, assert_never, cast

from targetexpr.lang.functions import Basket
from targetexpr.lang.functions.baskets import CONDITIONS, SPELLINGS
from targetexpr.lang.literals import is_number_text
from targetexpr.running.coercion import Number, PathPart, Value
from targetexpr.running.context import ContextReader, get
from targetexpr.running.meanings.items import (
    ITEM_FIELDS,
    amount,
    discount,
    gross,
    inventory_attribute,
    quantity,
)
from targetexpr.running.regex.search import searcher
from targetexpr.running.semantics import add, compare

_Item = dict[object, object]
_Path = tuple[PathPart, ...]
_Test = Callable[[_Item, _Path], bool]
_Measure = Callable[[ContextReader, _Item, _Path], Number | None]


def basket(
    reader: ContextReader,
    shape: Basket,
    profile: dict[object, object],
    profile_name: str,
    arguments: tuple[Any, ...],
) -> Value:
    """A member of the family, taken apart in `shape`. Null when there is no list of line items."""
    items = reader.items(get(profile, "lineItems"), profile_name, "lineItems")
    if items is None:
        return None
    test = _selection(reader, shape, arguments)
    if test is None:
        return None
    match shape.aggregate:
        case "ItemDiscountSum":
            return _total(reader, items, profile_name, discount, test)
        case "Includes" | "Excludes":
            found = any(test(item, path) for item, path in _each(items, profile_name))
            return found if shape.aggregate == "Includes" else not found
        case "Count":
            return sum(1 for item, path in _each(items, profile_name) if test(item, path))
        case "Sum":
            return _total(reader, items, profile_name, gross if shape.gross else amount, test)
        case "Qty":
            return _total(reader, items, profile_name, quantity, test)
        case _:
            assert_never(shape.aggregate)


def _each(items: Sequence[object], profile_name: str) -> Iterator[tuple[_Item, _Path]]:
    """The items with their paths."""
    for index, item in enumerate(items):
        yield cast("_Item", item), (profile_name, "lineItems", index)


def _total(
    reader: ContextReader, items: Sequence[object], profile_name: str, measure: _Measure, test: _Test
) -> Number | None:
    """The measures of the selected items added up; null when one lacks it. All are read all the same."""
    total: Number = 0
    complete = True
    for item, path in _each(items, profile_name):
        if test(item, path):
            one = measure(reader, item, path)
            if one is None:
                complete = False
            else:
                total = add(total, one)
    return total if complete else None


def _selection(reader: ContextReader, shape: Basket, arguments: tuple[Any, ...]) -> _Test | None:
    """Which items are meant; None when the arguments say nothing that could be looked for."""
    if shape.selection == "If":
        return _condition(reader, *arguments)
    if shape.attribute is not None:
        name, expected = shape.attribute, arguments[0]
    else:
        name, expected = arguments
    if shape.selection == "Equals":
        return lambda item, path: inventory_attribute(reader, item, path, name) == expected
    search = searcher(expected)

    def matches(item: _Item, path: _Path) -> bool:
        text = inventory_attribute(reader, item, path, name)
        return text is not None and search(text)

    return matches


def _condition(reader: ContextReader, field: str, operator: str, text: str) -> _Test | None:
    measure = ITEM_FIELDS.get(field)
    symbol = CONDITIONS.get(SPELLINGS.get(operator, operator))
    if measure is None or symbol is None or not is_number_text(text):
        return None
    bound = Decimal(text)
    return lambda item, path: compare(symbol, measure(reader, item, path), bound) is True


# ---- attributes that are computed when the data does not hold them ---------------------------------------------------


def _computed(
    count: Callable[[ContextReader, Sequence[object], str], Number | None],
) -> Callable[[ContextReader, dict[object, object], str], Number | None]:
    def compute(reader: ContextReader, profile: dict[object, object], profile_name: str) -> Number | None:
        items = reader.items(get(profile, "lineItems"), profile_name, "lineItems")
        return None if items is None else count(reader, items, profile_name)

    return compute


def _size(_reader: ContextReader, items: Sequence[object], _profile_name: str) -> int:
    return len(items)


def _total_quantity(reader: ContextReader, items: Sequence[object], profile_name: str) -> Number | None:
    return _total(reader, items, profile_name, quantity, lambda _item, _path: True)


def _without_discount(reader: ContextReader, items: Sequence[object], profile_name: str) -> Number | None:
    return _total(reader, items, profile_name, amount, lambda item, path: discount(reader, item, path) == 0)


COMPUTED_ATTRIBUTES: dict[str, Callable[[ContextReader, dict[object, object], str], Number | None]] = {
    "basketSize": _computed(_size),
    "totalQty": _computed(_total_quantity),
    "basketAmountSumNonDiscounted": _computed(_without_discount),
}
