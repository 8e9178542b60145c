"""Rules and their expressionJson in JSON documents: finding the pairs, and comparing them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.jsontext import Json, JsonError, Kind, Path, read_json
from targetexpr.base.kinds import PHRASES
from targetexpr.base.source import Span
from targetexpr.checking.written import without_needless
from targetexpr.documents.events import event_in
from targetexpr.documents.region import Region, json_region
from targetexpr.front import agreement, check_json
from targetexpr.lang.nodes import Expr
from targetexpr.syntax.json_decoder import from_json
from targetexpr.syntax.lexer import lexemes
from targetexpr.syntax.messages import diagnostic_of
from targetexpr.syntax.parse import ParseResult, parse_text
from targetexpr.syntax.parser import parse_tokens
from targetexpr.syntax.printer import to_text

FAMILIES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("expression", "exp"), ("expressionJson", "expressionJSON", "expJSON", "expJson")),
    (("criteriaDsl",), ("criteriaDslJson", "criteriaDslJSON")),
)
"""The keys that hold a rule's text, and those that hold its JSON, as the platform's operations name them.

A JSON goes with the text whose key it begins with, where the object has that, else with the family's other text.
"""

Verdict = Literal["same", "same after repair", "differs", "broken"]
"""`same after repair`: the text has loose parentheses, and the JSON is that of the repaired text."""

AGREEING: tuple[Verdict, ...] = ("same", "same after repair")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A text and a JSON that belong together, as two members of an object, of whatever kinds they are."""

    text: Region
    json: Region
    text_kind: Kind = "string"
    json_kind: Kind = "string"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What comparing a pair gave."""

    pair: Pair
    verdict: Verdict
    text: str | None = None  # what the text says, canonically; None when it cannot be read
    json_text: str | None = None  # what the JSON says, as text; None when it cannot be read
    first: tuple[str, str] | None = None  # where they first differ, in the text and in the JSON
    one_level: bool = False  # they differ, but agree when && and || are read on one level
    needless_arguments: bool = False  # they agree but for arguments of a method that takes none
    text_diagnostics: tuple[Diagnostic, ...] = ()
    json_diagnostics: tuple[Diagnostic, ...] = ()
    type_diagnostics: tuple[
        Diagnostic, ...
    ] = ()  # of two that agree: types in the JSON that the schema gives otherwise


def find_pairs(document: Json, source: str) -> Iterator[Pair]:
    """Every pair in the document, in its order. A missing or null partner makes no pair."""
    waiting: list[tuple[Json, Path]] = [(document, None)]
    while waiting:
        json, path = waiting.pop()
        if json.kind == "object":
            members = cast("dict[str, Json]", json.value)
            yield from _pairs_of(members, path, source)
            waiting.extend((member, (path, key)) for key, member in reversed(members.items()))
        elif json.kind == "array":
            items = cast("list[Json]", json.value)
            waiting.extend((items[place], (path, place)) for place in range(len(items) - 1, -1, -1))


def _pairs_of(members: dict[str, Json], path: Path, source: str) -> Iterator[Pair]:
    present = {key: member for key, member in members.items() if member.kind != "null"}
    for text_keys, json_keys in FAMILIES:
        texts = [key for key in text_keys if key in present]
        for json_key in json_keys:
            if json_key in present and texts:
                text_key = next((key for key in texts if json_key[: -len("Json")] == key), texts[0])
                text, json = present[text_key], present[json_key]
                event = event_in({key: one.value for key, one in present.items() if one.kind == "string"})
                yield Pair(
                    text=json_region(source, text, "rule", (path, text_key), event),
                    json=json_region(source, json, "expressionJson", (path, json_key), event),
                    text_kind=text.kind,
                    json_kind=json.kind,
                )


def compare(pair: Pair) -> Comparison:
    """Whether the two denote the same tree and, if not, how they differ. Never raises."""
    json_tree, json_diagnostics = _json_tree(pair)
    parsed, text_diagnostics = _parsed(pair)
    text_tree = None if parsed is None else parsed.tree
    how = None if parsed is None or json_tree is None else agreement(parsed, json_tree)
    if text_tree is None or json_tree is None:
        return Comparison(
            pair=pair,
            verdict="broken" if how is None else "same after repair",
            text=to_text(text_tree) if text_tree is not None else None,
            json_text=to_text(json_tree) if json_tree is not None else None,
            text_diagnostics=text_diagnostics,
            json_diagnostics=json_diagnostics,
            type_diagnostics=() if how is None else _types(pair),
        )
    text, json_text = to_text(text_tree), to_text(json_tree)
    if how is not None:
        return Comparison(
            pair=pair,
            verdict="same",
            text=text,
            json_text=json_text,
            needless_arguments=how != "same",
            type_diagnostics=_types(pair),
        )
    left, right = first_difference(without_needless(text_tree), without_needless(json_tree))
    return Comparison(
        pair=pair,
        verdict="differs",
        text=text,
        json_text=json_text,
        first=(to_text(left), to_text(right)),
        one_level=parse_tokens(lexemes(pair.text.text), one_level=True).tree == json_tree,
    )


def _types(pair: Pair) -> tuple[Diagnostic, ...]:
    """What of the types in the JSON differs from the schema's: another schema's, or spelled as they were before."""
    if '"type"' not in pair.json.text:
        return ()
    checked = check_json(pair.json.text, event=pair.json.event, expect=None, strict=False)
    return tuple(one for one in checked.diagnostics if one.code == "type-differs")


def repaired_pairs(source: str) -> frozenset[Span]:
    """Where in a JSON text rules stand that are the same as the JSON beside them once parentheses are repaired.

    >>> json = '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    >>> repaired_pairs('{"expression": "(true", "expressionJson": ' + json + "}")
    frozenset({Span(start=15, end=22)})
    """
    try:
        document = read_json(source)
    except JsonError:
        return frozenset()
    compared = map(compare, find_pairs(document, source))
    return frozenset(one.pair.text.span for one in compared if one.verdict == "same after repair")


def _parsed(pair: Pair) -> tuple[ParseResult | None, tuple[Diagnostic, ...]]:
    refused = _wrong_kind(pair.text.text, pair.text_kind, ("string", "boolean"))
    if refused:
        return None, refused
    parsed = parse_text(pair.text.text)
    return parsed, parsed.errors


def _json_tree(pair: Pair) -> tuple[Expr | None, tuple[Diagnostic, ...]]:
    refused = _wrong_kind(pair.json.text, pair.json_kind, ("string", "object"))
    if refused:
        return None, refused
    try:
        return from_json(pair.json.text), ()
    except ExpressionError as error:
        return None, error.diagnostics


def _wrong_kind(text: str, kind: Kind, allowed: tuple[Kind, ...]) -> tuple[Diagnostic, ...]:
    if kind in allowed:
        return ()
    words = {
        "what": "This member",
        "wanted": " or ".join(PHRASES[name] for name in allowed),
        "got": PHRASES[kind],
    }
    return (diagnostic_of("wrong-kind", Span(0, len(text)), words),)


def first_difference(left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """The smallest subtrees, first in the order of the text, that differ.

    >>> from targetexpr import parse
    >>> first_difference(parse("a>1&&b>2"), parse("a>1&&b>3"))
    (NumberLiteral('2'), NumberLiteral('3'))
    """
    while True:
        lefts, rights = left.children(), right.children()
        if type(left) is not type(right) or left.label() != right.label() or len(lefts) != len(rights):
            return left, right
        for one, other in zip(lefts, rights, strict=True):
            if one != other:
                left, right = one, other
                break
        else:
            return left, right
