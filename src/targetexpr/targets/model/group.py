"""Target groups as the wire has them: group, period, target, streak and what hangs on them.

Members have the wire's names as aliases (`target_count_of_sequence` is `targetCountOfSequence`), unknown members are
kept, and what was not sent stays unsent. `wire.dump` writes a model back as it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    GetPydanticSchema,
    PrivateAttr,
    SerializationInfo,
    StrictBool,
    StrictStr,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

from targetexpr.targets.model.enums import (
    AggregateFunction,
    Aggregation,
    CombinationType,
    EnrolmentMethod,
    EvaluationType,
    FilterEntity,
    FrequencyType,
    PeriodStatus,
    TargetEntity,
    TargetType,
    TrackingType,
    TriggerType,
    TriggerValueType,
    UserType,
    WindowTimeUnit,
    WindowType,
)
from targetexpr.targets.model.scalars import (
    NUMERIC,
    Amount,
    Date,
    Id,
    Int,
    Number,
    RefCode,
    RuleText,
    number_dump,
    read_number,
)

RETURN_BILL = "ReturnBill"
"""The event of returns."""

TWIN = f"_{RETURN_BILL}"
"""What the platform appends to a target's name for the twin that sees returns."""


def is_twin(name: object, event: object) -> bool:
    """Whether a target of such a name and event is a twin."""
    return event == RETURN_BILL and isinstance(name, str) and name.endswith(TWIN)


class Wire(BaseModel):
    """What all models share: frozen, wire names, unknown members and the order of members kept."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True)

    _order: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def model_validate_order(cls, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of a model's fields in the order of the document; unknown ones stay as they are."""
        names = {info.alias or name: name for name, info in cls.model_fields.items()}
        return tuple(names.get(key, key) for key in given)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_order(cls, given: Any, handler: Any) -> Any:
        made = handler(given)
        if isinstance(given, Mapping):
            made._order = cls.model_validate_order(given)
        return made


class User(Wire):
    """Who made or changed something."""

    id: Int | None = None
    code: StrictStr | None = None
    description: StrictStr | None = None
    name: StrictStr | None = None
    type: UserType | None = None


class Attribution(Wire):
    """When something was made and last changed, and by whom."""

    created_on: Date | None = None
    last_updated_on: Date | None = None
    last_updated_by: User | None = None
    created_by: User | None = None


class Period(Wire):
    """One cycle of a group. `ref_code` is its name."""

    id: Int | None = None
    attribution: Attribution | None = None
    start_date: Date | None = None
    end_date: Date | None = None
    ref_code: RefCode | None = None
    period_status: PeriodStatus | None = None
    target_group_id: Int | None = None
    description: StrictStr | None = None
    active: StrictBool | None = True

    @property
    def is_active(self) -> bool:
        """Active unless it says otherwise."""
        return self.active is not False


class DefaultValue(Wire):
    """The value of a target in one period: by position in a group's request, by `period_id` elsewhere."""

    id: Int | None = None
    period_id: Int | None = None
    target_name: StrictStr | None = None
    default_value: Amount | None = None


def _mapped_value(given: Any, read: Callable[[Any], DefaultValue]) -> Number | DefaultValue:
    return read(given) if isinstance(given, Mapping | DefaultValue) else read_number(given)


def _mapped_dump(value: Number | DefaultValue, dump: Callable[[Any], Any], info: SerializationInfo) -> Any:
    return number_dump(value, info) if isinstance(value, Number) else dump(value)


def _mapped_schema(_: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """Not a union, which would put the name of the branch into the pointers of diagnostics."""
    inner = handler.generate_schema(DefaultValue)
    written = core_schema.wrap_serializer_function_ser_schema(_mapped_dump, info_arg=True, schema=inner)
    return core_schema.no_info_wrap_validator_function(_mapped_value, inner, serialization=written)


def _mapped_json_schema(schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    return {"anyOf": [handler(schema), NUMERIC]}


MappedValue: TypeAlias = Annotated[Number | DefaultValue, GetPydanticSchema(_mapped_schema, _mapped_json_schema)]
"""One of `target_period_default_values_map`: an object as in the list beside it, in older answers the bare number."""


class Filter(Wire):
    """Where records must come from; without ids it filters nothing."""

    entity_type: FilterEntity | None = None
    entity_ids: tuple[Id, ...] | None = None


class AggregateWindow(Wire):
    """Take the highest or lowest value of each day."""

    window_type: WindowType | None = None
    window_time_unit: WindowTimeUnit | None = None
    window_value: RefCode | None = None


class ExtendedFieldInfo(Wire):
    """The field or attribute that is counted, or the alternate currency."""

    name: StrictStr | None = None
    aggregate_function: AggregateFunction | None = None
    aggregate_window: AggregateWindow | None = None
    alternate_currency_identifier: StrictStr | None = None
    program_id: Int | None = None


class Trigger(Wire):
    """A sub-target: an amount, or a percentage of the target's value. Reads spell its name `triggerName`."""

    id: Int | None = None
    name: StrictStr | None = None
    trigger_name: StrictStr | None = None
    active: StrictBool | None = None
    is_active: StrictBool | None = None
    trigger_type: TriggerType | None = None
    trigger_value_type: TriggerValueType | None = None
    trigger_value: Amount | None = None
    target_rule_id: Int | None = None

    @property
    def label(self) -> str | None:
        """Its name, whichever member says it."""
        return self.name if self.name is not None else self.trigger_name

    @property
    def is_on(self) -> bool:
        """Active unless it says otherwise."""
        return self.active is not False and self.is_active is not False


class AudienceFilter(Wire):
    """The audience group whose members take part."""

    audience_group_id: Int | None = None
    version_id: Int | None = None
    audience_filter_meta_id: Int | None = None
    last_updated_on: Date | None = None


def _sum_as_attribute(given: Any) -> Any:
    """The prose name SUM means EVENT_ATTRIBUTE, summed."""
    if not isinstance(given, Mapping):
        return given
    for key in ("targetType", "target_type"):
        kind = given.get(key)
        if isinstance(kind, str) and kind.upper() == "SUM":
            name = "extended_field_info" if "extended_field_info" in given else "extendedFieldInfo"
            info = given.get(name)
            if info is None:
                info = {}
            if isinstance(info, Mapping) and info.get("aggregateFunction", info.get("aggregate_function")) is None:
                info = {key: value for key, value in info.items() if key != "aggregate_function"}
                return {**given, name: {**info, "aggregateFunction": AggregateFunction.SUM}}
    return given


class Target(Wire):
    """What customers must do, and how much of it in each period."""

    id: Int | None = None
    attribution: Attribution | None = None
    name: StrictStr | None = None
    emf_rule_set_id: Int | None = None
    emf_unrolled_ruleset_id: Int | None = None
    target_type: TargetType | None = None
    target_entity: TargetEntity | None = None
    event_name: StrictStr | None = None
    target_group_id: Int | None = None
    description: StrictStr | None = None
    active: StrictBool | None = True
    expression: RuleText | None = None
    expression_json: StrictStr | None = None
    filters: tuple[Filter, ...] | None = None
    enrolment_method: EnrolmentMethod | None = None
    default_values: tuple[DefaultValue, ...] | None = None
    target_period_default_values_map: dict[str, MappedValue] | None = None  # by the id of the period
    extended_field_info: ExtendedFieldInfo | None = None
    target_milestone_triggers: tuple[Trigger, ...] | None = None
    target_audience_filter: tuple[AudienceFilter, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _spell_sum(cls, given: Any) -> Any:
        return _sum_as_attribute(given)

    @property
    def rule(self) -> str:
        """The rule as text; a target without one takes every record.

        >>> Target(expression=True).rule, Target().rule
        ('true', 'true')
        """
        if isinstance(self.expression, bool) or self.expression is None:
            return "false" if self.expression is False else "true"
        return self.expression

    @property
    def is_active(self) -> bool:
        """Active unless it says otherwise."""
        return self.active is not False

    @property
    def is_twin(self) -> bool:
        """Whether it is the platform's copy that sees returns, and no target of its own."""
        return is_twin(self.name, self.event_name)


class Streak(Wire):
    """One level of a streak: the number of achieved periods it takes."""

    id: Int | None = None
    attribution: Attribution | None = None
    target_group_id: Int | None = None
    name: StrictStr | None = None
    target_count_of_sequence: Int | None = None


class UnifiedTargetExpression(Wire):
    """What the targets of a unified group must reach together."""

    aggregation: Aggregation | None = None
    threshold_value: Amount | None = None
    rule_expression: StrictStr | None = None


class TargetGroup(Wire):
    """A target group, as a request or an answer has it.

    Nothing is required here, for answers leave out what is null; `validate` says what a request lacks.

    >>> group = TargetGroup.model_validate({"name": "Weekly", "trackingType": "Streak"})
    >>> group.tracking_type, group.is_active
    (<TrackingType.STREAKS: 'STREAKS'>, True)
    """

    id: Int | None = None
    attribution: Attribution | None = None
    org_id: Int | None = None
    created_on: Date | None = None
    name: StrictStr | None = None
    from_date: Date | None = None
    to_date: Date | None = None
    active: StrictBool | None = True
    preferred_till_id: Int | None = None
    periods: tuple[Period, ...] | None = None
    active_period: Period | None = None
    streaks: tuple[Streak, ...] | None = None
    total_periods: Int | None = None
    description: StrictStr | None = None
    target_evaluation_type: EvaluationType | None = None
    recurring_cycles: Int | None = None
    frequency: Int | None = None
    target_cycle_start_date: Date | None = None
    target_cycle_end_date: Date | None = None
    frequency_type: FrequencyType | None = None
    tracking_type: TrackingType | None = None
    targets: tuple[Target, ...] | None = None
    combination_type: CombinationType | None = None
    unified_target_expression: UnifiedTargetExpression | None = None
    leaderboard_enabled: StrictBool | None = None
    user_created: StrictBool | None = None
    aggregate_window: AggregateWindow | None = None  # of its targets that have none and sum a figure

    @property
    def is_active(self) -> bool:
        """Active unless it says otherwise."""
        return self.active is not False

    @property
    def window(self) -> EvaluationType:
        """The evaluation type; a group without one comes back with the fixed window."""
        return self.target_evaluation_type or EvaluationType.FIXED_CALENDAR_WINDOW
