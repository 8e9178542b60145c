"""Literals and operators: what type they have, given the types of their operands."""

from __future__ import annotations

from typing import cast

from targetexpr.checking.state import TYPE_OF_KIND, State
from targetexpr.lang.nodes import Binary, Expr, Logical, Unary
from targetexpr.lang.types import BOOLEAN, INTEGER, NUMBER, REAL, STRING, Kind, Type, kind_of


def number(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    """A number literal."""
    return NUMBER


def string(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    """A string literal."""
    return STRING


def boolean(_state: State, _place: int, _node: Expr, _operands: list[int]) -> Type:
    """`true` or `false`."""
    return BOOLEAN


def logical(state: State, _place: int, node: Expr, operands: list[int]) -> Type | None:
    """An and/or list of conditions."""
    result: Type | None = BOOLEAN  # beside an unknown name too: logic is true or false
    types = state.types
    for position, at in enumerate(operands):
        if types[at] is not BOOLEAN:
            whole = cast("Logical", node)
            if not _condition(state, at, whole.operator, whole.terms[max(0, position - _MOST_BEFORE) : position]):
                result = None
    return result


_MOST_BEFORE = 20  # terms before one among which is looked for what it may lack


def _condition(state: State, at: int, operator: str, before: tuple[Expr, ...] = ()) -> bool:
    """Whether a node is a condition, as far as is known; reports it when it is something else."""
    type_ = state.types[at]
    if type_ is None:
        return True
    if at in state.flexible:
        state.settle(at, BOOLEAN)
        return True
    kind = kind_of(type_)
    if kind == "boolean":
        return True
    from targetexpr.checking.messages.operators import not_a_condition

    not_a_condition(state, at, kind, operator, before)
    return False


def _numbers(state: State, place: int, left: int, right: int, operator: str) -> bool:
    """Whether both operands are numbers. Two that are not are one mistake: that they are added, say."""
    types = state.types
    kinds = [
        kind_of(t) if t is not None and at not in state.flexible else None
        for at, t in ((left, types[left]), (right, types[right]))
    ]
    if None not in kinds and "number" not in kinds:
        from targetexpr.checking.messages.operators import neither_a_number

        neither_a_number(state, place, left, right, cast("tuple[Kind, Kind]", tuple(kinds)), operator)
        return False
    ok = _numeric(state, left, operator)
    return _numeric(state, right, operator) and ok


def _numeric(state: State, at: int, operator: str) -> bool:
    """Whether a node is a number; reports it when it is something else."""
    type_ = state.types[at]
    if type_ is None:
        return False
    if at in state.flexible:
        state.settle(at, REAL)
        return True
    kind = kind_of(type_)
    if kind == "number":
        return True
    from targetexpr.checking.messages.operators import not_a_number

    not_a_number(state, at, kind, operator)
    return False


def unary(state: State, _place: int, node: Expr, operands: list[int]) -> Type | None:
    """A negation, or a sign."""
    operator = cast("Unary", node).operator
    (at,) = operands
    if operator == "!":
        return BOOLEAN if _condition(state, at, operator) else None
    if not _numeric(state, at, operator):
        return None
    return state.types[at]


def binary(state: State, place: int, node: Expr, operands: list[int]) -> Type | None:
    """Arithmetic, or a comparison."""
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
    from targetexpr.checking.messages.operators import incomparable

    kinds = {left: kind_of(left_type), right: kind_of(right_type)}
    incomparable(state, place, left, right, kinds, quotable=operator in ("==", "!="))
    return None


_ARITHMETIC = frozenset("+-*/%")


def _settle_pair(state: State, left: int, right: int, operator: str) -> None:
    """Fields without a declared type take the type of what they are compared with."""
    for at, other in ((left, right), (right, left)):
        if at in state.flexible and other not in state.flexible:
            type_ = state.types[other]
            kind = kind_of(type_) if type_ is not None else None
            if kind in TYPE_OF_KIND:
                state.settle(at, TYPE_OF_KIND[kind])
    if operator not in ("==", "!="):
        for at in (left, right):
            if at in state.flexible:
                state.settle(at, REAL)
    elif left in state.flexible and right in state.flexible:
        state.settle(left, STRING)
        state.settle(right, STRING)


def _in_order(state: State, left: int, right: int, operator: str) -> bool:
    """Whether `<` and its like may stand between two nodes, as far as each goes alone: it orders numbers and dates."""
    if _orderable(state.types[left]) or _orderable(state.types[right]):
        return True  # a string beside a number, say, is reported for the pair
    from targetexpr.checking.messages.operators import no_order

    no_order(state, left, kind_of(cast("Type", state.types[left])), operator)
    return False


def _orderable(type_: Type | None) -> bool:
    return type_ is None or kind_of(type_) in ("number", "date")


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


def conditional(state: State, place: int, _node: Expr, operands: list[int]) -> Type | None:
    """`condition ? result : other result`."""
    condition, then, otherwise = operands
    ok = _condition(state, condition, "?:")
    if state.flexible:
        _settle_branches(state, place, then, otherwise)
    a, b = state.types[then], state.types[otherwise]
    if a is None or b is None:
        return None
    kind, other = kind_of(a), kind_of(b)
    if kind != other:
        from targetexpr.checking.messages.operators import branches_differ

        branches_differ(state, place, kind, other)
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
        if kind in TYPE_OF_KIND:
            state.settle(flexible[0], TYPE_OF_KIND[kind])
