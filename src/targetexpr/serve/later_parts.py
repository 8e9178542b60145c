"""Targets and periods added to a group that is there already, each checked in the context of its group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.serve import clock, request_fields
from targetexpr.serve.errors import Problem, Refusal, numbered, of_diagnostic
from targetexpr.serve.groups import (
    MOST_ITEMS,
    Made,
    Members,
    body_of,
    go_on,
    parts_of,
    respond_to,
    take_name,
    taken_problem,
    unless_taken,
    window_of,
)
from targetexpr.serve.reading import misfit
from targetexpr.serve.reads import changed, found
from targetexpr.serve.rows import ORGANISATION, Rows
from targetexpr.serve.store import Store
from targetexpr.targets.api.default_json import rule_over
from targetexpr.targets.model.enums import CombinationType, EvaluationType, TrackingType
from targetexpr.targets.model.envelope import checked
from targetexpr.targets.model.error_numbers import NO_PERIOD
from targetexpr.targets.model.group import Period, Target, TargetGroup
from targetexpr.targets.model.json_values import JsonValue
from targetexpr.targets.validation.validate import validate


def add_targets(store: Store, id: int, given: JsonValue, actor: Mapping[str, JsonValue]) -> Made:
    """Targets for a group, from one object or a list of them; what is answered is a list."""
    listed, wheres = _items(given, request_fields.of_target)
    with store.write() as rows:
        row, settings = found(rows, id, active=True), clock.load(rows)
        body = body_of(row)
        old = parts_of(body, "targets")
        found_here = _check(body, "targets", [*old, *listed])
        diagnostics = _moved(found_here, "targets", len(old), wheres)
        problems = _taken_targets(rows, listed, wheres) + _foreign_periods(body, listed, wheres)
        _refuse(diagnostics, problems)
        models = [Target.model_validate(one) for one in listed]
        ids = rows.sequences()
        answer = respond_to(models, settings, actor, {**ids, "group": row.id})
        made = cast("list[Members]", answer["data"])
        for place, one in enumerate(made):
            if isinstance(one.get("name"), str):
                # Twins come after all originals, one for each at most; a clash is told at the first of them.
                where = wheres[place] if place < len(wheres) else wheres[0]
                take_name(rows, "target", ORGANISATION, cast(str, one["name"]), f"{where}/name", row.id)
        unless_taken(lambda: rows.add_targets([cast(int, one["id"]) for one in made], row.id))
        go_on(rows, ids, {"targets": list[JsonValue](made)})
        rows.change_group(changed(row, _with_targets(body, [*old, *made]), settings, actor))
        clock.used(rows, settings)
    return Made(data=list[JsonValue](made), warnings=tuple(problem for error, problem in diagnostics if not error))


def add_periods(store: Store, id: int, given: JsonValue, actor: Mapping[str, JsonValue]) -> Made:
    """Periods for a group, from one object or a list of them; what is answered is a list."""
    listed, wheres = _items(given, request_fields.of_period)
    with store.write() as rows:
        row, settings = found(rows, id, active=True), clock.load(rows)
        body = body_of(row)
        old = parts_of(body, "periods")
        found_here = _check(body, "periods", [*old, *listed])
        diagnostics = _moved(found_here, "periods", len(old), wheres)
        problems = [
            taken_problem("period", str(name), f"{where}/refCode")
            for one, where in zip(listed, wheres, strict=True)
            if isinstance(name := one.get("refCode"), str | int) and rows.is_taken("period", str(name), row.id)
        ]
        _refuse(diagnostics, problems + _without_values(body, len(old), len(listed)))
        model = TargetGroup(periods=tuple(checked(Period, one, "") for one in listed))
        ids = rows.sequences()
        answer = respond_to(model, settings, actor, {**ids, "group": row.id})
        made = parts_of(cast(Members, answer["data"]), "periods")
        for one, where in zip(made, wheres, strict=True):
            if isinstance(one.get("refCode"), str):
                take_name(rows, "period", row.id, cast(str, one["refCode"]), f"{where}/refCode", row.id)
        go_on(rows, ids, {"periods": list[JsonValue](made)})
        after: Members = {**body, "periods": [*old, *made]}
        if "targets" in body:
            after["targets"] = [_named_values(one, len(old), made) for one in parts_of(body, "targets")]
        rows.change_group(changed(row, after, settings, actor))
        clock.used(rows, settings)
    return Made(data=list[JsonValue](made), warnings=tuple(problem for error, problem in diagnostics if not error))


def _items(given: JsonValue, asked: Callable[[Members], Members]) -> tuple[list[Members], list[str]]:
    """What is to be added, with the pointer of each. Ids are the server's to give, and the path names the group."""
    listed = given if isinstance(given, list) else [given]
    wheres = [f"/{place}" for place in range(len(listed))] if isinstance(given, list) else [""]
    if not 1 <= len(listed) <= MOST_ITEMS:
        raise misfit("item-count", f"One to {MOST_ITEMS} items can be added in a call, not {len(listed)}.", "")
    made: list[Members] = []
    for one, where in zip(listed, wheres, strict=True):
        if not isinstance(one, dict):
            raise misfit("not-an-object", "An object is needed, or a list of objects.", where)
        made.append(asked(one))
    return made, wheres


def _check(body: Mapping[str, JsonValue], member: str, parts: Sequence[Members]) -> list[Diagnostic]:
    """The group as it would be asked for with all its parts. Without its id: of answers less is asked."""
    whole: dict[str, Any] = {name: value for name, value in body.items() if name != "id"}
    return validate(whole | {member: list(parts)}, building=True)


_OF_THE_LIST = ("too-many-targets", "too-many-cycles")


def _moved(
    diagnostics: Sequence[Diagnostic], member: str, before: int, wheres: Sequence[str]
) -> list[tuple[bool, Problem]]:
    """What is wrong with what is added, at its place in the body; that of the rest was told when it was made."""
    moved: list[tuple[bool, Problem]] = []
    for one in diagnostics:
        steps = (one.pointer or "").split("/")  # "", "targets", "2", "name"
        if len(steps) > 2 and steps[1] == member and int(steps[2]) >= before:
            where = wheres[int(steps[2]) - before]
            moved.append((one.is_error, of_diagnostic(one, "/".join([where, *steps[3:]]))))
        elif one.pointer == f"/{member}" and one.code in _OF_THE_LIST:
            moved.append((one.is_error, of_diagnostic(one, "")))
    return moved


def _refuse(diagnostics: Sequence[tuple[bool, Problem]], more: Sequence[Problem]) -> None:
    errors = [problem for error, problem in diagnostics if error]
    told = {problem.pointer for problem in errors}
    errors += [problem for problem in more if problem.pointer not in told]
    if errors:
        status = 404 if all(problem.code == NO_PERIOD for problem in errors) else 400
        raise Refusal(errors, status, warnings=[problem for error, problem in diagnostics if not error])


def _taken_targets(rows: Rows, listed: Sequence[Members], wheres: Sequence[str]) -> list[Problem]:
    return [
        taken_problem("target", name, f"{where}/name")
        for one, where in zip(listed, wheres, strict=True)
        if isinstance(name := one.get("name"), str) and rows.is_taken("target", name)
    ]


def _foreign_periods(body: Members, listed: Sequence[Members], wheres: Sequence[str]) -> list[Problem]:
    """Values for periods that the group does not have."""
    known = {period["id"] for period in parts_of(body, "periods")}
    problems = []
    for one, where in zip(listed, wheres, strict=True):
        values = one.get("defaultValues")
        for place, value in enumerate(values if isinstance(values, list) else ()):
            period = value.get("periodId") if isinstance(value, dict) else None
            if isinstance(period, int) and period not in known:
                said = f"The group has no period {period}."
                at = f"{where}/defaultValues/{place}/periodId"
                problems.append(numbered(NO_PERIOD, "no-period", said, pointer=at))
    return problems


def _spare(target: Members, old: int, new: int) -> int:
    """How many of the new periods a target has values for: those behind the old periods' that name no period yet."""
    behind = parts_of(target, "defaultValues")[old : old + new]
    return sum(value.get("periodId") is None for value in behind)


def _named_values(target: Members, old: int, made: Sequence[Members]) -> Members:
    """A target whose spare values name the new periods, in order, as those of the old periods name theirs."""
    values = parts_of(target, "defaultValues")
    periods = [None] * old + [one["id"] for one in made]
    named = [
        {"id": value["id"], "periodId": period, **value} if period is not None and "periodId" not in value else value
        for value, period in zip(values, periods, strict=False)
    ]
    return {**target, "defaultValues": [*named, *values[len(named) :]]} if values else target


def _without_values(body: Members, old: int, new: int) -> list[Problem]:
    """Targets that would lack a value: it cannot be added later, and without it they cannot be evaluated."""
    if window_of(body) != EvaluationType.FIXED_CALENDAR_WINDOW:
        return []
    return [
        Problem(
            message=f"The target {one.get('name')!r} has {len(parts_of(one, 'defaultValues'))} values, and there would "
            f"be {old + new} periods; each needs its own.",
            reason="too-few-values",
            pointer="",
            hint="Add the periods before the targets.",
        )
        for one in parts_of(body, "targets")
        if _spare(one, old, new) < new and not Target.model_validate(one).is_twin
    ]


def _with_targets(body: Members, targets: list[Members]) -> Members:
    """The group with these targets; the rule over the ids of a unified one is made anew."""
    made: Members = {**body, "targets": list[JsonValue](targets)}
    unified = body.get("unifiedTargetExpression")
    if isinstance(unified, dict) and body.get("trackingType") == TrackingType.UNIFIED:
        kind = body.get("combinationType")  # stored names, in what was answered
        made["unifiedTargetExpression"] = {
            **unified,
            "ruleExpression": rule_over(targets, None if kind is None else CombinationType(str(kind))),
        }
    return made
