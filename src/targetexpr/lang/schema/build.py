"""From schema documents to the data of a schema. Documents are valid: `validate` has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from targetexpr.lang.functions import CONTEXT, PROFILE_FUNCTIONS, Function, Overload, Parameter
from targetexpr.lang.schema.model import BEHAVIOURAL_PROFILES, EXTENDED, Attribute, Declarations, Event, Method, Profile
from targetexpr.lang.types import NAMED_TYPES, STRING, Type, event_type, profile_type

_Entry = Mapping[str, Any]


_Declared = TypeVar("_Declared", bound=Declarations)


def build(base: _Declared, documents: Iterable[_Entry], *, names: tuple[str, ...]) -> _Declared:
    """`base` with valid `documents` added; `names` are what they add to its identity."""
    profiles = dict(base.profiles)
    events = dict(base.events)
    inventory = dict(base.inventory)
    aliases = dict(base.aliases)
    on, off = set(base.lint_on), set(base.lint_off)
    for document in documents:
        for name, entry in document.get("profiles", {}).items():
            profiles[name] = _profile(name, entry, profiles.get(name))
        for name, entry in document.get("events", {}).items():
            events[name] = _event(name, entry, events.get(name))
            aliases.update(dict.fromkeys(entry.get("also", ()), name))
        for name, entry in document.get("profiles", {}).items():
            for event in entry.get("events", ()):
                known = events[aliases.get(event, event)]
                events[known.name] = _event(known.name, {"profiles": [name]}, known)
        inventory.update(_valued(document.get("inventoryAttributes", {})))
        lint = document.get("lint", {})
        on = (on | set(lint.get("on", ()))) - set(lint.get("off", ()))
        off = (off - set(lint.get("on", ()))) | set(lint.get("off", ()))
    return replace(
        base,
        profiles=MappingProxyType(profiles),
        events=MappingProxyType(events),
        aliases=MappingProxyType(aliases),
        inventory=MappingProxyType(inventory),
        lint_on=frozenset(on),
        lint_off=frozenset(off),
        documents=(*base.documents, *names),
    )


def _profile(name: str, entry: _Entry, old: Profile | None) -> Profile:
    attributes = dict(old.attributes) if old else {}
    patterns = old.patterns if old else ()
    for key, given in entry.get("attributes", {}).items():
        made = _attribute(name, key, given)
        if key.endswith("*"):
            patterns = (*patterns, made)
        else:
            attributes[key] = made
    for key, given in entry.get("extendedFields", {}).items():
        full = key if key.startswith(EXTENDED) else EXTENDED + key
        attributes[full] = _attribute(name, full, given)
    methods = dict(old.methods) if old else {}
    methods.update((key, _method(name, key, given)) for key, given in entry.get("methods", {}).items())
    type_ = entry.get("type")
    return Profile(
        name=name,
        type=_type(type_) if type_ is not None else old.type if old else profile_type(name),
        doc=entry.get("doc", old.doc if old else ""),
        choice=entry.get("choice", old.choice if old else None),
        attributes=attributes,
        methods=methods,
        patterns=patterns,
        custom_fields={**(old.custom_fields if old else {}), **_valued(entry.get("customFields", {}))},
        clusters={**(old.clusters if old else {}), **_valued(entry.get("clusters", {}))},
        suggest_for=(*(old.suggest_for if old else ()), *entry.get("suggestFor", ())),
    )


def _attribute(profile: str, name: str, entry: _Entry | str) -> Attribute:
    if isinstance(entry, str):
        return Attribute(profile=profile, name=name, type=NAMED_TYPES[entry])
    return Attribute(
        profile=profile,
        name=name,
        type=NAMED_TYPES[entry.get("type", "string")],
        doc=entry.get("doc", ""),
        choice=entry.get("choice"),
        events=_optional(entry, "events"),
        values=tuple(entry.get("values", ())),
        suggest_for=tuple(entry.get("suggestFor", ())),
        computed=entry.get("computed"),
    )


def _method(profile: str, name: str, entry: _Entry) -> Method:
    used = entry.get("use")
    function = PROFILE_FUNCTIONS[used] if used is not None else _context_function(name, entry)
    return Method(
        profile=profile,
        name=name,
        function=function,
        choice=entry.get("choice"),
        events=_optional(entry, "events"),
        suggest_for=tuple(entry.get("suggestFor", ())),
    )


def _context_function(name: str, entry: _Entry) -> Function:
    parameters = tuple(_parameter(given) for given in entry.get("parameters", ()))
    required = sum(1 for given in entry.get("parameters", ()) if not given.get("optional", False))
    return Function(
        name=name,
        receiver="profile",
        overloads=(
            Overload(parameters=parameters, result=NAMED_TYPES[entry.get("result", "boolean")], required=required),
        ),
        doc=entry.get("doc", ""),
        meaning=CONTEXT,
        words=entry.get("words"),
        choice=entry.get("choice"),
    )


def _parameter(entry: _Entry) -> Parameter:
    return Parameter(
        name=entry["name"],
        type=NAMED_TYPES[entry["type"]] if "type" in entry else STRING,
        role=entry.get("role", "value"),
        values=tuple(entry.get("values", ())),
        closed=entry.get("closed", False),
    )


def _event(name: str, entry: _Entry, old: Event | None) -> Event:
    behavioural = entry.get("behavioural", old.behavioural if old else True)
    if "profiles" in entry and old is None and "behavioural" not in entry:
        behavioural = False
    offered = frozenset(entry.get("profiles", ())) | (old.profiles if old else frozenset())
    if behavioural and not old:
        offered |= BEHAVIOURAL_PROFILES
    attributes = dict(old.attributes) if old and old.attributes is not None else None
    if "attributes" in entry:
        attributes = attributes or {}
        for key, given in entry["attributes"].items():
            attributes[key] = _attribute("currentEvent", key, given)
    type_ = entry.get("type")
    return Event(
        name=name,
        type=_type(type_) if type_ is not None else old.type if old else event_type(name),
        doc=entry.get("doc", old.doc if old else ""),
        choice=entry.get("choice", old.choice if old else None),
        profiles=offered,
        behavioural=behavioural,
        attributes=attributes,
    )


def _type(written: str) -> Type:
    """A type of an object as a schema file writes it, in short or with its ancestry."""
    return Type(written if ":" in written else f"{written}:object:primitive")


def _valued(entries: _Entry) -> dict[str, tuple[str, ...]]:
    """Names with their values: `{"brand": ["Puma"]}`, `{"brand": {"values": ["Puma"]}}`."""
    return {
        name: tuple(given.get("values", ())) if isinstance(given, Mapping) else tuple(given)
        for name, given in entries.items()
    }


def _optional(entry: _Entry, key: str) -> tuple[str, ...] | None:
    return tuple(entry[key]) if key in entry else None
