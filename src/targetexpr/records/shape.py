"""What a record can hold: its own members, its profiles and what is in them, all from the declarations of a schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from targetexpr.lang.functions.model import CONTEXT
from targetexpr.lang.schema.model import EXTENDED, Attribute, Event, Method, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import EVENT, Type

ValueKind: TypeAlias = Literal["string", "number", "boolean", "date", "scalar", "id", "result", "object", "list"]
"""What a member's value is. A scalar is any of the first four; a result is that of a method which data holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of an object."""

    kinds: tuple[ValueKind, ...]  # ("number",); several where an attribute and a method share a name
    doc: str = ""
    values: tuple[str, ...] = ()  # the documented values of a string
    inside: Shape | None = None  # of an object, or of the items of a list; None in a list of ids


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """The members of an object that somebody reads."""

    name: str  # "currentTxn", "lineItem"
    doc: str = ""
    members: Mapping[str, Member]
    families: Mapping[str, Member] = field(default_factory=dict)  # beginning of a name -> its member; "" is any name
    nullable: bool = True  # whether null may stand for it; it is no line of a list

    def member(self, name: str) -> Member | None:
        """The member of that name; None for one that nobody reads."""
        found = self.members.get(name)
        if found is not None:
            return found
        return next((member for start, member in self.families.items() if name.startswith(start)), None)


HEAD = ("id", "customerId", "type", "date")
"""What target groups need of every record."""


def _member(doc: str, *kinds: ValueKind, inside: Shape | None = None) -> Member:
    return Member(kinds=kinds, doc=doc, inside=inside)


def _free(name: str, doc: str, *kinds: ValueKind) -> Shape:
    """An object whose names are the organisation's own."""
    return Shape(name=name, doc=doc, members={}, families={"": Member(kinds=kinds)})


_EXTENDED_FIELD = _member("An extended field.", "scalar")
_OWN = {
    "extendedFields": _member(
        "Extended fields by their names without `extField_`; a member `extField_x` comes first.",
        "object",
        inside=_free("extendedFields", "Extended fields.", "scalar"),
    ),
    "customFields": _member(
        "Custom fields: a value, or a list of values, by name.",
        "object",
        inside=_free("customFields", "Custom fields.", "scalar", "list"),
    ),
}
_CLUSTERS = _member(
    "Clusters: a value, or a list of values, by name.",
    "object",
    inside=_free("clusters", "Clusters.", "scalar", "list"),
)
_ATTRIBUTES = _member(
    "Inventory attributes by name, such as brand, category or sku_code.",
    "object",
    inside=_free("attributes", "Inventory attributes.", "string"),
)
_LINE_ITEM = {
    "code": _member("Code of the article. A return is matched to its bill by it.", "string"),
    "qty": _member("Quantity.", "number"),
    "rate": _member("Price of one.", "number"),
    "value": _member("Gross value; rate times qty when it is missing.", "number"),
    "discount": _member("Discount; 0 when it is missing.", "number"),
    "amount": _member("Net amount; value less discount when it is missing.", "number"),
    "attributes": _ATTRIBUTES,
}
_POINTS = Shape(
    name="points",
    doc="What was issued; for targets on points and on alternate currencies.",
    members={
        "regular": _member("Points of the programme.", "number"),
        "promotional": _member("Points of promotions.", "number"),
        "alternateCurrencyIdentifier": _member("The currency that was issued; points without it.", "string"),
    },
)
_MEASURES = {
    "value": _member("Net value: what is paid. In a return: what is given back, without a sign.", "number"),
    "discount": _member("Discount on the whole.", "number"),
    "totalQty": _member("Quantity; that of the line items added up when it is missing.", "number"),
}
_BILLS = ("currentTxn", "returnBill")
"""The profiles that target groups measure, whatever a schema declares."""

_RECORD = {
    "id": _member('Names the record. 8 and "8" are one; of several with an id the earliest counts.', "id"),
    "customerId": _member("Whose record it is.", "id"),
    "type": _member("TransactionAdd, ReturnBill, PointsIssued, or the name of an event.", "string"),
    "date": _member("When it happened.", "date"),
    "storeId": _member("Where it happened, for targets that are limited to stores.", "id"),
    "zoneIds": _member("The zones of the store.", "list"),
    "conceptIds": _member("The concepts of the store.", "list"),
    "returnOf": _member("In a ReturnBill: the id of the bill that is returned.", "id"),
    "points": _member("Points that were issued.", "object", inside=_POINTS),
}


@lru_cache(maxsize=64)
def record_shape(schema: Schema, event: str | None = None) -> Shape:
    """The shape of a record: of any, or of those of an event, whose `currentEvent` has that event's members.

    >>> shape = record_shape(Schema.bundled())
    >>> shape.members["currentTxn"].inside.member("value").kinds, shape.member("stroeId")
    (('number',), None)
    """
    known = None if event is None else schema.event(event)
    line = _line_item(schema.profiles.get("currentLineItem"), known)
    profiles = {name: _profile(schema, name, known, line) for name in dict.fromkeys((*schema.profiles, *_BILLS))}
    members = {name: Member(kinds=("object",), doc=shape.doc, inside=shape) for name, shape in profiles.items()}
    return Shape(name="record", doc="A record.", members={**_RECORD, **members})


def _line_item(profile: Profile | None, event: Event | None) -> Shape:
    members = dict(_declared(profile.attributes.values(), event)) if profile is not None else {}
    return Shape(
        name="lineItem",
        doc="A line of a bill or of a return.",
        members={**members, **_LINE_ITEM, **_OWN},
        families={EXTENDED: _EXTENDED_FIELD},
        nullable=False,
    )


def _profile(schema: Schema, name: str, event: Event | None, line: Shape) -> Shape:
    profile = schema.profiles.get(name)
    members: dict[str, Member] = dict(_MEASURES) if name in _BILLS else {}
    holds_lines = name in _BILLS
    families = {EXTENDED: _EXTENDED_FIELD}
    if profile is not None:
        members.update(_declared(profile.attributes.values(), event))
        members = _with_methods(members, profile.methods.values())
        read = {method.function.receiver for method in profile.methods.values()}
        read_into = {method.function.reads for method in profile.methods.values()}
        holds_lines = holds_lines or "bill" in read
        if "clusters" in read_into or profile.clusters:
            members["clusters"] = _CLUSTERS
        if "item" in read:
            members["attributes"] = _ATTRIBUTES
        families |= _families(profile, event)
        if profile.type == EVENT:
            members.update(_of_events(schema, event))
    if name == "currentLineItem":
        members = {**members, **line.members}
    if holds_lines:
        members["lineItems"] = _member("The lines.", "list", inside=line)
    doc = profile.doc if profile is not None else ""
    return Shape(name=name, doc=doc, members={**members, **_OWN}, families=families)


def _declared(attributes: Iterable[Attribute], event: Event | None) -> Iterator[tuple[str, Member]]:
    for attribute in attributes:
        if event is None or attribute.events is None or event.name in attribute.events:
            yield attribute.name, _attribute(attribute)


def _attribute(attribute: Attribute) -> Member:
    kind: ValueKind = "scalar" if attribute.flexible else _value_kind(attribute.type)
    return Member(kinds=(kind,), doc=attribute.doc, values=attribute.values)


def _value_kind(type_: Type) -> ValueKind:
    kind = type_.kind
    return kind if kind in ("string", "number", "boolean", "date") else "scalar"


def _with_methods(members: dict[str, Member], methods: Iterable[Method]) -> dict[str, Member]:
    """The members, and the methods whose results are part of the data."""
    for method in methods:
        if method.function.meaning != CONTEXT:
            continue
        same = members.get(method.name)
        doc = method.function.doc if same is None else same.doc
        alone: tuple[ValueKind, ...] = ("scalar",) if method.function.accepts(0) else ()
        members[method.name] = Member(kinds=(*(alone if same is None else same.kinds), "result"), doc=doc)
    return members


def _families(profile: Profile, event: Event | None) -> dict[str, Member]:
    """Names by their beginning. Any attribute may be in an event that declares none: one of the organisation's own."""
    found = {}
    for pattern in profile.patterns:
        start = pattern.name.removesuffix("*")
        if start or event is None or (event.behavioural and event.attributes is None):
            found[start] = Member(kinds=("scalar",), doc=pattern.doc)
    return found


def _of_events(schema: Schema, event: Event | None) -> Iterator[tuple[str, Member]]:
    """What currentEvent has in it besides, in an event or in any."""
    for one in schema.events.values() if event is None else (event,):
        for attribute in (one.attributes or {}).values():
            yield attribute.name, _attribute(attribute)


def profile_of_flat(context: Mapping[str, object], wanted: Iterable[str], schema: Schema) -> str | None:
    """The profile whose plain dict a record seems to be: it names no profile itself. None when it is no such record.

    `wanted` are the profiles that the rule reads; the one that has most of the record's names is meant.

    >>> profile_of_flat({"value": 620}, ["currentCustomer", "currentTxn"], Schema.bundled())
    'currentTxn'
    >>> profile_of_flat({"currentTxn": {"value": 620}}, ["currentTxn"], Schema.bundled()) is None
    True
    """
    if not context or not schema.profiles.keys().isdisjoint(context):
        return None
    shared = Counter(
        {name: sum(key in schema.profiles[name].attributes for key in context) for name in dict.fromkeys(wanted)}
    )
    best = shared.most_common(1)
    return best[0][0] if best and best[0][1] else None
