"""The open compiler for the rule language of loyalty programmes.

    text ──parse──▶ tree ──check──▶ checked tree ──compile──▶ Rule: matches, evaluate, explain, residual
      ▲              │ ▲                 │
      └───to_text────┘ └──from_json──    └──to_json──▶ expressionJson with its types

`diagnose` says what is wrong with a text, `apply_fixes` applies the safe fixes, `lint` warns of what is allowed and
seldom meant, `Schema` holds what can be named, `record_schema` says what data looks like. Target groups are in
`targetexpr.targets`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targetexpr.backtesting.backtest import backtest
    from targetexpr.base.diagnostics import Diagnostic, Edit, ExpressionError, Fix, apply_fixes
    from targetexpr.base.limits import Limits
    from targetexpr.base.source import Span
    from targetexpr.checking.cost import Cost, Sizes
    from targetexpr.checking.result import Checked
    from targetexpr.front import check, check_json, cost, lint, to_json
    from targetexpr.lang.nodes import Expr
    from targetexpr.lang.schema.load import SchemaError
    from targetexpr.lang.schema.schema import Schema
    from targetexpr.records.schema import record_schema
    from targetexpr.rule import Rule, compile  # noqa: A004 - the name the library promises
    from targetexpr.rulesets.ruleset import RuleMatches, RuleSet, RuleSetError
    from targetexpr.running.coercion import DataError
    from targetexpr.running.explaining.explanation import Explanation
    from targetexpr.syntax.json_decoder import from_json
    from targetexpr.syntax.parse import diagnose, parse
    from targetexpr.syntax.printer import to_text

_HOMES = {
    "Checked": "targetexpr.checking.result",
    "Cost": "targetexpr.checking.cost",
    "DataError": "targetexpr.running.coercion",
    "Diagnostic": "targetexpr.base.diagnostics",
    "Edit": "targetexpr.base.diagnostics",
    "Explanation": "targetexpr.running.explaining.explanation",
    "Expr": "targetexpr.lang.nodes",
    "ExpressionError": "targetexpr.base.diagnostics",
    "Fix": "targetexpr.base.diagnostics",
    "Limits": "targetexpr.base.limits",
    "Rule": "targetexpr.rule",
    "RuleMatches": "targetexpr.rulesets.ruleset",
    "RuleSet": "targetexpr.rulesets.ruleset",
    "RuleSetError": "targetexpr.rulesets.ruleset",
    "Schema": "targetexpr.lang.schema.schema",
    "SchemaError": "targetexpr.lang.schema.load",
    "Sizes": "targetexpr.checking.cost",
    "Span": "targetexpr.base.source",
    "apply_fixes": "targetexpr.base.diagnostics",
    "backtest": "targetexpr.backtesting.backtest",
    "check": "targetexpr.front",
    "check_json": "targetexpr.front",
    "compile": "targetexpr.rule",
    "cost": "targetexpr.front",
    "diagnose": "targetexpr.syntax.parse",
    "from_json": "targetexpr.syntax.json_decoder",
    "lint": "targetexpr.front",
    "parse": "targetexpr.syntax.parse",
    "record_schema": "targetexpr.records.schema",
    "to_json": "targetexpr.front",
    "to_text": "targetexpr.syntax.printer",
}
# Names are imported when they are asked for: a command pays only for what it uses.

__all__ = [
    "Checked",
    "Cost",
    "DataError",
    "Diagnostic",
    "Edit",
    "Explanation",
    "Expr",
    "ExpressionError",
    "Fix",
    "Limits",
    "Rule",
    "RuleMatches",
    "RuleSet",
    "RuleSetError",
    "Schema",
    "SchemaError",
    "Sizes",
    "Span",
    "apply_fixes",
    "backtest",
    "check",
    "check_json",
    "compile",
    "cost",
    "diagnose",
    "from_json",
    "lint",
    "parse",
    "record_schema",
    "to_json",
    "to_text",
]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
