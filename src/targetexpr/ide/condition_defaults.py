"""What a new condition says before anybody has written anything into its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from targetexpr.ide.choices import choices
from targetexpr.lang.functions import ROLE_LIMITS, Function, Overload, Parameter, Role
from targetexpr.lang.nodes import encode_string
from targetexpr.lang.schema.model import Profile
from targetexpr.lang.schema.schema import Schema

_BY_ROLE: dict[Role, str] = {"regex": '".+"', "bounds": '"100"', "number-text": '"0"'}

_DAY = date(2025, 1, 1)
"""The date of a new condition where nobody says which day it is."""


def default_call(
    function: Function, profile: Profile | None, schema: Schema, *, given: Sequence[str] = (), today: date | None = None
) -> str:
    """A call with something for each argument that it must be given; the first ones may be given as they are written.

    Of the overloads the shortest is taken whose arguments are all literals.

    >>> from targetexpr.lang.functions import KIND_METHODS
    >>> default_call(KIND_METHODS["date"]["isAfter"], None, Schema.bundled(), today=date(2025, 5, 27))
    'isAfter(2025,5,27)'
    >>> default_call(KIND_METHODS["string"]["contains"], None, Schema.bundled(), given=['"Gold"'])
    'contains("Gold")'
    """
    overload = simplest(function)
    made: list[str] = []
    before: str | None = None
    for parameter in overload.parameters[: overload.required]:
        if parameter.role == "ignored":
            continue
        written = given[len(made)] if len(made) < len(given) else None
        known = choices(parameter, before, profile, schema)
        value = _literal(parameter, known, today or _DAY)
        before = known[0] if known and written is None else None
        made.append(written or value)
    return f"{function.name}({','.join(made)})"


def simplest(function: Function) -> Overload:
    """The overload that a new call has: one without dates, which have no literals, and with the fewest arguments."""
    written = [one for one in function.overloads if all(p.type.kind != "date" for p in one.parameters)]
    return min(written or function.overloads, key=lambda one: len(one.parameters))


def _literal(parameter: Parameter, known: Sequence[str], today: date) -> str:
    if parameter.role in _BY_ROLE:
        return _BY_ROLE[parameter.role]
    match parameter.type.kind:
        case "number":
            return _number(parameter.role, today)
        case "boolean":
            return "true"
        case "date":
            return "currentTxn.date"
        case _:
            text = today.isoformat() if parameter.role == "date-text" else known[0] if known else ""
            return f'"{encode_string(text)}"'


def _number(role: Role, today: date) -> str:
    match role:
        case "year":
            return str(today.year)
        case "month":
            return str(today.month)
        case "day":
            return str(today.day)
        case "hour":
            return "9"
        case "end-hour":
            return "17"
        case "count":
            return "30"
        case _:
            return str(ROLE_LIMITS[role][0]) if role in ROLE_LIMITS else "0"
