"""Every function that is computed here, declared once: overloads, phrases, limits, habits, documentation, examples.

To add one, declare it in the module of its family, and give it a meaning in `running/meanings`. Methods whose result
is read from the data need no declaration here: a schema file declares them.
"""

from __future__ import annotations

from targetexpr.lang.functions.baskets import BASKET_FUNCTIONS, BASKET_SHAPES, ITEM_FUNCTIONS, Basket
from targetexpr.lang.functions.dates import DATE_METHODS
from targetexpr.lang.functions.fields import CLUSTER_FUNCTIONS, FIELD_FUNCTIONS
from targetexpr.lang.functions.model import (
    CONTEXT,
    ROLE_LIMITS,
    Example,
    Function,
    Limits,
    Overload,
    Parameter,
    Reads,
    Receiver,
    Role,
    TestPhrase,
)
from targetexpr.lang.functions.values import NUMBER_METHODS, STRING_METHODS, VALUE_METHODS
from targetexpr.lang.types import Kind

__all__ = [
    "BASKET_SHAPES",
    "CONTEXT",
    "HABITS",
    "KIND_METHODS",
    "PROFILE_FUNCTIONS",
    "ROLE_LIMITS",
    "Basket",
    "Example",
    "Function",
    "Limits",
    "Overload",
    "Parameter",
    "Reads",
    "Receiver",
    "Role",
    "TestPhrase",
    "all_functions",
]


def _named(*groups: tuple[Function, ...]) -> dict[str, Function]:
    return {function.name: function for group in groups for function in group}


KIND_METHODS: dict[Kind, dict[str, Function]] = {
    "string": _named(STRING_METHODS, VALUE_METHODS),
    "number": _named(NUMBER_METHODS, VALUE_METHODS),
    "date": _named(DATE_METHODS, VALUE_METHODS),
    "boolean": _named(VALUE_METHODS),
    "object": {},
    "function": {},
}
"""The methods of a value by its kind: every date has every date method, whatever attribute it is."""

PROFILE_FUNCTIONS: dict[str, Function] = _named(BASKET_FUNCTIONS, ITEM_FUNCTIONS, FIELD_FUNCTIONS, CLUSTER_FUNCTIONS)
"""The functions that profiles can offer; schema files say which do (`"basketSum": {"use": "basketSum"}`)."""


HABITS: dict[tuple[Kind, str], str] = {
    ("string", "equals"): "To compare strings, write `==`.",
    ("number", "equals"): "To compare numbers, write `==`.",
    **{
        (kind, habit.lower()): hint
        for kind, functions in KIND_METHODS.items()
        for function in functions.values()
        for habit, hint in function.habits
    },
}
"""Methods that other languages have, by the kind of value and in lower case, and what to write here."""


def all_functions() -> tuple[Function, ...]:
    """Every declaration, each once."""
    return (
        *STRING_METHODS,
        *NUMBER_METHODS,
        *DATE_METHODS,
        *VALUE_METHODS,
        *BASKET_FUNCTIONS,
        *ITEM_FUNCTIONS,
        *FIELD_FUNCTIONS,
        *CLUSTER_FUNCTIONS,
    )
