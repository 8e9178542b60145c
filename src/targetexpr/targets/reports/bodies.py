"""Bodies for people to read: every kind of request and answer, not only groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, assert_never, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.render import visible_line
from targetexpr.targets.model.bodies import Body, BodyKind, bodies_in, is_envelope
from targetexpr.targets.model.envelope import Envelope, PayloadError, checked
from targetexpr.targets.model.group import Period, Streak, Target, TargetGroup, Trigger, Wire
from targetexpr.targets.model.payloads import (
    Enrolment,
    NameCheck,
    ProgressGroup,
    ProgressRow,
    ProgressStreak,
    TrackedEvent,
    UnifiedUpdate,
    UserProgress,
)
from targetexpr.targets.reports.group import (
    calendar,
    dated,
    level_line,
    period_line,
    summary,
    target_lines,
    trigger_line,
)


def describe(document: Any) -> str:
    """The bodies of a request or an answer as text, a paragraph for each, those of a list of small ones together.

    Raises PayloadError for a document that holds none, or one that does not fit its model.

    >>> print(describe([{"refCode": "W1", "startDate": "2024-01-01", "endDate": "2024-01-02"}]))
    1 period
    |-----------------------------------1-----------------------------------|
    Jan 2024
       1  2024-01-01 to 2024-01-02  W1
    """
    text, errors = what_is_shown(document)
    if errors:
        raise PayloadError(errors)
    return text


def what_is_shown(document: Any) -> tuple[str, list[Diagnostic]]:
    """The bodies that can be read as text, and an error for each thing of the others that cannot."""
    found, errors = bodies_in(document)
    read: list[tuple[Body, Wire | None]] = []
    for body in found:
        try:
            read.append((body, None if body.model is None else checked(body.model, body.value, body.pointer)))
        except PayloadError as error:
            errors += error.diagnostics
    refusals = list(_refusals(document))
    parts: list[str] = []
    for kind, listed in groupby(read, key=lambda pair: pair[0].kind):
        bodies = list(listed)
        models = [model for _, model in bodies if model is not None]
        if kind is BodyKind.GROUP:
            parts += [summary(group) for group in cast("list[TargetGroup]", models)]
        elif kind is not BodyKind.REFUSAL or not refusals:
            lines = _lines(kind, [body for body, _ in bodies], models)
            parts.append("\n".join([kind.many(len(bodies)), *lines]))
    if refusals:
        parts.append("\n".join(refusals))
    return "\n\n".join(parts), errors


def _refusals(document: Any) -> Iterator[str]:
    for value in document if isinstance(document, list) else [document]:
        if is_envelope(value):
            envelope = checked(Envelope, value, "")
            for said in envelope.errors or ():
                yield f"the platform refused: {said.code or 'no number'} {visible_line(said.message or '')}"
            for said in envelope.warnings or ():
                yield f"the platform warns: {said.code or 'no number'} {visible_line(said.message or '')}"


def _lines(kind: BodyKind, bodies: Sequence[Body], models: Sequence[Wire]) -> Iterator[str]:
    match kind:
        case BodyKind.TARGET:
            for target in cast("list[Target]", models):
                yield from target_lines(target, TargetGroup())
        case BodyKind.PERIOD:
            yield from _periods(cast("list[Period]", models))
        case BodyKind.STREAK:
            yield from (f"  {level_line(level)}" for level in cast("list[Streak]", models))
        case BodyKind.SUB_TARGET:
            yield from (f"  {trigger_line(trigger)}" for trigger in cast("list[Trigger]", models))
        case BodyKind.UNIFIED_UPDATE:
            for update in cast("list[UnifiedUpdate]", models):
                yield from _update(update)
        case BodyKind.USER_PROGRESS:
            for model in models:
                yield from _progress(model)
        case BodyKind.TRACKED_EVENT:
            yield from (f"  {_event(event)}" for event in cast("list[TrackedEvent]", models))
        case BodyKind.ENROLMENT:
            yield from (f"  {_enrolment(enrolment)}" for enrolment in cast("list[Enrolment]", models))
        case BodyKind.NAME_CHECK:
            for asked in cast("list[NameCheck]", models):
                yield f"  is {visible_line(asked.value or '(no value)')} free as a {asked.type or '(no type)'}?"
        case BodyKind.NAME_ANSWER:
            yield from ("  the name is free" if body.value else "  the name is taken or not valid" for body in bodies)
        case BodyKind.CUSTOMER:
            yield from (f"  customer {visible_line(str(body.value))}" for body in bodies)
        case BodyKind.REFUSAL:
            yield "  neither data nor errors"
        case BodyKind.EMPTY:
            yield "  nothing is in it"
        case BodyKind.GROUP:
            raise AssertionError("a group has its own summary")
        case _:
            assert_never(kind)


def _periods(periods: Sequence[Period]) -> Iterator[str]:
    days = dated(periods)
    yield from calendar(days) if days else []
    yield from (f"{place:>4}  {period_line(period)}" for place, period in enumerate(periods, 1))


def _update(update: UnifiedUpdate) -> Iterator[str]:
    overall = update.unified_target_expression
    if overall is not None:
        what = f"{overall.aggregation} of the targets" if overall.aggregation is not None else "threshold"
        yield f"  {what} at {overall.threshold_value}"
    for target in update.targets or ():
        yield from target_lines(target, TargetGroup())
    if update.deactivate_target_ids:
        yield f"  deactivates {', '.join(map(str, update.deactivate_target_ids))}"


def _progress(model: Wire) -> Iterator[str]:
    match model:
        case UserProgress():
            yield f"  user {visible_line(str(model.user_id))}"
            for group in model.target_groups or ():
                yield from _progress(group)
        case ProgressGroup():
            yield f"  {visible_line(model.name or '(no name)')} tracks {model.tracking_type or '?'}"
            for row in model.targets or ():
                yield from _progress(row)
            for streak in model.streaks or ():
                yield from _progress(streak)
        case ProgressRow():
            start, end = (
                "?" if date is None else date.day for date in (model.period_start_date, model.period_end_date)
            )
            reached = f"{model.target_achieved_value} of {model.target_value} {model.target_type or ''}".rstrip()
            names = f"{visible_line(model.period_ref_code or '?')}  {visible_line(model.target_name or '?')}"
            yield f"    {start} to {end}  {names}: {reached}"
            for one in model.milestones or ():
                mark = "reached" if one.is_achieved else "not reached"
                yield f"      step {visible_line(one.trigger_name or '?')} at {one.trigger_value}: {mark}"
        case ProgressStreak():
            count = f"{model.current_count} of {model.total_target_count_of_sequence}"
            yield f"    level {visible_line(model.streak_name or '?')}: {count}, {model.status or '?'}"


def _event(event: TrackedEvent) -> str:
    what = event.event_display_name or event.event_name or "?"
    when = "?" if event.event_date is None else event.event_date.wire
    return (
        f"{when}  {visible_line(str(what))} {visible_line(event.unique_id or '?')}: {event.target_value} "
        f"towards target {event.target_rule_id} in period {event.period_id}"
    )


def _enrolment(enrolment: Enrolment) -> str:
    where = f" from {visible_line(enrolment.period_name)} on" if enrolment.period_name else ""
    return f"customer {visible_line(enrolment.customer_id or '?')}{where}"
