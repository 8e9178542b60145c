"""Nodes that are numbers, as polynomials over leaves."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from fractions import Fraction
from typing import cast

from targetexpr.lang.literals import split_bounds
from targetexpr.lang.nodes import Binary, Conditional, Unary
from targetexpr.running.program import CallBasket, CallValue, LookUp, ReadAttribute
from targetexpr.running.semantics import divide
from targetexpr.tables.arithmetic import LARGEST_INT64, to_float
from targetexpr.tables.comparisons import Comparisons
from targetexpr.tables.polynomials import ROUNDING, E, Leaf, Polynomial, decimals, is_decimal

_QUOTIENT_DIGITS = 34
_PLAIN_DIGITS = 17  # no double has more in its shortest decimal


class Numbers(Comparisons[E]):
    """Arithmetic, and where numbers come from."""

    def number(self, index: int) -> Polynomial:
        """A node as a number."""
        program = self.program
        operands = program.operands[index]
        if index in program.constants:
            return Polynomial.of(Fraction(cast("int | Decimal", program.constants[index])))
        match program.nodes[index]:
            case Unary(operator=operator):
                return self.number(operands[0]).scaled(-1 if operator == "-" else 1)
            case Binary(operator=operator):
                return self._arithmetic(index, operator, self.number(operands[0]), self.number(operands[1]))
            case Conditional():
                return self._conditional(*operands)
        match program.operations.get(index):
            case ReadAttribute(profile=profile, name=name, computed=None):
                return self.numbers_of(self.column(f"{profile}.{name}", index))
            case ReadAttribute(profile=profile, name=name, computed=str(how)):
                return self.computed(index, profile, name, how)
            case LookUp():
                return self.numbers_of(self.looked_up(index))
            case CallBasket() as call:
                return self.basket_number(index, call)
            case CallValue(meaning="interval"):
                return self._interval(operands)
            case CallValue(meaning=meaning):
                return self.date_number(index, meaning, operands)
        raise self.refusal("this number has no form in columns", index)

    @abstractmethod
    def computed(self, index: int, profile: str, name: str, how: str) -> Polynomial:
        """An attribute that is computed from the line items where the data does not hold it."""

    @abstractmethod
    def basket_number(self, index: int, call: CallBasket) -> Polynomial:
        """A sum, quantity or count over the line items."""

    @abstractmethod
    def date_number(self, index: int, meaning: str, operands: tuple[int, ...]) -> Polynomial:
        """A part of a date, or a difference of two."""

    def _arithmetic(self, index: int, operator: str, left: Polynomial, right: Polynomial) -> Polynomial:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                if len(left.terms) * len(right.terms) > _MOST_PRODUCTS:
                    raise self.refusal("a product of such long sums", index)
                return left * right
            case "/":
                return self._quotient(index, left, right)
            case "%":
                return self._remainder(index, left, right)
            case _:
                raise AssertionError(f"an arithmetic operator {operator}")

    def _conditional(self, condition: int, then: int, otherwise: int) -> Polynomial:
        test, first, second = self.boolean(condition), self.number(then), self.number(otherwise)
        one, two = self.double(first), self.double(second)
        words = self.words
        made = Leaf(
            key=self.fresh(),
            double=words.choose(test, one.expression, two.expression),
            scale=None if one.scale is None or two.scale is None else max(one.scale, two.scale),
            bound=max(one.bound, two.bound),
            error=max(one.error, two.error),
            size=lambda: words.choose(test, self.size(first), self.size(second)),
        )
        return self.leaf(made)

    def _interval(self, operands: tuple[int, ...]) -> Polynomial:
        number = self.number(operands[0])
        bounds = split_bounds(self.constant_text(operands[1], "the bounds of an interval must be a literal"))
        if bounds is None:
            return self.nothing()
        above = [self.compare_numbers(">", number, Polynomial.of(Fraction(bound))) for bound in bounds]
        return self.integer(self.words.count_true(above, 1), len(above) + 1.0)

    # ---- division

    def _quotient(self, index: int, left: Polynomial, right: Polynomial) -> Polynomial:
        """Exact where 34 digits are sure to hold the quotient; else a leaf that comparisons know how to treat."""
        divisor = right.value
        if divisor == 0:
            return self._null_with(left)
        if divisor is not None:
            exact = self._exact_quotient(left, divisor)
            if exact is not None:
                return exact
        words, zero = self.words, Polynomial()
        above, below = self.double(left), self.double(right)
        quotient = words.divide(above.expression, below.expression)
        if divisor is None:
            quotient = words.only(self.compare_numbers("!=", right, zero), quotient)
        made = Leaf(
            key=self.fresh(),
            double=quotient,
            scale=None,
            bound=float("inf"),
            error=float("inf"),
            size=lambda: self._quotient_size(index, quotient, left, right),
            quotient=(left, right),
        )
        return self.leaf(made)

    def _exact_quotient(self, left: Polynomial, divisor: Fraction) -> Polynomial | None:
        dividend = left.value
        if dividend is not None:
            return Polynomial.of(_rounded_quotient(dividend, divisor))
        if not is_decimal(1 / divisor):
            return None
        scaled = left.scaled(1 / divisor)
        more = decimals(1 / divisor)
        single = self.single(scaled)
        if single is not None and single[0].plain and _digits(single[1]) <= _QUOTIENT_DIGITS - _PLAIN_DIGITS:
            return scaled
        # In rows in which the grid does not matter, 34 digits are far more than the difference that decides.
        double = self.localized_double(left)
        if double.scale is None:
            return None
        steps = double.bound / abs(to_float(divisor)) * 10.0 ** (double.scale + more)
        return scaled if steps < 10.0 ** (_QUOTIENT_DIGITS - 1) else None

    def _quotient_size(self, index: int, quotient: E, left: Polynomial, right: Polynomial) -> E:
        if len(right.terms) > 1:
            # Where terms cancel, the double of the divisor may be nothing but error.
            raise self.refusal("a quotient by a sum, in more arithmetic", index)
        words = self.words
        above = words.divide(self.size(left), words.magnitude(self.double(right).expression))
        return words.plus(above, words.magnitude(quotient))

    def _null_with(self, number: Polynomial) -> Polynomial:
        """Null, whatever the number; its leaves are read all the same."""
        nothing = self.nothing()
        return Polynomial(nothing.terms, nothing.seen | number.seen)

    def _remainder(self, index: int, left: Polynomial, right: Polynomial) -> Polynomial:
        """By whole numbers of a common grid."""
        divisor = right.value
        if divisor == 0:
            return self._null_with(left)
        dividend = left.value
        if dividend is not None and divisor is not None:
            return Polynomial.of(dividend - divisor * int(dividend / divisor))
        if not (self.put_on_grid(left) and self.put_on_grid(right)):
            raise self.refusal("a remainder of numbers that are not on one grid", index)
        above, below = self.double(left), self.double(right)
        scale = None if above.scale is None or below.scale is None else max(above.scale, below.scale)
        if scale is None:
            raise self.refusal("a remainder of numbers that are not on one grid", index)
        steps = self.as_whole(left, scale)
        by: E | int | None = int(divisor * 10**scale) if divisor is not None else self.as_whole(right, scale)
        if steps is None or by is None:
            raise self.refusal("a remainder of numbers of this size", index)
        larger = isinstance(by, int) and abs(by) > above.bound * 10.0**scale  # what is left is all of it
        if isinstance(by, int) and not larger and abs(by) >= LARGEST_INT64:
            raise self.refusal("a remainder of numbers of this size", index)
        rest = steps if larger else self.words.remainder(steps, by, signed=self._may_be_negative(left))
        bound = min(above.bound, abs(to_float(divisor)) if divisor is not None else below.bound)
        double = self.words.as_double(rest, scale)
        made = Leaf(
            key=self.fresh(),
            double=double,
            scale=scale,
            bound=bound,
            error=4 * ROUNDING * bound,
            size=self.magnitude_of(double),
            exact=rest,
        )
        return self.leaf(made)

    def _may_be_negative(self, number: Polynomial) -> bool:
        return number.constant < 0 or any(
            factor < 0 or any(self.leaves[key].negative for key in monomial) for monomial, factor in number.monomials()
        )


_MOST_PRODUCTS = 10_000


def _rounded_quotient(dividend: Fraction, divisor: Fraction) -> Fraction:
    """The quotient of two literals as the language rounds it."""
    # Both over one denominator: what is divided then are whole numbers, and the quotient is the same.
    common = dividend.denominator * divisor.denominator
    quotient = divide(int(dividend * common), int(divisor * common))
    assert quotient is not None
    return Fraction(quotient)


def _digits(number: Fraction) -> int:
    """How many digits a factor adds to those of what it multiplies, at most."""
    return len(str(abs(number) * 10 ** decimals(number)))
