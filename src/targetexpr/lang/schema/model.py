"""The data of a schema: profiles with their attributes and methods, events, names of inventory. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from targetexpr.lang.functions import Function
from targetexpr.lang.types import REAL, STRING, Type, event_type

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
    values: tuple[str, ...] = ()  # the documented values of a string, () when any value goes
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
        """The attribute of that name. An undeclared extended field is a string that fits what is asked for.

        >>> from targetexpr import Schema
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
    type: Type  # of currentEvent in it: "transactionAddEvent:object:primitive"
    doc: str = ""
    choice: str | None = None
    profiles: frozenset[str]
    behavioural: bool = False  # defined by the organisation, with attributes of its own
    attributes: Mapping[str, Attribute] | None = None  # what currentEvent has in it besides; None: not declared


BEHAVIOURAL_PROFILES = frozenset(("currentEvent", "currentCustomer", "currentStore"))


def behavioural_event(name: str) -> Event:
    """An event that no schema declares: one of the organisation's own, whose attributes are not known."""
    return Event(name=name, type=event_type(name), profiles=BEHAVIOURAL_PROFILES, behavioural=True)


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Declarations:
    """Everything that the documents of a schema declare. `Schema` adds how to make one and what to ask it."""

    profiles: Mapping[str, Profile] = field(default_factory=_empty)
    events: Mapping[str, Event] = field(default_factory=_empty)
    aliases: Mapping[str, str] = field(default_factory=_empty)  # other name of an event -> its name
    inventory: Mapping[str, tuple[str, ...]] = field(default_factory=_empty)  # name -> values, () when any value goes
    lint_on: frozenset[str] = frozenset()
    lint_off: frozenset[str] = frozenset()
    documents: tuple[str, ...] = ()  # the JSON texts of the documents, or their names: the identity of a schema


def behavioural_attribute(name: str) -> Attribute:
    """An attribute of a behavioural event whose attributes are not declared: a number, or what is asked for."""
    return Attribute(profile="currentEvent", name=name, type=REAL, flexible=True, doc="An attribute of the event.")
