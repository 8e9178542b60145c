"""The units of cycles as people name them: `week`, `weeks` and `weekly` are one."""

from __future__ import annotations

import re

UNITS: dict[str, tuple[str, ...]] = {
    "DAILY": ("day", "days"),
    "WEEKLY": ("week", "weeks"),
    "MONTHLY": ("month", "months"),
    "QUARTERLY": ("quarter", "quarters"),
    "HALF_YEARLY": ("half-year", "half-years", "halfyear", "halfyearly", "semi-annual", "semi-annually"),
    "YEARLY": ("year", "years", "annual", "annually"),
    "CUSTOM": (),
}
"""By the stored name."""

_SEVERAL = {"fortnight": ("WEEKLY", 2), "fortnightly": ("WEEKLY", 2), "biweekly": ("WEEKLY", 2)}
_WORDS = {"two": 2, "three": 3, "four": 4, "six": 6}


def unit_of(text: str) -> str | None:
    """The stored name of a unit, however it is named; None for what names none.

    >>> unit_of("week"), unit_of("Half-Yearly"), unit_of("weakly")
    ('WEEKLY', 'HALF_YEARLY', None)
    """
    name = re.sub(r"[\s_]+", "-", text.strip().lower().removeprefix("every ").removeprefix("each "))
    for stored, others in UNITS.items():
        if name == stored.lower().replace("_", "-") or name in others:
            return stored
    return None


def several_units(text: str) -> tuple[str, int] | None:
    """A unit and how many of it, where a text names several at once.

    >>> several_units("2 weeks"), several_units("fortnight"), several_units("week")
    (('WEEKLY', 2), ('WEEKLY', 2), None)
    """
    name = text.strip().lower()
    if name in _SEVERAL:
        return _SEVERAL[name]
    found = re.fullmatch(r"(?:every )?(\d{1,4}|[a-z]+)[\s-]+(\S+)", name)
    if found is None:
        return None
    times = int(found[1]) if found[1].isdecimal() else _WORDS.get(found[1], 0)
    unit = unit_of(found[2])
    return (unit, times) if unit is not None and times > 1 else None
