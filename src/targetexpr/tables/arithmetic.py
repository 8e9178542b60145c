"""Numbers of columns as leaves, and polynomials over them as doubles with a bound on their error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Generic, NamedTuple

from targetexpr.tables.columns import LARGEST_GRID, Column
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.polynomials import ROUNDING, E, Leaf, Monomial, Polynomial, decimals, is_decimal
from targetexpr.tables.scope import Scope

EXACT_INT = 2.0**53
"""Whole numbers up to here are doubles."""

LARGEST_INT64 = 2.0**62
"""Whole numbers of 64 bits are kept below this, so that the sum of two is one as well."""

_SAFE = 1.01  # covers the products of rounding errors, and the rounding of the bounds themselves
_DECIMAL_ROUNDINGS = 4  # an engine may divide a decimal's digits by a power of ten, both rounded


class Double(NamedTuple, Generic[E]):
    """A polynomial as a double: |double - exact value| <= error, |value| <= bound, a multiple of 10^-scale."""

    expression: E
    error: float
    bound: float
    scale: int | None

    @property
    def certified(self) -> bool:
        """Whether the double is nearer to its grid point than to the middle between two."""
        return self.scale is not None and self.scale <= 15 and self.error < 0.25 * 10.0**-self.scale


def to_float(number: Fraction) -> float:
    """The nearest double. Raises NotLowerable for numbers that have none."""
    try:
        return float(number)
    except OverflowError:
        raise NotLowerable("a number beyond what a double can hold") from None


class Arithmetic(Scope[E]):
    """Leaves and polynomials."""

    # ---- leaves

    def leaf(self, leaf: Leaf[E]) -> Polynomial:
        """A leaf as a polynomial; the first one of a key is kept."""
        self.leaves.setdefault(leaf.key, leaf)
        return Polynomial({(leaf.key,): Fraction(1)}, frozenset((leaf.key,)))

    def nothing(self) -> Polynomial:
        """A number that is always null."""
        double, key = self.words.null_number(), self.fresh()
        self.nothings.add(key)
        return self.leaf(Leaf(key=key, double=double, scale=0, bound=0.0, error=0.0, size=self.magnitude_of(double)))

    def is_nothing(self, number: Polynomial) -> bool:
        """Whether it is always null."""
        return not self.nothings.isdisjoint(number.seen)

    def integer(self, whole: E, bound: float, *, nulls: bool = True) -> Polynomial:
        """A whole number that is not negative."""
        double = self.words.as_double(whole, 0)
        made = Leaf(
            key=self.fresh(),
            double=double,
            scale=0,
            bound=bound,
            error=0.0,
            size=self.magnitude_of(double),
            exact=whole,
            plain=True,
            negative=False,
            nulls=nulls,
        )
        return self.leaf(made)

    def numbers_of(self, column: Column) -> Polynomial:
        """The numbers of a column; what it holds of other kinds is null."""
        match column.kind:
            case "float" | "text":
                return self._floats(column)
            case "int" | "decimal":
                return self._integers(column)
            case _:
                return self.nothing()

    def _floats(self, column: Column) -> Polynomial:
        facts = column.number
        if column.kind == "text" and facts.long:
            self.doubts.append(self.words.is_long(column))
        on_grid = facts.scale is not None and facts.bound * 10.0**facts.scale < LARGEST_GRID
        double = self.words.double(column)
        if facts.assumed:
            self.assumed[column.key] = column
        made = Leaf(
            key=column.key,
            double=double,
            assumed=facts.assumed,
            scale=facts.scale if on_grid else None,
            bound=facts.bound,
            error=ROUNDING * facts.bound,
            size=self.magnitude_of(double),
            plain=True,
            negative=facts.negative,
            nulls=facts.nulls or not facts.finite,
        )
        return self.leaf(made)

    def _integers(self, column: Column) -> Polynomial:
        facts = column.number
        scale = column.type.scale if column.kind == "decimal" else 0
        steps = facts.bound * 10.0**scale
        is_int = column.kind == "int"
        fits = steps < LARGEST_INT64 or (is_int and not column.type.wide)
        rounded = 0.0 if is_int and steps < EXACT_INT else ROUNDING * (1 if is_int else _DECIMAL_ROUNDINGS)
        double = self.words.double(column)
        made = Leaf(
            key=column.key,
            double=double,
            scale=scale,
            bound=facts.bound,
            error=rounded * facts.bound if rounded else 0.0,
            size=self.magnitude_of(double),
            exact=self.words.integer(column) if fits else None,
            plain=is_int and steps < EXACT_INT,
            negative=facts.negative,
            nulls=facts.nulls,
        )
        return self.leaf(made)

    def complete(self, number: Polynomial) -> bool:
        """Whether it is never null."""
        return not any(self.leaves[key].nulls for key in number.seen)

    # ---- polynomials as doubles

    def double(self, number: Polynomial, leaves: Mapping[str, Leaf[E]] | None = None) -> Double[E]:
        """The expression of a polynomial, with bounds that hold for the given leaves (by default its own).

        Whoever asks goes by the grid of its leaves, in all rows.
        """
        self.leaned.update(key for key in number.seen if self.leaves[key].assumed)
        return self.localized_double(number, leaves)

    def localized_double(self, number: Polynomial, leaves: Mapping[str, Leaf[E]] | None = None) -> Double[E]:
        """The same for who tells in which rows the grid matters."""
        given = self.leaves if leaves is None else leaves
        words = self.words
        # What is added goes first: a factor of -1 costs nothing then.
        signed = sorted(number.monomials(), key=lambda term: term[1] < 0)
        terms = [self._term(monomial, abs(factor), given) for monomial, factor in signed]
        negative = [factor < 0 for _, factor in signed]
        if number.constant or not terms:
            terms.append(self._constant(number.constant))
            negative.append(False)
        first = terms[0]
        expression, error, bound = first.expression, first.error, first.bound
        if negative[0]:
            expression = words.times(expression, words.number(-1.0))
        for term, is_negative in zip(terms[1:], negative[1:], strict=True):
            expression = (words.minus if is_negative else words.plus)(expression, term.expression)
            bound += term.bound
            error += term.error + ROUNDING * bound * _SAFE
        for key in number.cancelled():
            expression = words.plus(expression, words.times(self.leaves[key].double, words.number(0.0)))
        scales = [term.scale for term in terms]
        scale = None if None in scales else max(one for one in scales if one is not None)
        return Double(expression, error * _SAFE, bound, scale)

    def _constant(self, number: Fraction) -> Double[E]:
        nearest = to_float(number)
        error = 0.0 if Fraction(nearest) == number else ROUNDING * abs(nearest)
        return Double(self.words.number(nearest), error, abs(nearest), decimals(number) if is_decimal(number) else None)

    def _term(self, monomial: Monomial, factor: Fraction, leaves: Mapping[str, Leaf[E]]) -> Double[E]:
        first, *others = (leaves[key] for key in monomial)
        expression, error, bound, scale = first.double, first.error, first.bound, first.scale
        for leaf in others:
            expression = self.words.times(expression, leaf.double)
            error = bound * leaf.error + leaf.bound * error + error * leaf.error
            bound *= leaf.bound
            error += ROUNDING * bound * _SAFE
            scale = None if scale is None or leaf.scale is None else scale + leaf.scale
        if factor != 1:
            constant = self._constant(factor)
            expression = self.words.times(expression, constant.expression)
            error = error * constant.bound + constant.error * bound + error * constant.error
            bound *= constant.bound
            error += ROUNDING * bound * _SAFE
            scale = None if scale is None or constant.scale is None else scale + constant.scale
        return Double(expression, error, bound, scale)

    def size(self, number: Polynomial) -> E:
        """An expression of which the error of `double` is a tiny part: the sum of the sizes of its terms."""
        words = self.words
        sizes: list[E] = []
        for monomial, factor in number.monomials():
            size = self.leaves[monomial[0]].size()
            for key in monomial[1:]:
                size = words.times(size, self.leaves[key].size())
            sizes.append(size if abs(factor) == 1 else words.times(size, words.number(to_float(abs(factor)))))
        if number.constant or not sizes:
            sizes.append(words.number(to_float(abs(number.constant))))
        total = sizes[0]
        for size in sizes[1:]:
            total = words.plus(total, size)
        return total

    # ---- whole numbers

    def as_whole(self, number: Polynomial, scale: int) -> E | None:
        """10^scale times the number as a whole number of 64 bits; None where that is not sure to be exact."""
        single = self.single(number)
        if single is not None:
            leaf, factor = single
            steps = factor * 10**scale / Fraction(10) ** (leaf.scale or 0)
            if leaf.exact is not None and steps.denominator == 1:
                if steps == 1:
                    return leaf.exact
                if leaf.bound * 10.0**scale * abs(to_float(factor)) < LARGEST_INT64 and abs(steps) < LARGEST_INT64:
                    return self.words.times(leaf.exact, self.words.whole(int(steps)))
        double = self.double(number)
        if double.scale is None or double.scale > scale or scale > 15:
            return None
        steps, error = double.bound * 10.0**scale, (double.error + double.bound * ROUNDING) * 10.0**scale
        return self.words.rounded(double.expression, scale) if steps <= EXACT_INT / 2 and error <= 0.25 else None

    def single(self, number: Polynomial) -> tuple[Leaf[E], Fraction] | None:
        """The leaf and factor of a polynomial that is one leaf times a number, and nothing more."""
        if len(number.terms) != 1 or number.cancelled():
            return None
        ((monomial, factor),) = number.terms.items()
        return (self.leaves[monomial[0]], factor) if len(monomial) == 1 else None

    def put_on_grid(self, number: Polynomial) -> bool:
        """Puts leaves on a grid that are not known to be: rows off it become doubts. False if it cannot."""
        for key in number.seen:
            leaf = self.leaves[key]
            if leaf.scale is not None:
                continue
            if not leaf.plain:
                return False
            self.doubts.append(self.words.off_grid(leaf.double, _ROW_GRID, _ROW_MOST))
            bound = min(leaf.bound, _ROW_MOST)
            # Sound for what was said of the leaf before, too: a row that is off the grid is a doubt as a whole.
            self.leaves[key] = replace(leaf, scale=_ROW_GRID, bound=bound, error=ROUNDING * bound)
        return True


_ROW_GRID = 6
_ROW_MOST = 1e8
