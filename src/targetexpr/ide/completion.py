"""What completion offers at an offset: profiles, members, documented values; each with its type and meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, assert_never

from targetexpr.base.source import Span
from targetexpr.ide.catalogue import Entry, Item, example
from targetexpr.ide.choices import choices
from targetexpr.ide.cursor import AtMember, AtOperand, Elsewhere, InString, place_at
from targetexpr.ide.document import Document
from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.nodes import encode_string
from targetexpr.lang.schema.model import Attribute, Profile, behavioural_event
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import EVENT, Type

CompletionKind: TypeAlias = Literal["profile", "attribute", "method", "boolean", "value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One thing that can be written.

    Its text takes the place of the whole word (`replace`), or of the part of it before the offset (`insert`).
    """

    text: str  # "basketSum("
    insert: Span
    replace: Span
    kind: CompletionKind
    label: str  # "basketSum(inventoryAttribute, attributeValue)"
    detail: str = ""  # "real"
    doc: str = ""  # a sentence
    parameters: tuple[str, ...] = ()  # of a call whose arguments are to be filled in: "inventoryAttribute"
    about: Entry | Profile | None = field(default=None, repr=False)

    def documentation(self, schema: Schema) -> str:
        """All that is known of it, in paragraphs of plain text; longer to make than what a menu shows."""
        match self.about:
            case None:
                return self.doc
            case Profile():
                offered = ", ".join(schema.offering(self.about.name)) or "no event"
                return "\n".join((self.doc, f"Offered by {offered}"))
            case Entry():
                return "\n".join((self.doc, *self.about.notes, f"Example: {example(schema, self.about)}"))
            case _:
                assert_never(self.about)


def complete(document: Document, offset: int) -> list[Completion]:
    """What can be written at an offset: what begins with the word typed so far first, then what has it inside.

    >>> [found.text for found in complete(Document("currentCu"), 9)]
    ['currentCustomer', 'currentCustomerPartner']
    >>> [(found.text, found.insert, found.replace) for found in complete(Document("currentTxn.grAmount>5"), 13)][:1]
    [('grossAmount', Span(start=11, end=13), Span(start=11, end=19))]
    """
    offset = document.clamped(offset)
    place = place_at(document, offset)
    if isinstance(place, Elsewhere):
        return []
    word = _Word(place.prefix.lower(), Span(offset - len(place.prefix), offset), place.word)
    match place:
        case AtOperand():
            found = _profiles(document, word)
        case AtMember():
            found = _members(document, place, word)
        case InString():
            found = _values(document, place, word)
        case _:
            assert_never(place)
    return sorted(found, key=lambda one: not one.text.lower().startswith(word.typed))


class _Word(NamedTuple):
    """The word that the completions of a place stand for."""

    typed: str  # what is typed of it, in small letters
    insert: Span
    replace: Span

    def fits(self, text: str) -> bool:
        """Whether a text has in it what is typed, in any case. Asked first: most members of a profile do not fit."""
        return self.typed in text.lower()


# ---- where a value begins ------------------------------------------------------------------------------------------


def _profiles(document: Document, word: _Word) -> Iterator[Completion]:
    schema, event = document.schema, document.event
    known = None if event is None else schema.event(event)
    if event is not None and known is None:  # an event that is declared nowhere is taken for a behavioural one
        known = behavioural_event(event)
    for profile in schema.profiles.values():
        if word.fits(profile.name) and (known is None or schema.has_profile(known, profile.name)):
            yield Completion(
                text=profile.name,
                insert=word.insert,
                replace=word.replace,
                kind="profile",
                label=profile.name,
                doc=profile.doc,
                about=profile,
            )
    for literal in ("true", "false"):
        if word.fits(literal):
            yield Completion(
                text=literal, insert=word.insert, replace=word.replace, kind="boolean", label=literal, detail="boolean"
            )


# ---- behind a dot --------------------------------------------------------------------------------------------------


def members(owner: Profile | Type, schema: Schema, event: str | None) -> Iterator[Item]:
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


def _members(document: Document, place: AtMember, word: _Word) -> Iterator[Completion]:
    if place.owner is None:
        return
    of = place.owner.name if isinstance(place.owner, Profile) else place.owner.kind
    for member in members(place.owner, document.schema, document.event):
        entry = Entry(owner=of, item=member)
        function = entry.function
        call = "" if function is None or place.called else "(" if _takes_arguments(function) else "()"
        text = entry.name + call
        if not word.fits(text):
            continue
        yield Completion(
            text=text,
            insert=word.insert,
            replace=word.replace,
            kind="attribute" if function is None else "method",
            label=entry.name + entry.signature,
            detail=entry.type,
            doc=entry.doc,
            parameters=_needed(function) if function is not None and call == "(" else (),
            about=entry,
        )


def _takes_arguments(function: Function) -> bool:
    return any(p.role != "ignored" for overload in function.overloads for p in overload.parameters)


def _needed(function: Function) -> tuple[str, ...]:
    """The parameters that a call of the first overload must be given."""
    first = function.overloads[0]
    return tuple(p.name for p in first.parameters[: first.required] if p.role != "ignored")


# ---- between quotes ------------------------------------------------------------------------------------------------


def _values(document: Document, place: InString, word: _Word) -> Iterator[Completion]:
    quote = "" if place.closed else '"'
    for value, doc in documented_values(place, document.schema):
        text = encode_string(value) + quote
        if not word.fits(text):
            continue
        yield Completion(
            text=text,
            insert=word.insert,
            replace=word.replace,
            kind="value",
            label=value,
            doc=doc,
        )


def documented_values(place: InString, schema: Schema) -> list[tuple[str, str]]:
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
            names = choices(parameter, call.before[-1] if call.before else None, call.profile, schema)
            found |= dict.fromkeys(names, parameter.name)
    return list(found.items())
