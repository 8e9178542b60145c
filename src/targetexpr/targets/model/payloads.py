"""What the platform answers about customers, and what is asked of it: progress, tracked events, enrolments, names."""

from __future__ import annotations

from typing import Any

from pydantic import StrictBool, StrictStr

from targetexpr.targets.model.enums import (
    EvaluationType,
    NameKind,
    StreakStatus,
    TargetEntity,
    TargetType,
    TrackedEventName,
    TrackingType,
)
from targetexpr.targets.model.group import Attribution, Target, UnifiedTargetExpression, Wire
from targetexpr.targets.model.scalars import Amount, Date, Id, Int, RefCode


class ApiError(Wire):
    """One error or warning of the platform."""

    code: Int | None = None
    message: StrictStr | None = None


class Pagination(Wire):
    """Which page of a list an answer is."""

    limit: Int | None = None
    offset: Int | None = None
    total: Int | None = None


class NameCheck(Wire):
    """The request of the name check."""

    type: NameKind | None = None
    value: StrictStr | None = None


class UnifiedUpdate(Wire):
    """The request that changes the targets of a unified group, and its answer."""

    unified_target_expression: UnifiedTargetExpression | None = None
    targets: tuple[Target, ...] | None = None
    deactivate_target_ids: tuple[Int, ...] | None = None


class Enrolment(Wire):
    """The request that enrols a customer, or takes one out."""

    customer_id: RefCode | None = None
    period_name: StrictStr | None = None
    initial_balance: Amount | None = None
    reset_streak_status: StrictBool | None = None


class Milestone(Wire):
    """A sub-target in a row of progress; its value is an amount, whatever it was a percentage of."""

    id: Id | None = None
    trigger_name: StrictStr | None = None
    trigger_value: Amount | None = None
    is_achieved: StrictBool | None = None


class ProgressRow(Wire):
    """A customer's progress in one target and period."""

    target_id: Id | None = None  # of the row
    org_id: Int | None = None
    period_id: Id | None = None
    program_id: Int | None = None
    alternate_currency_identifier: StrictStr | None = None
    alternate_currency_name: StrictStr | None = None
    period_ref_code: RefCode | None = None
    period_start_date: Date | None = None
    period_end_date: Date | None = None
    target_value: Amount | None = None
    target_achieved_value: Amount | None = None
    target_name: StrictStr | None = None
    target_type: TargetType | None = None
    target_entity: TargetEntity | None = None
    target_rule_id: Id | None = None  # the target's id in its group
    enrolled_on: Date | None = None
    event_name: StrictStr | None = None
    period_start_date_with_time_stamp: Date | None = None
    period_end_date_with_time_stamp: Date | None = None
    last_updated_on: Date | None = None
    target_achieved_date_time: Date | None = None
    target_achieved_event_log_id: Id | None = None
    current_period: StrictBool | None = None
    un_enrolled: StrictBool | None = None
    milestones: tuple[Milestone, ...] | None = None


class ProgressStreak(Wire):
    """A customer's progress in one streak level."""

    user_streak_id: Id | None = None
    streak_id: Id | None = None
    streak_name: StrictStr | None = None
    status: StreakStatus | None = None
    current_count: Int | None = None
    total_target_count_of_sequence: Int | None = None
    streak_achieved_user_target_id: Id | None = None
    streak_achieved_date_time: Date | None = None


class ProgressGroup(Wire):
    """A customer's progress in one group."""

    id: Id | None = None
    attribution: Attribution | None = None
    name: StrictStr | None = None
    org_id: Int | None = None
    preferred_till_id: Int | None = None
    targets: tuple[ProgressRow, ...] | None = None
    streaks: tuple[ProgressStreak, ...] | None = None
    target_evaluation_type: EvaluationType | None = None
    tracking_type: TrackingType | None = None


class UserProgress(Wire):
    """A customer's progress in every group."""

    user_id: RefCode | None = None
    customer: dict[str, Any] | None = None
    target_groups: tuple[ProgressGroup, ...] | None = None


class TrackedEvent(Wire):
    """One event that counted towards a target of a customer."""

    event_log_id: Id | None = None
    event_name: TrackedEventName | None = None
    customer_id: RefCode | None = None
    event_display_name: StrictStr | None = None
    unique_id: RefCode | None = None
    event_date: Date | None = None
    event_processed_date: Date | None = None
    period_id: Id | None = None
    target_group_id: Id | None = None
    target_rule_id: Id | None = None
    target_value: Amount | None = None
