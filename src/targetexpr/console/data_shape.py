"""What data lacks or has too much for a rule: profiles of flat records, fields no record has, members nobody reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.records.lint import RecordLint
from targetexpr.records.record import Record
from targetexpr.records.shape import profile_of_flat

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


class Absent:
    """The fields that a rule reads and no record has. Looks at records only until each field was in one."""

    def __init__(self, reads: Iterable[Read], schema: Schema) -> None:
        self._missing: dict[tuple[str, str], None] = {}
        self._names: dict[str, dict[str, None]] = {}
        for read in reads:
            attribute = schema.profiles[read.profile].attribute(read.name) if read.arguments is None else None
            if attribute is not None and attribute.computed is None:
                self._missing[read.profile, read.name] = None

    def __bool__(self) -> bool:
        """Whether there are such fields still, and so records to look at."""
        return bool(self._missing)

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

    def sentences(self, *, seen: bool = False) -> list[str]:
        """What to say of each of them, with the names that come close in the records.

        With `seen`, of profiles only that were in some record.
        """
        from targetexpr.checking.names import close_names

        said = []
        for profile, name in self._missing:
            if seen and profile not in self._names:
                continue
            close = [f"{profile}.{other}" for other in close_names(name, self._names.get(profile, ()))]
            said.append(f"no record has {profile}.{name}" + (f"; did you mean {' or '.join(close)}?" if close else ""))
        return said


class DataNotes:
    """What there is to say of the records of a rule besides what comes out of them, for every command that evaluates.

    Flat records that lack their profile are told at the first one; what nobody reads, and what the rule reads and no
    record has, when all are done.
    """

    def __init__(self, reads: Iterable[Read], schema: Schema, *, event: str | None, profile: str | None) -> None:
        reads = list(reads)
        self._schema = schema
        self._profile = profile
        self._wanted = [read.profile for read in reads]
        self._lint = RecordLint(schema, event=event, profile=profile, wanted=self._wanted)
        self._absent = Absent(reads, schema)
        self._told = False
        self.look = self._lint.look
        """Takes a record into account, for what nobody reads in it."""

    def note(self, record: Record) -> str | None:
        """What to say of a record at once: a sentence where it is the first flat one, "" for others, None for most.

        It is asked of the first record, and of those that come out as no boolean: a profile that is missing is null
        or an error, but to tests such as `isNull()`.
        """
        if record.context is None or self._profile is not None:
            return None
        return self._flat(record.context)

    def _flat(self, context: Mapping[str, object]) -> str | None:
        profile = profile_of_flat(context, self._wanted, self._schema)
        if profile is None or self._told:
            return None if profile is None else ""
        self._told = True
        said = f"the record names no profile; if records are plain dicts of {profile}, add --profile {profile}"
        return f"{said} (told once for all such records)"

    def search(self, record: Record) -> bool:
        """Looks for the fields that no record had so far; whether there are any left to look for."""
        if record.context is not None:
            self._absent.look(record.context)
        return bool(self._absent)

    def sentences(self, *, some_null: bool, warnings: bool = True) -> list[str]:
        """What to say at the end. Fields that no record has matter where a record came out as null."""
        said = [warning.text for warning in self._lint.warnings] if warnings else []
        return said + (self._absent.sentences() if some_null and not self._told else [])
