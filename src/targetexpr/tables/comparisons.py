"""Comparing numbers of columns: by whole numbers, by doubles next to the literal, by half a grid step, or with a doubt.

Whatever is said here is either exact for every row, or the rows for which it might not be are doubts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from targetexpr.tables.arithmetic import LARGEST_INT64, Arithmetic
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.polynomials import ROUNDING, E, Leaf, Polynomial, decimals, is_decimal
from targetexpr.tables.vocabulary import Comparison

MIRRORED: Mapping[Comparison, Comparison] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_LARGEST = 1.7976931348623157e308
_RELATIVE = 2.0**-42  # of the size of a number, more than its error: 2^-53 a step, 1,000 steps
_TINY = 1e-290  # more than all that underflows in sums, which are off by 2^-1074 each
_MOST_TERMS = 400
_MOST_FACTORS = 8
_SMALL, _LARGE = 1e-30, 1e30  # products of up to eight numbers between these do not underflow
_ROW_GRID, _ROW_MOST = 6, 1e6
_DIGITS = 34  # to which a quotient is rounded
_QUOTIENT_DIGITS = 1e32  # less than that


class Comparisons(Arithmetic[E]):
    """Comparisons of polynomials, each in the cheapest form that is exact."""

    def compare_numbers(self, operator: Comparison, left: Polynomial, right: Polynomial) -> E:
        """Two numbers compared; null where one of them is."""
        words, difference = self.words, left - right
        if not difference.seen:
            return words.truth(holds(operator, difference.constant))
        terms = list(difference.monomials())
        if not difference.cancelled() and all(len(monomial) == 1 for monomial, _ in terms):
            leaves = [self.leaves[monomial[0]] for monomial, _ in terms]
            factor = terms[0][1] if terms else Fraction(1)
            turned = operator if factor > 0 else MIRRORED[operator]
            found: E | None = None
            if len(terms) == 1:
                found = self._with_literal(turned, leaves[0], -difference.constant / factor)
            elif len(terms) == 2 and not difference.constant and terms[1][1] == -factor:
                found = self._of_two(turned, *leaves)
            if found is not None:
                return found
        whole = difference.whole()
        if any(self.leaves[key].quotient is not None for key in whole.seen):
            return self._doubtful(operator, whole)
        for form in (self._by_half_grid, self._by_integers):
            exact = form(operator, whole)
            if exact is not None:
                return exact
        return self._doubtful(operator, whole)

    # ---- one or two leaves

    def _with_literal(self, operator: Comparison, leaf: Leaf[E], literal: Fraction) -> E | None:
        if leaf.quotient is not None:
            return self._quotient_with(operator, *leaf.quotient, literal)
        if leaf.exact is not None:
            return self._integer_with(operator, leaf.exact, literal * 10 ** (leaf.scale or 0))
        return self._plain_with(operator, leaf.double, literal) if leaf.plain else None

    def _of_two(self, operator: Comparison, left: Leaf[E], right: Leaf[E]) -> E | None:
        if left.plain and right.plain:
            # Shortest decimals stand in the order of their doubles.
            return self.words.compare(operator, left.double, right.double)
        if left.exact is not None and right.exact is not None and left.scale == right.scale:
            return self.words.compare(operator, left.exact, right.exact)
        return None

    def _integer_with(self, operator: Comparison, number: E, literal: Fraction) -> E:
        """A whole number and a fraction: the whole number next to the fraction decides."""
        floor = math.floor(literal)
        if floor != literal:
            if operator in ("==", "!="):
                return self.words.where_known(number, operator == "!=")
            operator = ">" if operator in (">", ">=") else "<="
        if not -(2**63) <= floor < 2**63:
            return self.words.where_known(number, holds(operator, Fraction(-floor)))
        return self.words.compare(operator, number, self.words.whole(floor))

    def _plain_with(self, operator: Comparison, number: E, literal: Fraction) -> E:
        """A double that stands for its shortest decimal: the literal moves to the double next to it."""
        words = self.words
        try:
            nearest = float(literal)
        except OverflowError:
            return words.where_known(number, holds(operator, -literal))
        decimal = Fraction(Decimal(repr(nearest)))
        if decimal != literal:
            if operator in ("==", "!="):
                return words.where_known(number, operator == "!=")
            if operator in (">", ">="):
                operator = ">" if decimal < literal else ">="
            else:
                operator = "<" if decimal > literal else "<="
        return words.compare(operator, number, words.number(nearest))

    def _quotient_with(self, operator: Comparison, above: Polynomial, below: Polynomial, literal: Fraction) -> E | None:
        """a / b against a literal, without dividing: a against b times the literal, by the sign of b."""
        words, zero = self.words, Polynomial()
        difference = above - below.scaled(literal)
        if any(self.leaves[key].quotient is not None for key in difference.seen) or not _has_few_digits(literal):
            return None
        product = self.double(below.scaled(literal)) if literal else None
        if product is not None:
            # Rounding to 34 digits must not turn a difference into none.
            scale = self.double(difference).scale
            if scale is None or not product.bound * 10.0**scale < _QUOTIENT_DIGITS:
                return None
        divisor = below.value
        if divisor is not None:
            return self.compare_numbers(operator if divisor > 0 else MIRRORED[operator], difference, zero)
        positive, negative = (self.compare_numbers(sign, below, zero) for sign in _SIGNS)
        first, second = (self.compare_numbers(one, difference, zero) for one in (operator, MIRRORED[operator]))
        return words.choose(positive, first, words.only(negative, second))

    # ---- many leaves

    def _by_half_grid(self, operator: Comparison, number: Polynomial) -> E | None:
        whole = self.localized_double(number)
        if not whole.certified or whole.scale is None:
            return None
        # Divided by a power of two, which is exact, one factor may become 1 and cost nothing.
        power = max((abs(factor) for factor in number.terms.values() if _is_power_of_two(factor)), default=Fraction(1))
        half = 0.5 * 10.0**-whole.scale / float(power)
        double = self.localized_double(number.scaled(1 / power))
        if not double.error < half / 2:
            return None
        expression = double.expression
        if any(self.leaves[key].assumed for key in number.seen):
            expression = self.words.shared(expression)
            within = [self.words.compare("<", expression, self.words.number(half))]
            within.append(self.words.compare(">", expression, self.words.number(-half)))
            self.suspicions.append(self.words.all(within))
        return self._against_half(operator, expression, half)

    def _against_half(self, operator: Comparison, double: E, half: float) -> E:
        """A double whose sign is certain, against half a grid step on either side of zero."""
        words = self.words

        def against(comparison: Comparison, bound: float) -> E:
            return words.compare(comparison, double, words.number(bound))

        match operator:
            case "<" | ">=":
                return against("<" if operator == "<" else ">", -half)
            case "<=" | ">":
                return against("<" if operator == "<=" else ">", half)
            case "==":
                return words.all([against("<", half), against(">", -half)])
            case "!=":
                return words.any([against(">", half), against("<", -half)])
            case _:
                assert_never(operator)

    def _by_integers(self, operator: Comparison, number: Polynomial) -> E | None:
        """A linear polynomial over whole numbers of 64 bits that do not overflow."""
        words, leaves = self.words, [self.leaves[key] for key in number.seen]
        scale = max((leaf.scale or 0 for leaf in leaves), default=0)
        total = abs(number.constant) * 10**scale
        if number.cancelled() or total >= LARGEST_INT64:
            return None
        sums = [words.whole(int(number.constant) * 10**scale)] if number.constant else []
        for monomial, factor in number.monomials():
            leaf = self.leaves[monomial[0]]
            if len(monomial) > 1 or leaf.exact is None or leaf.scale is None or math.isinf(leaf.bound):
                return None
            steps = int(factor) * 10 ** (scale - leaf.scale)
            total += abs(steps) * Fraction(leaf.bound) * 10**leaf.scale
            if total >= LARGEST_INT64 or abs(steps) >= LARGEST_INT64:
                return None
            sums.append(leaf.exact if steps == 1 else words.times(leaf.exact, words.whole(steps)))
        result = sums[0]
        for one in sums[1:]:
            result = words.plus(result, one)
        return words.compare(operator, result, words.whole(0))

    def _doubtful(self, operator: Comparison, number: Polynomial) -> E:
        """By doubles; rows in which they are closer to zero than their error may be are doubts.

        Where the numbers of a row are short decimals and not large, half a grid step decides them all the same.
        """
        words = self.words
        monomials = [monomial for monomial, _ in number.monomials()]
        if len(monomials) > _MOST_TERMS or any(len(monomial) > _MOST_FACTORS for monomial in monomials):
            raise NotLowerable("a comparison of so many numbers that are not on one grid")
        double, size = self.double(number).expression, self.size(number)
        bound = words.times(words.plus(size, words.number(_TINY)), words.number(_RELATIVE))
        magnitude = words.magnitude(double)
        # NaN and infinity come from overflow. NaN is above everything in every engine.
        clear = words.all(
            [words.compare(">", magnitude, bound), words.compare("<=", magnitude, words.number(_LARGEST))]
        )
        near = words.any([words.negation(clear), *self._outside_products(number)])
        rough = words.compare(operator, double, words.number(0.0))
        by_row = self._row_grid(operator, number, double)
        if by_row is None:
            self.doubts.append(near)
            return rough
        on_grid, exact = by_row
        self.doubts.append(words.all([words.negation(on_grid), near]))
        return words.choose(on_grid, exact, rough)

    def _outside_products(self, number: Polynomial) -> list[E]:
        """Whether a factor of a product is so small or so large that the product may underflow on its way."""
        words = self.words
        keys = {key for monomial, _ in number.monomials() if len(monomial) > 1 for key in monomial}
        tests: list[E] = []
        for key in sorted(keys):
            leaf = self.leaves[key]
            size = words.magnitude(leaf.double)
            small = words.compare("<", size, words.number(_SMALL))
            if leaf.plain or leaf.scale is not None:  # its zeros are zeros
                small = words.all([small, words.compare(">", size, words.number(0.0))])
            tests.append(words.any([small, words.compare(">", leaf.size(), words.number(_LARGE))]))
        return tests

    def _row_grid(self, operator: Comparison, number: Polynomial, double: E) -> tuple[E, E] | None:
        """Whether the numbers of a row are on a grid and small, and what decides then; None where nothing does."""
        words = self.words
        small: dict[str, Leaf[E]] = {}
        off: list[E] = []
        for key in sorted(number.seen):
            leaf = self.leaves[key]
            if leaf.quotient is not None or (leaf.scale is None and not leaf.plain):
                return None
            bound = min(leaf.bound, _ROW_MOST)
            if leaf.scale is None:
                off.append(words.off_grid(leaf.double, _ROW_GRID, _ROW_MOST))
                small[key] = replace(leaf, scale=_ROW_GRID, bound=bound, error=ROUNDING * bound)
            else:
                off.append(words.compare(">", words.magnitude(leaf.double), words.number(_ROW_MOST)))
                error = min(leaf.error, ROUNDING * bound) if leaf.plain else leaf.error
                small[key] = replace(leaf, bound=bound * 1.01, error=error)
        certain = self.double(number, small)
        if not certain.certified or certain.scale is None:
            return None
        on_grid = words.negation(words.known(words.any(off)))
        return on_grid, self._against_half(operator, double, 0.5 * 10.0**-certain.scale)


def _is_power_of_two(number: Fraction) -> bool:
    whole = abs(number.numerator)
    return number.denominator == 1 and whole.bit_count() == 1 and whole < 2**100


def _has_few_digits(number: Fraction) -> bool:
    """Whether a quotient, which is rounded to 34 digits, can be the number."""
    return is_decimal(number) and abs(number) * 10 ** decimals(number) < 10**_DIGITS


_SIGNS: tuple[Comparison, Comparison] = (">", "<")


def holds(operator: Comparison, difference: Fraction) -> bool:
    """Whether a difference of two numbers means that the comparison holds."""
    tests: Mapping[Comparison, Callable[[], bool]] = {
        "==": lambda: difference == 0,
        "!=": lambda: difference != 0,
        "<": lambda: difference < 0,
        "<=": lambda: difference <= 0,
        ">": lambda: difference > 0,
        ">=": lambda: difference >= 0,
    }
    return tests[operator]()
