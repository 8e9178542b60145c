"""Everything that is wrong with a body, at once: first what does not fit the model, then what does not hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.bodies import Body, BodyKind, bodies_in
from targetexpr.targets.model.envelope import PayloadError, group_in, invalid, open_document, refuse_other_kinds
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.validation.bodies import CheckedBody, check_bodies, check_envelopes
from targetexpr.targets.validation.diagnostics import Report
from targetexpr.targets.validation.group import check_group
from targetexpr.targets.validation.reading import read_model
from targetexpr.targets.validation.target import check_targets
from targetexpr.targets.validation.unknown_members import check_unknown_members


def validate(
    body: TargetGroup | Mapping[str, Any] | Sequence[Any] | str,
    *,
    schema: Schema | None = None,
    taken_names: Collection[str] = (),
    building: bool = False,
) -> list[Diagnostic]:
    """Every diagnostic about a body: the model of a group, plain values or JSON text, bare or in an answer's envelope.

    A body is what the target group calls send or answer: a group, targets, periods, streak levels, progress and so on
    (`BodyKind`), one or a list; each is checked as what it is. `schema` is what expressions may name, the bundled one
    unless given; `taken_names` are names of groups the organisation has. With `building`, an expressionJson that
    differs from its expression is an error, else a warning. Each diagnostic has a JSON pointer. In a JSON text it has
    the span of that place as well; elsewhere only those about a rule have one, in the string at the pointer. A text
    that holds nothing known raises PayloadError; whatever is wrong inside one is a diagnostic.

    >>> for diagnostic in validate({"name": "Weekly", "trackingType": "STREAKS", "targets": []}):
    ...     print(diagnostic.severity, diagnostic.code, diagnostic.pointer)
    warning no-periods /periods
    error streaks-missing /streaks
    warning no-targets /targets
    """
    if isinstance(body, TargetGroup):
        return check(GroupReading(group=body), schema=schema, taken_names=taken_names, building=building)
    found = check_document(body, schema=schema, taken_names=taken_names, building=building)
    if all(one.kind is None for one in found):
        raise PayloadError([diagnostic for one in found for diagnostic in one.diagnostics])
    return [diagnostic for one in found for diagnostic in one.diagnostics]


def check_document(
    document: Mapping[str, Any] | Sequence[Any] | str,
    *,
    schema: Schema | None = None,
    taken_names: Collection[str] = (),
    building: bool = False,
) -> list[CheckedBody]:
    """The bodies of a document, each with its diagnostics. Options as for `validate`.

    What is no known body has the kind None and one error; a text that is not JSON raises PayloadError.

    >>> [(one.kind.value, one.pointer) for one in check_document('{"data": [{"refCode": "W1"}], "errors": null}')]
    [('period', '/data/0')]
    """
    schema = schema if schema is not None else Schema.bundled()
    text = open_document(document) if isinstance(document, str) else None
    value = document if text is None else text.value
    bodies, unknown = bodies_in(value)
    names = set(taken_names)
    found: list[CheckedBody] = []
    for body in bodies:
        if body.kind is BodyKind.GROUP:
            found.append(_group(body, schema, names, building))
            if not body.is_answer and isinstance(body.value.get("name"), str):
                names.add(body.value["name"])  # a second request of that name would be refused
    found += check_bodies([body for body in bodies if body.kind is not BodyKind.GROUP], schema)
    found += [CheckedBody(kind=None, pointer=one.pointer or "", diagnostics=[one]) for one in unknown]
    order = {body.pointer: place for place, body in enumerate(bodies)}
    found.sort(key=lambda one: order.get(one.pointer, len(order)))
    beside = check_envelopes(value)
    if beside and found:
        found[0].diagnostics[:0] = beside
    if text is not None:
        for one in found:
            one.diagnostics[:] = map(text.located, one.diagnostics)
    return found


def _group(body: Body, schema: Schema, names: Collection[str], building: bool) -> CheckedBody:
    try:
        model, misses = read_model(TargetGroup, body.value, body.pointer)
    except PayloadError as error:
        return CheckedBody(kind=body.kind, pointer=body.pointer, diagnostics=list(error.diagnostics))
    reading = GroupReading(group=model, pointer=body.pointer, diagnostics=misses)
    diagnostics = check(reading, schema=schema, taken_names=names, building=building)
    return CheckedBody(kind=body.kind, pointer=body.pointer, model=model, diagnostics=diagnostics)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReading:
    """What could be read of a group: the model of it, and what does not fit the model and was left out."""

    group: TargetGroup
    pointer: str = ""  # where in the document the group stands: "/data"
    diagnostics: tuple[Diagnostic, ...] = ()


def check(
    reading: GroupReading, *, schema: Schema | None = None, taken_names: Collection[str] = (), building: bool = False
) -> list[Diagnostic]:
    """Every diagnostic about a group that was read, what did not fit the model included. Options as for `validate`."""
    report = Report(reading.pointer, list(reading.diagnostics))
    report.add_invalid(reading.diagnostics)
    check_group(reading.group, report, taken_names)
    check_unknown_members(reading.group, report)
    check_targets(reading.group, report, schema if schema is not None else Schema.bundled(), building)
    return report.diagnostics


def read_group(group: TargetGroup | Mapping[str, Any] | JsonValue) -> GroupReading:
    """A group from plain values, in its envelope or bare, or a model as it is.

    What fits the model is validated once; whatever does not is left out and reported, and the rest validated again.
    Raises PayloadError for values that are no group.
    """
    if isinstance(group, TargetGroup):
        return GroupReading(group=group)
    where, value = group_in(group)
    if not isinstance(value, Mapping):
        raise PayloadError([invalid("not-a-group", "A target group is a JSON object.", where)])
    refuse_other_kinds(value, where)
    model, misses = read_model(TargetGroup, value, where)
    return GroupReading(group=model, pointer=where, diagnostics=misses)
