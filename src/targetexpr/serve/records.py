"""Records as they are kept: the text of each, and when its date is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from targetexpr.records.decoder import decode_known
from targetexpr.running.coercion import time_zone
from targetexpr.running.context import ContextReader
from targetexpr.serve.deadline import check_deadline
from targetexpr.serve.rows import RecordRow
from targetexpr.targets.progress.record import Head, read_head

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StoredRecord(NamedTuple):
    """A kept record for evaluation."""

    head: Head
    context: Mapping[str, object]


def stored_records(rows: Iterable[RecordRow], timezone: str) -> Iterator[StoredRecord]:
    """Kept records, each read once however many groups look at it. Their heads were valid when they were fed.

    Raises DeadlineError.
    """
    reader = ContextReader(time_zone(timezone))
    for row in rows:
        check_deadline()
        context = decode_known(row.body)
        yield StoredRecord(read_head(reader, context), context)


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    gone = moment - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds
