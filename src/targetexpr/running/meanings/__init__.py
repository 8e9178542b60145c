"""What the methods mean, by the key in their declaration, one module for each family.

Methods of values get values that are not null and give one. Tests of raw values look at the data as it is. Methods of
profiles get the profile's dict and read from it what they need. Nothing here knows how an expression is walked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, TypeAlias

from targetexpr.running.coercion import Value
from targetexpr.running.context import ContextReader
from targetexpr.running.meanings.baskets import COMPUTED_ATTRIBUTES, basket
from targetexpr.running.meanings.dates import DATE_MEANINGS
from targetexpr.running.meanings.fields import FIELD_MEANINGS
from targetexpr.running.meanings.items import ITEM_MEANINGS
from targetexpr.running.meanings.lookup import look_up
from targetexpr.running.meanings.numbers import interval
from targetexpr.running.meanings.strings import RAW_TESTS, STRING_MEANINGS

ValueMeaning: TypeAlias = Callable[..., Value]
"""`(zone, receiver, *arguments)`, none of them null. The kinds of the arguments are the declaration's."""

ProfileMeaning: TypeAlias = Callable[[ContextReader, dict[object, object], str, tuple[Any, ...]], Value]
"""`(reader, profile, name of the profile, arguments)`, the arguments not null."""

RawMeaning: TypeAlias = Callable[[object, tzinfo], bool]
"""`(raw value, zone)`: never null, never an error."""

VALUE_MEANINGS: dict[str, ValueMeaning] = {**STRING_MEANINGS, **DATE_MEANINGS, "interval": interval}
RAW_MEANINGS: dict[str, RawMeaning] = RAW_TESTS
PROFILE_MEANINGS: dict[str, ProfileMeaning] = {**ITEM_MEANINGS, **FIELD_MEANINGS}

__all__ = [
    "COMPUTED_ATTRIBUTES",
    "PROFILE_MEANINGS",
    "RAW_MEANINGS",
    "VALUE_MEANINGS",
    "basket",
    "look_up",
]
