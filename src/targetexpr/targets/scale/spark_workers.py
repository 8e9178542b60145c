"""What has no form in SQL, on Spark: the unchanged evaluation in its workers, each with all records of its customers.

First the heads of all records are read, as the evaluation reads them: they tell the latest instant, and ids that came
for several customers. Then each part of the customers is evaluated, and answers with its tables as bytes of Arrow.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from targetexpr.records.columns import ColumnMap, reads_of
from targetexpr.records.shape import HEAD
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import OpenTable, TableRecords, TableRow
from targetexpr.running.coercion import DataError
from targetexpr.tables.clocks import microseconds
from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.record import Head, read_head
from targetexpr.targets.progress.results import ProgressData, Reported
from targetexpr.targets.progress.tracker import PreparedGroup, RecordTracker, prepare
from targetexpr.targets.reports.tables import tables
from targetexpr.targets.scale.columns import TABLES, Sizes, batches, kind_of, names_of
from targetexpr.targets.scale.crossing import Crossing
from targetexpr.targets.scale.part import Options, part_tracker, with_duplicates

HEADS = "id STRING, customer STRING, instant BIGINT"
"""The heads of records, as the evaluation reads them; instants in microseconds since 1970."""

PARTS = "kind STRING, content BINARY"
"""What parts answer with: rows of a table, or what is to be summed up."""

SUMS = ""
"""The kind of an answer that is no rows: how much was set aside, and how wide the figures are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How rows become records, the same for all parts: what is found of the text of a table, its first rows tell."""

    headings: tuple[str, ...]
    columns: ColumnMap
    profile: str | None
    sample: tuple[tuple[object, ...], ...]

    def records(self, ready: PreparedGroup, options: Options, found: Iterable[Any]) -> Iterator[Mapping[str, object]]:
        """The records of batches of Arrow. What cannot be read raises ValueError."""
        import pyarrow  # type: ignore[import-untyped]

        from targetexpr.lang.schema.schema import Schema
        from targetexpr.records.open_table import rows_of

        reading = TableOptions(
            schema=Schema.bundled() if options.schema is None else options.schema,
            columns=self.columns,
            profile=self.profile,
            reads=reads_of(one.rule.checked for one in ready.evaluators),
            own=HEAD,
        )
        table = OpenTable(
            name="the table",
            headings=self.headings,
            sample=[TableRow(number, cells) for number, cells in enumerate(self.sample, 1)],
            rows=(),
            dialect=reading.dialect,
            unit="row",
            found=(),
        )
        making = TableRecords(table, reading)
        for row in rows_of(iter(found), pyarrow):
            record = making.record(row)
            if record.context is None:
                raise ValueError(f"a row of the table cannot be read: {record.reason}")
            yield record.context


class _Work:
    """A function of Spark's workers. What it needs is made anew where it runs."""

    def __init__(self, options: Options, layout: Layout) -> None:
        self.options = options
        self.layout = layout
        self._ready: PreparedGroup | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_ready": None}

    def ready(self) -> PreparedGroup:
        """The group, made ready once."""
        if self._ready is None:
            options = self.options
            self._ready = prepare(options.group, timezone=options.timezone, schema=options.schema)
        return self._ready

    def records(self, found: Iterable[Any]) -> Iterator[Mapping[str, object]]:
        """The records of batches."""
        return self.layout.records(self.ready(), self.options, found)


class ReadHeads(_Work):
    """Reads the heads of records; of one that cannot be read there is none."""

    def __call__(self, found: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        reader = self.ready().reader
        columns: tuple[list[object], list[object], list[object]] = ([], [], [])
        for record in self.records(found):
            try:
                head = read_head(reader, record)
            except DataError:
                continue
            for column, value in zip(columns, (head.id, head.customer, microseconds(head.at)), strict=True):
                column.append(value)
        types = (pa.string(), pa.string(), pa.int64())
        arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=["id", "customer", "instant"])


@dataclass(frozen=True, slots=True)
class PartSums:
    """What of a part is summed up."""

    reported: Reported
    sizes: Mapping[str, Sizes]


class EvaluatePart(_Work):
    """Evaluates the customers of a part."""

    def __init__(
        self,
        options: Options,
        layout: Layout,
        now: datetime | None,
        enrolled: Mapping[str, Enrolled] | None,
        crossing: Mapping[str, str],
    ) -> None:
        super().__init__(options, layout)
        self.now = now
        self.enrolled = enrolled
        self.crossing = crossing  # the customer whose record counts, by the id that came for several

    def __call__(self, found: Iterable[Any]) -> Iterator[Any]:
        tracker = part_tracker(self.options, self.ready(), self.now, {})
        customers: set[str] = set()
        won: list[str] = []
        lost: set[tuple[str, str]] = set()
        heads: list[tuple[Head, Mapping[str, object]]] = []
        for record in self.records(found):
            try:
                head = read_head(tracker.reader, record)
            except DataError:
                tracker.add(record)  # it is listed
                continue
            customers.add(head.customer)
            heads.append((head, record))
            owner = self.crossing.get(head.id)
            if owner is not None:
                (won.append(head.id) if owner == head.customer else lost.add((head.id, head.customer)))
        for head, record in Crossing(frozenset(lost), ()).kept((head, dict(record)) for head, record in heads):
            tracker.take(head, record)
        tracker.enrolled = None
        if self.enrolled is not None:
            tracker.enrolled = {name: part for name, part in self.enrolled.items() if name in customers}
        progress = with_duplicates(tracker.last_result(), sorted(set(won)))
        yield from answers(progress, self.ready())


def answers(progress: ProgressData, ready: PreparedGroup) -> Iterator[Any]:
    """The tables of a progress as bytes, and what is to be summed up."""
    import pyarrow as pa

    sizes: dict[str, Sizes] = {}
    made = tables(progress)
    for table, name in TABLES.items():
        rows: Iterable[Mapping[str, object]] = made[name]
        if table == "customers" and not ready.plan.tracking.is_streak:
            nothing = dict.fromkeys(names_of(table))
            rows = ({**nothing, "customer": one} for one in progress.customers)
        sizes[table] = {}
        for part in batches(table, rows, ready.plan, sizes[table]):  # type: ignore[arg-type]
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, part.schema) as writer:
                writer.write_table(part)
            yield _answer(table, sink.getvalue().to_pybytes())
    yield _answer(SUMS, pickle.dumps(PartSums(replace(progress.reported, records=()), sizes)))


def _answer(kind: str, content: bytes) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(
        [pa.array([kind], pa.string()), pa.array([content], pa.binary())], names=["kind", "content"]
    )


class ReadRows:
    """Makes rows of the bytes of a table, its figures of a type that all parts have room for."""

    def __init__(self, table: str, sizes: Sizes) -> None:
        self.table = table
        self.sizes = sizes

    def __call__(self, found: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for batch in found:
            for content in batch.column("content").to_pylist():
                rows = pa.ipc.open_stream(content).read_all()
                for name in names_of(self.table):
                    size = self.sizes.get(name)
                    if kind_of(name) == "figure" and size is not None and size.fits:
                        place = rows.column_names.index(name)
                        decimals = rows[name].cast(pa.decimal128(38, size.places))
                        rows = rows.set_column(place, name, decimals)
                yield from rows.to_batches()


def owners(
    tracker: RecordTracker,
    candidates: Iterable[tuple[str, str, int]],
    records: Mapping[str, Iterable[Mapping[str, object]]],
    tied: Mapping[str, int],
) -> dict[str, str]:
    """The customer whose record counts, by the id that came for several: of the earliest, where there are several.

    `candidates` are ids and customers with the instant of the first record; `records` those of ids with several
    that are first, at the instants of `tied`.
    """
    found: dict[str, tuple[int, str]] = {}
    for name, customer, instant in candidates:
        found[name] = min(found.get(name, (instant, customer)), (instant, customer))
    chosen = {name: customer for name, (_, customer) in found.items()}
    for name, instant in tied.items():
        for record in records.get(name, ()):
            try:
                head = read_head(tracker.reader, record)
            except DataError:
                continue
            if microseconds(head.at) == instant:
                tracker.take(head, record)
        chosen[name] = tracker.customer_of(name) or chosen[name]
    return chosen
