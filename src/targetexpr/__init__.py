"""The open compiler for the rule language of loyalty programmes.

    text ──parse──▶ tree ──to_json──▶ expressionJson
                     │ ▲                    │
              to_text│ └─────from_json──────┘
                     ▼
                    text

`diagnose` says what is wrong with a text, `apply_fixes` mends what can be mended.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from targetexpr.base.diagnostics import Diagnostic, Edit, ExpressionError, Fix, apply_fixes
    from targetexpr.base.limits import Limits
    from targetexpr.base.source import Span
    from targetexpr.checking.result import Checked
    from targetexpr.front import check, check_json, lint, to_json
    from targetexpr.lang.nodes import Expr
    from targetexpr.lang.schema import Schema
    from targetexpr.lang.schema_load import SchemaError
    from targetexpr.syntax.expression_json import from_json
    from targetexpr.syntax.parser import diagnose, parse
    from targetexpr.syntax.printer import to_text

_HOMES = {
    "Checked": "targetexpr.checking.result",
    "Diagnostic": "targetexpr.base.diagnostics",
    "Edit": "targetexpr.base.diagnostics",
    "Expr": "targetexpr.lang.nodes",
    "ExpressionError": "targetexpr.base.diagnostics",
    "Fix": "targetexpr.base.diagnostics",
    "Limits": "targetexpr.base.limits",
    "Schema": "targetexpr.lang.schema",
    "SchemaError": "targetexpr.lang.schema_load",
    "Span": "targetexpr.base.source",
    "apply_fixes": "targetexpr.base.diagnostics",
    "check": "targetexpr.front",
    "check_json": "targetexpr.front",
    "diagnose": "targetexpr.syntax.parser",
    "from_json": "targetexpr.syntax.expression_json",
    "lint": "targetexpr.front",
    "parse": "targetexpr.syntax.parser",
    "to_json": "targetexpr.front",
    "to_text": "targetexpr.syntax.printer",
}
# Names are imported when they are asked for: a command pays only for what it uses.

__all__ = [
    "Checked",
    "Diagnostic",
    "Edit",
    "Expr",
    "ExpressionError",
    "Fix",
    "Limits",
    "Schema",
    "SchemaError",
    "Span",
    "apply_fixes",
    "check",
    "check_json",
    "diagnose",
    "from_json",
    "lint",
    "parse",
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
