"""What is allowed in records and seldom meant: members that nobody reads, types but for a slip, dates in seconds.

Each kind is told once for all records, with how many have it and where the first one stands. Records of one layout,
the names of their members in one order, are looked at once: what is found holds for all that are laid out alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.close import close_members, close_type, known_types, line_of
from targetexpr.records.record import Record
from targetexpr.records.shape import HEAD, Shape, profile_of_flat, record_shape

UNKNOWN_MEMBER: Final = "unknown-member"
RECORD_TYPE: Final = "record-type"
EPOCH_SECONDS: Final = "epoch-seconds"

MOST_KINDS = 100
"""Kinds that are told; data whose every record has names of its own would have as many as records."""

_MOST_LAYOUTS = 1_000
_SECONDS = 10**10  # as milliseconds that is April 1970, as seconds the year 2286
_SECONDS_OF_RECORDS = 10**11  # of bills and events, of which there are none from before 1973

_Names: TypeAlias = tuple[object, ...]


@dataclass(slots=True)
class RecordWarning:
    """One kind of what is seldom meant, and where it was found."""

    code: str  # UNKNOWN_MEMBER, RECORD_TYPE or EPOCH_SECONDS
    message: str  # "Unknown member `stroeId`; it counts for nothing"
    hint: str | None  # "Did you mean `storeId`?"
    path: tuple[str | int, ...]  # of the first one, in its record
    first: Record
    source: str | None  # the file of the first one, where there are several
    count: int = 0  # of records

    @property
    def text(self) -> str:
        """One line for people.

        >>> lint = RecordLint(Schema.bundled())
        >>> for line in (1, 2):
        ...     lint.look(Record(line, {"stroeId": 7, "currentTxn": {"value": 620}}))
        >>> [warning.text for warning in lint.warnings]
        ['warning[unknown-member]: Unknown member `stroeId`; it counts for nothing (2 records, first in line 1). Did \
you mean `storeId`?']
        """
        return str(self.diagnostic())

    def diagnostic(self, pointer: str | None = None) -> Diagnostic:
        """As a diagnostic. `pointer` is that of the first record in a document of many."""
        place = f"{self.source}, {self.first.place}" if self.source is not None else self.first.place
        found = f"1 record, in {place}" if self.count == 1 else f"{self.count:,} records, first in {place}"
        return Diagnostic(
            code=self.code,
            severity="warning",
            message=f"{self.message} ({found}).",
            hint=self.hint,
            pointer=None if pointer is None else join(self.path, pointer),
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to do about all records of one layout."""

    unknown: tuple[tuple[str, ...], ...] = ()  # paths of members that nobody reads
    lists: tuple[str, ...] = ()  # profiles whose line items are to be looked at
    dates: tuple[tuple[str | None, str, int], ...] = ()  # profile, name, and what is below is seconds
    has_type: bool = False
    event: bool = False  # whether there is a currentEvent, whose members depend on the type
    profiles: tuple[str, ...] = field(default=(), compare=False)  # all that are named above, and have to be objects


_CLEAN = _Found()


class RecordLint:
    """Looks at records one by one; `warnings` is what was found so far.

    `event` is that of records which state no type. With `profile`, records are contexts that were made from plain
    dicts of that profile, which may have the members of a record beside its own.
    """

    def __init__(
        self, schema: Schema, *, event: str | None = None, profile: str | None = None, wanted: Iterable[str] = ()
    ) -> None:
        self.schema = schema
        self._wanted = tuple(wanted)
        self._shape = record_shape(schema)
        self._event = event
        self._profile = profile
        self._types = known_types(schema)
        self._layouts: dict[_Names, Callable[[Any], _Names]] = {}  # by the names in a record: what gives its key
        self._names = _names_in(())  # that of the record before
        self._found: dict[_Names, _Found] = {}  # by the key
        self._known_in_lines: set[str] = set()
        self._kinds: dict[tuple[str, ...], RecordWarning] = {}

    @property
    def warnings(self) -> tuple[RecordWarning, ...]:
        """One for each kind, in the order in which they were found."""
        return tuple(self._kinds.values())

    def look(self, record: Record, source: str | None = None, times: int = 1) -> None:
        """Takes a record into account. `source` is its file, where several are read.

        `times` is how many records there are of which the same is to be said.
        """
        context = record.context
        if context is None:
            return
        try:
            found = self._found.get(self._names(context))
        except (KeyError, TypeError):  # another layout than that of the record before, or a profile that is none
            found = None
        if found is None:
            found = self._classify(context)
        if found is not _CLEAN:
            self._take(found, record, context, source, times)

    # ---- layouts

    def _classify(self, context: Mapping[str, object]) -> _Found:
        """What there is to do about a record; it is kept for all that have its layout, the next ones most likely."""
        names = self._layouts.get(tuple(context))
        if names is None:
            names = _names_in([name for name in context if self._is_profile(name)])
            if len(self._layouts) < _MOST_LAYOUTS:
                self._layouts[tuple(context)] = names
        self._names = names
        profiles = (value for name, value in context.items() if self._is_profile(name))
        if not all(isinstance(value, dict) for value in profiles):
            return self._look_at(context)  # a list of names has the key of an object that has these
        key = names(context)
        found = self._found.get(key)
        if found is None:
            found = self._look_at(context)
            if len(self._found) < _MOST_LAYOUTS:
                self._found[key] = found
        return found

    def _is_profile(self, name: str) -> bool:
        member = self._shape.members.get(name)
        return member is not None and member.inside is not None

    def _look_at(self, context: Mapping[str, object]) -> _Found:
        if self._wanted and profile_of_flat(context, self._wanted, self.schema) is not None:
            return _CLEAN
        unknown: list[tuple[str, ...]] = []
        lists: list[str] = []
        dates: list[tuple[str | None, str, int]] = [(None, "date", _SECONDS_OF_RECORDS)] if "date" in context else []
        for name, value in context.items():
            member = self._shape.member(name)
            if member is None:
                unknown.append((name,))
            elif member.inside is not None and isinstance(value, dict):
                unknown += [(name, inner) for inner in self._unknown(member.inside, value)]
                dates += _dates(member.inside, value)
                if "lineItems" in value and "lineItems" in member.inside.members:
                    lists.append(name)
        event = isinstance(context.get("currentEvent"), dict)
        profiles = {path[0] for path in unknown if len(path) > 1} | {*lists} | {one for one, _, _ in dates if one}
        found = _Found(tuple(unknown), tuple(lists), tuple(dates), "type" in context, event, tuple(profiles))
        return _CLEAN if found == _CLEAN else found

    def _unknown(self, shape: Shape, value: Mapping[object, object]) -> Iterator[str]:
        """Members of an object that nobody reads."""
        of_the_record = self._shape.members if shape.name == self._profile else {}
        for name in value:
            if isinstance(name, str) and shape.member(name) is None and name not in of_the_record:
                yield name

    # ---- records

    def _take(
        self, found: _Found, record: Record, context: Mapping[str, object], source: str | None, times: int
    ) -> None:
        for wanted in found.profiles:
            if not isinstance(context[wanted], dict):  # a list of the names that the objects of this layout have
                found = self._look_at(context)
                break
        for path in found.unknown:
            self._count((UNKNOWN_MEMBER, *path), path, record, source, times)
        if found.has_type and type(kind := context["type"]) is str and kind not in self._types:
            close = close_type(self.schema, context)
            if close is not None:
                self._count((RECORD_TYPE, kind, close), ("type",), record, source, times)
        for profile, name, below in found.dates:
            holder = context if profile is None else context[profile]
            if type(value := holder[name]) is int and 0 < value < below:  # type: ignore[index]
                path = (name,) if profile is None else (profile, name)
                self._count((EPOCH_SECONDS, *path), path, record, source, times)
        for profile in found.lists:
            items = context[profile]["lineItems"]  # type: ignore[index]
            try:
                if self._known_in_lines.issuperset(chain.from_iterable(items)):
                    continue
            except TypeError:  # no list, or a line that is none
                pass
            self._take_lines(profile, items, record, source, times)
        if found.event:
            self._take_event(record, context, source, times)

    def _take_lines(self, profile: str, items: object, record: Record, source: str | None, times: int) -> None:
        line = line_of(self._shape, profile)
        seen: set[str] = set()
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if not isinstance(item, dict):
                continue
            unknown = list(self._unknown(line, item))
            if not unknown and len(self._known_in_lines) < _MOST_LAYOUTS:
                self._known_in_lines.update(item)
            for name in unknown:
                if name not in seen:
                    seen.add(name)
                    path = (profile, "lineItems", index, name)
                    self._count((UNKNOWN_MEMBER, profile, "lineItems", name), path, record, source, times)

    def _take_event(self, record: Record, context: Mapping[str, object], source: str | None, times: int) -> None:
        """Members of `currentEvent`: any, in an event that nobody declares."""
        kind = context.get("type")
        event = self.schema.event(kind) if isinstance(kind, str) else None
        if event is None and self._event is not None and not isinstance(kind, str):
            event = self.schema.event(self._event)
        member, value = self._shape.members.get("currentEvent"), context["currentEvent"]
        shape = None if member is None else member.inside
        if event is None or shape is None or (event.behavioural and event.attributes is None):
            return
        assert isinstance(value, dict)
        for name in value:
            if name not in shape.members and not any(start and name.startswith(start) for start in shape.families):
                self._count((UNKNOWN_MEMBER, "currentEvent", name), ("currentEvent", name), record, source, times)

    # ---- what is told

    def _count(
        self, kind: tuple[str, ...], path: tuple[str | int, ...], record: Record, source: str | None, times: int
    ) -> None:
        warning = self._kinds.get(kind)
        if warning is None:
            if len(self._kinds) >= MOST_KINDS:
                return
            message, hint = self._sentences(kind, path, record)
            warning = self._kinds[kind] = RecordWarning(kind[0], message, hint, path, record, source)
        warning.count += times

    def _sentences(self, kind: tuple[str, ...], path: tuple[str | int, ...], record: Record) -> tuple[str, str | None]:
        if kind[0] == RECORD_TYPE:
            said = f"`type` is `{kind[1]}`: an event of that name, of which no bill, return or points are counted"
            return said, f"Did you mean `{kind[2]}`?"
        context = record.context or {}
        if kind[0] == EPOCH_SECONDS:
            value = _value_at(context, path)
            said = f"`{'.'.join(kind[1:])}` is {value}, which looks like seconds; a number is milliseconds since 1970"
            return said, "Multiply it by 1,000, or write the date as a string, `2024-01-31T10:00:00Z`."
        shown = ".".join(kind[1:]) if len(kind) < 4 else f"{kind[1]}.lineItems[].{kind[3]}"
        close = [f"`{name}`" for name in close_members(self.schema, self._shape, kind[1:], context)]
        hint = f"Did you mean {' or '.join(close)}?" if close else None
        if hint is None and len(kind) == 4:
            hint = "An inventory attribute belongs into `attributes` of the line."
        return f"Unknown member `{shown}`; it counts for nothing", hint


def _value_at(value: object, path: tuple[str | int, ...]) -> object:
    for part in path:
        value = value[part]  # type: ignore[index]
    return value


def _names_in(profiles: Sequence[str]) -> Callable[[Any], _Names]:
    """A function that gives the names in a record and in these profiles of it: one key for all that are laid out alike.

    No two layouts share a key, whichever function made it: how many names stand where is part of it. It raises KeyError
    without one of the profiles, TypeError where one is null or a number; of strings it gives the characters, which are
    nobody's names.
    """
    match profiles:
        case []:
            return lambda context: (None, *context)
        case [one]:
            return lambda context: (len(context), *context, *context[one])
        case [one, two]:
            return lambda context: (len(context), len(first := context[one]), *context, *first, *context[two])
        case _:
            inner = itemgetter(*profiles)
            return lambda context: (len(context), *context, *map(tuple, inner(context)))


def _dates(shape: Shape, value: Mapping[object, object]) -> Iterator[tuple[str, str, int]]:
    for name, member in shape.members.items():
        if member.kinds == ("date",) and name in value:
            yield shape.name, name, _SECONDS_OF_RECORDS if name in HEAD else _SECONDS
