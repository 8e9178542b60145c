"""A checked tree as typed expressionJson has it: arguments that mean nothing are left out, as the platform does."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from targetexpr.checking.result import Call, Checked
from targetexpr.lang.functions import KIND_METHODS
from targetexpr.lang.nodes import Expr, MethodCall
from targetexpr.lang.types import Type
from targetexpr.lang.walk import postorder, preorder, with_operands


def as_written(checked: Checked) -> tuple[Expr, tuple[Type | None, ...]]:
    """The tree and the types of its nodes in preorder, without the arguments of methods that take none.

    The platform's own editor leaves them out of its JSON: `email.isNotNull("")` is written as `email.isNotNull()`.

    >>> from targetexpr import check, to_text
    >>> to_text(as_written(check('currentCustomer.email.isNotNull("")'))[0])
    'currentCustomer.email.isNotNull()'
    """
    needless = {
        place for place, target in checked.targets.items() if isinstance(target, Call) and target.function.parameterless
    }
    nodes = list(preorder(checked.expr)) if needless else []
    needless = {
        place for place in needless if isinstance(nodes[place], MethodCall) and len(nodes[place].children()) > 1
    }
    if not needless:
        return checked.expr, checked.types
    types: list[Type | None] = []  # from the last node to the first
    done: list[tuple[Expr, int]] = []  # finished nodes and how many types each has; the leftmost operand is on top
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        count = len(node.children())
        operands = done[: -count - 1 : -1] if count else []
        if count:
            del done[-count:]
        if place in needless and isinstance(node, MethodCall):
            receiver, kept = operands[0]
            dropped = sum(size for _, size in operands[1:])
            del types[len(types) - kept - dropped : len(types) - kept]
            operands = operands[:1]
            node = replace(node, operand=receiver, arguments=())
        else:
            node = with_operands(node, [operand for operand, _ in operands])
        types.append(checked.types[place])
        done.append((node, 1 + sum(size for _, size in operands)))
    return done[0][0], tuple(reversed(types))


def without_needless(tree: Expr) -> Expr:
    """The same of a tree that was not checked: by the names of methods of values, none of which takes an argument.

    >>> from targetexpr import parse
    >>> without_needless(parse('a.isNotNull("")')) == parse("a.isNotNull()")
    True
    """
    done: list[Expr] = []
    for node in postorder(tree):
        count = len(node.children())
        operands = done[len(done) - count :]
        del done[len(done) - count :]
        if isinstance(node, MethodCall) and node.arguments and node.name in _parameterless():
            node = replace(node, operand=operands[0], arguments=())
        else:
            node = with_operands(node, operands)
        done.append(node)
    return done[0]


@cache
def _parameterless() -> frozenset[str]:
    """The names of methods of values that take no argument, whatever the value."""
    functions = [function for methods in KIND_METHODS.values() for function in methods.values()]
    taking = {function.name for function in functions if not function.parameterless}
    return frozenset({function.name for function in functions} - taking)
