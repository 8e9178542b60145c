"""A customer's own rows, one per target and period and one per level of a streak: their ids, and since when they are.

The platform keeps such rows, and answers name them. A sandbox works progress out when it is read, so only their ids are
stored: given when a row is first shown, and the same ever after. There is a row of a target and period once something
counted there, or when the customer was enrolled for it; before that its id is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve.errors import warning
from targetexpr.serve.group_rows import JsonObject, parts_of
from targetexpr.serve.rows import Participation, RowKey
from targetexpr.serve.store import Store
from targetexpr.serve.store_errors import StoreError
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.group import TWIN
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import WireDate, offset_text
from targetexpr.targets.progress.plan import TargetPlan
from targetexpr.targets.progress.results import LevelProgress, PeriodProgress


class GroupAnswer(NamedTuple):
    """A group's answer, which is to be completed, and what it was made from."""

    answer: JsonObject
    progress: Progress
    participation: Participation
    fed_at: Mapping[str, str]  # when each record was fed, by its id


class _IdMember(NamedTuple):
    """A member of an answer that holds the id of a row; None for a row that does not exist yet."""

    holder: JsonObject
    name: str  # "targetId"
    key: RowKey | None


class Completed(NamedTuple):
    """What came of completing answers."""

    first_id: int | None  # of all rows that the customer has now
    is_kept: bool  # whether the ids that were given are kept
    warnings: list[Diagnostic]


def complete(store: Store, customer: str, answers: Sequence[GroupAnswer], known: Mapping[RowKey, int]) -> Completed:
    """Writes ids and times into the answers, giving ids that are not known yet; a warning when they cannot be kept."""
    members = [member for answer in answers for member in _id_members(answer)]
    keys = [member.key for member in members if member.key is not None]
    ids, warnings = dict(known), list[Diagnostic]()
    if not ids.keys() >= set(keys):
        try:
            with store.write() as rows:
                rows.add_row_ids(customer, keys)
                ids = rows.row_ids(customer)
        except StoreError as failure:
            message = f"The ids of new rows are null, because they cannot be kept. {failure.public_message}"
            warnings.append(warning(failure.reason, message))
    for member in members:
        member.holder[member.name] = ids.get(member.key) if member.key is not None else None
    return Completed(min(ids.values(), default=None), not warnings, warnings)


def _id_members(group: GroupAnswer) -> list[_IdMember]:
    """What has an id in an answer. Targets get the time of their row here."""
    counted = _counted_records(group.progress, group.participation.customer)
    found: list[_IdMember] = []
    for target in parts_of(group.answer, "targets"):
        key = RowKey("target", _id(target["targetRuleId"]), _period(target["periodId"], target["periodRefCode"]))
        target["enrolledOn"] = _since(group, counted.get(key, ()))
        exists = key in counted or _is_enrolled_for(target, group.participation)
        found.append(_IdMember(target, "targetId", key if exists else None))
    takes_part = bool(counted) or bool(group.participation.enrolled_at)
    for level in parts_of(group.answer, "streaks"):
        key = RowKey("level", _id(level["streakId"]), "")
        found.append(_IdMember(level, "userStreakId", key if takes_part else None))
        if "streakAchievedUserTargetId" in level:
            found.append(_IdMember(level, "streakAchievedUserTargetId", _deciding_row(group, key.owner)))
    return found


def _since(group: GroupAnswer, records: Iterable[str]) -> str | None:
    """When a row came to be: the customer was enrolled by a call, or the first record that counts in it was fed."""
    times = (group.fed_at[record] for record in records)
    first = group.participation.enrolled_at or min(times, key=lambda text: WireDate.read(text).instant(), default="")
    return offset_text(WireDate.read(first).instant()) if first else None


def _counted_records(progress: Progress, customer: str) -> Mapping[RowKey, Sequence[str]]:
    """The rows of targets and periods where something counted, with the records; a twin's are its original's."""
    twins = {(twin.name or "").removesuffix(TWIN): twin.id for twin in progress.plan.twins}
    return {
        RowKey("target", owner, _period_of(progress, period)): [one.record for one in period.contributions]
        for target in progress.plan.targets
        for period in progress.customers[customer].of(target.name)
        if period.contributions
        for owner in (target.id, twins.get(target.name))
        if owner is not None
    }


def _is_enrolled_for(target: JsonObject, participation: Participation) -> bool:
    """Whether an enrolment was for this period: it had not ended then, and had not begun when the customer left."""
    first, last = target["periodStartDate"], target["periodEndDate"]
    # Local days, as those of the period.
    since, until = (participation.since or "")[:10], (participation.until or "9999-12-31")[:10]
    return bool(participation.enrolled_at) and (last is None or str(last) >= since) and str(first) < until


def _deciding_row(group: GroupAnswer, level: int) -> RowKey | None:
    """The row of the period in which a level was reached."""
    customer = group.progress.customers[group.participation.customer]
    levels: tuple[LevelProgress, ...] = () if customer.streak is None else customer.streak.levels
    target: TargetPlan = group.progress.plan.targets[0]  # a streak is that of the first target
    return next(
        (
            RowKey("target", _id(target.id), _period_of(group.progress, period))
            for reached in levels
            if reached.id == level
            for period in customer.of(target.name)
            if period.index == reached.index
        ),
        None,
    )


def _period_of(progress: Progress, period: PeriodProgress) -> str:
    ids = {planned.index: planned.id for planned in progress.plan.periods} if period.days is not None else {}
    return _period(ids.get(period.index), period.period)


def _period(id: JsonValue, code: JsonValue) -> str:
    """What tells a target's periods apart: the period's id; a customer's own cycles have only numbers."""
    return str(code if id is None else id)


def _id(value: JsonValue) -> int:
    assert isinstance(value, int)  # everything that was created has one
    return value
