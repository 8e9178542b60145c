"""Where an offset stands in a rule: what can be written there, which call it is in, which chain of names it is on."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TypeAlias

from targetexpr.base.source import Span
from targetexpr.checking.result import Checked
from targetexpr.front import analyze
from targetexpr.ide.document import Document
from targetexpr.lang.functions import KIND_METHODS, Function
from targetexpr.lang.nodes import Name, decode_string
from targetexpr.lang.schema.model import Attribute, Profile
from targetexpr.lang.types import Type
from targetexpr.syntax.lexer import Token

_STARTS_OPERAND = frozenset(("LPAR", "COMMA", "AND", "OR", "NOT", "SIGN", "SCALE", "COMPARE", "QMARK", "COLON"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAt:
    """The call that the offset is inside, and which of its arguments it is on."""

    function: Function
    profile: Profile | None  # what it is called on, None for a value
    index: int
    before: tuple[str | None, ...]  # the strings given before, None for arguments that are none


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOperand:
    """A value begins here: a profile, mostly."""

    prefix: str  # what is typed of the word, up to the offset
    word: Span  # all of the word, also behind the offset
    called: bool = False  # whether an opening parenthesis follows the word


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMember:
    """Behind a dot: `owner` is the profile or the type of the value before it, None where that is not known."""

    prefix: str
    word: Span
    owner: Profile | Type | None
    called: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InString:
    """Between quotes: an argument of `call`, or what is compared with `attribute`."""

    prefix: str
    word: Span  # what stands between the quotes
    call: CallAt | None
    attribute: Attribute | None
    closed: bool  # whether the closing quote is there already


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place where an operator comes next, or where nothing fits."""


Place: TypeAlias = AtOperand | AtMember | InString | Elsewhere


def place_at(document: Document, offset: int) -> Place:
    """What can be written at an offset of a text, which need not be a rule yet.

    >>> place_at(Document("currentTxn.value>5"), 13).prefix
    'va'
    """
    offset = document.clamped(offset)
    before = document.tokens_before(offset)
    last = before[-1] if before else None
    if last is not None and last.kind == "UNCLOSED" and last.end == offset:  # a line break ends it as well
        return _in_string(document, offset, before)
    begun = last is not None and last.end == offset and last.kind in ("NAME", "BOOLEAN")
    prefix = last.text if last is not None and begun else ""
    word, called = _word(document, offset, len(prefix))
    lead = before[:-1] if begun else before
    if not lead or lead[-1].kind in _STARTS_OPERAND:
        return AtOperand(prefix=prefix, word=word, called=called)
    if lead[-1].kind == "DOT":
        return AtMember(prefix=prefix, word=word, owner=_owner(document, lead[:-1]), called=called)
    return Elsewhere()


def _word(document: Document, offset: int, typed: int) -> tuple[Span, bool]:
    """The word that an offset is in or at the start of, and whether an opening parenthesis follows it."""
    found = document.tokens
    start = offset - typed
    at = bisect_left(found, start, key=_start)
    if at < len(found) and found[at].start == start and found[at].kind in ("NAME", "BOOLEAN"):
        word, at = Span(start, found[at].end), at + 1
    else:
        word = Span(start, offset)
    return word, at < len(found) and found[at].kind == "LPAR"


def _start(token: Token) -> int:
    return token.start


def call_at(document: Document, offset: int) -> CallAt | None:
    """The innermost call whose arguments the offset is among.

    >>> call_at(Document('currentTxn.basketSum("brand","Pu'), 32).index
    1
    """
    return _enclosing(document, document.tokens_before(document.clamped(offset)))


def chain_at(document: Document, offset: int) -> Span | None:
    """The chain of names, dots and calls that an offset is on, `currentTxn.date.isWeekend()`; None where none is.

    >>> chain_at(Document("1 < currentTxn.value &&"), 14)
    Span(start=4, end=20)
    """
    found = document.tokens
    names = [place for place, token in enumerate(found) if token.kind == "NAME" and token.start <= offset <= token.end]
    if not names:
        return None
    on = last = names[0]
    while last + 2 < len(found) and found[last + 1].kind == "DOT" and found[last + 2].kind == "NAME":
        last += 2
    if last + 1 < len(found) and found[last + 1].kind == "LPAR" and found[last].kind == "NAME":
        closing = _closing(found, last + 1)
        last = closing if closing is not None else last
    start = _chain_start(found, on)
    return None if start is None else Span(found[start].start, found[last].end)


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


def checked_chain(document: Document, chain: Span) -> Checked | None:
    """A chain, checked by itself, repaired where it is broken; None when its type is not known even then."""
    analysis = analyze(chain.cut(document.text), replace(document.environment, expect=None))
    checked = analysis.checked or analysis.checked_repaired
    return checked if checked is not None and checked.type is not None else None


def _owner(document: Document, before: list[Token]) -> Profile | Type | None:
    """What a dot behind these tokens asks for a member."""
    start = _chain_start(before, len(before) - 1)
    if start is None:
        return None
    if start == len(before) - 1 and before[start].kind == "NAME":
        return document.schema.profiles.get(before[start].text)
    checked = checked_chain(document, Span(before[start].start, before[-1].end))
    if checked is None:
        return None
    if isinstance(checked.expr, Name):
        return document.schema.profiles.get(checked.expr.name)
    return checked.type


def _enclosing(document: Document, before: list[Token]) -> CallAt | None:
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
                return _call(document, before, at, index, arguments)
            if at and before[at - 1].kind == "NAME":
                return None
            index, arguments = 0, [None]  # plain parentheses: what was counted belongs to them
        elif kind == "COMMA" and not depth:
            index += 1
            arguments.insert(0, before[at - 1] if at else None)
        at -= 1
    return None


def _call(document: Document, before: list[Token], at: int, index: int, arguments: list[Token | None]) -> CallAt | None:
    name = before[at - 1].text
    owner = _owner(document, before[: at - 2])
    strings = tuple(
        decode_string(token.text[1:-1]) if token is not None and token.kind == "STRING" else None
        for token in arguments[:index]
    )
    if isinstance(owner, Profile):
        method = owner.methods.get(name)
        found = None if method is None else method.function
        return None if found is None else CallAt(function=found, profile=owner, index=index, before=strings)
    function = None if owner is None else KIND_METHODS[owner.kind].get(name)
    return None if function is None else CallAt(function=function, profile=None, index=index, before=strings)


def _in_string(document: Document, offset: int, before: list[Token]) -> InString:
    opened = before[-1]
    rest = before[:-1]
    call = attribute = None
    if rest and rest[-1].kind == "COMPARE":
        attribute = _compared(document, rest[:-1])
    elif rest and rest[-1].kind in ("LPAR", "COMMA"):
        call = _enclosing(document, rest)
    closing = _CLOSING(document.text, offset)
    end = offset if closing is None else closing.end() - 1
    return InString(
        prefix=opened.text[1:],
        word=Span(opened.start + 1, end),
        call=call,
        attribute=attribute,
        closed=closing is not None,
    )


# The quote that closes a string comes before anything that would stand outside of one: an unclosed string must not
# take the opening quote of the next one for its own.
_CLOSING = re.compile(r'(?:[^"\\\r\n()&|]|\\[^\r\n])*"').match


def _compared(document: Document, before: list[Token]) -> Attribute | None:
    start = _chain_start(before, len(before) - 1)
    if start is None:
        return None
    checked = checked_chain(document, Span(before[start].start, before[-1].end))
    target = None if checked is None else checked.targets.get(0)
    return target if isinstance(target, Attribute) else None
