"""What a name without its profile may mean: `currentTxn.value` for `amount`, `currentCustomer.email` for `email`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from targetexpr.checking.names import is_sure, named_profiles
from targetexpr.lang.nodes import RESERVED
from targetexpr.lang.schema.model import EXTENDED, Attribute, Event, Method, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import EVENT, Kind

_FIRST = ("currentTxn", "returnBill", "currentCustomer", "currentEvent", "currentStore", "currentLineItem")
"""What rules are mostly about, and before the rest; line items are there only where a rule runs for each of them."""

_MOST = 3


class FullNames(NamedTuple):
    """Names with their profiles, the likeliest first."""

    names: tuple[str, ...] = ()
    sure: bool = False  # whether one key may write the first: there is no other that the word could mean
    kind: Kind | None = None  # of the attributes, where all have one


def full_names(
    schema: Schema, event: Event | None, word: str, *, call: bool = False, kinds: Collection[Kind] = ()
) -> FullNames:
    """Members of that name, or with it among their other names, behind their profiles; `true` for `TRUE`.

    What the event offers leaves the rest out, and so do attributes of the `kinds` that fit where the word stands;
    it is never sure while there is a rest. `call` asks for what can be called.
    """
    if word.lower() in RESERVED:
        return FullNames((word.lower(),), True)
    found = [*_of_event(schema, event, word, call=call), *_index(schema, call).get(word.lower(), ())]
    if not found and word.startswith(EXTENDED) and len(word) > len(EXTENDED) and not call:
        found = [(profile, word, one) for profile in _likeliest_first(schema) for one in _extended(profile)]
    offered = [one for one in found if event is None or schema.has_profile(event, one[0].name)]
    fitting = [one for one in offered if isinstance(one[2], Attribute) and one[2].type.kind in kinds]
    shown = fitting or offered or found
    names = tuple(dict.fromkeys(f"{profile.name}.{name}" for profile, name, _ in shown))
    of_kinds = {one.type.kind for _, _, one in shown if isinstance(one, Attribute)}
    sure = len(offered) == len(found) == 1 and is_sure(schema, word, names)
    return FullNames(names[:_MOST], sure, of_kinds.pop() if len(of_kinds) == 1 else None)


def of_named_profile(schema: Schema, word: str) -> tuple[str, ...]:
    """The few attributes of the profile that a word names where a value is needed: both of the store, for `store`."""
    found = [schema.profiles[name] for name in (word, *named_profiles(schema, word)) if name in schema.profiles]
    names = tuple(f"{profile.name}.{name}" for profile in found for name in profile.attributes)
    return names if len(names) <= _MOST else ()


_Found: TypeAlias = tuple[Profile, str, Attribute | Method]


@lru_cache(maxsize=16)
def _index(schema: Schema, call: bool) -> Mapping[str, Sequence[_Found]]:
    """What can stand without parentheses, or what can be called, by every name it goes by, in lower case."""
    made: dict[str, list[_Found]] = {}
    for profile in _likeliest_first(schema):
        attributes = profile.attributes.items()
        tests = ((name, one) for name, one in attributes if one.type.kind == "boolean")
        members: Iterable[tuple[str, Attribute | Method]] = (*profile.methods.items(), *tests) if call else attributes
        for name, member in members:
            for other in dict.fromkeys((name.lower(), *(one.lower() for one in member.suggest_for))):
                made.setdefault(other, []).append((profile, name, member))
    return made


def _of_event(schema: Schema, event: Event | None, word: str, *, call: bool) -> list[_Found]:
    """The attributes that the event adds to the profile it is."""
    profiles = [one for one in schema.profiles.values() if one.type == EVENT]
    added = (event.attributes or {}) if event is not None else {}
    return [
        (profile, name, one)
        for profile in profiles
        for name, one in added.items()
        if name.lower() == word.lower() and (not call or one.type.kind == "boolean")
    ]


def _likeliest_first(schema: Schema) -> list[Profile]:
    return sorted(schema.profiles.values(), key=lambda one: (*_FIRST, one.name).index(one.name))


def _extended(profile: Profile) -> list[Attribute]:
    """The family of extended fields of a profile, if it is documented to have them."""
    return [one for one in profile.patterns if one.name == f"{EXTENDED}*"]
