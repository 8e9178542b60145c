"""Generated code: one flat Python function for a rule, built from syntax nodes, quick on clean data.

The function takes it for granted that data is clean: every field there, floats and ints for numbers, `str` for strings.
Each field is tested by its exact type when it is first read. Whatever is not clean (missing, None, Decimal, a number in
quotes, not a dict) or cannot be decided in floats leaves the fast path by an exception, and the exact evaluation
decides from the start. So the fast path never has to know about null, and never has to be wrong.

Names and strings of the input are constants of the code only. Variables are `p0`, `v0`, `t0`; helpers have fixed names.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import TypeAlias, cast

from targetexpr.lang.nodes import Binary, Conditional, Logical, StringLiteral, Unary
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.running.codegen import python_ast as py
from targetexpr.running.codegen.baskets import basket_of_any, fast_basket
from targetexpr.running.codegen.exact import Exact
from targetexpr.running.codegen.numbers import Numbers
from targetexpr.running.codegen.runtime import names
from targetexpr.running.coercion import Value, plain
from targetexpr.running.context import ContextReader
from targetexpr.running.interpreter import interpret
from targetexpr.running.program import (
    CallBasket,
    CallProfile,
    CallValue,
    LookUp,
    Program,
    ReadAttribute,
    TestRaw,
)
from targetexpr.running.regex.search import compiled, searcher

Context: TypeAlias = object
Evaluate: TypeAlias = Callable[[Context], Value]
Matches: TypeAlias = Callable[[Context], bool]

DEEPEST = 64
"""Trees deeper than this are interpreted: Python's compiler has limits of its own on nested code."""


def generate(program: Program, reader: ContextReader) -> tuple[Matches, Evaluate]:
    """`matches` and `evaluate` for a program: the verdict, and the value as it is handed out."""

    slowly = Exact(program, reader).value

    def exact(context: Context) -> Value:
        return plain(slowly(context), reader.zone)

    def exact_verdict(context: Context) -> bool:
        return slowly(context) is True

    if program.depth > DEEPEST:
        return exact_verdict, exact
    emitter = Emitter(program, reader)
    if program.kinds[0] != "boolean":
        code = _code(py.call("handed_out", emitter.value(0)))
        return exact_verdict, cast("Evaluate", FunctionType(code, {**emitter.names, "slow": exact}))
    # As a test with two outcomes: Python 3.11 and later compare fastest where a jump follows.
    code = _code(py.choose(emitter.boolean(0), py.constant(True), py.constant(False)))
    return (
        cast("Matches", FunctionType(code, {**emitter.names, "slow": exact_verdict})),
        cast("Evaluate", FunctionType(code, {**emitter.names, "slow": exact})),
    )


def _code(value: ast.expr) -> CodeType:
    return compiled_function(py.attempt("evaluate", "context", value, py.call("slow", py.name("context"))))


def compiled_function(module: ast.Module) -> CodeType:
    """The code of the one function of a module."""
    outer = compile(module, "<rule>", "exec", dont_inherit=True)
    return next(part for part in outer.co_consts if isinstance(part, CodeType))


class Emitter:
    """Turns nodes of a program into Python expressions, in the order in which they will run.

    `known` are the variables that are certainly set where the next expression will stand. What is set on the right
    of an `and`, or in one branch only, is not known after it. A thorough one takes more time for quicker code.
    """

    def __init__(self, program: Program, reader: ContextReader, *, thorough: bool = False) -> None:
        self.program = program
        self.reader = reader
        self.thorough = thorough
        self.names = names(reader)
        self.known: set[str] = set()
        self.variables: dict[tuple[str, ...], str] = {}
        self.numbers = Numbers(self)

    # ---- names and helpers

    def helper(self, value: object) -> str:
        """A name for something that the generated code uses."""
        fresh = f"h{len(self.names)}"
        self.names[fresh] = value
        return fresh

    def variable(self, *key: str) -> str:
        """The variable of a profile or field."""
        return self.variables.setdefault(key, f"v{len(self.variables)}")

    def temporary(self) -> str:
        """A variable for a value of its own."""
        return self.variable("", str(len(self.variables)))

    def interpreted(self, index: int) -> ast.expr:
        """What the interpreter says about a node, clean or not at all."""
        if "interpreted" not in self.names:
            program, reader = self.program, self.reader

            def interpreted(context: Context, index: int) -> Value:
                return interpret(program, context, reader, start=index)

            self.names["interpreted"] = interpreted
        return py.call("some", py.call("interpreted", py.name("context"), py.constant(index)))

    # ---- reading

    def profile(self, name: str) -> ast.expr:
        """The dict of a profile."""
        variable = self.variable(name)
        if variable in self.known:
            return py.name(variable)
        self.known.add(variable)
        loaded = py.bind(variable, py.item(py.name("context"), name))
        return py.choose(py.compare(py.call("type", loaded), "is", py.name("dict")), py.name(variable), py.NOT_CLEAN)

    def raw(self, operation: ReadAttribute) -> ast.expr:
        """What the data holds for an attribute."""
        profile = self.profile(operation.profile)
        if operation.name.startswith(EXTENDED):
            return py.call("extended", profile, py.constant(operation.profile), py.constant(operation.name))
        return py.item(profile, operation.name)

    def field(self, index: int, type_: str) -> ast.expr:
        """An attribute whose value is of exactly one Python type."""
        operation = cast("ReadAttribute", self.program.operations[index])
        variable = self.variable(operation.profile, operation.name, type_)
        if variable in self.known:
            return py.name(variable)
        loaded = py.bind(variable, self.raw(operation))
        self.known.add(variable)
        return py.choose(py.compare(py.call("type", loaded), "is", py.name(type_)), py.name(variable), py.NOT_CLEAN)

    # ---- values of each kind

    def value(self, index: int) -> ast.expr:
        """A value of whatever kind the node has, never null."""
        match self.program.kinds[index]:
            case "boolean":
                return self.boolean(index)
            case "number":
                return self.numbers.exact(index)
            case "string":
                return self.string(index)
            case "date":
                return self.date(index)
            case kind:
                raise AssertionError(f"a value of kind {kind}")

    def boolean(self, index: int) -> ast.expr:
        """A value that is True or False."""
        program = self.program
        operands = program.operands[index]
        match program.nodes[index]:
            case Logical(operator=operator):
                return self.logical(operator == "&&", operands)
            case Unary():
                return py.negated(self.boolean(operands[0]))
            case Binary(operator=operator):
                return self.comparison(index, operator, *operands)
        if index in program.constants:
            return py.constant(cast("bool", program.constants[index]))
        operation = program.operations.get(index)
        if isinstance(operation, ReadAttribute):
            return self.field(index, "bool")
        if isinstance(operation, CallValue) and operation.meaning in ("contains", "matches"):
            return self.string_test(operation.meaning, *operands)
        return self.other(index)

    def logical(self, conjunction: bool, operands: tuple[int, ...]) -> ast.expr:
        """`and` and `or` over clean values are Python's. Only the first term is certain to run."""
        terms: list[ast.expr] = []
        after: set[str] | None = None
        at = 0
        while at < len(operands):
            run = self._run(operands, at, conjunction)
            if run > 1:
                terms.append(self._one_of(operands[at : at + run]))
            else:
                terms.append(self.boolean(operands[at]))
            at += run
            if after is None:
                after = set(self.known)
        self.known = after or set()
        if len(terms) == 1:
            return terms[0]
        return py.both(*terms) if conjunction else py.either(*terms)

    def _run(self, operands: tuple[int, ...], at: int, conjunction: bool) -> int:
        """How many terms from `at` on look for one literal each in the same field or items."""
        where = self._looks_in(operands[at], conjunction)
        run = 1
        while where is not None and at + run < len(operands):
            if self._looks_in(operands[at + run], conjunction) != where:
                break
            run += 1
        return run

    def _looks_in(self, index: int, conjunction: bool) -> tuple[object, ...] | None:
        """Where a term looks for a literal string: a field, or an inventory attribute of the line items.

        Lists of product codes are like that: `code=="a"||code=="b"`, or `basketExcludes` joined with `&&`.
        """
        program = self.program
        node, operation, operands = program.nodes[index], program.operations.get(index), program.operands[index]
        if isinstance(node, Binary) and node.operator == "==" and not conjunction:
            read = program.operations.get(operands[0])
            if isinstance(node.right, StringLiteral) and isinstance(read, ReadAttribute):
                return read.profile, read.name
        if isinstance(operation, CallBasket) and operation.shape.selection == "Equals":
            texts = self.constant_strings(operands)
            if texts is not None and operation.shape.aggregate == ("Excludes" if conjunction else "Includes"):
                return operation.profile, operation.shape, texts[0]
        return None

    def _one_of(self, indices: tuple[int, ...]) -> ast.expr:
        """All those terms as one look-up."""
        program = self.program
        operation = program.operations.get(indices[0])
        texts = frozenset(cast("str", program.constants[program.operands[index][1]]) for index in indices)
        if isinstance(operation, CallBasket):
            name = cast("str", program.constants[program.operands[indices[0]][0]])
            loop = basket_of_any(operation.shape, name, texts)
            return py.call(self.helper(loop), self.profile(operation.profile))
        field = self.string(program.operands[indices[0]][0])
        return py.compare(field, "in", py.name(self.helper(texts)))

    def comparison(self, index: int, operator: str, left: int, right: int) -> ast.expr:
        """Two values of one kind compared."""
        match self.program.kinds[left]:
            case "number":
                return self.numbers.comparison(index, operator, left, right)
            case "boolean":
                if self.program.constants.get(right) is (operator == "=="):
                    return self.boolean(left)
                return py.compare(self.boolean(left), operator, self.boolean(right))
            case _:
                first = self.value(left)
                return py.compare(first, operator, self.value(right))

    def string(self, index: int) -> ast.expr:
        """A value that is a str."""
        program = self.program
        if index in program.constants:
            return py.constant(cast("str", program.constants[index]))
        if isinstance(program.operations.get(index), ReadAttribute):
            return self.field(index, "str")
        if isinstance(program.nodes[index], Binary):
            left, right = program.operands[index]
            first = self.string(left)
            return py.binary(first, "+", self.string(right))
        return self.other(index)

    def string_test(self, meaning: str, receiver: int, argument: int) -> ast.expr:
        """`contains` and `matches`."""
        if meaning == "contains":
            text = self.string(receiver)
            if argument in self.program.constants:
                return py.compare(self.string(argument), "in", text)
            return py.call("contains", py.name("zone"), text, self.string(argument))
        pattern = cast("str", self.program.constants[argument])
        if self.thorough:
            found = self._strings_test(pattern, receiver)
            if found is not None:
                return found
        from targetexpr.running.regex.to_python import translate

        translated = translate(pattern)
        if translated is None:
            return py.call(self.helper(searcher(pattern)), self.string(receiver))
        find = compiled(translated.pattern, anchored=translated.anchored)
        return py.compare(py.call(self.helper(find), self.searched(receiver)), "is not", py.constant(None))

    def searched(self, index: int) -> ast.expr:
        """A string for what itself raises TypeError for anything else, as `re` does."""
        operation = self.program.operations.get(index)
        if not isinstance(operation, ReadAttribute):
            return self.string(index)
        variable = self.variable(operation.profile, operation.name, "str")
        if variable in self.known:
            return py.name(variable)
        loaded = py.bind(variable, self.raw(operation))
        self.known.add(variable)
        return loaded

    def _strings_test(self, pattern: str, receiver: int) -> ast.expr | None:
        """A search for a pattern that stands for some strings; None for other patterns."""
        from targetexpr.running.regex.literals import strings

        found = strings(pattern)
        if found is None:
            return None
        match found.where:
            case "anywhere":
                return py.compare(py.constant(found.texts[0]), "in", self.string(receiver))
            case "whole":
                return py.compare(self.string(receiver), "in", py.name(self.helper(frozenset(found.texts))))
        find = str.startswith if found.where == "prefix" else str.endswith  # TypeError for what is no string
        return py.call(self.helper(find), self.searched(receiver), py.name(self.helper(found.texts)))

    def date(self, index: int) -> ast.expr:
        """A value that is an instant in UTC."""
        operation = self.program.operations.get(index)
        if not isinstance(operation, ReadAttribute):
            return self.other(index)
        variable = self.variable(operation.profile, operation.name, "date")
        if variable in self.known:
            return py.name(variable)
        raw = self.raw(operation)
        self.known.add(variable)
        return py.bind(variable, py.call("instant", raw))

    # ---- everything that is a call, for all kinds

    def other(self, index: int) -> ast.expr:
        """Conditionals and methods: what the meanings say, None leaves the fast path."""
        program = self.program
        node = program.nodes[index]
        if isinstance(node, Conditional):
            return self._conditional(*program.operands[index])
        match program.operations.get(index):
            case CallValue(meaning=meaning):
                values = [self.value(operand) for operand in program.operands[index]]
                return py.call("some", py.call(meaning, py.name("zone"), *values))
            case TestRaw(meaning=meaning):
                operand = program.operations.get(program.operands[index][0])
                if isinstance(operand, ReadAttribute) and operand.computed is None:
                    read = py.call("look", py.name("context"), py.constant(operand.profile), py.constant(operand.name))
                    return py.call(meaning, read, py.name("zone"))
            case CallBasket() as operation:
                return self._basket(index, operation)
            case CallProfile(profile=profile, meaning=meaning):
                target = self.profile(profile)
                called = py.call(meaning, py.name("reader"), target, py.constant(profile), self._sequence(index))
                return py.call("some", called)
            case LookUp(profile=profile, name=method):
                target = self.profile(profile)
                kind, where, what = (py.constant(text) for text in (program.kinds[index], profile, method))
                return py.call("looked_up", kind, target, where, what, self._sequence(index))
        return self.interpreted(index)

    def _conditional(self, condition: int, then: int, otherwise: int) -> ast.expr:
        test = self.boolean(condition)
        before = set(self.known)
        first = self.value(then)
        after_first, self.known = self.known, set(before)
        second = self.value(otherwise)
        self.known &= after_first
        return py.choose(test, first, second)

    def _basket(self, index: int, operation: CallBasket) -> ast.expr:
        """Counts and tests run on a loop of their own. Sums do so in comparisons only, where floats are enough."""
        program = self.program
        profile = self.profile(operation.profile)
        operands = program.operands[index]
        if operation.shape.aggregate in ("Count", "Includes", "Excludes"):
            texts = self.constant_strings(operands)
            loop = fast_basket(operation.shape, texts) if texts is not None else None
            if loop is not None:
                return py.call(self.helper(loop), profile)
        shape = py.name(self.helper(operation.shape))
        where = py.constant(operation.profile)
        called = py.call("basket", py.name("reader"), shape, profile, where, self._sequence(index))
        return py.call("some", called)

    def _sequence(self, index: int) -> ast.expr:
        """The arguments of a profile's method."""
        return py.sequence(*(self.value(operand) for operand in self.program.operands[index]))

    def constant_strings(self, operands: tuple[int, ...]) -> tuple[str, ...] | None:
        """The strings of the operands when they are all literals."""
        constants = self.program.constants
        if all(isinstance(constants.get(operand), str) for operand in operands):
            return tuple(cast("str", constants[operand]) for operand in operands)
        return None


__all__ = ["DEEPEST", "Emitter", "compiled_function", "generate"]
