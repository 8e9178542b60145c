"""How a tree is walked, without recursion: every node, its depth, its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
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


def preorder(tree: Expr) -> Iterator[Expr]:
    """Every node, a node before its operands, left to right.

    >>> from targetexpr import parse
    >>> [type(node).__name__ for node in preorder(parse("a>1"))]
    ['Binary', 'Name', 'NumberLiteral']
    """
    waiting: list[Expr] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children()))


def postorder(tree: Expr) -> Iterator[Expr]:
    """Every node, a node after its operands, left to right."""
    order: list[Expr] = []
    waiting: list[Expr] = [tree]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(node.children())
    return reversed(order)


def size(tree: Expr) -> int:
    """How many nodes the tree has: a member's name is none of its own, an and/or list is one."""
    return sum(1 for _ in preorder(tree))


def depth(tree: Expr) -> int:
    """How deep the tree is: a leaf is 1, a node one more than its deepest operand."""
    depths: list[int] = []
    for node in postorder(tree):
        count = len(node.children())
        if count:
            deepest = max(depths[-count:])
            del depths[-count:]
            depths.append(deepest + 1)
        else:
            depths.append(1)
    return depths[-1]


def with_operands(node: Expr, operands: Sequence[Expr]) -> Expr:
    """The node with other operands, as many as `children` gives; itself when they are the same objects.

    >>> from targetexpr import parse
    >>> with_operands(parse("a>1"), (parse("b"), parse("2")))
    Binary('>', Name('b'), NumberLiteral('2'))
    """
    if all(new is old for new, old in zip(operands, node.children(), strict=True)):
        return node
    match node:
        case Dereference() | Unary():
            return replace(node, operand=operands[0])
        case MethodCall():
            return replace(node, operand=operands[0], arguments=tuple(operands[1:]))
        case FunctionCall():
            return replace(node, arguments=tuple(operands))
        case Binary():
            return replace(node, left=operands[0], right=operands[1])
        case Logical():
            return replace(node, terms=tuple(operands))
        case Conditional():
            return replace(node, condition=operands[0], then=operands[1], otherwise=operands[2])
        case Name() | NumberLiteral() | StringLiteral() | BooleanLiteral():
            return node
        case _:
            assert_never(node)
