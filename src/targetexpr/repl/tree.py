"""A rule drawn as a tree: a line for each node, with its type behind it. Not recursive: rules may be of any depth."""

from __future__ import annotations

from typing import assert_never

from targetexpr.checking.result import Checked
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

MOST_LINES = 500


def drawn(checked: Checked) -> str:
    """The tree of a checked rule, at most MOST_LINES lines of it.

    >>> from targetexpr.front import check
    >>> print(drawn(check('currentTxn.value>500')))
    >  boolean
    ├─ currentTxn.value  real
    └─ 500  number
    """
    lines: list[str] = []
    waiting: list[tuple[Expr, str, str]] = [(checked.expr, "", "")]
    while waiting:
        node, lead, below = waiting.pop()
        if len(lines) == MOST_LINES:
            lines.append(f"... and {len(waiting) + 1} more branches")
            break
        type_ = checked.type_of(node)
        lines.append(f"{lead}{_label(node)}" + (f"  {type_.head}" if type_ is not None else ""))
        inner = _operands(node)
        for place in range(len(inner) - 1, -1, -1):
            last = place == len(inner) - 1
            waiting.append((inner[place], below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
    return "\n".join(lines)


def _is_path(node: Expr) -> bool:
    """Whether a node is a plain `profile.attribute.part`, which is drawn on one line."""
    while isinstance(node, Dereference):
        node = node.operand
    return isinstance(node, Name)


def _path(node: Expr) -> str:
    names: list[str] = []
    while isinstance(node, Dereference):
        names.append(node.name)
        node = node.operand
    if isinstance(node, Name):
        names.append(node.name)
    return ".".join(reversed(names))


def _operands(node: Expr) -> tuple[Expr, ...]:
    if _is_path(node):
        return ()
    if isinstance(node, MethodCall) and _is_path(node.operand):
        return node.arguments
    return node.children()


def _label(node: Expr) -> str:
    match node:
        case NumberLiteral():
            return node.value
        case StringLiteral():
            return f'"{node.raw}"'
        case BooleanLiteral():
            return "true" if node.value else "false"
        case Name():
            return node.name
        case Dereference():
            return _path(node) if _is_path(node) else f".{node.name}"
        case MethodCall():
            return f"{_path(node.operand) if _is_path(node.operand) else ''}.{node.name}()"
        case FunctionCall():
            return f"{node.name}()"
        case Unary() | Binary() | Logical():
            return node.operator
        case Conditional():
            return "? :"
        case _:
            assert_never(node)
