"""Types that came with JSON, compared with those the schema gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.messages import Message
from targetexpr.base.source import Span
from targetexpr.checking.result import Checked
from targetexpr.lang.nodes import BooleanLiteral, Dereference, Expr, MethodCall, Name, NumberLiteral, StringLiteral
from targetexpr.lang.types import (
    EVENT,
    FUNCTION,
    INTEGER,
    NUMBER,
    OLDER_INTEGER,
    REAL,
    STRING,
    Type,
    event_type,
    profile_type,
)
from targetexpr.lang.walk import preorder

TYPE_DIFFERS = Message(
    code="type-differs", text="The JSON states the type `{given}`; the schema says `{inferred}`.", severity="warning"
)
OLDER_SPELLING = Message(
    code="type-differs", text="`{given}` is an older spelling of `{inferred}`.", severity="warning"
)

_LITERALS = (NumberLiteral, StringLiteral, BooleanLiteral)


def compare_types(
    checked: Checked,
    types: Sequence[str | None],
    name_types: Sequence[str | None],
    pointer: Callable[[int], str],
    places: Sequence[Span],
    most: int,
) -> list[Diagnostic]:
    """A warning for each type in the JSON that the schema gives otherwise.

    The sequences go with the nodes in preorder: what the JSON says of each, and of the name after its dot. Nodes
    without a type on either side say nothing; of JSON in which only literals are typed, neither do literals. At most
    `most` are looked for.
    """
    nodes = list(preorder(checked.expr))
    typed = any(given is not None and not isinstance(node, _LITERALS) for node, given in zip(nodes, types, strict=True))
    found: list[Diagnostic] = []
    for place, node in enumerate(nodes):
        inferred = checked.types[place]
        given = types[place] if typed else None
        if inferred is None:
            continue
        if len(found) == most:
            break
        if given is not None and not _agree(given, inferred):
            message = OLDER_SPELLING if _is_older(given, inferred, node) else TYPE_DIFFERS
            at = f"{pointer(place)}/type"
            found.append(message.at(places[place], pointer=at, given=given, inferred=inferred))
            continue
        own = name_types[place]
        expected = _name_type(node, inferred)
        if own is not None and expected is not None and own != expected:
            message = OLDER_SPELLING if _is_older(own, expected, node) else TYPE_DIFFERS
            at = f"{pointer(place)}/operands/1/type"
            found.append(message.at(places[place], pointer=at, given=own, inferred=expected))
    return found


def _agree(given: str, inferred: Type) -> bool:
    """Whether both say the same. Without an event, any event's type is as good as ours."""
    if inferred == EVENT and given.endswith("Event:object:primitive"):
        return True
    return given == inferred


def _is_older(given: str, inferred: Type, node: Expr) -> bool:
    """Whether a type is how this library wrote it before the platform's own editor was known."""
    match node:
        case Name():
            return given in (profile_type(node.name), event_type("TransactionAdd"))
        case NumberLiteral():
            return given == NUMBER and inferred == INTEGER
        case StringLiteral():
            return given == STRING and inferred.startswith("EEnum__")
        case _:
            return (given, inferred) in ((OLDER_INTEGER, INTEGER), (REAL, INTEGER))


def _name_type(node: Expr, inferred: Type) -> Type | None:
    if isinstance(node, Dereference):
        return inferred
    return FUNCTION if isinstance(node, MethodCall) else None
