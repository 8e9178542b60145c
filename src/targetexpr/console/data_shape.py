"""Whether data has the shape a rule reads: flat records that lack their profile, and the profile they are put under."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema


def check_profile(name: str | None, schema: Schema) -> None:
    """Refuses a `--profile` that the schema does not have, naming those that come close. Raises InputError."""
    if name is None or name in schema.profiles:
        return
    from targetexpr.checking.names import like_profile

    close = like_profile(schema, name)
    raise InputError(
        f"--profile {name!r}: unknown profile; "
        + (f"did you mean {' or '.join(close)}?" if close else f"expected one of {', '.join(schema.profiles)}")
    )


def profile_of_flat(context: Mapping[str, object], wanted: Iterable[str], schema: Schema) -> str | None:
    """The profile whose plain dict a record seems to be: it names no profile itself. None when it is no such record.

    `wanted` are the profiles that the rule reads; the one that has most of the record's names is meant.

    >>> from targetexpr import Schema
    >>> profile_of_flat({"value": 620}, ["currentCustomer", "currentTxn"], Schema.bundled())
    'currentTxn'
    >>> profile_of_flat({"currentTxn": {"value": 620}}, ["currentTxn"], Schema.bundled()) is None
    True
    """
    if not context or not schema.profiles.keys().isdisjoint(context):
        return None
    shared = Counter(
        {name: sum(key in schema.profiles[name].attributes for key in context) for name in dict.fromkeys(wanted)}
    )
    best = shared.most_common(1)
    return best[0][0] if best and best[0][1] else None
