"""The expressionJson of targets."""

from __future__ import annotations

from targetexpr.checking.checker import check_tree
from targetexpr.lang.schema.schema import Schema
from targetexpr.syntax.json_encoder import to_json
from targetexpr.syntax.parse import parse
from targetexpr.targets.model.group import Target
from targetexpr.targets.validation.rule import event_of


def made_json(target: Target, schema: Schema | None = None) -> str:
    """The compact expressionJson of a target's rule, typed as far as the schema knows. Raises ExpressionError.

    >>> made_json(Target(expression=True))
    '{"arity":"literal","value":"true","type":"boolean:primitive"}'
    """
    checked = check_tree(parse(target.rule), schema, event=event_of(target), strict=False)
    return to_json(checked.expr, types=checked.types)
