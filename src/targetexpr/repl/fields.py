"""Editing a record by hand: paths such as `currentTxn.lineItems[0].qty`, and the values that are typed for them."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from decimal import Decimal

from targetexpr.checking.names import close_names, like_profile
from targetexpr.cli.exits import InputProblem
from targetexpr.cli.records import json_value
from targetexpr.lang.schema import Attribute, Schema
from targetexpr.lang.types import EVENT, Kind
from targetexpr.running.values import PathPart, path_text

_STEP = re.compile(r'\.?([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]{1,6})\]|\["((?:[^"\\]|\\.)*)"\]')

DATA_MEMBERS = ("lineItems", "customFields", "extendedFields", "clusters", "attributes")
"""What the data holds besides attributes: line items, and maps by name."""


def parse_path(text: str) -> tuple[PathPart, ...]:
    """The steps of a path. Raises InputProblem.

    >>> parse_path('currentTxn.lineItems[0].attributes["sku code"]')
    ('currentTxn', 'lineItems', 0, 'attributes', 'sku code')
    """
    steps: list[PathPart] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (not steps and found[1] is None) or (steps and found[1] and text[at] != "."):
            raise InputProblem(
                f"{text!r} is no field; one is written like currentTxn.value or currentTxn.lineItems[0].qty"
            )
        name, place, key = found.groups()
        steps.append(name if name is not None else int(place) if place is not None else str(json.loads(f'"{key}"')))
        at = found.end()
    return tuple(steps)


def attribute_at(path: tuple[PathPart, ...], schema: Schema, event: str | None) -> Attribute | None:
    """The attribute that a path names, None for what is no attribute. Raises InputProblem for a likely slip."""
    profile = schema.profiles.get(str(path[0]))
    if profile is None:
        close = like_profile(schema, str(path[0]))
        hint = f"did you mean {' or '.join(close)}?" if close else "`:schema` lists them"
        raise InputProblem(f"rules read profiles, and there is no profile `{path[0]}`; {hint}")
    if len(path) == 1 or not isinstance(path[1], str) or path[1] in DATA_MEMBERS or path[1] in profile.methods:
        return None
    known = None if event is None else schema.event(event)
    more = (known.attributes or {}) if known is not None and profile.type == EVENT else {}
    found = more.get(path[1]) or profile.attribute(path[1])
    if found is None and not (profile.type == EVENT and (known is None or known.behavioural)):
        close = close_names(path[1], (*profile.attributes, *more, *DATA_MEMBERS))
        if close:
            raise InputProblem(f"`{profile.name}` has no attribute `{path[1]}`; did you mean {' or '.join(close)}?")
    return found if len(path) == 2 else None


def parse_value(text: str, attribute: Attribute | None) -> object:
    """What was typed, as a value of the data: JSON, or plain text where the field is a text or a date.

    >>> parse_value("620.10", None), parse_value("Gold", None)
    (620.1, 'Gold')
    """
    kind: Kind = "object" if attribute is None or attribute.flexible else attribute.type.kind
    try:
        value = json_value(text)
    except ValueError:
        if text[:1] in ('"', "{", "["):
            raise InputProblem(f"{text} is not JSON: a bracket or a quote is missing or too many") from None
        if kind == "number":
            raise InputProblem(f"{text} is not a number, as this field is") from None
        if kind == "boolean":
            raise InputProblem(f"{text} is neither true nor false, as this field is") from None
        return text
    if kind in ("string", "date") and isinstance(value, bool | int | float | Decimal):
        return text  # a text of digits, `currentTxn.number 0042`, keeps its zeros
    if value is not None and kind in ("number", "boolean") and not _fits(value, kind):
        wanted = "a number" if kind == "number" else "true or false"
        raise InputProblem(f"{text} is not {wanted}, as this field is")
    return value


def _fits(value: object, kind: Kind) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def changed(context: dict[str, object], path: tuple[PathPart, ...], value: object) -> tuple[dict[str, object], object]:
    """A copy of a context with one value changed, and what was there before. Raises InputProblem."""
    made: dict[str, object] = copy.deepcopy(context)
    holder: object = made
    for at, step in enumerate(path):
        last = at == len(path) - 1
        beginning: object = [] if not last and isinstance(path[at + 1], int) else {}
        where = path_text(path[: at + 1])
        if isinstance(step, int):
            if not isinstance(holder, list):
                raise InputProblem(f"{path_text(path[:at])} is no list, so there is no {where}")
            if step > len(holder):
                raise InputProblem(f"{path_text(path[:at])} has {len(holder)} entries; the next one is [{len(holder)}]")
            before = holder[step] if step < len(holder) else None
            new = value if last else beginning if before is None else before
            holder[step : step + 1] = [new]
        elif isinstance(holder, dict):
            before = holder.get(step)
            new = value if last else beginning if before is None else before
            holder[step] = new
        else:
            raise InputProblem(f"{path_text(path[:at])} is {shown(holder)}, so there is no {where}")
        holder = new
    return made, before


def removed(context: dict[str, object], path: tuple[PathPart, ...]) -> dict[str, object]:
    """A copy of a context with one value taken out. Raises InputProblem when it is not there."""
    made: dict[str, object] = copy.deepcopy(context)
    holder: object = made
    for at, step in enumerate(path):
        here = isinstance(step, str) and isinstance(holder, dict) and step in holder
        here = here or (isinstance(step, int) and isinstance(holder, list) and step < len(holder))
        if not here:
            raise InputProblem(f"there is no {path_text(path[: at + 1])} in the record")
        if at == len(path) - 1:
            del holder[step]  # type: ignore[attr-defined]
        else:
            holder = holder[step]  # type: ignore[index]
    return made


def shown(value: object, indent: int | None = None) -> str:
    """A value of the data as JSON, numbers exactly as they are.

    >>> shown({"value": Decimal("10.10"), "tags": []})
    '{"value": 10.10, "tags": []}'
    """
    return "".join(_pieces(value, indent, 0))


def _pieces(value: object, indent: int | None, level: int) -> Iterator[str]:
    if not isinstance(value, dict | list) or not value:
        yield _plain(value)
        return
    inner, outer = ("", "") if indent is None else ("\n" + " " * (indent * n) for n in (level + 1, level))
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    items = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    for place, (key, item) in enumerate(items):
        yield (opening if not place else "," if indent is not None else ", ") + inner
        if key is not None:
            yield json.dumps(str(key), ensure_ascii=False) + ": "
        yield from _pieces(item, indent, level + 1)
    yield outer + closing


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
