"""Where the records of a table come from: files of any format, and frames as rules take them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from targetexpr.lang.schema.schema import Schema
from targetexpr.records.columns import reads_of
from targetexpr.records.dialect import Dialect
from targetexpr.records.map_file import MapFile, read_map
from targetexpr.records.open_table import rows_of
from targetexpr.records.reader import read_file
from targetexpr.records.record import Record
from targetexpr.records.shape import HEAD
from targetexpr.records.sources import all_expanded
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, TableRecords
from targetexpr.tables.errors import MissingExtra, TableError
from targetexpr.tables.mapping import ColumnNames
from targetexpr.targets.scale.database import batches_of

if TYPE_CHECKING:
    from targetexpr.checking.result import Checked

BATCH_ROWS = 10_000
_SAMPLE_ROWS = 1_000
_FRAMES = ("polars", "pandas", "pyarrow", "duckdb", "_duckdb")


def records_of(table: object, options: TableOptions) -> Iterator[tuple[str, Record]]:
    """The records of a table, each with the name of what it comes from. Raises InputError, TableError.

    A table is the path of a file, of a folder or a pattern of them, a list of paths, a frame of polars or pandas, a
    table of Arrow or a relation of DuckDB. What is found of how it is written is told.
    """
    paths = paths_of(table)
    if paths is not None:
        for path in all_expanded(paths):
            for record in read_file(path, lambda: options):
                yield path, record
        return
    names, batches = frame_batches(table)
    opened = opened_frame("the table", names, batches, options)
    making = TableRecords(opened, options)
    for row in opened.rows:
        yield "the table", making.record(row)
    if not making.empty:
        making.finish()


def table_options(
    rules: Iterable[Checked],
    schema: Schema | None,
    columns: ColumnNames | None,
    tell: Callable[[str], None] | None,
) -> TableOptions:
    """How the columns of a table become records of a group with these rules."""
    found = _map_of(columns)
    return TableOptions(
        schema=Schema.bundled() if schema is None else schema,
        profile=found.profile,
        columns=found.columns,
        dialect=found.dialect,
        constants=found.constants,
        reads=reads_of(rules),
        own=HEAD,
        tell=tell,
    )


def paths_of(table: object) -> list[str] | None:
    """The paths that a table is given by; None for a frame."""
    if isinstance(table, str | Path):
        return [os.fspath(table)]
    if isinstance(table, list | tuple) and table and all(isinstance(one, str | Path) for one in table):
        return [os.fspath(one) for one in table]
    return None


def _map_of(columns: ColumnNames | None) -> MapFile:
    if isinstance(columns, str | Path):
        return read_map(Path(columns).read_text(encoding="utf-8"), str(columns))
    named: Mapping[str, tuple[str, ...]] = {
        name: (names,) if isinstance(names, str) else tuple(names) for name, names in (columns or {}).items()
    }
    return MapFile(columns=named, profile=None, dialect=Dialect())


def frame_batches(table: Any) -> tuple[list[str], Iterator[Any]]:
    """The names of the columns of a frame, and its rows as batches of Arrow."""
    package = type(table).__module__.partition(".")[0]
    if package not in _FRAMES:
        raise TableError(
            f"{type(table).__name__} is no table: give the path of a file or a list of them, a frame of polars or "
            "pandas, an Arrow table or a DuckDB relation."
        )
    try:
        import pyarrow  # type: ignore[import-untyped]

        from targetexpr.tables.frames import as_polars
    except ImportError as error:
        raise MissingExtra(error.name or "pyarrow") from None
    if package in ("duckdb", "_duckdb"):
        reader = batches_of(table, BATCH_ROWS)
        return reader.schema.names, iter(reader)
    if isinstance(table, pyarrow.Table):
        return table.schema.names, iter(table.to_batches(max_chunksize=BATCH_ROWS))
    frame = as_polars(table, package)
    if frame is None:
        raise TableError(f"{type(table).__name__} is no table")
    held = frame.lazy().collect()
    wide = [f"`{name}`" for name, type_ in held.schema.items() if str(type_) in ("Int128", "UInt128")]
    if wide:  # which Arrow does not have
        raise TableError(f"whole numbers of 128 bits in {', '.join(wide)}: cast them to Int64 or Decimal")
    whole = held.to_arrow()
    return whole.schema.names, iter(whole.to_batches(max_chunksize=BATCH_ROWS))


def opened_frame(name: str, columns: list[str], batches: Iterator[Any], options: TableOptions) -> OpenTable:
    """Batches of Arrow as a table whose rows are to be read."""
    import pyarrow

    rows = rows_of(batches, pyarrow)
    sample = list(islice(rows, _SAMPLE_ROWS))
    return OpenTable(
        name=name,
        headings=tuple(columns),
        sample=sample,
        rows=chain(sample, rows),
        dialect=options.dialect,
        unit="row",
        found=(),
    )
