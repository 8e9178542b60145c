"""Trees as s-expressions, as the cases have them: `(> (. currentTxn value) 500)`."""

from __future__ import annotations

import re
from typing import assert_never

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


def sexpr(tree: Expr) -> str:
    """A tree as an s-expression, of whatever depth.

    >>> from targetexpr import parse
    >>> sexpr(parse('a.b("x",1)>=-2&&!f()'))
    '(&& (>= (call a b "x" 1) (- 2)) (! (apply f)))'
    """
    out: list[str] = []
    waiting: list[Expr | str] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            out.append(node)
            continue
        match node:
            case NumberLiteral():
                out.append(node.value)
            case StringLiteral():
                out.append(f'"{node.raw}"')
            case BooleanLiteral():
                out.append("true" if node.value else "false")
            case Name():
                out.append(node.name)
            case Dereference():
                waiting += _list(".", node.operand, node.name)
            case MethodCall():
                waiting += _list("call", node.operand, node.name, *node.arguments)
            case FunctionCall():
                waiting += _list("apply", node.name, *node.arguments)
            case Unary():
                waiting += _list(node.operator, node.operand)
            case Binary():
                waiting += _list(node.operator, node.left, node.right)
            case Logical():
                waiting += _list(node.operator, *node.terms)
            case Conditional():
                waiting += _list("?", node.condition, node.then, node.otherwise)
            case _:
                assert_never(node)
    return "".join(out)


def _list(*parts: Expr | str) -> list[Expr | str]:
    """What is to be written of a list, the first last."""
    spaced: list[Expr | str] = ["("]
    for part in parts:
        spaced += [part, " "]
    spaced[-1] = ")"
    return spaced[::-1]


_TOKEN = re.compile(r'[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+', re.DOTALL)


def same_tree(one: str, other: str) -> bool:
    """Whether two s-expressions differ in white space at most.

    >>> same_tree("(> a\\n 5)", "(> a 5)"), same_tree("(> a 5)", "(> a 5.0)")
    (True, False)
    """
    return one == other or _TOKEN.findall(one) == _TOKEN.findall(other)
