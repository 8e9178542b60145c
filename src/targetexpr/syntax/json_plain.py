"""expressionJson as it is nearly always written, read by Python's own JSON parser; the decoder reads the rest.

Trees are built as objects close. Whatever is not plainly right (an unknown key, a group, an escape of the platform's
editor, a number with an exponent, nesting near a limit) gives up without a word: the decoder reads the document again
and says what is wrong with it, or that nothing is.
"""

from __future__ import annotations

from collections.abc import Container
from json import JSONDecoder
from sys import intern
from typing import NoReturn, cast, get_args

from targetexpr.base.limits import Limits
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
    is_name,
    is_raw_string,
)
from targetexpr.lang.operators import BINARY, LOGICAL, UNARY, BinaryOp, LogicalOp, UnaryOp
from targetexpr.lang.walk import depth, size
from targetexpr.syntax.json_encoder import CONDITIONAL_VALUE, literal_kind

_NODES = frozenset(get_args(Expr))


class _Unusual(Exception):
    """The decoder has to look; never leaves this module."""


def _give_up() -> NoReturn:
    raise _Unusual


def plain_tree(text: str, limits: Limits) -> Expr | None:
    """The tree of a document that is written as this library and the platform write it; None for any other."""
    try:
        tree = _finished(_READER.decode(text))
    except (_Unusual, ValueError, LookupError, TypeError, RecursionError):
        return None
    # Every object has at least two members, and most have an operand: so many characters are needed for a level.
    if len(text) > min(limits.nesting, limits.nodes) * _LEAST and (
        depth(tree) > limits.nesting or size(tree) > limits.nodes
    ):
        return None
    return tree


class _Chain:
    """An and/or list as it grows from its end, nested to the right as it is written; terms in reverse."""

    __slots__ = ("operator", "terms")

    def __init__(self, operator: LogicalOp, terms: list[Expr]) -> None:
        self.operator = operator
        self.terms = terms


def _object(pairs: list[tuple[str, object]]) -> Expr | _Chain:
    """A node, its operands being built already."""
    members = dict(pairs)
    if len(members) != len(pairs):
        _give_up()
    arity = members["arity"]
    if arity == "literal":
        return _literal(members)
    given = 3 if "type" in members else 2
    if given == 3 and type(members["type"]) is not str:
        _give_up()
    if arity == "name":
        value = members["value"]
        if type(value) is not str or len(members) != given or not is_name(value):
            _give_up()
        return node_of("name", value, ())
    operands = members["operands"]
    if type(operands) is not list:
        _give_up()
    match arity:
        case "object_dereference" | "method_call" | "function_call":
            if len(members) != given:
                _give_up()
            return _named(arity, operands)
        case "binary_operation" | "unary_operation" | "ternary_operation":
            operator = members["value"]
            if type(operator) is not str or len(members) != given + 1:
                _give_up()
            return _operation(arity, operator, operands)
        case _:
            _give_up()


def _literal(members: dict[str, object]) -> Expr:
    value, stated = members["value"], members["type"]
    if len(members) != 3 or type(value) is not str or type(stated) is not str:
        _give_up()
    kind = literal_kind(stated)
    fits = is_raw_string(value) if kind == "string" else kind == "number" or value in ("true", "false")
    if kind is None or not fits:
        _give_up()
    return node_of("literal", value, (), kind)


def _named(arity: str, operands: list[object]) -> Expr:
    """A member, method or function: one operand is its own name."""
    own = operands.pop(0 if arity == "function_call" else 1)
    if type(own) is not Name or (arity == "object_dereference" and len(operands) != 1):
        _give_up()
    return node_of(arity, own.name, tuple([_finished(one) for one in operands]))


def _operation(arity: str, operator: str, operands: list[object]) -> Expr | _Chain:
    if arity == "binary_operation" and operator in LOGICAL:
        left, right = operands
        if type(right) is _Chain and right.operator == operator:
            right.terms.append(_finished(left))
            return right
        return _Chain(cast(LogicalOp, operator), [_finished(right), _finished(left)])
    known, count = _OPERATORS[arity]
    if operator not in known or len(operands) != count:
        _give_up()
    return node_of(arity, operator, tuple([_finished(one) for one in operands]))


_OPERATORS: dict[str, tuple[Container[str], int]] = {
    "unary_operation": (UNARY, 1),
    "binary_operation": (BINARY, 2),
    "ternary_operation": ((CONDITIONAL_VALUE,), 3),
}


def node_of(arity: str, value: str, operands: tuple[Expr, ...], kind: str | None = None) -> Expr:
    """The node of an arity; `value` is its own, or the name of a member, method or function. Raises ValueError for
    what no text could spell."""
    match arity:
        case "literal":
            if kind == "number":
                return NumberLiteral(value=value)
            return StringLiteral(raw=value) if kind == "string" else BooleanLiteral(value=value == "true")
        case "name":
            return Name(name=intern(value))
        case "object_dereference":
            return Dereference(operand=operands[0], name=value)
        case "method_call":
            return MethodCall(operand=operands[0], name=value, arguments=operands[1:])
        case "function_call":
            return FunctionCall(name=value, arguments=operands)
        case "unary_operation":
            return Unary(operator=cast(UnaryOp, value), operand=operands[0])
        case "binary_operation":
            return Binary(operator=cast(BinaryOp, value), left=operands[0], right=operands[1])
        case "ternary_operation":
            return Conditional(condition=operands[0], then=operands[1], otherwise=operands[2])
        case _:
            raise AssertionError(f"no tree is built for arity {arity}")


def _finished(built: object) -> Expr:
    """What was built as a node, now that nothing more is spliced into it."""
    if type(built) is _Chain:
        return Logical(operator=built.operator, terms=tuple(reversed(built.terms)))
    if type(built) not in _NODES:
        _give_up()
    return cast(Expr, built)


_LEAST = len('{"arity":"name","value":"a"}')
_READER = JSONDecoder(object_pairs_hook=_object)
