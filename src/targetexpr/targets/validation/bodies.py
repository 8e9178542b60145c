"""What is wrong with bodies that are no whole group: each kind is checked as what it is, as far as that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, assert_never, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import join
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.bodies import Body, BodyKind, is_envelope
from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.model.envelope import Envelope, PayloadError
from targetexpr.targets.model.error_numbers import ERROR_NUMBERS, INVALID_KEY
from targetexpr.targets.model.group import Period, Streak, Target, TargetGroup, Trigger, Wire
from targetexpr.targets.model.payloads import Enrolment, NameCheck, ProgressRow, TrackedEvent, UnifiedUpdate
from targetexpr.targets.validation.diagnostics import Report
from targetexpr.targets.validation.group import check_levels, check_periods, check_threshold
from targetexpr.targets.validation.reading import read_model
from targetexpr.targets.validation.target import check_listed, check_triggers
from targetexpr.targets.validation.unknown_members import check_unknown_members

_ALONE = TargetGroup()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBody:
    """One body of a document and what is said of it."""

    kind: BodyKind | None  # None: nothing that is known
    pointer: str
    model: Wire | None = None  # what of it could be read
    diagnostics: list[Diagnostic] = field(default_factory=list)


def check_bodies(bodies: Sequence[Body], schema: Schema) -> list[CheckedBody]:
    """What is wrong with bodies, none of them a group; those of one list are looked at together."""
    made: list[CheckedBody] = []
    for (kind, _), listed in groupby(bodies, key=lambda body: (body.kind, _list_of(body.pointer))):
        made += _checked(kind, list(listed), schema)
    return made


def _list_of(pointer: str) -> str:
    head, _, last = pointer.rpartition("/")
    return head if last.isdecimal() else pointer


def _checked(kind: BodyKind, bodies: Sequence[Body], schema: Schema) -> list[CheckedBody]:
    made: list[CheckedBody] = []
    report = Report()
    for body in bodies:
        if body.model is None:
            made.append(CheckedBody(kind=kind, pointer=body.pointer))
            continue
        model, misses = _read(body)
        if kind is BodyKind.NAME_CHECK:  # the platform has a number for kinds of names that it does not know
            misses = tuple(
                replace(one, number=INVALID_KEY) if one.pointer == f"{body.pointer}/type" else one for one in misses
            )
        report.add_invalid(misses)
        made.append(CheckedBody(kind=kind, pointer=body.pointer, model=model, diagnostics=list(misses)))
    _check(kind, [(one.pointer, one.model) for one in made if one.model is not None], report, schema)
    for body_made in made:
        if body_made.model is not None:
            own = Report(body_made.pointer)
            check_unknown_members(body_made.model, own)
            report.diagnostics += own.diagnostics
    _distribute(report.diagnostics, made)
    return made


def _read(body: Body) -> tuple[Wire | None, tuple[Diagnostic, ...]]:
    assert body.model is not None  # only bodies with members are read
    try:
        return read_model(body.model, body.value, body.pointer)
    except PayloadError as error:
        return None, error.diagnostics


def _distribute(diagnostics: Sequence[Diagnostic], made: Sequence[CheckedBody]) -> None:
    """Gives each diagnostic to the body that it stands in."""
    by_pointer = {one.pointer: one for one in made}
    for diagnostic in diagnostics:
        pointer = diagnostic.pointer or ""
        while pointer not in by_pointer and pointer:
            pointer = pointer.rpartition("/")[0]
        by_pointer[pointer].diagnostics.append(diagnostic)


def _check(kind: BodyKind, models: Sequence[tuple[str, Wire]], report: Report, schema: Schema) -> None:
    match kind:
        case BodyKind.TARGET:
            check_listed(cast("list[tuple[str, Target]]", models), _ALONE, report, schema, alone=True)
        case BodyKind.PERIOD:
            check_periods(cast("list[tuple[str, Period]]", models), report, None)
        case BodyKind.STREAK:
            check_levels(cast("list[tuple[str, Streak]]", models), report)
        case BodyKind.SUB_TARGET:
            check_triggers(cast("list[tuple[str, Trigger]]", models), _ALONE, report)
        case BodyKind.UNIFIED_UPDATE:
            for at, update in cast("list[tuple[str, UnifiedUpdate]]", models):
                _unified_update(update, at, report, schema)
        case BodyKind.NAME_CHECK:
            for at, asked in cast("list[tuple[str, NameCheck]]", models):
                _name_check(asked, at, report)
        case BodyKind.ENROLMENT:
            for at, enrolment in cast("list[tuple[str, Enrolment]]", models):
                if enrolment.customer_id is None and not report.is_invalid(f"{at}/customerId"):
                    report.error(f"{at}/customerId", "member-missing", "An enrolment needs a customerId.")
        case BodyKind.USER_PROGRESS:
            for at, model in models:
                _progress(model, at, report)
        case BodyKind.TRACKED_EVENT:
            for at, event in cast("list[tuple[str, TrackedEvent]]", models):
                if event.event_name is None and not report.is_invalid(f"{at}/eventName"):
                    report.warn(f"{at}/eventName", "event-missing", "Missing eventName of a tracked event.")
        case BodyKind.GROUP:
            raise AssertionError("groups are checked by `check`")
        case BodyKind.NAME_ANSWER | BodyKind.CUSTOMER | BodyKind.REFUSAL | BodyKind.EMPTY:
            pass  # they have no members
        case _:
            assert_never(kind)


def _unified_update(update: UnifiedUpdate, at: str, report: Report, schema: Schema) -> None:
    # The group has the aggregation already: the platform's own sample names the threshold alone.
    check_threshold(update.unified_target_expression, report, f"{at}/unifiedTargetExpression")
    targets = [(f"{at}/targets/{place}", target) for place, target in enumerate(update.targets or ())]
    check_listed(targets, TargetGroup(tracking_type=TrackingType.UNIFIED), report, schema, alone=True)
    off = set(update.deactivate_target_ids or ())
    for place, target in targets:
        if target.id is not None and target.id in off:
            message = f"The target {target.id} is changed here and deactivated below."
            report.warn(f"{place}/id", "target-deactivated", message, "Leave one of the two out.")


def _name_check(asked: NameCheck, at: str, report: Report) -> None:
    for name, value in (("type", asked.type), ("value", asked.value)):
        if value is None and not report.is_invalid(f"{at}/{name}"):
            report.error(f"{at}/{name}", "member-missing", f"A name check needs a {name}.")


def _progress(model: Wire, at: str, report: Report) -> None:
    """Rows of progress, wherever they stand in an answer: their periods end after they start."""
    if isinstance(model, ProgressRow):
        start, end = model.period_start_date, model.period_end_date
        if start is not None and end is not None and end.day < start.day:
            message = f"The period ends ({end.wire}) before it starts ({start.wire})."
            report.warn(f"{at}/periodEndDate", "period-ends-before-start", message)
        return
    for name, info in type(model).model_fields.items():
        inner = getattr(model, name)
        for place, item in enumerate(inner if isinstance(inner, tuple) else ()):
            if isinstance(item, Wire):
                _progress(item, join([info.alias or name, place], at), report)


def check_envelopes(document: Any) -> list[Diagnostic]:
    """What an answer says beside its data: its errors and warnings, pages, members that nobody knows."""
    found: list[Diagnostic] = []
    listed = [(f"/{place}", one) for place, one in enumerate(document)] if isinstance(document, list) else []
    for at, value in listed or [("", document)]:
        if is_envelope(value):
            found += _envelope(value, at)
    return found


def _envelope(value: Mapping[str, Any], at: str) -> list[Diagnostic]:
    try:
        model, misses = read_model(Envelope, value, at)
    except PayloadError as error:
        return list(error.diagnostics)
    report = Report(at, diagnostics=list(misses))
    for name, severity_of in (("errors", "refused"), ("warnings", "platform-warning")):
        for place, said in enumerate(getattr(model, name) or ()):
            number = None if said.code is None else int(said.code)
            known = ERROR_NUMBERS.get(number) if number is not None else None
            words = "refused the request" if name == "errors" else "warns"
            message = f"The platform {words}: {number or 'no number'} {said.message or ''}".rstrip() + "."
            report.warn(f"/{name}/{place}", severity_of, message, known.meaning if known is not None else None)
    check_unknown_members(model, report)
    return report.diagnostics
