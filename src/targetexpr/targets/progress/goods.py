"""What lines of a bill hold, code by code, and whether a bill is returned whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from targetexpr.targets.progress.exact import EXACT

Measures: TypeAlias = tuple[Decimal | None, Decimal | None]
"""Quantity and amount; None where a line does not say."""

Goods: TypeAlias = dict[str, Measures]
"""What lines hold by their code."""

Line: TypeAlias = tuple[str | None, Decimal | None, Decimal | None]
"""Code, quantity and amount of a line."""


def goods_of(lines: Sequence[Line]) -> Goods | None:
    """Lines added up by their codes; None without lines, and when one has no code: then codes tell nothing."""
    found: Goods = {}
    for code, quantity, amount in lines:
        if code is None:
            return None
        before = found.get(code, (Decimal(0), Decimal(0)))
        found[code] = _plus(before[0], quantity), _plus(before[1], amount)
    return found or None


def together(before: Goods, more: Goods) -> Goods:
    """What two returns of a bill took, code by code."""
    found = dict(before)
    for code, (quantity, amount) in more.items():
        known = found.get(code, (Decimal(0), Decimal(0)))
        found[code] = _plus(known[0], quantity), _plus(known[1], amount)
    return found


def covers(returned: Goods, bill: Goods) -> bool:
    """Whether what was returned reaches the bill's lines, code by code: by quantities, by amounts where these lack."""
    return all(_reaches(returned.get(code), wanted) for code, wanted in bill.items())


def _reaches(given: Measures | None, wanted: Measures) -> bool:
    if given is None:
        return False
    for mine, needed in zip(given, wanted, strict=True):
        if mine is not None and needed is not None:
            return mine >= needed
    return False


def _plus(known: Decimal | None, more: Decimal | None) -> Decimal | None:
    return None if known is None or more is None else EXACT.add(known, more)
