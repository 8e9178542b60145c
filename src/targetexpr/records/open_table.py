"""Tables of every format, opened: headings, first rows and rows, whatever library reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from io import BytesIO
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

from targetexpr.base.errors import InputError
from targetexpr.records.dialect import Dialect, is_header
from targetexpr.records.formats import Format
from targetexpr.records.sources import needed_library
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, TableRow, open_text

SAMPLE_ROWS = 1_000
_BATCH_ROWS = 10_000
_WHAT = {"csv": "CSV", "parquet": "Parquet", "arrow": "Arrow", "feather": "Feather", "excel": "an Excel workbook"}


def open_table(
    name: str, found: Format, head: bytes, stream: BinaryIO, *, again: bool, options: TableOptions
) -> OpenTable:
    """A table of a format, from a stream that begins with `head`. Raises InputError."""
    if found == "csv":
        return open_text(name, head, stream, again=again, options=options)
    pyarrow = needed_for(found, name)
    if found == "excel":
        return _open_excel(name, stream.read(), options.dialect)
    try:
        names, batches = arrow_batches(found, head, stream, pyarrow, again=again)
        rows = rows_of(batches, pyarrow)
        sample = list(islice(rows, SAMPLE_ROWS))
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:  # lengths of damaged data
        raise broken_table(name, found, error) from None
    return OpenTable(
        name=name,
        headings=tuple(names),
        sample=sample,
        rows=_told(found, chain(sample, rows), pyarrow),
        dialect=options.dialect,
        unit="row",
        found=(),
    )


def needed_for(found: Format, name: str) -> Any:
    """The library that keeps tables. Raises InputError that says how to install it."""
    return needed_library("pyarrow", name, _WHAT[found])


def arrow_batches(
    found: Format, head: bytes, stream: BinaryIO, pa: Any, *, again: bool
) -> tuple[list[str], Iterator[Any]]:
    """The headings of a file of Parquet, Arrow or Feather, and its rows in batches."""
    if found == "parquet":
        file = import_module("pyarrow.parquet").ParquetFile(stream if again else BytesIO(stream.read()))
        return file.schema_arrow.names, file.iter_batches(batch_size=_BATCH_ROWS)
    if found == "feather":
        table = import_module("pyarrow.feather").read_table(BytesIO(stream.read()))
        return table.schema.names, iter(table.to_batches(max_chunksize=_BATCH_ROWS))
    if head.startswith(b"ARROW1"):
        whole = pa.ipc.open_file(stream if again else BytesIO(stream.read()))
        return whole.schema.names, (whole.get_batch(at) for at in range(whole.num_record_batches))
    streamed = pa.ipc.open_stream(stream)
    return streamed.schema.names, iter(streamed)


def rows_of(batches: Iterator[Any], pyarrow: Any) -> Iterator[TableRow]:
    """The rows of batches of Arrow, numbered from 1."""
    number = 0
    for batch in batches:
        batch.validate(full=True)  # offsets that point outside of a damaged file's data would end the process
        columns = [plain_column(column, pyarrow) for column in batch.columns]
        for cells in zip(*columns, strict=True):
            number += 1
            yield TableRow(number, cells)


def plain_column(column: Any, pyarrow: Any) -> list[object]:
    """The values of a column as Python's own: times cut to the microsecond, floats of 32 bits as they print."""
    type_ = column.type
    if pyarrow.types.is_timestamp(type_) and type_.unit == "ns":
        column = column.cast(pyarrow.timestamp("us", tz=type_.tz), safe=False)
    elif pyarrow.types.is_date64(type_):
        column = column.cast(pyarrow.date32(), safe=False)
    elif pyarrow.types.is_float32(type_):
        column = column.cast(pyarrow.string()).cast(pyarrow.float64())
    try:
        values: list[object] = column.to_pylist()
    except OverflowError:
        values = [_plain_value(one, pyarrow) for one in column]
    return values


def _plain_value(value: Any, pyarrow: Any) -> object:
    """A value as Python's own; a date that is none of its calendar as a string, which no rule takes for a date."""
    try:
        plain: object = value.as_py()
        return plain
    except OverflowError:
        if isinstance(value, pyarrow.StructScalar):
            return {name: _plain_value(value[name], pyarrow) for name in value}
        if isinstance(value, pyarrow.ListScalar):
            return [_plain_value(one, pyarrow) for one in value]
        return f"out of range: {value.value}"


def _told(found: Format, rows: Iterator[TableRow], pyarrow: Any) -> Iterator[TableRow]:
    """The rows; what is broken in the middle ends them, and that is told in its place."""
    number = 0
    try:
        for row in rows:
            number = row.line
            yield row
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:  # lengths of damaged data
        yield damaged_row(found, number, error)


def damaged_row(found: Format, number: int, error: Exception) -> TableRow:
    """What stands behind the last row that can be read."""
    return TableRow(number + 1, (), f"{_WHAT[found]} is damaged from here on: {_line(error)}.")


def broken_table(name: str, found: Format, error: Exception) -> InputError:
    """What is told of a table that cannot be read."""
    return InputError(f"cannot read {name} as {_WHAT[found]}: {_line(error)}")


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")


# ---- workbooks


class Sheet(NamedTuple):
    """A sheet of a workbook."""

    headings: tuple[str, ...]
    cells: Any  # a batch of Arrow, with a column for each heading
    first: int  # the row that the cells begin in, from 1
    found: tuple[str, ...]


def read_sheet(name: str, data: bytes, dialect: Dialect) -> Sheet:
    """The sheet of a workbook that is meant. Raises InputError."""
    fastexcel = needed_library("fastexcel", name, _WHAT["excel"])
    try:
        book = fastexcel.read_excel(data)
    except fastexcel.FastExcelError as error:
        raise broken_table(name, "excel", error) from None
    if not book.sheet_names:
        raise InputError(f"cannot read {name} as {_WHAT['excel']}: it has no sheet")
    sheet, told = _sheet(name, list(book.sheet_names), dialect)
    try:
        # Without headings and with a look at all rows nothing is taken for what it is not, and no row is left out.
        loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, schema_sample_rows=1, dtypes="string")
        first = [list(row) for row in zip(*(column.to_pylist() for column in loaded.to_arrow().columns), strict=True)]
    except fastexcel.FastExcelError as error:
        raise broken_table(name, "excel", error) from None
    at = _heading_row(first, dialect)
    if not first or (at is None and dialect.header is None and not any(map(any, first))):
        raise InputError(f"the data is empty: there is no record in sheet `{sheet}` of {name}")
    below = 0 if at is None else at + 1
    try:
        typed = book.load_sheet(sheet, header_row=None, skip_rows=below, schema_sample_rows=None).to_arrow()
    except fastexcel.FastExcelError as error:
        raise broken_table(name, "excel", error) from None
    headings = tuple(
        (str(cell).strip() if at is not None and cell is not None else "") or f"column{index}"
        for index, cell in enumerate(first[at] if at is not None else first[0], 1)
    )
    said = (f"headings in row {at + 1}",) if at and dialect.header is None else ()
    said = said if at is not None else ("no row of headings; columns are called column1, column2, ...",)
    return Sheet(headings[: typed.num_columns], typed, below + 1, (*told, *said))


def _open_excel(name: str, data: bytes, dialect: Dialect) -> OpenTable:
    sheet = read_sheet(name, data, dialect)
    columns = [column.to_pylist() for column in sheet.cells.columns]
    rows = [
        TableRow(number, cells)
        for number, cells in enumerate(zip(*columns, strict=True), sheet.first)
        if any(cell is not None for cell in cells)
    ]
    return OpenTable(
        name=name,
        headings=sheet.headings,
        sample=rows[:SAMPLE_ROWS],
        rows=rows,
        dialect=dialect,
        unit="row",
        found=sheet.found,
    )


def _sheet(name: str, sheets: list[str], dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    wanted = dialect.sheet
    if wanted is None:
        others = ", ".join(f"`{one}`" for one in sheets[1:])
        return sheets[0], (f"sheet `{sheets[0]}` (others: {others}; --read sheet=NAME reads one)",) if others else ()
    if wanted in sheets:
        return wanted, ()
    if wanted.isdigit() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1], ()
    raise InputError(f"{name} has no sheet `{wanted}`; its sheets are {', '.join(f'`{one}`' for one in sheets)}")


def _heading_row(rows: Sequence[Sequence[object]], dialect: Dialect) -> int | None:
    """The row of the headings, from 0; None when there is none."""
    if dialect.header is not None:
        return dialect.header - 1 if 0 < dialect.header <= len(rows) else None
    for at, row in enumerate(rows[:20]):
        texts = ["" if cell is None else str(cell) for cell in row]
        if sum(map(bool, texts)) > len(texts) // 2:  # a title above the table stands in one cell
            return at if is_header(texts) else None
    return None
