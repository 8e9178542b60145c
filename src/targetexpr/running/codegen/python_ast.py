"""Python syntax nodes for generated code, each with a position of its own already in its class.

`compile` asks every node for its position; having it in the class saves setting it on each.
"""

from __future__ import annotations

import ast
import sys
from functools import lru_cache

LOAD = ast.Load()
STORE = ast.Store()


class _Placed:
    lineno = 1
    col_offset = 0
    end_lineno: int | None = 1
    end_col_offset: int | None = 0


class _Name(_Placed, ast.Name): ...


class _Constant(_Placed, ast.Constant): ...


class _Call(_Placed, ast.Call): ...


class _Subscript(_Placed, ast.Subscript): ...


class _Compare(_Placed, ast.Compare): ...


class _BoolOp(_Placed, ast.BoolOp): ...


class _BinOp(_Placed, ast.BinOp): ...


class _UnaryOp(_Placed, ast.UnaryOp): ...


class _IfExp(_Placed, ast.IfExp): ...


class _NamedExpr(_Placed, ast.NamedExpr): ...


class _Tuple(_Placed, ast.Tuple): ...


class _Return(_Placed, ast.Return): ...


class _Pass(_Placed, ast.Pass): ...


class _Try(_Placed, ast.Try): ...


class _ExceptHandler(_Placed, ast.ExceptHandler): ...


class _For(_Placed, ast.For): ...


class _If(_Placed, ast.If): ...


class _Continue(_Placed, ast.Continue): ...


class _Assign(_Placed, ast.Assign): ...


class _AugAssign(_Placed, ast.AugAssign): ...


class _Expr(_Placed, ast.Expr): ...


class _List(_Placed, ast.List): ...


class _Attribute(_Placed, ast.Attribute): ...


class _FunctionDef(_Placed, ast.FunctionDef): ...


class _Arg(_Placed, ast.arg): ...


_COMPARE: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
}
_BINARY: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "%": ast.Mod(),
}
_AND, _OR, _NOT, _MINUS = ast.And(), ast.Or(), ast.Not(), ast.USub()


@lru_cache(maxsize=1024)
def name(identifier: str) -> ast.expr:
    """A variable. Identifiers are ours, never from the input. Nodes are never changed, so one is enough for all."""
    return _Name(identifier, LOAD)


NOT_CLEAN: ast.expr = _Name("not_clean", LOAD)
"""Leaves the fast path: a name that nothing binds, so reading it raises NameError. A call would be two nodes, and the
compiler asks each for all that it has."""


def constant(value: bool | int | float | str | None) -> ast.expr:
    """A constant: the one way in which text of the input gets into generated code."""
    return _Constant(value)


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """`function(*arguments)`."""
    return _Call(name(function), list(arguments), [])


def item(container: ast.expr, key: str) -> ast.expr:
    """`container["key"]`."""
    return _Subscript(container, _Constant(key), LOAD)


def compare(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    """`left < right` and its like."""
    return _Compare(left, [_COMPARE[operator]], [right])


def between(low: ast.expr, middle: ast.expr, high: ast.expr) -> ast.expr:
    """`low <= middle <= high`."""
    return _Compare(low, [_COMPARE["<="], _COMPARE["<="]], [middle, high])


def both(*terms: ast.expr) -> ast.expr:
    """`a and b and …`."""
    return _BoolOp(_AND, list(terms))


def either(*terms: ast.expr) -> ast.expr:
    """`a or b or …`."""
    return _BoolOp(_OR, list(terms))


def negated(operand: ast.expr) -> ast.expr:
    """`not a`."""
    return _UnaryOp(_NOT, operand)


def minus(operand: ast.expr) -> ast.expr:
    """`-a`."""
    return _UnaryOp(_MINUS, operand)


def binary(left: ast.expr, operator: str, right: ast.expr) -> ast.expr:
    """`a + b` and its like."""
    return _BinOp(left, _BINARY[operator], right)


def choose(test: ast.expr, then: ast.expr, otherwise: ast.expr) -> ast.expr:
    """`then if test else otherwise`."""
    return _IfExp(test, then, otherwise)


def bind(identifier: str, value: ast.expr) -> ast.expr:
    """`(identifier := value)`."""
    return _NamedExpr(_Name(identifier, STORE), value)


def sequence(*values: ast.expr) -> ast.expr:
    """A tuple."""
    return _Tuple(list(values), LOAD)


def attempt(function: str, argument: str, value: ast.expr, instead: ast.expr) -> ast.Module:
    """A function that gives `value`, and when anything goes wrong there, `instead`."""
    handler = _ExceptHandler(_Name("Exception", LOAD), None, [_Pass()])
    # `instead` stands outside the handler, so that its errors do not drag along what went wrong before.
    return _defined(function, argument, [_Try([_Return(value)], [handler], [], []), _Return(instead)])


def counting(argument: str, value: ast.expr, instead: ast.expr) -> ast.Module:
    """A function of many arguments that tells for how many `value`, or in trouble `instead`, is true."""
    one: ast.stmt = _AugAssign(_Name("found", STORE), _BINARY["+"], _Constant(1))
    return _loop("count", argument, value, instead, _Constant(0), one)


def selecting(argument: str, value: ast.expr, instead: ast.expr) -> ast.Module:
    """A function of many arguments that lists those for which `value`, or in trouble `instead`, is true."""
    append = _Call(_Attribute(_Name("found", LOAD), "append", LOAD), [_Name(argument, LOAD)], [])
    return _loop("select", argument, value, instead, _List([], LOAD), _Expr(append))


def _loop(
    function: str, argument: str, value: ast.expr, instead: ast.expr, start: ast.expr, found: ast.stmt
) -> ast.Module:
    handler = _ExceptHandler(_Name("Exception", LOAD), None, [_Pass()])
    fast = _Try([_If(value, [found], []), _Continue()], [handler], [], [])
    loop = _For(_Name(argument, STORE), _Name("contexts", LOAD), [fast, _If(instead, [found], [])], [])
    return _defined(function, "contexts", [_Assign([_Name("found", STORE)], start), loop, _Return(name("found"))])


def function(name: str, argument: str, value: ast.expr) -> ast.Module:
    """A function that gives `value`."""
    return _defined(name, argument, [_Return(value)])


def _defined(function: str, argument: str, body: list[ast.stmt]) -> ast.Module:
    arguments = ast.arguments([], [_Arg(argument)], None, [], [], None, [])
    definition = _FunctionDef(function, arguments, body, [])
    if sys.version_info >= (3, 12):
        definition.type_params = []
    return ast.Module([definition], [])
