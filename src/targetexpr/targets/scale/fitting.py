"""What SQL does not do exactly: reasons, as sentences, for which a group goes to the evaluator itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from targetexpr.targets.model.enums import EvaluationType, TargetEntity, TrackingType
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.progress.tracker import RecordTracker


class NotSql(Exception):
    """An evaluation that has no exact form in SQL, for this group or over this table."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(*reasons)
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return " ".join(self.reasons)


def group_reasons(tracker: RecordTracker) -> list[str]:
    """Why a group has no form in SQL, whatever the table; empty where it has one."""
    return list(_reasons(tracker))


def _reasons(tracker: RecordTracker) -> Iterator[str]:
    plan = tracker.plan
    if plan.window is not EvaluationType.FIXED_CALENDAR_WINDOW:
        yield f"{plan.window} goes by each customer's own records."
    if plan.tracking in (TrackingType.UNIFIED, TrackingType.CAPPING):
        yield f"{plan.tracking} looks at several ledgers at once."
    if not plan.targets:
        yield "The group has no active target."
    if tracker.enrolled is not None:
        yield "Customers take part by enrolment."
    if tracker.on_error == "raise":
        yield "The evaluation stops at the first record that does not fit."
    for target in plan.targets:
        if target.entity is TargetEntity.LINEITEM:
            yield f"`{target.name}` counts line items."
        if target.event == RETURN_BILL:
            yield f"`{target.name}` counts returns as records of their own."
        if target.accumulation != "sum":
            yield f"`{target.name}` counts days."
