"""Records written: as JSON Lines, CSV, Parquet or a workbook of Excel, to a file or to standard output."""

from __future__ import annotations

import csv
import io
import os
import pickle
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any, BinaryIO, Literal, TypeAlias, get_args

from targetexpr.base.errors import InputError
from targetexpr.base.replacing import replacing
from targetexpr.records.column_kinds import ColumnKind
from targetexpr.records.own_columns import Row, cell_text, json_text, nested
from targetexpr.records.sources import needed_library

RowFormat: TypeAlias = Literal["csv", "jsonl", "parquet", "xlsx"]
"""What records can be written as."""

ROW_FORMATS: tuple[RowFormat, ...] = get_args(RowFormat)
_BINARY = {"parquet": "Parquet", "xlsx": "an Excel workbook"}
_BATCH = 5_000
_SHEET_ROWS = 1_048_575  # below the headings
_SHEET_COLUMNS = 16_384
_LONGEST = 32_767  # characters of a cell of Excel
_MOST_EXACT = 2**53
_TIMES = "yyyy-mm-dd hh:mm:ss"


class RowWriter(ABC):
    """Takes rows one after the other: cells by their headings, which may differ from row to row."""

    @abstractmethod
    def write(self, row: Row) -> None:
        """Takes one row."""

    @abstractmethod
    def finish(self) -> None:
        """Writes what is held. Raises InputError for rows that the format cannot have."""


@contextmanager
def row_writer(
    path: str | None, format: RowFormat, headings: Sequence[str] | None = None, *, last: Sequence[str] = ()
) -> Iterator[RowWriter]:
    """Writes rows to a file, which takes the place of what was there when all are written; None: standard output.

    CSV is written at once where the `headings` of all rows are known, else when the last row is. The columns `last`
    stand behind the others, also where no row has them. Raises InputError
    for what cannot be written, by its reason, and for formats of bytes on a terminal.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with row_writer(f"{folder}/bills.csv", "csv") as rows:
    ...         rows.write({"id": "b1", "verdict": "yes"})
    ...         rows.write({"id": "b2", "till": 3})
    ...     print(open(f"{folder}/bills.csv").read())
    id,verdict,till
    b1,yes,
    b2,,3
    <BLANKLINE>
    """
    check_target(path, format)
    name = "standard output" if path is None else path
    if path is None:
        with _stdout(format) as stream:
            writer = _writer(format, stream, name, headings, last)
            yield writer
            writer.finish()
        return
    try:
        with replacing(path) as stream:
            writer = _writer(format, stream, name, headings, last)
            yield writer
            writer.finish()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"cannot write {name}: {error.strerror or error}") from None


def check_target(path: str | None, format: RowFormat) -> None:
    """Raises InputError where rows cannot be written as they are to be, before anything is read."""
    if format == "parquet":
        _library("pyarrow", format)
    elif format == "xlsx":
        _library("xlsxwriter", format)
    if path is None and format in _BINARY and sys.stdout.isatty():
        raise InputError(f"{_BINARY[format]} is not for a terminal: --to FILE.{format} writes a file")


def _library(library: str, format: RowFormat) -> Any:
    return needed_library(library, "what --output asks for", _BINARY[format], doing="writing")


def _writer(
    format: RowFormat, stream: BinaryIO, name: str, headings: Sequence[str] | None, last: Sequence[str]
) -> RowWriter:
    match format:
        case "jsonl":
            return _JsonLines(stream)
        case "csv" if headings is not None:
            return _Csv(stream, _delimiter(name), headings)
        case "csv":
            return _HeldCsv((), last, stream, _delimiter(name))
        case "parquet":
            return _Parquet(headings or (), last, stream)
        case "xlsx":
            return _Workbook(headings or (), last, stream)


def _delimiter(name: str) -> str:
    return "\t" if name.lower().endswith(".tsv") else ","


@contextmanager
def _stdout(format: RowFormat) -> Iterator[BinaryIO]:
    """Standard output; formats whose beginning is written last are made in a file first."""
    sys.stdout.flush()
    stream: BinaryIO = getattr(sys.stdout, "buffer", None) or _Encoded()
    if format not in _BINARY:
        yield stream
        stream.flush()
        return
    with tempfile.TemporaryFile() as file:
        yield file
        file.seek(0)
        shutil.copyfileobj(file, stream)
        stream.flush()


class _Encoded(io.BytesIO):
    """For a standard output that takes text alone."""

    def flush(self) -> None:
        sys.stdout.write(self.getvalue().decode("utf-8", "replace"))
        self.seek(0)
        self.truncate()


class _JsonLines(RowWriter):
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: Row) -> None:
        self._stream.write(f"{json_text(nested(row))}\n".encode("utf-8", "backslashreplace"))

    def finish(self) -> None:
        pass


class _Csv(RowWriter):
    """With headings that are known."""

    def __init__(self, stream: BinaryIO, delimiter: str, headings: Sequence[str]) -> None:
        self._rows = csv.writer(_Utf8(stream), delimiter=delimiter, lineterminator="\n")
        self._headings = list(headings)
        self._known = set(headings)
        self._rows.writerow(self._headings)

    def write(self, row: Row) -> None:
        assert self._known.issuperset(row), "the headings of all rows were said to be known"
        self._rows.writerow([cell_text(row.get(heading)) for heading in self._headings])

    def finish(self) -> None:
        pass


class _Utf8:
    """Takes text for a stream of bytes, which stays open whatever happens."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", "backslashreplace"))


class _Held(RowWriter):
    """Holds rows in a file of its own until all are known, for formats that begin with their columns and types."""

    def __init__(self, headings: Sequence[str], last: Sequence[str]) -> None:
        self._last = last
        self._batch: list[Row] = []
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the writer
        self.columns = {heading: ColumnKind() for heading in headings}
        self.count = 0

    def write(self, row: Row) -> None:
        self.count += 1
        self._batch.append(row)
        if len(self._batch) >= _BATCH:
            self._put()

    def _put(self) -> None:
        for row in self._batch:
            for heading in row:
                if heading not in self.columns:
                    self.columns[heading] = ColumnKind()
        for heading, kind in self.columns.items():
            kind.add([row.get(heading) for row in self._batch])
        pickle.dump(self._batch, self._spool, pickle.HIGHEST_PROTOCOL)
        self._batch = []

    def finish(self) -> None:
        if self._batch:
            self._put()
        for heading in self._last:
            self.columns[heading] = self.columns.pop(heading, ColumnKind())
        try:
            self.write_all(self._batches())
        finally:
            self._spool.close()

    def _batches(self) -> Iterator[list[Row]]:
        end = self._spool.seek(0, os.SEEK_END)
        self._spool.seek(0)
        while self._spool.tell() < end:
            yield pickle.load(self._spool)

    @abstractmethod
    def write_all(self, batches: Iterator[list[Row]]) -> None:
        """Writes all rows; their columns are known."""


class _HeldCsv(_Held):
    def __init__(self, headings: Sequence[str], last: Sequence[str], stream: BinaryIO, delimiter: str) -> None:
        super().__init__(headings, last)
        self._stream = stream
        self._delimiter = delimiter

    def write_all(self, batches: Iterator[list[Row]]) -> None:
        rows = _Csv(self._stream, self._delimiter, list(self.columns))
        for batch in batches:
            for row in batch:
                rows.write(row)
        rows.finish()


class _Parquet(_Held):
    def __init__(self, headings: Sequence[str], last: Sequence[str], stream: BinaryIO) -> None:
        super().__init__(headings, last)
        self._stream = stream

    def write_all(self, batches: Iterator[list[Row]]) -> None:
        pa = import_module("pyarrow")
        parquet = import_module("pyarrow.parquet")

        schema = pa.schema([(heading, kind.arrow()) for heading, kind in self.columns.items()])
        with parquet.ParquetWriter(self._stream, schema) as file:
            for batch in batches:
                arrays = [kind.array([row.get(one) for row in batch]) for one, kind in self.columns.items()]
                file.write_table(pa.table(arrays, schema=schema))


class _Workbook(_Held):
    def __init__(self, headings: Sequence[str], last: Sequence[str], stream: BinaryIO) -> None:
        super().__init__(headings, last)
        self._stream = stream

    def write(self, row: Row) -> None:
        if self.count == _SHEET_ROWS:
            raise InputError(
                f"a sheet of Excel has at most {_SHEET_ROWS:,} rows, and there are more; write CSV or Parquet"
            )
        super().write(row)

    def write_all(self, batches: Iterator[list[Row]]) -> None:
        import xlsxwriter  # type: ignore[import-untyped]

        if len(self.columns) > _SHEET_COLUMNS:
            raise InputError(
                f"a sheet of Excel has at most {_SHEET_COLUMNS:,} columns, and there are {len(self.columns):,}"
            )
        made = io.BytesIO()  # a zip archive that cannot be written to its end would complain later on
        book = xlsxwriter.Workbook(made, {"constant_memory": True, "default_date_format": _TIMES})
        self._days = book.add_format({"num_format": "yyyy-mm-dd"})
        try:
            self._sheet(book.add_worksheet(), batches)
        finally:
            book.close()
        self._stream.write(made.getbuffer())

    def _sheet(self, sheet: Any, batches: Iterator[list[Row]]) -> None:
        for column, heading in enumerate(self.columns):
            sheet.write_string(0, column, heading)
        number = 0
        for batch in batches:
            for row in batch:
                number += 1
                for column, heading in enumerate(self.columns):
                    self._cell(sheet, number, column, row.get(heading))

    def _cell(self, sheet: Any, row: int, column: int, value: object) -> None:
        from datetime import date, datetime

        match value:
            case None:
                return
            case bool():
                sheet.write_boolean(row, column, value)
                return
            case int() if abs(value) <= _MOST_EXACT:
                sheet.write_number(row, column, value)
                return
            case float() if value - value == 0:
                sheet.write_number(row, column, value)
                return
            case datetime() if value.tzinfo is None and value.year >= 1900 and not value.microsecond % 1000:
                sheet.write_datetime(row, column, value)
                return
            case date() if not isinstance(value, datetime) and value.year >= 1900:
                sheet.write_datetime(row, column, value, self._days)
                return
        text = cell_text(value)
        if len(text) > _LONGEST:
            heading = list(self.columns)[column]
            raise InputError(
                f"a cell of Excel has at most {_LONGEST:,} characters, and one of column `{heading}` "
                f"has {len(text):,}; write CSV or Parquet"
            )
        if text:
            sheet.write_string(row, column, text)
