"""Groups in Python that reads like the plan: cycles, targets, levels, checked when they are built."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.base.units import unit_of
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.authoring.expression_json import made_json
from targetexpr.targets.model.cycles import cycles
from targetexpr.targets.model.enums import EvaluationType, FrequencyType, TargetType, TrackingType
from targetexpr.targets.model.group import Target, TargetGroup, Wire
from targetexpr.targets.model.scalars import Number, WireDate
from targetexpr.targets.validation.diagnostics import GroupError
from targetexpr.targets.validation.validate import check, read_group

Amount: TypeAlias = int | str | float | Decimal

_POINTS = ("REGULAR_POINTS", "PROMOTIONAL_POINTS", "ALL_POINTS")
_CURRENCY = ("REGULAR", "PROMOTIONAL", "ALL")


@dataclass(frozen=True, slots=True, kw_only=True)
class _TargetPlan:
    members: dict[str, object]
    values: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class GroupBuilder:
    """A group in the making. Every method returns a new builder; `build` checks everything and gives the group.

    >>> group = (
    ...     GroupBuilder("Twelve weeks")
    ...     .cycles(12, "WEEKLY", start=date(2024, 1, 1))
    ...     .target("Spend 500", "SALES", value=500, rule="currentTxn.value>500")
    ...     .levels(2, 4, 8)
    ...     .build()
    ... )
    >>> len(group.periods), group.periods[11].end_date.day.isoformat(), group.streaks[2].name
    (12, '2024-03-24', 'Twelve weeks_3')
    """

    name: str
    members: tuple[tuple[str, object], ...] = ()
    periods: tuple[dict[str, object], ...] = ()
    targets: tuple[_TargetPlan, ...] = ()
    count: int = 0  # cycles, listed or not

    def set(self, given: Mapping[str, object] | None = None, **members: object) -> GroupBuilder:
        """Any member of the group by its Python name, as `preferred_till_id=0`, or by its wire name in `given`."""
        named = _named(TargetGroup, given or {})
        return replace(self, members=(*self.members, *named.items(), *members.items()))

    def describe(self, text: str) -> GroupBuilder:
        """The description of the group."""
        return self.set(description=text)

    def cycles(
        self, count: int, every: str, *, start: date | str | None = None, times: int = 1, window: str | None = None
    ) -> GroupBuilder:
        """`count` cycles of `times` units each: DAILY, WEEKLY, MONTHLY, QUARTERLY, HALF_YEARLY, YEARLY or CUSTOM days;
        `week` and `weeks` are WEEKLY, and so on.

        With the fixed window, cycles are listed from `start`, always counted from there and clamped to the end of a
        month; other windows begin with each customer's records and list none. Raises ValueError for an unknown
        name, and when a fixed window has no start or its dates cannot be.
        """
        kind = FrequencyType.read(unit_of(every) or every)
        evaluation = EvaluationType.read(window) if window is not None else EvaluationType.FIXED_CALENDAR_WINDOW
        made = self.set(
            target_evaluation_type=evaluation,
            total_periods=count,
            frequency_type=kind,
            frequency=times,
            recurring_cycles=count,
        )
        if evaluation is not EvaluationType.FIXED_CALENDAR_WINDOW:
            return replace(made, periods=(), count=count)
        if start is None:
            raise ValueError("the cycles of a fixed window need a start")
        anchor = WireDate.read(start).day
        days = cycles(anchor, kind, times, count)
        listed = tuple(_period(first, last, f"Cycle_{k}") for k, (first, last) in enumerate(days, 1))
        return replace(made, periods=listed, count=count)

    def period(
        self, start: date | str, end: date | str, ref_code: str | None = None, *, description: str | None = None
    ) -> GroupBuilder:
        """One more period with days of its own, the last one included; such groups have the frequency CUSTOM."""
        number = len(self.periods) + 1
        first, last = WireDate.read(start).day, WireDate.read(end).day
        made = _period(first, last, ref_code or f"Cycle_{number}")
        if description is not None:
            made["description"] = description
        builder = self.set(
            target_evaluation_type=EvaluationType.FIXED_CALENDAR_WINDOW,
            total_periods=number,
            frequency_type=FrequencyType.CUSTOM,
        )
        return replace(builder, periods=(*self.periods, made), count=number)

    def target(
        self,
        name: str,
        measure: str,
        *,
        value: Amount | Sequence[Amount],
        rule: str | bool = True,
        of: str | None = None,
        event: str | None = None,
        field: str | None = None,
        function: str = "SUM",
        stores: Iterable[int] = (),
        zones: Iterable[int] = (),
        concepts: Iterable[int] = (),
        enrolment: str = "TRANSACTION",
        members: Mapping[str, object] | None = None,
    ) -> GroupBuilder:
        """One more target: `value` of what `measure` counts (SALES, COUNT, VISIT, ...), one for all cycles or for each.

        `of` is the entity; unless given it follows from the measure and `event`: EVENT where an event is named,
        REWARDS for points, ALTERNATE_CURRENCIES for a currency, else TRANSACTION. `field` names the extended field
        or event attribute that `function` puts together. `stores`, `zones` and `concepts` are ids. `members` are
        others by their wire names. Raises ValueError for an unknown name.
        """
        kind = TargetType.read(measure)
        filters = [
            {"entity_type": entity, "entity_ids": ids}
            for entity, ids in (("STORE", list(stores)), ("ZONE", list(zones)), ("CONCEPT", list(concepts)))
            if ids
        ]
        made: dict[str, object] = {
            "name": name,
            "active": True,
            "expression": rule if isinstance(rule, str) else str(bool(rule)).lower(),
            "filters": filters,
            "target_entity": of if of is not None else _entity(kind, event),
            "enrolment_method": enrolment,
            "target_type": kind,
        }
        if event is not None:
            made["event_name"] = event
        if field is not None:
            made["extended_field_info"] = {"name": field, "aggregate_function": function}
        values = (value,) if isinstance(value, int | str | float | Decimal) else tuple(value)
        return replace(
            self, targets=(*self.targets, _TargetPlan(members={**made, **_named(Target, members or {})}, values=values))
        )

    def levels(self, *counts: int, continuous: bool = True, names: Sequence[str] | None = None) -> GroupBuilder:
        """Streak levels by the number of cycles they take; `names` are the group's name with a number unless given."""
        named = names if names is not None else [f"{self.name}_{place}" for place in range(1, len(counts) + 1)]
        if len(named) != len(counts):
            raise ValueError(f"expected {len(counts)} names for {len(counts)} levels, found {len(named)}")
        kind = TrackingType.STREAKS if continuous else TrackingType.NON_CONTINUOUS_STREAKS
        levels = [{"name": n, "target_count_of_sequence": c} for n, c in zip(named, counts, strict=True)]
        return self.set(tracking_type=kind, streaks=levels)

    def unified(
        self, combination: str = "ALL", *, total: Amount | None = None, at_least: int | None = None
    ) -> GroupBuilder:
        """Track the targets as one: ALL or ANY of them, their sum up to `total` as well, or `at_least` so many."""
        if total is not None and at_least is not None:
            raise ValueError("a unified group can have a total or a number of targets, not both")
        made = self.set(tracking_type=TrackingType.UNIFIED, combination_type=combination.upper())
        if total is None and at_least is None:
            return made
        threshold = total if total is not None else at_least
        aggregation = "SUM" if total is not None else "COUNT"
        return made.set(unified_target_expression={"aggregation": aggregation, "threshold_value": _number(threshold)})

    def capped(self) -> GroupBuilder:
        """The values are ceilings: what is awarded in a cycle is cut to what is left."""
        return self.set(tracking_type=TrackingType.CAPPING)

    def check(self, *, schema: Schema | None = None, taken_names: Collection[str] = ()) -> list[Diagnostic]:
        """Every error and warning that `build` would find."""
        return check(read_group(self._plan(schema)), schema=schema, taken_names=taken_names, building=True)

    def build(self, *, schema: Schema | None = None, taken_names: Collection[str] = ()) -> TargetGroup:
        """The group, ready to be posted. Raises GroupError with every diagnostic when there is an error."""
        reading = read_group(self._plan(schema))
        diagnostics = check(reading, schema=schema, taken_names=taken_names, building=True)
        if any(diagnostic.is_error for diagnostic in diagnostics):
            raise GroupError(diagnostics)
        return reading.group

    def _plan(self, schema: Schema | None) -> dict[str, object]:
        members: dict[str, object] = {"active": True, "name": self.name, "tracking_type": TrackingType.DEFAULT}
        members |= dict(self.members)
        streaks = members.pop("streaks", None)
        if self.periods:
            members["periods"] = list(self.periods)
        members["targets"] = [self._target(plan, schema) for plan in self.targets]
        if streaks is not None:
            members["streaks"] = streaks  # last, as in the documented requests
        return members

    def _target(self, plan: _TargetPlan, schema: Schema | None) -> dict[str, object]:
        values = plan.values
        if len(values) == 1 and self.count > 1 and self.periods:
            values *= self.count
        made = {**plan.members, "default_values": [{"default_value": _number(value)} for value in values]}
        if "expression_json" not in made and "expressionJson" not in made:
            try:
                made["expression_json"] = made_json(Target.model_validate(plan.members), schema)
            except (ExpressionError, ValueError):
                return made  # validation says what is wrong with it
        return made


def _named(model: type[Wire], members: Mapping[str, object]) -> dict[str, object]:
    """Members by Python's names; those the model does not know stay as they are."""
    names = {info.alias: name for name, info in model.model_fields.items()}
    return {names.get(name, name): value for name, value in members.items()}


def _number(value: object) -> object:
    """A number given as a string goes on the wire as a number; anything else is left to validation."""
    try:
        return Number(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _period(first: date, last: date, ref_code: str) -> dict[str, object]:
    return {
        "active": True,
        "start_date": f"{first.isoformat()}T00:00:00.000",
        "end_date": f"{last.isoformat()}T23:59:59.000",
        "ref_code": ref_code,
    }


def _entity(kind: TargetType, event: str | None) -> str:
    if kind in _POINTS:
        return "REWARDS"
    if kind in _CURRENCY:
        return "ALTERNATE_CURRENCIES"
    return "EVENT" if event is not None or kind is TargetType.EVENT_ATTRIBUTE else "TRANSACTION"


_UNITS = {"days": "DAILY", "weeks": "WEEKLY", "months": "MONTHLY", "quarters": "QUARTERLY", "years": "YEARLY"}
_MEASURES = {"spend": "SALES", "gross_spend": "GROSS_SALES", "bills": "COUNT", "visits": "VISIT", "units": "QUANTITY"}


def streak_group(
    *,
    name: str,
    start: date | str,
    levels: Sequence[int],
    days: int | None = None,
    weeks: int | None = None,
    months: int | None = None,
    quarters: int | None = None,
    years: int | None = None,
    spend: Amount | Sequence[Amount] | None = None,
    gross_spend: Amount | Sequence[Amount] | None = None,
    bills: Amount | Sequence[Amount] | None = None,
    visits: Amount | Sequence[Amount] | None = None,
    units: Amount | Sequence[Amount] | None = None,
    rule: str | bool = True,
    continuous: bool = True,
    stores: Iterable[int] = (),
    description: str | None = None,
    schema: Schema | None = None,
) -> TargetGroup:
    """A streak over `weeks` (or days, months, quarters, years) cycles with one target in each and levels.

    Exactly one of `spend`, `gross_spend`, `bills`, `visits` and `units` says how much of what; one value for all
    cycles, or one for each. Raises GroupError with every diagnostic, ValueError when the plan is not one.

    >>> group = streak_group(name="Weekly", weeks=12, spend=500, rule="currentTxn.value>500", levels=[2, 4, 8],
    ...                      start=date(2024, 1, 1))
    >>> group.targets[0].expression_json[:40], len(group.targets[0].default_values)
    ('{"arity":"binary_operation","value":">",', 12)
    """
    lengths = {"days": days, "weeks": weeks, "months": months, "quarters": quarters, "years": years}
    unit, count = _one_of(lengths)
    amounts = {"spend": spend, "gross_spend": gross_spend, "bills": bills, "visits": visits, "units": units}
    measure, value = _one_of(amounts)
    if not isinstance(count, int):
        raise ValueError(f"`{unit}` must be a number of cycles")
    builder = GroupBuilder(name).cycles(count, _UNITS[unit], start=start)
    if description is not None:
        builder = builder.describe(description)
    return (
        builder.target(name, _MEASURES[measure], value=value, rule=rule, stores=stores)
        .levels(*levels, continuous=continuous)
        .build(schema=schema)
    )


def _one_of(
    given: dict[str, int | None] | dict[str, Amount | Sequence[Amount] | None],
) -> tuple[str, Amount | Sequence[Amount]]:
    found = [(name, value) for name, value in given.items() if value is not None]
    if len(found) != 1:
        known = ", ".join(f"`{name}`" for name in given)
        raise ValueError(f"expected exactly one of {known}, found {len(found)}")
    return found[0]
