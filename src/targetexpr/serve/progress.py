"""What the records come to: `targets.evaluate` on what was fed, at the sandbox's instant, for those who take part.

Nothing that was worked out is kept between requests, only groups made ready, by their text. A customer's progress
depends on that customer's records alone (and on others that came with the same ids), so a question costs no more than
those few records, feeding costs no evaluation at all, a clock that is put back needs no care, and the answer is that of
`evaluate` by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import cast

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.serve import clock
from targetexpr.serve.cache import remembered
from targetexpr.serve.clock import Settings
from targetexpr.serve.errors import Problem
from targetexpr.serve.groups import Members, body_of, parts_of, plain_of
from targetexpr.serve.reads import found
from targetexpr.serve.records import Kept, kept_of, microseconds
from targetexpr.serve.rows import GroupRow, Part, RecordRow, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.evaluation import Progress, Tracker
from targetexpr.targets.model.enums import EnrolmentMethod
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.progress.enrolment import Enrolment
from targetexpr.targets.progress.plan import EvaluationError
from targetexpr.targets.progress.tracker import PreparedGroup, prepare


class NotEvaluated(Exception):
    """A group that was accepted and cannot be evaluated, as one whose cycles have no length."""

    def __init__(self, group: int, pointer: str, reason: str) -> None:
        self.group = group
        self.pointer = pointer
        self.reason = reason
        super().__init__(group, pointer, reason)

    def problem(self) -> Problem:
        """As a warning beside the groups that can."""
        said = f"The target group {self.group} cannot be evaluated: {self.reason.removesuffix('.')}."
        return Problem(message=said, reason="not-evaluated", pointer=self.pointer)


@remembered(room=4 << 20)
def _prepared(body: str, timezone: str) -> PreparedGroup:
    """A kept group with its rules compiled. By its text: a group that was changed is another one."""
    return prepare(TargetGroup.model_validate(plain_of(body)), timezone=timezone)


def until_its_end(row: GroupRow, settings: Settings) -> Settings:
    """The settings a group is evaluated with: one that was deactivated stands as it did then, whatever came later."""
    if row.ended is None:
        return settings
    changed = cast(str, cast(Members, plain_of(row.attribution))["lastUpdatedOn"])
    ended = datetime.fromisoformat(changed.removesuffix("+0000") + "+00:00")
    return replace(settings, now=min(settings.now, ended))


def joins_by_record(row: GroupRow) -> bool:
    """Whether customers come to take part by a record of theirs: some target enrols by TRANSACTION."""
    return any(
        target.get("enrolmentMethod") == EnrolmentMethod.TRANSACTION for target in parts_of(body_of(row), "targets")
    )


def part_of(rows: Rows, row: GroupRow, settings: Settings, customer: str) -> Part | None:
    """A customer's part in a group; None for one who has none.

    Every customer with a record until now takes part where targets enrol by TRANSACTION; elsewhere, and from another
    day on, those who were enrolled. Sandboxes have no audiences: AUDIENCE_FILTER waits for an enrolment too.
    """
    explicit = rows.part(row.id, customer)
    if explicit is not None:
        return explicit
    if joins_by_record(row):
        until = microseconds(settings.now)
        if rows.has_record(customer, until) or customer in _settled(row, settings, rows.disputed(until)):
            return Part(customer, "", None, None)
    return None


def _settled(row: GroupRow, settings: Settings, disputed: Sequence[RecordRow]) -> set[str]:
    """Who has one of the records that came with one id at one instant for several: evaluation's word, not ours.

    Of a group that cannot be evaluated all of them have, so that all of them are told.
    """
    if not disputed:
        return set()
    kept = list(kept_of(disputed, settings.timezone))
    try:
        tracker = _fed(row, settings, kept, None)
    except NotEvaluated:
        return {one.head.customer for one in kept}
    owners = (tracker.customer_of(one.head.id) for one in kept)
    return {owner for owner in owners if owner is not None}


def _taken_in(part: Part) -> Mapping[str, object] | None:
    """A part as evaluation takes it."""
    days = {"enrolledOn": part.since, "unenrolledOn": part.until}
    return {name: day for name, day in days.items() if day is not None} or None


def evaluated(row: GroupRow, settings: Settings, records: Iterable[Kept], enrolment: Enrolment | None) -> Progress:
    """A group's progress, as `targets.evaluate` gives it. Raises NotEvaluated."""
    with _told(row):
        return _fed(row, settings, records, enrolment).result()


def _fed(row: GroupRow, settings: Settings, records: Iterable[Kept], enrolment: Enrolment | None) -> Tracker:
    """A tracker of the group that has the records. Raises NotEvaluated."""
    with _told(row):
        ready = _prepared(row.body if row.ended is None else row.ended, settings.timezone)
        tracker = Tracker(ready, now=settings.now.isoformat(), returns=settings.returns, enrolment=enrolment)
        for one in records:
            tracker.take(one.head, one.values)
        return tracker


@contextmanager
def _told(row: GroupRow) -> Iterator[None]:
    """What evaluation cannot do becomes NotEvaluated."""
    try:
        yield
    except EvaluationError as error:
        raise NotEvaluated(row.id, error.pointer, error.diagnostic.message) from None
    except ExpressionError as error:
        raise NotEvaluated(row.id, "/targets", str(error)) from None
    except OverflowError:
        raise NotEvaluated(row.id, "", "a date lies at the very end of the calendar") from None


def of_customer(row: GroupRow, settings: Settings, records: Sequence[Kept], part: Part) -> Progress | None:
    """One customer's progress in a group, from what `Rows.records_of` gives; None when none of them counts."""
    explicit = bool(part.enrolled_at) or part.until is not None
    progress = evaluated(row, settings, records, {part.customer: _taken_in(part)} if explicit else None)
    return progress if part.customer in progress.customers else None


def of_group(store: Store, id: int) -> dict[str, JsonValue]:
    """Everybody's progress in a group, in the canonical form of `Progress.to_dict`."""
    with store.read() as rows:
        row = found(rows, id)
        settings = until_its_end(row, clock.load(rows))
        enrolment = _enrolment(rows, row, settings)
        kept = list(rows.records())
    progress = evaluated(row, settings, kept_of(kept, settings.timezone), enrolment)
    return progress.to_dict()


def _enrolment(rows: Rows, row: GroupRow, settings: Settings) -> Enrolment | None:
    parts = {part.customer: _taken_in(part) for part in rows.parts(row.id)}
    if not joins_by_record(row):
        return parts
    if not parts:
        return None
    until = microseconds(settings.now)
    by_record = rows.customers(until) | _settled(row, settings, rows.disputed(until))
    return {**dict.fromkeys(sorted(by_record)), **parts}
