"""Records: what every one must have, whatever it is, and the order they are taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from targetexpr.running.reading import Reader
from targetexpr.running.values import DataError

Order: TypeAlias = tuple[datetime, int, int, str]
"""What records are sorted by: the instant, then the id; whole numbers by size and before texts."""

RETURN = "ReturnBill"
BILL = "TransactionAdd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The members that any record has."""

    id: str  # ids are the same when their texts are
    number: int | None  # the id, where it was a whole number
    customer: str
    type: str
    at: datetime  # in UTC

    @property
    def order(self) -> Order:
        """Its place among records."""
        return order_of(self.at, self.id, self.number)


def order_of(at: datetime, id: str, number: int | None) -> Order:
    """The place of a record among others."""
    return (at, 1, 0, id) if number is None else (at, 0, number, "")


def read_id(reader: Reader, record: Mapping[str, object], name: str) -> str:
    """An id as a text. Raises DataError when it is neither text nor whole number, or not there."""
    raw = record.get(name)
    if type(raw) is str and raw:
        return raw
    text = reader.string(raw, name) if raw is not None else None
    if not text:
        raise DataError(name, raw, "an id (a text or a whole number)")
    return text


def read_head(reader: Reader, record: object) -> Head:
    """The head of a record. Raises DataError for one that has no id, customer, type or date."""
    if not isinstance(record, dict):
        raise DataError("record", record, "dict")
    id = read_id(reader, record, "id")
    raw = record["id"]
    customer = read_id(reader, record, "customerId")
    kind = record.get("type")
    if not isinstance(kind, str) or not kind:
        raise DataError("type", kind, "the type of a record (a text)")
    at = reader.value("date", record.get("date"), "date")
    if not isinstance(at, datetime):
        raise DataError("date", None, "date")
    return Head(id=id, number=raw if isinstance(raw, int) else None, customer=customer, type=kind, at=at)
