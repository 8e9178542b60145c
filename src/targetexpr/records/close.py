"""What was meant in a record: members and types that an unknown one comes close to, and where it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.shape import Shape

RECORD_TYPES = ("TransactionAdd", "ReturnBill", "PointsIssued")
"""The types of records that target groups know besides events."""

_RETURN_BILL = "ReturnBill"
_SURELY_WRITTEN = 8  # letters of a type from which on two that differ by a slip are hardly two
_INVENTORY = ("brand", "category", "sku_code")


@lru_cache(maxsize=16)
def known_types(schema: Schema) -> frozenset[str]:
    """The types of records that are what they say, whatever an organisation calls its own events."""
    return frozenset((*RECORD_TYPES, *schema.events, *schema.aliases)) - {schema.aliases.get(_RETURN_BILL)}


def close_type(schema: Schema, context: Mapping[str, object]) -> str | None:
    """The type that the unknown one of a record is, but for letter case, separators or a slip; None for any other.

    What rules call ReturnTransaction is a ReturnBill where it says which bill is returned.

    >>> schema = Schema.bundled()
    >>> [close_type(schema, {"type": name}) for name in ("transactionAdd", "RETURN_BILL", "GymVisit")]
    ['TransactionAdd', 'ReturnBill', None]
    """
    from targetexpr.checking.likeness import is_slip

    kind = str(context["type"])
    if kind == schema.aliases.get(_RETURN_BILL):
        return _RETURN_BILL if "returnOf" in context else None
    known = sorted(known_types(schema), key=lambda name: (name not in RECORD_TYPES, name))
    same = [name for name in known if _bare(name) == _bare(kind)]
    if not same and len(kind) >= _SURELY_WRITTEN:
        same = [name for name in known if is_slip(kind, name, ())]
    return same[0] if same else None


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def close_members(schema: Schema, shape: Shape, path: Sequence[str], context: Mapping[str, object]) -> tuple[str, ...]:
    """What the member at a path may be: by its spelling, by another name for it, or by where it belongs.

    >>> from targetexpr.records.shape import record_shape
    >>> schema = Schema.bundled()
    >>> shape = record_shape(schema)
    >>> paths = ("stroeId",), ("value",), ("currentTxn", "vlaue"), ("currentTxn", "lineItems", "brand")
    >>> for path in paths:
    ...     print(*close_members(schema, shape, path, {}))
    storeId
    currentTxn.value
    currentTxn.value
    currentTxn.lineItems[].attributes.brand
    """
    match tuple(path):
        case (name,):
            found = _of_a_record(schema, shape, name, context)
        case (profile, "lineItems", name):
            found = [f"{profile}.lineItems[].{one}" for one in _of_a_line(schema, shape, profile, name)]
        case (profile, name):
            found = _of_a_profile(schema, shape, profile, name)
        case _:
            found = []
    return tuple(dict.fromkeys(found))[:3]


def _of_a_record(schema: Schema, shape: Shape, name: str, context: Mapping[str, object]) -> list[str]:
    from targetexpr.checking.names import close_names, like_profile

    if same := _alike(name, shape.members):
        return same
    first = "returnBill" if context.get("type") == _RETURN_BILL else "currentTxn"
    profiles = list(dict.fromkeys((first, "currentCustomer", *schema.profiles)))
    for profile in profiles:
        inside = shape.members[profile].inside if profile in shape.members else None
        if inside is not None and (same := _alike(name, inside.members)):
            return [f"{profile}.{same[0]}"]
    meant = like_profile(schema, name)
    if any(name.lower() in one.lower() for one in meant):  # txn, transaction
        return meant
    if close := close_names(name, shape.members):
        return close
    inside = shape.members[first].inside if first in shape.members else None
    return [f"{first}.{one}" for one in close_names(name, inside.members)] if inside is not None else []


def _of_a_profile(schema: Schema, shape: Shape, profile: str, name: str) -> list[str]:
    from targetexpr.checking.names import close_names, like_member

    member = shape.members.get(profile)
    inside = member.inside if member is not None else None
    if inside is None:
        return []
    if same := [*_alike(name, inside.members), *_own(schema, profile, name)]:
        return [f"{profile}.{one}" for one in same]
    declared = schema.profiles.get(profile)
    if declared is not None:
        near, elsewhere = like_member(schema, declared, name, call=False, more={})
        listed = [
            one for one in near if one in declared.attributes and _is_listed(name, declared.attributes[one].suggest_for)
        ]
        if listed:
            return [f"{profile}.{one}" for one in listed]
    if name in shape.members and shape.members[name].inside is None:
        return [name]  # storeId inside of currentTxn
    if "lineItems" in inside.members and name in line_of(shape, profile).members:
        return [f"{profile}.lineItems[].{name}"]
    if declared is not None and elsewhere:
        return [f"{other}.{name}" for other in elsewhere if other in shape.members]
    return [f"{profile}.{one}" for one in close_names(name, inside.members)]


def _of_a_line(schema: Schema, shape: Shape, profile: str, name: str) -> list[str]:
    from targetexpr.checking.names import close_names

    line = line_of(shape, profile)
    if same := _alike(name, line.members):
        return same
    if attribute := _alike(name, (*schema.inventory, *_INVENTORY)):
        return [f"attributes.{attribute[0]}"]
    declared = schema.profiles.get("currentLineItem")
    for one in declared.attributes.values() if declared is not None else ():
        if _is_listed(name, one.suggest_for):
            return [one.name]
    return close_names(name, line.members)


def line_of(shape: Shape, profile: str) -> Shape:
    """The shape of a line of a profile that has some."""
    bill = shape.members[profile].inside
    line = bill.members["lineItems"].inside if bill is not None else None
    assert line is not None
    return line


def _own(schema: Schema, profile: str, name: str) -> Iterator[str]:
    """A declared field of the organisation's own, written without the place that it has."""
    declared = schema.profiles.get(profile)
    if declared is not None:
        yield from _alike(EXTENDED + name, declared.attributes)
        yield from (f"customFields.{one}" for one in _alike(name, declared.custom_fields))
        yield from (f"clusters.{one}" for one in _alike(name, declared.clusters))


def _alike(name: str, known: Iterable[str]) -> list[str]:
    """The known names that are it but for letter case."""
    return [one for one in known if one.lower() == name.lower()]


def _is_listed(name: str, others: Iterable[str]) -> bool:
    return bool(_alike(name, others))
