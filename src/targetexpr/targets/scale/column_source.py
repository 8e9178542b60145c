"""A table as a view of a database: its columns under the names that records have, and its rows as records."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from targetexpr.records.record import Record
from targetexpr.records.sources import all_expanded
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import TableRecords
from targetexpr.tables.errors import MissingExtra
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.source import BATCH_ROWS, frame_batches, opened_frame, paths_of, records_of
from targetexpr.targets.scale.sql_source import VIEW, SqlSource

if TYPE_CHECKING:
    import duckdb

ALL = "all_bills"
"""The table of a state that keeps all rows."""

_MILLISECONDS = 10**11
"""Dates below it are seconds rather than milliseconds: of these the reading by row warns."""


class ColumnSource(SqlSource):
    """The view over columns that have types, in files or frames."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        options: TableOptions,
        rows: int,
        files: tuple[str, ...],
        kind: str,
        headings: Mapping[str, str],
    ) -> None:
        super().__init__(connection, rows)
        self.options = options
        self.files = files
        self._kind = kind  # the column of the type of records, in the files
        self.headings = headings
        """The column of each name, where the map does not say what it is."""

    def all(self) -> ColumnSource:
        """All rows of the state that these are added to."""
        whole = copy(self)
        whole.view = ALL
        return whole

    def records(self, relation: duckdb.DuckDBPyRelation) -> Iterator[dict[str, object]]:
        """Rows of the view as records."""
        bare = replace(self.options, columns={}, constants={}, profile=None, own=(), needed=False, tell=None, told=[])
        for _, record in records_of(relation, bare):
            if record.context is not None:
                yield record.context

    def examples(self) -> Iterator[tuple[Record, str, int]]:
        """For each type of records in files the first of them, its file, and how many there are."""
        listed = f"[{', '.join(map(_text, self.files))}]"
        found = self.connection.execute(
            f"SELECT {self._kind} AS type, count(*),"
            f" min({{'file': list_position({listed}, filename), 'row': file_row_number + 1}})"
            f" FROM read_parquet({listed}, filename = true, file_row_number = true) GROUP BY type ORDER BY 3"
        )
        for kind, count, first in found.fetchall():
            for context in self.where("type IS NOT DISTINCT FROM $kind LIMIT 1", {"kind": kind}):
                yield Record(first["row"], context, unit="row"), self.files[first["file"] - 1], count


class _Found(NamedTuple):
    """A table that was opened: as what a query reads, its columns, its first rows, and how many rows there are."""

    query: str
    name: str
    columns: list[str]
    batches: Iterator[Any]
    rows: int
    files: tuple[str, ...] = ()


def column_source(
    connection: duckdb.DuckDBPyConnection, table: object, options: TableOptions, folder: str
) -> ColumnSource:
    """Makes the view; `folder` is for tables that cannot be read twice. What is found of the table is told.

    Raises NotSql for what has to be read by row, and InputError for what lacks a column.
    """
    paths = paths_of(table)
    found = _of_files(all_expanded(paths)) if paths is not None else _of_frame(connection, table, folder)
    if not found.rows:
        raise NotSql(["The table has no rows."])
    making = TableRecords(opened_frame(found.name, found.columns, found.batches, options), options)
    if making.ready.dialect != options.dialect:
        raise NotSql(["How its texts are written is found out row by row."])
    columns = _columns(making, options, _types(connection, found.query))
    chosen = ", ".join(f"{column} AS {_name(name)}" for name, column in columns.items())
    connection.execute(f"CREATE TEMP VIEW {VIEW} AS SELECT {chosen} FROM {found.query}")
    headings = {one.name: one.heading for one in making.ready.placement.places if one.name not in options.constants}
    source = ColumnSource(connection, options, found.rows, found.files, columns["type"], headings)
    _need_milliseconds(source)
    return source


def _of_files(paths: list[str]) -> _Found:
    """Parquet files with the same columns."""
    try:
        import pyarrow as pa  # type: ignore[import-untyped]
        import pyarrow.parquet as pq  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtra("pyarrow") from None

    schema, rows = None, 0
    for path in paths:
        try:
            with open(path, "rb") as file:
                if file.read(4) != b"PAR1":
                    raise NotSql([f"{path} is no Parquet file; its rows are read one by one."])
            with pq.ParquetFile(path) as parquet:
                mine, count = parquet.schema_arrow.remove_metadata(), parquet.metadata.num_rows
        except (OSError, pa.ArrowException):
            raise NotSql([f"{path} cannot be read as Parquet."]) from None
        if schema is not None and not mine.equals(schema):
            raise NotSql(["The files have different columns."])
        schema, rows = mine, rows + count
    listed = ", ".join(_text(path) for path in paths)
    names = [] if schema is None else list(schema.names)
    return _Found(f"read_parquet([{listed}])", paths[0], names, _first_rows(paths[0]), rows, tuple(paths))


def parquet_rows(paths: list[str]) -> int | None:
    """How many rows there are in Parquet files; None where one is none."""
    for path in paths:
        try:
            with open(path, "rb") as file:
                if file.read(4) != b"PAR1":
                    return None
        except OSError:
            return None
    try:
        return _of_files(paths).rows
    except NotSql:
        return None


def _first_rows(path: str) -> Iterator[Any]:
    """A batch, read with little memory: it would be kept for a next one, which never comes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, pre_buffer=False) as parquet:
        yield from islice(parquet.iter_batches(batch_size=BATCH_ROWS, use_threads=False), 1)
    pa.default_memory_pool().release_unused()


def _of_frame(connection: duckdb.DuckDBPyConnection, table: Any, folder: str) -> _Found:
    """A frame: in memory as it is, what is worked out when it is read goes to disk first."""
    kind = f"{type(table).__module__.partition('.')[0]}.{type(table).__name__}"
    path = os.path.join(folder, "bills.parquet")
    if kind in ("duckdb.DuckDBPyRelation", "_duckdb.DuckDBPyRelation"):
        table.write_parquet(path)
    elif kind == "polars.LazyFrame":
        table.sink_parquet(path)
    else:
        import pyarrow as pa

        names, batches = frame_batches(table)
        held = list(batches)
        whole = pa.Table.from_batches(held) if held else pa.table({name: [] for name in names})
        connection.register("frame", whole)
        return _Found("frame", "the table", names, iter(whole.to_batches(max_chunksize=BATCH_ROWS)), whole.num_rows)
    return _of_files([path])._replace(name="the table", files=())


def _types(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    """The types of the columns of a table."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE FROM {query}").fetchall()}


_NANOSECONDS = {"TIMESTAMP_NS": "TIMESTAMP", "TIMESTAMPTZ_NS": "TIMESTAMPTZ"}


def _columns(making: TableRecords, options: TableOptions, types: Mapping[str, str]) -> dict[str, str]:
    """What the view selects: a column for each name of a record. Nanoseconds are cut, as by row; a cast rounds them."""
    chosen = {one.name: _name(one.heading) for one in making.ready.placement.places}
    for one in making.ready.placement.places:
        cut = _NANOSECONDS.get(types[one.heading])
        if cut is not None:
            chosen[one.name] = f"CAST(make_timestamp(epoch_ns({_name(one.heading)}) // 1000) AS {cut})"
    for name, value in options.constants.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise NotSql([f"The map says what every `{name}` is."])
        chosen[name] = _text(value) if isinstance(value, str) else str(value)
    return chosen


def _need_milliseconds(source: ColumnSource) -> None:
    """Raises NotSql for dates that may be seconds: reading by row says so of each kind."""
    (kind,) = source.connection.execute(f"SELECT any_value(typeof(date)) FROM {VIEW}").fetchall()[0]
    if kind not in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT"):
        return
    (small,) = source.connection.execute(f"SELECT count(*) FROM {VIEW} WHERE date < {_MILLISECONDS}").fetchall()[0]
    if small:
        raise NotSql([f"{small:,} dates are numbers that may be seconds."])


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
