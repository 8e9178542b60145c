"""A look at data before it is used: its format, how it is written, which column is what, and its first records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from targetexpr.base.errors import InputError
from targetexpr.records.columns import kind_at, place_of
from targetexpr.records.dialect import Dialect
from targetexpr.records.formats import Format, format_of
from targetexpr.records.open_table import open_table
from targetexpr.records.proposals import Proposal, propose
from targetexpr.records.reader import read_file
from targetexpr.records.record import Record
from targetexpr.records.shape import record_shape
from targetexpr.records.sources import begun
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, laid_out


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLook:
    """A column: what it is, or may be."""

    heading: str
    names: tuple[str, ...]  # in records; empty when it is not read
    proposed: tuple[str, ...]  # what it may be
    kind: str  # what its cells are read as; "" when it is not read
    first: str  # the text of its first cell that is not empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What data is."""

    format: Format
    found: tuple[str, ...] = ()
    columns: tuple[ColumnLook, ...] = ()  # of a table
    dialect: Dialect = Dialect()  # noqa: RUF009 - frozen
    records: tuple[Record, ...] = ()


def look_at(path: str, options: TableOptions, most: int = 5) -> Look:
    """A look at a file, with its first records. Raises InputError."""
    try:
        with open(path, "rb") as file:
            head, stream, again = begun(path, file, again=file.seekable())
            found = format_of(head, path)
            if found == "json":
                return Look(format=found, records=tuple(islice(read_file(path), most)))
            table = open_table(path, found, head, stream, again=again, options=options)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    ready = laid_out(table, replace(options, needed=False))
    records = tuple(islice(read_file(path, lambda: replace(options, needed=False)), most))
    proposals = propose(table.headings, options.schema)
    shape = record_shape(options.schema)
    columns = []
    for index, (heading, proposal) in enumerate(zip(table.headings, proposals, strict=True)):
        names = tuple(one.name for one in ready.placement.places if one.index == index)
        kind = kind_at(place_of(names[0], shape), shape) if names else ""
        first = _first(table, index)
        columns.append(ColumnLook(heading=heading, names=names, proposed=proposal.names, kind=kind, first=first))
    return Look(format=found, found=ready.found, columns=tuple(columns), dialect=ready.dialect, records=records)


def proposed_map(path: str, options: TableOptions) -> tuple[list[Proposal], Dialect, Sequence[str]]:
    """The proposal of a map for a table: what each column may be, how it is written, and first cells.

    Raises InputError for data that has no columns.
    """
    try:
        with open(path, "rb") as file:
            head, stream, again = begun(path, file, again=file.seekable())
            found = format_of(head, path)
            if found == "json":
                raise InputError(f"{path} is JSON: its records name their fields, and have no columns to be mapped")
            table = open_table(path, found, head, stream, again=again, options=options)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    proposals = propose(table.headings, options.schema)
    columns = {one.heading: one.names for one in proposals if one.names}
    ready = laid_out(table, replace(options, columns=columns, needed=False))
    dialect = replace(
        ready.dialect,
        encoding=None if ready.dialect.encoding == "utf-8-sig" else ready.dialect.encoding,
        header=None if ready.dialect.header == 1 else ready.dialect.header,
        decimal=ready.dialect.decimal if table.unit == "line" else options.dialect.decimal,
    )
    return proposals, dialect, [_first(table, index) for index in range(len(table.headings))]


def _first(table: OpenTable, index: int) -> str:
    for row in table.sample:
        if index < len(row.cells) and row.cells[index] not in (None, ""):
            return " ".join(str(row.cells[index]).split())
    return ""
