"""`targetexpr check --cost`: at most how many steps each rule takes for one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.checking.cost import Cost, estimate
from targetexpr.cli.check_set import CheckedRule
from targetexpr.cli.inputs import lines_of
from targetexpr.documents.checking import environment_of
from targetexpr.front import Environment, analyze, check_json

if TYPE_CHECKING:
    from targetexpr.checking.result import Checked


def tell_costs(results: Sequence[CheckedRule]) -> None:
    """Prints a line for each valid rule."""
    for result in results:
        cost = cost_of(result)
        if cost is not None:
            print(f"{_where(result)}{cost}")


def cost_of(result: CheckedRule) -> Cost | None:
    """The cost of a rule, also of one that costs too much; None of one with another error."""
    limits = replace(result.environment.limits, cost=None)
    checked = _checked(result, replace(result.environment, limits=limits))
    return None if checked is None or not checked.ok else estimate(checked)


def _checked(result: CheckedRule, environment: Environment) -> Checked | None:
    region = result.region
    if region is None:
        return analyze(result.source.text, environment).checked
    inside = environment_of(region, environment)
    if region.kind == "rule":
        return analyze(region.text, inside).checked
    try:
        return check_json(region.text, inside.schema, event=inside.event, expect=inside.expect, strict=inside.strict)
    except ExpressionError:
        return None


def _where(result: CheckedRule) -> str:
    """The file, and in it the line or the pointer, where there is a file."""
    source, region = result.source, result.region
    if source.name is None:
        return ""
    if region is None:
        return f"{source.name}: "
    if region.pointer:
        return f"{source.name} at {region.pointer}: "
    return f"{source.name}:{lines_of(source).position(region.span.start).line}: "
