"""CSV staged for SQL: blocks of text become typed columns, cell by cell what the reading by row makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from targetexpr.records.column_batches import text_columns
from targetexpr.records.delimited import TextRow, text_rows
from targetexpr.records.dialect import Dialect
from targetexpr.records.open_table import open_table
from targetexpr.records.record import Record
from targetexpr.records.table_cells import ColumnCells
from targetexpr.records.table_records import TableRecords
from targetexpr.records.text_blocks import Block, block_again, blocks
from targetexpr.targets.scale.cell_columns import CellColumn, Lines
from targetexpr.targets.scale.instants import Instants
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.staged_members import ASIDE, ROW, Kind, computing, extended
from targetexpr.targets.scale.staging import Segment, Staging

if TYPE_CHECKING:
    import polars as pl

_ROWS = 10_000  # that are read one by one, and staged at once

Texts: TypeAlias = "dict[int, pl.Series]"
"""Cells of some columns by their places."""


def stage_text(
    staging: Staging, name: str, path: str, head: bytes, stream: BinaryIO, members: Mapping[str, Kind], dates: Instants
) -> None:
    """Stages a table of text in a file. Raises InputError as the reading by row does, and NotSql."""
    table = open_table(name, "csv", head, stream, again=True, options=staging.options)
    making = TableRecords(table, staging.options)
    _TextStaging(staging, name, path, making, members, dates).take(stream)
    making.finish()


class _TextStaging:
    def __init__(
        self,
        staging: Staging,
        name: str,
        path: str,
        making: TableRecords,
        members: Mapping[str, Kind],
        dates: Instants,
    ) -> None:
        self._staging = staging
        self._name = name
        self._path = path
        self._making = making
        self._dialect = making.ready.dialect
        self._plain = replace(self._dialect, encoding="utf-8")
        self._constants = _constants(staging, members)
        self._columns, self._missing = self._chosen(members, dates)
        self._wanted = {one.place.index for one in self._columns}

    def _chosen(self, members: Mapping[str, Kind], dates: Instants) -> tuple[list[CellColumn], list[str]]:
        """The columns that are staged or looked at, and names that stand for profiles without any."""
        making, options = self._making, self._staging.options
        found = {one.place.name: one for one in making.cells}
        _need_plain(found.values(), members)
        computed = computing(options.reads, options.schema)
        chosen = [
            CellColumn(
                cells,
                members.get(name),
                self._dialect,
                options.schema,
                dates,
                unit="line",
                apart=cells.place.place[0] in computed,
            )
            for name, cells in found.items()
            if name in members or cells.place.kind not in ("string", "id", "scalar")
        ]
        profiles = dict.fromkeys(one.place.place[0] for one in making.cells if len(one.place.place) > 1)
        there = {one.place.place[0] for one in chosen if one.kind not in (None, "lines")}
        return chosen, [f"{profile}.#" for profile in profiles if profile not in there]

    def take(self, stream: BinaryIO) -> None:
        """Takes all rows."""
        header = self._dialect.header or 0
        for block in blocks(stream, self._dialect):
            if isinstance(block, Block):
                columns = text_columns(block.data, self._dialect, self._making.width, self._wanted or {0})
                segment = _BlockRows(self._name, self._path, self._making, self._plain, block._replace(data=b""))
                first = self._staging.begin(segment)
                if columns is None:
                    segment.count = self._add_rows(text_rows(BytesIO(block.data), self._plain, block.line), first)
                else:
                    segment.count = len(next(iter(columns.values())))
                    self._add(columns, range(first, first + segment.count), _LinesOf(block, segment.count, self._plain))
            else:
                rest = _RestRows(self._name, self._path, self._making, self._dialect, block.line, block.start)
                first = self._staging.begin(rest)
                rows = text_rows(block.stream, self._dialect, block.line)
                rest.count = self._add_rows((row for row in rows if row.line > header), first)
            self._staging.end()

    def _add(self, texts: Texts, numbers: Sequence[int], lines: Lines) -> None:
        """Stages rows of cells."""
        import polars as pl

        if not numbers:
            return
        self._making.empty = False
        count = len(numbers)
        aside: pl.Series | None = None
        made: list[pl.Series] = []
        for column in self._columns:
            series, beside = column.read(texts[column.place.index], lines)
            if beside is not None:
                aside = beside if aside is None else aside | beside
            if series is not None:
                made.append(series)
        for name, value in self._constants.items():
            made.append(value.new_from_index(0, count).alias(name))
        made += [pl.Series(name, [None], dtype=pl.Boolean).new_from_index(0, count) for name in self._missing]
        whole = isinstance(numbers, range)
        rows = pl.int_range(numbers[0], numbers[-1] + 1, eager=True) if whole else pl.Series(numbers, dtype=pl.Int64)
        beside = pl.Series([False]).new_from_index(0, count) if aside is None else aside
        made += [rows.alias(ROW), beside.alias(ASIDE)]
        self._staging.add(pl.DataFrame(made), 0 if aside is None else int(aside.sum()))

    def _add_rows(self, rows: Iterable[TextRow], first: int) -> int:
        """Stages rows that were read one by one. How many there are, with those that cannot be read."""
        import polars as pl

        rest = enumerate(map(self._making.checked, rows), first)
        done = 0
        while chunk := list(islice(rest, _ROWS)):
            done += len(chunk)
            kept = []
            for number, row in chunk:
                if row.problem is not None:
                    self._staging.refuse(self._name, self._making.record(row))
                else:
                    kept.append((number, row))
            texts = {
                at: pl.Series([row.cells[at] or None for _, row in kept], dtype=pl.String) for at in self._wanted or {0}
            }
            self._add(texts, [number for number, _ in kept], [row.line for _, row in kept].__getitem__)
        return done


def _constants(staging: Staging, members: Mapping[str, Kind]) -> dict[str, pl.Series]:
    """What a map says every record has."""
    import polars as pl

    found: dict[str, pl.Series] = {}
    for name, value in staging.options.constants.items():
        if (
            "." in name
            or members.get(name, "text") != "text"
            or isinstance(value, bool)
            or not isinstance(value, str | int)
        ):
            raise NotSql([f"The map says what every `{name}` is."])
        if name in members:
            found[name] = pl.Series(name, [str(value)])
    return found


def _need_plain(columns: Iterable[ColumnCells], members: Mapping[str, Kind]) -> None:
    """Raises NotSql for columns in which what is read may stand, and no column of its own."""
    places = {one.place.place for one in columns}
    fields = extended(members)
    for place in places:
        profile, *rest = place
        if not any(name.startswith(f"{profile}.") for name in members):
            continue
        fields_too = place[1:2] == ("extendedFields",) and profile in fields
        if not rest or fields_too or (len(rest) > 1 and ".".join(place[:2]) in members):
            raise NotSql([f"A column holds `{'.'.join(place)}`, in which several values may stand."])
    for name, kind in members.items():
        if kind == "list" and (name,) in places:
            raise NotSql([f"The column of `{name}` holds lists."])


class _LinesOf:
    """The lines that the rows of a block begin in, found when one is asked for."""

    def __init__(self, block: Block, count: int, dialect: Dialect) -> None:
        self._block = block
        self._count = count
        self._dialect = dialect

    @cached_property
    def _lines(self) -> Sequence[int]:
        data = self._block.data
        if data.count(b"\n") + (not data.endswith(b"\n")) == self._count:
            return range(self._block.line, self._block.line + self._count)
        return [row.line for row in text_rows(BytesIO(data), self._dialect, self._block.line)]

    def __call__(self, row: int) -> int:
        return self._lines[row]


# ---- rows that are read again


@dataclass(slots=True)
class _BlockRows(Segment):
    name: str
    path: str
    making: TableRecords
    dialect: Dialect  # of the data as UTF-8
    block: Block
    count: int = 0

    def records(self, wanted: Sequence[int]) -> Iterator[Record]:
        """The records of some rows."""
        with open(self.path, "rb") as file:
            data = block_again(file, self.block, self.making.ready.dialect)
        line = self.block.line
        if b'"' not in data:
            lines = data.split(b"\n")
            if len(lines) - (not lines[-1]) == self.count:
                for row in wanted:
                    yield from self._made(text_rows(BytesIO(lines[row]), self.dialect, line + row))
                return
        yield from self._made(_those(text_rows(BytesIO(data), self.dialect, line), wanted))

    def _made(self, rows: Iterable[TextRow]) -> Iterator[Record]:
        return (self.making.record(self.making.checked(row)) for row in rows)


@dataclass(slots=True)
class _RestRows(Segment):
    name: str
    path: str
    making: TableRecords
    dialect: Dialect
    line: int
    start: int
    count: int = 0

    def records(self, wanted: Sequence[int]) -> Iterator[Record]:
        """The records of some rows: all before them are read as well."""
        header = self.dialect.header or 0
        with open(self.path, "rb") as file:
            file.seek(self.start)
            rows = (row for row in text_rows(file, self.dialect, self.line) if row.line > header)
            for row in _those(rows, wanted):
                yield self.making.record(self.making.checked(row))


def _those(rows: Iterable[TextRow], wanted: Sequence[int]) -> Iterator[TextRow]:
    """The rows of these numbers."""
    done = 0
    rest = iter(rows)
    for number in wanted:
        yield next(islice(rest, number - done, None))
        done = number + 1
