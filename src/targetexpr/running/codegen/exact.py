"""Generated code for data that is not clean: exact and null-aware, still one flat function, made when first needed.

It says what the interpreter says, step for step: operands in the same order, bound when they are reached, null where
they are null, the same error at the same index.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType
from typing import Any, cast

from targetexpr.lang.nodes import Binary, Conditional, Logical, Unary
from targetexpr.lang.operators import ARITHMETIC
from targetexpr.lang.types import Kind
from targetexpr.running import semantics
from targetexpr.running.codegen import python_ast as py
from targetexpr.running.coercion import Number, Value
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import interpret
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
    Program,
    ReadAttribute,
    TestRaw,
)

LARGEST = 2000
"""Programs of more nodes are interpreted: making code for them takes longer than they are likely to run."""

DEEPEST = 48
"""And so are deeper trees, as the nodes below nest up to three for one of theirs."""


class Exact:
    """The exact evaluation of a program: interpreted, or by code that is generated at the first call."""

    __slots__ = ("_program", "_reader", "_run")

    def __init__(self, program: Program, reader: ContextReader) -> None:
        self._program = program
        self._reader = reader
        self._run: Callable[[object], Value] | None = None

    def value(self, context: object) -> Value:
        """The value of the whole rule."""
        run = self._run
        if run is None:
            # Two threads may both get here; they make the same function.
            run = self._run = self._made()
        return run(context)

    def _made(self) -> Callable[[object], Value]:
        program, reader = self._program, self._reader
        if len(program.nodes) > LARGEST or program.depth > DEEPEST:
            return lambda context: interpret(program, context, reader)
        emitter = _Emitter(program, reader)
        module = py.function("exact", "context", emitter.value(0))
        outer = compile(module, "<rule, exactly>", "exec", dont_inherit=True)
        code = next(part for part in outer.co_consts if isinstance(part, CodeType))
        return cast("Callable[[object], Value]", FunctionType(code, emitter.names))


class _Emitter:
    """Python expressions for the nodes of a program, null being None."""

    def __init__(self, program: Program, reader: ContextReader) -> None:
        self.program = program
        self.names: dict[str, object] = {**_FIXED, **_bound(program, reader)}
        self.variables = 0

    def variable(self) -> str:
        self.variables += 1
        return f"x{self.variables}"

    def helper(self, value: object) -> ast.expr:
        fresh = f"h{len(self.names)}"
        self.names[fresh] = value
        return py.name(fresh)

    def values(self, index: int) -> ast.expr:
        """The operands of a node, as a tuple."""
        return py.sequence(*(self.value(operand) for operand in self.program.operands[index]))

    def value(self, index: int) -> ast.expr:
        """What a node comes out as."""
        program = self.program
        operands = program.operands[index]
        if index in program.constants:
            constant = program.constants[index]
            return py.constant(constant) if isinstance(constant, bool | int | str) else self.helper(constant)
        match program.nodes[index]:
            case Unary(operator=operator):
                function = {"!": "negation", "-": "negative", "+": "itself"}[operator]
                return py.call(function, self.value(operands[0]))
            case Binary(operator=operator):
                function = "combine" if operator in ARITHMETIC else "compare"
                first = self.value(operands[0])
                return py.call(function, py.constant(operator), first, self.value(operands[1]))
            case Logical(operator=operator):
                return self.logical(operator == "&&", operands)
            case Conditional():
                return self.conditional(*operands)
            case _:
                return self.member(index)

    def logical(self, conjunction: bool, operands: tuple[int, ...]) -> ast.expr:
        """Decided at the first false (true); else null when one of them is; else true (false)."""
        stops = py.constant(not conjunction)
        terms, names = [], []
        for operand in operands:
            variable = self.variable()
            terms.append(py.compare(py.bind(variable, self.value(operand)), "is", stops))
            names.append(py.name(variable))
        nulls = [py.compare(name, "is", py.constant(None)) for name in names]
        rest = py.choose(py.either(*nulls), py.constant(None), py.constant(conjunction))
        return py.choose(py.either(*terms), stops, rest)

    def conditional(self, condition: int, then: int, otherwise: int) -> ast.expr:
        """One branch; null when the condition is."""
        variable = self.variable()
        test = py.compare(py.bind(variable, self.value(condition)), "is", py.constant(None))
        branches = py.choose(py.name(variable), self.value(then), self.value(otherwise))
        return py.choose(test, py.constant(None), branches)

    def member(self, index: int) -> ast.expr:
        """An attribute, or a method."""
        program, context = self.program, py.name("context")
        match program.operations[index]:
            case ReadAttribute(profile=profile, name=name, computed=None):
                kind = py.constant(program.kinds[index])
                return py.call("attribute", context, py.constant(profile), py.constant(name), kind)
            case ReadAttribute(profile=profile, name=name, computed=how):
                return py.call("computed", context, py.constant(profile), py.constant(name), py.constant(how))
            case CallValue(meaning=meaning):
                return py.call("of_values", py.name(f"value_{meaning}"), self.values(index))
            case TestRaw(meaning=meaning):
                return self.test_raw(index, meaning)
            case CallProfile(profile=profile, meaning=meaning):
                function, called = py.name(f"profile_{meaning}"), "of_profile"
            case CallBasket(profile=profile, shape=shape):
                function, called = self.helper(shape), "of_basket"
            case LookUp(profile=profile, name=name):
                function, called = py.constant(name), f"looked_up_{program.kinds[index]}"
        dictionary = py.call("profile", context, py.constant(profile))
        return py.call(called, function, dictionary, py.constant(profile), self.values(index))

    def test_raw(self, index: int, meaning: str) -> ast.expr:
        operand = self.program.operations.get(self.program.operands[index][0])
        if isinstance(operand, ReadAttribute) and operand.computed is None:
            context = py.name("context")
            raw = py.call("look", context, py.constant(operand.profile), py.constant(operand.name))
            return py.call(f"raw_{meaning}", raw, py.name("zone"))
        return py.call("interpreted", py.name("context"), py.constant(index))


def _negative(number: Number | None) -> Number | None:
    return None if number is None else semantics.negative(number)


def _itself(number: Number | None) -> Number | None:
    return number


_FIXED: Mapping[str, object] = {
    **{f"value_{key}": meaning for key, meaning in VALUE_MEANINGS.items()},
    **{f"profile_{key}": meaning for key, meaning in PROFILE_MEANINGS.items()},
    **{f"raw_{key}": meaning for key, meaning in RAW_MEANINGS.items()},
    "negation": semantics.negation,
    "negative": _negative,
    "itself": _itself,
    "combine": semantics.combine,
    "compare": semantics.compare,
}


def _bound(program: Program, reader: ContextReader) -> dict[str, object]:
    """The helpers whose work depends on the rule's zone, and on what becomes of invalid values."""
    zone = reader.zone
    lenient = ContextReader(zone, lenient=True)

    def look(context: object, profile_name: str, name: str) -> object:
        profile = lenient.profile(context, profile_name)
        return None if profile is None else lenient.raw(profile, profile_name, name)

    def computed(context: object, profile_name: str, name: str, how: str) -> Number | None:
        profile = reader.profile(context, profile_name)
        if profile is None:
            return None
        raw = reader.raw(profile, profile_name, name)
        if raw is None:
            return COMPUTED_ATTRIBUTES[how](reader, profile, profile_name)
        return reader.number(raw, profile_name, name)

    def of_values(meaning: Callable[..., Value], values: tuple[Value, ...]) -> Value:
        return None if None in values else meaning(zone, *values)

    def of_profile(meaning: Any, profile: Any, profile_name: str, values: tuple[Value, ...]) -> Value:
        if profile is None or None in values:
            return None
        return cast("Value", meaning(reader, profile, profile_name, values))

    def of_basket(shape: Any, profile: Any, profile_name: str, values: tuple[Value, ...]) -> Value:
        if profile is None or None in values:
            return None
        return basket(reader, shape, profile, profile_name, values)

    def looked_up(kind: Kind) -> Callable[..., Value]:
        def result(name: str, profile: Any, profile_name: str, values: tuple[Value, ...]) -> Value:
            if profile is None or None in values:
                return None
            return reader.value(kind, look_up(reader, profile, profile_name, name, values), profile_name, name)

        return result

    def interpreted(context: object, index: int) -> Value:
        return interpret(program, context, reader, start=index)

    kinds: tuple[Kind, ...] = ("boolean", "number", "string", "date")
    return {
        "zone": zone,
        "profile": reader.profile,
        "attribute": reader.attribute,
        "look": look,
        "computed": computed,
        "of_values": of_values,
        "of_profile": of_profile,
        "of_basket": of_basket,
        "interpreted": interpreted,
        **{f"looked_up_{kind}": looked_up(kind) for kind in kinds},
    }
