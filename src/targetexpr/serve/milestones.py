"""Target groups as milestones: by page, newest first, by name, kind, dates and where they stand. Knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from targetexpr.serve import sandbox_settings
from targetexpr.serve.envelope import page_of
from targetexpr.serve.group_rows import JsonObject, body_of, parts_of
from targetexpr.serve.reads import read_form
from targetexpr.serve.rows import GroupRow
from targetexpr.serve.store import Store
from targetexpr.targets.model.enums import MilestoneStatus, TargetType, TrackingType
from targetexpr.targets.model.scalars import WireDate


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneFilter:
    """Which groups are listed; None for any."""

    limit: int
    offset: int  # the number of a page, from 0
    name: str | None = None  # in it, in any case
    status: MilestoneStatus | None = None
    tracking: TrackingType | None = None
    counts: TargetType | None = None  # of one of its targets
    since: date | None = None  # active on that day or later
    until: date | None = None  # active on that day or earlier
    periods: bool = False  # whether to list them
    user_made: bool = False  # whether to list groups that users made


def milestones(store: Store, wanted: MilestoneFilter) -> JsonObject:
    """A page of the groups that fit, as they are read, and how many there are."""
    with store.read() as rows:
        settings = sandbox_settings.load(rows)
        listed = rows.groups(user_made=wanted.user_made)
    fitting = [row for row in reversed(listed) if _fits(row, wanted, settings.now)]
    shown = fitting[wanted.offset * wanted.limit : (wanted.offset + 1) * wanted.limit]
    data = [read_form(row, settings, periods=wanted.periods) for row in shown]
    return page_of(data, limit=wanted.limit, offset=wanted.offset, total=len(fitting))


def status_at(row: GroupRow, now: datetime) -> MilestoneStatus:
    """Where a group stands: stopped by hand, else by its cycle dates."""
    if not row.active:
        return MilestoneStatus.STOPPED
    start, end = _cycle(row)
    if now < start.instant():
        return MilestoneStatus.UPCOMING
    return MilestoneStatus.LIVE if now <= end.instant() else MilestoneStatus.ENDED


def _cycle(row: GroupRow) -> tuple[WireDate, WireDate]:
    """Every group that was created has these dates."""
    body = body_of(row)
    start, end = (WireDate.read(cast(str, body[name])) for name in ("targetCycleStartDate", "targetCycleEndDate"))
    return start, end


def _fits(row: GroupRow, wanted: MilestoneFilter, now: datetime) -> bool:
    body = body_of(row)
    start, end = _cycle(row)
    return (
        (wanted.name is None or wanted.name.casefold() in str(body.get("name")).casefold())
        and (wanted.status is None or wanted.status is status_at(row, now))
        and (wanted.tracking is None or body.get("trackingType") == wanted.tracking)
        and (wanted.counts is None or any(one.get("targetType") == wanted.counts for one in parts_of(body, "targets")))
        and (wanted.since is None or end.day >= wanted.since)
        and (wanted.until is None or start.day <= wanted.until)
    )
