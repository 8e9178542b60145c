"""Conditions that data cannot change, windows without time, divisions by zero."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Literal, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.messages import Message
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree, literal_value
from targetexpr.checking.result import Call
from targetexpr.checking.state import describe
from targetexpr.lang.functions import Limits
from targetexpr.lang.literals import split_bounds
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.operators import COMPARISONS

Value: TypeAlias = "bool | str | Decimal"

ALWAYS_TRUE = warning("always-true", "{what} is always true, whatever the data.")
ALWAYS_FALSE = warning("always-false", "{what} is always false, whatever the data.")
SAME_SIDES_TRUE = warning(
    "always-true", "Both sides are the same, so this is always true (or unknown, where data is missing)."
)
SAME_SIDES_FALSE = warning(
    "always-false", "Both sides are the same, so this is always false (or unknown, where data is missing)."
)
DECIDED_TRUE = warning("always-true", "This comparison is always true (or unknown, where data is missing).")
DECIDED_FALSE = warning("always-false", "This comparison is always false (or unknown, where data is missing).")
NO_TIME = warning("always-false", "This `{name}` starts and ends at the same time, so it is always false.")


@rule(
    *(ALWAYS_TRUE, ALWAYS_FALSE, SAME_SIDES_TRUE, SAME_SIDES_FALSE, DECIDED_TRUE, DECIDED_FALSE, NO_TIME),
    reason="A condition that cannot come out otherwise says nothing, or stops the rule from ever holding.",
)
def constant_conditions(tree: Tree) -> Iterator[Diagnostic]:
    """Literals where a condition is needed, comparisons that cannot come out otherwise, windows without time."""
    for place, literal in tree.each(BooleanLiteral):
        if _as_condition(tree, place):
            yield _always(literal.value).at(literal.span, what=describe(literal))
    for _, node in tree.each(Binary):
        if node.operator not in COMPARISONS:
            continue
        result = _decided(tree, node)
        if result is not None:
            if value_of(node.left) is not None and value_of(node.right) is not None:
                yield _always(result).at(node.span, what="This comparison")
            else:
                yield (DECIDED_TRUE if result else DECIDED_FALSE).at(node.span)
        elif (
            tree.shape(node.left) == tree.shape(node.right)
            and not isinstance(node.left, (NumberLiteral, StringLiteral))
            and nullness(node.left) != "always"
        ):
            message = SAME_SIDES_TRUE if node.operator in ("==", "<=", ">=") else SAME_SIDES_FALSE
            yield message.at(node.span)
    for _, called, call in tree.calls():
        if isinstance(called, MethodCall) and _no_time(call, called):
            yield NO_TIME.at(called.span, name=called.name)


NULL_TESTS = frozenset(("isNull", "isNotNull", "exists", "notExists", "isEmpty"))
"""Methods that tell missing data from present, and so are never null."""


def nullness(node: Expr) -> Literal["never", "sometimes", "always"]:
    """Whether a value can be null: not a literal or a test for null, always what divides by zero."""
    if isinstance(node, MethodCall) and node.name in NULL_TESTS and not isinstance(node.operand, Name):
        return "never"
    if value_of(node) is not None:
        return "never"
    waiting: list[Expr] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Binary) and one.operator not in COMPARISONS:
            if one.operator in ("/", "%") and is_zero(one.right):
                return "always"
            waiting += (one.left, one.right)
        elif isinstance(one, Unary):
            waiting.append(one.operand)
    return "sometimes"


_MOST_STEPS = 50  # nodes of a divisor that are worked out
_EXACT = Context(prec=200, Emin=-999_999, Emax=999_999)


def is_zero(node: Expr) -> bool:
    """Whether a divisor is zero whatever the data: `0`, `(1-1)`, `0*a` not, for that may be null as well."""
    return _computed(node, [_MOST_STEPS]) == 0


def _computed(node: Expr, left: list[int]) -> Decimal | None:
    """The value of a sum, difference or product of literals; None of anything else."""
    left[0] -= 1
    value = value_of(node)
    if isinstance(value, Decimal):
        return value
    if not isinstance(node, Binary) or node.operator not in "+-*" or left[0] < 0:
        return None
    first = _computed(node.left, left)
    second = _computed(node.right, left) if first is not None else None
    if first is None or second is None:
        return None
    operation = {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply}[node.operator]
    return operation(first, second)


def _always(value: bool) -> Message:
    return ALWAYS_TRUE if value else ALWAYS_FALSE


ZERO_DIVISION = warning(
    "zero-division",
    "`{operator} 0` has no result: it is null, and a comparison with it is never true.",
    hint="Divide by a number other than zero.",
)


@rule(ZERO_DIVISION, reason="Dividing by zero has no result; the documents leave it to the author to avoid it.")
def zero_divisions(tree: Tree) -> Iterator[Diagnostic]:
    """`/ 0` and `% 0`."""
    for _, node in tree.each(Binary):
        if node.operator in ("/", "%") and is_zero(node.right):
            yield ZERO_DIVISION.at(node.right.span, operator=node.operator)


def _as_condition(tree: Tree, place: int) -> bool:
    """Whether a literal is an operand of && || ! or the condition of ?: (alone, `true` is the way to say always)."""
    parent = tree.parent(place)
    if isinstance(parent, Conditional):
        return parent.condition is tree.nodes[place]
    return isinstance(parent, (Logical, Unary))


def _no_time(call: Call, node: MethodCall) -> bool:
    """Whether a window of the day ends where it begins."""
    if not any(parameter.role == "end-hour" for parameter in call.overload.parameters):
        return False
    values = [value_of(argument) for argument in node.arguments]
    half = len(values) // 2
    return None not in values and values[:half] == values[half:]


def value_of(node: Expr) -> Value | None:
    """The value of a literal, numbers as decimals."""
    found = literal_value(node)
    if isinstance(found, tuple):
        sign, digits = found
        return Decimal(digits).copy_sign(sign)
    return found


def _decided(tree: Tree, node: Binary) -> bool | None:
    """The result of a comparison that does not depend on data; None when it does."""
    left, right = value_of(node.left), value_of(node.right)
    if left is not None and right is not None:
        return compared(node.operator, left, right)
    for side, value, operator in (
        (node.left, right, node.operator),
        (node.right, left, COMPARISONS[node.operator].mirrored),
    ):
        limits = _limits(tree, side) if isinstance(value, Decimal) else None
        if limits is not None and isinstance(value, Decimal):
            low, high = limits
            results = {compared(operator, bound, value) for bound in (Decimal(low), _above(high, value))}
            inside = low <= value and (high is None or value <= high)
            if len(results) == 1 and not (inside and operator in ("==", "!=")):
                return results.pop()
    return None


def _above(high: int | None, value: Decimal) -> Decimal:
    return Decimal(high) if high is not None else max(value, Decimal(0)) + 1


def _limits(tree: Tree, node: Expr) -> Limits | None:
    if not isinstance(node, (MethodCall, Dereference)):
        return None
    target = tree.checked.target_of(node)
    if not isinstance(target, Call):
        return None
    if isinstance(node, MethodCall):
        for parameter, argument in zip(target.overload.parameters, node.arguments, strict=False):
            if parameter.role == "bounds" and isinstance(argument, StringLiteral):
                bounds = split_bounds(argument.value)
                return (1, len(bounds) + 1) if bounds else None  # one number more than there are bounds
    return target.function.limits


def compared(operator: str, left: Value, right: Value) -> bool | None:
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return None
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
