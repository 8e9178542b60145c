"""Rules inside targets: readable, the same as their JSON, and about what the target looks at."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.source import Span
from targetexpr.front import Environment, analyze, check_in
from targetexpr.lang.nodes import Expr, Name
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from targetexpr.syntax.json_decoder import decode
from targetexpr.syntax.printer import to_text
from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.events import event_of
from targetexpr.targets.model.group import Target
from targetexpr.targets.validation.diagnostics import Report


def check_rule(target: Target, at: str, report: Report, schema: Schema, building: bool) -> None:
    """The expression of a target and its JSON."""
    environment = Environment(schema=schema, event=event_of(target))
    tree = _check_text(target, f"{at}/expression", report, environment)
    other, spans = _read_json(target, f"{at}/expressionJson", report)
    if tree is not None and other is not None and tree != other:
        message = f"expressionJson means `{to_text(other)}`, and expression means `{to_text(tree)}`."
        add = report.error if building else report.warn
        add(f"{at}/expressionJson", "expression-json-differs", message, "Omit it; it is made from the expression.")
    if tree is not None:
        _profiles(tree, target, f"{at}/expression", report)
    elif other is not None and target.expression is None:
        for diagnostic in check_in(other, environment, places=spans).diagnostics:
            report.rule(f"{at}/expressionJson", diagnostic)
        _profiles(other, target, f"{at}/expressionJson", report)


def _check_text(target: Target, pointer: str, report: Report, environment: Environment) -> Expr | None:
    if target.expression is None:
        return None
    analysis = analyze(target.rule, environment)
    for diagnostic in analysis.check_diagnostics:
        report.rule(pointer, diagnostic)
    return analysis.parsed.tree


def _read_json(target: Target, pointer: str, report: Report) -> tuple[Expr | None, Sequence[Span]]:
    if target.expression_json is None:
        return None, ()
    try:
        decoded = decode(target.expression_json)
    except ExpressionError as error:
        for diagnostic in error.diagnostics:
            report.rule(pointer, diagnostic)
        return None, ()
    return decoded.tree, decoded.spans


def _profiles(tree: Expr, target: Target, pointer: str, report: Report) -> None:
    """Line items are seen only by targets of line items, payment methods by none."""
    names = {node.name for node in preorder(tree) if isinstance(node, Name)}
    entity = target.target_entity
    if "currentLineItem" in names and entity is not TargetEntity.LINEITEM:
        message = (
            f"The rule reads `currentLineItem`, so the target needs targetEntity LINEITEM, not {entity or 'none'}."
        )
        hint = "Or look at the whole bill, with `currentTxn.basketSum(…)` or a similar method."
        report.error(pointer, "line-rule-entity", message, hint)
    if "tenderProfile" in names:
        report.error(pointer, "tender-rule", "Targets do not support rules about payment methods (`tenderProfile`).")
