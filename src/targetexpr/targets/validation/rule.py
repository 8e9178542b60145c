"""Rules inside targets: readable, the same as their JSON, and about what the target looks at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.checking.result import Checked
from targetexpr.front import Agreement, Analysis, Environment, agreement, analyze, check_json
from targetexpr.lang.nodes import Expr, Name
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from targetexpr.syntax.printer import to_text
from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.events import event_of
from targetexpr.targets.model.group import Target
from targetexpr.targets.validation.diagnostics import Report


def check_rule(target: Target, at: str, report: Report, schema: Schema, building: bool) -> None:
    """The expression of a target and its JSON."""
    environment = Environment(schema=schema, event=event_of(target))
    analysis = None if target.expression is None else analyze(target.rule, environment)
    json = _read_json(target, f"{at}/expressionJson", report, environment)
    how = None if analysis is None or json is None else agreement(analysis.parsed, json.expr)
    tree = None if analysis is None else _report_text(analysis, how, f"{at}/expression", report)
    if json is not None and tree is not None and how is None:
        message = f"expressionJson means `{to_text(json.expr)}`, and expression means `{to_text(tree)}`."
        add = report.error if building else report.warn
        add(f"{at}/expressionJson", "expression-json-differs", message, "Omit it; it is made from the expression.")
    for diagnostic in () if json is None else json.diagnostics:
        # What the text beside it says already is not said again.
        if target.expression is None or diagnostic.code == "type-differs":
            report.rule(f"{at}/expressionJson", diagnostic)
    if tree is not None:
        _profiles(tree, target, f"{at}/expression", report)
    elif json is not None and target.expression is None:
        _profiles(json.expr, target, f"{at}/expressionJson", report)


def _report_text(analysis: Analysis, how: Agreement | None, pointer: str, report: Report) -> Expr | None:
    """Reports what is said of the text; its tree, with loose parentheses repaired where its JSON says how."""
    checked = analysis.checked
    diagnostics: Iterable[Diagnostic] = analysis.check_diagnostics
    if how == "same after repair":
        # The platform's own editor stores such pairs.
        checked = analysis.checked_repaired
        repaired = () if checked is None else checked.diagnostics
        diagnostics = [*(replace(one, severity="warning") for one in analysis.parsed.errors), *repaired]
    for diagnostic in diagnostics:
        report.rule(pointer, diagnostic)
    return None if checked is None else checked.expr


def _read_json(target: Target, pointer: str, report: Report, environment: Environment) -> Checked | None:
    if target.expression_json is None:
        return None
    try:
        return check_json(target.expression_json, environment.schema, event=environment.event)
    except ExpressionError as error:
        for diagnostic in error.diagnostics:
            report.rule(pointer, diagnostic)
        return None


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
