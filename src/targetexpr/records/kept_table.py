"""A table kept as a file of Arrow that is mapped into memory: its columns as they stand there, its rows by number."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.records.delimited import text_rows
from targetexpr.records.dialect import Dialect
from targetexpr.records.formats import Format
from targetexpr.records.open_table import (
    SAMPLE_ROWS,
    arrow_batches,
    broken_table,
    damaged_row,
    needed_for,
    open_table,
    plain_column,
    read_sheet,
)
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, TableRow, checked_row
from targetexpr.records.text_blocks import Block, blocks

Step: TypeAlias = Callable[[int], None]
"""Told now and then how many bytes of the data are done; what it raises ends it."""

SEGMENT_ROWS = 250_000
"""Rows of one batch of the file, at most: what rules run over at once."""

_FEW_ROWS = 10_000


@dataclass(slots=True)
class KeptTable:
    """A table whose rows are numbered from 0, those that cannot be read among them. Made by `keep_table`."""

    name: str
    headings: tuple[str, ...]
    dialect: Dialect
    unit: str
    found: tuple[str, ...]
    segments: list[Any]
    """Batches of Arrow with the cells of the rows that can be read; their columns are called 0, 1, ..."""
    lines: Sequence[int]
    """Of the rows that can be read, the lines that they begin in."""
    bad: dict[int, TableRow] = field(default_factory=dict)
    """By their numbers, in their order, the rows that cannot be read."""
    bad_numbers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.lines) + len(self.bad)

    @property
    def starts(self) -> list[int]:
        """Before each segment, how many rows can be read."""
        found = [0]
        for segment in self.segments:
            found.append(found[-1] + segment.num_rows)
        return found[:-1]

    def opened(self) -> OpenTable:
        """The table as if it had just been opened, without its rows."""
        sample = list(islice((row for row in self.rows(0, len(self)) if row.problem is None), SAMPLE_ROWS))
        return OpenTable(
            name=self.name,
            headings=self.headings,
            sample=sample,
            rows=(),
            dialect=self.dialect,
            unit=self.unit,
            found=self.found,
        )

    def readable(self, number: int) -> int:
        """How many rows before this one can be read."""
        return number - bisect_left(self.bad_numbers, number)

    def runs(self, start: int, count: int) -> Iterator[tuple[int, int]]:
        """Where rows that can be read stand, from the one that `start` of them are before: numbers, and how many."""
        bad = self.bad_numbers
        before = 0
        while before < len(bad) and bad[before] - before <= start:
            before += 1
        while count:
            number = start + before
            size = count if before == len(bad) else min(count, bad[before] - number)
            if size:
                yield number, size
            start, count, before = start + size, count - size, before + 1

    def put(self, target: bytearray, start: int, marks: bytes) -> None:
        """Puts a byte for each row that can be read where the row's number is, from the `start`th of them on."""
        done = 0
        for number, count in self.runs(start, len(marks)):
            target[number : number + count] = marks[done : done + count]
            done += count

    def rows(self, start: int, stop: int) -> Iterator[TableRow]:
        """The rows of these numbers, one after the other."""
        readable = self._readable_rows(self.readable(start))
        for number in range(start, min(stop, len(self))):
            bad = self.bad.get(number)
            yield next(readable) if bad is None else bad

    def row(self, number: int) -> TableRow:
        """One row."""
        return next(self.rows(number, number + 1))

    def _readable_rows(self, start: int) -> Iterator[TableRow]:
        import pyarrow  # type: ignore[import-untyped]

        begun, size = 0, 1  # few are wanted of most
        for segment in self.segments:
            at = max(start - begun, 0)
            while at < segment.num_rows:
                part = segment.slice(at, size)
                columns = [plain_column(column, pyarrow) for column in part.columns]
                cells = zip(*columns, strict=True) if columns else iter([()] * part.num_rows)
                for offset, row in enumerate(cells, begun + at):
                    yield TableRow(self.lines[offset], row)
                at += part.num_rows
                size = min(size * 8, _FEW_ROWS)
            begun += segment.num_rows


def keep_table(
    name: str,
    found: Format,
    head: bytes,
    stream: BinaryIO,
    copy: str,
    options: TableOptions,
    step: Step,
    *,
    again: bool,
    size: int,
) -> KeptTable:
    """A table of a format, from a stream of `size` bytes that begins with `head`, kept in the file `copy`.

    Raises InputError for what is no table, and for one without rows.
    """
    needed_for(found, name)
    with ExitStack() as stack:
        writing = _Writing(stack, copy, step)
        if found == "csv":
            table = _of_text(name, head, stream, options, writing, again=again)
        elif found == "excel":
            table = _of_sheet(name, stream.read(), options.dialect, writing)
        else:
            table = _of_arrow(name, found, head, stream, options.dialect, writing, again=again, size=size)
        writing.finish()
    if not len(table):
        raise InputError(f"the data is empty: there is no record in {name}")
    table.segments = writing.read()
    return table


class _Writing:
    """Writes the rows that can be read, and remembers the others."""

    def __init__(self, stack: ExitStack, path: str, step: Step) -> None:
        self._stack = stack
        self._path = path
        self._writer: Any = None
        self._held: list[Any] = []
        self._rows = 0
        self.step = step
        self.lines = array("Q")
        self.bad: dict[int, TableRow] = {}

    def refuse(self, row: TableRow) -> None:
        """Takes a row that cannot be read."""
        self.bad[len(self.lines) + len(self.bad)] = row

    def add(self, columns: Sequence[Any], lines: Sequence[int]) -> None:
        """Takes rows as columns of Arrow."""
        import pyarrow

        columns = [
            _undictionaried(column) if pyarrow.types.is_dictionary(column.type) else column for column in columns
        ]
        self.lines.extend(lines)
        self._held.append(pyarrow.record_batch(columns, names=[str(at) for at in range(len(columns))]))
        self._rows += len(lines)
        if self._rows >= SEGMENT_ROWS:
            self._put()

    def _put(self) -> None:
        import pyarrow

        if not self._held:
            return
        whole = pyarrow.Table.from_batches(self._held).combine_chunks()
        if self._writer is None:
            self._writer = self._stack.enter_context(pyarrow.ipc.new_stream(self._path, whole.schema))
        for batch in whole.to_batches(SEGMENT_ROWS):
            self._writer.write_batch(batch)
        self._held, self._rows = [], 0

    def finish(self) -> None:
        """Writes what is held."""
        self._put()

    def read(self) -> list[Any]:
        """What was written, mapped into memory."""
        import pyarrow

        if self._writer is None:
            return []
        found: list[Any] = pyarrow.ipc.open_stream(pyarrow.memory_map(self._path)).read_all().to_batches()
        return found


def _undictionaried(column: Any) -> Any:
    """The values that a column holds by their numbers in a dictionary, which may be another one in each batch."""
    import pyarrow

    try:
        return column.dictionary_decode()
    except pyarrow.ArrowNotImplementedError:  # of types that Arrow has no words for yet
        return pyarrow.array(column.to_pylist())


# ---- text


def _of_text(
    name: str, head: bytes, stream: BinaryIO, options: TableOptions, writing: _Writing, *, again: bool
) -> KeptTable:
    table = open_table(name, "csv", head, stream, again=again, options=options)
    plain = Dialect(delimiter=table.dialect.delimiter, encoding="utf-8")
    width = len(table.headings)
    header = table.dialect.header or 0
    done = 0
    for block in blocks(stream, table.dialect):
        if isinstance(block, Block):
            columns = _columns_of(block.data, width, table.dialect)
            if columns is None:
                _add_rows((TableRow(*row) for row in text_rows(BytesIO(block.data), plain, block.line)), width, writing)
            elif len(columns[0]):
                writing.add(columns, _lines_of(block, len(columns[0]), plain))
            done += len(block.data)
            writing.step(done)
        else:
            rows = text_rows(block.stream, table.dialect, block.line)
            _add_rows((TableRow(*row) for row in rows if row.line > header), width, writing)
    return _kept(table, writing)


def _columns_of(data: bytes, width: int, dialect: Dialect) -> list[Any] | None:
    """The cells of a block as columns of text; None where they are to be read row by row."""
    import pyarrow
    from pyarrow import csv

    try:
        # The reader of Arrow refuses rows of other widths than the heading's.
        table = csv.read_csv(
            BytesIO(data),
            read_options=csv.ReadOptions(column_names=[str(at) for at in range(width)], use_threads=False),
            parse_options=csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=b'"' in data),
            convert_options=csv.ConvertOptions(
                column_types={str(at): pyarrow.string() for at in range(width)}, strings_can_be_null=False
            ),
        )
    except pyarrow.ArrowException:
        return None
    columns = [column.combine_chunks() for column in table.columns]
    if width == 1 and any(not cell.strip() for cell in columns[0].to_pylist()):
        return None  # a line of blanks is none
    return columns


def _lines_of(block: Block, count: int, dialect: Dialect) -> Sequence[int]:
    lines = block.data.count(b"\n") + (not block.data.endswith(b"\n"))
    if lines == count:
        return range(block.line, block.line + count)
    return [row.line for row in text_rows(BytesIO(block.data), dialect, block.line)]


def _add_rows(rows: Iterator[TableRow], width: int, writing: _Writing) -> None:
    import pyarrow

    held: list[TableRow] = []

    def put() -> None:
        if held:
            columns = zip(*(row.cells for row in held), strict=True)
            writing.add([pyarrow.array(column, pyarrow.string()) for column in columns], [row.line for row in held])
            held.clear()

    for row in rows:
        checked = checked_row(row, width)
        if checked.problem is None:
            held.append(checked)
        else:
            put()
            writing.refuse(checked)
        if len(held) >= _FEW_ROWS:
            put()
            writing.step(0)
    put()


# ---- tables that have types


def _of_sheet(name: str, data: bytes, dialect: Dialect, writing: _Writing) -> KeptTable:
    sheet = read_sheet(name, data, dialect)
    writing.step(len(data))
    cells = [column.to_pylist() for column in sheet.cells.columns]
    kept = [at for at, row in enumerate(zip(*cells, strict=True)) if any(cell is not None for cell in row)]
    if kept:
        batch = sheet.cells if len(kept) == sheet.cells.num_rows else sheet.cells.take(kept)
        writing.add(batch.columns, [at + sheet.first for at in kept])
    table = OpenTable(
        name=name, headings=sheet.headings, sample=(), rows=(), dialect=dialect, unit="row", found=sheet.found
    )
    return _kept(table, writing)


def _of_arrow(
    name: str,
    found: Format,
    head: bytes,
    stream: BinaryIO,
    dialect: Dialect,
    writing: _Writing,
    *,
    again: bool,
    size: int,
) -> KeptTable:
    import pyarrow

    number = 0
    try:
        headings, batches = arrow_batches(found, head, stream, pyarrow, again=again)
        for batch in batches:
            batch.validate(full=True)  # offsets that point outside of a damaged file's data would end the process
            if batch.num_rows:
                writing.add(batch.columns, range(number + 1, number + batch.num_rows + 1))
            number += batch.num_rows
            writing.step(min(_place_in(stream), size))
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:  # lengths of damaged data
        if not number:
            raise broken_table(name, found, error) from None
        writing.refuse(damaged_row(found, number, error))
    table = OpenTable(name=name, headings=tuple(headings), sample=(), rows=(), dialect=dialect, unit="row", found=())
    return _kept(table, writing)


def _place_in(stream: BinaryIO) -> int:
    """How far a stream is; 0 for one that does not know, as of compressed data."""
    try:
        return stream.tell()
    except (OSError, ValueError):
        return 0


def _kept(table: OpenTable, writing: _Writing) -> KeptTable:
    return KeptTable(
        name=table.name,
        headings=table.headings,
        dialect=table.dialect,
        unit=table.unit,
        found=table.found,
        segments=[],
        lines=writing.lines,
        bad=writing.bad,
        bad_numbers=tuple(writing.bad),
    )
