"""The checker: a type for every node, and every mistake once, at its place.

Nodes are visited from the last of the preorder to the first, so operands come before what is made of them, and no
depth of tree is a depth of calls. A node that is wrong has no type, and what is built on it is not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias

from targetexpr.base.diagnostics import Diagnostic, capped
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.base.source import Span
from targetexpr.checking import operators
from targetexpr.checking.members import dereference, function_call, method_call, name
from targetexpr.checking.result import Checked
from targetexpr.checking.state import TYPE_OF_KIND, State
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    FunctionCall,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.schema.model import Event, behavioural_event
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Type, kind_of

Expected: TypeAlias = Literal["boolean", "number", "string", "date"]
"""The type that the whole expression is expected to have; None takes any."""

_Handler: TypeAlias = Callable[[State, int, Expr, list[int]], Type | None]


def check_tree(
    expr: Expr,
    schema: Schema | None = None,
    *,
    event: str | None = None,
    expect: Expected | None = "boolean",
    strict: bool = True,
    pointers: Callable[[int], str] | None = None,
    places: Sequence[Span] | None = None,
    most: int = DEFAULT_LIMITS.diagnostics,
) -> Checked:
    """The tree with the types of its nodes and everything that is wrong with it.

    `schema` is the bundled one unless given. `event` narrows profiles and attributes to those it offers and gives
    currentEvent its type. `expect` is the type of the whole, None for any. With `strict=False`
    names that are not known are warnings, and what holds them has no type. `pointers` and `places` tell where the
    node with a place in preorder stands in JSON, for trees that came from there. At most `most` diagnostics are kept.

    >>> from targetexpr.syntax.parse import parse
    >>> checked = check_tree(parse("currentTxn.valu>500"))
    >>> checked.diagnostics[0].message, checked.diagnostics[0].hint
    ('`currentTxn` has no attribute `valu`.', 'Did you mean `value`?')
    """
    schema = schema if schema is not None else Schema.bundled()
    known = schema.event(event) if event is not None else None
    state = State(schema, known, strict)
    _run(state, expr, event, expect)
    if state.suggestible < 0:  # the tree is gone through from its end, and the first errors are those that are read
        state = State(schema, known, strict, unsuggested=state.unsuggested())
        _run(state, expr, event, expect)
    return Checked(
        expr=expr,
        types=tuple(state.types),
        targets=state.targets,
        reads=tuple(dict.fromkeys(reversed(state.reads))),
        diagnostics=_diagnostics(state, pointers, places, most) if state.reported or state.reported_once else (),
        schema=schema,
        event=state.event_name if state.event is not None else event,
    )


def _run(state: State, expr: Expr, event: str | None, expect: Expected | None) -> None:
    if event is not None and state.event is None:
        known = _unknown_event(state, event, expr)
        state.event, state.event_name = known, known.name if known is not None else None
    _visit(state, expr)
    _check_result(state, expr, expect)


def _visit(state: State, expr: Expr) -> None:
    order = state.order
    counts: list[int] = []
    waiting: list[Expr] = [expr]
    while waiting:
        node = waiting.pop()
        order.append(node)
        children = node.children()
        counts.append(len(children))
        if children:
            waiting += children[::-1]
    types = state.types = [None] * len(order)
    done: list[int] = []  # places of finished nodes; the leftmost operand of the next node is on top
    for place in range(len(order) - 1, -1, -1):
        node = order[place]
        count = counts[place]
        operands = done[: -count - 1 : -1] if count else _NONE
        if count:
            del done[-count:]
        types[place] = _HANDLERS[type(node)](state, place, node, operands)
        done.append(place)


_NONE: list[int] = []


def _unknown_event(state: State, name: str, expr: Expr) -> Event | None:
    """An event no schema has: a mistake when it is close to a known one, else a behavioural event."""
    from targetexpr.checking.messages import members as messages
    from targetexpr.checking.names import close_names
    from targetexpr.lang.nodes import is_name

    suggestions = close_names(name, (*state.schema.events, *state.schema.aliases))
    if suggestions or not is_name(name):
        messages.unknown_event(state, name, suggestions, expr)
        return None
    messages.undeclared_event(state, name, expr)
    return behavioural_event(name)


def _check_result(state: State, expr: Expr, expect: Expected | None) -> None:
    type_ = state.types[0]
    if type_ is None or expect is None:
        return
    if 0 in state.flexible:
        state.settle(0, TYPE_OF_KIND[expect])
        return
    kind = kind_of(type_)
    if kind != expect:
        from targetexpr.checking.messages.operators import other_result

        other_result(state, expr, kind, expect)


def _diagnostics(
    state: State, pointers: Callable[[int], str] | None, places: Sequence[Span] | None, most: int
) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    origins: dict[int, tuple[int, bool]] = {}
    for place, member, diagnostic in (*state.reported, *state.reported_once.values()):
        if places is not None:
            diagnostic = replace(diagnostic, span=places[place])
        origins[id(diagnostic)] = place, member
        found.append(diagnostic)
    kept = capped(found, most)
    if pointers is None:
        return tuple(kept)
    return tuple(_pointed(state, diagnostic, pointers, origins.get(id(diagnostic))) for diagnostic in kept)


def _pointed(
    state: State, diagnostic: Diagnostic, pointers: Callable[[int], str], origin: tuple[int, bool] | None
) -> Diagnostic:
    """The diagnostic with its JSON pointer; the last word on diagnostics that are cut off has no place of its own."""
    if origin is None:
        return replace(diagnostic, pointer="")
    place, member = origin
    name = ("/operands/0" if type(state.order[place]) is FunctionCall else "/operands/1") if member else ""
    return replace(diagnostic, pointer=pointers(place) + name)


_HANDLERS: Mapping[type, _Handler] = {
    NumberLiteral: operators.number,
    StringLiteral: operators.string,
    BooleanLiteral: operators.boolean,
    Name: name,
    Dereference: dereference,
    MethodCall: method_call,
    FunctionCall: function_call,
    Unary: operators.unary,
    Binary: operators.binary,
    Logical: operators.logical,
    Conditional: operators.conditional,
}
