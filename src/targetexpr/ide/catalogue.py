"""What an expression can name: profiles, what is in them, methods of values; looked up, listed and searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.schema.model import Attribute, Method, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Kind

Item: TypeAlias = Attribute | Method | Function
"""What stands behind a dot: of a profile, or of a value."""

KINDS: dict[str, Kind] = {
    "string": "string",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
    "text": "string",
    "condition": "boolean",
}
"""What the methods of values are listed under, other words for the same behind."""

VALUE_OWNERS = ("string", "number", "date", "boolean")
"""The kinds of value that have methods, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to name: an attribute or a method, with whatever is known of it."""

    owner: str  # "currentTxn", or "date" for methods of dates
    item: Item

    @property
    def name(self) -> str:
        """`basketSum`."""
        return self.item.name

    @property
    def function(self) -> Function | None:
        """What is called, None for an attribute."""
        match self.item:
            case Method():
                return self.item.function
            case Function():
                return self.item
            case Attribute():
                return None

    @property
    def signatures(self) -> tuple[str, ...]:
        """`(inventoryAttribute, attributeValue)`, one for each overload; none for an attribute."""
        return () if self.function is None else tuple(overload.signature for overload in self.function.overloads)

    @property
    def signature(self) -> str:
        """The first of the signatures, empty for an attribute."""
        return "" if self.function is None else self.function.overloads[0].signature

    @property
    def label(self) -> str:
        """`currentTxn.basketSum(inventoryAttribute, attributeValue)`."""
        return f"{self.owner}.{self.name}{self.signature}"

    @property
    def type(self) -> str:
        """What it evaluates to: `real`, `date`, `boolean`."""
        return self.item.type.head if isinstance(self.item, Attribute) else _function_of(self.item).result.head

    @property
    def doc(self) -> str:
        """What it means, in a sentence or two."""
        return self.item.doc if isinstance(self.item, Attribute) else _function_of(self.item).doc

    @property
    def choice(self) -> str | None:
        """What was chosen where the documents are silent or contradict each other."""
        own = self.item.choice
        return own if own is not None or self.function is None else self.function.choice

    @property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """The documented values, by parameter; those of an attribute under its own name."""
        if self.function is not None:
            return {p.name: p.values for p in self.function.overloads[0].parameters if p.values}
        return {self.name: self.item.values} if isinstance(self.item, Attribute) and self.item.values else {}

    @property
    def events(self) -> tuple[str, ...]:
        """The only events that have it; empty where any event that offers the profile does."""
        return () if isinstance(self.item, Function) else self.item.events or ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What else there is to say, a line each: choices, documented values, events."""
        return (
            *((f"Choice: {self.choice}",) if self.choice else ()),
            *(f"Values of {name}: {', '.join(values)}" for name, values in self.values.items()),
            *((f"Only in {', '.join(self.events)}",) if self.events else ()),
        )


def _function_of(item: Method | Function) -> Function:
    return item.function if isinstance(item, Method) else item


# ---- looking up ----------------------------------------------------------------------------------------------------


def catalogue(schema: Schema) -> dict[str, list[Entry]]:
    """Everything there is, by what it belongs to: every profile, then the kinds of value.

    >>> [entry.name for entry in catalogue(Schema.bundled())["boolean"]]
    ['isNull', 'isNotNull']
    """
    return {owner: entries(schema, owner) for owner in (*schema.profiles, *VALUE_OWNERS)}


def entries(schema: Schema, owner: str) -> list[Entry]:
    """What is in a profile, or the methods of a kind of value. Raises InputError for what is neither.

    >>> [entry.label for entry in entries(Schema.bundled(), "date")][:2]
    ['date.day()', 'date.dayOfMonth()']
    """
    if owner in KINDS:
        kind = KINDS[owner]
        return [Entry(owner=kind, item=function) for function in KIND_METHODS[kind].values()]
    profile = profile_of(schema, owner)
    members: list[Item] = [*profile.attributes.values(), *profile.patterns, *profile.methods.values()]
    return [Entry(owner=owner, item=member) for member in members]


def named(schema: Schema, name: str) -> list[Entry]:
    """The entries of a full name: one, or an attribute and a method that share it.

    Raises InputError where there is none, which says what comes close.

    >>> [entry.type for entry in named(Schema.bundled(), "currentTxn.value")]
    ['real']
    """
    owner, _, member = name.partition(".")
    known = entries(schema, owner)
    found = [one for one in known if one.name == member]
    if not found:
        from targetexpr.checking.names import close_names

        close = close_names(member, [one.name for one in known])
        hint = f"did you mean {' or '.join(close)}?" if close else f"`targetexpr schema {owner}` lists what there is"
        raise InputError(f"{owner} has no {member!r}; {hint}")
    return found


def profile_of(schema: Schema, name: str) -> Profile:
    """A profile by its name. Raises InputError, which says what comes close."""
    profile = schema.profiles.get(name)
    if profile is None:
        from targetexpr.checking.names import like_profile

        close = like_profile(schema, name)
        hint = f"did you mean {' or '.join(close)}?" if close else "`targetexpr schema` lists them"
        raise InputError(f"unknown profile {name!r}; {hint}")
    return profile


def search(schema: Schema, word: str, owner: str | None = None) -> list[Entry]:
    """Everything that has a word in its name or meaning, in any case; of one profile where `owner` says so.

    >>> [entry.label for entry in search(Schema.bundled(), "anniversary")]
    ['date.daysDiff(otherDate)']
    """
    wanted = word.lower()
    known = (
        entries(schema, owner)
        if owner is not None
        else [one for all_of in catalogue(schema).values() for one in all_of]
    )
    return [one for one in known if wanted in f"{one.owner}.{one.name}".lower() or wanted in one.doc.lower()]


def offered_profiles(schema: Schema, event: str) -> list[str]:
    """The profiles that a declared event offers, in alphabetical order."""
    return sorted(profile for profile in schema.profiles if schema.has_profile(schema.events[event], profile))


# ---- examples ------------------------------------------------------------------------------------------------------

_COMPARISONS = {
    "boolean": "",
    "number": ">100",
    "real": ">100",
    "integer": ">=2",
    "string": '=="Gold"',
    "date": ".isWeekend()",
}
"""What makes a rule of a value, by its type."""


def example(schema: Schema, entry: Entry) -> str:
    """An expression with the entry in it that checks without error.

    >>> example(Schema.bundled(), *named(Schema.bundled(), "currentTxn.value"))
    'currentTxn.value>100'
    """
    function = entry.function
    if function is not None and function.examples:
        text = function.examples[0].expression
        profile = text.partition(".")[0]
        return text.replace(f"{profile}.", f"{entry.owner}.", 1) if entry.owner in schema.profiles else text
    name = entry.name.replace("*", "region") if entry.name != "*" else "minutes"
    call = ""
    if function is not None:
        call = f"({','.join(_argument(p.type.kind, p.values) for p in function.overloads[0].parameters)})"
    values = entry.values.get(entry.name)
    compared = f'=="{values[0]}"' if values and function is None else _COMPARISONS[entry.type]
    return f"{entry.owner}.{name}{call}{compared}"


def _argument(kind: str, values: tuple[str, ...]) -> str:
    return f'"{values[0]}"' if values else {"number": "30", "date": "currentTxn.date"}.get(kind, '"Gold"')
