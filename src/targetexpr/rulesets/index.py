"""The index of a rule set: by field, which rules a record leaves possible. What is left is asked itself.

Positions of rules only grow; a removed rule loses its bit in `alive`. Rules enter in place while others read: a rule
becomes alive last, when every field knows it, and until then no reader sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Literal, cast

from targetexpr.lang.literals import is_number_text
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.types import Kind
from targetexpr.rulesets.constraints import Requirements, Watched
from targetexpr.rulesets.domains import (
    BooleanDomain,
    Domain,
    ItemsDomain,
    NumberDomain,
    SearchDomain,
    StringDomain,
    Subject,
)
from targetexpr.rulesets.fields import (
    UNKNOWN,
    BooleanField,
    Field,
    ItemsField,
    NumberField,
    SearchField,
    StringField,
    WatchedField,
    bitmap,
)
from targetexpr.running.coercion import has_few_digits, integer_text
from targetexpr.running.context import get

_NUMBERS_OF_ITEMS = ("qty", "rate", "value", "discount", "amount")
_MISFIT = object()

Entry = tuple[int, Domain, bool]
"""Position of a rule, its domain, and whether nothing of the rule can raise."""


class _Attribute:
    """An attribute of a profile, and the rules that read it."""

    __slots__ = ("extended", "field", "name", "readers")

    def __init__(self, name: str, field: Field | WatchedField) -> None:
        self.name = name
        self.extended = name.startswith(EXTENDED)
        self.field: Field | WatchedField = field
        self.readers = 0


class _Profile:
    """A profile: its attributes, its line items, and the rules that read it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.readers = 0
        self.attributes: tuple[_Attribute, ...] = ()
        self.items: tuple[tuple[str, ItemsField], ...] = ()
        self.item_readers = 0
        self.by_key: dict[tuple[str, Kind | Literal["search"]], _Attribute] = {}

    def attribute(self, name: str, kind: Kind | Literal["search"], field: Field | WatchedField) -> _Attribute:
        made = self.by_key[name, kind] = _Attribute(name, field)
        self.attributes = (*self.attributes, made)  # a new tuple, since others may be going through the old one
        return made


class Index:
    """Which rules a record leaves possible."""

    def __init__(self, rules: Sequence[Requirements], zone: tzinfo, *, lenient: bool) -> None:
        self.alive = 0
        self._zone = zone
        self._lenient = lenient
        self._profiles: tuple[_Profile, ...] = ()
        self._by_name: dict[str, _Profile] = {}
        self._build(rules)
        self.alive = (1 << len(rules)) - 1

    # ---- asking

    def possible(self, context: object) -> int:
        """The rules that a context leaves possible, as a bitmap."""
        alive = self.alive  # first: what becomes alive from here on is not seen by everyone yet
        ruled = forced = 0
        for profile in self._profiles:
            try:
                data = context[profile.name]  # type: ignore[index]
            except (LookupError, TypeError):
                data = None
            if not isinstance(data, dict):
                forced |= profile.readers
                if self._lenient:
                    for attribute in profile.attributes:
                        ruled |= attribute.field.null
                    for _, items in profile.items:
                        ruled |= items.null
                continue
            for attribute in profile.attributes:
                try:
                    raw = data[attribute.name]
                except KeyError:
                    raw = None
                if raw is None and attribute.extended:
                    raw = _extended(data, attribute.name)
                found = attribute.field.ruled_out(raw)
                if found >= 0:
                    ruled |= found
                else:
                    forced |= attribute.readers
            if profile.items or profile.item_readers:
                found = self._of_items(profile, get(data, "lineItems"))
                if found >= 0:
                    ruled |= found
                else:
                    forced |= profile.item_readers
        return alive & (~ruled | forced)

    def _of_items(self, profile: _Profile, raw: object) -> int:
        ruled = 0
        if raw is None:
            for _, field in profile.items:
                ruled |= field.null
            return ruled
        if type(raw) is not list or not (self._lenient or _are_clean(raw)):
            return UNKNOWN
        for name, field in profile.items:
            values = _values(raw, name)
            if values is None:
                if self._lenient:
                    continue
                return UNKNOWN
            ruled |= field.ruled_out(values)
        return ruled

    # ---- building

    def add(self, position: int, rule: Requirements) -> None:
        """One more rule, behind all there are."""
        for watched in rule.watched:
            self._watch(watched, 1 << position)
        for subject, domains in rule.constraints.items():
            self._field(subject, ()).add(position, _of(domains), complete=rule.complete)
        self.alive |= 1 << position

    def remove(self, position: int) -> None:
        """A rule that is asked no more."""
        self.alive &= ~(1 << position)

    def _build(self, rules: Sequence[Requirements]) -> None:
        entries: dict[Subject, list[Entry]] = {}
        readers: dict[Watched, list[int]] = {}
        for position, rule in enumerate(rules):
            for watched in rule.watched:
                readers.setdefault(watched, []).append(position)
            for subject, domains in rule.constraints.items():
                entries.setdefault(subject, []).append((position, _of(domains), rule.complete))
        for subject, found in entries.items():
            _fill(self._field(subject, [domain for _, domain, _ in found]), found)
        for watched, positions in readers.items():
            self._watch(watched, bitmap(positions))

    def _profile(self, name: str) -> _Profile:
        profile = self._by_name.get(name)
        if profile is None:
            profile = self._by_name[name] = _Profile(name)
            self._profiles = (*self._profiles, profile)
        return profile

    def _watch(self, watched: Watched, rules: int) -> None:
        profile = self._profile(watched.profile)
        profile.readers |= rules
        if watched.kind is None:
            profile.item_readers |= rules
            return
        attribute = profile.by_key.get((watched.name, watched.kind))
        if attribute is None:
            attribute = profile.attribute(watched.name, watched.kind, WatchedField(watched.kind, self._zone))
        attribute.readers |= rules

    def _field(self, subject: Subject, domains: Sequence[Domain]) -> Field:
        """The field of a subject, made when it is new."""
        profile = self._profile(subject.profile)
        if subject.kind == "items":
            for name, items in profile.items:
                if name == subject.name:
                    return items
            field = ItemsField()
            profile.items = (*profile.items, (subject.name, field))
            return field
        found = profile.by_key.get((subject.name, subject.kind))
        if found is not None and not isinstance(found.field, WatchedField):
            return found.field
        made = _new_field(subject.kind, domains)
        if found is None:
            profile.attribute(subject.name, subject.kind, made)
        else:
            found.field = made
        return made


def _new_field(kind: Literal["number", "string", "boolean", "search"], domains: Sequence[Domain]) -> Field:
    match kind:
        case "number":
            return NumberField(domain for domain in domains if isinstance(domain, NumberDomain))
        case "string":
            return StringField()
        case "boolean":
            return BooleanField()
        case "search":
            return SearchField()


def _fill(field: Field, entries: Sequence[Entry]) -> None:
    plain = [(position, domain) for position, domain, _ in entries]
    match field:
        case NumberField():
            field.fill(cast("list[tuple[int, NumberDomain]]", plain))
        case StringField():
            field.fill(cast("list[tuple[int, StringDomain]]", plain))
        case BooleanField():
            field.fill(cast("list[tuple[int, BooleanDomain]]", plain))
        case SearchField():
            field.fill(cast("list[tuple[int, SearchDomain]]", plain))
        case ItemsField():
            field.fill(cast("list[tuple[int, ItemsDomain]]", plain))
        case _:
            raise AssertionError("a field without domains")
    field.null = bitmap(position for position, _, complete in entries if complete)


def _of(domains: tuple[Domain, ...]) -> Domain:
    """The domain that is looked at: of several (searches, line items), the one with the fewest values."""
    return min(domains, key=lambda domain: 0 if isinstance(domain, NumberDomain) else len(domain.values))


def _extended(data: dict[object, object], name: str) -> object:
    """An extended field among `extendedFields`; something that fits nowhere when those are no dict."""
    fields = get(data, "extendedFields")
    if fields is None:
        return None
    return get(fields, name[len(EXTENDED) :]) if isinstance(fields, dict) else _MISFIT


def _are_clean(items: list[object]) -> bool:
    """Whether nothing of the line items can fail to fit, whichever of their fields is read."""
    for item in items:
        if type(item) is not dict:
            return False
        for name in _NUMBERS_OF_ITEMS:
            number: Any = item.get(name)
            kind = type(number)
            if kind is float:
                if number - number != 0.0:
                    return False
            elif kind is int:
                if not -1e15 < number < 1e15:
                    return False
            elif number is not None and not _is_plain_number(number):
                return False
        attributes = item.get("attributes")
        if attributes is not None:
            if type(attributes) is not dict:
                return False
            for value in attributes.values():
                if type(value) is not str and value is not None and type(value) is not int:
                    return False
    return True


def _is_plain_number(value: object) -> bool:
    """Whether a value is a Decimal or a string that is a number."""
    if type(value) is Decimal:
        return value.is_finite() and has_few_digits(value)
    return type(value) is str and is_number_text(value)


def _values(items: list[object], name: str) -> list[str] | None:
    """The values of an inventory attribute; None where something about it may not fit."""
    found: list[str] = []
    for item in items:
        attributes = item.get("attributes") if type(item) is dict else item
        if attributes is None:
            continue
        if type(attributes) is not dict:
            return None
        value = attributes.get(name)
        if type(value) is str:
            found.append(value)
        elif type(value) is int:
            found.append(integer_text(value))
        elif value is not None:
            return None
    return found
