"""Values in sentences: strings in quotes, dates by the local clock, nothing longer than a line."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal

from targetexpr.base.dates import date_phrase
from targetexpr.lang.functions.baskets import CONDITIONS, SPELLINGS
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.coercion import Value, local, shown_value, text_of

LONGEST = 80
_MOST_SHOWN = 5


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def shown(value: Value, zone: tzinfo) -> str:
    """A value of the language."""
    match value:
        case None:
            return "missing"
        case str():
            return f'"{cut(value)}"'
        case bool() | int() | Decimal():
            return cut(text_of(value))
        case datetime():
            return date_phrase(value if value.tzinfo is None else local(value, zone))


def shown_raw(raw: object, zone: tzinfo) -> str:
    """What the data holds, whatever it is; a date without offset is meant in `zone`."""
    if isinstance(raw, list | tuple):
        return listed([shown_raw(one, zone) for one in raw[: _MOST_SHOWN + 1]]) if raw else "an empty list"
    if isinstance(raw, str | bool | int | Decimal | datetime):
        return shown(raw, zone)
    return shown_value(raw)


def listed(parts: list[str]) -> str:
    """The first few of several."""
    return ", ".join(parts[:_MOST_SHOWN]) + (", ..." if len(parts) > _MOST_SHOWN else "")


def item_condition(field: str, operator: str, number: str) -> str:
    """What an item is asked for, from the arguments of an `...If` method.

    >>> item_condition("QUANTITY", "GREATER_THAN", "2")
    'quantity is more than 2'
    """
    symbol = CONDITIONS.get(SPELLINGS.get(operator, operator))
    phrase = COMPARISONS[symbol].phrase.format(number) if symbol is not None else f"{operator} {number}"
    return f"{field.lower()} is {phrase}"
