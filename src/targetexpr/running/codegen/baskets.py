"""Loops over line items for generated code: one function for each shape of the basket family, quick on clean items.

The loops are put together from the fixed lines below; strings of the rule reach them as arguments. An item that is not
clean leaves the fast path by an exception (`Bailout`, KeyError, TypeError), and exact evaluation decides.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeAlias, cast

from targetexpr.lang.functions import Basket
from targetexpr.lang.functions.baskets import CONDITIONS, SPELLINGS
from targetexpr.lang.literals import is_number_text
from targetexpr.running.codegen.runtime import bail_out
from targetexpr.running.regex.search import compiled, searcher
from targetexpr.running.semantics import comparable_float

Loop: TypeAlias = Callable[[dict[object, object]], Any]
_Make: TypeAlias = Callable[[Any, Any, Any, "Loop | None"], Loop]
Turn: TypeAlias = Literal["plain", "first", "derived"]
"""Whether items have what is summed: it is taken for granted; tried, and else computed in a second turn; that turn."""

MOST_ITEMS = 1000
"""Longer baskets are left to exact evaluation: the bound on the error of a sum is made for so many."""

_KEYS = {"QUANTITY": "qty", "DISCOUNT": "discount", "AMOUNT": "amount", "RATE": "rate", "VALUE": "value"}

_NUMBER = """
        {name} = item[{key!r}]
        kind = type({name})
        if kind is not {first} and kind is not {second}:
            bail_out()"""
"""Amounts and rates are mostly floats, quantities mostly ints: the likelier type is asked for first."""

_HEAD = """
def make(given, bail_out, derived, again):
    {given} = given
    def loop(profile):"""
_FIRST = """
        items = profile["lineItems"]
        if type(items) is not list or len(items) > {most}:
            bail_out()
        {start}
        for item in items:
            if type(item) is not dict:
                bail_out()"""
_FALLBACK = """
        try:{body}
        except KeyError:
            pass
        return again(profile)"""
"""Around the loop, where items that lack what is summed are gone through again."""

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
    return _maker(f"{shape.aggregate} any", False, None, "text in expected", "plain")(
        (name, texts), bail_out, None, None
    )


def _loop(shape: Basket, texts: tuple[str, ...]) -> Loop | None:
    if shape.selection == "If":
        field, operator, text = texts
        symbol = CONDITIONS.get(SPELLINGS.get(operator, operator))
        bound = _exact_bound(text)
        if field not in _KEYS or symbol is None or bound is None:
            return None
        return _made(shape, _KEYS[field], symbol, bound)
    name, expected = (shape.attribute, texts[0]) if shape.attribute is not None else texts
    if shape.selection == "Equals":
        return _made(shape, None, "text == expected", (name, expected))
    from targetexpr.running.regex.to_python import translate

    translated = translate(expected)
    if translated is None:
        find: Callable[[str], object] = searcher(expected)
        return _made(shape, None, "expected(text)", (name, find))
    find = compiled(translated.pattern, anchored=translated.anchored)
    return _made(shape, None, "expected(text) is not None", (name, find))


def _made(shape: Basket, field: str | None, test: str, given: object) -> Loop:
    """The loop of a shape; for sums, one that goes over the items again where some lack the summed field."""
    key = _summed(shape.aggregate, shape.gross)
    if key not in _DERIVED or key == field:
        return _maker(shape.aggregate, shape.gross, field, test, "plain")(given, bail_out, None, None)
    again = _maker(shape.aggregate, shape.gross, field, test, "derived")(given, bail_out, _DERIVED[key], None)
    return _maker(shape.aggregate, shape.gross, field, test, "first")(given, bail_out, None, again)


def _summed(aggregate: str, gross: bool) -> str | None:
    """The field of an item that is added up."""
    match aggregate:
        case "Sum":
            return "value" if gross else "amount"
        case "Qty":
            return "qty"
        case _:
            return None


def _clean(raw: Any) -> Any:
    """A number that floats can be trusted with: not negative, not too large."""
    if (type(raw) is not float and type(raw) is not int) or not 0 <= raw <= _LARGEST:
        bail_out()
    return raw


def _gross(item: dict[object, Any]) -> Any:
    """`value`, else rate times quantity."""
    value = item.get("value")
    return _clean(value) if value is not None else _clean(_clean(item.get("rate")) * _clean(item.get("qty")))


def _amount(item: dict[object, Any]) -> Any:
    """`amount`, else value less discount.

    What is left must be half of the value at least: then the error of the difference, at most 4u times the value for
    u = 2^-53, is at most 9u times what is left, which the bound on the error of a sum has room for.
    """
    amount = item.get("amount")
    if amount is not None:
        return _clean(amount)
    value, discount = _gross(item), item.get("discount")
    if discount is None:
        return value
    left = value - _clean(discount)
    if left * 2 < value:
        bail_out()
    return left


_LARGEST = 1e15
_DERIVED: dict[str | None, Callable[[dict[object, Any]], Any]] = {"amount": _amount, "value": _gross}
"""Fields of an item that are computed where it lacks them."""


def _exact_bound(text: str) -> float | None:
    """The number of a condition when it is a float's own shortest text, so that fields compare with it as they are."""
    return comparable_float(Decimal(text)) if is_number_text(text) else None


@lru_cache(maxsize=256)
def _maker(aggregate: str, gross: bool, field: str | None, test: str, turn: Turn) -> _Make:
    """The function that makes the loop of a shape. Its lines come from this module alone."""
    return _compiled(_source(aggregate, gross, field, test, turn))


def _source(aggregate: str, gross: bool, field: str | None, test: str, turn: Turn) -> str:
    start = "total = 0" if aggregate in ("Sum", "Qty", "Count") else "found = False"
    given = "bound" if field is not None else "name, expected"
    lines = [_FIRST.format(start=start, most=MOST_ITEMS)]
    if field is not None:
        lines.append(_indented(_number("tested", field)))
        # The comparison itself shows that one limit is kept; `not` lets NaN fail.
        if test in (">", ">="):
            lines.append(_FAILS_BELOW.format(test=test))
        else:
            lines.append(_WITHIN.format(test=test))
    else:
        lines.append(_TEXT)
        lines.append(f"\n            if {test}:")
    key = _summed(aggregate, gross)
    match aggregate:
        case "Sum" | "Qty":
            if turn == "derived":
                lines.append("\n                total += derived(item)")
            elif key == field:
                lines.append("\n                total += tested")
            else:
                lines.append(_indented(_indented(_number("measure", str(key)))))
                lines.append(_NOT_NEGATIVE)
                lines.append("\n                total += measure")
            # No measure is negative, so the limit of the total is one for each of them.
            end = "if not total <= 1e15:\n            bail_out()\n        return total"
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
    body = "".join(lines) + f"\n        {end}"
    if turn == "first":
        body = _FALLBACK.format(body=_indented(body))
    return f"{_HEAD.format(given=given)}{body}\n    return loop\n"


_FAILS_BELOW = """
            if not tested {test} bound:
                if not 0 <= tested:
                    bail_out()
            elif not 0 <= tested <= 1e15:
                bail_out()
            else:"""
_WITHIN = """
            if not 0 <= tested <= 1e15:
                bail_out()
            if tested {test} bound:"""
_NOT_NEGATIVE = """
                if not measure >= 0:
                    bail_out()"""


def _number(name: str, key: str) -> str:
    first, second = ("int", "float") if key == "qty" else ("float", "int")
    return _NUMBER.format(name=name, key=key, first=first, second=second)


def _indented(lines: str) -> str:
    return lines.replace("\n", "\n    ")


def _compiled(source: str) -> _Make:
    namespace: dict[str, object] = {}
    exec(compile(source, "<line items>", "exec", dont_inherit=True), namespace)
    return cast("_Make", namespace["make"])
