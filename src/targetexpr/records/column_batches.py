"""Tables in batches of columns: what a rule reads of many rows at once; and the rows where columns do not tell all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from targetexpr.records.delimited import text_rows
from targetexpr.records.dialect import Dialect
from targetexpr.records.formats import Format
from targetexpr.records.open_table import damaged_row, open_table, rows_of
from targetexpr.records.record import Record
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, TableRecords, TableRow
from targetexpr.records.text_blocks import Block, blocks
from targetexpr.records.typed_columns import TypedColumns

if TYPE_CHECKING:
    import polars as pl

_BATCH_ROWS = 250_000


@dataclass(frozen=True, slots=True)
class ColumnBatch:
    """Rows one after the other, as columns; none of their cells is told to be wrong by the row reader."""

    frame: pl.DataFrame  # of columns such as `currentTxn.value`
    first: Callable[[], Record]  # a record of theirs, for what there is to say of all; where no cell is wrong
    records: Callable[[], Iterator[Record]]  # the same, by row


def column_batches(
    name: str, found: Format, head: bytes, stream: BinaryIO, *, again: bool, options: TableOptions
) -> Iterator[Record | ColumnBatch]:
    """A table as records and batches of them in their order. Raises InputError as the row reader does."""
    table = open_table(name, found, head, stream, again=again, options=options)
    making = TableRecords(table, options)
    columns = TypedColumns(making, options) if found in ("csv", "parquet") and _has_libraries() else None
    if columns is None or not columns.possible or (found == "parquet" and not again):
        yield from map(making.record, table.rows)
    elif found == "csv":
        yield from _of_text(making, columns, stream)
    else:
        yield from _of_parquet(table, making, columns, stream)
    making.finish()


def _has_libraries() -> bool:
    """Whether there are columns at all; without them rows are read, which needs nothing."""
    try:
        import_module("polars")
        import_module("pyarrow.csv")
    except ImportError:
        return False
    return True


# ---- text


def _of_text(making: TableRecords, columns: TypedColumns, stream: BinaryIO) -> Iterator[Record | ColumnBatch]:
    dialect = making.ready.dialect
    plain = replace(dialect, encoding="utf-8")
    assert dialect.header is not None
    for block in blocks(stream, dialect):
        if not isinstance(block, Block):
            rows = text_rows(block.stream, dialect, block.line)
            yield from (making.record(making.checked(row)) for row in rows if row.line > dialect.header)
            return

        def records(block: Block = block) -> Iterator[Record]:
            rows = text_rows(BytesIO(block.data), plain, block.line)
            return (making.record(making.checked(row)) for row in rows)

        frame = _text_frame(block.data, making, columns)
        if frame is None:
            yield from records()
        elif frame.height:
            yield ColumnBatch(frame, lambda records=records: next(records()), records)  # type: ignore[misc]


def _text_frame(data: bytes, making: TableRecords, columns: TypedColumns) -> pl.DataFrame | None:
    wanted = {one.index for one in (*columns.read.values(), *columns.looked_at.values())}
    series = text_columns(data, making.ready.dialect, making.width, wanted)
    return None if series is None else columns.frame(series)


def text_columns(data: bytes, dialect: Dialect, width: int, wanted: Collection[int]) -> dict[int, pl.Series] | None:
    """Some columns of a block of rows in UTF-8, by their places, empty cells null; None where rows have to be read."""
    import polars as pl

    arrow, csv = import_module("pyarrow"), import_module("pyarrow.csv")
    names = [str(at) for at in sorted(wanted)]
    try:
        # The reader of Arrow refuses rows of other widths than the heading's, which that of polars fills up in silence.
        table = csv.read_csv(
            BytesIO(data),
            read_options=csv.ReadOptions(column_names=[str(at) for at in range(width)], use_threads=False),
            parse_options=csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=b'"' in data),
            convert_options=csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, arrow.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except arrow.ArrowException:
        return None
    series = {int(name): pl.Series(pl.from_arrow(table[name])) for name in table.column_names}
    if width == 1 and any(one.str.strip_chars().fill_null("").eq("").any() for one in series.values()):
        return None  # a line of blanks is none
    return series


# ---- Parquet


def _of_parquet(
    table: OpenTable, making: TableRecords, columns: TypedColumns, stream: BinaryIO
) -> Iterator[Record | ColumnBatch]:
    arrow = import_module("pyarrow")
    stream.seek(0)
    file = import_module("pyarrow.parquet").ParquetFile(stream)
    places = {one.index: table.headings[one.index] for one in (*columns.read.values(), *columns.looked_at.values())}
    done = 0
    for group in range(file.num_row_groups):
        before = done
        try:
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=list(places.values())):
                records = _rows_from(file, making, group, done - before, batch.num_rows, done)
                frame = _parquet_frame(batch, places, columns)
                done += batch.num_rows
                if frame is None:
                    yield from records()
                else:
                    yield ColumnBatch(frame, lambda: making.record(table.sample[0]), records)
        except (arrow.ArrowException, OSError, ValueError, MemoryError):
            yield from _what_is_left(file, making, group, done - before, done)
            return


def _what_is_left(file: Any, making: TableRecords, group: int, skipped: int, done: int) -> Iterator[Record]:
    """The rows up to where a file is damaged, and that it is."""
    arrow = import_module("pyarrow")
    groups = list(range(group, file.num_row_groups))
    try:
        rows = rows_of(file.iter_batches(10_000, row_groups=groups), arrow)
        for row in islice(rows, skipped, None):
            done += 1
            yield making.record(TableRow(done, row.cells))
    except (arrow.ArrowException, OSError, ValueError, MemoryError) as error:
        yield making.record(damaged_row("parquet", done, error))


def _rows_from(
    file: Any, making: TableRecords, group: int, skipped: int, count: int, done: int
) -> Callable[[], Iterator[Record]]:
    def records() -> Iterator[Record]:
        rows = rows_of(file.iter_batches(10_000, row_groups=[group]), import_module("pyarrow"))
        for number, row in enumerate(islice(rows, skipped, skipped + count), done + 1):
            yield making.record(TableRow(number, row.cells))

    return records


def _parquet_frame(batch: Any, places: dict[int, str], columns: TypedColumns) -> pl.DataFrame | None:
    import polars as pl

    frame = pl.DataFrame(pl.from_arrow(batch))
    return columns.frame({at: frame[name] for at, name in places.items()})
