"""One customer's progress in the shape of the platform's user-progress answer, for the library and the server alike.

The members are those of the observed answers, in their order. What an evaluation cannot know (rows' own ids, enrolment
times) is null, as the platform prints it; the server fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.model.group import TWIN, Target
from targetexpr.targets.model.json_values import JsonValue, to_plain
from targetexpr.targets.model.scalars import date_text, offset_text, three_decimals
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.exact import ZERO, Amount, at_least, share, three_places
from targetexpr.targets.progress.plan import SubTarget, TargetPlan
from targetexpr.targets.progress.results import CustomerProgress, LevelProgress, PeriodProgress, ProgressData

_LARGEST_ID = 2**63 - 1
_is_number = re.compile(r"0|[1-9][0-9]{0,18}").fullmatch


def user_json(user: str) -> JsonValue:
    """The id of a user as answers have it: a number where it looks like one.

    >>> user_json("64035151"), user_json("ann"), user_json("007")
    (64035151, 'ann', '007')
    """
    return int(user) if _is_number(user) is not None and int(user) <= _LARGEST_ID else user


def user_progress(customer: str, groups: Sequence[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    """What an answer holds as `data`: the customer, and the progress in each group as `group_progress` gives it."""
    who = user_json(customer)
    return {"userId": who, "customer": {"id": who}, "targetGroups": [dict(group) for group in groups]}


def group_progress(
    progress: ProgressData, customer: CustomerProgress, *, attribution: JsonValue = None, org_id: int | None = None
) -> dict[str, JsonValue]:
    """One group: a row per target and started period, of cappings all periods; twins with nothing achieved; levels.

    `attribution` is that of the group unless the group brought its own, `org_id` the organisation; both are left out
    where nobody knows them.
    """
    plan = progress.plan
    rows: list[JsonValue] = []
    for target in plan.targets:
        rows += [_row(progress, target, row) for row in customer.of(target.name) if _is_shown(progress, row)]
    for twin in plan.twins:
        rows += _twin_rows(progress, customer, twin)
    if attribution is None and plan.attribution is not None:
        attribution = to_plain(plan.attribution)
    group: dict[str, JsonValue] = {"id": plan.id}
    if attribution is not None:
        group["attribution"] = attribution
    group["name"] = plan.name
    if org_id is not None:
        group["orgId"] = org_id
    group |= {"preferredTillId": plan.preferred_till_id, "targets": rows}
    if customer.streak is not None:
        group["streaks"] = [_level(customer, one) for one in customer.streak.levels]
    return group | {"targetEvaluationType": str(plan.window), "trackingType": str(plan.tracking)}


def _is_shown(progress: ProgressData, row: PeriodProgress) -> bool:
    """Periods to come are shown of cappings only, whose ceilings are there before anything counts."""
    return progress.plan.tracking is TrackingType.CAPPING or _started(progress, row)


def _started(progress: ProgressData, row: PeriodProgress) -> bool:
    if row.days is not None:
        today = today_of(progress.plan, progress.now)
        return today is not None and row.days[0] <= today
    return progress.now is not None and row.start <= progress.now


def _row(progress: ProgressData, target: TargetPlan, row: PeriodProgress) -> dict[str, JsonValue]:
    period = next((one for one in progress.plan.periods if row.days is not None and one.index == row.index), None)
    last = None if row.end is None else _last_second(row)
    return {
        "targetId": None,
        "periodId": None if period is None else period.id,
        "periodRefCode": row.period,
        "periodStartDate": (row.days[0] if row.days is not None else row.start.date()).isoformat(),
        "periodEndDate": None if last is None else (row.days[1] if row.days is not None else last.date()).isoformat(),
        "targetValue": three_decimals(row.value),
        "targetAchievedValue": three_decimals(three_places(row.exact)),  # from the exact amount: rounded once
        "targetName": target.name,
        "targetType": str(target.type),
        "targetEntity": str(target.entity),
        "targetRuleId": target.id,
        "enrolledOn": None,
        "eventName": target.event_name,
        "periodStartDateWithTimeStamp": date_text(row.start.astimezone(UTC)),
        "periodEndDateWithTimeStamp": None if last is None else date_text(last.astimezone(UTC)),
        "targetAchievedDateTime": None if row.achieved_on is None else offset_text(row.achieved_on),
        "currentPeriod": _is_current(progress, row),
        "milestones": [_sub_target(one, row) for one in target.sub_targets] or None,
    }


def _twin_rows(progress: ProgressData, customer: CustomerProgress, twin: Target) -> list[JsonValue]:
    """A twin sees returns for its original and achieves nothing of its own."""
    name = (twin.name or "").removesuffix(TWIN)
    original = next((one for one in progress.plan.targets if one.name == name), None)
    if original is None:
        return []
    rows: list[JsonValue] = []
    for row in customer.of(name):
        if _is_shown(progress, row):
            mine = {"targetName": twin.name, "targetRuleId": twin.id, "eventName": twin.event_name}
            none: dict[str, JsonValue] = {"targetAchievedValue": three_decimals(ZERO), "targetAchievedDateTime": None}
            none["milestones"] = None
            rows.append({**_row(progress, original, row), **mine, **none})
    return rows


def _sub_target(sub_target: SubTarget, row: PeriodProgress) -> dict[str, JsonValue]:
    """Its value is an amount, of a percentage that of the target's value in the period."""
    value: Amount = sub_target.value
    if sub_target.percentage:
        value = share(row.value, sub_target.value, Decimal(100))
    return {
        "id": sub_target.id,
        "triggerName": sub_target.name,
        "triggerValue": three_decimals(three_places(value)),
        "isAchieved": bool(row.contributions) and at_least(row.exact, value),  # as the target itself
    }


def _level(customer: CustomerProgress, level: LevelProgress) -> dict[str, JsonValue]:
    """A level; only one that is reached has a member for the row that decided."""
    assert customer.streak is not None  # it has this level
    made: dict[str, JsonValue] = {
        "userStreakId": None,
        "streakId": level.id,
        "streakName": level.name,
        "status": level.status,
        "currentCount": customer.streak.run,
        "totalTargetCountOfSequence": level.count,
    }
    if level.period is not None:
        made["streakAchievedUserTargetId"] = None
    made["streakAchievedDateTime"] = None if level.reached_on is None else offset_text(level.reached_on)
    return made


def _is_current(progress: ProgressData, row: PeriodProgress) -> bool:
    today = today_of(progress.plan, progress.now)
    if row.days is not None:
        return today is not None and row.days[0] <= today <= row.days[1]
    return progress.now is not None and row.start <= progress.now and (row.end is None or progress.now < row.end)


def _last_second(row: PeriodProgress) -> datetime:
    """The platform writes ends as the last second that belongs to a period."""
    assert row.end is not None  # asked only where there is one
    agnostic = row.days is None and row.achieved_on == row.end
    return row.end if agnostic else row.end - timedelta(seconds=1)
