"""Whether data has the shape a rule reads: flat records that lack their profile, fields that no record has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.model import EXTENDED

if TYPE_CHECKING:
    from targetexpr.checking.result import Read
    from targetexpr.lang.schema.schema import Schema

_MOST_NAMES = 1000  # of one profile that are remembered, for data whose every record has names of its own


def check_profile(name: str | None, schema: Schema) -> None:
    """Refuses a `--profile` that the schema does not have, naming those that come close. Raises InputError."""
    if name is None or name in schema.profiles:
        return
    from targetexpr.checking.names import like_profile

    close = like_profile(schema, name)
    raise InputError(
        f"--profile: unknown profile {name!r}; "
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


class Absent:
    """The fields that a rule reads and no record has. Looks at records only until each field was in one."""

    def __init__(self, reads: Iterable[Read], schema: Schema) -> None:
        self._missing: dict[tuple[str, str], None] = {}
        self._names: dict[str, dict[str, None]] = {}
        for read in reads:
            attribute = schema.profiles[read.profile].attribute(read.name) if read.arguments is None else None
            if attribute is not None and attribute.computed is None:
                self._missing[read.profile, read.name] = None

    def look(self, context: Mapping[str, object]) -> None:
        """Takes a record into account."""
        for profile, name in tuple(self._missing):
            found = context.get(profile)
            if not isinstance(found, dict):
                continue
            fields = found.get("extendedFields") if name.startswith(EXTENDED) else None
            if name in found or (isinstance(fields, dict) and name.removeprefix(EXTENDED) in fields):
                del self._missing[profile, name]
            elif len(names := self._names.setdefault(profile, {})) < _MOST_NAMES:
                names.update(dict.fromkeys(key for key in found if isinstance(key, str)))

    def sentences(self) -> list[str]:
        """What to say of each of them, with the names that come close in the records."""
        from targetexpr.checking.names import close_names

        said = []
        for profile, name in self._missing:
            close = [f"{profile}.{other}" for other in close_names(name, self._names.get(profile, ()))]
            said.append(f"no record has {profile}.{name}" + (f"; did you mean {' or '.join(close)}?" if close else ""))
        return said
