"""Copies of records that are kept: the caller's may change. Only what data is made of is copied, to a bounded depth."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

from targetexpr.base.limits import DATA_NESTING
from targetexpr.running.coercion import DataError
from targetexpr.running.foreign import native

_IMMUTABLE = (str, int, float, bool, type(None), Decimal, date, time, timedelta, bytes, UUID)


def copy_of(record: dict[str, object]) -> dict[str, object]:
    """A record of its own. Raises DataError for what is nested too deeply, or is nothing that data is made of."""
    return {name: _copy(value, str(name), 1) for name, value in record.items()}


def _copy(value: object, path: str, level: int) -> object:
    value = native(value)
    if isinstance(value, _IMMUTABLE):
        return value
    if level > DATA_NESTING:
        top = path.partition("[")[0].partition(".")[0]
        raise DataError(top, value, f"nested at most {DATA_NESTING} levels deep")
    if isinstance(value, dict):
        return {name: _copy(item, f"{path}.{name}", level + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item, f"{path}[{index}]", level + 1) for index, item in enumerate(value)]
    if type(value).__module__.partition(".")[0] in ("numpy", "pandas"):
        return value  # what is made of it is told where it is read
    raise DataError(path, value, "a value that data is made of")
