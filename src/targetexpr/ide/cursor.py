"""Where the cursor stands in a rule: what can be written there, and which call it is in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from targetexpr.checking.result import Checked
from targetexpr.front import Environment, analyze
from targetexpr.ide.document import tokens
from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.nodes import Name, decode_string
from targetexpr.lang.schema.model import Attribute, Profile
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Type
from targetexpr.syntax.lexer import Token

_STARTS_OPERAND = frozenset(("LPAR", "COMMA", "AND", "OR", "NOT", "SIGN", "SCALE", "COMPARE", "QMARK", "COLON"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAt:
    """The call that the cursor is inside, and which of its arguments it is on."""

    function: Function
    profile: Profile | None  # what it is called on, None for a value
    index: int
    before: tuple[str | None, ...]  # the texts of the arguments before, None for those that are no strings


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOperand:
    """A value begins here: a profile, mostly."""

    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMember:
    """Behind a dot: `owner` is the profile or the type of the value before it, None where that is not known."""

    prefix: str
    owner: Profile | Type | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InString:
    """Between quotes: an argument of `call`, or what is compared with `attribute`."""

    prefix: str
    call: CallAt | None
    attribute: Attribute | None
    closed: bool  # whether the closing quote is there already


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place where an operator comes next, or where nothing fits."""


Place: TypeAlias = AtOperand | AtMember | InString | Elsewhere


def place_at(text: str, at: int, schema: Schema, event: str | None = None) -> Place:
    """What can be written at an offset of a text, which need not be a rule yet.

    >>> place_at("currentTxn.va", 13, Schema.bundled()).prefix
    'va'
    """
    before = tokens(text[:at])
    last = before[-1] if before else None
    if last is None:
        return AtOperand(prefix="")
    if last.kind == "UNCLOSED":
        return _in_string(text, at, before, schema, event)
    if last.end == at and last.kind in ("NAME", "BOOLEAN"):
        if len(before) > 1 and before[-2].kind == "DOT":
            return AtMember(prefix=last.text, owner=_owner(text, before[:-2], schema, event))
        if len(before) == 1 or before[-2].kind in _STARTS_OPERAND:
            return AtOperand(prefix=last.text)
    if last.kind == "DOT":
        return AtMember(prefix="", owner=_owner(text, before[:-1], schema, event))
    return AtOperand(prefix="") if last.kind in _STARTS_OPERAND else Elsewhere()


def call_at(text: str, at: int, schema: Schema, event: str | None = None) -> CallAt | None:
    """The innermost call whose arguments the cursor is among.

    >>> call_at('currentTxn.basketSum("brand","Pu', 32, Schema.bundled()).index
    1
    """
    before = tokens(text[:at])
    return _enclosing(text, before, schema, event)


def chain_at(text: str, at: int) -> str | None:
    """The chain of names, dots and calls that the cursor is on, `currentTxn.date.isWeekend()`; None where none is.

    >>> chain_at("1 < currentTxn.value &&", 14)
    'currentTxn.value'
    """
    found = tokens(text)
    names = [place for place, token in enumerate(found) if token.kind == "NAME" and token.start <= at <= token.end]
    if not names:
        return None
    on = last = names[0]
    while last + 2 < len(found) and found[last + 1].kind == "DOT" and found[last + 2].kind == "NAME":
        last += 2
    if last + 1 < len(found) and found[last + 1].kind == "LPAR" and found[last].kind == "NAME":
        closing = _closing(found, last + 1)
        last = closing if closing is not None else last
    start = _chain_start(found, on)
    return None if start is None else text[found[start].start : found[last].end]


def _closing(found: list[Token], opened: int) -> int | None:
    depth = 0
    for place in range(opened, len(found)):
        depth += {"LPAR": 1, "RPAR": -1}.get(found[place].kind, 0)
        if depth == 0:
            return place
    return None


def _chain_start(found: list[Token], last: int) -> int | None:
    """The first token of the chain that ends with token `last`; None where something is missing."""
    at = last
    while True:
        if at < 0:
            return None
        if found[at].kind == "RPAR":
            depth = 0
            while at >= 0:
                depth += {"RPAR": 1, "LPAR": -1}.get(found[at].kind, 0)
                if depth == 0:
                    break
                at -= 1
            if at < 0:
                return None
            if at and found[at - 1].kind == "NAME":
                at -= 1
        elif found[at].kind not in ("NAME", "STRING", "NUMBER", "BOOLEAN"):
            return None
        if at and found[at - 1].kind == "DOT":
            at -= 2
            continue
        return at


def value_of_chain(chain: str, schema: Schema, event: str | None = None) -> Checked | None:
    """A chain, checked by itself; None when it is no expression or has a mistake."""
    analysis = analyze(chain, Environment(schema=schema, event=event, expect=None))
    return analysis.checked if analysis.ok else None


def _owner(text: str, before: list[Token], schema: Schema, event: str | None) -> Profile | Type | None:
    start = _chain_start(before, len(before) - 1)
    if start is None:
        return None
    chain = text[before[start].start : before[-1].end]
    if start == len(before) - 1 and before[start].kind == "NAME":
        return schema.profiles.get(chain)
    checked = value_of_chain(chain, schema, event)
    return None if checked is None or isinstance(checked.expr, Name) else checked.type


def _enclosing(text: str, before: list[Token], schema: Schema, event: str | None) -> CallAt | None:
    depth, index = 0, 0
    arguments: list[Token | None] = [None]
    at = len(before) - 1
    while at >= 0:
        kind = before[at].kind
        if kind == "RPAR":
            depth += 1
        elif kind == "LPAR" and depth:
            depth -= 1
        elif kind == "LPAR":
            if at >= 2 and before[at - 1].kind == "NAME" and before[at - 2].kind == "DOT":
                return _call(text, before, at, index, arguments, schema, event)
            if at and before[at - 1].kind == "NAME":
                return None
            index, arguments = 0, [None]  # plain parentheses: what was counted belongs to them
        elif kind == "COMMA" and not depth:
            index += 1
            arguments.insert(0, before[at - 1] if at else None)
        at -= 1
    return None


def _call(
    text: str,
    before: list[Token],
    at: int,
    index: int,
    arguments: list[Token | None],
    schema: Schema,
    event: str | None,
) -> CallAt | None:
    name = before[at - 1].text
    owner = _owner(text, before[: at - 2], schema, event)
    texts = tuple(
        decode_string(token.text[1:-1]) if token is not None and token.kind == "STRING" else None
        for token in arguments[:index]
    )
    if isinstance(owner, Profile):
        method = owner.methods.get(name)
        found = None if method is None else method.function
        return None if found is None else CallAt(function=found, profile=owner, index=index, before=texts)
    function = None if owner is None else KIND_METHODS[owner.kind].get(name)
    return None if function is None else CallAt(function=function, profile=None, index=index, before=texts)


def _in_string(text: str, at: int, before: list[Token], schema: Schema, event: str | None) -> InString:
    opened = before[-1]
    rest = before[:-1]
    call = _enclosing(text, rest, schema, event)
    attribute = None
    if rest and rest[-1].kind == "COMPARE":
        call = None
        attribute = _compared(text, rest[:-1], schema, event)
    elif not rest or rest[-1].kind not in ("LPAR", "COMMA"):
        call = None
    return InString(prefix=opened.text[1:], call=call, attribute=attribute, closed=_CLOSED(text, at) is not None)


# The quote that closes a string comes before anything that would stand outside of one: an unclosed string must not
# take the opening quote of the next one for its own.
_CLOSED = re.compile(r'[^"\r\n()&|]*"').match


def _compared(text: str, before: list[Token], schema: Schema, event: str | None) -> Attribute | None:
    start = _chain_start(before, len(before) - 1)
    if start is None:
        return None
    checked = value_of_chain(text[before[start].start : before[-1].end], schema, event)
    target = None if checked is None else checked.targets.get(0)
    return target if isinstance(target, Attribute) else None
