"""The checker: a type for every node, and every mistake once, at its place.

Nodes are visited from the last of the preorder to the first, so operands come before what is made of them, and no
depth of tree is a depth of calls. A node that is wrong has no type, and nothing is said about what is built on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, TypeAlias, cast

from targetexpr.base.diagnostics import Diagnostic, capped
from targetexpr.base.limits import DEFAULT_LIMITS
from targetexpr.base.source import Span
from targetexpr.checking.members import dereference, function_call, method_call, name
from targetexpr.checking.result import Checked
from targetexpr.checking.state import State
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
from targetexpr.lang.types import BOOLEAN, DATE, INTEGER, NUMBER, REAL, STRING, Kind, Type, kind_of

Expected: TypeAlias = Literal["boolean", "number", "string", "date"]
"""What an expression can be asked to come out as; None takes anything."""

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
    currentEvent its type. `expect` is what the whole must come out as, None for anything. With `strict=False`
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
    if event is not None and known is None:
        known = _unknown_event(state, event, expr)
        state.event, state.event_name = known, known.name if known is not None else None
    _visit(state, expr)
    _whole(state, expr, expect)
    return Checked(
        expr=expr,
        types=tuple(state.types),
        targets=state.targets,
        reads=tuple(dict.fromkeys(reversed(state.reads))),
        diagnostics=_diagnostics(state, pointers, places, most) if state.problems or state.once else (),
        schema=schema,
        event=state.event_name if state.event is not None else event,
    )


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
    """An event no schema has: a slip when it is close to a known one, else a behavioural event."""
    from targetexpr.checking import messages
    from targetexpr.checking.names import close_names
    from targetexpr.lang.nodes import is_name

    suggestions = close_names(name, (*state.schema.events, *state.schema.aliases))
    if suggestions or not is_name(name):
        state.unknown(0, messages.unknown_event(expr.span, name, suggestions))
        return None
    state.report(0, messages.undeclared_event(expr.span, name))
    return behavioural_event(name)


def _whole(state: State, expr: Expr, expect: Expected | None) -> None:
    type_ = state.types[0]
    if type_ is None or expect is None:
        return
    if 0 in state.flexible:
        state.settle(0, _ASKED[expect])
        return
    kind = kind_of(type_)
    if kind != expect:
        from targetexpr.checking import messages

        what = state.what(0)
        if expect == "boolean":
            state.report(0, messages.result_not_boolean(expr.span, what, kind))
        else:
            state.report(0, messages.result_kind(expr.span, what, kind, expect))


_ASKED: dict[Kind, Type] = {"boolean": BOOLEAN, "number": REAL, "string": STRING, "date": DATE}


def _diagnostics(
    state: State, pointers: Callable[[int], str] | None, places: Sequence[Span] | None, most: int
) -> tuple[Diagnostic, ...]:
    found: list[Diagnostic] = []
    origins: dict[int, tuple[int, bool]] = {}
    for place, member, diagnostic in (*state.problems, *state.once.values()):
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


# ---- literals and operators ----------------------------------------------------------------------------------------


def _number(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    return NUMBER


def _string(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    return STRING


def _boolean(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    return BOOLEAN


def _logical(state: State, _place: int, node: Expr, operands: list[int]) -> Type | None:
    result: Type | None = BOOLEAN  # beside an unknown name too: logic is true or false
    types = state.types
    for at in operands:
        if types[at] is not BOOLEAN and not _condition(state, at, cast("Logical", node).operator):
            result = None
    return result


def _condition(state: State, at: int, operator: str) -> bool:
    """Whether a node is a condition, as far as is known; says so when it is something else."""
    type_ = state.types[at]
    if type_ is None:
        return True
    if at in state.flexible:
        state.settle(at, BOOLEAN)
        return True
    kind = kind_of(type_)
    if kind == "boolean":
        return True
    from targetexpr.checking import messages

    state.report(at, messages.not_a_condition(state.order[at].span, state.what(at), kind, operator))
    return False


def _numbers(state: State, place: int, left: int, right: int, operator: str) -> bool:
    """Whether both operands are numbers. Two that are not are one mistake: that they are added, say."""
    types = state.types
    kinds = [
        kind_of(t) if t is not None and at not in state.flexible else None
        for at, t in ((left, types[left]), (right, types[right]))
    ]
    if None not in kinds and "number" not in kinds:
        from targetexpr.checking import messages

        what, other = state.what(left), state.what(right)
        span = state.order[place].span
        state.report(place, messages.no_numbers(span, what, cast("Kind", kinds[0]), other, operator))
        return False
    ok = _numeric(state, left, operator)
    return _numeric(state, right, operator) and ok


def _numeric(state: State, at: int, operator: str) -> bool:
    """Whether a node is a number; says so when it is something else."""
    type_ = state.types[at]
    if type_ is None:
        return False
    if at in state.flexible:
        state.settle(at, REAL)
        return True
    kind = kind_of(type_)
    if kind == "number":
        return True
    from targetexpr.checking import messages
    from targetexpr.checking.arguments import unquoted

    node, what = state.order[at], state.what(at)
    number = unquoted(node, "number")
    if number is not None:
        state.report(at, messages.number_in_quotes(node.span, what, operator, number))
    else:
        state.report(at, messages.not_a_number(node.span, what, kind, operator))
    return False


def _unary(state: State, _place: int, node: Expr, operands: list[int]) -> Type | None:
    operator = cast("Unary", node).operator
    (at,) = operands
    if operator == "!":
        return BOOLEAN if _condition(state, at, operator) else None
    if not _numeric(state, at, operator):
        return None
    return state.types[at]


def _binary(state: State, place: int, node: Expr, operands: list[int]) -> Type | None:
    left, right = operands
    operator = cast("Binary", node).operator
    if operator in _ARITHMETIC:
        if operator == "+" and _joins(state, left, right):
            return STRING
        if not _numbers(state, place, left, right, operator):
            return None
        return _sum_type(state, left, right, operator)
    left_type, right_type = state.types[left], state.types[right]
    if state.flexible:
        _settle_pair(state, left, right, operator)
        left_type, right_type = state.types[left], state.types[right]
    if operator != "==" and operator != "!=" and not _in_order(state, left, right, operator):
        return None
    if left_type is None or right_type is None:
        return BOOLEAN  # whatever the unknown side is, a comparison is true or false
    if left_type is right_type or kind_of(left_type) == kind_of(right_type):
        return BOOLEAN
    _report_incomparable(state, place, left, right)
    return None


_ARITHMETIC = frozenset("+-*/%")


def _settle_pair(state: State, left: int, right: int, operator: str) -> None:
    """Fields without a declared type take the type of what they are compared with."""
    for at, other in ((left, right), (right, left)):
        if at in state.flexible and other not in state.flexible:
            type_ = state.types[other]
            kind = kind_of(type_) if type_ is not None else None
            if kind in _ASKED:
                state.settle(at, _ASKED[kind])
    if operator not in ("==", "!="):
        for at in (left, right):
            if at in state.flexible:
                state.settle(at, REAL)
    elif left in state.flexible and right in state.flexible:
        state.settle(left, STRING)
        state.settle(right, STRING)


def _in_order(state: State, left: int, right: int, operator: str) -> bool:
    """Whether `<` and its like may stand between two nodes, as far as each goes alone: it orders numbers and dates."""
    odd = [at for at in (left, right) if not _orderable(state.types[at])]
    if len(odd) < 2:
        return True  # a text beside a number, say, is said about the pair
    from targetexpr.checking import messages

    at = odd[0]
    kind = kind_of(cast("Type", state.types[at]))
    state.report(at, messages.no_order(state.order[at].span, state.what(at), kind, operator))
    return False


def _orderable(type_: Type | None) -> bool:
    return type_ is None or kind_of(type_) in ("number", "date")


def _report_incomparable(state: State, place: int, left: int, right: int) -> None:
    from targetexpr.checking import messages
    from targetexpr.checking.arguments import unquoted

    kinds = {at: kind_of(cast("Type", state.types[at])) for at in (left, right)}
    equality = cast("Binary", state.order[place]).operator in ("==", "!=")
    for at, other in ((right, left), (left, right)):
        write = unquoted(state.order[at], kinds[other])
        if write is not None and (equality or kinds[other] == "number"):  # quotes make no order
            span = state.order[at].span
            found = messages.literal_of_other_kind(span, state.what(other), kinds[other], kinds[at], write)
            state.report(at, found)
            return
    span = state.order[place].span
    found = messages.incomparable(span, state.what(left), kinds[left], state.what(right), kinds[right])
    state.report(place, found)


def _joins(state: State, left: int, right: int) -> bool:
    """Whether `+` joins two strings. A field without a declared type beside a string is one."""
    types = state.types
    strings = [
        at
        for at in (left, right)
        if at not in state.flexible and (type_ := types[at]) is not None and kind_of(type_) == "string"
    ]
    flexible = [at for at in (left, right) if at in state.flexible]
    if not strings or len(strings) + len(flexible) < 2:
        return False
    for at in flexible:
        state.settle(at, STRING)
    return True


def _sum_type(state: State, left: int, right: int, operator: str) -> Type:
    """A number of two literals, an integer of an integer beside integers or literals, else a real; `/` gives a real.

    So does the platform's own editor, for literals with a fraction as well.
    """
    types = {state.types[left], state.types[right]}
    if operator == "/":
        return REAL
    if types == {NUMBER}:
        return NUMBER
    return INTEGER if types <= {INTEGER, NUMBER} else REAL


def _conditional(state: State, place: int, _node: Expr, operands: list[int]) -> Type | None:
    condition, then, otherwise = operands
    ok = _condition(state, condition, "?:")
    if state.flexible:
        _settle_branches(state, place, then, otherwise)
    a, b = state.types[then], state.types[otherwise]
    if a is None or b is None:
        return None
    kind, other = kind_of(a), kind_of(b)
    if kind != other:
        from targetexpr.checking import messages

        state.report(place, messages.branches_differ(state.order[place].span, kind, other))
        return None
    if not ok:
        return None
    if a == b:
        return a
    return _sum_type(state, then, otherwise, "+") if kind == "number" else STRING


def _settle_branches(state: State, place: int, then: int, otherwise: int) -> None:
    """A field without a declared type takes the type of the other branch; two of them leave the whole open."""
    flexible = [at for at in (then, otherwise) if at in state.flexible]
    if len(flexible) == 2:
        state.flexible.add(place)
        state.branches[place] = (then, otherwise)
        state.types[otherwise] = state.types[then]
    elif flexible:
        type_ = state.types[otherwise if flexible[0] == then else then]
        kind = kind_of(type_) if type_ is not None else None
        if kind in _ASKED:
            state.settle(flexible[0], _ASKED[kind])


_HANDLERS: Mapping[type, _Handler] = {
    NumberLiteral: _number,
    StringLiteral: _string,
    BooleanLiteral: _boolean,
    Name: name,
    Dereference: dereference,
    MethodCall: method_call,
    FunctionCall: function_call,
    Unary: _unary,
    Binary: _binary,
    Logical: _logical,
    Conditional: _conditional,
}
