"""Numbers in generated code: compared as floats where that provably gives the exact answer, else exactly.

A float in the data stands for its shortest decimal text. Between two floats the order of those decimals is the order
of the floats, so a field can be compared as it is with a literal that is itself such a decimal (500.1, but not
0.10000000000000001), and with another field. Ints of up to 10^15 fit in with that exactly.

Arithmetic is done in floats together with a bound on its error. With u = 2^-53, reading a decimal as a float, and
every operation, is off by a factor of at most 1 + u; so a result made of k such steps is off by at most k·2u times
what the same expression gives with every sign turned plus ("size" below; factor 2 covers the rounding of the size
itself, and higher powers of u for all k that occur). The fields are not negative here, so without a minus the size
is the value. `TINY` covers what is lost when a product underflows. When the two sides of a comparison are further
apart than the bound, the floats have decided; otherwise the interpreter is asked about this comparison.
"""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import NamedTuple, Protocol, cast

from targetexpr.lang.nodes import Binary, Conditional, Unary
from targetexpr.lang.operators import ARITHMETIC, COMPARISONS
from targetexpr.running.codegen import python_ast as py
from targetexpr.running.codegen.baskets import MOST_ITEMS, fast_total
from targetexpr.running.coercion import Number
from targetexpr.running.program import CallBasket, Program, ReadAttribute, signed_literal
from targetexpr.running.semantics import LARGEST_INT, comparable_float, compare, negative

LARGEST = 1e15
"""Fields with a larger magnitude are left to exact evaluation; below it every int is a float."""

LARGEST_SMALL_INT = 10**9
"""An int of one machine word in CPython, with a digit to spare."""

TINY = 1e-200
"""More than 64 underflows of 2^-1074 each can become after 8 multiplications by up to 10^15."""

_SMALLEST = Decimal("1e-15")
_MOST_PRODUCTS = 8
_MOST_STEPS = 20_000
_FUNCTIONS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}


class Approximate(NamedTuple):
    """A number in floats: how to compute it, its size when that is not the value, and how many steps it takes."""

    value: ast.expr
    size: ast.expr | None
    steps: int
    products: int = 0
    whole: bool = True  # whether ints stay ints: nothing but sums, products and remainders of them


def _decided(operator: str, above: ast.expr, below: ast.expr, tie: ast.expr) -> ast.expr:
    """A comparison from whether the left side is certainly above or below, in that order, and what else decides."""
    match operator:
        case ">" | ">=":
            return py.either(above, py.both(py.negated(below), tie))
        case "<" | "<=":
            return py.both(py.negated(above), py.either(below, tie))
        case "==":
            return py.both(py.negated(above), py.negated(below), tie)
        case _:
            return py.either(above, below, tie)


class Emitter(Protocol):
    """What this part needs of the emitter of the whole rule (`fast`), where each is explained."""

    program: Program
    known: set[str]

    def helper(self, value: object) -> str: ...
    def variable(self, *key: str) -> str: ...
    def temporary(self) -> str: ...
    def interpreted(self, index: int) -> ast.expr: ...
    def profile(self, name: str) -> ast.expr: ...
    def raw(self, operation: ReadAttribute) -> ast.expr: ...
    def other(self, index: int) -> ast.expr: ...
    def constant_strings(self, operands: tuple[int, ...]) -> tuple[str, ...] | None: ...


class Numbers:
    """The part of the emitter that does numbers."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.program: Program = emitter.program

    # ---- comparisons

    def comparison(self, index: int, operator: str, left: int, right: int) -> ast.expr:
        """Two numbers compared."""
        a, b = self.literal(left), self.literal(right)
        if a is not None and b is not None:
            return py.constant(compare(operator, a, b))
        if b is not None and self.plain_field(left):
            return self._field_with_literal(left, operator, b)
        if a is not None and self.plain_field(right):
            return self._field_with_literal(right, COMPARISONS[operator].mirrored, a)
        if self.plain_field(left) and self.plain_field(right):
            first = self.checked_field(left)
            return py.compare(first, operator, self.checked_field(right))
        if b is not None and self._whole(b) and self._plain_remainder(left):
            return self._remainder_with_literal(left, operator, b)
        if self.can_approximate(left) and self.can_approximate(right):
            return self._bounded(index, operator, left, right)
        first = self.exact(left)
        return py.compare(first, operator, self.exact(right))

    def plain_field(self, index: int) -> bool:
        """Whether a node is an attribute that the data holds as it is."""
        operation = self.program.operations.get(index)
        return isinstance(operation, ReadAttribute) and operation.computed is None

    def literal(self, index: int) -> Number | None:
        """The value of a literal with the signs before it."""
        return signed_literal(self.program, index)

    def _field_with_literal(self, index: int, operator: str, literal: Number) -> ast.expr:
        as_float = comparable_float(literal)
        if as_float is None:
            return py.compare(self.exact(index), operator, self.number_constant(literal))
        # Data of real attributes is mostly floats, and Python compares two floats fastest.
        whole = self._is_whole(index) and as_float.is_integer()
        bound = py.constant(int(as_float) if whole else as_float)
        # Python compares two small ints fastest; the rare larger one is left to exact evaluation.
        largest = LARGEST_SMALL_INT if whole and abs(as_float) < LARGEST_SMALL_INT else LARGEST
        variable, known = self._number_variable(index)
        if known:
            return py.compare(py.name(variable), operator, bound)
        test = self._is_number(index, variable)
        value = py.name(variable)
        if operator in ("<", "<=", ">", ">="):
            # The comparison itself shows that one of the two limits is kept; `not` lets NaN fail.
            low = py.compare(value, ">=", py.constant(-largest))
            high = py.compare(value, "<=", py.constant(largest))
            above = operator in (">", ">=")
            holds = py.either(high if above else low, py.NOT_CLEAN)
            fails = py.both(py.negated(low if above else high), py.NOT_CLEAN)
            inner = py.choose(py.compare(value, operator, bound), holds, fails)
        else:
            within = py.between(py.constant(-largest), value, py.constant(largest))
            inner = py.choose(within, py.compare(value, operator, bound), py.NOT_CLEAN)
        return py.choose(test, inner, py.NOT_CLEAN)

    def _number_variable(self, index: int) -> tuple[str, bool]:
        operation = cast("ReadAttribute", self.program.operations[index])
        variable = self.emitter.variable(operation.profile, operation.name, "number")
        return variable, variable in self.emitter.known

    def _is_number(self, index: int, variable: str) -> ast.expr:
        """A test that reads a field into its variable and is true when that is a float or an int."""
        operation = cast("ReadAttribute", self.program.operations[index])
        loaded = py.call("type", py.bind(variable, self.emitter.raw(operation)))
        self.emitter.known.add(variable)
        again = py.call("type", py.name(variable))
        likely, other = ("int", "float") if self._is_whole(index) else ("float", "int")
        return py.either(py.compare(loaded, "is", py.name(likely)), py.compare(again, "is", py.name(other)))

    def _is_whole(self, index: int) -> bool:
        """Whether an attribute is declared to be whole, so that data mostly has ints."""
        declared = self.program.checked.types[index]
        return declared is not None and declared.head == "integer"

    def checked_field(self, index: int, least: float = -LARGEST) -> ast.expr:
        """A field that is a float or an int of a magnitude that can be trusted."""
        variable, known = self._number_variable(index)
        value = py.name(variable)
        not_negative = f"{variable} >= 0"  # known like the variable itself, and wherever it is
        if known:
            if least < 0 or not_negative in self.emitter.known:
                return value
            return py.choose(py.compare(value, ">=", py.constant(least)), value, py.NOT_CLEAN)
        test = self._is_number(index, variable)
        if least >= 0:
            self.emitter.known.add(not_negative)
        within = py.between(py.constant(least), value, py.constant(LARGEST))
        return py.choose(py.both(test, within), value, py.NOT_CLEAN)

    def _plain_remainder(self, index: int) -> bool:
        """Whether a node is a field modulo a positive whole literal."""
        node, operands = self.program.nodes[index], self.program.operands[index]
        return (
            isinstance(node, Binary)
            and node.operator == "%"
            and self.plain_field(operands[0])
            and self._modulus(operands[1])
        )

    def _remainder_with_literal(self, index: int, operator: str, literal: Number) -> ast.expr:
        """`field % 100 < 10`. With q multiples of the modulus M taken off, the question is how the field compares with
        the whole number q·M + 10; that is a float's own decimal, and `%` of floats is exact. So floats decide."""
        field, modulus = self.program.operands[index]
        value = self.checked_field(field, least=0.0)
        divisor = py.constant(float(cast("Number", self.literal(modulus))))
        return py.compare(py.binary(value, "%", divisor), operator, py.constant(float(literal)))

    def _whole(self, literal: Number) -> bool:
        return -LARGEST_INT <= literal <= LARGEST_INT and literal == int(literal)

    # ---- arithmetic in floats with a bound

    def can_approximate(self, index: int) -> bool:
        """Whether a number can be computed in floats with a bound on the error."""
        program = self.program
        waiting = [index]
        while waiting:
            at = waiting.pop()
            operands = program.operands[at]
            literal = self.literal(at)
            if literal is not None:
                size = negative(literal) if literal < 0 else literal
                if size and not _SMALLEST <= size <= LARGEST_INT:
                    return False
                continue
            match program.nodes[at]:
                case Binary(operator=operator) if operator in ARITHMETIC:
                    if operator == "/" and not self.literal(operands[1]):
                        return False
                    if operator == "%" and not (self.plain_field(operands[0]) and self._modulus(operands[1])):
                        return False
                    waiting.extend(operands)
                case Unary():
                    waiting.extend(operands)
                case _:
                    if not self.plain_field(at) and self._total(at) is None:
                        return False
        return True

    def _modulus(self, index: int) -> bool:
        """Whether a node is a positive whole literal: its multiples are floats, so that `fmod` finds the right one."""
        literal = self.literal(index)
        return literal is not None and literal > 0 and self._whole(literal)

    def _total(self, index: int) -> str | None:
        """A helper that adds up a basket in floats, when there is one."""
        operation = self.program.operations.get(index)
        if not isinstance(operation, CallBasket):
            return None
        texts = self.emitter.constant_strings(self.program.operands[index])
        loop = fast_total(operation.shape, texts) if texts is not None else None
        return None if loop is None else self.emitter.helper(loop)

    def _bounded(self, index: int, operator: str, left: int, right: int) -> ast.expr:
        """A comparison decided by the distance of the two sides, or by the interpreter when that is too small."""
        a, b = self._approximate(left), self._approximate(right)
        steps, products = a.steps + b.steps + 4, max(a.products, b.products)
        if steps > _MOST_STEPS or products > _MOST_PRODUCTS:
            return self.emitter.interpreted(index)
        if a.size is None and b.size is None:
            return self._apart(index, operator, a, b, steps)
        first, first_set = self._kept(a.value)
        second, second_set = self._kept(b.value)
        gap, bound = self.emitter.temporary(), self.emitter.temporary()
        sizes = py.binary(a.size or first, "+", b.size or second)
        set_gap = py.bind(gap, py.binary(first_set, "-", second_set))
        scaled = py.binary(sizes, "*", py.constant(steps * 2.0**-52))
        set_bound = py.bind(bound, py.binary(scaled, "+", py.constant(TINY)))
        tie = self._tie(index, operator, py.name(gap), whole=a.whole and b.whole)
        above = py.compare(set_gap, ">", set_bound)
        not_below = py.compare(py.name(gap), ">=", py.minus(py.name(bound)))
        return _decided(operator, above, py.negated(not_below), tie)

    def _apart(self, index: int, operator: str, a: Approximate, b: Approximate, steps: int) -> ast.expr:
        """The same of two sides that are their own sizes, without computing gap and bound.

        With E = steps·2^-52, a > b·(1+4E) + 8·TINY shows a - b > (a+b)·E + TINY, also when it is computed in floats:
        the product and the sum are off by 3u of a at most, and E is at least 12u. Where a <= 2b, a - b is at least
        4E·b less 6u·b, and (a+b)·E at most 3E·b; where a > 2b, a - b is more than half of a.
        """
        first, first_set = self._kept(a.value)
        second, second_set = self._kept(b.value)
        factor, more = py.constant(1 + 4 * steps * 2.0**-52), py.constant(8 * TINY)

        def beyond(one: ast.expr, other: ast.expr) -> ast.expr:
            return py.compare(one, ">", py.binary(py.binary(other, "*", factor), "+", more))

        whole = a.whole and b.whole
        gap = self.emitter.temporary()
        difference = py.bind(gap, py.binary(first, "-", second)) if whole else first
        tie = self._tie(index, operator, difference, whole=whole, again=py.name(gap))
        if operator in ("<", "<="):
            # What is likely true is asked first. The sides are computed in the order in which they stand.
            below = py.compare(py.binary(py.binary(first_set, "*", factor), "+", more), "<", second_set)
            return py.either(below, py.both(py.negated(beyond(first, second)), tie))
        return _decided(operator, beyond(first_set, second_set), beyond(second, first), tie)

    def _tie(self, index: int, operator: str, gap: ast.expr, *, whole: bool, again: ast.expr | None = None) -> ast.expr:
        """What decides when floats do not: the sign of the gap if that is an int, else the interpreter."""
        tie = self.emitter.interpreted(index)
        if not whole:
            return tie
        zero = py.compare(again or gap, operator, py.constant(0))
        return py.choose(py.compare(py.call("type", gap), "is", py.name("int")), zero, tie)

    def _kept(self, value: ast.expr) -> tuple[ast.expr, ast.expr]:
        """How to name a value again, and how to compute it the first time."""
        if isinstance(value, ast.Name | ast.Constant):
            return value, value
        if isinstance(value, ast.IfExp) and isinstance(value.body, ast.Name):
            return value.body, value  # a field, which has a variable of its own
        variable = self.emitter.temporary()
        return py.name(variable), py.bind(variable, value)

    def _approximate(self, index: int) -> Approximate:
        program = self.program
        literal = self.literal(index)
        if literal is not None:
            value = int(literal) if literal == int(literal) else float(literal)
            size = py.constant(-value) if value < 0 else None
            return Approximate(py.constant(value), size, 1)
        node, operands = program.nodes[index], program.operands[index]
        if isinstance(node, Unary):
            inner = self._approximate(operands[0])
            if node.operator == "+":
                return inner
            again, first = self._kept(inner.value)
            return Approximate(py.minus(first), inner.size or again, inner.steps, inner.products, inner.whole)
        if isinstance(node, Binary):
            return self._operation(node.operator, *operands)
        total = self._total(index)
        if total is None:
            return Approximate(self.checked_field(index, least=0.0), None, 1)
        profile = self.emitter.profile(cast("CallBasket", program.operations[index]).profile)
        return Approximate(py.call(total, profile), None, 3 * MOST_ITEMS + 10)

    def _operation(self, operator: str, left: int, right: int) -> Approximate:
        a, b = self._approximate(left), self._approximate(right)
        steps = a.steps + b.steps + 2
        products = a.products + b.products + (operator in "*/")
        whole = a.whole and b.whole and operator != "/"
        first, first_set = self._kept(a.value)
        second, second_set = self._kept(b.value)
        if operator == "%":
            return Approximate(py.binary(first_set, "%", second_set), first, steps, products, whole)
        if operator in "+*/" and a.size is None and b.size is None:
            value = py.binary(a.value, operator, b.value)
            return Approximate(value, None, steps, products, whole)
        sizes = "+" if operator == "-" else operator
        size = py.binary(a.size or first, sizes, b.size or second)
        return Approximate(py.binary(first_set, operator, second_set), size, steps, products, whole)

    # ---- exact numbers

    def number_constant(self, number: Number) -> ast.expr:
        """An exact number as a constant of the code."""
        if isinstance(number, int):
            return py.constant(number)
        return py.name(self.emitter.helper(number))

    def exact(self, index: int) -> ast.expr:
        """A number as an int or Decimal."""
        program = self.program
        literal = self.literal(index)
        if literal is not None:
            return self.number_constant(literal)
        node, operands = program.nodes[index], program.operands[index]
        if isinstance(node, Unary):
            inner = self.exact(operands[0])
            return py.call("negative", inner) if node.operator == "-" else inner
        if isinstance(node, Binary):
            first = self.exact(operands[0])
            return py.call(_FUNCTIONS[node.operator], first, self.exact(operands[1]))
        operation = program.operations.get(index)
        if isinstance(node, Conditional) or not isinstance(operation, ReadAttribute):
            return self.emitter.other(index)
        if operation.computed is not None:
            where, what, how = (py.constant(t) for t in (operation.profile, operation.name, operation.computed))
            return py.call("computed", self.emitter.profile(operation.profile), where, what, how)
        variable, known = self._number_variable(index)
        return py.call("number", py.name(variable) if known else self.emitter.raw(operation))
