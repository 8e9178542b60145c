"""What generated code calls: tests of clean data, reading that leaves the fast path, and the meanings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NoReturn, cast

from targetexpr.lang.types import Kind
from targetexpr.running import semantics
from targetexpr.running.coercion import Number, Value, bind_date, bind_number, plain
from targetexpr.running.context import ContextReader
from targetexpr.running.meanings import (
    COMPUTED_ATTRIBUTES,
    PROFILE_MEANINGS,
    RAW_MEANINGS,
    VALUE_MEANINGS,
    basket,
    look_up,
)


class Bailout(Exception):
    """The fast path cannot decide; never leaves generated code."""


def unclean() -> NoReturn:
    """Leaves the fast path."""
    raise Bailout


def some(value: Any) -> Any:
    """A value that is not null."""
    if value is None:
        raise Bailout
    return value


def number(raw: object) -> Number:
    """A raw value as an exact number."""
    kind = type(raw)
    if kind is float:
        if raw - raw == 0.0:  # type: ignore[operator]
            return Decimal(repr(raw))
    elif kind is int and -1_000_000_000_000_000 <= raw <= 1_000_000_000_000_000:  # type: ignore[operator]
        return raw  # type: ignore[return-value]
    return cast("Number", some(bind_number(raw)))


def divide(left: Number, right: Number) -> Number:
    """A quotient, the divisor not zero."""
    return cast("Number", some(semantics.divide(left, right)))


def remainder(left: Number, right: Number) -> Number:
    """A remainder, the divisor not zero."""
    return cast("Number", some(semantics.remainder(left, right)))


HELPERS: Mapping[str, object] = {
    **VALUE_MEANINGS,
    **PROFILE_MEANINGS,
    **RAW_MEANINGS,
    "basket": basket,
    "number": number,
    "some": some,
    "unclean": unclean,
    "add": semantics.add,
    "subtract": semantics.subtract,
    "multiply": semantics.multiply,
    "divide": divide,
    "remainder": remainder,
    "negative": semantics.negative,
}
"""The names that any generated code can use, besides Python's own."""


def bound_helpers(reader: ContextReader) -> dict[str, Any]:
    """The names whose meaning depends on the zone of the rule."""
    zone = reader.zone
    lenient = ContextReader(zone, lenient=True)

    def instant(raw: object) -> datetime:
        return cast("datetime", some(bind_date(raw, zone)))

    def extended(profile: dict[object, object], profile_name: str, name: str) -> object:
        return reader.raw(profile, profile_name, name)

    def look(context: object, profile_name: str, name: str) -> object:
        profile = lenient.profile(context, profile_name)
        return None if profile is None else lenient.raw(profile, profile_name, name)

    def looked_up(
        kind: Kind, profile: dict[object, object], profile_name: str, name: str, arguments: tuple[Value, ...]
    ) -> Value:
        found = look_up(reader, profile, profile_name, name, arguments)
        return cast("Value", some(reader.value(kind, found, profile_name, name)))

    def computed(profile: dict[object, object], profile_name: str, name: str, how: str) -> Number:
        raw = reader.raw(profile, profile_name, name)
        found = number(raw) if raw is not None else COMPUTED_ATTRIBUTES[how](reader, profile, profile_name)
        return cast("Number", some(found))

    def handed_out(value: Value) -> Value:
        return plain(value, zone)

    return {
        "zone": zone,
        "reader": reader,
        "instant": instant,
        "extended": extended,
        "look": look,
        "looked_up": looked_up,
        "computed": computed,
        "handed_out": handed_out,
    }
