"""Records on disk, near each other when they are of one customer: what does not fit into memory is read by part.

Chunks are written one after the other as Parquet, each sorted by bucket, a hash of the customer. A range of buckets is
then read from every chunk, of which only the row groups that have one of its buckets are opened.
"""

from __future__ import annotations

import os
import pickle
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zlib import crc32

from targetexpr.targets.progress.record import Head

BUCKETS = 65_536
CHUNK_RECORDS = 100_000
PART_RECORDS = 200_000
"""Records that are evaluated at once: what an evaluation keeps of them is about 100 MB."""

_GROUP_ROWS = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def bucket_of(customer: str) -> int:
    """The bucket of a customer, the same in every process."""
    return crc32(customer.encode()) & (BUCKETS - 1)


class Range(NamedTuple):
    """Some buckets that follow each other."""

    first: int
    last: int  # included

    def __contains__(self, bucket: object) -> bool:
        return isinstance(bucket, int) and self.first <= bucket <= self.last


class _Row(NamedTuple):
    bucket: int
    customer: str
    id: str
    kind: str
    instant: int  # microseconds since 1970
    record: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    """A file of records, and the buckets of its row groups."""

    path: str
    groups: tuple[Range, ...]


@dataclass(slots=True)
class Spill:
    """Records in a folder of their own. They are pickled: nobody else may write there."""

    folder: str
    chunks: list[Chunk] = field(default_factory=list)
    counts: array[int] = field(default_factory=lambda: array("q", bytes(8 * BUCKETS)))
    _rows: list[_Row] = field(default_factory=list)

    def add(self, head: Head, record: Mapping[str, object]) -> None:
        """Takes a record whose head was read."""
        bucket = bucket_of(head.customer)
        self.counts[bucket] += 1
        micros = (head.at - _EPOCH) // _MICROSECOND
        self._rows.append(_Row(bucket, head.customer, head.id, head.type, micros, pickle.dumps(record, 5)))
        if len(self._rows) >= CHUNK_RECORDS:
            self.flush()

    def flush(self) -> None:
        """Writes what is held."""
        if not self._rows:
            return
        import pyarrow as pa  # type: ignore[import-untyped]
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        rows = sorted(self._rows, key=lambda row: row.bucket)
        self._rows = []
        buckets, customers, ids, kinds, instants, records = zip(*rows, strict=True)
        table = pa.table(
            {
                "bucket": pa.array(buckets, pa.uint16()),
                "customer": pa.array(customers, pa.string()),
                "id": pa.array(ids, pa.string()),
                "kind": pa.array(kinds, pa.string()).dictionary_encode(),
                "instant": pa.array(instants, pa.int64()),
                "record": pa.array(records, pa.binary()),
            }
        )
        path = os.path.join(self.folder, f"records-{len(self.chunks):05}.parquet")
        pq.write_table(table, path, row_group_size=_GROUP_ROWS, compression="lz4")
        starts = range(0, len(buckets), _GROUP_ROWS)
        groups = tuple(Range(buckets[at], buckets[min(at + _GROUP_ROWS, len(buckets)) - 1]) for at in starts)
        self.chunks.append(Chunk(path, groups))

    def ranges(self, most: int = PART_RECORDS) -> list[Range]:
        """All buckets in parts of about so many records."""
        found: list[Range] = []
        first = count = 0
        for bucket, more in enumerate(self.counts):
            if count and count + more > most:
                found.append(Range(first, bucket - 1))
                first, count = bucket, 0
            count += more
        return [*found, Range(first, BUCKETS - 1)]


def read_range(
    chunks: list[Chunk], part: Range, customer: str | None = None
) -> Iterator[tuple[Head, dict[str, object]]]:
    """The records of some buckets, or of one customer in them."""
    import pyarrow.compute as pc  # type: ignore[import-untyped]
    import pyarrow.parquet as pq

    for chunk in chunks:
        wanted = [at for at, one in enumerate(chunk.groups) if one.first <= part.last and one.last >= part.first]
        if not wanted:
            continue
        with pq.ParquetFile(chunk.path) as file:
            for at in wanted:
                table = file.read_row_group(at)
                within = pc.and_(
                    pc.greater_equal(table["bucket"], part.first), pc.less_equal(table["bucket"], part.last)
                )
                if customer is not None:
                    within = pc.and_(within, pc.equal(table["customer"], customer))
                yield from records_in(table.filter(within))


def records_in(table: Any) -> Iterator[tuple[Head, dict[str, object]]]:
    """The rows of a table or batch of such columns as records with their heads."""
    columns = (table.column(name).to_pylist() for name in ("id", "customer", "kind", "instant", "record"))
    for name, customer, kind, at, record in zip(*columns, strict=True):
        yield Head(name, customer, kind, _EPOCH + timedelta(microseconds=at)), pickle.loads(record)
