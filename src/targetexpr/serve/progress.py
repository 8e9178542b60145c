"""What the records come to: `targets.evaluate` on what was fed, at the sandbox's instant, for those who take part.

A customer's progress depends on that customer's records alone (and on others that came with the same ids), so a
question costs no more than those few records, feeding costs no evaluation at all, a clock that is put back needs no
care, and the answer is that of `evaluate` by construction. Prepared groups are kept between requests, by their text,
and what a customer was answered of them, in `kept_progress`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import cast

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.serve import sandbox_settings
from targetexpr.serve.cache import cached_by_text
from targetexpr.serve.deadline import DeadlineError, check_deadline
from targetexpr.serve.errors import Refusal, error
from targetexpr.serve.group_rows import (
    JsonObject,
    attribution_of,
    body_of,
    existing_group,
    parts_of,
    read_kept,
)
from targetexpr.serve.records import StoredRecord, microseconds, stored_records
from targetexpr.serve.rows import GroupRow, Participation, RecordRow, Rows
from targetexpr.serve.sandbox_settings import Settings
from targetexpr.serve.store import Store
from targetexpr.serve.store_errors import StoreError
from targetexpr.targets.evaluation import Progress, Tracker
from targetexpr.targets.model.enums import EnrolmentMethod
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.enrolment import Enrolment
from targetexpr.targets.progress.plan import EvaluationError
from targetexpr.targets.progress.results import Reported
from targetexpr.targets.progress.tracker import PreparedGroup, prepare

_LOG = logging.getLogger("targetexpr.serve")


class NotEvaluated(Exception):
    """A group that was accepted and cannot be evaluated, such as one whose cycles have no length.

    `diagnostic` says so: the refusal of a request for this group, a warning beside other groups.
    """

    def __init__(self, group: int, pointer: str, reason: str) -> None:
        message = f"The target group {group} cannot be evaluated: {reason.removesuffix('.')}."
        self.diagnostic = error("not-evaluated", message, pointer=pointer)
        super().__init__(group, pointer, reason)

    @property
    def warning(self) -> Diagnostic:
        """The diagnostic beside the groups that can be evaluated."""
        return replace(self.diagnostic, severity="warning")


@cached_by_text(max_size=4 << 20)
def _prepared(body: str, timezone: str) -> PreparedGroup:
    """A kept group with its rules compiled. By its text: a group that was changed is another one."""
    return prepare(TargetGroup.model_validate(read_kept(body)), timezone=timezone)


def until_its_end(row: GroupRow, settings: Settings) -> Settings:
    """The settings a group is evaluated with: one that was deactivated stands as it did then, whatever came later."""
    if row.ended is None:
        return settings
    changed = cast(str, attribution_of(row)["lastUpdatedOn"])
    ended = datetime.fromisoformat(changed)
    return replace(settings, now=min(settings.now, ended))


def joins_by_record(row: GroupRow) -> bool:
    """Whether customers come to take part by a record of theirs: some target enrols by TRANSACTION."""
    return any(
        target.get("enrolmentMethod") == EnrolmentMethod.TRANSACTION for target in parts_of(body_of(row), "targets")
    )


def participation_of(rows: Rows, row: GroupRow, settings: Settings, customer: str) -> Participation | None:
    """How a customer takes part in a group; None for one who does not.

    Every customer with a record until now takes part where targets enrol by TRANSACTION; elsewhere, and from another
    day on, those who were enrolled. Sandboxes have no audiences: AUDIENCE_FILTER waits for an enrolment too.
    """
    check_deadline()
    return rows.participation(row.id, customer) or _ByRecord(rows, customer).participation(row, settings)


def taking_part(
    rows: Rows, groups: Iterable[GroupRow], settings: Settings, customer: str
) -> list[tuple[GroupRow, Participation]]:
    """The groups in which a customer takes part, each until its end, and how: as `participation_of` has it."""
    enrolled, by_record = rows.participations_of(customer), _ByRecord(rows, customer)
    found: list[tuple[GroupRow, Participation]] = []
    for row in groups:
        check_deadline()
        part = enrolled.get(row.id) or by_record.participation(row, until_its_end(row, settings))
        if part is not None:
            found.append((row, part))
    return found


class _ByRecord:
    """How a customer who was not enrolled takes part in groups. What the records say is asked once for each instant."""

    def __init__(self, rows: Rows, customer: str) -> None:
        self._rows = rows
        self._customer = customer
        self._known: dict[int, tuple[bool, list[RecordRow]]] = {}

    def participation(self, row: GroupRow, settings: Settings) -> Participation | None:
        if not joins_by_record(row):
            return None
        until = microseconds(settings.now)
        if until not in self._known:
            has_record = self._rows.has_record(self._customer, until)
            self._known[until] = has_record, [] if has_record else self._rows.disputed(until)
        has_record, disputed = self._known[until]
        if has_record or self._customer in _owners(row, settings, disputed):
            return Participation(self._customer, "", None, None)
        return None


def _owners(row: GroupRow, settings: Settings, disputed: Sequence[RecordRow]) -> set[str]:
    """Whom records count for that came with one id at one instant for several: evaluation decides, not the server.

    Of a group that cannot be evaluated all of them, so that all of them are answered that it cannot.
    """
    if not disputed:
        return set()
    records = list(stored_records(disputed, settings.timezone))
    try:
        tracker = _tracker(row, settings, records, None)
    except NotEvaluated:
        return {record.head.customer for record in records}
    owners = (tracker.customer_of(record.head.id) for record in records)
    return {owner for owner in owners if owner is not None}


def _enrolled_days(participation: Participation) -> Mapping[str, object] | None:
    """A participation as evaluation takes it."""
    days = {"enrolledOn": participation.since, "unenrolledOn": participation.until}
    return {name: day for name, day in days.items() if day is not None} or None


def evaluated(
    row: GroupRow, settings: Settings, records: Iterable[StoredRecord], enrolment: Enrolment | None
) -> Progress:
    """A group's progress, as `targets.evaluate` gives it. Raises NotEvaluated, DeadlineError."""
    with evaluation_of(row):
        return _tracker(row, settings, records, enrolment).result(between=check_deadline)


def _tracker(
    row: GroupRow, settings: Settings, records: Iterable[StoredRecord], enrolment: Enrolment | None
) -> Tracker:
    """A tracker of the group that has the records. Raises NotEvaluated."""
    with evaluation_of(row):
        prepared = _prepared(row.body if row.ended is None else row.ended, settings.timezone)
        tracker = Tracker(prepared, now=settings.now.isoformat(), returns=settings.returns, enrolment=enrolment)
        for record in records:
            check_deadline()
            tracker.take(record.head, record.context)
        return tracker


@contextmanager
def evaluation_of(row: GroupRow) -> Iterator[None]:
    """What evaluation cannot do becomes NotEvaluated; so does a defect of ours, which the log tells of.

    A customer's other groups, and other customers, are answered all the same.
    """
    check_deadline()
    try:
        yield
    except (NotEvaluated, Refusal, StoreError, DeadlineError):
        raise
    except EvaluationError as failure:
        raise NotEvaluated(row.id, failure.pointer, failure.diagnostic.message) from None
    except ExpressionError as failure:
        raise NotEvaluated(row.id, "/targets", str(failure)) from None
    except OverflowError:
        raise NotEvaluated(row.id, "", "a date lies at the very end of the calendar") from None
    except Exception as defect:
        _LOG.exception("the evaluation of the target group %d failed", row.id)
        reason = "its evaluation failed; the log has the details. Please report it"
        raise NotEvaluated(row.id, "", reason) from defect


def of_customer(
    row: GroupRow, settings: Settings, records: Sequence[StoredRecord], participation: Participation
) -> Progress | None:
    """One customer's progress in a group, from what `Rows.records_of` gives; None when none of them counts."""
    progress = _evaluated_for(row, settings, records, participation)
    return progress if participation.customer in progress.customers else None


def reported_of(
    row: GroupRow, settings: Settings, records: Sequence[StoredRecord], participation: Participation
) -> Reported:
    """What a group sets aside of one customer's records, from what `Rows.records_of` gives. Raises NotEvaluated."""
    return _evaluated_for(row, settings, records, participation).reported


def _evaluated_for(
    row: GroupRow, settings: Settings, records: Sequence[StoredRecord], participation: Participation
) -> Progress:
    is_enrolled = bool(participation.enrolled_at) or participation.until is not None
    enrolment: Enrolment | None = {participation.customer: _enrolled_days(participation)} if is_enrolled else None
    return evaluated(row, settings, records, enrolment)


def of_group(store: Store, id: int) -> JsonObject:
    """Everybody's progress in a group, in the canonical form of `Progress.to_dict`."""
    with store.read() as rows:
        row = existing_group(rows, id)
        settings = until_its_end(row, sandbox_settings.load(rows))
        enrolment = _enrolment(rows, row, settings)
        records = list(rows.records())
    with evaluation_of(row):
        return evaluated(row, settings, stored_records(records, settings.timezone), enrolment).to_dict()


def _enrolment(rows: Rows, row: GroupRow, settings: Settings) -> Enrolment | None:
    enrolled = {one.customer: _enrolled_days(one) for one in rows.participations(row.id)}
    if not joins_by_record(row):
        return enrolled
    if not enrolled:
        return None
    until = microseconds(settings.now)
    by_record = rows.customers(until) | _owners(row, settings, rows.disputed(until))
    return {**dict.fromkeys(sorted(by_record)), **enrolled}
