"""Methods of strings, and the tests that look at a raw value whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from targetexpr.running.coercion import Value
from targetexpr.running.context import fits_date
from targetexpr.running.regex.search import searcher


def _contains(_zone: tzinfo, text: str, part: str) -> bool:
    return part in text


def _matches(_zone: tzinfo, text: str, pattern: str) -> bool:
    return searcher(pattern)(text)


STRING_MEANINGS: dict[str, Callable[..., Value]] = {"contains": _contains, "matches": _matches}


def _exists(raw: object, _zone: tzinfo) -> bool:
    return raw is not None and not (isinstance(raw, str) and raw == "")


def _is_empty(raw: object, zone: tzinfo) -> bool:
    return not _exists(raw, zone)


def _is_null(raw: object, _zone: tzinfo) -> bool:
    return raw is None


def _is_not_null(raw: object, _zone: tzinfo) -> bool:
    return raw is not None


RAW_TESTS: dict[str, Callable[[object, tzinfo], bool]] = {
    "exists": _exists,
    "notExists": _is_empty,
    "isEmpty": _is_empty,
    "isNull": _is_null,
    "isNotNull": _is_not_null,
    "isValid": fits_date,
    "isValidDate": fits_date,
}
"""A value that does not fit is a value all the same: it is not null."""
