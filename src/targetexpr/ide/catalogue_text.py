"""The catalogue as plain text, for people: profiles, what is in one, one entry at length, what a search found."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.ide.catalogue import KINDS, VALUE_OWNERS, Entry, entries, example, named, offered_profiles, profile_of
from targetexpr.lang.schema.schema import Schema

_WIDEST = 44  # columns of names; a longer one gets a line of its own


def listing(schema: Schema, name: str | None = None) -> str:
    """The profiles, what is in one, or what has a full name. Raises InputError for what does not exist.

    >>> print(listing(Schema.bundled(), "date.isWeekend"))
    date.isWeekend() -> boolean
      Whether it is Saturday or Sunday.
      Example: currentTxn.date.isWeekend()
    """
    if name is None:
        return _profiles(schema)
    if "." in name:
        return "\n\n".join(_at_length(schema, one) for one in named(schema, name))
    return _members(schema, name)


def found(entries: Sequence[Entry], word: str) -> str:
    """What a search for a word found."""
    if not entries:
        return f"nothing has {word!r} in its name or meaning"
    return _table([(one.label, one.type, one.doc) for one in entries])


def events(schema: Schema) -> str:
    """The events and the profiles they offer."""
    lines: list[str] = []
    for event in schema.events.values():
        lines += [f"{event.name}: {event.doc}", f"  {', '.join(offered_profiles(schema, event.name))}"]
    return "\n".join(lines)


def _profiles(schema: Schema) -> str:
    rows = [(p.name, f"{len(p.attributes) + len(p.methods)} entries", p.doc) for p in schema.profiles.values()]
    return _table(rows) + "\n\nMethods of values: " + ", ".join(VALUE_OWNERS)


def _members(schema: Schema, owner: str) -> str:
    lines: list[str] = []
    if owner not in KINDS:
        profile = profile_of(schema, owner)
        lines.append(f"{profile.name}: {profile.doc}")
        lines += [f"  ({profile.choice})"] if profile.choice else []
        lines += [f"  offered by {', '.join(schema.offering(owner)) or 'no event'}", ""]
    lines.append(_table([(one.name + one.signature, one.type, one.doc) for one in entries(schema, owner)]))
    return "\n".join(lines)


def _at_length(schema: Schema, one: Entry) -> str:
    lines = [f"{one.owner}.{one.name}{signature} -> {one.type}" for signature in one.signatures or ("",)]
    lines += [f"  {line}" for line in (one.doc, *one.notes, f"Example: {example(schema, one)}")]
    return "\n".join(lines)


def _table(rows: Sequence[tuple[str, str, str]]) -> str:
    """Rows in columns as wide as they need be; a long first column gets a line of its own."""
    first = min(max((len(row[0]) for row in rows), default=0), _WIDEST)
    second = max((len(row[1]) for row in rows), default=0)
    lines: list[str] = []
    for name, kind, doc in rows:
        if len(name) > first:
            lines.append(name)
            name = ""
        lines.append(f"{name:<{first}}  {kind:<{second}}  {doc}".rstrip())
    return "\n".join(lines)
