"""Everything that a rule can name in its event, as a palette shows it: with labels, meanings, and what to insert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from targetexpr.ide.catalogue import VALUE_OWNERS, Entry
from targetexpr.ide.completion import members
from targetexpr.ide.condition_defaults import default_call
from targetexpr.ide.document import Document
from targetexpr.ide.labels import label, profile_words
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.schema.model import Profile, behavioural_event


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteItem:
    """An attribute, or a method."""

    path: str  # "currentTxn.value"; "date.isWeekend" for a method of dates
    label: str  # "Value"
    entry: Entry
    insert: str  # "currentTxn.basketSum("brand","")", ".isWeekend()"

    @property
    def values(self) -> tuple[str, ...]:
        """The documented values of an attribute."""
        return self.entry.values.get(self.entry.name, ()) if self.entry.function is None else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteProfile:
    """A profile and what is in it."""

    name: str  # "currentTxn"
    label: str  # "Transaction"
    doc: str
    items: tuple[PaletteItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """The profiles of the event, and the methods of values."""

    profiles: tuple[PaletteProfile, ...]
    methods: tuple[PaletteItem, ...]


def palette(document: Document, query: str = "") -> Palette:
    """What a rule can name; only what has every word of a query in its name, its label or its meaning.

    >>> found = palette(Document(""), "gross amount")
    >>> [item.path for profile in found.profiles for item in profile.items]
    ['currentTxn.grossAmount']
    >>> palette(Document(""), "weekend").methods[0].insert
    '.isWeekend()'
    """
    asked = query.lower().split()
    profiles: list[PaletteProfile] = []
    for profile in _profiles(document):
        items = tuple(item for item in _items(document, profile) if _fits(item, asked, profile))
        if items or not asked:
            called = label(profile_words(profile.name))
            profiles.append(PaletteProfile(name=profile.name, label=called, doc=profile.doc, items=items))
    methods = tuple(item for item in _methods(document) if _fits(item, asked, None))
    return Palette(profiles=tuple(profiles), methods=methods)


def _profiles(document: Document) -> Iterator[Profile]:
    schema, event = document.schema, document.event
    known = None if event is None else schema.event(event) or behavioural_event(event)
    for profile in schema.profiles.values():
        if known is None or schema.has_profile(known, profile.name):
            yield profile


def _items(document: Document, profile: Profile) -> Iterator[PaletteItem]:
    for member in (*members(profile, document.schema, document.event), *profile.patterns):
        entry = Entry(owner=profile.name, item=member)
        path = f"{profile.name}.{entry.name}"
        insert = path.removesuffix("*")
        if entry.function is not None:
            insert = f"{profile.name}.{default_call(entry.function, profile, document.schema)}"
        yield PaletteItem(path=path, label=label(entry.name), entry=entry, insert=insert)


def _methods(document: Document) -> Iterator[PaletteItem]:
    for owner in VALUE_OWNERS:
        for function in next(found for kind, found in KIND_METHODS.items() if kind == owner).values():
            entry = Entry(owner=owner, item=function)
            insert = f".{default_call(function, None, document.schema)}"
            yield PaletteItem(path=f"{owner}.{entry.name}", label=label(entry.name), entry=entry, insert=insert)


def _fits(item: PaletteItem, asked: list[str], profile: Profile | None) -> bool:
    if not asked:
        return True
    owner = "" if profile is None else profile_words(profile.name)
    said = f"{item.path} {item.label} {owner} {item.entry.doc}".lower()
    return all(word in said for word in asked)
