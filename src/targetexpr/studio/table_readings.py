"""Records of tables in the studio: columns are made what rules read in them once, and kept between rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from targetexpr.backtesting.backtest import totals_of
from targetexpr.backtesting.totals import Totals
from targetexpr.checking.result import Read
from targetexpr.console.batch_verdicts import column_verdicts
from targetexpr.console.outcomes import outcome_of
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.close import known_types
from targetexpr.records.columns import ColumnPlace, Reads, missing_reads, reads_of
from targetexpr.records.dialect import Dialect
from targetexpr.records.kept_table import KeptTable
from targetexpr.records.own_columns import cell_text, distinct
from targetexpr.records.record import Record
from targetexpr.records.table_cells import ColumnCells
from targetexpr.records.table_options import Keep, TableOptions
from targetexpr.records.table_records import OpenTable, TableRecords, refused_row
from targetexpr.records.typed_columns import TypedColumns, Typing, as_times
from targetexpr.rule import Rule
from targetexpr.studio.readings import ERROR, NULL, Reading, Records, Step, byte_of, runs_of
from targetexpr.studio.recent import Recent

if TYPE_CHECKING:
    import polars as pl

    from targetexpr.tables.on import Table

_MOST_COLUMNS = 64  # as rules read them
_MOST_TABLES = 16  # sets of columns, with what was found out about them
_STEP = 1_000
_DENSE = 8
_NUMERIC = frozenset("0123456789.+-einfa")  # characters of numbers as text


class _Part(NamedTuple):
    """The rows of one segment that can be read, as columns by their names in rules."""

    frame: pl.DataFrame
    table: Table  # the same, with what is found out about it


_ColumnKey: TypeAlias = tuple[ColumnPlace, Dialect]
_TableKey: TypeAlias = tuple[Dialect, tuple[tuple[str, ColumnPlace], ...], tuple[str, ...]]


class TableRows(Records):
    """The rows of a table, by which column is what and how its text is written."""

    def __init__(self, kept: KeptTable, options: TableOptions) -> None:
        self.kept = kept
        self.options = options
        dialect = replace(kept.dialect, decimal=options.dialect.decimal, dates=options.dialect.dates)
        self.opened: OpenTable = replace(kept.opened(), dialect=dialect)
        self.headings = distinct(kept.headings)
        self._cells: dict[_ColumnKey, ColumnCells] = {}
        self._columns: Recent[_ColumnKey, list[pl.Series | None]] = Recent(_MOST_COLUMNS)
        self._tables: Recent[_TableKey, list[_Part | None]] = Recent(_MOST_TABLES)

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def problems(self) -> Sequence[Record]:
        return [refused_row(row, self.kept.unit) for row in self.kept.bad.values()]

    @property
    def profile(self) -> str | None:
        return self.options.profile

    @property
    def found(self) -> Sequence[str]:
        return self.kept.found

    def mapped(self, options: TableOptions) -> TableRows:
        """The same rows with another map of their columns, or written another way."""
        return TableRows(self.kept, options)

    def reading(self, rule: Rule) -> Reading:
        return _TableReading(rule, self)

    def making(self, schema: Schema, reads: Reads, keep: Keep) -> TableRecords:
        """What makes records of the rows for what is read of them. Raises InputError."""
        options = replace(self.options, schema=schema, reads=reads, needed=False, keep=keep, tell=None, told=[])
        return TableRecords(self.opened, options, lambda *key: self._cells.setdefault(key, ColumnCells(*key)))

    def parts(
        self, making: TableRecords, places: dict[str, ColumnPlace], lacks: Sequence[str], schema: Schema
    ) -> list[_Part | None]:
        """The segments as columns; None for one with a cell that rows have to be read for."""
        dialect = making.ready.dialect
        cells = {one.place.name: one for one in making.cells}
        key = (dialect, tuple(sorted(places.items())), tuple(lacks))
        return self._tables.get(key, partial(self._made_parts, cells, dialect, places, lacks, schema))

    def _made_parts(
        self,
        cells: dict[str, ColumnCells],
        dialect: Dialect,
        places: dict[str, ColumnPlace],
        lacks: Sequence[str],
        schema: Schema,
    ) -> list[_Part | None]:
        import polars as pl

        from targetexpr.tables.on import Table

        typing = Typing(dialect, known_types(schema))
        columns = {
            name: self._columns.get((cells[name].place, dialect), partial(self._typed, typing, cells[name]))
            for name in places
        }
        made: list[_Part | None] = []
        for at, segment in enumerate(self.kept.segments):
            found = {name: series[at] for name, series in columns.items()}
            present = [series.alias(name) for name, series in found.items() if series is not None]
            if len(present) < len(found):
                made.append(None)
                continue
            nothing = [pl.Series(name, [None], dtype=pl.Null).new_from_index(0, segment.num_rows) for name in lacks]
            frame = pl.DataFrame([*present, *nothing])
            made.append(_Part(frame, Table(frame)))
        return made

    def _typed(self, typing: Typing, cells: ColumnCells) -> list[pl.Series | None]:
        """A column of each segment as rules read it, in their order: a currency is that of the first amount."""
        found: list[pl.Series | None] = []
        for segment in self.kept.segments:
            series = typing.column(_series(segment.column(cells.place.index)), cells)
            found.append(as_times(series) if series is not None and cells.place.kind == "date" else series)
        return found

    def matching(self, text: str, step: Step) -> bytes:
        wanted = text.lower()
        found = bytearray(len(self))
        for number, row in self.kept.bad.items():
            found[number] = any(wanted in cell_text(cell).lower() for cell in row.cells)
        start = 0
        for segment in self.kept.segments:
            step(start)
            marks = _marks(segment, wanted)
            self.kept.put(found, start, marks)
            start += segment.num_rows
        return bytes(found)


def _series(column: object) -> pl.Series:
    import polars as pl

    return pl.Series(pl.from_arrow(column))


def _marks(segment: Any, wanted: str) -> bytes:
    """Which rows of a segment have a text in one of their cells: a byte for each."""
    import polars as pl

    columns = [_series(column).alias(str(at)) for at, column in enumerate(segment.columns)]
    tests = [test for one in columns if (test := _contains(one, wanted)) is not None]
    if not tests:
        return bytes(segment.num_rows)
    return _bytes(pl.DataFrame(columns).lazy().select(pl.any_horizontal(tests)).collect().to_series())


def _contains(column: pl.Series, wanted: str) -> pl.Expr | None:
    """Whether a text in lower case stands in the cells of a column; None where it cannot."""
    import polars as pl

    dtype = column.dtype
    texts = dtype in (pl.String, pl.Boolean, pl.Date) or isinstance(dtype, pl.Categorical | pl.Enum | pl.Datetime)
    if not texts and not (dtype.is_numeric() and _NUMERIC.issuperset(wanted)):
        return None
    text = pl.col(column.name).cast(pl.String)
    if wanted.upper() != wanted:  # it has letters
        text = text.str.to_lowercase()
    return text.str.contains(wanted, literal=True).fill_null(False)


def _bytes(truths: pl.Series) -> bytes:
    """Truths as bytes: 0, 1, or 2 for null."""
    import polars as pl

    numbers = truths.cast(pl.UInt8).fill_null(NULL).rechunk().to_arrow()
    return bytes(memoryview(numbers.buffers()[1])[numbers.offset : numbers.offset + len(numbers)])


class _TableReading(Reading):
    def __init__(self, rule: Rule, rows: TableRows) -> None:
        self.rule = rule
        self._rows = rows
        self._kept = rows.kept
        self._reads = reads_of([rule.checked])
        self._making = rows.making(rule.schema, self._reads, "written")
        lacking = missing_reads(self._making.ready.placement, self._reads, rule.schema)
        self.lacks = tuple(dict.fromkeys(map(str, lacking)))
        self._parts: list[_Part | None] | None = self._as_columns(lacking)

    def _as_columns(self, lacking: Sequence[Read]) -> list[_Part | None] | None:
        """The segments as columns; None where rows have to be read whatever stands in them."""
        if not self._reads.reads or not all(_is_plain(read, self.rule.schema) for read in lacking):
            return None
        present = tuple(read for read in self._reads.reads if read not in lacking)
        places: dict[str, ColumnPlace] = {}
        if present:
            reads = replace(self._reads, reads=present)
            options = replace(self._rows.options, schema=self.rule.schema, reads=reads)
            typed = TypedColumns(self._making, options)
            if not typed.possible:
                return None
            places = typed.read
        return self._rows.parts(self._making, places, self.lacks, self.rule.schema)

    def headings_of(self, names: Sequence[str]) -> frozenset[str]:
        places = self._making.ready.placement.places
        return frozenset(self._rows.headings[one.index] for one in places if one.name in names)

    def record(self, number: int) -> Record:
        return self._making.record(self._kept.row(number))

    def records(self, keep: Keep, marks: bytes | None) -> Iterator[tuple[int, Record]]:
        making = self._rows.making(self.rule.schema, self._reads, keep)
        count = len(self._kept)
        every = marks is None or marks.count(1) * _DENSE > count  # then one walk is quicker than many
        for start, end in runs_of(None if every else marks, count):
            for number, row in enumerate(self._kept.rows(start, end), start):
                if marks is None or marks[number]:
                    yield number, making.record(row)

    def verdicts(self, step: Step) -> bytes:
        found = bytearray([ERROR]) * len(self._kept)
        start = 0
        for at, segment in enumerate(self._kept.segments):
            step(start)
            made = self._by_columns(at)
            if made is None:
                made = self._by_rows(start, segment.num_rows, step)
            self._kept.put(found, start, made)
            start += segment.num_rows
        return bytes(found)

    def _by_columns(self, at: int) -> bytes | None:
        from targetexpr.tables.errors import TableError

        part = None if self._parts is None else self._parts[at]
        if part is None:
            return None
        try:
            verdicts = column_verdicts(self.rule, part.table)
            return None if verdicts is None else _bytes(verdicts.column)  # type: ignore[arg-type]
        except TableError:
            self._parts = None
            return None

    def _by_rows(self, start: int, count: int, step: Step) -> bytes:
        found = bytearray()
        for record in self._records(start, count):
            if not len(found) % _STEP:
                step(start + len(found))
            found.append(byte_of(outcome_of(self.rule, record)))
        return bytes(found)

    def _records(self, start: int, count: int) -> Iterator[Record]:
        for number, size in self._kept.runs(start, count):
            yield from map(self._making.record, self._kept.rows(number, number + size))

    def conditions(self, step: Step) -> Totals:
        totals = totals_of(self.rule, by=None, sample=0, seed=0)
        for row in self._kept.bad.values():
            totals.add(refused_row(row, self._kept.unit))
        start = 0
        for at, segment in enumerate(self._kept.segments):
            step(start)
            if not self._add_columns(totals, at):
                for record in self._records(start, segment.num_rows):
                    totals.add(record)
                    if not totals.done % _STEP:
                        step(totals.done)
            start += segment.num_rows
        return totals

    def _add_columns(self, totals: Totals, at: int) -> bool:
        """Adds a segment by its columns; whether that was possible."""
        from targetexpr.tables.errors import TableError

        part = None if self._parts is None else self._parts[at]
        if part is None:
            return False
        from targetexpr.backtesting.columns import TableRun
        from targetexpr.tables.polars_table import PolarsTable

        try:
            run = TableRun(totals, PolarsTable(part.frame))
            if column_verdicts(self.rule, part.table) is None:
                return False
        except TableError:
            return False
        for _ in run.steps():
            pass
        return True


def _is_plain(read: Read, schema: Schema) -> bool:
    """Whether it is a field of its own, which is null where no column holds it."""
    if read.arguments is not None:
        return False
    attribute = schema.profiles[read.profile].attribute(read.name)
    return attribute is None or attribute.computed is None
