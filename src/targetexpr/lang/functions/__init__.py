"""Every function that is computed here, declared once: overloads, meaning, documentation, examples.

To add one, declare it in the module of its family, and give the evaluators its meaning. Methods whose result is
read from the data need no declaration here: a schema file declares them.
"""

from __future__ import annotations

from targetexpr.lang.functions.baskets import BASKET_FUNCTIONS, BASKET_SHAPES, ITEM_FUNCTIONS, Basket
from targetexpr.lang.functions.dates import DATE_METHODS
from targetexpr.lang.functions.fields import CLUSTER_FUNCTIONS, FIELD_FUNCTIONS
from targetexpr.lang.functions.model import CONTEXT, Example, Function, Overload, Parameter, Receiver, Role
from targetexpr.lang.functions.values import NUMBER_METHODS, STRING_METHODS, VALUE_METHODS
from targetexpr.lang.types import Kind

__all__ = [
    "BASKET_SHAPES",
    "CONTEXT",
    "KIND_METHODS",
    "PROFILE_FUNCTIONS",
    "Basket",
    "Example",
    "Function",
    "Overload",
    "Parameter",
    "Receiver",
    "Role",
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
