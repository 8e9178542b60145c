"""A customer's own rows, one per target and period and one per level of a streak: their ids, and since when they are.

The platform keeps such rows, and answers name them. A sandbox works progress out anew each time, so only their ids are
kept: given when a row is first shown, and the same ever after. There is a row of a target and period once something
counted there, or when the customer was enrolled for it; before that its id is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from targetexpr.serve.errors import Problem
from targetexpr.serve.groups import Members, parts_of
from targetexpr.serve.rows import OwnRow, Part
from targetexpr.serve.store import Store, StoreError
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.group import TWIN
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.model.scalars import WireDate
from targetexpr.targets.progress.plan import TargetPlan
from targetexpr.targets.progress.results import LevelProgress, PeriodProgress


class Shown(NamedTuple):
    """A group's answer, which is to be completed, and what it was made from."""

    answer: Members
    progress: Progress
    part: Part
    came: Mapping[str, str]  # when each record was fed, by its id


def complete(store: Store, customer: str, shown: Sequence[Shown], known: Mapping[OwnRow, int]) -> list[Problem]:
    """Writes ids and times into the answers, giving ids that are not known yet; a warning when they cannot be kept."""
    places = [(one, _members(one)) for one in shown]
    wanted = [row for _, members in places for *_, row in members if row is not None]
    ids, problems = dict(known), list[Problem]()
    if not ids.keys() >= set(wanted):
        try:
            with store.write() as rows:
                rows.add_own(customer, wanted)
                ids = rows.own(customer)
        except StoreError as problem:
            said = f"The ids of rows that are new are null, for they cannot be kept. {problem.told}"
            problems.append(Problem(message=said, reason=problem.reason))
    for _, members in places:
        for member, name, row in members:
            member[name] = ids.get(row) if row is not None else None
    return problems


def _members(shown: Shown) -> list[tuple[Members, str, OwnRow | None]]:
    """What has an id in an answer: the object, the name of the member, and what its id stands for."""
    counted = _counted(shown.progress, shown.part.customer)
    found: list[tuple[Members, str, OwnRow | None]] = []
    for target in parts_of(shown.answer, "targets"):
        row = OwnRow("target", _id(target["targetRuleId"]), _place(target["periodId"], target["periodRefCode"]))
        target["enrolledOn"] = _since(shown, counted.get(row, ()))
        found.append((target, "targetId", row if row in counted or _enrolled_for(target, shown.part) else None))
    takes_part = bool(counted) or bool(shown.part.enrolled_at)
    for level in parts_of(shown.answer, "streaks"):
        mine = OwnRow("level", _id(level["streakId"]), "")
        found.append((level, "userStreakId", mine if takes_part else None))
        found.append((level, "streakAchievedUserTargetId", _deciding(shown, mine.part)))
    return found


def _since(shown: Shown, counted: Iterable[str]) -> str | None:
    """When a row came to be: the customer was enrolled by a call, or the first record that counts in it was fed."""
    times = (shown.came[record] for record in counted)
    first = shown.part.enrolled_at or min(times, key=lambda text: WireDate.read(text).instant(), default="")
    return first.removesuffix("Z") + "+0000" if first else None


def _counted(progress: Progress, customer: str) -> Mapping[OwnRow, Sequence[str]]:
    """The rows of targets and periods where something counted, with the records; a twin's are its original's."""
    twins = {(twin.name or "").removesuffix(TWIN): twin.id for twin in progress.plan.twins}
    return {
        OwnRow("target", number, _of_period(progress, period)): [one.record for one in period.contributions]
        for target in progress.plan.targets
        for period in progress.customers[customer].of(target.name)
        if period.contributions
        for number in (target.id, twins.get(target.name))
        if number is not None
    }


def _enrolled_for(target: Members, part: Part) -> bool:
    """Whether an enrolment was for this period: it had not ended then, and had not begun when the customer left."""
    first, last = target["periodStartDate"], target["periodEndDate"]
    since, until = (part.since or "")[:10], (part.until or "9999-12-31")[:10]  # local days, as those of the period
    return bool(part.enrolled_at) and (last is None or str(last) >= since) and str(first) < until


def _deciding(shown: Shown, level: int) -> OwnRow | None:
    """The row of the period in which a level was reached."""
    customer = shown.progress.customers[shown.part.customer]
    levels: tuple[LevelProgress, ...] = () if customer.streak is None else customer.streak.levels
    target: TargetPlan = shown.progress.plan.targets[0]  # a streak is that of the first target
    return next(
        (
            OwnRow("target", _id(target.id), _of_period(shown.progress, period))
            for one in levels
            if one.id == level
            for period in customer.of(target.name)
            if period.index == one.index
        ),
        None,
    )


def _of_period(progress: Progress, period: PeriodProgress) -> str:
    listed = {one.index: one.id for one in progress.plan.periods} if period.days is not None else {}
    return _place(listed.get(period.index), period.period)


def _place(period: JsonValue, code: JsonValue) -> str:
    """What tells a target's periods apart: the period's id; a customer's own cycles have only numbers."""
    return str(code if period is None else period)


def _id(given: JsonValue) -> int:
    assert isinstance(given, int)  # everything that was created has one
    return given
