"""What the operators mean: Kleene's logic, comparison, exact decimal arithmetic. Every evaluator goes by this."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import (
    MAX_EMAX,
    MAX_PREC,
    MIN_EMIN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    InvalidOperation,
    Overflow,
)
from typing import Any, cast

from targetexpr.running.coercion import Number, Value

_TRAPS = [InvalidOperation, Overflow]
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_EVEN, traps=_TRAPS)
_QUOTIENT = Context(prec=34, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_EVEN, traps=_TRAPS)


# ---- logic -----------------------------------------------------------------------------------------------------------


def negation(value: bool | None) -> bool | None:
    """`!a`: null stays null."""
    return None if value is None else not value


def conjunction(values: list[bool | None]) -> bool | None:
    """`a && b && …` of terms already known: false when one is false, else null when one is null."""
    if False in values:
        return False
    return None if None in values else True


def disjunction(values: list[bool | None]) -> bool | None:
    """`a || b || …` of terms already known: true when one is true, else null when one is null."""
    if True in values:
        return True
    return None if None in values else False


# ---- comparison ------------------------------------------------------------------------------------------------------

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


LARGEST_INT = 10**15
"""Up to here, on either side of zero, every int is a float, and a float's shortest text has room for its units."""


def comparable_float(literal: Number) -> float | None:
    """The float whose shortest decimal text is the literal, None when there is none or it is too large.

    Floats of the data compare with it as their decimals compare with the literal.

    >>> comparable_float(Decimal("500.1")), comparable_float(Decimal("0.10000000000000001"))
    (500.1, None)
    """
    if not -LARGEST_INT <= literal <= LARGEST_INT:
        return None
    nearest = float(literal)
    return nearest if Decimal(repr(nearest)) == literal else None


def compare(symbol: str, left: Value, right: Value) -> bool | None:
    """`a < b` and its like, of two values of one kind; null when either is.

    Python compares int with Decimal exactly, strings by code points, and dates in UTC by their instants.
    """
    if left is None or right is None:
        return None
    return cast("bool", _COMPARE[symbol](left, right))


# ---- arithmetic ------------------------------------------------------------------------------------------------------


def add(left: Number, right: Number) -> Number:
    """The exact sum."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return _EXACT.add(left, right)


def subtract(left: Number, right: Number) -> Number:
    """The exact difference."""
    if isinstance(left, int) and isinstance(right, int):
        return left - right
    return _EXACT.subtract(left, right)


def multiply(left: Number, right: Number) -> Number:
    """The exact product."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return _EXACT.multiply(left, right)


def divide(left: Number, right: Number) -> Number | None:
    """The quotient to 34 significant digits, half to even; null when the divisor is zero.

    >>> divide(1, 3), divide(1, 0)
    (Decimal('0.3333333333333333333333333333333333'), None)
    """
    return _QUOTIENT.divide(left, right) if right else None


def remainder(left: Number, right: Number) -> Number | None:
    """What is left of a division, with the sign of the dividend; null when the divisor is zero.

    >>> remainder(-7, 3), remainder(Decimal("7.5"), 2), remainder(7, 0)
    (-1, Decimal('1.5'), None)
    """
    if not right:
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return _exact_remainder(Decimal(left), Decimal(right))


def _exact_remainder(left: Decimal, right: Decimal) -> Decimal:
    # By way of whole numbers: Context.remainder needs room for the quotient, which may have no bounds.
    exponent = min(_exponent(left), _exponent(right))
    whole = remainder(_scaled(left, exponent), _scaled(right, exponent))
    return _EXACT.scaleb(Decimal(cast("int", whole)), exponent)


def _exponent(number: Decimal) -> int:
    return cast("int", number.as_tuple().exponent)


def _scaled(number: Decimal, exponent: int) -> int:
    return int(_EXACT.scaleb(number, -exponent))


def negative(number: Number) -> Number:
    """`-a`, exactly."""
    return -number if isinstance(number, int) else number.copy_negate()


ARITHMETIC: dict[str, Callable[[Number, Number], Number | None]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
}


def arithmetic(symbol: str, left: Number | None, right: Number | None) -> Number | None:
    """`a + b` and its like; null when either is, and for a division by zero."""
    if left is None or right is None:
        return None
    return ARITHMETIC[symbol](left, right)


def combine(symbol: str, left: Value, right: Value) -> Value:
    """What an arithmetic operator makes of two values of one kind: `+` joins strings, the rest is arithmetic.

    >>> combine("+", "gold", "en"), combine("+", "gold", None), combine("+", 1, 2)
    ('golden', None, 3)
    """
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return arithmetic(symbol, cast("Number | None", left), cast("Number | None", right))
