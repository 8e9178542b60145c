"""How a tree is walked, without recursion: every node, its depth, its size."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.lang.nodes import Expr


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
