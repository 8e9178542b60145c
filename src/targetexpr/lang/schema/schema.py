"""`Schema`: what an expression can name, with the ways to make one. Its data is in `model`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, cached_property

from targetexpr.lang.schema.model import BEHAVIOURAL_PROFILES, Declarations, Event

_BUNDLED = "bundled"
"""What stands for the bundled schema in `Schema.documents`."""


class Schema(Declarations):
    """Everything an expression can name.

    Build one with `Schema.bundled()`, `Schema.load(path or text)` or `schema.extend(...)`. Two schemas are equal
    when they were built from equal documents; schemas can be hashed, pickled and shared between threads.

    >>> mine = Schema.bundled().extend(extended_fields={"currentCustomer": {"dob_date": "date"}})
    >>> mine.profiles["currentCustomer"].attribute("extField_dob_date").type
    'date:object:primitive'
    """

    @staticmethod
    def bundled() -> Schema:
        """The documented profiles, attributes, methods and events of the platform."""
        return _bundled()

    @staticmethod
    def load(source: str | os.PathLike[str]) -> Schema:
        """A schema from a TOML or JSON file, or from its text; it extends the bundled one unless it says otherwise.

        A `str` that holds a line break or starts with `{` or `[` is text, any other the path of a file.
        Raises `SchemaError`, whose diagnostics name line and key, and OSError when the file cannot be read.

        >>> Schema.load('[inventoryAttributes]\\nbrand = ["Puma", "Nike"]\\n').inventory["brand"]
        ('Puma', 'Nike')
        """
        if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
            from targetexpr.lang.schema.load import load_text

            return load_text(source, extending=_extending)
        return Schema.load_file(source)

    @staticmethod
    def load_file(path: str | os.PathLike[str]) -> Schema:
        """A schema from a file, whatever its name looks like; see `load`."""
        from targetexpr.lang.schema.load import load_file

        return load_file(path, extending=_extending)

    def extend(
        self,
        document: Mapping[str, object] | None = None,
        *,
        profiles: Mapping[str, object] | None = None,
        events: Mapping[str, object] | None = None,
        extended_fields: Mapping[str, Mapping[str, object]] | None = None,
        custom_fields: Mapping[str, Mapping[str, object]] | None = None,
        inventory_attributes: Mapping[str, object] | None = None,
        lint: Mapping[str, object] | None = None,
    ) -> Schema:
        """A new schema with more in it; this one stays as it is.

        `document` has the form of a schema file. The keywords say parts of one: `profiles`, `events`,
        `inventory_attributes` and `lint` as in the file, `extended_fields` and `custom_fields` by profile.
        Raises `SchemaError` when something in it is invalid.
        """
        from targetexpr.lang.schema.load import extend

        given = {
            "profiles": profiles,
            "events": events,
            "inventoryAttributes": inventory_attributes,
            "lint": lint,
        }
        documents: list[Mapping[str, object]] = [
            document or {},
            {key: value for key, value in given.items() if value is not None},
        ]
        for key, by_profile in (("extendedFields", extended_fields), ("customFields", custom_fields)):
            if by_profile is not None:
                documents.append({"profiles": {name: {key: fields} for name, fields in by_profile.items()}})
        schema = self
        for part in documents:
            if part:
                schema = extend(schema, part)
        return schema

    def event(self, name: str) -> Event | None:
        """The event of that name, or of the other name documents use for it."""
        return self.events.get(self.aliases.get(name, name))

    def offering(self, profile: str) -> tuple[str, ...]:
        """The names of the events that offer a profile, in alphabetical order."""
        if profile in self._everywhere:
            return tuple(sorted(self.events))
        return tuple(sorted(name for name, event in self.events.items() if profile in event.profiles))

    def has_profile(self, event: Event, profile: str) -> bool:
        """Whether a profile is there in an event; one that no event names is there in all of them."""
        return profile in event.profiles or profile in self._everywhere

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        named = {profile for event in self.events.values() for profile in event.profiles}
        return frozenset(self.profiles) - named - BEHAVIOURAL_PROFILES

    @cached_property
    def _hash(self) -> int:
        return hash(self.documents)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Schema) and self.documents == other.documents)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Schema: {len(self.profiles)} profiles, {len(self.events)} events>"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self.documents,)


@cache
def _bundled() -> Schema:
    from targetexpr.lang.schema.build import build
    from targetexpr.lang.schema.bundled import bundled_documents

    return build(Schema(), bundled_documents(), names=(_BUNDLED,))


def _extending(what: str) -> Schema:
    """The schema that a file extends, by what it says under `extends`."""
    return Schema() if what == "nothing" else _bundled()


def _rebuilt(documents: tuple[str, ...]) -> Schema:
    """The schema that was built from these documents (what unpickling does)."""
    import json

    from targetexpr.lang.schema.build import build

    schema = Schema()
    for text in documents:
        schema = _bundled() if text == _BUNDLED else build(schema, (json.loads(text),), names=(text,))
    return schema
