"""What is wrong with a TOML plan and with the group that is made of it, at the members of the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.pointers import Path, join, split
from targetexpr.base.quoted import read_toml_string, verbatim
from targetexpr.base.source import NO_SPAN, Span
from targetexpr.base.tomltext import Spans, toml_spans
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.authoring.plan_file import PlanError, builder_of, read_plan
from targetexpr.targets.model.json_values import UNKNOWN_MEMBER

_GROUP: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "description": ("description",),
    "periods": ("periods", "cycles", "start"),
    "totalPeriods": ("cycles", "periods"),
    "recurringCycles": ("cycles",),
    "frequency": ("times", "cycles"),
    "frequencyType": ("every",),
    "targetEvaluationType": ("window", "cycles"),
    "trackingType": ("levels", "unified", "capping"),
    "streaks": ("levels",),
    "combinationType": ("unified",),
    "unifiedTargetExpression": ("unified",),
    "targets": ("targets",),
}
"""Which entries of a plan a member of the group is made of, the one to look at first."""

_TARGET: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "targetType": ("measure",),
    "targetEntity": ("of", "event", "measure"),
    "eventName": ("event",),
    "extendedFieldInfo": ("field", "function"),
    "filters": ("stores", "zones", "concepts"),
    "enrolmentMethod": ("enrolment",),
    "defaultValues": ("value",),
    "expression": ("rule",),
    "expressionJson": ("rule",),
}
_PERIOD: Mapping[str, tuple[str, ...]] = {
    "startDate": ("start",),
    "endDate": ("end",),
    "refCode": ("name",),
    "description": ("description",),
}
_STREAK: Mapping[str, str] = {"name": "level-names", "targetCountOfSequence": "levels"}
_UNIFIED: Mapping[str, tuple[str, ...]] = {
    "combinationType": ("combination",),
    "thresholdValue": ("total", "at-least"),
    "aggregation": ("total", "at-least"),
}


def is_plan(values: Mapping[str, object]) -> bool:
    """Whether the values of a TOML text are those of a plan, and not of settings, a schema or saved rules.

    >>> is_plan({"targets": []}), is_plan({"profiles": {}})
    (True, False)
    """
    return not values.keys().isdisjoint(("targets", "cycles", "levels"))


def check_plan(text: str, *, schema: Schema | None = None, taken_names: Collection[str] = ()) -> list[Diagnostic]:
    """Everything that is wrong with a plan and with its group, each at the entry of the plan that it concerns.

    What is missing is placed at the table that it is missing from, or at the first line. Raises PlanError, with
    spans as well, where the text is no plan.

    >>> plan = 'name = "Weekly"\\nlevels = [4, 2]\\n[[targets]]\\nname = "a"\\nmeasure = "SALES"\\nvalue = 5\\n'
    >>> [(one.code, one.span.cut(plan)) for one in check_plan(plan) if "level" in one.code]
    [('levels-out-of-order', '2')]
    """
    try:
        builder = builder_of(read_plan(text))
    except PlanError as error:
        raise PlanError([_somewhere(one, text) for one in error.in_text(text).diagnostics]) from None
    return located(builder.check(schema=schema, taken_names=taken_names), text)


def located(diagnostics: Collection[Diagnostic], text: str) -> list[Diagnostic]:
    """Diagnostics of the group that is made of a plan, with the pointers and spans of the plan's text."""
    spans = toml_spans(text).by_path if diagnostics else {}
    found = [_somewhere(_in_plan(one, text, spans), text) for one in diagnostics]
    # One value stands for all cycles: what is said of each is said once.
    return list({(one.code, one.span, one.message): one for one in found}.values())


def _in_plan(diagnostic: Diagnostic, text: str, spans: Spans) -> Diagnostic:
    if diagnostic.pointer is None:
        return diagnostic
    path = next((path for path in _entries(split(diagnostic.pointer)) if path in spans), None)
    if path is None:
        return replace(diagnostic, span=NO_SPAN, fixes=())
    key, value = spans[path]
    placed = replace(diagnostic, pointer=join(path))
    if path[-1] != "rule" or diagnostic.span.start < 0:
        return replace(placed, span=key if diagnostic.code == UNKNOWN_MEMBER else value, fixes=())
    string = read_toml_string(text, value.start) or verbatim(text, value, "toml")
    return replace(placed, span=string.span(diagnostic.span), fixes=())  # `check` has those of rules


def _somewhere(diagnostic: Diagnostic, text: str) -> Diagnostic:
    """What concerns the whole is at its first line."""
    if diagnostic.span.start >= 0:
        return diagnostic
    return replace(diagnostic, span=Span(0, len(text.partition("\n")[0].rstrip("\r"))))


# ---- from members of the group to entries of the plan ------------------------------------------------------------


def _entries(member: list[str]) -> Iterator[Path]:
    """The entries that a member of the group may stand for, the nearest first."""
    match member:
        case ["targets", place, *rest]:
            target: Path = ("targets", int(place))
            if rest:
                index = [int(rest[1])] if len(rest) > 1 and rest[1].isdigit() else []
                for name in _TARGET.get(rest[0], ()):
                    yield (*target, name, *index)
                    yield (*target, name)
                yield from _under((*target, "members"), rest)
            yield target
        case ["periods", place, *rest]:
            for name in _PERIOD.get(rest[0], ()) if rest else ():
                yield ("periods", int(place), name)
            yield ("periods", int(place))
        case ["streaks", place, *rest]:
            yield (_STREAK.get(rest[0] if rest else "", "levels"), int(place))
            yield ("levels", int(place))
        case [("combinationType" | "unifiedTargetExpression"), *_]:
            for name in _UNIFIED.get(member[-1], ()):
                yield ("unified", name)
    if member:
        for name in _GROUP.get(member[0], ()):
            yield (name,)
        yield from _under(("group",), member)


def _under(table: Path, member: list[str]) -> Iterator[Path]:
    """A member by its wire name below a table, or what of it there is."""
    path = [int(part) if part.isdigit() else part for part in member]
    for length in range(len(path), 0, -1):
        yield (*table, *path[:length])
