"""What a condition can say of a value of a kind, or of a profile: comparisons and tests, each with its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from targetexpr.ide.completion import members
from targetexpr.ide.labels import words
from targetexpr.lang.functions import KIND_METHODS, Function, TestPhrase
from targetexpr.lang.operators import COMPARISONS
from targetexpr.lang.schema.model import Method
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import BOOLEAN, Kind

OperatorKey: TypeAlias = str
"""Which operators go with a subject: a kind of value, "formula" for what is computed, or the name of a profile."""

NOT = "!"
"""Stands before the id of an operator that is turned round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorOffer:
    """One operator of a condition."""

    id: str  # ">=", "contains", "!contains"
    label: str  # "is at least", "contains", "does not contain"
    function: Function | None = None  # of a test


def operators_of(key: OperatorKey, schema: Schema, event: str | None) -> tuple[OperatorOffer, ...]:
    """What can be said of a subject, the usual first.

    >>> [one.label for one in operators_of("boolean", Schema.bundled(), None)]
    ['is true', 'is false', 'is missing', 'was passed']
    >>> [one.id for one in operators_of("string", Schema.bundled(), None)][:6]
    ['==', '!=', 'contains', '!contains', 'matches', '!matches']
    """
    profile = schema.profiles.get(key)
    if profile is None:
        return _of_kind(key)
    found = members(profile, schema, event)
    tests = [one.function for one in found if isinstance(one, Method) and one.function.result == BOOLEAN]
    return _in_pairs(_tests({one.name: one for one in tests}))


@lru_cache(maxsize=32)
def _of_kind(key: str) -> tuple[OperatorOffer, ...]:
    offers: list[OperatorOffer] = []
    if key == "boolean":
        offers += [OperatorOffer(id="true", label="is true"), OperatorOffer(id="false", label="is false")]
    elif key in ("constant", "free"):
        return (OperatorOffer(id="true", label="always"), OperatorOffer(id="false", label="never"))
    else:
        symbols = ("==", "!=") if key == "string" else COMPARISONS
        offers += [OperatorOffer(id=one, label=comparison_label(one, is_date=key == "date")) for one in symbols]
    tests = {name: one for name, one in _methods(key).items() if one.result == BOOLEAN}
    return (*offers, *_in_pairs(_tests(tests)))


def _in_pairs(offers: Iterable[OperatorOffer]) -> tuple[OperatorOffer, ...]:
    """Each operator, and right behind it the one that turns it round."""
    found = {one.id: one for one in offers}
    names = dict.fromkeys(id_.removeprefix(NOT) for id_ in found)
    return tuple(found[id_] for name in names for id_ in (name, NOT + name) if id_ in found)


def _tests(functions: Mapping[str, Function]) -> Iterator[OperatorOffer]:
    """Each test and its opposite; what another test says already is left out."""
    said: set[str] = set()
    for negated in (False, True):
        for name, one in functions.items():
            label = label_of_test(one, negated=negated)
            if label not in said:
                said.add(label)
                yield OperatorOffer(id=NOT + name if negated else name, label=label, function=one)


def offer_of(id_: str, key: OperatorKey, schema: Schema, event: str | None) -> OperatorOffer | None:
    """The operator of that id, also where it is not among those offered: `!>`, a test of another event.

    >>> offer_of("!>", "number", Schema.bundled(), None).label
    'is not more than'
    """
    found = next((one for one in operators_of(key, schema, event) if one.id == id_), None)
    if found is not None:
        return found
    bare, negated = id_.removeprefix(NOT), id_.startswith(NOT) and id_ != "!="
    if bare in COMPARISONS:
        return OperatorOffer(id=id_, label=comparison_label(bare, is_date=key == "date", negated=negated))
    profile = schema.profiles.get(key)
    function: Function | None
    if profile is not None:
        method = profile.methods.get(bare)
        function = None if method is None else method.function
    else:
        function = _methods(key).get(bare)
    if function is None:
        return None
    return OperatorOffer(id=id_, label=label_of_test(function, negated=negated), function=function)


def _methods(key: str) -> Mapping[str, Function]:
    return next((found for kind, found in KIND_METHODS.items() if kind == key), {})


# ---- words ---------------------------------------------------------------------------------------------------------


def comparison_words(operator: str, other: str, *, is_date: bool = False) -> str:
    """What a comparison says of its left side.

    >>> comparison_words(">=", "500"), comparison_words("!=", "5"), comparison_words("<=", "1 May", is_date=True)
    ('is at least 500', 'is not 5', 'is 1 May or before')
    """
    if operator == "!=":
        return f"is not {other}"
    comparison = COMPARISONS[operator]
    return f"is {(comparison.date_phrase if is_date else comparison.phrase).format(other)}"


def comparison_label(operator: str, *, is_date: bool = False, negated: bool = False) -> str:
    """The same as the label of an operator.

    >>> comparison_label(">"), comparison_label("<=", is_date=True)
    ('is more than', 'is … or before')
    """
    said = comparison_words(operator, "…", is_date=is_date).removesuffix("…").strip()
    return turned(said) if negated else said


_HOLE = re.compile(r"\{[^}]*\}")


def label_of_test(function: Function, *, negated: bool = False) -> str:
    """A test as the label of an operator, its arguments left open.

    >>> [label_of_test(function) for function in KIND_METHODS["date"].values() if function.result == BOOLEAN][:3]
    ['is after …', 'is before …', 'is between …:00 and …:00']
    >>> label_of_test(KIND_METHODS["string"]["contains"], negated=True)
    'does not contain'
    """
    phrase = function.phrase
    if phrase is None and function.words is not None:
        said = function.words.removeprefix("{profile} ")
        return _open(turned(said) if negated else said)
    if phrase is None:
        return f"not: {words(function.name)}" if negated else words(function.name)
    said = predicate(phrase, holds=not negated)
    about = phrase.subject.replace(" of {profile}", "")
    if about not in ("{receiver}", "{profile}"):
        said = f"{about} {said}"
    said = _open(said)
    return (
        said.removesuffix(" …")
        if said.startswith(("contains", "does not contain", "matches", "does not match"))
        else said
    )


def _open(said: str) -> str:
    """A phrase with its arguments left open."""
    return re.sub(r"…(?: …)+", "…", _HOLE.sub("…", said))


def turned(said: str) -> str:
    """What is said of something, turned round.

    >>> turned("is more than 5"), turned("is not 5"), turned("has a card")
    ('is not more than 5', 'is 5', 'does not have a card')
    """
    verb, _, rest = said.partition(" ")
    if verb == "has":
        return f"does not have {rest}"
    return f"{verb} {rest.removeprefix('not ')}" if rest.startswith("not ") else f"{verb} not {rest}"


def predicate(phrase: TestPhrase, *, holds: bool) -> str:
    """What a test says of its subject, with a verb: phrases of dates have none.

    >>> predicate(KIND_METHODS["date"]["isWeekend"].phrase, holds=True)
    'is on the weekend'
    """
    said = phrase.holds if holds else phrase.fails
    return f"is {said}" if phrase.joint == ", " else said


def kind_key(kind: Kind | None) -> OperatorKey:
    """The key of a kind of value; what is not known is compared as anything."""
    return kind if kind in ("string", "number", "date", "boolean") else "unknown"
