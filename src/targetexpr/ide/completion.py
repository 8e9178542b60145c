"""What completion offers at a place: profiles, members, documented values; each with its type and meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from targetexpr.ide.cursor import AtMember, AtOperand, CallAt, Elsewhere, InString, Place
from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.nodes import encode_string
from targetexpr.lang.schema.model import Attribute, Method, Profile, behavioural_event
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import EVENT, Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One completion: `text` stands in for the last `back` characters before the cursor."""

    text: str  # "basketSum("
    back: int
    label: str  # "basketSum(inventoryAttribute, attributeValue)"
    type: str = ""  # "real"
    doc: str = ""

    @property
    def meta(self) -> str:
        """Type and meaning, as they stand beside the label."""
        return "  ".join(part for part in (self.type, self.doc) if part)


def offers(place: Place, schema: Schema, event: str | None = None) -> list[Offer]:
    """What can be written at a place: what begins with the prefix first, then what has it inside.

    >>> from targetexpr.ide.cursor import place_at
    >>> [offer.text for offer in offers(place_at("currentCu", 9, Schema.bundled()), Schema.bundled())]
    ['currentCustomer', 'currentCustomerPartner']
    """
    match place:
        case AtOperand():
            return _ranked(place.prefix, _profiles(schema, event, len(place.prefix)))
        case AtMember():
            return _ranked(place.prefix, _members(place, schema, event))
        case InString():
            return _ranked(place.prefix, _values(place, schema))
        case Elsewhere():
            return []
        case _:
            assert_never(place)


def _ranked(prefix: str, found: Iterable[Offer]) -> list[Offer]:
    wanted = prefix.lower()
    all_of_them = [offer for offer in found if wanted in offer.text.lower()]
    return sorted(all_of_them, key=lambda offer: not offer.text.lower().startswith(wanted))


def _profiles(schema: Schema, event: str | None, back: int) -> Iterator[Offer]:
    known = None if event is None else schema.event(event)
    if event is not None and known is None:  # an event that is declared nowhere is taken for a behavioural one
        known = behavioural_event(event)
    for profile in schema.profiles.values():
        if known is None or schema.offers(known, profile.name):
            yield Offer(text=profile.name, back=back, label=profile.name, doc=profile.doc)
    for word in ("true", "false"):
        yield Offer(text=word, back=back, label=word, type="boolean")


def members(owner: Profile | Type, schema: Schema, event: str | None) -> Iterator[Attribute | Method | Function]:
    """What can stand behind the dot of a profile in an event, or of a value of a type."""
    if isinstance(owner, Profile):
        known = None if event is None else schema.event(event)
        name = None if event is None else schema.aliases.get(event, event)
        more: Mapping[str, Attribute] = {}
        if known is not None and owner.type == EVENT and known.attributes:
            more = known.attributes
        for member in ({**owner.attributes, **more}).values():
            if name is None or member.events is None or name in member.events:
                yield member
        for method in owner.methods.values():
            if name is None or method.events is None or name in method.events:
                yield method
    else:
        yield from KIND_METHODS[owner.kind].values()


def _members(place: AtMember, schema: Schema, event: str | None) -> Iterator[Offer]:
    if place.owner is None:
        return
    back = len(place.prefix)
    for member in members(place.owner, schema, event):
        if isinstance(member, Attribute):
            yield Offer(text=member.name, back=back, label=member.name, type=member.type.head, doc=member.doc)
            continue
        function = member.function if isinstance(member, Method) else member
        called = f"{member.name}()" if _takes_none(function) else f"{member.name}("
        label = member.name + function.overloads[0].signature
        yield Offer(text=called, back=back, label=label, type=function.result.head, doc=function.doc)


def _takes_none(function: Function) -> bool:
    return all(p.role == "ignored" for overload in function.overloads for p in overload.parameters)


def _values(place: InString, schema: Schema) -> Iterator[Offer]:
    quote = "" if place.closed else '"'
    for value, doc in documented(place, schema):
        written = encode_string(value)
        yield Offer(text=written + quote, back=len(place.prefix), label=value, doc=doc)


def documented(place: InString, schema: Schema) -> list[tuple[str, str]]:
    """The values that are known for a place between quotes, each with what it is a value of."""
    if place.attribute is not None:
        return [(value, place.attribute.name) for value in place.attribute.values]
    call = place.call
    if call is None:
        return []
    found: dict[str, str] = {}
    for overload in call.function.overloads:
        if call.index < len(overload.parameters):
            parameter = overload.parameters[call.index]
            names = parameter.values or _declared(parameter.role, call, schema)
            found |= dict.fromkeys(names, parameter.name)
    return list(found.items())


def _declared(role: str, call: CallAt, schema: Schema) -> tuple[str, ...]:
    """What the schema declares for an argument; a value depends on the name before it."""
    fields = {} if call.profile is None else call.profile.custom_fields
    clusters = {} if call.profile is None else call.profile.clusters
    named = {"inventory-attribute": schema.inventory, "custom-field": fields, "cluster": clusters}
    if role in named:
        return tuple(named[role])
    holder = {"inventory-value": schema.inventory, "custom-value": fields, "cluster-value": clusters}.get(role)
    before = call.before[-1] if call.before else None
    return () if holder is None or before is None else tuple(holder.get(before, ()))
