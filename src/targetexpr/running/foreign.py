"""Scalars of NumPy and pandas as the Python values they stand for; neither library is imported."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_OWN = frozenset((str, int, float, bool, type(None), Decimal, datetime, date, dict, list, tuple))
"""Types that are Python's own, which nearly all values have."""


def native(value: object) -> object:
    """A value of a context as Python's own: NumPy's numbers, truths and instants, the missing values of pandas as None.

    A float32 is the number that it prints, not what it becomes as a float64. Whatever else there is stays as it is.
    """
    kind = type(value)
    if kind in _OWN:
        return value
    package = kind.__module__.partition(".")[0]
    if package == "numpy":
        return _from_numpy(value, kind)
    if package == "pandas" and kind.__name__ in ("NAType", "NaTType"):
        return None
    return value


def _from_numpy(value: Any, kind: type) -> object:
    names = {base.__name__ for base in kind.__mro__}
    if "integer" in names and "timedelta64" not in names:
        return int(value)
    if "floating" in names and not isinstance(value, float):
        return _of_shortest(value)
    if names & {"bool_", "bool"} and "generic" in names:
        return bool(value)
    if "datetime64" in names:
        return _instant(value)
    return value


def _of_shortest(value: Any) -> object:
    """A narrow or wide float as the number of its shortest text; NaN and infinities stay as they are."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


def _instant(value: Any) -> object:
    """A datetime64, naive as it is; finer digits than a datetime holds are cut. None for what is not a time."""
    if value != value:
        return None
    found = value.astype("datetime64[us]").item()
    return found if isinstance(found, datetime) else value
