"""A target group as evaluation needs it: complete, typed, without the wire's looseness; or the reason why it cannot be.

Models allow whatever the platform has been seen to store. What is evaluated must be whole: a missing value or a cycle
without a length would give wrong progress silently, so making a plan raises EvaluationError with the place instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import Literal, TypeAlias

from targetexpr.base.diagnostics import Diagnostic
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
from targetexpr.targets.model.error_numbers import number_of
from targetexpr.targets.model.events import TRANSACTION_ADD, event_of
from targetexpr.targets.model.group import AggregateWindow, Attribution, Period, Target, TargetGroup
from targetexpr.targets.model.scalars import WireDate

Accumulation: TypeAlias = Literal["sum", "days", "highest", "lowest"]
"""What is made of measures: their sum, the number of local days, or per local day the highest or lowest, summed."""


class EvaluationError(ValueError):
    """A group that cannot be evaluated. `diagnostic` says why, at the JSON pointer of what is missing or invalid."""

    def __init__(self, code: str, pointer: str, message: str) -> None:
        self.diagnostic = Diagnostic(
            code=code, severity="error", message=message, pointer=pointer, number=number_of(code)
        )
        super().__init__(code, pointer, message)

    @property
    def pointer(self) -> str:
        """The JSON pointer of what is missing or invalid."""
        return self.diagnostic.pointer or ""

    def __str__(self) -> str:
        return str(self.diagnostic)


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
    """A step on the way to a target's value: an amount, or a percentage of the value."""

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
    accumulation: Accumulation
    stores: frozenset[str]
    zones: frozenset[str]
    concepts: frozenset[str]
    values: tuple[Decimal, ...]  # fixed windows: one per listed period; else the k-th, the last repeats
    sub_targets: tuple[SubTarget, ...] = ()

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
    ids: tuple[int | None, ...]  # of all listed periods
    last_day: date | None  # of the last active period; None without any
    cycles: int  # how many cycles a customer can have; listed periods for fixed windows
    unit: FrequencyType | None
    frequency: int  # units per cycle; 0 is 1
    needed: int  # members a unified group needs; 0 for all
    overall: Decimal | None  # sum a unified group needs as well
    attribution: Attribution | None  # nothing goes by these two; answers show them
    preferred_till_id: int | None


def make_plan(group: TargetGroup, zone: tzinfo) -> EvaluationPlan:
    """The plan of a group. Raises EvaluationError when it cannot be evaluated."""
    window = group.window
    tracking = group.tracking_type or TrackingType.DEFAULT
    fixed = window is EvaluationType.FIXED_CALENDAR_WINDOW
    if not fixed and (tracking.is_streak or tracking is TrackingType.UNIFIED):
        code = "streak-window" if tracking.is_streak else "unified-window"
        message = f"{tracking} groups need FIXED_CALENDAR_WINDOW, not {window}."
        raise EvaluationError(code, "/targetEvaluationType", message)
    every = tuple(_period(period, index, zone) for index, period in enumerate(group.periods or ()))
    taking = [
        (index, target) for index, target in enumerate(group.targets or ()) if target.is_active and not target.is_twin
    ]
    targets = tuple(
        _target(target, place, f"/targets/{index}", every if fixed else None, group.aggregate_window)
        for place, (index, target) in enumerate(taking)
    )
    names = [target.name for target in targets]
    for (index, _), name in zip(taking, names, strict=True):
        if names.count(name) > 1:
            raise EvaluationError("duplicate-target", f"/targets/{index}/name", f"Duplicate target name: {name!r}.")
    active = sorted(
        (one for one, period in zip(every, group.periods or (), strict=True) if period.is_active),
        key=lambda one: (one.first, one.index),
    )
    if fixed:
        _need_apart(active)
    needed, overall = _unified(group) if tracking is TrackingType.UNIFIED else (0, None)
    unit, frequency, cycles = _cycles(group, window)
    start, end = _bounds(group, every, zone)
    return EvaluationPlan(
        id=group.id,
        name=group.name or "",
        tracking=tracking,
        window=window,
        zone=zone,
        periods=tuple(active),
        targets=targets,
        twins=tuple(target for target in group.targets or () if target.is_twin),
        levels=_levels(group) if tracking.is_streak else (),
        start=start,
        end=end,
        names=tuple(one.name for one in every),
        ids=tuple(one.id for one in every),
        last_day=max((one.last for one in active), default=None),
        cycles=cycles,
        unit=unit,
        frequency=frequency,
        needed=needed,
        overall=overall,
        attribution=group.attribution,
        preferred_till_id=None if group.preferred_till_id is None else int(group.preferred_till_id),
    )


def _period(period: Period, index: int, zone: tzinfo) -> PeriodPlan:
    if period.start_date is None or period.end_date is None:
        missing = "startDate" if period.start_date is None else "endDate"
        raise EvaluationError("period-date-missing", f"/periods/{index}/{missing}", f"A period needs a {missing}.")
    first, last = period.start_date.day, period.end_date.day
    if last < first:
        message = f"The period ends on {last}, before it starts on {first}."
        raise EvaluationError("period-ends-before-start", f"/periods/{index}/endDate", message)
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


def _need_apart(periods: Sequence[PeriodPlan]) -> None:
    """Raises EvaluationError where two active periods share a day: its records would count twice."""
    for one, other in pairwise(periods):
        if other.first <= one.last:
            message = f"The period overlaps /periods/{one.index}; a record in both would count twice."
            raise EvaluationError("periods-overlap", f"/periods/{other.index}", message)


def _target(
    target: Target,
    place: int,
    pointer: str,
    periods: tuple[PeriodPlan, ...] | None,
    group_window: AggregateWindow | None,
) -> TargetPlan:
    entity, kind, info = target.target_entity, target.target_type, target.extended_field_info
    event = event_of(target)
    if entity is None or kind is None or event is None:
        missing, code = ("targetType", "member-missing") if kind is None else ("targetEntity", "entity-missing")
        raise EvaluationError(code, pointer, f"A target needs a {missing}.")
    entity = entity.stored
    field = info.name or "" if info is not None else ""
    if kind in (TargetType.EXTENDED_FIELD, TargetType.EVENT_ATTRIBUTE) and not field:
        message = "extendedFieldInfo needs a name: the field or attribute to count."
        raise EvaluationError("member-missing", f"{pointer}/extendedFieldInfo", message)
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
        accumulation=_accumulation(target, kind, pointer, group_window),
        values=_values(target, pointer, periods),
        sub_targets=_sub_targets(target),
        **_scope(target, pointer),
    )


def _accumulation(target: Target, kind: TargetType, pointer: str, group_window: AggregateWindow | None) -> Accumulation:
    """A window of the group is that of its targets which have none of their own and sum amounts."""
    if kind is TargetType.VISIT:
        return "days"
    info = target.extended_field_info
    counts = kind is TargetType.COUNT or (info is not None and info.aggregate_function is AggregateFunction.COUNT)
    window = info.aggregate_window if info is not None else None
    pointer = f"{pointer}/extendedFieldInfo/aggregateWindow" if window is not None else "/aggregateWindow"
    if window is None:
        window = None if counts else group_window
    if window is None or kind is TargetType.COUNT:
        return "sum"
    if window.window_value is not None and window.window_value != "1":
        message = f"The window must be one unit long, not {window.window_value!r}."
        raise EvaluationError("window-value", f"{pointer}/windowValue", message)
    if window.window_type is None:
        message = "A window needs a windowType: MIN or MAX."
        raise EvaluationError("window-type-missing", f"{pointer}/windowType", message)
    return "highest" if window.window_type is WindowType.MAX else "lowest"


def _sub_targets(target: Target) -> tuple[SubTarget, ...]:
    """Active sub-targets with a value; one without says nothing about progress."""
    return tuple(
        SubTarget(
            id=None if one.id is None else int(one.id),
            name=one.label,
            value=one.trigger_value,
            percentage=one.trigger_value_type is TriggerValueType.PERCENTAGE,
        )
        for one in target.target_milestone_triggers or ()
        if one.trigger_value is not None and one.is_on
    )


def _values(target: Target, pointer: str, periods: tuple[PeriodPlan, ...] | None) -> tuple[Decimal, ...]:
    """The target's values: per listed period, by period id where one is given, else by position."""
    given = target.default_values or ()
    amounts = [Decimal(one.default_value) if one.default_value is not None else None for one in given]
    if periods is None:
        if not amounts or None in amounts:
            raise EvaluationError("too-few-values", f"{pointer}/defaultValues", "A target needs at least one value.")
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
            message = f"Missing value for period {period.name} ({len(given)} values, {len(periods)} periods)."
            raise EvaluationError("too-few-values", f"{pointer}/defaultValues", message)
        found.append(amount)
    return tuple(found)


def _scope(target: Target, pointer: str) -> dict[Literal["stores", "zones", "concepts"], frozenset[str]]:
    ids: dict[FilterEntity, set[str]] = {kind: set() for kind in FilterEntity}
    for index, one in enumerate(target.filters or ()):
        if not one.entity_ids:
            continue
        if one.entity_type is None:
            message = "A filter needs an entityType, which says what its ids are."
            raise EvaluationError("filter-entity-missing", f"{pointer}/filters/{index}/entityType", message)
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
            code = "member-missing" if count is None else "level-below-one"
            message = f"A level needs at least one period, not {count or 0}."
            raise EvaluationError(code, f"/streaks/{index}/targetCountOfSequence", message)
        levels.append(Level(id=streak.id, name=streak.name or f"level {index + 1}", count=int(count)))
    return tuple(sorted(levels, key=lambda level: level.count))


def _cycles(group: TargetGroup, window: EvaluationType) -> tuple[FrequencyType | None, int, int]:
    """Unit and frequency of a cycle, and how many there are."""
    listed = len(group.periods or ())
    if window is EvaluationType.FIXED_CALENDAR_WINDOW:
        return group.frequency_type, 0, listed
    cycles = max(group.recurring_cycles or 0, 0) or listed or max(group.total_periods or 0, 0)
    if not cycles:
        message = f"{window} needs a number of cycles: recurringCycles, periods or totalPeriods."
        raise EvaluationError("no-cycles", "/recurringCycles", message)
    if window is EvaluationType.PERIOD_AGNOSTIC_WINDOW:
        return group.frequency_type, 0, cycles
    if group.frequency_type is None:
        message = f"{window} needs a frequencyType, the length of a cycle."
        raise EvaluationError("no-cycle-length", "/frequencyType", message)
    try:
        step(date(2000, 1, 1), group.frequency_type, group.frequency or 0, 1)
    except ValueError as error:
        message = f"A frequency of {group.frequency or 0} with {group.frequency_type} is not valid: {error}."
        raise EvaluationError("no-cycle-length", "/frequency", message) from None
    return group.frequency_type, group.frequency or 0, cycles


def _bounds(
    group: TargetGroup, periods: tuple[PeriodPlan, ...], zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """The group's own bounds: the later start and the earlier end of duration and cycle dates, else what periods span.

    Cycle dates that a create derived count as none, so that an answer is evaluated as its request is.
    """
    starts = [] if group.from_date is None else [group.from_date.day]
    ends = [] if group.to_date is None else [group.to_date.day]
    first, last = group.target_cycle_start_date, group.target_cycle_end_date
    if not _derived(first, last, periods):
        starts += [] if first is None else [first.day]
        ends += [] if last is None else [last.day]
    start = max(starts, default=min((one.first for one in periods), default=None))
    end = min(ends, default=max((one.last for one in periods), default=None))
    return (
        None if start is None else midnight(start, zone),
        None if end is None else midnight(day_after(end), zone),
    )


_YEARS = 5
"""Without periods, a create that is sent no cycle dates answers with a pair so many years apart."""


def _derived(first: WireDate | None, last: WireDate | None, periods: tuple[PeriodPlan, ...]) -> bool:
    """Whether cycle dates are those that a create makes when neither is sent."""
    if first is None or last is None:
        return False
    if periods:
        return (first.day, last.day) == (min(one.first for one in periods), max(one.last for one in periods))
    day = 28 if (first.day.month, first.day.day) == (2, 29) else first.day.day
    return last.day == first.day.replace(year=min(first.day.year + _YEARS, 9999), day=day)


def _unified(group: TargetGroup) -> tuple[int, Decimal | None]:
    """How many members must be achieved (0: all), and what their progress must sum up to."""
    overall = group.unified_target_expression
    either = group.combination_type is CombinationType.ANY
    if overall is not None and overall.aggregation is None and overall.threshold_value is not None:
        message = f"The thresholdValue {overall.threshold_value} needs an aggregation: SUM or COUNT."
        raise EvaluationError("aggregation-missing", "/unifiedTargetExpression/aggregation", message)
    if overall is None or overall.aggregation is None:
        return int(either), None
    if overall.threshold_value is None:
        message = f"The aggregation {overall.aggregation} needs a thresholdValue."
        raise EvaluationError("threshold-missing", "/unifiedTargetExpression/thresholdValue", message)
    threshold = Decimal(overall.threshold_value)
    if overall.aggregation is Aggregation.SUM:
        return int(either), threshold
    whole = int(threshold.to_integral_value(rounding="ROUND_CEILING"))
    return (max(whole, 1) if either else 0), None
