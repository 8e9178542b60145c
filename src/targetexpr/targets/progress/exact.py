"""Exact amounts: decimals, and fractions where a share of a bill is no decimal.

The decimal context of the calling program plays no part: every operation here names its own. Amounts are rounded once,
when they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction
from typing import TypeAlias

Amount: TypeAlias = Decimal | Fraction
"""A measure, a share of one, or a sum of them."""

ZERO = Decimal(0)
ONE = Decimal(1)

_TRAPS = [InvalidOperation, Overflow]
EXACT = Context(prec=6000, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=_TRAPS)
"""Sums are exact: numbers have at most 1,000 digits on either side of the point, and a group is not that long."""

_add = EXACT.add

_SHOWN = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=_TRAPS)
_plus = _SHOWN.plus
_THOUSANDTH = Decimal("0.001")


def add(left: Amount, right: Amount) -> Amount:
    """The exact sum.

    >>> add(Decimal("0.1"), Fraction(1, 3)), add(Fraction(1, 3), Fraction(2, 3))
    (Fraction(13, 30), Decimal('1'))
    """
    if type(left) is Decimal and type(right) is Decimal:
        return _add(left, right)
    return tidy(Fraction(left) + Fraction(right))


def subtract(left: Amount, right: Amount) -> Amount:
    """The exact difference."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return EXACT.subtract(left, right)
    return tidy(Fraction(left) - Fraction(right))


def negative(amount: Amount) -> Amount:
    """The amount with the other sign."""
    return amount.copy_negate() if isinstance(amount, Decimal) and amount else -amount if amount else ZERO


def total(amounts: Iterable[Amount]) -> Amount:
    """The exact sum of any number of amounts; 0 of none."""
    found: Amount = ZERO
    for amount in amounts:
        found = add(found, amount)
    return found


def share(amount: Amount, part: Decimal, whole: Decimal) -> Amount:
    """As much of an amount as a part is of a whole.

    >>> share(Decimal(100), Decimal(100), Decimal(300)), share(Decimal(100), Decimal(75), Decimal(300))
    (Fraction(100, 3), Decimal('25'))
    """
    return tidy(Fraction(amount) * Fraction(part) / Fraction(whole))


def at_least(amount: Amount, bound: Amount) -> bool:
    """Whether an amount reaches a bound."""
    if isinstance(amount, Decimal) and isinstance(bound, Decimal):
        return amount >= bound
    return Fraction(amount) >= Fraction(bound)


def smaller(left: Amount, right: Amount) -> Amount:
    """The lesser of two amounts."""
    return right if at_least(left, right) else left


def highest(amounts: Iterable[Amount]) -> Amount:
    """The greatest of some amounts."""
    return max(amounts, key=_in_order)


def lowest(amounts: Iterable[Amount]) -> Amount:
    """The least of some amounts."""
    return min(amounts, key=_in_order)


def _in_order(amount: Amount) -> Fraction:
    return Fraction(amount)


def tidy(amount: Fraction) -> Amount:
    """A whole number as a decimal: sums of shares that come out even go on as quickly as others."""
    return Decimal(amount.numerator) if amount.denominator == 1 else amount


def shown(amount: Amount) -> Decimal:
    """An amount as results have it: rounded once, to 34 digits, halves to the even neighbour.

    >>> shown(Fraction(2, 3)), shown(Decimal("1.50"))
    (Decimal('0.6666666666666666666666666666666667'), Decimal('1.50'))
    """
    if isinstance(amount, Decimal):
        rounded = _plus(amount)
        return amount if rounded == amount and amount else rounded  # one object, where it shows what it is
    return _SHOWN.divide(Decimal(amount.numerator), Decimal(amount.denominator))


def all_shown(amounts: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """What `shown` makes of each, without a call for each.

    >>> all_shown([Decimal("1.50"), Decimal("-0")])
    (Decimal('1.50'), Decimal('0'))
    """
    plus = _plus
    return tuple([amount if amount and plus(amount) == amount else plus(amount) for amount in amounts])


def three_places(amount: Amount) -> Decimal:
    """Half-up to three decimals, as the platform stores figures; from the exact amount, so that it is rounded once.

    >>> three_places(Decimal("0.0005")), three_places(Fraction(2, 3)), three_places(Fraction(-1, 2000))
    (Decimal('0.001'), Decimal('0.667'), Decimal('-0.001'))
    """
    if isinstance(amount, Decimal):
        return amount.quantize(_THOUSANDTH, rounding=ROUND_HALF_UP, context=EXACT)
    size = abs(amount) * 1000
    thousandths = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return EXACT.scaleb(Decimal(-thousandths if amount < 0 else thousandths), -3)
