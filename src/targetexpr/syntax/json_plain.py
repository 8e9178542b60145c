"""expressionJson as it is nearly always written, read by Python's own JSON parser; the decoder reads the rest.

Trees are built as objects close. Whatever is not plainly right (an unknown key, a group, an escape of the platform's
editor, a number with an exponent, nesting near a limit) gives up without a word: the decoder reads the document again
and says what is wrong with it, or that nothing is.
"""

from __future__ import annotations

from json import JSONDecoder
from sys import intern
from typing import NoReturn, cast

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
from targetexpr.syntax.json_encoder import CONDITIONAL_VALUE, LITERAL_KINDS

_NODES = frozenset(
    (
        Binary,
        BooleanLiteral,
        Conditional,
        Dereference,
        FunctionCall,
        Logical,
        MethodCall,
        Name,
        NumberLiteral,
        StringLiteral,
        Unary,
    )
)
_LITERALS = {"number:primitive": "number", "string:object:primitive": "string", "boolean:primitive": "boolean"}


class _Unusual(Exception):
    """The decoder has to look; never leaves this module."""


def _give_up() -> NoReturn:
    raise _Unusual


def plain_tree(text: str, limits: Limits) -> Expr | None:
    """The tree of a document that is written as this library and the platform write it; None for any other."""
    try:
        tree = _finished(_READER.decode(text))
    except (_Unusual, ValueError, KeyError, TypeError, RecursionError):
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
        return Name(name=intern(value))
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
    match _LITERALS.get(stated) or next(
        (LITERAL_KINDS[part] for part in stated.split(":") if part in LITERAL_KINDS), ""
    ):
        case "number":
            return NumberLiteral(value=value)
        case "string" if is_raw_string(value):
            return StringLiteral(raw=value)
        case "boolean" if value in ("true", "false"):
            return BooleanLiteral(value=value == "true")
        case _:
            _give_up()


def _named(arity: str, operands: list[object]) -> Expr:
    """A member, method or function: one operand is its own name."""
    if arity == "function_call":
        own, *arguments = operands
        if type(own) is not Name:
            _give_up()
        return FunctionCall(name=own.name, arguments=tuple([_finished(one) for one in arguments]))
    receiver, own, *arguments = operands
    if type(own) is not Name:
        _give_up()
    if arity == "method_call":
        return MethodCall(
            operand=_finished(receiver), name=own.name, arguments=tuple([_finished(one) for one in arguments])
        )
    if arguments:
        _give_up()
    return Dereference(operand=_finished(receiver), name=own.name)


def _operation(arity: str, operator: str, operands: list[object]) -> Expr | _Chain:
    if arity == "binary_operation":
        left, right = operands
        if operator in BINARY:
            return Binary(operator=cast(BinaryOp, operator), left=_finished(left), right=_finished(right))
        if operator not in LOGICAL:
            _give_up()
        if type(right) is _Chain and right.operator == operator:
            right.terms.append(_finished(left))
            return right
        return _Chain(cast(LogicalOp, operator), [_finished(right), _finished(left)])
    if arity == "unary_operation":
        (operand,) = operands
        if operator not in UNARY:
            _give_up()
        return Unary(operator=cast(UnaryOp, operator), operand=_finished(operand))
    condition, then, otherwise = operands
    if operator != CONDITIONAL_VALUE:
        _give_up()
    return Conditional(condition=_finished(condition), then=_finished(then), otherwise=_finished(otherwise))


def _finished(built: object) -> Expr:
    """What was built as a node, now that nothing more is spliced into it."""
    if type(built) is _Chain:
        return Logical(operator=built.operator, terms=tuple(reversed(built.terms)))
    if type(built) not in _NODES:
        _give_up()
    return cast(Expr, built)


_LEAST = len('{"arity":"name","value":"a"}')
_READER = JSONDecoder(object_pairs_hook=_object)
