"""Partial evaluation: with only some profiles known, what is known is decided and the rest stays an expression.

A known part is replaced only by a boolean, number or string. One that is null, a date, or does not fit its type stays
as it is written, and so do the arguments of a call that cannot be decided yet.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    Expr,
    Logical,
    MethodCall,
    NumberLiteral,
    StringLiteral,
    Unary,
    conjunction,
    disjunction,
    encode_string,
    is_raw_string,
)
from targetexpr.running.coercion import DataError, Value, plain, text_of
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import interpret
from targetexpr.running.program import CallValue, Program, ReadAttribute, TestRaw


def residual(program: Program, context: object, reader: ContextReader, unknown: Collection[str] | None = None) -> Expr:
    """The tree that is left. `unknown` names the profiles not known, by default those the context lacks."""
    missing = _missing(program, context) if unknown is None else set(unknown)
    children = _children(program)
    known = _known(program, children, missing)
    left: list[Expr] = list(program.nodes)
    for index in range(len(left) - 1, -1, -1):
        if not known[index]:
            left[index] = _rebuilt(program, context, reader, index, children[index], known, left)
    return _decided(program, context, reader, 0) if known[0] else left[0]


def _missing(program: Program, context: object) -> set[str]:
    profiles = {
        operation.profile for operation in program.operations.values() if not isinstance(operation, CallValue | TestRaw)
    }
    return {name for name in profiles if not (isinstance(context, dict) and name in context)}


def _children(program: Program) -> list[list[int]]:
    """The indices of all operands, names and ignored arguments included."""
    nodes = program.nodes
    sizes = [1] * len(nodes)
    children: list[list[int]] = [[] for _ in nodes]
    for index in range(len(nodes) - 1, -1, -1):
        at = index + 1
        for _ in nodes[index].children():
            children[index].append(at)
            at += sizes[at]
        sizes[index] = at - index
    return children


def _known(program: Program, children: list[list[int]], missing: set[str]) -> list[bool]:
    known = [True] * len(program.nodes)
    for index in range(len(known) - 1, -1, -1):
        operation = program.operations.get(index)
        if operation is not None and not isinstance(operation, CallValue | TestRaw):
            known[index] = operation.profile not in missing
        known[index] = known[index] and all(known[child] for child in children[index])
    return known


def _rebuilt(
    program: Program,
    context: object,
    reader: ContextReader,
    index: int,
    children: list[int],
    known: list[bool],
    left: list[Expr],
) -> Expr:
    """A node that is not known, made of what is left of its operands."""

    def rest(child: int) -> Expr:
        return _decided(program, context, reader, child) if known[child] else left[child]

    node = program.nodes[index]
    match node:
        case Logical():
            return _logical(node, [rest(child) for child in children])
        case Unary():
            operand = rest(children[0])
            if isinstance(operand, BooleanLiteral) and node.operator == "!":
                return BooleanLiteral(value=not operand.value)
            return replace(node, operand=operand)
        case Binary():
            return replace(node, left=rest(children[0]), right=rest(children[1]))
        case Conditional():
            condition = rest(children[0])
            if isinstance(condition, BooleanLiteral):
                return rest(children[1 if condition.value else 2])
            return replace(node, condition=condition, then=rest(children[1]), otherwise=rest(children[2]))
        case Dereference() | MethodCall() if not isinstance(program.operations[index], ReadAttribute):
            receiver = children[0]
            return node if known[receiver] else replace(node, operand=left[receiver])
        case _:
            return node


def _logical(node: Logical, terms: list[Expr]) -> Expr:
    stops = node.operator == "||"
    open_terms: list[Expr] = []
    for term in terms:
        if isinstance(term, BooleanLiteral):
            if term.value is stops:
                return term
        else:
            open_terms.append(term)
    return disjunction(open_terms) if stops else conjunction(open_terms)


def _decided(program: Program, context: object, reader: ContextReader, index: int) -> Expr:
    """A known part as a literal, or as it is written when it has none."""
    node = program.nodes[index]
    if isinstance(node, BooleanLiteral | NumberLiteral | StringLiteral):
        return node
    try:
        value = interpret(program, context, reader, start=index)
    except DataError:
        return node
    return _literal(value) or node


def _literal(value: Value) -> Expr | None:
    match value:
        case bool():
            return BooleanLiteral(value=value)
        case int() | Decimal():
            text = text_of(plain(value))
            if text.startswith("-"):
                return Unary(operator="-", operand=NumberLiteral(value=text[1:]))
            return NumberLiteral(value=text)
        case str():
            raw = encode_string(value)
            return StringLiteral(raw=raw) if is_raw_string(raw) else None
        case datetime() | None:
            return None
