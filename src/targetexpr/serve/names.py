"""The name check: whether something could still be given a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from targetexpr.serve.errors import refuse
from targetexpr.serve.reading import misfit
from targetexpr.serve.rows import ORGANISATION, NameOf, Rows
from targetexpr.targets.model.enums import NameKind
from targetexpr.targets.model.error_numbers import INVALID_KEY
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import described
from targetexpr.targets.validation.group import LONGEST_NAME, LONGEST_REF_CODE, LONGEST_STREAK_NAME


def is_free(rows: Rows, given: Mapping[str, JsonValue]) -> bool:
    """True when something of the kind can be given the name: none has it, in any case, active or not, and it fits."""
    kind = _kind(given.get("type"))
    value = given.get("value")
    if not isinstance(value, str):
        raise misfit("name-missing", "value is the name to check, a text.", "/value")
    of, scope = _looked_up(kind)
    fits = len(value) <= _LONGEST[of] and (of != "group" or value.strip() != "")  # only groups need a name
    return fits and not rows.is_taken(of, value, scope)


_LONGEST: dict[NameOf, int] = {
    "group": LONGEST_NAME,
    "target": LONGEST_NAME,
    "level": LONGEST_STREAK_NAME,
    "period": LONGEST_REF_CODE,
}


def _kind(given: JsonValue) -> NameKind:
    for kind in NameKind:
        if isinstance(given, str) and given.lower() == kind.value.lower():
            return kind
    kinds = ", ".join(NameKind)
    said = f"There is no kind of name {described(given):.60}; there are {kinds}."
    raise refuse(INVALID_KEY, "name-kind", said, pointer="/type")


def _looked_up(kind: NameKind) -> tuple[NameOf, int | None]:
    """Which names are looked at. A streak is a group, its levels are what the wire calls streaks.

    Names of periods are unique within their group only, but the check names no group: it looks in all of them.
    """
    match kind:
        case NameKind.GROUP | NameKind.STREAK:
            return "group", ORGANISATION
        case NameKind.TARGET:
            return "target", ORGANISATION
        case NameKind.STREAK_LEVEL:
            return "level", ORGANISATION
        case NameKind.PERIOD:
            return "period", None
        case _:
            assert_never(kind)
