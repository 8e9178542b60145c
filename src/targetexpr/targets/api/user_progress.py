"""One customer's progress in the shape of the platform's user-progress answer.

The members are those the platform's documents list; what an evaluation cannot know (rows' own ids, enrolment times) is
null, as the platform prints it. The envelope around one group is our choice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from targetexpr.targets.model.group import TWIN, Target
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import Number, date_text, offset_text, three_decimals
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.exact import ZERO, Amount, at_least, share, three_places
from targetexpr.targets.progress.plan import SubTarget, TargetPlan
from targetexpr.targets.progress.results import CustomerProgress, LevelProgress, PeriodProgress, ProgressData


def user_progress(progress: ProgressData, customer: CustomerProgress) -> dict[str, JsonValue]:
    """A row per target and started period, twins with nothing achieved; and the streak's levels beside them."""
    plan = progress.plan
    targets: list[JsonValue] = []
    for target in plan.targets:
        targets += [_row(progress, target, row) for row in customer.of(target.name) if _started(progress, row)]
    for twin in plan.twins:
        targets += _twin_rows(progress, customer, twin)
    group: dict[str, JsonValue] = {
        "targetGroupId": plan.id,
        "targetGroupName": plan.name,
        "targets": targets,
        "streaks": [] if customer.streak is None else [_level(customer, one) for one in customer.streak.levels],
    }
    return {"data": [group], "errors": None, "warnings": None}


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
        "periodStartDateWithTimeStamp": date_text(row.start.astimezone(UTC)),
        "periodEndDateWithTimeStamp": None if last is None else date_text(last.astimezone(UTC)),
        "targetValue": three_decimals(row.value),
        "targetAchievedValue": _figure(row.exact),
        "targetName": target.name,
        "targetType": str(target.type),
        "targetEntity": str(target.entity),
        "targetRuleId": target.id,
        "enrolledOn": None,
        "eventName": target.event_name,
        "targetAchievedDateTime": None if row.achieved_on is None else offset_text(row.achieved_on),
        "currentPeriod": _is_current(progress, row),
        "milestones": [_sub_target(one, row) for one in target.sub_targets],
    }


def _twin_rows(progress: ProgressData, customer: CustomerProgress, twin: Target) -> list[JsonValue]:
    """A twin sees returns for its original and achieves nothing of its own."""
    name = (twin.name or "").removesuffix(TWIN)
    original = next((one for one in progress.plan.targets if one.name == name), None)
    if original is None:
        return []
    rows: list[JsonValue] = []
    for row in customer.of(name):
        if _started(progress, row):
            mine = {"targetName": twin.name, "targetRuleId": twin.id, "eventName": twin.event_name}
            none: dict[str, JsonValue] = {"targetAchievedValue": three_decimals(ZERO), "targetAchievedDateTime": None}
            none["milestones"] = []
            rows.append({**_row(progress, original, row), **mine, **none})
    return rows


def _sub_target(sub_target: SubTarget, row: PeriodProgress) -> dict[str, JsonValue]:
    return {
        "id": sub_target.id,
        "triggerName": sub_target.name,
        "triggerValue": three_decimals(sub_target.value),
        "isAchieved": _reached(sub_target, row),
    }


def _reached(sub_target: SubTarget, row: PeriodProgress) -> bool:
    """As the target itself: at least its value, and by something that counted."""
    if not row.contributions:
        return False
    if sub_target.percentage:
        return at_least(row.exact, share(row.value, sub_target.value, Decimal(100)))
    return at_least(row.exact, sub_target.value)


def _level(customer: CustomerProgress, level: LevelProgress) -> dict[str, JsonValue]:
    assert customer.streak is not None  # it has this level
    return {
        "userStreakId": None,
        "streakId": level.id,
        "streakName": level.name,
        "status": level.status,
        "currentCount": customer.streak.run,
        "totalTargetCountOfSequence": level.count,
        "streakAchievedUserTargetId": None,
        "streakAchievedDateTime": None if level.reached_on is None else offset_text(level.reached_on),
    }


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


def _figure(amount: Amount) -> Number:
    """Rounded from the exact amount, so that it is rounded once."""
    return three_decimals(three_places(amount))
