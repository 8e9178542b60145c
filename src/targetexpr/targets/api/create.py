"""The answer to a create call, derived from the request: ids, attributions, dates, defaults, twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Literal, TypeAlias

from targetexpr.targets.api.default_json import rule_over, status_of, wants_twin
from targetexpr.targets.authoring.expression_json import made_json
from targetexpr.targets.model.enums import EvaluationType, TargetEntity, TrackingType
from targetexpr.targets.model.envelope import build_payload
from targetexpr.targets.model.events import RETURN_BILL, TRANSACTION_ADD
from targetexpr.targets.model.group import (
    TWIN,
    DefaultValue,
    Filter,
    Period,
    Streak,
    Target,
    TargetGroup,
    UnifiedTargetExpression,
    User,
    Wire,
)
from targetexpr.targets.model.json_values import JsonValue, to_members, to_plain
from targetexpr.targets.model.scalars import Number, WireDate, date_text, offset_text, three_decimals
from targetexpr.targets.model.server_members import is_from_client

Kind: TypeAlias = Literal["group", "period", "streak", "target", "ruleSet", "defaultValue"]
"""What has a sequence of ids of its own."""

_HAVE_RULE_SETS = (TargetEntity.TRANSACTION, TargetEntity.LINEITEM, TargetEntity.EVENT)
_CLEARED = (TargetGroup, Period, Streak, Target)  # of values and triggers, ids are as sent
_YEARS = 5  # how long a group without dates lasts


def respond(
    request: TargetGroup | Target | Mapping[str, Any] | Sequence[Target | Mapping[str, Any]],
    *,
    now: datetime | Sequence[datetime],
    ids: Mapping[Kind, int] | None = None,
    actor: User | Mapping[str, Any] | None = None,
    return_bill: bool = False,
) -> dict[str, JsonValue]:
    """What the platform answers to a group's request, or to a target or list of targets that is added to a group.

    `now` has the instants at which it made the periods, the streaks and then each target, twins after all originals;
    the last one stands for those that are missing, and one without an offset is in UTC. `ids` are the first ids of
    the six sequences, 1 unless given; added targets take that of the group as it is. `actor` fills createdBy and
    lastUpdatedBy. With `return_bill`, every target of TRANSACTION gets the twin that sees returns. The request is
    not validated; ExpressionError tells of a rule that has no JSON yet and cannot be read.

    >>> from datetime import datetime
    >>> made = respond({"name": "Weekly", "trackingType": "DEFAULT"}, now=datetime(2024, 5, 1, 12))
    >>> made["data"]["targetCycleEndDate"]
    '2029-05-01T12:00:00.000Z'
    """
    if isinstance(request, Mapping):
        request = _built(request)
    moments = [now] if isinstance(now, datetime) else list(now)
    if not moments:
        raise ValueError("`now` needs at least one instant")
    answer = _Answer(
        moments=[moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC) for moment in moments],
        ids=_Ids(ids or {}),
        actor=to_plain(User.model_validate(actor) if isinstance(actor, Mapping) else actor),
        return_bill=return_bill,
    )
    data: JsonValue
    if isinstance(request, TargetGroup):
        data = answer.group(request)
    else:
        given = [request] if isinstance(request, Target) else request
        targets = [Target.model_validate(target) for target in given]
        data = answer.targets(targets, [], answer.ids.next("group"), None, at=0)
    return {"data": data, "errors": None, "warnings": None}


def _built(request: Mapping[str, Any]) -> TargetGroup | Target:
    made = build_payload(request)
    if not isinstance(made, TargetGroup | Target):
        raise ValueError("expected a request that makes a group or a target")
    return made


class _Ids:
    """Six sequences that go up by one."""

    def __init__(self, first: Mapping[Kind, int]) -> None:
        kinds: tuple[Kind, ...] = ("group", "period", "streak", "target", "ruleSet", "defaultValue")
        unknown = set(first) - set(kinds)
        if unknown:
            raise ValueError(f"unknown sequence of ids {sorted(unknown)[0]!r}; expected {', '.join(kinds)}")
        self._sequences: dict[Kind, Iterator[int]] = {kind: count(first.get(kind, 1)) for kind in kinds}

    def next(self, kind: Kind) -> int:
        return next(self._sequences[kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    moments: Sequence[datetime]
    ids: _Ids
    actor: JsonValue
    return_bill: bool

    def moment(self, place: int) -> datetime:
        return self.moments[min(place, len(self.moments) - 1)]

    def attribution(self, place: int) -> dict[str, JsonValue]:
        written = offset_text(self.moment(place))
        made: dict[str, JsonValue] = {"createdOn": written, "lastUpdatedOn": written}
        if self.actor is not None:
            made |= {"lastUpdatedBy": self.actor, "createdBy": self.actor}
        return made

    def group(self, group: TargetGroup) -> dict[str, JsonValue]:
        number = self.ids.next("group")
        sent = _sent(group)
        periods = [self.period(period, number) for period in group.periods or ()]
        streaks = [self.streak(streak, number) for streak in group.streaks or ()]
        made: dict[str, JsonValue] = {**sent, "id": number, "active": group.is_active}
        start, end = self.bounds(group)
        made |= {"targetCycleStartDate": start, "targetCycleEndDate": end}
        for name, bound in (("fromDate", group.from_date), ("toDate", group.to_date)):
            if bound is not None:
                made[name] = bound.day.isoformat()
        if group.periods is not None:
            made["periods"] = list[JsonValue](periods)
        if group.streaks is not None:
            made["streaks"] = list[JsonValue](streaks)
        if group.targets is not None:
            period_ids = [period["id"] for period in periods]
            sent_ids = [period.id for period in group.periods or ()]
            values = [_in_order(target, sent_ids) for target in group.targets]
            targets = self.targets(values, period_ids, number, group.tracking_type, at=2)
            made["targets"] = targets
            if group.unified_target_expression is not None and group.tracking_type is TrackingType.UNIFIED:
                made["unifiedTargetExpression"] = _unified(group, targets)
        return _ordered(TargetGroup, made)

    def bounds(self, group: TargetGroup) -> tuple[str, str]:
        """The group's cycle: as sent, else around its periods, else five years from now."""
        starts = [period.start_date.day for period in group.periods or () if period.start_date is not None]
        ends = [period.end_date.day for period in group.periods or () if period.end_date is not None]
        now = self.moment(0)
        start = _instant(min(starts), "00:00:00.000Z") if starts else ""
        end = _instant(max(ends), "23:59:59.000Z") if ends else ""
        if not start:
            cyclic = group.window is EvaluationType.CYCLIC_WINDOW
            start = _instant(now.date(), "00:00:00.000Z") if cyclic else date_text(now)
        if not end:
            last = now.day if (now.month, now.day) != (2, 29) else 28
            end = date_text(now.replace(year=now.year + _YEARS, day=last))
        if group.target_cycle_start_date is not None:
            start = _echoed(group.target_cycle_start_date)
        if group.target_cycle_end_date is not None:
            end = _echoed(group.target_cycle_end_date)
        return start, end

    def period(self, period: Period, group: int) -> dict[str, JsonValue]:
        made: dict[str, JsonValue] = {
            **_sent(period),
            "id": self.ids.next("period"),
            "attribution": self.attribution(0),
        }
        made |= {"targetGroupId": group, "active": period.is_active}
        first, last = (None if bound is None else bound.day for bound in (period.start_date, period.end_date))
        for name, day in (("startDate", first), ("endDate", last)):
            if day is not None:
                made[name] = day.isoformat()
        if period.ref_code is not None:
            made["refCode"] = str(period.ref_code)
        made["periodStatus"] = str(status_of(first, last, self.moment(0).date()))
        return _ordered(Period, made)

    def streak(self, streak: Streak, group: int) -> dict[str, JsonValue]:
        made: dict[str, JsonValue] = {
            **_sent(streak),
            "id": self.ids.next("streak"),
            "attribution": self.attribution(1),
        }
        made["targetGroupId"] = group
        return _ordered(Streak, made)

    def targets(
        self, targets: Sequence[Target], periods: Sequence[JsonValue], group: int, kind: TrackingType | None, *, at: int
    ) -> list[JsonValue]:
        """Originals, then twins, but for those that are there. `kind` is what the group tracks, None for additions."""
        there = {target.name for target in targets if target.is_twin}
        twins = [target for target in targets if self.return_bill and wants_twin(target, there)]
        alone = at == 0
        made = [
            self.target(target, periods, group, kind, at + place, alone, place >= len(targets))
            for place, target in enumerate([*targets, *twins])
        ]
        return list[JsonValue](made)

    def target(
        self,
        target: Target,
        periods: Sequence[JsonValue],
        group: int,
        kind: TrackingType | None,
        at: int,
        alone: bool,
        twin: bool,
    ) -> dict[str, JsonValue]:
        made: dict[str, JsonValue] = {
            **_sent(target),
            "id": self.ids.next("target"),
            "attribution": self.attribution(at),
        }
        made |= {"targetGroupId": group, "active": target.is_active}
        made.setdefault("enrolmentMethod", "IMPORT")
        made |= self.rule_sets(target, kind)
        if target.target_entity is not None:
            made["targetEntity"] = str(target.target_entity.stored)
        if not alone:
            made.setdefault("eventName", TRANSACTION_ADD)
        if twin:
            made["eventName"] = RETURN_BILL
            made["name"] = f"{target.name or ''}{TWIN}"
        if target.expression is not None:
            made["expression"] = target.rule
            if target.expression_json is None:
                made["expressionJson"] = made_json(target)
        if target.filters is not None:
            made["filters"] = [_ordered(Filter, _sent(entry)) for entry in target.filters]
        if target.default_values is not None:
            made["defaultValues"] = [
                self.default_value(value, periods[place] if place < len(periods) else None, alone)
                for place, value in enumerate(target.default_values)
            ]
        return _ordered(Target, made)

    def rule_sets(self, target: Target, kind: TrackingType | None) -> dict[str, JsonValue]:
        """Cappings, points and currencies have none; line items have an unrolled one before their own."""
        entity = target.target_entity
        if entity not in _HAVE_RULE_SETS or kind is TrackingType.CAPPING:
            return {}
        made: dict[str, JsonValue] = {}
        if entity is TargetEntity.LINEITEM:
            unrolled = 0 if target.emf_unrolled_ruleset_id == 0 else self.ids.next("ruleSet")
            made["emfUnrolledRulesetId"] = unrolled
        return made | {"emfRuleSetId": self.ids.next("ruleSet")}

    def default_value(self, value: DefaultValue, period: JsonValue, alone: bool) -> dict[str, JsonValue]:
        made: dict[str, JsonValue] = {**_sent(value), "id": self.ids.next("defaultValue")}
        made.pop("targetName", None)
        if period is not None:
            made["periodId"] = period
        if value.default_value is not None:
            made["defaultValue"] = _as_sent(value.default_value) if alone else three_decimals(value.default_value)
        return _ordered(DefaultValue, made)


def _in_order(target: Target, periods: Sequence[int | None]) -> Target:
    """The target with its values in the order of the periods: ids that were sent are not those of the answer."""
    values = target.default_values or ()
    named = {value.period_id: value for value in values if value.period_id is not None}
    if None in periods or len(values) != len(periods) or named.keys() != set(periods):
        return target  # values belong to periods by position
    return target.model_copy(
        update={"default_values": tuple(named[period] for period in periods if period is not None)}
    )


def _as_sent(amount: Decimal) -> Number:
    """A number as it was written, unless it has more decimals than are stored."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        return three_decimals(amount)
    return amount if isinstance(amount, Number) and not amount.quoted else Number(format(amount, "f"))


def _sent(model: Wire) -> dict[str, JsonValue]:
    """What was sent, is not null and is the client's to say; integers and ids as such, however they were written."""
    made: dict[str, JsonValue] = {}
    names = {info.alias or name: name for name, info in type(model).model_fields.items()}
    for key, plain in to_members(model).items():
        if type(model) in _CLEARED and not is_from_client(type(model), key, plain):
            continue
        value = getattr(model, names[key]) if key in names else None
        if isinstance(value, int) and not isinstance(value, bool):
            plain = int(value)
        if isinstance(model, Filter) and key == "entityIds":
            plain = [int(number) for number in model.entity_ids or ()]
        if plain is not None:
            made[key] = plain
    return made


def _ordered(model: type[Wire], made: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Members in the order of the model, unknown ones last."""
    names = [info.alias or name for name, info in model.model_fields.items()]
    return {name: made[name] for name in names if name in made} | made


def _instant(day: date, time: str) -> str:
    return f"{day.isoformat()}T{time}"


def _echoed(sent: WireDate) -> str:
    """A date as it was written: the day that it begins or ends with is that one, whatever its offset."""
    moment = sent.instant().astimezone(UTC)  # one that lies out of the calendar cannot be answered
    return sent.wire if isinstance(sent.wire, str) else date_text(moment)


def _unified(group: TargetGroup, targets: Sequence[JsonValue]) -> JsonValue:
    """The overall target with the rule over the ids of the members."""
    sent = _sent(group.unified_target_expression) if group.unified_target_expression is not None else {}
    return _ordered(UnifiedTargetExpression, {**sent, "ruleExpression": rule_over(targets, group.combination_type)})
