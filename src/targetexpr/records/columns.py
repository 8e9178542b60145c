"""Where the columns of a table stand in a record: by a map, by their own names, or by the profile of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.checking.names import close_names
from targetexpr.checking.result import Checked, Read
from targetexpr.lang.functions.model import CONTEXT
from targetexpr.lang.schema.model import EXTENDED, Attribute
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.shape import Shape, ValueKind, record_shape

Place: TypeAlias = tuple[str, ...]
"""The steps to a value in a record: ("currentTxn", "value")."""

ColumnMap: TypeAlias = Mapping[str, Sequence[str]]
"""The heading of a column -> the names that it has in records: {"amount": ("currentTxn.value",)}; of one that is not
to be read, none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlace:
    """A column with one place that its values have in a record."""

    index: int  # of the column, from 0
    heading: str
    name: str  # "currentTxn.value", as in the rule
    place: Place
    kind: ValueKind  # as the rule reads it, else as the schema declares it


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where columns go, and which go nowhere."""

    places: tuple[ColumnPlace, ...]  # later ones go before earlier ones
    unread: tuple[str, ...] = ()  # headings of columns that no name of a record fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What is read of records: by a rule, or nothing in particular."""

    reads: tuple[Read, ...] = ()
    kinds: Mapping[str, ValueKind] = field(default_factory=dict)  # "currentTxn.extField_x" -> "number"


def reads_of(rules: Iterable[Checked]) -> Reads:
    """What rules read, and as what. Two rules that read a field as different kinds leave it as it is written.

    >>> from targetexpr import compile
    >>> reads_of([compile("currentTxn.extField_age>18").checked]).kinds
    {'currentTxn.extField_age': 'number'}
    """
    kinds: dict[str, ValueKind] = {}
    reads: dict[Read, None] = {}
    for checked in rules:
        reads |= dict.fromkeys(checked.reads)
        for index, target in checked.targets.items():
            type_ = checked.types[index]
            if not isinstance(target, Attribute) or type_ is None:
                continue
            name = f"{target.profile}.{target.name}"
            kind = _kind(type_.kind)
            kinds[name] = kind if kinds.get(name, kind) == kind else "scalar"
    return Reads(reads=tuple(reads), kinds=kinds)


def reads_name(place: ColumnPlace, reads: Reads) -> bool:
    """Whether a column is read: every one where nothing in particular is, and a record's own members."""
    return not reads.reads or place.name in reads.kinds or len(place.place) == 1


def _kind(kind: str) -> ValueKind:
    match kind:
        case "string" | "number" | "boolean" | "date":
            return kind
        case _:
            return "scalar"


def placement(
    headings: Sequence[str], schema: Schema, *, columns: ColumnMap, profile: str | None, reads: Reads
) -> Placement:
    """Where each column goes: what the map says, else its own name, else its bare name in the profile.

    Raises InputError for a map that names other columns or no place of a record, and for two columns of one heading.

    >>> found = placement(["amount", "till"], Schema.bundled(), columns={"amount": ("currentTxn.value",)},
    ...                   profile=None, reads=Reads())
    >>> found.places[0].place, found.places[0].kind, found.unread
    (('currentTxn', 'value'), 'number', ('till',))
    """
    shape = record_shape(schema)
    unknown = [name for name in columns if name not in headings]
    if unknown:
        close = close_names(unknown[0], headings)
        hint = f"did you mean {_ticked(close)}?" if close else f"the columns are {_ticked(headings)}"
        raise InputError(f"there is no column `{unknown[0]}`, which the map of columns names; {hint}")
    ranked: list[tuple[int, ColumnPlace]] = []
    unread: list[str] = []
    for index, heading in enumerate(headings):
        given = columns.get(heading)
        named = _own_names(heading, shape, profile) if given is None else [(0, name) for name in given]
        if not named:
            unread.append(heading)
        for rank, name in named:
            place = place_of(name, shape)
            kind = reads.kinds.get(name) or kind_at(place, shape)
            ranked.append((rank, ColumnPlace(index=index, heading=heading, name=name, place=place, kind=kind)))
    for heading in dict.fromkeys(one.heading for _, one in ranked):
        if headings.count(heading) > 1:
            which = [str(index + 1) for index, one in enumerate(headings) if one == heading]
            raise InputError(f"several columns are called `{heading}` (columns {', '.join(which)}); rename all but one")
    ranked.sort(key=lambda one: (-one[0], len(one[1].place)))
    return Placement(places=tuple(one for _, one in ranked), unread=tuple(unread))


def _own_names(heading: str, shape: Shape, profile: str | None) -> list[tuple[int, str]]:
    """The name that a column has by its heading alone, with its rank: what is named in full goes before bare names."""
    start, dot, _ = heading.partition(".")
    if dot and start in shape.members and shape.members[start].inside is not None:
        return [(1, heading)]
    inside = None if profile is None else shape.members[profile].inside
    if inside is not None and inside.member(heading) is not None and heading not in shape.members:
        return [(3, f"{profile}.{heading}")]
    if inside is not None and heading in inside.members:
        return [(3, f"{profile}.{heading}"), (3, heading)] if heading not in _profiles(shape) else [(2, heading)]
    return [(2, heading)] if heading in shape.members else []


def _profiles(shape: Shape) -> set[str]:
    return {name for name, member in shape.members.items() if member.inside is not None}


def place_of(name: str, shape: Shape) -> Place:
    """The steps to what a name means in a record. Raises InputError for what begins no record.

    >>> shape = record_shape(Schema.bundled())
    >>> for name in ("currentTxn.value", "currentCustomer.isSubscribedToChannel(EMAIL)", "storeId"):
    ...     print(place_of(name, shape))
    ('currentTxn', 'value')
    ('currentCustomer', 'isSubscribedToChannel', 'EMAIL')
    ('storeId',)
    """
    start, _, rest = name.partition(".")
    member = shape.members.get(start)
    if member is None or (rest and member.inside is None):
        close = close_names(start, shape.members)
        hint = f"; did you mean {_ticked(close)}?" if close else f"; expected one of {_ticked(shape.members)}"
        raise InputError(f"`{name}` is no place in a record{hint}")
    if not rest:
        return (start,)
    if rest.endswith(")") and "(" in rest:
        method, _, arguments = rest[:-1].partition("(")
        return (start, method, *(one.strip() for one in arguments.split(",")))
    assert member.inside is not None
    if "." in rest and member.inside.member(rest.partition(".")[0]) is not None and not rest.startswith(EXTENDED):
        return (start, *rest.split(".", 1))
    return (start, rest)


def kind_at(place: Place, shape: Shape) -> ValueKind:
    """What the values at a place are; scalar where anything may be."""
    kind: ValueKind = "object"
    inside: Shape | None = shape
    for step in place:
        member = None if inside is None else inside.member(step)
        if member is None:
            return "scalar"
        kind, inside = member.kinds[0], member.inside
    return kind


def check_needed(
    found: Placement, headings: Sequence[str], reads: Reads, schema: Schema, own: Iterable[str] = ()
) -> None:
    """Raises InputError when there is no column for what a rule reads, or for a member of records in `own`."""
    placed = {one.place for one in found.places}
    names = [name for name in own if (name,) not in placed]
    names += dict.fromkeys(".".join(_needed(read, schema)[0]) for read in missing_reads(found, reads, schema))
    if names:
        raise InputError(_missing(names, headings, reads, schema))


def missing_reads(found: Placement, reads: Reads, schema: Schema) -> list[Read]:
    """What is read, and stands in no column."""
    placed = {one.place for one in found.places}
    return [read for read in reads.reads if not any(_covers(place, placed) for place in _needed(read, schema))]


def _missing(names: Sequence[str], headings: Sequence[str], reads: Reads, schema: Schema) -> str:
    from targetexpr.records.proposals import propose

    proposed = propose(headings, schema, reads.reads)
    said = [f"no column holds {_ticked(names)}; the columns are {_ticked(headings)}."]
    hints = [f"`{one.heading}` may be `{name}`" for name in names for one in proposed if name in one.names]
    if hints:
        said.append(f"{', '.join(hints)}.")
    if "type" in names:
        said.append('If all are of one type, the map says it: `[constants]`, `type = "TransactionAdd"`.')
    said.append("`targetexpr data map FILE > map.toml` proposes which column is what; --columns map.toml takes it.")
    return " ".join(said)


def _needed(read: Read, schema: Schema) -> list[Place]:
    """The places that a read can be served from; one of them is enough."""
    profile = schema.profiles[read.profile]
    if read.arguments is None:
        attribute = profile.attribute(read.name)
        places: list[Place] = [(read.profile, read.name)]
        if attribute is not None and attribute.computed is not None:
            places.append((read.profile, "lineItems"))
        if read.name.startswith(EXTENDED):
            places.append((read.profile, "extendedFields"))
        return places
    method = profile.methods.get(read.name)
    if method is None or method.function.meaning == CONTEXT:
        return [(read.profile, read.name)]
    if method.function.receiver == "bill":
        return [(read.profile, "lineItems")]
    reads_into = method.function.reads
    into = "clusters" if reads_into == "clusters" else "customFields" if reads_into == "customFields" else "attributes"
    return [(read.profile, into)]


def _covers(place: Place, placed: Iterable[Place]) -> bool:
    """Whether a column is at a place, above it, or below it."""
    return any(one[: len(place)] == place[: len(one)] for one in placed)


def _ticked(names: Iterable[str], most: int = 12) -> str:
    names = list(names)
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
