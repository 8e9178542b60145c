"""The expressionJson of targets."""

from __future__ import annotations

from targetexpr.front import check, to_json
from targetexpr.lang.schema.schema import Schema
from targetexpr.targets.model.events import event_of
from targetexpr.targets.model.group import Target


def made_json(target: Target, schema: Schema | None = None) -> str:
    """The compact expressionJson of a target's rule, typed as far as the schema knows. Raises ExpressionError.

    >>> made_json(Target(expression=True))
    '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    """
    return to_json(check(target.rule, schema, event=event_of(target), strict=False))
