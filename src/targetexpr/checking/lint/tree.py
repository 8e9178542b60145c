"""A checked tree as lint looks at it: nodes with parents, constants, and fixes that write a part anew."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias, TypeVar, cast

from targetexpr.base.diagnostics import Edit
from targetexpr.checking.arguments import constant
from targetexpr.checking.result import Call, Checked
from targetexpr.lang.nodes import Binary, BooleanLiteral, Conditional, Expr, Logical, StringLiteral, Unary
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import Type
from targetexpr.lang.walk import preorder

Write: TypeAlias = Callable[[Expr], str]
"""Writes a tree as text."""

Constant: TypeAlias = "bool | str | tuple[int, str]"
"""A literal's value: true or false, a string, or a number as sign and digits."""

_Node = TypeVar("_Node", bound=Expr)

MOST_REWRITTEN = 200
"""Terms of a list that is written anew in a fix; longer ones are left to the author."""


class Tree:
    """The nodes in preorder with what is known of each, by place."""

    def __init__(self, checked: Checked, write: Write | None) -> None:
        self.checked = checked
        self.schema: Schema = checked.schema
        self.write = write
        self.nodes: tuple[Expr, ...] = tuple(preorder(checked.expr))
        self.types: tuple[Type | None, ...] = checked.types
        self.parents = _parents(self.nodes)
        self._shapes = _shapes(self.nodes)
        self._by_type: dict[type, list[tuple[int, Expr]]] = {}
        for place, node in enumerate(self.nodes):
            self._by_type.setdefault(type(node), []).append((place, node))

    def each(self, type_: type[_Node]) -> list[tuple[int, _Node]]:
        """The nodes of one type with their places; most rules are about few of them."""
        return cast("list[tuple[int, _Node]]", self._by_type.get(type_, []))

    def calls(self) -> Iterator[tuple[int, Expr, Call]]:
        """Every call with what it was found to be."""
        for place, target in self.checked.targets.items():
            if isinstance(target, Call):
                yield place, self.nodes[place], target

    def shape(self, node: Expr) -> int:
        """A number that two nodes of the tree share when they are equal (comparing all pairs would take too long)."""
        return self._shapes[id(node)]

    def parent(self, place: int) -> Expr | None:
        """The node that has this one as an operand."""
        return self.nodes[self.parents[place]] if place else None

    def rewrite(self, place: int, by: Expr) -> tuple[Edit, ...]:
        """The edit that puts another tree in the place of a node, in parentheses where it could read otherwise."""
        span = self.nodes[place].span
        if self.write is None or span.start < 0:
            return ()
        text = self.write(by)
        parent = self.parent(place)
        loose = isinstance(by, (Logical, Binary, Conditional))
        safe = parent is None or (isinstance(parent, Logical) and not isinstance(by, (Logical, Conditional)))
        return (Edit(span, f"({text})" if loose and not safe else text),)


def _parents(nodes: tuple[Expr, ...]) -> list[int]:
    parents = [0] * len(nodes)
    open_: list[tuple[int, int]] = []  # nodes whose operands are still coming, and how many
    for place, node in enumerate(nodes):
        if open_:
            parent, left = open_.pop()
            parents[place] = parent
            if left > 1:
                open_.append((parent, left - 1))
        count = len(node.children())
        if count:
            open_.append((place, count))
    return parents


def _shapes(nodes: tuple[Expr, ...]) -> dict[int, int]:
    """Node, by identity -> number of its shape; operands come first, so each node is looked at once."""
    numbers: dict[Hashable, int] = {}
    shapes: dict[int, int] = {}
    for node in reversed(nodes):
        if id(node) not in shapes:
            key = (type(node), node.label(), *(shapes[id(child)] for child in node.children()))
            shapes[id(node)] = numbers.setdefault(key, len(numbers))
    return shapes


def literal_value(node: Expr) -> Constant | None:
    """The value of a literal, signs before a number included; None for anything else."""
    if isinstance(node, StringLiteral):
        return node.value
    if isinstance(node, BooleanLiteral):
        return node.value
    return constant(node)


def negated(node: Expr) -> Expr | None:
    """What a negation negates: the operand of `!`, of `== false` and of `!= true`."""
    if isinstance(node, Unary):
        return node.operand if node.operator == "!" else None
    if isinstance(node, Binary) and node.operator in ("==", "!="):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, BooleanLiteral) and side.value == (node.operator == "!="):
                return other
    return None


def affirmed(node: Expr) -> Expr | None:
    """What a needless `== true` or `!= false` is written after."""
    if isinstance(node, Binary) and node.operator in ("==", "!="):
        for side, other in ((node.right, node.left), (node.left, node.right)):
            if isinstance(side, BooleanLiteral) and side.value == (node.operator == "=="):
                return None if isinstance(other, BooleanLiteral) else other
    return None
