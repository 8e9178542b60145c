"""One spelling for what comes out alike: terms in one order, comparisons turned one way, negations driven inwards.

Two nodes with the same canonical text are true for the same data. The text is a key to compare by, not one to parse.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from targetexpr.lang.nodes import Binary, Conditional, Logical, Unary
from targetexpr.lang.operators import COMPARISONS
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    CallValue,
    LookUp,
    Operation,
    Program,
    ReadAttribute,
    TestRaw,
)

OPPOSITES = {
    "notExists": "exists",
    "isEmpty": "exists",
    "isNotNull": "isNull",
    "isWeekday": "isWeekend",
    "customFieldValueExcludes": "customFieldValueIncludes",
    "clusterValueExcludes": "clusterValueIncludes",
    "Excludes": "Includes",
}
"""Meanings that are another one denied: wherever one is true the other is false, and both are null together."""

_SAME = {"isValidDate": "isValid"}


def canonical(program: Program, index: int, negated: bool = False) -> str:
    """The canonical text of a node, or of its denial.

    >>> from targetexpr import compile
    >>> key = lambda text: canonical(compile(text)._program, 0)
    >>> key("currentTxn.value>5&&!(10<=currentTxn.points)") == key("currentTxn.points<10&&5<currentTxn.value")
    True
    """
    node = program.nodes[index]
    operands = program.operands[index]
    match node:
        case Logical(operator=operator):
            joint = "&&" if (operator == "&&") is not negated else "||"
            parts = {canonical(program, *term) for term in _terms(program, index, operator, negated=negated)}
            return f"({joint.join(sorted(parts))})" if len(parts) > 1 else parts.pop()
        case Unary(operator="!"):
            return canonical(program, operands[0], negated=not negated)
        case Binary(operator=operator) if operator in COMPARISONS:
            return _comparison(program, operator, *operands, negated=negated)
        case _:
            positive = _plain(program, index)
            if positive.startswith("!"):
                return positive[1:] if negated else positive
            return f"!{positive}" if negated else positive


def _terms(program: Program, index: int, operator: str, *, negated: bool) -> Iterator[tuple[int, bool]]:
    """The terms of a chain, inner chains of the same kind taken apart, each with whether it is denied."""
    for operand in program.operands[index]:
        denied = negated
        while isinstance(node := program.nodes[operand], Unary) and node.operator == "!":
            operand, denied = program.operands[operand][0], not denied
        same = isinstance(node, Logical) and (node.operator == operator) is (denied is negated)
        if same and isinstance(node, Logical):
            yield from _terms(program, operand, node.operator, negated=denied)
        else:
            yield operand, denied


def _comparison(program: Program, operator: str, left: int, right: int, *, negated: bool) -> str:
    if negated:
        operator = COMPARISONS[operator].negated
    for one, other in ((left, right), (right, left)):
        truth = program.constants.get(other)
        if isinstance(truth, bool) and operator in ("==", "!="):
            return canonical(program, one, negated=truth is not (operator == "=="))
    first, second = canonical(program, left), canonical(program, right)
    if second < first:
        first, second, operator = second, first, COMPARISONS[operator].mirrored
    return f"({first}{operator}{second})"


def _plain(program: Program, index: int) -> str:
    """A node that is neither logic nor a comparison."""
    if index in program.constants:
        value = program.constants[index]
        if isinstance(value, bool):
            return "true" if value else "!true"
        return json.dumps(value) if isinstance(value, str) else f"{value:f}" if value is not None else "null"
    node = program.nodes[index]
    parts = [canonical(program, operand) for operand in program.operands[index]]
    match node:
        case Binary(operator=operator):
            if operator in "+*" and program.kinds[index] == "number":
                parts.sort()  # exact decimals add and multiply in any order
            return f"({operator.join(parts)})"
        case Unary(operator=operator):
            return f"({operator}{parts[0]})" if operator == "-" else parts[0]
        case Conditional():
            return f"({parts[0]}?{parts[1]}:{parts[2]})"
    return _operation(program.operations[index], parts)


def _operation(operation: Operation, parts: list[str]) -> str:
    match operation:
        case ReadAttribute(profile=profile, name=name):
            return f"{profile}.{name}"
        case TestRaw(meaning=meaning) | CallValue(meaning=meaning):
            receiver, *arguments = parts
            return _call(receiver, meaning, arguments)
        case CallProfile(profile=profile, meaning=meaning):
            return _call(profile, meaning, parts)
        case LookUp(profile=profile, name=name):
            return _call(profile, f"{name} read", parts)
        case CallBasket(profile=profile, shape=shape):
            denied = shape.aggregate == "Excludes"
            aggregate = "Includes" if denied else shape.aggregate
            which = f"basket{aggregate} {shape.selection} {shape.attribute or ''}{' gross' if shape.gross else ''}"
            return f"{'!' if denied else ''}{_call(profile, which, parts)}"


def _call(receiver: str, meaning: str, arguments: list[str]) -> str:
    meaning = _SAME.get(meaning, meaning)
    denied = meaning in OPPOSITES
    return f"{'!' if denied else ''}{receiver}.{OPPOSITES.get(meaning, meaning)}({','.join(arguments)})"
