"""Numbers of a rule as polynomials over leaves: exact rational coefficients, each leaf with grid, bound and error.

A float column holds decimals at their shortest. On a grid of 10^-s, and below 10^15 steps, each value is that decimal
rounded once. A polynomial with whole coefficients over such leaves is a multiple of 10^-S; computed in doubles it is
off by at most E. Where E < 10^-S / 4, the sign of the exact value can be read off the double: below -h, above h, or
zero in between (h = 10^-S / 2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeAlias, TypeVar

E = TypeVar("E")

ROUNDING = 2.0**-53
"""The relative error of one operation in doubles."""

Monomial: TypeAlias = tuple[str, ...]
"""The keys of the leaves that are multiplied, sorted; the empty one is the constant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Generic[E]):
    """A number of an engine: a column, or the result of what is not a polynomial.

    `size` gives an expression that is never negative and never null where the leaf is not, such that the error of the
    double is at most 2^-44 times it.
    """

    key: str
    double: E  # null where the value is
    scale: int | None  # a whole multiple of 10^-scale; None: not known to be
    bound: float
    error: float  # |double - exact value| at most
    size: Callable[[], E]
    exact: E | None = None  # 10^scale times the value as a whole number of 64 bits
    plain: bool = False  # the double's shortest decimal is the value
    negative: bool = True  # may be below zero
    nulls: bool = True  # may be null
    assumed: bool = False  # grid and bound were seen in a sample
    quotient: tuple[Polynomial, Polynomial] | None = None  # numerator and denominator


class Polynomial:
    """A sum of monomials with rational coefficients, none of them zero.

    `seen` are the leaves that make it null, among them those that have cancelled.
    """

    __slots__ = ("seen", "terms")

    def __init__(self, terms: Mapping[Monomial, Fraction] | None = None, seen: frozenset[str] = frozenset()) -> None:
        self.terms = {monomial: factor for monomial, factor in (terms or {}).items() if factor}
        self.seen = seen

    @classmethod
    def of(cls, number: Fraction | int) -> Polynomial:
        """A constant."""
        return cls({(): Fraction(number)})

    @property
    def constant(self) -> Fraction:
        """The term without leaves."""
        return self.terms.get((), Fraction(0))

    @property
    def value(self) -> Fraction | None:
        """The number it is when it depends on no column."""
        return None if self.seen else self.constant

    def monomials(self) -> Iterator[tuple[Monomial, Fraction]]:
        """The terms with leaves, always in the same order."""
        return ((monomial, self.terms[monomial]) for monomial in sorted(self.terms) if monomial)

    def cancelled(self) -> list[str]:
        """The leaves that are in no term any more."""
        used = {key for monomial in self.terms for key in monomial}
        return sorted(self.seen - used)

    def scaled(self, factor: Fraction | int) -> Polynomial:
        """Every coefficient times a number."""
        return Polynomial({monomial: one * factor for monomial, one in self.terms.items()}, self.seen)

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, factor in other.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + factor
        return Polynomial(terms, self.seen | other.seen)

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other.scaled(-1)

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Monomial, Fraction] = {}
        for left, one in self.terms.items():
            for right, two in other.terms.items():
                monomial = tuple(sorted(left + right))
                terms[monomial] = terms.get(monomial, Fraction(0)) + one * two
        return Polynomial(terms, self.seen | other.seen)

    def whole(self) -> Polynomial:
        """A positive multiple with whole coefficients, as small as they get.

        >>> Polynomial({("d",): Fraction(3, 5), ("v",): Fraction(-2, 5)}).whole().terms
        {('d',): Fraction(3, 1), ('v',): Fraction(-2, 1)}
        """
        denominator = math.lcm(*(factor.denominator for factor in self.terms.values()))
        divisor = math.gcd(*(int(factor * denominator) for factor in self.terms.values()))
        return self.scaled(Fraction(denominator, divisor or 1))


def is_decimal(number: Fraction) -> bool:
    """Whether it has an end when it is written as a decimal.

    >>> is_decimal(Fraction(3, 40)), is_decimal(Fraction(1, 3))
    (True, False)
    """
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def decimals(number: Fraction) -> int:
    """How many digits stand after the point of a number that has an end.

    >>> decimals(Fraction(3, 40)), decimals(Fraction(200))
    (3, 0)
    """
    twos = fives = 0
    rest = number.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives)
