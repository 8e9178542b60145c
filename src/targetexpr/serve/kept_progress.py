"""What customers were answered of their groups, kept until something that it was made from is another.

Nothing has to say that it changed. An answer is kept with what it was made from, and a read compares: the customer's
records and the group by what stands in the database, the participation, the settings, and where the clock is. So
feeding costs nothing, and neither a reset nor another process with the same file can leave an old answer behind.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from hashlib import blake2b

from targetexpr.running.coercion import time_zone
from targetexpr.running.context import ContextReader
from targetexpr.serve.cache import LastUsed
from targetexpr.serve.rows import GroupRow, Participation, RecordRow
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.progress.ledger import local_day

MOST_KEPT = 64 << 20
"""Bytes of answers that are kept: what fifty customers are answered of five hundred groups each."""

_OVERHEAD = 400  # bytes of an answer beside its text, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Instants at which a customer's progress in a group is answered alike, as long as nothing else changes.

    An answer depends on the clock by its local day, and by what has happened: whether a record, an unenrolment, the
    start or the end of a cycle lies behind it. Between two neighbours of these it is the same on each day.
    """

    day: date
    first: datetime | None  # None without anything before
    last: datetime | None  # exclusive

    def holds(self, now: datetime, zone: tzinfo) -> bool:
        """Whether the answer is that of this instant."""
        return (
            (self.first is None or self.first <= now)
            and (self.last is None or now < self.last)
            and local_day(now, zone) == self.day
        )


def span_of(
    now: datetime,
    timezone: str,
    records: Sequence[datetime],
    participation: Participation,
    progress: Progress | None,
) -> Span:
    """The span around now. `records` are the instants of all records that the progress was made from, in order."""
    zone = time_zone(timezone)
    place = bisect_right(records, now)
    moments = [*records[max(place - 1, 0) : place + 1]]
    left = ContextReader(zone).value("date", participation.until, "unenrolledOn")
    if isinstance(left, datetime):
        moments.append(left)
    if progress is not None:
        for row in progress.customers[participation.customer].periods:
            if row.days is None:  # listed periods go by days
                moments += (row.start,) if row.end is None else (row.start, row.end)
    return Span(
        day=local_day(now, zone),
        first=max((moment for moment in moments if moment <= now), default=None),
        last=min((moment for moment in moments if moment > now), default=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGroup:
    """What a customer was answered of one group."""

    group: bytes  # the digest of the group
    participation: Participation
    span: Span
    text: str | None  # JSON on one line; None where none of the customer's records counts

    def holds(self, row: GroupRow, participation: Participation, now: datetime, zone: tzinfo) -> bool:
        """Whether it is what would be answered now, of the same records and settings."""
        return participation == self.participation and self.span.holds(now, zone) and group_digest(row) == self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the answers of all groups are made from alike."""

    records: bytes  # the digest of the customer's records
    settings: Hashable
    first_id: int | None  # of the customer's rows, whose ids stand in the answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a customer was answered. Never changed: a read that finds some of it old keeps another."""

    basis: Basis
    groups: Mapping[int, KeptGroup]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(_OVERHEAD + sys.getsizeof(one.text) for one in self.groups.values())


class KeptPages(LastUsed[Page]):
    """The pages of a store."""

    def __init__(self, max_size: int = MOST_KEPT) -> None:
        super().__init__(max_size)


def answering(settings: Settings) -> Hashable:
    """What answers depend on of the settings, but for the clock."""
    return settings.timezone, settings.returns, settings.org_id


def group_digest(row: GroupRow) -> bytes:
    """What tells a group from what it was before. JSON has no NUL in it."""
    ended = "\0" if row.ended is None else row.ended
    return blake2b(f"{row.body}\0{row.attribution}\0{ended}".encode(), digest_size=16).digest()


def records_digest(rows: Iterable[RecordRow]) -> bytes:
    """What tells a customer's records from what they were before: each with its place, and when it was fed."""
    digest = blake2b(digest_size=16)
    for row in rows:
        digest.update(f"{row.seq} {row.fed} {len(row.body)} ".encode())
        digest.update(row.body.encode())
    return digest.digest()
