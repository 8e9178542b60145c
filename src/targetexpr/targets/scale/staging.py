"""Data that is no Parquet, staged for SQL: its rows as typed columns in a file, and where to read each again."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, TypeAlias

from targetexpr.records.record import Record
from targetexpr.records.table_options import TableOptions
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.odd_rows import MOST
from targetexpr.targets.scale.sql_source import VIEW, SqlSource, Told
from targetexpr.targets.scale.staged_members import ASIDE, ROW

if TYPE_CHECKING:
    import duckdb
    import polars as pl

_GROUP_ROWS = 100_000  # of the file: what is held until it is written
_MOST_TOLD = 100_000  # records that cannot be read

Step: TypeAlias = "Callable[[int], object]"
"""Told now and then how many records are read."""


class Segment(ABC):
    """Rows of a file that follow each other, numbered from 0; they can be read again."""

    name: str  # of the file
    count: int
    alike: ClassVar[bool] = True
    """Whether all records have the members of all others."""

    @abstractmethod
    def records(self, wanted: Sequence[int]) -> Iterator[Record]:
        """The records of some rows, in their order."""


class Staging:
    """Takes rows as columns, one file after the other."""

    def __init__(self, folder: str, options: TableOptions, step: Step | None) -> None:
        self.folder = folder
        self.told: list[Told] = []
        self.options = TableOptions(
            schema=options.schema,
            profile=options.profile,
            columns=options.columns,
            dialect=options.dialect,
            reads=options.reads,
            constants=options.constants,
            needed=options.needed,
            own=options.own,
            lacks=options.lacks,
            tell=self.told.append,
        )
        self.segments: list[Segment] = []
        self.starts: list[int] = []  # the number of the first row of each
        self.rows = 0  # of all segments
        self.staged = 0
        self.unread = 0
        self.aside = 0
        self.path = os.path.join(folder, "staged.parquet")
        self._schema: Any = None
        self._writer: Any = None
        self._held: list[Any] = []
        self._held_rows = 0
        self._step = step
        self._files = 0

    def begin(self, segment: Segment) -> int:
        """Begins with a segment of which all rows are to come. The number of its first row."""
        self.segments.append(segment)
        self.starts.append(self.rows)
        return self.rows

    def end(self) -> None:
        """Ends a segment."""
        self.rows += self.segments[-1].count
        if self._step is not None:
            self._step(self.rows)

    def refuse(self, name: str, record: Record) -> None:
        """Takes a record that cannot be read."""
        self.unread += 1
        if self.unread > _MOST_TOLD:
            raise NotSql([f"More than {_MOST_TOLD:,} records cannot be read."])
        self.told.append((name, record))

    def add(self, frame: pl.DataFrame, aside: int) -> None:
        """Takes rows. Raises NotSql where too many of them are to be read one by one."""
        self.aside += aside
        if self.aside > MOST:
            raise NotSql([f"More than {MOST:,} records have values that columns do not hold."])
        table = frame.to_arrow()
        if self._schema is None:
            self._schema = table.schema
        elif not table.schema.equals(self._schema):
            raise NotSql(["The files have different columns."])
        self._held.append(table)
        self._held_rows += table.num_rows
        self.staged += table.num_rows
        if self._held_rows >= _GROUP_ROWS:
            self._put()

    def _put(self) -> None:
        import pyarrow as pa  # type: ignore[import-untyped]
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        if not self._held:
            return
        if self._writer is None:
            names = self._schema.names
            self._writer = pq.ParquetWriter(
                self.path,
                self._schema,
                compression="lz4",
                use_dictionary=[name for name in names if name != ROW],
                column_encoding={ROW: "DELTA_BINARY_PACKED"},
                write_statistics=False,
            )
        self._writer.write_table(pa.concat_tables(self._held), row_group_size=2 * _GROUP_ROWS)
        self._held, self._held_rows = [], 0

    def copied(self, stream: BinaryIO) -> str:
        """The path of a copy of compressed data, which can be read again."""
        self._files += 1
        path = os.path.join(self.folder, f"data-{self._files}")
        with open(path, "wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        return path

    def finish(self, connection: duckdb.DuckDBPyConnection) -> StagedSource:
        """Makes the view. Raises NotSql where there are no rows."""
        self._put()
        if self._writer is None:
            raise NotSql(["There are no records that can be read."])
        self._writer.close()
        found = [name for name in self._schema.names if name != ASIDE or self.aside]
        chosen = ", ".join('"' + name.replace('"', '""') + '"' for name in found)
        path = self.path.replace("'", "''")
        connection.execute(f"CREATE TEMP VIEW {VIEW} AS SELECT {chosen} FROM read_parquet('{path}')")
        return StagedSource(connection, self)

    def close(self) -> None:
        """Lets go of the file, and of the memory that was taken for it: the database comes next."""
        import pyarrow as pa

        if self._writer is not None:
            self._writer.close()
        self._held, self._writer = [], None
        pa.default_memory_pool().release_unused()


class StagedSource(SqlSource):
    """The view of staged data; its records are read again from the data."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, staging: Staging) -> None:
        super().__init__(connection, staging.rows)
        self.told = staging.told
        self.unread = staging.unread
        self._segments = staging.segments
        self._starts = staging.starts

    def records(self, relation: duckdb.DuckDBPyRelation) -> Iterator[dict[str, object]]:
        """Rows of the view as records."""
        for _, record in self._numbered(sorted(row for (row,) in relation.project(f'"{ROW}"').fetchall())):
            if record.context is not None:
                yield record.context

    def _numbered(self, rows: Sequence[int]) -> Iterator[tuple[str, Record]]:
        """Records by the numbers of their rows, each with its file."""
        at = 0
        while at < len(rows):
            place = bisect_right(self._starts, rows[at]) - 1
            segment, start = self._segments[place], self._starts[place]
            end = at
            while end < len(rows) and rows[end] < start + segment.count:
                end += 1
            for record in segment.records([row - start for row in rows[at:end]]):
                yield segment.name, record
            at = end

    def examples(self) -> Iterator[tuple[Record, str, int]]:
        """For each type of records of tables the first of them, its file, and how many there are."""
        if not all(segment.alike for segment in self._segments):
            return
        found = self.connection.execute(
            f'SELECT count(*) AS records, min("{ROW}") AS first FROM {self.view} GROUP BY type ORDER BY first'
        ).fetchall()
        for (count, _), (name, record) in zip(found, self._numbered([first for _, first in found]), strict=True):
            yield record, name, count
