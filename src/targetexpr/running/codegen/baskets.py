"""Loops over line items for generated code: one function for each shape of the basket family, quick on clean items.

The loops are put together from the fixed lines below; strings of the rule reach them as arguments. An item that is not
clean leaves the fast path by an exception (`Bailout`, KeyError, TypeError), and exact evaluation decides.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias, cast

from targetexpr.lang.functions import Basket
from targetexpr.lang.functions.baskets import CONDITIONS, SPELLINGS
from targetexpr.lang.literals import is_number_text
from targetexpr.running.codegen.runtime import bail_out
from targetexpr.running.regex.search import compiled, searcher
from targetexpr.running.semantics import comparable_float

Loop: TypeAlias = Callable[[dict[object, object]], Any]

MOST_ITEMS = 1000
"""Longer baskets are left to exact evaluation: the bound on the error of a sum is made for so many."""

_KEYS = {"QUANTITY": "qty", "DISCOUNT": "discount", "AMOUNT": "amount", "RATE": "rate", "VALUE": "value"}

_NUMBER = """
        {name} = item[{key!r}]
        if not ((type({name}) is float or type({name}) is int) and 0 <= {name} <= 1e15):
            bail_out()"""
_FIRST = """
def make(given, bail_out):
    {given} = given
    def loop(profile):
        items = profile["lineItems"]
        if type(items) is not list or len(items) > {most}:
            bail_out()
        {start}
        for item in items:
            if type(item) is not dict:
                bail_out()"""
_TEXT = """
            attributes = item.get("attributes")
            if attributes is None:
                continue
            if type(attributes) is not dict:
                bail_out()
            text = attributes.get(name)
            if text is None:
                continue
            if type(text) is not str:
                bail_out()"""


_REST = """
                for other in items:
                    if type(other) is not dict:
                        bail_out()"""
"""An item that is no dict does not fit, wherever it stands: one behind the item that decides is looked at as well."""


def fast_total(shape: Basket, texts: tuple[str, ...]) -> Loop | None:
    """A loop that adds up amounts, values or quantities in floats, all of them positive or zero."""
    if shape.aggregate not in ("Sum", "Qty"):
        return None
    return _loop(shape, texts)


def fast_basket(shape: Basket, texts: tuple[str, ...]) -> Loop | None:
    """A loop that counts or tests, exactly."""
    if shape.aggregate not in ("Count", "Includes", "Excludes"):
        return None
    return _loop(shape, texts)


def basket_of_any(shape: Basket, name: str, texts: frozenset[str]) -> Loop:
    """A loop that tests for an item whose attribute is one of many strings.

    It looks at every item even when one is found: whoever looks for the strings one by one meets them all as well.
    """
    return _maker(f"{shape.aggregate} any", False, None, "text in expected")((name, texts), bail_out)


def _loop(shape: Basket, texts: tuple[str, ...]) -> Loop | None:
    if shape.selection == "If":
        field, operator, text = texts
        symbol = CONDITIONS.get(SPELLINGS.get(operator, operator))
        bound = _exact_bound(text)
        if field not in _KEYS or symbol is None or bound is None:
            return None
        return _maker(shape.aggregate, shape.gross, _KEYS[field], symbol)(bound, bail_out)
    name, expected = (shape.attribute, texts[0]) if shape.attribute is not None else texts
    if shape.selection == "Equals":
        return _maker(shape.aggregate, shape.gross, None, "text == expected")((name, expected), bail_out)
    from targetexpr.running.regex.to_python import translate

    translated = translate(expected)
    if translated is None:
        find: Callable[[str], object] = searcher(expected)
        return _maker(shape.aggregate, shape.gross, None, "expected(text)")((name, find), bail_out)
    find = compiled(translated.pattern, anchored=translated.anchored)
    return _maker(shape.aggregate, shape.gross, None, "expected(text) is not None")((name, find), bail_out)


def _exact_bound(text: str) -> float | None:
    """The number of a condition when it is a float's own shortest text, so that fields compare with it as they are."""
    return comparable_float(Decimal(text)) if is_number_text(text) else None


@lru_cache(maxsize=256)
def _maker(aggregate: str, gross: bool, field: str | None, test: str) -> Callable[[Any, Any], Loop]:
    """The function that makes the loop of a shape. Its lines come from this module alone."""
    return _compiled(_source(aggregate, gross, field, test))


def _source(aggregate: str, gross: bool, field: str | None, test: str) -> str:
    start = "total = 0" if aggregate in ("Sum", "Qty", "Count") else "found = False"
    given = "bound" if field is not None else "name, expected"
    lines = [_FIRST.format(given=given, start=start, most=MOST_ITEMS)]
    if field is not None:
        lines.append(_indented(_NUMBER.format(name="tested", key=field)))
        lines.append(f"\n            if tested {test} bound:")
    else:
        lines.append(_TEXT)
        lines.append(f"\n            if {test}:")
    match aggregate:
        case "Sum" | "Qty":
            key = "qty" if aggregate == "Qty" else "value" if gross else "amount"
            if key == field:
                lines.append("\n                total += tested")
            else:
                lines.append(_indented(_indented(_NUMBER.format(name="measure", key=key))))
                lines.append("\n                total += measure")
            end = "return total"
        case "Count":
            lines.append("\n                total += 1")
            end = "return total"
        case "Includes any" | "Excludes any":
            lines.append("\n                found = True")
            end = "return found" if aggregate == "Includes any" else "return not found"
        case "Includes":
            lines.append(_REST + "\n                return True")
            end = "return False"
        case _:
            lines.append(_REST + "\n                return False")
            end = "return True"
    return "".join(lines) + f"\n        {end}\n    return loop\n"


def _indented(lines: str) -> str:
    return lines.replace("\n", "\n    ")


def _compiled(source: str) -> Callable[[Any, Any], Loop]:
    namespace: dict[str, object] = {}
    exec(compile(source, "<line items>", "exec", dont_inherit=True), namespace)
    return cast("Callable[[Any, Any], Loop]", namespace["make"])
