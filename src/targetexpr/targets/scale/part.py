"""The unchanged evaluation over some of the customers: what every way of dividing them has in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.enrolment import Enrolled, Enrolment
from targetexpr.targets.progress.record import Head
from targetexpr.targets.progress.results import ProgressData, Reported, ReportedRecord
from targetexpr.targets.progress.tracker import DUPLICATE, PreparedGroup, RecordTracker
from targetexpr.targets.progress.windows import ReturnPolicy

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What an evaluation is given beside its records, as `evaluate` takes it."""

    group: TargetGroup
    timezone: str = "UTC"
    now: object = None
    returns: ReturnPolicy | None = None
    enrolment: Enrolment | None = None
    schema: Schema | None = None
    drop_unfinished: bool = True

    def tracker(self, ready: PreparedGroup) -> RecordTracker:
        """A tracker without records. Raises DataError, ValueError for options that do not fit."""
        return RecordTracker(
            ready,
            now=self.now,
            returns=self.returns,
            enrolment=self.enrolment,
            drop_unfinished=self.drop_unfinished,
        )

    def bare(self) -> Options:
        """The same for a part of the customers, who are enrolled one by one, and of whom none is later than now."""
        return replace(self, now=None, enrolment=None)


def part_tracker(
    options: Options, ready: PreparedGroup, now: datetime | None, enrolled: Mapping[str, Enrolled] | None
) -> RecordTracker:
    """A tracker for some customers, as of the instant of all."""
    tracker = options.bare().tracker(ready)
    tracker.limit = now
    tracker.enrolled = None if enrolled is None else dict(enrolled)
    return tracker


def take_all(tracker: RecordTracker, records: Iterable[tuple[Head, Mapping[str, object]]]) -> None:
    """Hands records over whose heads were read before."""
    for head, record in records:
        tracker.take(head, record)


def with_duplicates(found: ProgressData, ids: Iterable[str]) -> ProgressData:
    """The same, with ids reported that came elsewhere as well."""
    known = set(found.reported.duplicates)
    added = [
        ReportedRecord(record=one, target="", reason="duplicate", path="id", message=DUPLICATE)
        for one in ids
        if one not in known
    ]
    return with_reported(found, added) if added else found


def with_reported(found: ProgressData, added: Iterable[ReportedRecord]) -> ProgressData:
    """The same, with more records that were set aside."""
    records = tuple(sorted((*found.reported.records, *added)))
    return replace(found, reported=replace(found.reported, records=records))


def with_counts(found: Reported, other: Reported) -> Reported:
    """Two parts of what was set aside as one, without the records."""
    return Reported(
        later=found.later + other.later,
        not_enrolled=found.not_enrolled + other.not_enrolled,
        out_of_scope=found.out_of_scope + other.out_of_scope,
        outside_periods=found.outside_periods + other.outside_periods,
    )
