"""Rules inside targets: readable, the same as their JSON, and about what the target looks at."""

from __future__ import annotations

from targetexpr.base.diagnostics import Diagnostic, ExpressionError
from targetexpr.checking.checker import check_tree
from targetexpr.lang.nodes import Expr, Name
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from targetexpr.syntax.json_decoder import from_json
from targetexpr.syntax.parse import diagnose, parse
from targetexpr.syntax.printer import to_text
from targetexpr.targets.model.enums import TargetEntity
from targetexpr.targets.model.group import Target
from targetexpr.targets.validation.diagnostics import Report

TRANSACTION = "TransactionAdd"
"""The event of transactions, and what the platform writes where no event is named."""


def is_customer_event(name: str | None) -> bool:
    """Whether it is one of the platform's own events, and no behavioural one that an organisation made."""
    if name is None:
        return False
    found = Schema.bundled().event(name)
    return found is not None and not found.behavioural and name != "Scan"


def event_of(target: Target) -> str | None:
    """The event whose profiles the rule of a target sees; None when nothing narrows them.

    A twin sees returns and keeps the rule of the bill that is returned.
    """
    entity = target.target_entity
    if entity in (TargetEntity.TRANSACTION, TargetEntity.LINEITEM) and (target.is_twin or target.event_name is None):
        return TRANSACTION
    if entity in (TargetEntity.POINTS, TargetEntity.REWARDS, TargetEntity.ALTERNATE_CURRENCIES):
        return None
    return target.event_name


def check_rule(target: Target, at: str, report: Report, schema: Schema, building: bool) -> None:
    """The expression of a target and its JSON."""
    tree = _read_text(target, f"{at}/expression", report)
    other = _read_json(target, f"{at}/expressionJson", report)
    if tree is not None and other is not None and tree != other:
        said = f"expressionJson says `{to_text(other)}`, and expression says `{to_text(tree)}`."
        tell = report.error if building else report.warn
        tell(f"{at}/expressionJson", "expression-json-differs", said, "Leave it out; it is made from the expression.")
    place = f"{at}/expression"
    if tree is None and target.expression is None:
        tree, place = other, f"{at}/expressionJson"
    if tree is None:
        return
    checked = check_tree(tree, schema, event=event_of(target))
    for diagnostic in checked.diagnostics:
        _tell(diagnostic, place, report, to_text(tree) if place.endswith("Json") else target.rule)
    _profiles(tree, target, place, report)


def _read_text(target: Target, place: str, report: Report) -> Expr | None:
    if target.expression is None:
        return None
    try:
        return parse(target.rule)
    except ExpressionError:
        for diagnostic in diagnose(target.rule):
            _tell(diagnostic, place, report, target.rule)
        return None


def _read_json(target: Target, place: str, report: Report) -> Expr | None:
    if target.expression_json is None:
        return None
    try:
        return from_json(target.expression_json)
    except ExpressionError as error:
        for diagnostic in error.diagnostics:
            where = f" (at {diagnostic.pointer or 'the top'} of the JSON inside)" if diagnostic.pointer else ""
            report.error(place, diagnostic.code, diagnostic.message + where, diagnostic.hint)
        return None


def _tell(diagnostic: Diagnostic, place: str, report: Report, text: str) -> None:
    tell = report.error if diagnostic.is_error else report.warn
    span = diagnostic.span
    near = text[span.start : span.end] if 0 <= span.start < span.end else ""
    shown = f" `{near[:60]}`" if near and near not in diagnostic.message else ""
    where = f" (offset {max(span.start, 0)}{shown})" if near != text else ""
    tell(place, diagnostic.code, diagnostic.message + where, diagnostic.hint)


def _profiles(tree: Expr, target: Target, place: str, report: Report) -> None:
    """Line items are seen only by targets of line items, payment methods by none."""
    names = {node.name for node in preorder(tree) if isinstance(node, Name)}
    entity = target.target_entity
    if "currentLineItem" in names and entity is not TargetEntity.LINEITEM:
        said = (
            f"The rule looks at a line item, and the target at {entity or 'nothing'}; it needs targetEntity LINEITEM."
        )
        report.error(place, "line-rule-entity", said, "Or ask the whole bill: currentTxn.basketSum(...) and its like.")
    if "tenderProfile" in names:
        report.error(place, "tender-rule", "Rules about payment methods are not supported in targets.")
