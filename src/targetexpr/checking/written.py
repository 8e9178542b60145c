"""A checked tree as typed expressionJson has it: arguments that mean nothing are left out, as the platform does."""

from __future__ import annotations

from dataclasses import replace

from targetexpr.checking.result import Call, Checked
from targetexpr.lang.nodes import Expr, MethodCall
from targetexpr.lang.types import Type
from targetexpr.lang.walk import preorder, with_operands


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
