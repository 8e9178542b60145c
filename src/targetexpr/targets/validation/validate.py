"""Everything that is wrong with a group, at once: first what does not fit the model, then what does not hold."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.envelope import PayloadError, group_in, invalid_members, kind_of, read_document
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.validation.diagnostics import NUMBERS, Finding, Report
from targetexpr.targets.validation.group import check_group
from targetexpr.targets.validation.target import check_targets


def validate(
    group: TargetGroup | Mapping[str, Any] | str,
    *,
    schema: Schema | None = None,
    taken_names: Collection[str] = (),
    building: bool = False,
) -> list[Finding]:
    """Every diagnostic about a group: a model, plain values or JSON text, bare or in the envelope of an answer.

    `schema` is what expressions may name, the bundled one unless given; `taken_names` are names of groups the
    organisation has. With `building`, an expressionJson that differs from its expression is an error, else a
    warning. A text that holds no group raises PayloadError; whatever is wrong inside one is a diagnostic.

    >>> for diagnostic in validate({"name": "Weekly", "trackingType": "STREAKS", "targets": []}):
    ...     print(diagnostic.severity, diagnostic.code, diagnostic.pointer)
    warning no-periods /periods
    error streaks-missing /streaks
    warning no-targets /targets
    """
    where, misfit, model = _modelled(group)
    report = Report(where, frozenset(diagnostic.pointer for diagnostic in misfit), list(misfit))
    check_group(model, report, taken_names)
    check_targets(model, report, schema if schema is not None else Schema.bundled(), building)
    return report.diagnostics


def _modelled(group: TargetGroup | Mapping[str, Any] | str) -> tuple[str, list[Finding], TargetGroup]:
    """Where the group stands, what of it does not fit the model, and the model of the rest."""
    if isinstance(group, TargetGroup):
        return "", [], group
    where, value = group_in(read_document(group) if isinstance(group, str) else group)
    if not isinstance(value, Mapping):
        raise PayloadError(((where, "not-a-group", "A target group is a JSON object."),))
    if kind_of(value) is not TargetGroup:
        raise PayloadError(((where, "not-a-group", "This is a target; it is checked inside its group."),))
    found: list[Finding] = []
    while True:
        try:
            return where, found, TargetGroup.model_validate(value)
        except ValidationError as error:
            problems = invalid_members(error, where)
            found += [_diagnostic(*problem) for problem in problems]
            value = copy.deepcopy(dict(value))
            places = [line["loc"] for line in error.errors(include_url=False, include_context=False)]
            left_out = [_leave_out(value, place) for place in places]
            if not all(left_out):
                raise PayloadError(tuple(problems)) from None


def _diagnostic(pointer: str, code: str, message: str) -> Finding:
    return Finding(pointer=pointer, severity="error", code=code, number=NUMBERS["misfit"], message=message)


def _leave_out(value: Any, place: tuple[int | str, ...]) -> bool:
    """Take out what does not fit, so that the rest can be looked at; whether it was found.

    Items of lists are emptied, so that the others keep their places. A place may lie in something that went before.
    """
    holder: Any = None
    key: int | str = ""
    inner = value
    for step in place:
        if isinstance(inner, dict) and isinstance(step, str) and step not in inner:
            step = to_snake(step)  # models can be built with Python's names as well
        if (isinstance(inner, dict) and step not in inner) or not isinstance(inner, dict | list):
            break
        holder, key = inner, step
        inner = holder[key]
    if isinstance(holder, list) and isinstance(key, int):
        holder[key] = 0 if "entityIds" in place or "entity_ids" in place else {}
    elif isinstance(holder, dict):
        del holder[key]
    return holder is not None
