"""Which names come close to a mistyped one: only when something is close, and nearest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from targetexpr.base.suggestions import edit_distance, suggest
from targetexpr.checking.likeness import is_slip, words
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.schema.model import EXTENDED, Attribute, Method, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Kind


def close_names(word: str, known: Iterable[str]) -> list[str]:
    """Names close to a word; one that differs in letter case alone is surely the one."""
    known = list(known)
    same = [name for name in known if name.lower() == word.lower()]
    return same or _nearest(word, known)


def _nearest(word: str, known: Iterable[str]) -> list[str]:
    """What is close, without what is clearly further off than the closest."""
    close = suggest(word, known)
    distances = [edit_distance(word, name, len(word)) for name in close]
    return [name for name, distance in zip(close, distances, strict=True) if distance <= distances[0] + 1]


def is_sure(schema: Schema, word: str, suggestions: Sequence[str]) -> bool:
    """Whether one suggestion is all that a word can mean, so that one key may write it.

    It is when the schema lists the word as another name for it, and no other member has that name, or when only a
    slip of the pen lies between them.
    """
    if len(suggestions) != 1:
        return False
    profile, _, member = suggestions[0].removesuffix("()").rpartition(".")
    return _is_other_name(schema, word, profile, member) or is_slip(word, member, _vocabulary(schema))


def is_sure_value(value: str, suggestions: Sequence[str], values: Iterable[str]) -> bool:
    """The same of a string, among the values that are known."""
    vocabulary = {word for one in values for word in words(one)}
    return len(suggestions) == 1 and is_slip(value, suggestions[0], vocabulary)


def _is_other_name(schema: Schema, word: str, profile: str, member: str) -> bool:
    if member in schema.profiles and (
        _listed(word, schema.profiles[member].suggest_for) or f"current{word}".lower() == member.lower()
    ):
        return True
    if word.lower() in _member_names(schema):
        return False
    where = [schema.profiles[profile]] if profile in schema.profiles else schema.profiles.values()
    declared = [one.attributes.get(member) or one.methods.get(member) for one in where]
    return any(_listed(word, one.suggest_for) for one in declared if one is not None)


@lru_cache(maxsize=16)
def _vocabulary(schema: Schema) -> frozenset[str]:
    """The words that the names of a schema are made of."""
    names = [name for methods in KIND_METHODS.values() for name in methods]
    return frozenset(word for name in (*names, *_member_names(schema).values()) for word in words(name))


@lru_cache(maxsize=16)
def _member_names(schema: Schema) -> Mapping[str, str]:
    """The names of the members of all profiles, by their lower case."""
    profiles = schema.profiles.values()
    return {name.lower(): name for profile in profiles for name in (*profile.attributes, *profile.methods)}


_NEGATION = re.compile(r"(is|has|does|do|are)?_?(?:not|n't|nt|non)_?(?=[A-Za-z])", re.IGNORECASE)


_NEGATION_INSIDE = re.compile(r"(?<=[a-z])_?(?:Does|Do|Is)?(?:Not|Nt)_?(?=[A-Z])")
_OTHER_NEGATIONS = {
    **dict.fromkeys(("isonorafter", "onorafter", "isafterorequal", "isnotearlier"), "isbefore"),
    **dict.fromkeys(("isonorbefore", "onorbefore", "isbeforeorequal", "isnotlater"), "isafter"),
    **dict.fromkeys(("isnotblank", "notblank", "hasvalue", "ispresent"), "isempty"),
}
"""Names that other languages have for the opposite of one of ours."""


def negated_by(word: str, known: Iterable[str]) -> str | None:
    """The name that a word says the opposite of: `isEmpty` for `isNotEmpty`, `contains` for `doesNotContain`."""
    found = _NEGATION.match(word)
    inside = _NEGATION_INSIDE.search(word) if found is None else None
    if word.lower() in _OTHER_NEGATIONS:
        meant = {_OTHER_NEGATIONS[word.lower()]}
    elif found is not None:
        rest = word[found.end() :].lower()
        meant = {rest, f"{rest}s", f"is{rest}", f"{(found.group(1) or '').lower()}{rest}"}
    elif inside is not None:
        rest = (word[: inside.start()] + word[inside.end() :]).lower()
        meant = {rest, f"{rest}s"}
    else:
        return None
    return next((name for name in known if name.lower() in meant), None)


def like_profile(schema: Schema, word: str, *, near: bool = True) -> list[str]:
    """Profiles that a word comes close to: by the names people give them, without `current`; if `near`, by spelling."""
    return named_profiles(schema, word) or (close_names(word, schema.profiles) if near else [])


def named_profiles(schema: Schema, word: str) -> list[str]:
    """Profiles that a word names: one of the other names people give them, or theirs without `current`."""
    meant = [name for name, profile in schema.profiles.items() if _listed(word, profile.suggest_for)]
    bare = f"current{word}".lower()
    return meant + [name for name in schema.profiles if name.lower() == bare and name not in meant]


def like_member(
    schema: Schema, profile: Profile, word: str, *, call: bool, more: Mapping[str, Attribute], near: bool = True
) -> tuple[list[str], list[str]]:
    """Members of a profile that a word comes close to, and other profiles that have exactly this name.

    `more` are the attributes an event adds. Nothing is looked for unless `near`. Another profile's exact name says
    more than a near one here, unless that one differs in letter case alone.
    """
    if not near:
        return [], []
    attributes = {**profile.attributes, **more}
    members: Mapping[str, Attribute | Method] = {**attributes, **profile.methods}
    meant = [name for name, member in members.items() if _listed(word, member.suggest_for)]
    if word.lower().startswith(EXTENDED.lower()) and len(word) > len(EXTENDED):
        return [EXTENDED + word[len(EXTENDED) :]], []
    same = [name for name in members if name.lower() == word.lower()]
    if meant or same:
        return meant or same, []
    elsewhere = [other.name for other in schema.profiles.values() if word in other.attributes or word in other.methods]
    if elsewhere:
        return [], elsewhere
    first, second = (profile.methods, attributes) if call else (attributes, profile.methods)
    return _nearest(word, first) or _nearest(word, second), []


def split_at_dot(schema: Schema, word: str) -> tuple[str, str] | None:
    """`currentTxnvalue` as a profile and a member of it, where the two only lack their dot."""
    lower = word.lower()
    for profile in sorted(schema.profiles.values(), key=lambda p: -len(p.name)):
        if lower.startswith(profile.name.lower()):
            rest = lower[len(profile.name) :]
            for name in (*profile.attributes, *profile.methods):
                if name.lower() == rest:
                    return profile.name, name
    return None


def kinds_with(method: str) -> list[Kind]:
    """The kinds of value that have a method of that name."""
    return [kind for kind, methods in KIND_METHODS.items() if method in methods]


def _listed(word: str, others: Iterable[str]) -> bool:
    """Whether a word is one of the others, letter case aside."""
    return any(word.lower() == other.lower() for other in others)
