"""The schema: which profiles, attributes, methods and events there are. Immutable; extending returns a new one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType

from targetexpr.lang.functions import Function
from targetexpr.lang.types import EVENT, REAL, STRING, Type, event_type

EXTENDED = "extField_"
"""What the names of extended fields begin with."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attribute:
    """One attribute of a profile. A flexible one takes the type that is asked for where it stands."""

    profile: str  # "currentTxn"
    name: str  # "value"
    type: Type
    doc: str = ""
    choice: str | None = None  # what was chosen where the documents are silent or contradict each other
    events: tuple[str, ...] | None = None  # the only events that have it, None for all that offer the profile
    values: tuple[str, ...] = ()  # the documented values of a text, () when any value goes
    suggest_for: tuple[str, ...] = ()  # other names people write for it
    computed: str | None = None  # computed from the line items when the data does not hold it
    flexible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Method:
    """One method of a profile: the function, and what is special about it on this profile."""

    profile: str
    name: str
    function: Function
    choice: str | None = None
    events: tuple[str, ...] | None = None
    suggest_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """One profile: what stands before the first dot."""

    name: str  # "currentTxn"
    type: Type
    doc: str = ""
    choice: str | None = None
    attributes: Mapping[str, Attribute]
    methods: Mapping[str, Method]
    patterns: tuple[Attribute, ...] = ()  # documented families of names, "extField_*"
    custom_fields: Mapping[str, tuple[str, ...]]  # name -> values, () when any value goes; empty: none declared
    clusters: Mapping[str, tuple[str, ...]]
    suggest_for: tuple[str, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name. An undeclared extended field is a text that fits what is asked for.

        >>> txn = Schema.bundled().profiles["currentTxn"]
        >>> txn.attribute("value").type, txn.attribute("extField_channel").flexible, txn.attribute("valu")
        ('real:object:primitive', True, None)
        """
        found = self.attributes.get(name)
        if found is None and name.startswith(EXTENDED) and len(name) > len(EXTENDED):
            return Attribute(profile=self.name, name=name, type=STRING, flexible=True, doc="An extended field.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Event:
    """One event (activity) and the profiles it offers."""

    name: str  # "TransactionAdd"
    doc: str = ""
    choice: str | None = None
    profiles: frozenset[str]
    behavioural: bool = False  # defined by the organisation, with attributes of its own
    attributes: Mapping[str, Attribute] | None = None  # what currentEvent has in it besides; None: not declared


BEHAVIOURAL_PROFILES = frozenset(("currentEvent", "currentCustomer", "currentStore"))


class Schema:
    """Everything an expression can name.

    Build one with `Schema.bundled()`, `Schema.load(path or text)` or `schema.extend(...)`. Two schemas are equal
    when they were built from equal documents; schemas can be hashed, pickled and shared between threads.

    >>> mine = Schema.bundled().extend(extended_fields={"currentCustomer": {"dob_date": "date"}})
    >>> mine.profiles["currentCustomer"].attribute("extField_dob_date").type
    'date:object:primitive'
    """

    def __init__(
        self,
        *,
        profiles: Mapping[str, Profile],
        events: Mapping[str, Event],
        inventory: Mapping[str, tuple[str, ...]],
        lint_on: frozenset[str] = frozenset(),
        lint_off: frozenset[str] = frozenset(),
        aliases: Mapping[str, str] = MappingProxyType({}),
        documents: tuple[str, ...],
    ) -> None:
        """`documents` are the JSON texts of the schema documents it was built from: its identity."""
        self.profiles = MappingProxyType(dict(profiles))
        self.events = MappingProxyType(dict(events))
        self.inventory = MappingProxyType(dict(inventory))
        self.aliases = MappingProxyType(dict(aliases))  # other name of an event -> its name
        self.lint_on = lint_on
        self.lint_off = lint_off
        self.documents = documents
        self._hash = hash(documents)

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
        from targetexpr.lang.schema.load import load_schema

        return load_schema(source)

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
        Raises `SchemaError` when something in it is not in order.
        """
        from targetexpr.lang.schema.load import extend_schema

        merged: dict[str, object] = dict(document or {})
        given = {
            "profiles": profiles,
            "events": events,
            "inventoryAttributes": inventory_attributes,
            "lint": lint,
        }
        parts: list[dict[str, object]] = [
            merged,
            {key: value for key, value in given.items() if value is not None},
        ]
        for key, by_profile in (("extendedFields", extended_fields), ("customFields", custom_fields)):
            if by_profile is not None:
                parts.append({"profiles": {name: {key: fields} for name, fields in by_profile.items()}})
        schema = self
        for part in parts:
            if part:
                schema = extend_schema(schema, part)
        return schema

    def event(self, name: str) -> Event | None:
        """The event of that name, or of the other name documents use for it."""
        return self.events.get(self.aliases.get(name, name))

    def offering(self, profile: str) -> tuple[str, ...]:
        """The names of the events that offer a profile, in alphabetical order."""
        if profile in self._everywhere:
            return tuple(sorted(self.events))
        return tuple(sorted(name for name, event in self.events.items() if profile in event.profiles))

    def offers(self, event: Event, profile: str) -> bool:
        """Whether a profile is there in an event; one that no event names is there in all of them."""
        return profile in event.profiles or profile in self._everywhere

    @cached_property
    def _everywhere(self) -> frozenset[str]:
        named = {profile for event in self.events.values() for profile in event.profiles}
        return frozenset(self.profiles) - named - BEHAVIOURAL_PROFILES

    def type_of_profile(self, profile: Profile, event: str | None) -> Type:
        """The type of a profile: that of currentEvent depends on the event."""
        if event is not None and profile.type == EVENT:
            return event_type(self.aliases.get(event, event))
        return profile.type

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Schema) and self.documents == other.documents)

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<Schema: {len(self.profiles)} profiles, {len(self.events)} events>"

    def __reduce__(self) -> tuple[object, ...]:
        from targetexpr.lang.schema.build import rebuild

        return rebuild, (self.documents,)


def behavioural_attribute(name: str) -> Attribute:
    """An attribute of a behavioural event whose attributes are not declared: a number, or what is asked for."""
    return Attribute(profile="currentEvent", name=name, type=REAL, flexible=True, doc="An attribute of the event.")


@cache
def _bundled() -> Schema:
    from targetexpr.lang.schema.build import BUNDLED, empty, read_documents

    return read_documents(empty(), bundled_documents(), names=(BUNDLED,))


def bundled_documents() -> Iterable[Mapping[str, object]]:
    """The files of the bundled schema, in the form of any schema file."""
    import json

    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "schemas")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json") and not name.endswith(".schema.json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield json.load(file)
