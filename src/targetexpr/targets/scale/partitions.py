"""The engine of partitions: records by customer on disk, each part of the customers to the unchanged evaluation.

Few records are held and evaluated at once. What concerns several customers is found before they are divided: the
instant of the latest record, and ids that came for more than one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from targetexpr.running.coercion import DataError
from targetexpr.targets.progress.enrolment import Enrolled
from targetexpr.targets.progress.record import read_head
from targetexpr.targets.progress.results import Reported, ReportedRecord
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.columns import TABLES, Size, Sizes, batches
from targetexpr.targets.scale.crossing import NONE, crossing_in, find_crossing
from targetexpr.targets.scale.database import Database, own_folder
from targetexpr.targets.scale.part import part_tracker, take_all, with_counts, with_reported
from targetexpr.targets.scale.pool import evaluate_parts
from targetexpr.targets.scale.results import (
    CustomerRecords,
    DatabaseResults,
    Found,
    MemoryResults,
    Results,
    Setting,
    empty,
)
from targetexpr.targets.scale.spill import PART_RECORDS, Range, Spill, bucket_of, read_range, records_in
from targetexpr.targets.scale.totals import PartTotals, merged
from targetexpr.targets.scale.worker import Job, Part, PartResult

if TYPE_CHECKING:
    import duckdb

HELD_RECORDS = 20_000
"""So many are evaluated at once, without anything on disk."""


class PartitionedTracker:
    """Takes records one by one as `Tracker` does, any number of them; the result is worked out by part.

    `close` lets go of a tracker without a result; a result has to be closed itself.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        memory: int | None = None,
        processes: int | None = None,
        contributions: bool = False,
        held: int = HELD_RECORDS,
        each: int = PART_RECORDS,
    ) -> None:
        self.setting = setting
        self.evaluators = setting.ready.evaluators
        self._limit = setting.limit
        self._memory = memory
        self._processes = processes or os.cpu_count() or 1
        self._contributions = contributions
        self._held: list[Found] = []
        self._most_held = held
        self._each = each
        self._spill: Spill | None = None
        self._unreadable: list[ReportedRecord] = []
        self._later = 0
        self._latest: datetime | None = None

    def add(self, record: Mapping[str, object]) -> None:
        """Takes one record, at any time."""
        try:
            head = read_head(self.setting.ready.reader, record)
        except DataError:
            tracker = RecordTracker(self.setting.ready)  # what is said of such a record is said in one place
            tracker.add(record)
            self._unreadable += tracker.result().reported.records
            return
        if self._limit is not None and head.at > self._limit:
            self._later += 1
            return
        if self._latest is None or head.at > self._latest:
            self._latest = head.at
        if self._spill is not None:
            self._spill.add(head, record)
            return
        self._held.append((head, record))
        if len(self._held) > self._most_held:
            self._spill = Spill(own_folder())
            for known in self._held:
                self._spill.add(*known)
            self._held = []

    @property
    def now(self) -> datetime | None:
        """The instant of the evaluation in UTC: as given, else that of the latest record."""
        return self._limit if self._limit is not None else self._latest

    def result(self) -> Results:
        """Everything that follows from the records; once."""
        found = Reported(later=self._later)
        if self._spill is not None:
            spill, self._spill = self._spill, None
            try:
                return self._divided(spill, found)
            except BaseException:
                shutil.rmtree(spill.folder, ignore_errors=True)
                raise
        tracker = part_tracker(self.setting.options, self.setting.ready, self.now, self.setting.enrolled)
        take_all(tracker, self._held)
        progress = with_reported(tracker.last_result(), self._unreadable)
        return MemoryResults(self.setting, progress, self._held, with_counts(found, progress.reported))

    def close(self) -> None:
        """Lets go of what is on disk."""
        if self._spill is not None:
            shutil.rmtree(self._spill.folder, ignore_errors=True)
            self._spill = None

    def _divided(self, spill: Spill, found: Reported) -> Results:
        spill.flush()
        database = Database(spill.folder, self._memory)
        try:
            crossing = find_crossing(database.connection, spill.chunks, self._part_tracker)
            parts = self._parts(spill, database.connection if crossing else None)
            job = Job(
                options=self.setting.options.bare(),
                now=self.now,
                chunks=spill.chunks,
                folder=spill.folder,
                contributions=self._contributions,
            )
            totals: list[PartTotals] = []
            tables = _Tables(self, spill.folder)
            for one in evaluate_parts(job, self.setting.ready, parts, self._processes):
                totals.append(one.totals)
                found = with_counts(found, one.reported)
                tables.take(one)
            tables.make(database.connection, self._unreadable)
        except BaseException:
            database.close()
            raise
        there = frozenset(name for name in TABLES if self._contributions or name != "contributions")
        return DatabaseResults(
            self.setting,
            self.now,
            found,
            database.connection,
            summary=lambda: merged(totals),
            records=_CustomerReader(spill, database.connection, self._unreadable, crossing=crossing),
            closing=database.close,
            there=there,
        )

    def _part_tracker(self) -> RecordTracker:
        return part_tracker(self.setting.options, self.setting.ready, self.now, self.setting.enrolled)

    def _parts(self, spill: Spill, connection: duckdb.DuckDBPyConnection | None) -> list[Part]:
        ranges = spill.ranges(self._each)
        enrolled: list[dict[str, Enrolled] | None] = [None] * len(ranges)
        if self.setting.enrolled is not None:
            divided: list[dict[str, Enrolled]] = [{} for _ in ranges]
            where = {bucket: at for at, one in enumerate(ranges) for bucket in range(one.first, one.last + 1)}
            for name, part in self.setting.enrolled.items():
                divided[where[bucket_of(name)]][name] = part
            enrolled = list(divided)
        return [
            Part(
                number=at,
                range=one,
                crossing=NONE if connection is None else crossing_in(connection, one),
                enrolled=theirs,
            )
            for at, (one, theirs) in enumerate(zip(ranges, enrolled, strict=True))
        ]


class _Tables:
    """The tables of all parts, as views over their files."""

    def __init__(self, tracker: PartitionedTracker, folder: str) -> None:
        self._plan = tracker.setting.plan
        self._folder = folder
        self._files: dict[str, list[str]] = {name: [] for name in TABLES}
        self._sizes: dict[str, Sizes] = {name: {} for name in TABLES}

    def take(self, part: PartResult) -> None:
        """Takes the files of a part."""
        for table, path in part.files.items():
            self._files[table].append(path)
        for table, sizes in part.sizes.items():
            for column, size in sizes.items():
                self._sizes[table].setdefault(column, Size()).join(size)

    def make(self, connection: duckdb.DuckDBPyConnection, unreadable: list[ReportedRecord]) -> None:
        """Makes the views."""
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        for table in TABLES:
            path = os.path.join(self._folder, f"{table}-own.parquet")
            rows = [_reported_row(one) for one in unreadable] if table == "reported" else []
            own = next(batches(table, rows, self._plan, {}, len(rows) + 1), None)
            pq.write_table(empty(table, self._plan) if own is None else own, path)
            files = ", ".join(_quoted(name) for name in [path, *self._files[table]])
            figures = [
                f'CAST("{column}" AS DECIMAL(38, {size.places})) AS "{column}"'
                for column, size in self._sizes[table].items()
                if size.fits
            ]
            replaced = f" REPLACE ({', '.join(figures)})" if figures else ""
            connection.execute(f"CREATE VIEW {table} AS SELECT *{replaced} FROM read_parquet([{files}])")


def _reported_row(one: ReportedRecord) -> dict[str, object]:
    return {
        "reason": one.reason,
        "record": one.record or None,
        "target": one.target or None,
        "path": one.path or None,
        "message": one.message,
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _CustomerReader:
    """Finds the records of one customer on disk."""

    def __init__(
        self,
        spill: Spill,
        connection: duckdb.DuckDBPyConnection,
        unreadable: list[ReportedRecord],
        *,
        crossing: bool,
    ) -> None:
        self._spill = spill
        self._connection = connection
        self._unreadable = unreadable
        self._crossing = crossing

    def __call__(self, customer: str) -> CustomerRecords:
        bucket = bucket_of(customer)
        own: list[Found] = [*read_range(self._spill.chunks, Range(bucket, bucket), customer)]
        ids = {head.id for head, _ in own}
        told = [one for one in self._unreadable if one.record in ids]
        return CustomerRecords(own, self._rivals(customer) if self._crossing else [], told)

    def _rivals(self, customer: str) -> list[Found]:
        files = [chunk.path for chunk in self._spill.chunks]
        wanted = "SELECT id FROM crossing WHERE customer = $customer"
        there = self._connection.execute(f"SELECT count(*) FROM ({wanted})", {"customer": customer}).fetchall()
        if not there[0][0]:
            return []
        found = self._connection.sql(
            "SELECT id, customer, kind, instant, record FROM read_parquet($files)"
            f" WHERE id IN ({wanted}) AND customer <> $customer",
            params={"files": files, "customer": customer},
        )
        return [*records_in(found.to_arrow_table())]
