"""Reading the context: profiles, attributes, extended fields, and what becomes of what does not fit."""

from __future__ import annotations

from datetime import tzinfo

from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.types import Kind
from targetexpr.running.coercion import (
    BINDERS,
    DataError,
    InvalidValue,
    Number,
    PathPart,
    Value,
    bind_date,
    bind_number,
    bind_string,
    path_text,
)
from targetexpr.running.foreign import native


class ContextReader:
    """How a rule looks at its data: the zone of its clock, and whether an invalid value is an error or null.

    A path goes with every value, from the profile on, so that an error can say where it lies. Immutable.
    """

    __slots__ = ("lenient", "zone")

    def __init__(self, zone: tzinfo, *, lenient: bool = False) -> None:
        self.zone = zone
        self.lenient = lenient

    def invalid(self, path: tuple[PathPart, ...], value: object, expected: str) -> None:
        """What a value that does not fit reads as: null, or it raises DataError."""
        if not self.lenient:
            raise DataError(path_text(path), value, expected)

    # what values are bound to

    def value(self, kind: Kind, raw: object, *path: PathPart) -> Value:
        """`raw` as a value of the kind."""
        try:
            return BINDERS[kind](raw, self.zone)
        except InvalidValue:
            pass  # raised outside the handler, so that the error does not drag this one along
        self.invalid(path, raw, kind)
        return None

    def number(self, raw: object, *path: PathPart) -> Number | None:
        """`raw` as a number."""
        try:
            return bind_number(raw)
        except InvalidValue:
            pass  # raised outside the handler, so that the error does not drag this one along
        self.invalid(path, raw, "number")
        return None

    def string(self, raw: object, *path: PathPart) -> str | None:
        """`raw` as a string."""
        try:
            return bind_string(raw)
        except InvalidValue:
            pass  # raised outside the handler, so that the error does not drag this one along
        self.invalid(path, raw, "string")
        return None

    def dictionary(self, raw: object, *path: PathPart) -> dict[object, object] | None:
        """`raw` as a dict; None when it is missing."""
        if raw is None or isinstance(raw, dict):
            return raw
        self.invalid(path, raw, "dict")
        return None

    def sequence(self, raw: object, *path: PathPart) -> list[object] | tuple[object, ...] | None:
        """`raw` as a list; None when it is missing."""
        if raw is None or isinstance(raw, list | tuple):
            return raw
        self.invalid(path, raw, "list")
        return None

    def items(self, raw: object, *path: PathPart) -> list[object] | tuple[object, ...] | None:
        """`raw` as a list of dicts, such as line items; None when it is missing."""
        raw = self.sequence(raw, *path)
        if raw is None:
            return None
        for index, item in enumerate(raw):
            if not isinstance(item, dict):
                self.invalid((*path, index), item, "dict")
                return None
        return raw

    # what lies where in the context

    def profile(self, context: object, name: str) -> dict[object, object] | None:
        """The dict of a profile. A profile that is needed and absent does not fit. Any mapping is a context."""
        try:
            raw = context[name]  # type: ignore[index]
        except (LookupError, TypeError):
            raw = None
        if isinstance(raw, dict):
            return raw
        self.invalid((name,), raw, "profile")
        return None

    def raw(self, profile: dict[object, object], profile_name: str, name: str) -> object:
        """What a profile holds under a name; an extended field may be among `extendedFields` instead."""
        found = get(profile, name)
        if found is None and name.startswith(EXTENDED):
            fields = self.dictionary(get(profile, "extendedFields"), profile_name, "extendedFields")
            if fields is not None:
                return get(fields, name[len(EXTENDED) :])
        return found

    def attribute(self, context: object, profile_name: str, name: str, kind: Kind) -> Value:
        """An attribute as a value of the kind."""
        profile = self.profile(context, profile_name)
        if profile is None:
            return None
        return self.value(kind, self.raw(profile, profile_name, name), profile_name, name)


def get(mapping: dict[object, object], key: str) -> object:
    """What a dict holds under a key, None when it holds nothing. NumPy's and pandas' scalars are read as Python's own.

    By subscription: dicts that answer for missing keys (`defaultdict`) do so here as in any other Python code.
    """
    try:
        return native(mapping[key])
    except KeyError:
        return None


def fits_date(raw: object, zone: tzinfo) -> bool:
    """Whether a raw value is a date."""
    try:
        return bind_date(raw, zone) is not None
    except InvalidValue:
        return False
