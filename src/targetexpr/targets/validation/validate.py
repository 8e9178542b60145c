"""Everything that is wrong with a group, at once: first what does not fit the model, then what does not hold."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.envelope import PayloadError, group_in, invalid, invalid_members, kind_of, open_document
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.validation.diagnostics import Report
from targetexpr.targets.validation.group import check_group
from targetexpr.targets.validation.target import check_targets
from targetexpr.targets.validation.unknown_members import check_unknown_members


def validate(
    group: TargetGroup | Mapping[str, Any] | str,
    *,
    schema: Schema | None = None,
    taken_names: Collection[str] = (),
    building: bool = False,
) -> list[Diagnostic]:
    """Every diagnostic about a group: a model, plain values or JSON text, bare or in the envelope of an answer.

    `schema` is what expressions may name, the bundled one unless given; `taken_names` are names of groups the
    organisation has. With `building`, an expressionJson that differs from its expression is an error, else a
    warning. Each diagnostic has a JSON pointer. In a JSON text it has the span of that place as well; elsewhere only
    those about a rule have one, in the string at the pointer. A text that holds no group raises PayloadError;
    whatever is wrong inside one is a diagnostic.

    >>> for diagnostic in validate({"name": "Weekly", "trackingType": "STREAKS", "targets": []}):
    ...     print(diagnostic.severity, diagnostic.code, diagnostic.pointer)
    warning no-periods /periods
    error streaks-missing /streaks
    warning no-targets /targets
    """
    if not isinstance(group, str):
        return check(read_group(group), schema=schema, taken_names=taken_names, building=building)
    document = open_document(group)
    try:
        reading = read_group(document.value)
    except PayloadError as error:
        raise PayloadError([document.located(diagnostic) for diagnostic in error.diagnostics]) from None
    found = check(reading, schema=schema, taken_names=taken_names, building=building)
    return [document.located(diagnostic) for diagnostic in found]


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
    invalid_pointers = frozenset(diagnostic.pointer or "" for diagnostic in reading.diagnostics)
    report = Report(reading.pointer, invalid_pointers, list(reading.diagnostics))
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
    if kind_of(value) is not TargetGroup:
        raise PayloadError([invalid("not-a-group", "This is a target; it is checked inside its group.", where)])
    found: list[Diagnostic] = []
    while True:
        try:
            return GroupReading(group=TargetGroup.model_validate(value), pointer=where, diagnostics=tuple(found))
        except ValidationError as error:
            misses = invalid_members(error, where)
            found += misses
            value = copy.deepcopy(dict(value))
            paths = [line["loc"] for line in error.errors(include_url=False, include_context=False)]
            left_out = [_leave_out(value, path) for path in paths]
            if not all(left_out):
                raise PayloadError(misses) from None


def _leave_out(value: Any, path: tuple[int | str, ...]) -> bool:
    """Take out what does not fit, so that the rest can be looked at; whether it was found.

    Items of lists are emptied, so that the others keep their indices. A path may lie in something that went before.
    """
    holder: Any = None
    key: int | str = ""
    inner = value
    for step in path:
        if isinstance(inner, dict) and isinstance(step, str) and step not in inner:
            step = to_snake(step)  # models can be built with Python's names as well
        if (isinstance(inner, dict) and step not in inner) or not isinstance(inner, dict | list):
            break
        holder, key = inner, step
        inner = holder[key]
    if isinstance(holder, list) and isinstance(key, int):
        holder[key] = 0 if "entityIds" in path or "entity_ids" in path else {}
    elif isinstance(holder, dict):
        del holder[key]
    return holder is not None
