"""Records: what every one must have, whatever it is, and the order they are taken in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import islice
from operator import eq, itemgetter
from typing import NamedTuple, TypeAlias, TypeVar, cast

from targetexpr.running.coercion import DataError
from targetexpr.running.context import ContextReader

Order: TypeAlias = tuple[datetime, int, int, str, str]
"""What records are sorted by: the instant, then the id: those of digits first, by number, then by text."""

T = TypeVar("T")


class Head(NamedTuple):
    """The members that any record has."""

    id: str  # ids are equal when they are spelled alike: 8 and "8" are one
    customer: str
    type: str
    at: datetime  # in UTC


_make_head = cast("Callable[[tuple[str, str, str, datetime]], Head]", partial(tuple.__new__, Head))


def order_of(at: datetime, id: str) -> Order:
    """The place of a record among others.

    >>> now = datetime(2024, 1, 1)
    >>> [order[-1] for order in sorted(order_of(now, id) for id in ("9", "10", "8", "x", "08"))]
    ['08', '8', '9', '10', 'x']
    """
    if id.isascii() and id.isdigit():
        digits = id.lstrip("0")
        return (at, 0, len(digits), digits, id)
    return (at, 1, 0, "", id)


def in_order(records: Iterable[T], at: Callable[[T], datetime], id: Callable[[T], str]) -> list[T]:
    """Records in the order of `order_of`. Ids are looked at only where instants are the same, which is seldom."""
    found = sorted(records, key=at)
    instants = [at(one) for one in found]
    if any(map(eq, instants, islice(instants, 1, None))):
        found.sort(key=lambda one: order_of(at(one), id(one)))
    return found


def read_id(reader: ContextReader, record: Mapping[str, object], name: str) -> str:
    """An id as a string. Raises DataError when it is missing, or neither a string nor an integer."""
    raw = record.get(name)
    if type(raw) is str and raw:
        return raw
    text = reader.string(raw, name) if raw is not None else None
    if not text:
        raise DataError(name, raw, "an id (a string or an integer)")
    return text


def read_head(reader: ContextReader, record: object) -> Head:
    """The head of a record. Raises DataError for one that has no id, customer, type or date."""
    if not isinstance(record, dict):
        raise DataError("record", record, "dict")
    get = record.get
    name, customer, kind = get("id"), get("customerId"), get("type")
    # Members that are plain strings, as nearly all are.
    if type(name) is str and type(customer) is str and type(kind) is str and name and customer and kind:
        at = _plain_instant(get("date"), reader.zone)
        if at is not None:
            return _make_head((name, customer, kind, at))
    name = read_id(reader, record, "id")
    customer = read_id(reader, record, "customerId")
    kind = record.get("type")
    if not isinstance(kind, str) or not kind:
        raise DataError("type", kind, "the type of a record (a string)")
    date = record.get("date")
    read = _plain_instant(date, reader.zone) or reader.value("date", date, "date")
    if not isinstance(read, datetime):
        raise DataError("date", None, "date")
    return Head(id=name, customer=customer, type=kind, at=read)


_marks = itemgetter(4, 7, 10, 13, 16)
_WITH_T, _WITH_BLANK = tuple("--T::"), tuple("-- ::")
_from_iso = datetime.fromisoformat


def _plain_instant(raw: object, zone: tzinfo) -> datetime | None:
    """An instant written the plainest way, `2024-01-31T10:00:00` in UTC or with a Z; None for anything else.

    Most of the time of reading a record is its date, and the standard reader is ten times as fast as one that knows
    every documented spelling; it knows other spellings than those too, hence the look at the punctuation.
    """
    if type(raw) is not str:
        return None
    length = len(raw)
    if not (length == 19 and zone is UTC) and not (length == 20 and raw[19] == "Z"):
        return None
    if _marks(raw) not in (_WITH_T, _WITH_BLANK):
        return None
    try:
        found = _from_iso(raw if length == 20 else raw + "Z")
    except ValueError:
        return None
    return None if found.year in (1, 9999) else found  # the clock of the zone may not show it: the slow way looks
