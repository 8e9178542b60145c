"""Methods of numbers."""

from __future__ import annotations

from bisect import bisect_left
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from targetexpr.lang.literals import split_bounds
from targetexpr.running.coercion import Number


def interval(_zone: tzinfo, number: Number, bounds: str) -> int | None:
    """Which interval the number falls in: one more than the bounds strictly below it.

    >>> from targetexpr.running.coercion import UTC
    >>> [interval(UTC, n, "100,400,600") for n in (100, 101, 600, 700)]
    [1, 2, 3, 4]
    """
    limits = _limits(bounds)
    return None if limits is None else 1 + bisect_left(limits, number)


@lru_cache(maxsize=256)
def _limits(bounds: str) -> tuple[Number, ...] | None:
    """The bounds as numbers, None when the text is not a strictly ascending list of them."""
    parts = split_bounds(bounds)
    if parts is None:
        return None
    numbers = tuple(Decimal(part) for part in parts)
    ascending = all(low < high for low, high in pairwise(numbers))
    return numbers if ascending else None
