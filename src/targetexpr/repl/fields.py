"""Editing a record by hand: paths such as `currentTxn.lineItems[0].qty`, and the values that are typed for them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from decimal import Decimal

from targetexpr.base.errors import InputError
from targetexpr.checking.names import close_names, like_profile
from targetexpr.lang.schema.model import Attribute
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import EVENT, Kind
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.running.coercion import InvalidValue, PathPart, bind_date, path_text

_STEP = re.compile(r'\.?([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]{1,6})\]|\["((?:[^"\\]|\\.)*)"\]')

_WRITTEN_OUT = 100  # digits before or behind the point; past these a number is shown with an exponent

_FIELD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')

DATA_MEMBERS = ("lineItems", "customFields", "extendedFields", "clusters", "attributes")
"""What the data holds besides attributes: line items, and maps by name."""


def parse_path(text: str) -> tuple[PathPart, ...]:
    """The steps of a path. Raises InputError.

    >>> parse_path('currentTxn.lineItems[0].attributes["sku code"]')
    ('currentTxn', 'lineItems', 0, 'attributes', 'sku code')
    """
    steps: list[PathPart] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (not steps and found.start(1) != 0) or (steps and found[1] and text[at] != "."):
            raise InputError(f"{text!r} is not a field; write one like currentTxn.value or currentTxn.lineItems[0].qty")
        name, place, key = found.groups()
        steps.append(name if name is not None else int(place) if place is not None else _key(key))
        at = found.end()
    return tuple(steps)


def _key(raw: str) -> str:
    try:
        return str(json.loads(f'"{raw}"'))
    except ValueError:
        raise InputError(f'["{raw}"] is not a valid JSON string; write a backslash as \\\\') from None


def attribute_at(path: tuple[PathPart, ...], schema: Schema, event: str | None) -> Attribute | None:
    """The attribute that a path names, None for what is not an attribute. Raises InputError for a close misspelling."""
    profile = schema.profiles.get(str(path[0]))
    if profile is None:
        close = like_profile(schema, str(path[0]))
        hint = f"did you mean {' or '.join(close)}?" if close else "`:schema` lists them"
        raise InputError(f"unknown profile `{path[0]}`; {hint}")
    if len(path) == 1 or not isinstance(path[1], str) or path[1] in DATA_MEMBERS or path[1] in profile.methods:
        return None
    known = None if event is None else schema.event(event)
    more = (known.attributes or {}) if known is not None and profile.type == EVENT else {}
    found = more.get(path[1]) or profile.attribute(path[1])
    if found is None and not (profile.type == EVENT and (known is None or known.behavioural)):
        close = close_names(path[1], (*profile.attributes, *more, *DATA_MEMBERS))
        if close:
            raise InputError(f"`{profile.name}` has no attribute `{path[1]}`; did you mean {' or '.join(close)}?")
    return found if len(path) == 2 else None


def split_field(text: str) -> tuple[str, str]:
    """The field that a text begins with, and the rest; a name in quotes may hold blanks.

    >>> split_field('currentTxn.customFields["till number"] 7')
    ('currentTxn.customFields["till number"]', '7')
    """
    found = _FIELD.match(text)
    end = 0 if found is None else found.end()
    return text[:end], text[end:].strip()


def parse_value(text: str, attribute: Attribute | None, zone: tzinfo = UTC) -> object:
    """What was typed, as a value of the data: JSON, or plain text where the field is a text or a date.

    Raises InputError for what does not fit the field; `zone` is the clock of dates that name none.

    >>> parse_value("620.10", None), parse_value("Gold", None)
    (620.1, 'Gold')
    """
    kind: Kind = "object" if attribute is None or attribute.flexible else attribute.type.kind
    try:
        value = decode(text)
    except DecodeError as error:
        if (kind != "string" and error.offset is None) or text[:1] in ('"', "{", "["):
            raise InputError(str(error)) from None
        value = text
    if kind == "string" and isinstance(value, bool | int | float | Decimal):
        return text  # a text of digits, `currentTxn.number 0042`, keeps its zeros
    if value is not None:
        _require_kind(value, text, kind, zone)
    return value


def _require_kind(value: object, text: str, kind: Kind, zone: tzinfo) -> None:
    if kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float | Decimal)):
        raise InputError(f"{_short(text)} is not a number, as this field is")
    if kind == "boolean" and not isinstance(value, bool):
        raise InputError(f"{_short(text)} is neither true nor false, as this field is")
    if kind == "date":
        try:
            bind_date(value, zone)
        except InvalidValue:
            raise InputError(
                f"{_short(text)} is not a date, as this field is; one is written 2025-05-27 or "
                "2025-05-27T18:30:00+05:30"
            ) from None


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def changed(context: dict[str, object], path: tuple[PathPart, ...], value: object) -> tuple[dict[str, object], object]:
    """A copy of a context with one value changed, and what was there before. Raises InputError."""
    made = dict(context)
    holder: object = made  # always a copy of ours: what lies beside the path is shared with the context
    for at, step in enumerate(path):
        last = at == len(path) - 1
        beginning: object = [] if not last and isinstance(path[at + 1], int) else {}
        where = path_text(path[: at + 1])
        if isinstance(step, int):
            if not isinstance(holder, list):
                raise InputError(f"{path_text(path[:at])} is not a list, so {where} does not exist")
            if step > len(holder):
                many = f"{len(holder)} entr{'y' if len(holder) == 1 else 'ies'}"
                raise InputError(f"{path_text(path[:at])} has {many}; the next one is [{len(holder)}]")
            before = holder[step] if step < len(holder) else None
            new = value if last else beginning if before is None else copy.copy(before)
            holder[step : step + 1] = [new]
        elif isinstance(holder, dict):
            before = holder.get(step)
            new = value if last else beginning if before is None else copy.copy(before)
            holder[step] = new
        else:
            raise InputError(f"{path_text(path[:at])} is {shown(holder)}, so {where} does not exist")
        holder = new
    return made, before


def removed(context: dict[str, object], path: tuple[PathPart, ...]) -> dict[str, object]:
    """A copy of a context with one value taken out. Raises InputError when it is not there."""
    made = dict(context)
    holder: object = made
    for at, step in enumerate(path):
        here = isinstance(step, str) and isinstance(holder, dict) and step in holder
        here = here or (isinstance(step, int) and isinstance(holder, list) and step < len(holder))
        if not here:
            raise InputError(f"the record has no {path_text(path[: at + 1])}")
        if at == len(path) - 1:
            del holder[step]  # type: ignore[attr-defined]
        else:
            inner = copy.copy(holder[step])  # type: ignore[index]
            holder[step] = inner  # type: ignore[index]
            holder = inner
    return made


def shown(value: object, indent: int | None = None) -> str:
    """A value of the data as JSON, numbers exactly as they are.

    >>> shown({"value": Decimal("10.10"), "tags": []})
    '{"value": 10.10, "tags": []}'
    """
    return "".join(_pieces(value, indent))


def _pieces(value: object, indent: int | None) -> Iterator[str]:
    """Not recursive: a record may be nested as deeply as its reader lets it."""
    comma = ", " if indent is None else ","
    waiting: list[tuple[str, object, int]] = [("", value, 0)]  # what comes before, a value, its level
    while waiting:
        before, one, level = waiting.pop()
        yield before
        if one is _NOTHING:
            continue
        if not isinstance(one, dict | list) or not one:
            yield _plain(one)
            continue
        opening, closing = "{}" if isinstance(one, dict) else "[]"
        inner, outer = ("", "") if indent is None else ("\n" + " " * (indent * n) for n in (level + 1, level))
        keys = [json.dumps(str(key), ensure_ascii=False) + ": " for key in one] if isinstance(one, dict) else None
        items = list(one.values()) if isinstance(one, dict) else one
        waiting.append((outer + closing, _NOTHING, level))
        for place in range(len(items) - 1, -1, -1):
            key = "" if keys is None else keys[place]
            waiting.append(((comma if place else opening) + inner + key, items[place], level + 1))


_NOTHING = object()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        # 1e999999999 is short as it stands, and written out plainly would fill the memory.
        return format(value, "f") if abs(value.adjusted()) < _WRITTEN_OUT else str(value)
    return json.dumps(value, ensure_ascii=False)
