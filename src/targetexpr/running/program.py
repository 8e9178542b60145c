"""A checked tree lowered for the evaluators: nodes by their index, every name resolved, every literal read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias, cast

from targetexpr.checking.result import Call, Checked
from targetexpr.lang.functions import BASKET_SHAPES, CONTEXT, Basket
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Dereference,
    Expr,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.schema.model import Attribute
from targetexpr.lang.types import Kind, kind_of
from targetexpr.lang.walk import preorder
from targetexpr.running.coercion import Number, Value
from targetexpr.running.meanings import PROFILE_MEANINGS, RAW_MEANINGS, VALUE_MEANINGS
from targetexpr.running.semantics import negative


class ReadAttribute(NamedTuple):
    """An attribute of a profile; `computed` names how to get it when the data does not hold it."""

    profile: str
    name: str
    computed: str | None = None


class CallValue(NamedTuple):
    """A method of a value: the receiver is evaluated, then the arguments."""

    meaning: str


class TestRaw(NamedTuple):
    """A test of the value as the data holds it; arguments are not looked at."""

    meaning: str


class CallProfile(NamedTuple):
    """A method of a profile that is computed here."""

    profile: str
    meaning: str


class CallBasket(NamedTuple):
    """A member of the basket family."""

    profile: str
    shape: Basket


class LookUp(NamedTuple):
    """A method of a profile whose results are part of the data."""

    profile: str
    name: str


Operation: TypeAlias = ReadAttribute | CallValue | TestRaw | CallProfile | CallBasket | LookUp


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """The tree as a list: a node's index is its number in preorder, so that of the first operand is one more.

    All sequences are as long as there are nodes.
    """

    nodes: tuple[Expr, ...]
    operands: tuple[tuple[int, ...], ...]  # their indices; the profile's name and ignored arguments are none
    kinds: tuple[Kind, ...]
    constants: dict[int, Value]  # what literals mean
    operations: dict[int, Operation]  # what dereferences and method calls do
    checked: Checked
    depth: int


def lower(checked: Checked) -> Program:
    """The program of a tree that was checked without errors."""
    nodes = list(preorder(checked.expr))
    operands: list[tuple[int, ...]] = [()] * len(nodes)
    depths = [1] * len(nodes)
    done: list[int] = []  # indices of finished nodes; the leftmost operand of the next one is on top
    for index in range(len(nodes) - 1, -1, -1):
        count = len(nodes[index].children())
        if count == 1:
            operand = done[-1]
            operands[index] = (operand,)
            depths[index] = depths[operand] + 1
            done[-1] = index
            continue
        if count:
            operands[index] = tuple(done[: -count - 1 : -1])
            depths[index] += max([depths[operand] for operand in operands[index]])
            del done[-count:]
        done.append(index)
    constants: dict[int, Value] = {}
    operations: dict[int, Operation] = {}
    for index, node in enumerate(nodes):
        match node:
            case Name() | Binary() | Logical():  # most nodes
                pass
            case NumberLiteral():
                constants[index] = literal_number(node)
            case StringLiteral():
                constants[index] = node.value
            case BooleanLiteral():
                constants[index] = node.value
            case Dereference() | MethodCall():
                operations[index], operands[index] = _resolved(checked, index, node, operands[index])
            case _:
                pass
    types = checked.types
    return Program(
        nodes=tuple(nodes),
        operands=tuple(operands),
        kinds=tuple(["object" if type_ is None else kind_of(type_) for type_ in types]),
        constants=constants,
        operations=operations,
        checked=checked,
        depth=depths[0],
    )


def literal_number(node: NumberLiteral) -> Number:
    """A number literal's value: an int when it is short and whole, else a Decimal."""
    return int(node.value) if len(node.value) <= 18 and "." not in node.value else Decimal(node.value)


def signed_literal(program: Program, index: int) -> Number | None:
    """The value of a number literal with the signs before it; None for any other node."""
    minus = False
    while isinstance(node := program.nodes[index], Unary) and node.operator != "!":
        minus ^= node.operator == "-"
        index = program.operands[index][0]
    number = program.constants.get(index)
    if program.kinds[index] != "number" or number is None:
        return None
    return negative(cast("Number", number)) if minus else cast("Number", number)


def _resolved(
    checked: Checked, index: int, node: Dereference | MethodCall, operands: tuple[int, ...]
) -> tuple[Operation, tuple[int, ...]]:
    """What a member does, and the indices of the operands that it evaluates."""
    target = checked.targets[index]
    profile = node.operand.name if isinstance(node.operand, Name) else ""
    if isinstance(target, Attribute):
        return ReadAttribute(profile, node.name, target.computed), ()
    function = target.function
    arguments = _evaluated(target, operands[1:])
    if function.meaning in RAW_MEANINGS:
        return TestRaw(function.meaning), operands[:1]
    if function.meaning == CONTEXT:
        return LookUp(profile, node.name), arguments
    if function.meaning in VALUE_MEANINGS:
        return CallValue(function.meaning), (operands[0], *arguments)
    if function.name in BASKET_SHAPES and function.meaning == "basket":
        return CallBasket(profile, BASKET_SHAPES[function.name]), arguments
    if function.meaning in PROFILE_MEANINGS:
        return CallProfile(profile, function.meaning), arguments
    raise AssertionError(f"{function.name} is declared with the meaning {function.meaning!r}, which nothing computes")


def _evaluated(call: Call, arguments: tuple[int, ...]) -> tuple[int, ...]:
    parameters = call.overload.parameters
    return tuple(index for index, parameter in zip(arguments, parameters, strict=False) if parameter.role != "ignored")
