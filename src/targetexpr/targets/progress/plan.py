"""A target group as evaluation needs it: complete, typed, without the wire's looseness; or the reason why it cannot be.

Models allow whatever the platform has been seen to store. What is evaluated must be whole: a missing value or a cycle
without a length would give a wrong figure silently, so making a plan raises EvaluationError with the place instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Literal, TypeAlias

from targetexpr.targets.model.cycles import day_after, midnight, step
from targetexpr.targets.model.enums import (
    AggregateFunction,
    Aggregation,
    CombinationType,
    EvaluationType,
    FilterEntity,
    FrequencyType,
    TargetEntity,
    TargetType,
    TrackingType,
    TriggerValueType,
    WindowType,
)
from targetexpr.targets.model.events import TRANSACTION_ADD, event_of
from targetexpr.targets.model.group import Period, Target, TargetGroup

Shape: TypeAlias = Literal["sum", "days", "highest", "lowest"]
"""What is made of measures: their sum, the number of local days, or per local day the highest or lowest, summed."""


class EvaluationError(ValueError):
    """A group that cannot be evaluated. `pointer` is the JSON pointer of what is missing or wrong."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(pointer, reason)
        self.pointer = pointer  # "/targets/0/defaultValues"
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPlan:
    """A listed period as local days, both included."""

    index: int  # place in the group's list, 0 the first
    id: int | None
    name: str  # refCode, else the number from 1
    first: date
    last: date
    start: datetime  # midnight of `first` in UTC
    end: datetime  # midnight after `last` in UTC, exclusive
    local_start: datetime  # the same on the local clock
    local_end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubTarget:
    """A lower mark on the way to a target's value: an amount, or a percentage of the value."""

    id: int | None
    name: str | None
    value: Decimal
    percentage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPlan:
    """A target that takes part: active, and no twin."""

    index: int  # place among the targets that take part
    id: int | None
    name: str
    entity: TargetEntity
    type: TargetType
    event: str  # the records it looks at, and what its rule can name
    event_name: str  # as answers have it
    rule: str
    field: str  # extended field, event attribute or currency; "" when there is none
    counts_field: bool  # count the field instead of summing it
    shape: Shape
    stores: frozenset[str]
    zones: frozenset[str]
    concepts: frozenset[str]
    values: tuple[Decimal, ...]  # fixed windows: one per listed period; else the k-th, the last repeats
    marks: tuple[SubTarget, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether records must come from listed places."""
        return bool(self.stores or self.zones or self.concepts)

    @property
    def takes_returns(self) -> bool:
        """Whether returned bills lower it. Events and points are activities of their own."""
        return self.entity in (TargetEntity.TRANSACTION, TargetEntity.LINEITEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of a streak: how many achieved periods it takes."""

    id: int | None
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationPlan:
    """A group, ready to be evaluated on the clock of `zone`."""

    id: int | None
    name: str
    tracking: TrackingType
    window: EvaluationType
    zone: tzinfo
    periods: tuple[PeriodPlan, ...]  # active ones in start order
    targets: tuple[TargetPlan, ...]
    twins: tuple[Target, ...]
    levels: tuple[Level, ...]  # by ascending count
    start: datetime | None  # group bounds in UTC, end exclusive
    end: datetime | None
    names: tuple[str, ...]  # of all listed periods, inactive ones too; cycles go by them as far as they reach
    over: datetime | None  # when the last of them ends, in UTC; None without any
    cycles: int  # how many cycles a customer can have; listed periods for fixed windows
    unit: FrequencyType | None
    frequency: int  # units per cycle; 0 is 1
    needed: int  # members a unified group needs; 0 for all
    overall: Decimal | None  # sum a unified group needs as well


def make_plan(group: TargetGroup, zone: tzinfo) -> EvaluationPlan:
    """The plan of a group. Raises EvaluationError when it cannot be evaluated."""
    window = group.window
    tracking = group.tracking_type or TrackingType.DEFAULT
    fixed = window is EvaluationType.FIXED_CALENDAR_WINDOW
    if not fixed and (tracking.is_streak or tracking is TrackingType.UNIFIED):
        reason = f"{tracking} groups belong to FIXED_CALENDAR_WINDOW, not {window}"
        raise EvaluationError("/targetEvaluationType", reason)
    every = tuple(_period(period, index, zone) for index, period in enumerate(group.periods or ()))
    taking = [
        (index, target) for index, target in enumerate(group.targets or ()) if target.is_active and not target.is_twin
    ]
    targets = tuple(
        _target(target, place, f"/targets/{index}", every if fixed else None)
        for place, (index, target) in enumerate(taking)
    )
    names = [target.name for target in targets]
    for (index, _), name in zip(taking, names, strict=True):
        if names.count(name) > 1:
            raise EvaluationError(f"/targets/{index}/name", f"there are several targets named {name!r}")
    active = [one for one, period in zip(every, group.periods or (), strict=True) if period.is_active]
    needed, overall = _unified(group) if tracking is TrackingType.UNIFIED else (0, None)
    unit, frequency, cycles = _cycles(group, window)
    return EvaluationPlan(
        id=group.id,
        name=group.name or "",
        tracking=tracking,
        window=window,
        zone=zone,
        periods=tuple(sorted(active, key=lambda one: (one.first, one.index))),
        targets=targets,
        twins=tuple(target for target in group.targets or () if target.is_twin),
        levels=_levels(group) if tracking.is_streak else (),
        start=_bound(group, every, zone, end=False),
        end=_bound(group, every, zone, end=True),
        names=tuple(one.name for one in every),
        over=max((one.end for one in every), default=None),
        cycles=cycles,
        unit=unit,
        frequency=frequency,
        needed=needed,
        overall=overall,
    )


def _period(period: Period, index: int, zone: tzinfo) -> PeriodPlan:
    if period.start_date is None or period.end_date is None:
        missing = "startDate" if period.start_date is None else "endDate"
        raise EvaluationError(f"/periods/{index}/{missing}", "a period needs both of its dates")
    first, last = period.start_date.local_date(zone), period.end_date.local_date(zone)
    if last < first:
        raise EvaluationError(f"/periods/{index}/endDate", f"the period ends on {last}, before it starts on {first}")
    start, end = midnight(first, zone), midnight(day_after(last), zone)
    return PeriodPlan(
        index=index,
        id=period.id,
        name=str(period.ref_code) if period.ref_code is not None else str(index + 1),
        first=first,
        last=last,
        start=start,
        end=end,
        local_start=start.astimezone(zone),
        local_end=end.astimezone(zone),
    )


def _target(target: Target, place: int, pointer: str, periods: tuple[PeriodPlan, ...] | None) -> TargetPlan:
    entity, kind, info = target.target_entity, target.target_type, target.extended_field_info
    event = event_of(target)
    if entity is None or kind is None or event is None:
        raise EvaluationError(pointer, f"a target needs a {'targetEntity' if entity is None else 'targetType'}")
    entity = entity.stored
    field = info.name or "" if info is not None else ""
    if kind in (TargetType.EXTENDED_FIELD, TargetType.EVENT_ATTRIBUTE) and not field:
        raise EvaluationError(f"{pointer}/extendedFieldInfo", f"{kind} needs the name of what it counts")
    if entity is TargetEntity.ALTERNATE_CURRENCIES:
        field = (info.alternate_currency_identifier if info is not None else None) or ""
    return TargetPlan(
        index=place,
        id=target.id,
        name=target.name or f"#{place + 1}",
        entity=entity,
        type=kind,
        event=event,
        event_name=target.event_name or TRANSACTION_ADD,
        rule=target.rule,
        field=field,
        counts_field=info is not None and info.aggregate_function is AggregateFunction.COUNT,
        shape=_shape(target, kind, f"{pointer}/extendedFieldInfo/aggregateWindow"),
        values=_values(target, pointer, periods),
        marks=_marks(target),
        **_scope(target, pointer),
    )


def _shape(target: Target, kind: TargetType, pointer: str) -> Shape:
    if kind is TargetType.VISIT:
        return "days"
    info = target.extended_field_info
    window = info.aggregate_window if info is not None else None
    if window is None or kind is TargetType.COUNT:
        return "sum"
    if window.window_value is not None and window.window_value != "1":
        raise EvaluationError(f"{pointer}/windowValue", f"only windows of 1 day are defined, not {window.window_value}")
    if window.window_type is None:
        raise EvaluationError(f"{pointer}/windowType", "a window takes the MIN or the MAX of each day")
    return "highest" if window.window_type is WindowType.MAX else "lowest"


def _marks(target: Target) -> tuple[SubTarget, ...]:
    """Sub-targets with a value; one without says nothing about progress."""
    return tuple(
        SubTarget(
            id=None if one.id is None else int(one.id),
            name=one.name,
            value=one.trigger_value,
            percentage=one.trigger_value_type is TriggerValueType.PERCENTAGE,
        )
        for one in target.target_milestone_triggers or ()
        if one.trigger_value is not None
    )


def _values(target: Target, pointer: str, periods: tuple[PeriodPlan, ...] | None) -> tuple[Decimal, ...]:
    """The target's values: per listed period, by period id where one is given, else by position."""
    given = target.default_values or ()
    amounts = [Decimal(one.default_value) if one.default_value is not None else None for one in given]
    if periods is None:
        if not amounts or None in amounts:
            raise EvaluationError(f"{pointer}/defaultValues", "a target needs a value")
        return tuple(amount for amount in amounts if amount is not None)
    by_id = {one.period_id: amount for one, amount in zip(given, amounts, strict=True) if one.period_id is not None}
    found = []
    for period in periods:
        if period.id is not None and period.id in by_id:
            amount = by_id[period.id]
        elif period.index < len(given) and (given[period.index].period_id is None or period.id is None):
            amount = amounts[period.index]
        else:
            amount = None
        if amount is None:
            reason = f"there is no value for period {period.name} ({len(given)} values, {len(periods)} periods)"
            raise EvaluationError(f"{pointer}/defaultValues", reason)
        found.append(amount)
    return tuple(found)


def _scope(target: Target, pointer: str) -> dict[Literal["stores", "zones", "concepts"], frozenset[str]]:
    ids: dict[FilterEntity, set[str]] = {kind: set() for kind in FilterEntity}
    for index, one in enumerate(target.filters or ()):
        if not one.entity_ids:
            continue
        if one.entity_type is None:
            raise EvaluationError(f"{pointer}/filters/{index}/entityType", "a filter needs to say what its ids are")
        ids[one.entity_type].update(str(int(each)) for each in one.entity_ids)
    return {
        "stores": frozenset(ids[FilterEntity.STORE]),
        "zones": frozenset(ids[FilterEntity.ZONE]),
        "concepts": frozenset(ids[FilterEntity.CONCEPT]),
    }


def _levels(group: TargetGroup) -> tuple[Level, ...]:
    levels = []
    for index, streak in enumerate(group.streaks or ()):
        count = streak.target_count_of_sequence
        if count is None or count < 1:
            raise EvaluationError(f"/streaks/{index}/targetCountOfSequence", "a level takes one period or more")
        levels.append(Level(id=streak.id, name=streak.name or f"level {index + 1}", count=int(count)))
    return tuple(sorted(levels, key=lambda level: level.count))


def _cycles(group: TargetGroup, window: EvaluationType) -> tuple[FrequencyType | None, int, int]:
    """Unit and frequency of a cycle, and how many there are."""
    listed = len(group.periods or ())
    if window is EvaluationType.FIXED_CALENDAR_WINDOW:
        return group.frequency_type, 0, listed
    cycles = max(group.recurring_cycles or 0, 0) or listed or max(group.total_periods or 0, 0)
    if not cycles:
        raise EvaluationError("/recurringCycles", f"{window} needs a number of cycles")
    if window is EvaluationType.PERIOD_AGNOSTIC_WINDOW:
        return group.frequency_type, 0, cycles
    if group.frequency_type is None:
        raise EvaluationError("/frequencyType", f"{window} needs a unit for the length of its cycles")
    try:
        step(date(2000, 1, 1), group.frequency_type, group.frequency or 0, 1)
    except ValueError as problem:
        raise EvaluationError("/frequency", str(problem)) from None
    return group.frequency_type, group.frequency or 0, cycles


def _bound(group: TargetGroup, periods: tuple[PeriodPlan, ...], zone: tzinfo, *, end: bool) -> datetime | None:
    """The group's own bound as a local day: the sent cycle dates, else the duration, else what the periods span."""
    given = (
        (group.target_cycle_end_date or group.to_date) if end else (group.target_cycle_start_date or group.from_date)
    )
    if given is not None:
        day = given.local_date(zone)
        return midnight(day_after(day) if end else day, zone)
    if not periods:
        return None
    return max(one.end for one in periods) if end else min(one.start for one in periods)


def _unified(group: TargetGroup) -> tuple[int, Decimal | None]:
    """How many members must be achieved (0: all), and what their progress must sum up to."""
    wanted = group.unified_target_expression
    either = group.combination_type is CombinationType.ANY
    if wanted is None or wanted.aggregation is None:
        return int(either), None
    if wanted.threshold_value is None:
        reason = f"the aggregation {wanted.aggregation} needs a threshold"
        raise EvaluationError("/unifiedTargetExpression/thresholdValue", reason)
    threshold = Decimal(wanted.threshold_value)
    if wanted.aggregation is Aggregation.SUM:
        return int(either), threshold
    whole = int(threshold.to_integral_value(rounding="ROUND_CEILING"))
    return (max(whole, 1) if either else 0), None


Values: TypeAlias = Mapping[str, tuple[Decimal | None, ...]]
"""A customer's own values: per target name one for each period (or cycle), None for the default."""
