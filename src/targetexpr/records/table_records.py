"""Rows of tables as records: each cell in its place, read as what the rule needs there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, NamedTuple, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted
from targetexpr.base.source import NO_SPAN
from targetexpr.records.columns import (
    ColumnPlace,
    Place,
    Placement,
    check_needed,
    missing_reads,
    place_of,
    placement,
    reads_name,
)
from targetexpr.records.delimited import TextRow, find_delimiter, find_encoding, head_rows, text_rows
from targetexpr.records.dialect import Dialect, is_header, with_dates, with_decimal
from targetexpr.records.own_columns import distinct
from targetexpr.records.record import Record
from targetexpr.records.shape import record_shape
from targetexpr.records.table_cells import ColumnCells
from targetexpr.records.table_options import TableOptions


class TableRow(NamedTuple):
    """One row of a table, or why it cannot be read."""

    line: int
    cells: Sequence[object]
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTable:
    """A table whose rows are to be read: its headings, its first rows, and how it is written."""

    name: str
    headings: tuple[str, ...]
    sample: Sequence[TableRow]  # the first rows, which are among the rows as well
    rows: Iterable[TableRow]
    dialect: Dialect
    unit: str  # "line" of text, "row" of other tables
    found: tuple[str, ...]  # what was found of how it is written


class LaidOutTable(NamedTuple):
    """A table with the places of its columns, and all that was found of how it is written."""

    table: OpenTable
    placement: Placement
    dialect: Dialect
    found: tuple[str, ...]


def open_text(name: str, head: bytes, stream: BinaryIO, *, again: bool, options: TableOptions) -> OpenTable:
    """A table of text that begins with `head`; `again` says whether the stream can be read twice, as a file."""
    dialect, encoding = find_encoding(options.dialect, head, stream if again else None)
    if again:
        stream.seek(0)
    dialect, delimiter = find_delimiter(dialect, head, name)
    first = head_rows(head, dialect)
    heading = next((row for row in first if row.problem is None), None)
    said = []
    if dialect.header is None:
        found = heading is not None and is_header(heading.cells)
        dialect = replace(dialect, header=heading.line if found and heading is not None else 0)
        if not found:
            said.append("no line of headings; columns are called column1, column2, ...")
    elif dialect.header:
        line = dialect.header
        heading = next((row for row in first if row.line >= line), None)
    if heading is None:
        raise InputError(f"the data is empty: there is no record in {name}")
    start = heading.line if dialect.header else 0
    headings = tuple(
        cell.strip() or f"column{index}" if dialect.header else f"column{index}"
        for index, cell in enumerate(heading.cells, 1)
    )
    return OpenTable(
        name=name,
        headings=headings,
        sample=[TableRow(*row) for row in first if row.line > start],
        rows=(checked_row(TableRow(*row), len(headings)) for row in text_rows(stream, dialect) if row.line > start),
        dialect=dialect,
        unit="line",
        found=tuple(one for one in (encoding, delimiter, *said) if one is not None),
    )


def checked_row(row: TableRow, width: int) -> TableRow:
    """A row with as many cells as there are headings: empty ones at the end count for nothing."""
    cells = row.cells
    if len(cells) == width or row.problem is not None:
        return row
    if len(cells) > width and not any(cells[width:]):
        return TableRow(row.line, cells[:width])
    columns = "1 column" if width == 1 else f"{width:,} columns"
    return row._replace(problem=f"The line has {counted(len(cells), 'cell')}, and the table {columns}.")


def laid_out(table: OpenTable, options: TableOptions) -> LaidOutTable:
    """Where the columns of a table go, and how their text is written. Raises InputError."""
    try:
        found = placement(
            table.headings, options.schema, columns=options.columns, profile=options.profile, reads=options.reads
        )
        if options.lacks is not None:
            options.lacks(table.name, missing_reads(found, options.reads, options.schema))
        elif options.needed:
            own = [name for name in options.own if name not in options.constants]
            check_needed(found, table.headings, options.reads, options.schema, own)
        wanted = _read_places(found, options)
        dialect, decimal = with_decimal(table.dialect, _text_cells(table, wanted, "number"))
        dialect, dates = with_dates(dialect, _text_cells(table, wanted, "date"))
    except InputError as error:
        raise InputError(f"{table.name}: {error}") from None
    said = tuple(one for one in (*table.found, decimal, dates) if one is not None)
    return LaidOutTable(table, found, dialect, said)


def _read_places(found: Placement, options: TableOptions) -> list[ColumnPlace]:
    """The columns whose text has to be understood: those that are read, all when nothing in particular is."""
    return [one for one in found.places if reads_name(one, options.reads)]


def _text_cells(table: OpenTable, places: Iterable[ColumnPlace], kind: str) -> list[tuple[str, str, str]]:
    wanted = [one for one in places if one.kind == kind]
    return [
        (one.heading, cell, f"{table.unit} {row.line}")
        for row in table.sample
        for one in wanted
        if one.index < len(row.cells) and isinstance(cell := row.cells[one.index], str)
    ]


def table_records(table: OpenTable, options: TableOptions) -> Iterator[Record]:
    """The records of a table; what was found of how it is written is told at once, what does not fit at the end."""
    making = TableRecords(table, options)
    yield from map(making.record, table.rows)
    making.finish()


CellsOf: TypeAlias = Callable[[ColumnPlace, Dialect], ColumnCells]
"""What makes the reader of a column; one that several readers of a table share knows what it saw in each of them."""


class TableRecords:
    """Makes the records of a table. What was found of how it is written is told at once. Raises InputError."""

    def __init__(self, table: OpenTable, options: TableOptions, cells: CellsOf = ColumnCells) -> None:
        self.ready = ready = laid_out(table, options)
        self._table = table
        self._options = options
        if ready.found:
            options.report(table.name, f"found: {', '.join(ready.found)}")
        if ready.placement.unread:
            names = ", ".join(f"`{name}`" for name in ready.placement.unread)
            options.report(table.name, f"columns that are not read: {names}")
        read = {one.name for one in _read_places(ready.placement, options)}
        self.cells = [cells(_as_read(one, one.name in read), ready.dialect) for one in ready.placement.places]
        shape = record_shape(options.schema)
        constants = [(place_of(name, shape), value) for name, value in options.constants.items()]
        self._builder = _Builder(self.cells, constants, table.unit, table.headings, options)
        self.empty = True

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self._table.headings)

    def record(self, row: TableRow) -> Record:
        """The record of a row."""
        self.empty = False
        return self._builder.record(row)

    def checked(self, row: TextRow) -> TableRow:
        """A row of text with as many cells as there are headings, or what is wrong with it."""
        return checked_row(TableRow(*row), len(self._table.headings))

    def finish(self) -> None:
        """Tells what does not fit, when all rows are read. Raises InputError where there was none."""
        if self.empty:
            raise InputError(f"the data is empty: there is no record in {self._table.name}")
        for one in self.cells:
            for sentence in one.sentences():
                self._options.report(self._table.name, sentence)
            if one.currency is not None:
                said = f"column `{one.place.heading}`: amounts in {one.currency}, the sign is left out"
                self._options.report(self._table.name, said)


def _as_read(place: ColumnPlace, read: bool) -> ColumnPlace:
    """A column that nobody reads stays as it is written, where it is a value and nothing in which names stand."""
    return place if read or place.kind in ("list", "object", "result") else replace(place, kind="scalar")


class _Builder:
    """Makes the contexts of rows."""

    def __init__(
        self,
        cells: Sequence[ColumnCells],
        constants: Sequence[tuple[Place, object]],
        unit: str,
        headings: Sequence[str],
        options: TableOptions,
    ) -> None:
        self._cells = cells
        self._headings = distinct(headings) if options.keep else []
        read = options.keep == "read"
        self._read = [one for one in cells if read and one.place.kind not in ("string", "id", "scalar")]
        self._constants = constants
        self._unit = unit
        self._profiles = tuple(dict.fromkeys(one.place.place[0] for one in cells if len(one.place.place) > 1))

    def record(self, row: TableRow) -> Record:
        """The record of a row."""
        if row.problem is not None:
            return refused_row(row, self._unit, self._headings)
        context: dict[str, object] = {name: {} for name in self._profiles}
        cells, line, unit = row.cells, row.line, self._unit
        for one in self._cells:
            place = one.place.place
            value = one.value(cells[one.place.index], line, unit)
            if len(place) == 2:
                inside = context[place[0]]
                if isinstance(inside, dict):
                    inside[place[1]] = value
                elif value is not None:
                    context[place[0]] = {place[1]: value}
            else:
                _put(context, place, value)
        for place, value in self._constants:
            _put(context, place, value)
        kept = self._row(row, context) if self._headings else None
        return Record(line, context, unit=unit, placed=True, row=kept)

    def _row(self, row: TableRow, context: dict[str, object]) -> dict[str, object]:
        """The cells by their headings; where these are read, what is read of their text."""
        kept = dict(zip(self._headings, row.cells, strict=False))
        for one in self._read:
            value: object = context
            for step in one.place.place:
                value = value.get(step) if isinstance(value, dict) else None
            kept[self._headings[one.place.index]] = value
        return kept


def refused_row(row: TableRow, unit: str, headings: Sequence[str] = ()) -> Record:
    """The record of a row that cannot be read; with `headings`, of which no two are alike, it keeps its cells.

    Cells that it lacks are null: every row of a table has the columns of all.
    """
    assert row.problem is not None
    problem = Diagnostic(code="table-row", severity="error", span=NO_SPAN, message=row.problem)
    kept = {**dict.fromkeys(headings), **dict(zip(headings, row.cells, strict=False))} if headings else None
    return Record(row.line, None, problem, unit=unit, placed=True, row=kept)


def _put(target: dict[str, object], place: Sequence[str], value: object) -> None:
    for step in place[:-1]:
        inside = target.get(step)
        if not isinstance(inside, dict):
            inside = target[step] = {}
        target = inside
    if value is not None or len(place) < 3:
        target[place[-1]] = value
