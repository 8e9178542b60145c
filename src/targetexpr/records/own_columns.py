"""A record as a row: the columns of its table as they stand there, or the members of its JSON; and cells as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from targetexpr.records.record import Record

Row = dict[str, object]
"""The cells of a row by their headings."""


def own_row(record: Record, source: str | None = None) -> Row:
    """The row of a record: of a table's, its cells; of JSON, its members, those of profiles as `currentTxn.value`.

    A record that cannot be read has no cells of its own: its row says where it stands, with `source` where it is.

    >>> own_row(Record(1, {"id": "b1", "currentTxn": {"value": 620, "notes": None}}))
    {'id': 'b1', 'currentTxn.value': 620, 'currentTxn.notes': None}
    """
    if record.row is not None:
        return dict(record.row)
    if record.context is None:
        return {} if source is None else {"source": source}
    row: Row = {}
    for name, value in record.context.items():
        if isinstance(value, dict) and value:
            row.update((f"{name}.{inside}", one) for inside, one in value.items())
        else:
            row[name] = value
    return row


def beside(row: Row, more: Mapping[str, object]) -> Row:
    """A row with more columns; one whose heading it has already gets a number behind its own.

    >>> beside({"id": 1, "verdict": "?"}, {"verdict": "yes"})
    {'id': 1, 'verdict': '?', 'verdict (2)': 'yes'}
    """
    for heading, value in more.items():
        row[unlike(heading, row)] = value
    return row


def unlike(heading: str, others: Iterable[str]) -> str:
    """A heading, with a number behind it where others are alike."""
    others = others if isinstance(others, Mapping | set | frozenset) else set(others)
    number, found = 1, heading
    while found in others:
        number += 1
        found = f"{heading} ({number})"
    return found


def distinct(headings: Sequence[str]) -> list[str]:
    """Headings of which no two are alike.

    >>> distinct(["id", "Till", "Till"])
    ['id', 'Till', 'Till (2)']
    """
    found: dict[str, None] = {}
    for heading in headings:
        found[unlike(heading, found)] = None
    return list(found)


def nested(row: Row) -> dict[str, object]:
    """A row as a record of JSON: what stands under `currentTxn.value` is a member of its profile.

    >>> nested({"id": "b1", "currentTxn.value": 620, "Till": 3})
    {'id': 'b1', 'currentTxn': {'value': 620}, 'Till': 3}
    """
    made: dict[str, object] = {}
    for heading, value in row.items():
        profile, _, name = heading.partition(".")
        inside = (
            made.setdefault(profile, {})
            if name.strip() == name and name and profile.isidentifier() and profile not in row
            else None
        )
        if isinstance(inside, dict):
            inside[name] = value
        else:
            made[heading] = value
    return made


# ---- values as text


def cell_text(value: object) -> str:
    """A value as the text of a cell: nothing for null, lists and objects as JSON.

    >>> [cell_text(value) for value in (None, True, Decimal("1E+2"), ["a"])]
    ['', 'true', '100', '["a"]']
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return "" if value != value else repr(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list() | dict() | tuple():
            return json_text(value)
    return str(value)


def json_text(value: object) -> str:
    """A value of a record as JSON on one line: numbers exactly as they are, dates in ISO form.

    >>> json_text({"value": Decimal("0.10000000000000001"), "on": date(2024, 1, 31)})
    '{"value": 0.10000000000000001, "on": "2024-01-31"}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return _json(value)


def _json(value: object) -> str:
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(str(key), ensure_ascii=False)}: {_json(one)}" for key, one in value.items())
                + "}"
            )
        case list() | tuple():
            return "[" + ", ".join(map(_json, value)) + "]"
        case Decimal():
            return format(value, "f") if value.is_finite() else "null"
        case float() if value - value != 0:
            return "null"
        case None | bool() | int() | float() | str():
            return json.dumps(value, ensure_ascii=False)
    return json.dumps(cell_text(value), ensure_ascii=False)
