"""Rules about targets: what they count, their values, filters and fields."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from targetexpr.base.nouns import counted
from targetexpr.lang.schema.model import EXTENDED
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.types import kind_of
from targetexpr.targets.model.enums import (
    AggregateFunction,
    EnrolmentMethod,
    EvaluationType,
    TargetEntity,
    TargetType,
    TrackingType,
    TriggerType,
)
from targetexpr.targets.model.group import DefaultValue, ExtendedFieldInfo, Target, TargetGroup, Trigger
from targetexpr.targets.validation.diagnostics import Report
from targetexpr.targets.validation.group import LONGEST_NAME, aggregate_window, description, is_answer, spaces
from targetexpr.targets.validation.rule import check_rule

LONGEST_TRIGGER_NAME = 100
MOST_UNIFIED = 50
_STORED_DIGITS = 15  # before the point; the platform stores decimal(18,3)

_BILLS = (TargetEntity.TRANSACTION, TargetEntity.LINEITEM)
_PAIRS: dict[TargetType, tuple[TargetEntity, ...]] = {
    TargetType.SALES: _BILLS,
    TargetType.GROSS_SALES: _BILLS,
    TargetType.QUANTITY: _BILLS,
    TargetType.COUNT: (TargetEntity.TRANSACTION, TargetEntity.EVENT),
    TargetType.VISIT: (TargetEntity.TRANSACTION, TargetEntity.EVENT),
    TargetType.EXTENDED_FIELD: _BILLS,
    TargetType.EVENT_ATTRIBUTE: (TargetEntity.EVENT,),
    TargetType.REGULAR_POINTS: (TargetEntity.POINTS,),
    TargetType.PROMOTIONAL_POINTS: (TargetEntity.POINTS,),
    TargetType.ALL_POINTS: (TargetEntity.POINTS,),
    TargetType.REGULAR: (TargetEntity.ALTERNATE_CURRENCIES,),
    TargetType.PROMOTIONAL: (TargetEntity.ALTERNATE_CURRENCIES,),
    # Many stored targets count ALL of a transaction, though no document says what that is.
    TargetType.ALL: (TargetEntity.ALTERNATE_CURRENCIES, TargetEntity.TRANSACTION),
}
"""The documented and observed pairs; every other one is refused as 310033."""

_WHOLE = (TargetType.QUANTITY, TargetType.COUNT, TargetType.VISIT)


def is_customer_event(name: str | None) -> bool:
    """Whether it is one of the platform's own events, and no behavioural one that an organisation made."""
    if name is None:
        return False
    found = Schema.bundled().event(name)
    return found is not None and not found.behavioural and name != "Scan"


def check_targets(group: TargetGroup, report: Report, schema: Schema, building: bool) -> None:
    """Every target, and how many there are."""
    targets = group.targets or ()
    own = [target for target in targets if not target.is_twin]
    if not targets:
        if not is_answer(group) and not report.is_invalid("/targets"):
            hint = "List them here or add them in a second call."
            report.warn("/targets", "no-targets", "The group has no targets, so nothing is counted.", hint)
    else:
        _number_of(group, len(own), report)
    check_listed(
        [(f"/targets/{place}", target) for place, target in enumerate(targets)], group, report, schema, building
    )


def check_listed(
    targets: Sequence[tuple[str, Target]],
    group: TargetGroup,
    report: Report,
    schema: Schema,
    building: bool = False,
    *,
    alone: bool = False,
) -> None:
    """Targets by their pointers; those that stand alone may say no more than what changes of one that is there."""
    names: dict[str, str] = {}
    for at, target in targets:
        if report.is_invalid(at) and target == Target():
            continue
        if not (alone and _is_update(target)):
            _name(target, at, names, report)
            _kind(target, group, at, report)
        description(target.description, f"{at}/description", report)
        _field(target, at, report, schema)
        _values(target, group, at, report)
        _filters(target, at, report)
        check_triggers(
            [
                (f"{at}/targetMilestoneTriggers/{place}", trigger)
                for place, trigger in enumerate(target.target_milestone_triggers or ())
            ],
            group,
            report,
        )
        check_rule(target, at, report, schema, building)


def _is_update(target: Target) -> bool:
    """Whether it says what changes of a target that is there, and not what the target is."""
    return (
        target.name is None
        and target.target_type is None
        and target.target_entity is None
        and bool({"expression", "expression_json", "filters"} & target.model_fields_set)
    )


def _number_of(group: TargetGroup, count: int, report: Report) -> None:
    kind = group.tracking_type
    if kind is TrackingType.UNIFIED:
        if count < 2:
            report.error("/targets", "too-few-targets", f"A unified group needs at least two targets, not {count}.")
        elif count > MOST_UNIFIED:
            message = f"There are {count} targets; a unified group can have up to {MOST_UNIFIED}."
            report.error("/targets", "too-many-targets", message)
    elif count > 1 and (kind not in (None, TrackingType.DEFAULT) or group.user_created):
        what = "made by users" if group.user_created else f"that tracks {kind}"
        report.error("/targets", "too-many-targets", f"A group {what} can have one target, not {count}.")
    elif count > MOST_UNIFIED:
        message = f"There are {count} targets; a group can have up to {MOST_UNIFIED}."
        report.error("/targets", "too-many-targets", message)
    elif count > 1 and kind is TrackingType.DEFAULT:
        message = f"There are {count} targets; a group that tracks DEFAULT is documented with one."
        report.warn("/targets", "too-many-targets", message)
    if group.user_created and kind is not None and kind.is_streak:
        message = "Groups made by users are documented for single targets, not for streaks."
        report.warn("/userCreated", "user-created-streak", message)


def _name(target: Target, where: str, names: dict[str, str], report: Report) -> None:
    at = f"{where}/name"
    name = target.name
    if name is None:
        if not report.is_invalid(at):
            message = "Missing name; some documents require it, and promotions refer to it."
            report.warn(at, "target-name-missing", message)
        return
    if len(name) > LONGEST_NAME:
        message = f"The name of the target has {len(name)} characters; {LONGEST_NAME} are allowed."
        report.error(at, "target-name-too-long", message)
    spaces(name, at, report)
    first = names.setdefault(name.casefold(), where)
    if first != where:
        message = f"Duplicate target name: {name!r}."
        report.error(at, "duplicate-target", message, f"The other one is {first}.")


def _kind(target: Target, group: TargetGroup, at: str, report: Report) -> None:
    kind, entity = target.target_type, target.target_entity
    if kind is None and not report.is_invalid(f"{at}/targetType"):
        report.error(f"{at}/targetType", "member-missing", f"A target needs a targetType: {', '.join(TargetType)}.")
    if entity is None:
        if not report.is_invalid(f"{at}/targetEntity"):
            message = f"A target needs a targetEntity: {', '.join(TargetEntity)}."
            report.error(f"{at}/targetEntity", "entity-missing", message)
        return
    if kind is not None:
        _pair(kind, entity, target, at, report)
    if entity is TargetEntity.EVENT and target.event_name is None and not report.is_invalid(f"{at}/eventName"):
        message = "Missing eventName for a target that counts an event; TransactionAdd is assumed."
        report.warn(f"{at}/eventName", "event-missing", message)
    if group.user_created and target.enrolment_method not in (None, EnrolmentMethod.IMPORT):
        message = f"Groups made by users enrol by IMPORT, not {target.enrolment_method}."
        report.error(f"{at}/enrolmentMethod", "user-created-enrolment", message)


def _pair(kind: TargetType, entity: TargetEntity, target: Target, at: str, report: Report) -> None:
    entities = _PAIRS[kind]
    if entity.stored not in entities:
        named = (TargetEntity.REWARDS if one is TargetEntity.POINTS else one for one in entities)  # as requests do
        message = f"The platform does not count {kind} for {entity}, only for {' and '.join(named)}."
        report.error(f"{at}/targetType", "entity-type-pair", message)
    elif kind is TargetType.EVENT_ATTRIBUTE and is_customer_event(target.event_name):
        message = f"{target.event_name} is not a behavioural event; only those have attributes to sum."
        report.error(f"{at}/targetType", "entity-type-pair", message)
    elif kind is TargetType.QUANTITY and entity is TargetEntity.TRANSACTION:
        message = "The editor counts quantities of line items only; stored targets count those of transactions too."
        report.warn(f"{at}/targetEntity", "quantity-of-transaction", message)


def _field(target: Target, at: str, report: Report, schema: Schema) -> None:
    info, where = target.extended_field_info, f"{at}/extendedFieldInfo"
    kind, entity = target.target_type, target.target_entity
    if info is None:
        if report.is_invalid(where):
            return
        if kind is TargetType.EXTENDED_FIELD or entity is TargetEntity.ALTERNATE_CURRENCIES:
            what = "the field" if kind is TargetType.EXTENDED_FIELD else "the currency"
            report.error(where, "extended-field-info-missing", f"Missing extendedFieldInfo, which names {what}.")
        elif kind is TargetType.EVENT_ATTRIBUTE:
            message = "Missing extendedFieldInfo, which names the attribute to sum."
            report.error(where, "attribute-info-missing", message)
        return
    if kind in (TargetType.EXTENDED_FIELD, TargetType.EVENT_ATTRIBUTE):
        if not info.name and not report.is_invalid(f"{where}/name"):
            report.error(
                f"{where}/name", "member-missing", "extendedFieldInfo needs a name: the field or attribute to count."
            )
        if info.aggregate_function is None and not report.is_invalid(f"{where}/aggregateFunction"):
            message = "Missing aggregateFunction; SUM is assumed."
            report.warn(f"{where}/aggregateFunction", "aggregate-missing", message)
    if kind is TargetType.EVENT_ATTRIBUTE and info.aggregate_function is AggregateFunction.COUNT:
        message = "Attributes of events can only be summed; COUNT is for extended fields."
        report.error(f"{where}/aggregateFunction", "attribute-count", message, "To count events, use targetType COUNT.")
    if kind is TargetType.EXTENDED_FIELD and entity in _BILLS:
        _declared(info, entity, where, report, schema)
    if entity is TargetEntity.ALTERNATE_CURRENCIES:
        _currency(info, where, report)
    aggregate_window(info.aggregate_window, f"{where}/aggregateWindow", report)


def _declared(info: ExtendedFieldInfo, entity: TargetEntity, where: str, report: Report, schema: Schema) -> None:
    """A field the schema declares must be a number to be summed; one that is not among the declared is unknown."""
    profile = schema.profiles.get("currentTxn" if entity is TargetEntity.TRANSACTION else "currentLineItem")
    if profile is None or not info.name:
        return
    declared = {name for name in profile.attributes if name.startswith(EXTENDED)}
    name = info.name if info.name.startswith(EXTENDED) else EXTENDED + info.name
    found = profile.attributes.get(name)
    if found is None and declared:
        known = ", ".join(sorted(field.removeprefix(EXTENDED) for field in declared))
        message = f"Unknown extended field {info.name!r} on {profile.name}; the schema declares {known}."
        report.error(f"{where}/name", "extended-field-wrong", message)
    elif (
        found is not None
        and not found.flexible
        and info.aggregate_function is not AggregateFunction.COUNT
        and kind_of(found.type) != "number"
    ):
        message = f"The extended field {info.name!r} is not a number ({found.type}) and cannot be summed."
        report.error(f"{where}/name", "extended-field-wrong", message)


def _currency(info: ExtendedFieldInfo, where: str, report: Report) -> None:
    place = f"{where}/alternateCurrencyIdentifier"
    if not info.alternate_currency_identifier and not report.is_invalid(place):
        message = "A target of an alternate currency needs an alternateCurrencyIdentifier."
        report.error(place, "currency-missing", message)
    if (info.program_id is None or info.program_id < 1) and not report.is_invalid(f"{where}/programId"):
        message = "A target of an alternate currency needs a programId, 1 or more."
        report.error(f"{where}/programId", "program-invalid", message)


def _values(target: Target, group: TargetGroup, at: str, report: Report) -> None:
    place = f"{at}/defaultValues"
    values, periods = target.default_values or (), group.periods or ()
    if report.is_invalid(place) and target.default_values is None:
        return
    by_period = {value.period_id for value in values if value.period_id is not None}
    ids = [period.id for period in periods if period.id is not None]
    if by_period and ids and not is_answer(group):
        missing = [period for period in ids if period not in by_period]
        if missing:
            message = f"Missing value for the period{'s' * (len(missing) > 1)} {', '.join(map(str, missing))}."
            report.error(place, "too-few-values", message)
    elif group.window is EvaluationType.PERIOD_AGNOSTIC_WINDOW or not periods:
        moving = group.window is not EvaluationType.FIXED_CALENDAR_WINDOW
        if not values and moving and not is_answer(group):
            report.error(place, "too-few-values", "A target needs at least one value.")
    elif len(values) < len(periods):
        message = f"There {_are(len(periods), 'period')} but {counted(len(values), 'value')}; each period needs one."
        report.error(place, "too-few-values", message, "Values belong to periods by position.")
    elif len(values) > len(periods):
        message = (
            f"There {_are(len(values), 'value')} but {counted(len(periods), 'period')}; the last ones are not used."
        )
        report.warn(place, "too-many-values", message)
    seen: set[int] = set()
    for index, value in enumerate(values):
        if value.period_id is not None and value.period_id in seen:
            message = f"Duplicate value for the period {value.period_id}."
            report.error(f"{place}/{index}/periodId", "value-repeated", message)
        seen |= {value.period_id} if value.period_id is not None else set()
        _value(value, target.target_type, f"{place}/{index}", report)


def _value(value: DefaultValue, kind: TargetType | None, at: str, report: Report) -> None:
    amount: Decimal | None = value.default_value
    if amount is None:
        if not report.is_invalid(at):
            report.error(f"{at}/defaultValue", "value-missing", "Missing value for the period.")
        return
    place = f"{at}/defaultValue"
    if amount.adjusted() >= _STORED_DIGITS and amount:
        message = f"{amount} is too large; at most {_STORED_DIGITS} digits before the decimal point are stored."
        report.error(place, "value-too-large", message)
    elif amount != round(amount, 3):
        report.warn(place, "value-rounded", f"{amount} will be rounded; values are stored with three decimals.")
    if amount <= 0:
        message = f"A value of {amount} is reached by the first contribution, whatever it is."
        report.warn(place, "value-not-positive", message)
    elif kind in _WHOLE and amount != amount.to_integral_value():
        report.warn(place, "value-fractional", f"{kind} counts integers, but the value {amount} has a fraction.")


def _filters(target: Target, at: str, report: Report) -> None:
    for place, entry in enumerate(target.filters or ()):
        where = f"{at}/filters/{place}/entityType"
        if entry.entity_type is None and entry.entity_ids and not report.is_invalid(where):
            report.error(where, "filter-entity-missing", "A filter needs an entityType, which says what its ids are.")


def check_triggers(triggers: Sequence[tuple[str, Trigger]], group: TargetGroup, report: Report) -> None:
    """Sub-targets by their pointers."""
    for where, trigger in triggers:
        if trigger.label is not None and len(trigger.label) > LONGEST_TRIGGER_NAME:
            message = f"The name has {len(trigger.label)} characters; {LONGEST_TRIGGER_NAME} are allowed."
            member = "triggerName" if trigger.name is None else "name"
            report.error(f"{where}/{member}", "trigger-name-too-long", message)
        if group.tracking_type is TrackingType.UNIFIED and trigger.trigger_type is not TriggerType.SYSTEM_TRIGGER:
            report.error(where, "unified-sub-targets", "Targets of a unified group cannot have sub-targets.")


def _are(count: int, thing: str) -> str:
    return f"{'is' if count == 1 else 'are'} {counted(count, thing)}"
