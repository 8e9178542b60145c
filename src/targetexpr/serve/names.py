"""Names that are unique: whether one is still free, and taking it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve.errors import Refusal, error, invalid_input, refusal
from targetexpr.serve.group_rows import JsonObject, parts_of
from targetexpr.serve.rows import ORGANISATION, NamedKind, Rows
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.error_numbers import INVALID_KEY, NAME_TAKEN
from targetexpr.targets.model.group import TWIN
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import described
from targetexpr.targets.validation.group import LONGEST_NAME, LONGEST_REF_CODE, LONGEST_STREAK_NAME

_LONGEST: dict[NamedKind, int] = {
    "group": LONGEST_NAME,
    "target": LONGEST_NAME,
    "level": LONGEST_STREAK_NAME,
    "period": LONGEST_REF_CODE,
}
_NOUNS: dict[NamedKind, str] = {"target": "target", "level": "streak level", "period": "period", "group": "group"}

_CHECKED: dict[NameKind, tuple[NamedKind, int | None]] = {
    NameKind.GROUP: ("group", ORGANISATION),
    NameKind.STREAK: ("group", ORGANISATION),
    NameKind.TARGET: ("target", ORGANISATION),
    NameKind.STREAK_LEVEL: ("level", ORGANISATION),
    NameKind.PERIOD: ("period", None),
}
"""Which names the name check looks at. A streak is a group, its levels are what the wire calls streaks.

Names of periods are unique within their group only, but the check names no group: it looks in all of them.
"""


def is_free(rows: Rows, asked: Mapping[str, JsonValue]) -> bool:
    """True when something of the kind can be given the name: none has it, in any case, active or not, and it fits."""
    kind, scope = _CHECKED[_kind(asked.get("type"))]
    name = asked.get("value")
    if not isinstance(name, str):
        raise invalid_input("name-missing", "value is the name to check, a string.", "/value")
    fits = len(name) <= _LONGEST[kind] and (kind != "group" or name.strip() != "")  # only groups need a name
    return fits and not rows.is_taken(kind, name, scope)


def _kind(value: JsonValue) -> NameKind:
    for kind in NameKind:
        if isinstance(value, str) and value.lower() == kind.value.lower():
            return kind
    message = f"Unknown kind of name {described(value):.60}; expected one of {', '.join(NameKind)}."
    raise refusal("name-kind", message, number=INVALID_KEY, pointer="/type")


def name_taken(kind: NamedKind, name: str, pointer: str) -> Diagnostic:
    """A name that something else has. The platform has a number for names of groups only."""
    message = f"There is already a {_NOUNS[kind]} named {name!r}; upper and lower case do not matter."
    return error(f"{kind}-name-taken", message, number=NAME_TAKEN if kind == "group" else None, pointer=pointer)


def taken_names(rows: Rows, request: Mapping[str, Any]) -> list[Diagnostic]:
    """Names of targets and levels that others have; the validation knows of the group's."""
    return [
        name_taken(kind, name, pointer)
        for kind, name, pointer in _names_in(request)
        if kind != "group" and rows.is_taken(kind, name)
    ]


def take_name(rows: Rows, kind: NamedKind, scope: int, name: str, pointer: str, group: int) -> None:
    """Takes a name. Raises Refusal when it is taken, be it by a request that came in between."""
    try:
        rows.add_names(kind, scope, [name], group)
    except sqlite3.IntegrityError:
        raise Refusal([name_taken(kind, name, pointer)]) from None


def retake_name(rows: Rows, kind: NamedKind, scope: int, old: str | None, new: str, pointer: str, group: int) -> None:
    """Takes a name in place of another, which becomes free. Raises Refusal as `take_name` does."""
    if old is not None:
        rows.remove_name(kind, scope, old)
    take_name(rows, kind, scope, new, pointer, group)


def take_names(rows: Rows, group: int, data: JsonObject) -> None:
    """Takes the names of a group that is made, and of all its parts. Raises Refusal when one is taken."""
    for kind, name, pointer in _names_in(data):
        take_name(rows, kind, ORGANISATION, name, _asked_at(data, kind, name, pointer), group)
    for index, period in enumerate(parts_of(data, "periods")):
        if isinstance(period.get("refCode"), str):
            take_name(rows, "period", group, cast(str, period["refCode"]), f"/periods/{index}/refCode", group)


def _names_in(data: Mapping[str, Any]) -> list[tuple[NamedKind, str, str]]:
    """The names in a group's request or answer that are unique in the organisation: kind, name, pointer."""
    found: list[tuple[NamedKind, str, str]] = []
    if isinstance(data.get("name"), str):
        found.append(("group", data["name"], "/name"))
    kinds: tuple[tuple[NamedKind, str], ...] = (("target", "targets"), ("level", "streaks"))
    for kind, member in kinds:
        listed = data.get(member)
        for index, part in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(part, Mapping) and isinstance(part.get("name"), str):
                found.append((kind, part["name"], f"/{member}/{index}/name"))
    return found


def _asked_at(data: JsonObject, kind: NamedKind, name: str, pointer: str) -> str:
    """Where a name of the answer comes from in the request: that of a twin, which is in none, from its original."""
    if kind == "target" and name.endswith(TWIN):
        names = [target.get("name") for target in parts_of(data, "targets")]
        if name.removesuffix(TWIN) in names:
            return f"/targets/{names.index(name.removesuffix(TWIN))}/name"
    return pointer
