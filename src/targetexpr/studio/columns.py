"""Which column of a table is what: what the page is told of each, and how it changes that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.columns import Reads, kind_at, place_of, placement
from targetexpr.records.dialect import READINGS, Dialect, dialect_of
from targetexpr.records.own_columns import cell_text
from targetexpr.records.proposals import FIRST_PROFILES, propose
from targetexpr.records.shape import profile_of_flat, record_shape
from targetexpr.records.table_records import OpenTable
from targetexpr.studio.json_readings import JsonRecords
from targetexpr.studio.readings import Records
from targetexpr.studio.table_readings import TableRows

_MOST_SAMPLES = 5
_LONGEST = 80  # characters of a sample
_LATER = ("decimal", "dates")  # what can be said of a table that is open already


def columns(records: Records, schema: Schema) -> dict[str, object]:
    """The columns of records; none of JSON, which may be of one profile. Raises InputError."""
    found: dict[str, object] = {"profile": records.profile, "profiles": list(schema.profiles), "columns": []}
    if not isinstance(records, TableRows):
        return {**found, "unit": "line", "read": {}}
    dialect = records.options.dialect
    read = {name: getattr(dialect, name) for name in READINGS if getattr(dialect, name) is not None}
    return {**found, "unit": records.kept.unit, "read": read, "columns": _columns(records, schema)}


def _columns(rows: TableRows, schema: Schema) -> list[dict[str, object]]:
    options, table = rows.options, rows.opened
    placed = placement(table.headings, schema, columns=options.columns, profile=options.profile, reads=Reads()).places
    taken = {one.name for one in placed}
    shape = record_shape(schema)
    found: list[dict[str, object]] = []
    for index, proposal in enumerate(propose(table.headings, schema)):
        heading = proposal.heading
        paths = [one.name for one in placed if one.index == index]
        proposals = [name for name in proposal.names if name not in taken]
        found.append(
            {
                "heading": heading,
                "kind": kind_at(place_of(paths[0], shape), shape) if paths else None,
                "samples": _samples(table, index),
                "path": paths[0] if paths else None,
                "paths": paths,
                "proposals": proposals,
                "reason": _reason(heading, paths, proposals, chosen=heading in options.columns),
            }
        )
    return found


def _samples(table: OpenTable, index: int) -> list[str]:
    found: dict[str, None] = {}
    for row in table.sample:
        text = " ".join(cell_text(row.cells[index]).split()) if index < len(row.cells) else ""
        if text:
            found[text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."] = None
        if len(found) == _MOST_SAMPLES:
            break
    return list(found)


def _reason(heading: str, paths: Sequence[str], proposals: Sequence[str], *, chosen: bool) -> str:
    if chosen:
        return "You chose this." if paths else "You chose to leave this column out."
    if paths:
        return f"`{heading}` is its name in records."
    if proposals:
        return f"`{heading}` is a name for `{proposals[0]}`."
    return f"Nothing in records is called like `{heading}`."


def proposed_profile(records: Records, schema: Schema) -> str | None:
    """The profile that the records are plain dicts of, where they name none."""
    if not isinstance(records, JsonRecords) or records.profile is not None:
        return None
    first = records.first()
    usual = [name for name in FIRST_PROFILES if name in schema.profiles]
    return None if first is None else profile_of_flat(first, [*usual, *schema.profiles], schema)


def remapped(
    records: Records,
    schema: Schema,
    *,
    mapping: Mapping[str, Sequence[str]] | None,
    profile: str | None,
    read: Mapping[str, object] | None,
) -> Records:
    """The records with another map of their columns. Headings that there are not count for nothing.

    Raises InputError for what is no place in a record, and for what was decided when the file was opened.
    """
    if profile is not None and profile not in schema.profiles:
        raise InputError(f"unknown profile `{profile}`")
    if isinstance(records, JsonRecords):
        return records.of_profile(profile)
    assert isinstance(records, TableRows)
    options = replace(records.options, profile=profile)
    if mapping is not None:
        shape = record_shape(schema)
        named = {heading: tuple(names) for heading, names in mapping.items() if heading in records.kept.headings}
        for names in named.values():
            for name in names:
                place_of(name, shape)
        options = replace(options, columns=named)
    if read is not None:
        early = [name for name in read if name not in _LATER]
        if early:
            raise InputError(f"`{early[0]}` is decided when a file is opened; open it again")
        said = dialect_of(read)
        options = replace(options, dialect=replace(options.dialect, decimal=said.decimal, dates=said.dates))
    placement(records.kept.headings, schema, columns=options.columns, profile=options.profile, reads=Reads())
    return records.mapped(options)


def dialect_said(said: Mapping[str, str]) -> Dialect:
    """How a table is written, as the page says it when it opens a file. Raises InputError."""
    return dialect_of({name: said[name] for name in READINGS if said.get(name)})
