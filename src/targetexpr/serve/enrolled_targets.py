"""The targets that are active for a customer at an instant. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from targetexpr.serve import sandbox_settings
from targetexpr.serve.enrolment import takes_part_at
from targetexpr.serve.group_rows import JsonObject, body_of, parts_of
from targetexpr.serve.milestones import status_at
from targetexpr.serve.progress import participation_of
from targetexpr.serve.store import Store
from targetexpr.serve.users import check_known
from targetexpr.targets.model.enums import EnrolmentMethod, MilestoneStatus
from targetexpr.targets.model.group import is_twin
from targetexpr.targets.model.json_values import JsonValue

_LEFT_OUT = ("defaultValues", "eventName", "targetMilestoneTriggers")  # as in the documents' samples


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledFilter:
    """Which of a customer's targets are asked for; None for any."""

    targets: Collection[int] | None = None
    at: datetime | None = None  # now unless given
    method: EnrolmentMethod | None = None
    only_user_made: bool = False


def enrolled_targets(store: Store, user: str, wanted: EnrolledFilter) -> list[JsonValue]:
    """Active targets of the groups that run then and in which the customer takes part, in the order of ids."""
    found: list[JsonObject] = []
    with store.read() as rows:
        check_known(rows, user)
        settings = sandbox_settings.load(rows)
        if wanted.at is not None:
            settings = replace(settings, now=wanted.at)
        for row in rows.groups(only_active=True):
            if wanted.only_user_made and not row.user_made:
                continue
            if status_at(row, settings.now) is not MilestoneStatus.LIVE:
                continue
            if takes_part_at(participation_of(rows, row, settings, user), row, settings):
                found += [target for target in parts_of(body_of(row), "targets") if _fits(target, wanted)]
    return [_entry(target) for target in found]


def _fits(target: JsonObject, wanted: EnrolledFilter) -> bool:
    return (
        target.get("active") is not False
        and not is_twin(target.get("name"), target.get("eventName"))
        and (wanted.targets is None or target["id"] in wanted.targets)
        and (wanted.method is None or target.get("enrolmentMethod") == wanted.method)
    )


def _entry(target: JsonObject) -> JsonValue:
    """A target without its values, as this call answers it."""
    kept = {name: value for name, value in target.items() if name not in _LEFT_OUT}
    return {**kept, "targetPeriodDefaultValuesMap": {}}
