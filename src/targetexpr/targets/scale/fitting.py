"""What SQL does not do exactly: reasons, as sentences, for which a group goes to the evaluator itself."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.model.enums import EvaluationType, TargetEntity
from targetexpr.targets.model.events import RETURN_BILL
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.cycles_sql import DAYS_OF, seconds_of

MOST_CYCLES = 10_000
_MOST_SECONDS = 3_000 * 365 * 86_400


def group_reasons(tracker: RecordTracker) -> list[str]:
    """Why a group has no form in SQL, whatever the table; empty where it has one."""
    return list(_reasons(tracker))


def _reasons(tracker: RecordTracker) -> Iterator[str]:
    plan = tracker.plan
    if plan.window is EvaluationType.PERIOD_AGNOSTIC_WINDOW:
        yield f"{plan.window} closes with the record that reaches the value."
    if plan.window is EvaluationType.CYCLIC_WINDOW:
        if plan.unit not in DAYS_OF:
            yield f"Cycles of {plan.unit} go by the calendar of each customer."
        elif plan.cycles > MOST_CYCLES or plan.cycles * seconds_of(plan) > _MOST_SECONDS:
            yield f"There may be {plan.cycles:,} cycles."
    if not plan.targets:
        yield "The group has no active target."
    if tracker.on_error == "raise":
        yield "The evaluation stops at the first record that does not fit."
    for target in plan.targets:
        if target.entity is TargetEntity.LINEITEM:
            yield f"`{target.name}` counts line items."
        if target.event == RETURN_BILL:
            yield f"`{target.name}` counts returns as records of their own."
