"""Rules about targets: what they count, their values, filters and fields."""

from __future__ import annotations

from decimal import Decimal

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
from targetexpr.targets.model.group import DefaultValue, ExtendedFieldInfo, Target, TargetGroup
from targetexpr.targets.validation.diagnostics import Report
from targetexpr.targets.validation.group import LONGEST_NAME, description, is_answer, spaces
from targetexpr.targets.validation.rule import check_rule, is_customer_event

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


def check_targets(group: TargetGroup, report: Report, schema: Schema, building: bool) -> None:
    """Every target, and how many there are."""
    targets = group.targets or ()
    own = [target for target in targets if not target.is_twin]
    if not targets:
        if not is_answer(group) and not report.unread("/targets"):
            hint = "List them here or add them in a second call."
            report.warn("/targets", "no-targets", "The group has no targets, so nothing is counted.", hint)
    else:
        _number_of(group, len(own), report)
    names: dict[str, int] = {}
    for place, target in enumerate(targets):
        at = f"/targets/{place}"
        if report.unread(at) and target == Target():
            continue
        _name(target, place, names, report)
        _kind(target, group, at, report)
        _field(target, at, report, schema)
        _values(target, group, at, report)
        _filters(target, at, report)
        _triggers(target, group, at, report)
        check_rule(target, at, report, schema, building)


def _number_of(group: TargetGroup, count: int, report: Report) -> None:
    kind = group.tracking_type
    if kind is TrackingType.UNIFIED:
        if count < 2:
            report.error("/targets", "too-few-targets", f"A unified group combines targets; this one has {count}.")
        elif count > MOST_UNIFIED:
            said = f"A unified group has up to {MOST_UNIFIED} targets; this one has {count}."
            report.error("/targets", "too-many-targets", said)
    elif count > 1 and (kind not in (None, TrackingType.DEFAULT) or group.user_created):
        what = "made by users" if group.user_created else f"that tracks {kind}"
        report.error("/targets", "too-many-targets", f"A group {what} has one target; this one has {count}.")
    elif count > MOST_UNIFIED:
        said = f"A group has up to {MOST_UNIFIED} targets; this one has {count}."
        report.error("/targets", "too-many-targets", said)
    elif count > 1 and kind is TrackingType.DEFAULT:
        said = f"A group that tracks DEFAULT is documented with one target; this one has {count}."
        report.warn("/targets", "too-many-targets", said)
    if group.user_created and kind is not None and kind.is_streak:
        said = "Groups made by users are documented for single targets, not for streaks."
        report.warn("/userCreated", "user-created-streak", said)


def _name(target: Target, place: int, names: dict[str, int], report: Report) -> None:
    at = f"/targets/{place}/name"
    name = target.name
    if name is None:
        if not report.unread(at):
            said = "The target has no name; some documents require it, and promotions refer to it."
            report.warn(at, "target-name-missing", said)
        return
    if len(name) > LONGEST_NAME:
        said = f"The name of the target has {len(name)} characters; {LONGEST_NAME} are allowed."
        report.error(at, "target-name-too-long", said)
    spaces(name, at, report)
    first = names.setdefault(name.casefold(), place)
    if first != place:
        said = f"Two targets have the name {name!r}; names of targets are unique."
        report.error(at, "duplicate-target", said, f"The other one is /targets/{first}.")
    description(target.description, f"/targets/{place}/description", report)


def _kind(target: Target, group: TargetGroup, at: str, report: Report) -> None:
    kind, entity = target.target_type, target.target_entity
    if kind is None and not report.unread(f"{at}/targetType"):
        report.error(f"{at}/targetType", "misfit", f"A target needs a targetType: {', '.join(TargetType)}.")
    if entity is None:
        if not report.unread(f"{at}/targetEntity"):
            said = f"The target does not say what it looks at, so nothing can be counted: {', '.join(TargetEntity)}."
            report.error(f"{at}/targetEntity", "entity-missing", said)
        return
    if kind is not None:
        _pair(kind, entity, target, at, report)
    if entity is TargetEntity.EVENT and target.event_name is None and not report.unread(f"{at}/eventName"):
        said = "The target counts an event and does not name it; TransactionAdd is taken."
        report.warn(f"{at}/eventName", "event-missing", said)
    if group.user_created and target.enrolment_method not in (None, EnrolmentMethod.IMPORT):
        said = f"Groups made by users enrol by IMPORT; this says {target.enrolment_method}."
        report.error(f"{at}/enrolmentMethod", "user-created-enrolment", said)


def _pair(kind: TargetType, entity: TargetEntity, target: Target, at: str, report: Report) -> None:
    entities = _PAIRS[kind]
    if entity.stored not in entities:
        said = f"The platform does not count {kind} of {entity}; it does of {' and '.join(entities)}."
        report.error(f"{at}/targetType", "entity-type-pair", said)
    elif kind is TargetType.EVENT_ATTRIBUTE and is_customer_event(target.event_name):
        said = f"{target.event_name} is no behavioural event, and only these have attributes to sum."
        report.error(f"{at}/targetType", "entity-type-pair", said)
    elif kind is TargetType.QUANTITY and entity is TargetEntity.TRANSACTION:
        said = "The editor counts quantities of line items only; stored targets count those of transactions too."
        report.warn(f"{at}/targetEntity", "quantity-of-transaction", said)


def _field(target: Target, at: str, report: Report, schema: Schema) -> None:
    info, where = target.extended_field_info, f"{at}/extendedFieldInfo"
    kind, entity = target.target_type, target.target_entity
    if info is None:
        if report.unread(where):
            return
        if kind is TargetType.EXTENDED_FIELD or entity is TargetEntity.ALTERNATE_CURRENCIES:
            what = "the field" if kind is TargetType.EXTENDED_FIELD else "the currency"
            report.error(where, "extended-field-info-missing", f"extendedFieldInfo is needed: it names {what}.")
        elif kind is TargetType.EVENT_ATTRIBUTE:
            said = "extendedFieldInfo is needed: it names the attribute that is summed."
            report.error(where, "attribute-info-missing", said)
        return
    if kind in (TargetType.EXTENDED_FIELD, TargetType.EVENT_ATTRIBUTE):
        if not info.name and not report.unread(f"{where}/name"):
            report.error(f"{where}/name", "misfit", "extendedFieldInfo needs the name of what is counted.")
        if info.aggregate_function is None and not report.unread(f"{where}/aggregateFunction"):
            said = "Nothing says how the values are put together; SUM is taken."
            report.warn(f"{where}/aggregateFunction", "aggregate-missing", said)
    if kind is TargetType.EVENT_ATTRIBUTE and info.aggregate_function is AggregateFunction.COUNT:
        said = "Attributes of events are summed; only extended fields are counted."
        report.error(f"{where}/aggregateFunction", "attribute-count", said, "To count events, use targetType COUNT.")
    if kind is TargetType.EXTENDED_FIELD and entity in _BILLS:
        _declared(info, entity, where, report, schema)
    if entity is TargetEntity.ALTERNATE_CURRENCIES:
        _currency(info, where, report)
    _aggregate_window(info, where, report)


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
        said = f"The schema declares no extended field {info.name!r} on {profile.name}; there are {known}."
        report.error(f"{where}/name", "extended-field-wrong", said)
    elif (
        found is not None
        and not found.flexible
        and info.aggregate_function is not AggregateFunction.COUNT
        and kind_of(found.type) != "number"
    ):
        said = f"The extended field {info.name!r} is no number ({found.type}); it cannot be summed."
        report.error(f"{where}/name", "extended-field-wrong", said)


def _currency(info: ExtendedFieldInfo, where: str, report: Report) -> None:
    place = f"{where}/alternateCurrencyIdentifier"
    if not info.alternate_currency_identifier and not report.unread(place):
        said = "A target of an alternate currency needs its alternateCurrencyIdentifier."
        report.error(place, "currency-missing", said)
    if (info.program_id is None or info.program_id < 1) and not report.unread(f"{where}/programId"):
        said = "A target of an alternate currency needs the programId of its programme."
        report.error(f"{where}/programId", "program-invalid", said)


def _aggregate_window(info: ExtendedFieldInfo, where: str, report: Report) -> None:
    window, at = info.aggregate_window, f"{where}/aggregateWindow"
    if window is None:
        return
    if window.window_type is None and not report.unread(f"{at}/windowType"):
        report.error(f"{at}/windowType", "window-type-missing", "The window needs a windowType: MIN or MAX.")
    if window.window_value is not None and window.window_value.strip() != "1":
        said = f"The window is one unit long; this one has {window.window_value!r}."
        report.error(f"{at}/windowValue", "window-value", said)


def _values(target: Target, group: TargetGroup, at: str, report: Report) -> None:
    place = f"{at}/defaultValues"
    values, periods = target.default_values or (), group.periods or ()
    if report.unread(place) and target.default_values is None:
        return
    by_period = {value.period_id for value in values if value.period_id is not None}
    ids = [period.id for period in periods if period.id is not None]
    if by_period and ids and not is_answer(group):
        missing = [period for period in ids if period not in by_period]
        if missing:
            said = f"There is no value for the period{'s' * (len(missing) > 1)} {', '.join(map(str, missing))}."
            report.error(place, "too-few-values", said)
    elif group.window is EvaluationType.PERIOD_AGNOSTIC_WINDOW or not periods:
        moving = group.window is not EvaluationType.FIXED_CALENDAR_WINDOW
        if not values and moving and not is_answer(group):
            report.error(place, "too-few-values", "The target has no value; there must be one at least.")
    elif len(values) < len(periods):
        said = f"There {_are(len(periods), 'period')} and {_many(len(values), 'value')}; each period needs its own."
        report.error(place, "too-few-values", said, "They go together by position.")
    elif len(values) > len(periods):
        said = f"There {_are(len(values), 'value')} and only {_many(len(periods), 'period')}; the last belong to none."
        report.warn(place, "too-many-values", said)
    seen: set[int] = set()
    for index, value in enumerate(values):
        if value.period_id is not None and value.period_id in seen:
            said = f"The period {value.period_id} has a value already; each has one."
            report.error(f"{place}/{index}/periodId", "value-repeated", said)
        seen |= {value.period_id} if value.period_id is not None else set()
        _value(value, target.target_type, f"{place}/{index}", report)


def _value(value: DefaultValue, kind: TargetType | None, at: str, report: Report) -> None:
    amount: Decimal | None = value.default_value
    if amount is None:
        if not report.unread(at):
            report.error(f"{at}/defaultValue", "value-missing", "The value of the period is missing.")
        return
    place = f"{at}/defaultValue"
    if amount.adjusted() >= _STORED_DIGITS and amount:
        said = f"{amount} is too large; {_STORED_DIGITS} digits before the point are stored."
        report.error(place, "value-too-large", said)
    elif amount != round(amount, 3):
        report.warn(place, "value-rounded", f"Values are stored with three decimals; {amount} is rounded.")
    if amount <= 0:
        said = f"A value of {amount} is reached by whatever is counted first."
        report.warn(place, "value-not-positive", said)
    elif kind in _WHOLE and amount != amount.to_integral_value():
        report.warn(place, "value-fractional", f"{kind} is counted in whole numbers; {amount} has a fraction.")


def _filters(target: Target, at: str, report: Report) -> None:
    for place, entry in enumerate(target.filters or ()):
        where = f"{at}/filters/{place}/entityType"
        if entry.entity_type is None and entry.entity_ids and not report.unread(where):
            report.error(where, "filter-entity-missing", "The filter does not say what its ids are.")


def _triggers(target: Target, group: TargetGroup, at: str, report: Report) -> None:
    for place, trigger in enumerate(target.target_milestone_triggers or ()):
        where = f"{at}/targetMilestoneTriggers/{place}"
        if trigger.name is not None and len(trigger.name) > LONGEST_TRIGGER_NAME:
            said = f"The name has {len(trigger.name)} characters; {LONGEST_TRIGGER_NAME} are allowed."
            report.error(f"{where}/name", "trigger-name-too-long", said)
        if group.tracking_type is TrackingType.UNIFIED and trigger.trigger_type is not TriggerType.SYSTEM_TRIGGER:
            report.error(where, "unified-sub-targets", "Targets of a unified group have no sub-targets.")


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _are(count: int, thing: str) -> str:
    return f"{'is' if count == 1 else 'are'} {_many(count, thing)}"
