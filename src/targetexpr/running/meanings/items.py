"""One line item: what its fields are when some are missing, and tests of its inventory attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from targetexpr.running.coercion import Number, PathPart, Value
from targetexpr.running.context import ContextReader, get
from targetexpr.running.regex.search import searcher
from targetexpr.running.semantics import arithmetic

_Item = dict[object, object]
_Path = tuple[PathPart, ...]


def quantity(reader: ContextReader, item: _Item, path: _Path) -> Number | None:
    """`qty`."""
    return reader.number(get(item, "qty"), *path, "qty")


def rate(reader: ContextReader, item: _Item, path: _Path) -> Number | None:
    """`rate`, the price of one."""
    return reader.number(get(item, "rate"), *path, "rate")


def discount(reader: ContextReader, item: _Item, path: _Path) -> Number | None:
    """`discount`, 0 when it is missing."""
    raw = get(item, "discount")
    return 0 if raw is None else reader.number(raw, *path, "discount")


def gross(reader: ContextReader, item: _Item, path: _Path) -> Number | None:
    """`value`, else rate times quantity."""
    raw = get(item, "value")
    if raw is not None:
        return reader.number(raw, *path, "value")
    price = rate(reader, item, path)
    return arithmetic("*", price, quantity(reader, item, path))


def amount(reader: ContextReader, item: _Item, path: _Path) -> Number | None:
    """`amount`, else value less discount."""
    raw = get(item, "amount")
    if raw is not None:
        return reader.number(raw, *path, "amount")
    value = gross(reader, item, path)
    return arithmetic("-", value, discount(reader, item, path))


ITEM_FIELDS: dict[str, Callable[[ContextReader, _Item, _Path], Number | None]] = {
    "AMOUNT": amount,
    "DISCOUNT": discount,
    "QUANTITY": quantity,
    "RATE": rate,
    "VALUE": gross,
}
"""The fields that a condition can name."""


def inventory_attribute(reader: ContextReader, item: _Item, path: _Path, name: str) -> str | None:
    """An inventory attribute of an item as a string, None when it has none of that name."""
    attributes = reader.dictionary(get(item, "attributes"), *path, "attributes")
    return None if attributes is None else reader.string(get(attributes, name), *path, "attributes", name)


def _does_item_match(reader: ContextReader, profile: _Item, profile_name: str, arguments: tuple[Any, ...]) -> bool:
    name, expected = cast("tuple[str, str]", arguments)
    found = inventory_attribute(reader, profile, (profile_name,), name)
    return found is not None and found == expected


def _does_regex_match(name: str) -> Callable[[ContextReader, _Item, str, tuple[Any, ...]], Value]:
    def matches(reader: ContextReader, profile: _Item, profile_name: str, arguments: tuple[Any, ...]) -> bool:
        text = inventory_attribute(reader, profile, (profile_name,), name)
        return text is not None and searcher(arguments[0])(text)

    return matches


ITEM_MEANINGS: dict[str, Callable[[ContextReader, _Item, str, tuple[Any, ...]], Value]] = {
    "doesItemMatch": _does_item_match,
    "doesBrandRegexMatch": _does_regex_match("brand"),
    "doesCategoryRegexMatch": _does_regex_match("category"),
}
