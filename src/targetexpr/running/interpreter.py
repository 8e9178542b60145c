"""The reference: the tree is walked as it stands, and every node means what `semantics` and `meanings` say.

It is the oracle for everything faster. Written to be read, not to be quick. Nodes wait on a stack of their own, so
neither long lists nor deep trees are a depth of calls.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeAlias, assert_never, cast

from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Conditional,
    Dereference,
    FunctionCall,
    Logical,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
    Unary,
)
from targetexpr.lang.operators import ARITHMETIC
from targetexpr.running import semantics
from targetexpr.running.coercion import Number, Value
from targetexpr.running.context import ContextReader
from targetexpr.running.meanings import (
    COMPUTED_ATTRIBUTES,
    PROFILE_MEANINGS,
    RAW_MEANINGS,
    VALUE_MEANINGS,
    basket,
    look_up,
)
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

Steps: TypeAlias = Generator[int, Value, Value]
"""One node at work: it gives indices of operands, gets their values, and returns its own."""


def interpret(program: Program, context: object, reader: ContextReader, *, start: int = 0) -> Value:
    """The value of the node at `start` (the whole rule) for one context.

    Raises DataError at the first invalid value reached, unless the reader is lenient.
    """
    return Interpreter(program, context, reader).value_of(start)


class Interpreter:
    """One evaluation of one program."""

    def __init__(self, program: Program, context: object, reader: ContextReader) -> None:
        self.program = program
        self.context = context
        self.reader = reader

    def value_of(self, start: int) -> Value:
        """Walks from `start`, operands first."""
        at_work = [self.steps(start)]
        value: Value = None
        while True:
            try:
                operand = at_work[-1].send(value)
            except StopIteration as done:
                value = done.value
                at_work.pop()
                if not at_work:
                    return value
            else:
                at_work.append(self.steps(operand))
                value = None

    def steps(self, index: int) -> Steps:
        """The work of one node."""
        node = self.program.nodes[index]
        operands = self.program.operands[index]
        match node:
            case NumberLiteral() | StringLiteral() | BooleanLiteral():
                return self.program.constants[index]
            case Dereference() | MethodCall():
                return (yield from self.member(index, self.program.operations[index], operands))
            case Unary(operator="!"):
                return semantics.negation(cast("bool | None", (yield operands[0])))
            case Unary(operator=operator):
                number = cast("Number | None", (yield operands[0]))
                return semantics.negative(number) if operator == "-" and number is not None else number
            case Binary(operator=operator):
                left = yield operands[0]
                right = yield operands[1]
                if operator in ARITHMETIC:
                    return semantics.combine(operator, left, right)
                return semantics.compare(operator, left, right)
            case Logical(operator=operator):
                return (yield from self.logical(operator == "&&", operands))
            case Conditional():
                condition = yield operands[0]
                if condition is None:
                    return None
                return (yield operands[1 if condition else 2])
            case Name() | FunctionCall():
                raise AssertionError(f"the checker lets no {type(node).__name__} through as a value")
            case _:
                assert_never(node)

    def logical(self, conjunction: bool, operands: tuple[int, ...]) -> Steps:
        """`&&` stops at the first false, `||` at the first true; null stops neither."""
        seen: list[bool | None] = []
        for operand in operands:
            seen.append(cast("bool | None", (yield operand)))
            if seen[-1] is (not conjunction):
                break
        return semantics.conjunction(seen) if conjunction else semantics.disjunction(seen)

    def member(self, index: int, operation: Operation, operands: tuple[int, ...]) -> Steps:
        """An attribute, or a method."""
        match operation:
            case ReadAttribute():
                return self.attribute(index, operation)
            case TestRaw(meaning=meaning):
                return RAW_MEANINGS[meaning]((yield from self.raw(operands[0])), self.reader.zone)
            case CallValue(meaning=meaning):
                values: list[Value] = []
                for operand in operands:
                    values.append((yield operand))
                return None if None in values else VALUE_MEANINGS[meaning](self.reader.zone, *values)
        profile = self.reader.profile(self.context, operation.profile)
        arguments: list[Any] = []
        for operand in operands:
            arguments.append((yield operand))
        if profile is None or None in arguments:
            return None
        match operation:
            case CallProfile(profile=name, meaning=meaning):
                return PROFILE_MEANINGS[meaning](self.reader, profile, name, tuple(arguments))
            case CallBasket(profile=name, shape=shape):
                return basket(self.reader, shape, profile, name, tuple(arguments))
            case LookUp(profile=name, name=method):
                found = look_up(self.reader, profile, name, method, arguments)
                return self.reader.value(self.program.kinds[index], found, name, method)
            case _:
                assert_never(operation)

    def attribute(self, index: int, read: ReadAttribute) -> Value:
        """An attribute as a value of its declared kind."""
        profile = self.reader.profile(self.context, read.profile)
        if profile is None:
            return None
        raw = self.reader.raw(profile, read.profile, read.name)
        if raw is None and read.computed is not None:
            return COMPUTED_ATTRIBUTES[read.computed](self.reader, profile, read.profile)
        return self.reader.value(self.program.kinds[index], raw, read.profile, read.name)

    def raw(self, index: int) -> Generator[int, Value, object]:
        """What the data holds, or what is computed from it, for a test that never raises: invalid values read null."""
        reader, self.reader = self.reader, ContextReader(self.reader.zone, lenient=True)
        operation = self.program.operations.get(index)
        found: object
        match operation:
            case ReadAttribute() | LookUp():
                profile = self.reader.profile(self.context, operation.profile)
                if profile is None:
                    found = None
                elif isinstance(operation, ReadAttribute):
                    found = self.reader.raw(profile, operation.profile, operation.name)
                    if found is None and operation.computed is not None:
                        found = COMPUTED_ATTRIBUTES[operation.computed](self.reader, profile, operation.profile)
                else:
                    arguments: list[Value] = []
                    for operand in self.program.operands[index]:
                        arguments.append((yield operand))
                    missing = None in arguments
                    found = (
                        None if missing else look_up(self.reader, profile, operation.profile, operation.name, arguments)
                    )
            case _:
                found = yield index
        self.reader = reader
        return found
