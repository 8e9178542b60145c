"""Lint: rules about expressions that are valid and still seldom meant. Each is one function.

To add a rule, write its function in the module of its topic, with `@rule` and its messages above it; a new code also
goes into `schemas/file.schema.json`, and a row into `tests/checking/messages.toml` shows what it says.
"""

from __future__ import annotations

from collections.abc import Collection

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.checking.lint import constants, editor, patterns, strings, style, terms, values
from targetexpr.checking.lint.rule import Rule
from targetexpr.checking.lint.tree import Tree, Write
from targetexpr.checking.result import Checked
from targetexpr.lang.schema.schema import Schema

__all__ = ["CODES", "RULES", "Rule", "Write", "enabled_codes", "lint"]

_TOPICS = (constants, terms, style, strings, patterns, values, editor)

RULES: tuple[Rule, ...] = tuple(found for topic in _TOPICS for found in vars(topic).values() if isinstance(found, Rule))
"""Every rule of lint on trees. `mixed-logic` is found by the parser, which alone sees parentheses."""

CHECKER_WARNINGS: dict[str, str] = {
    "mixed-logic": "Readers differ on `&&` beside `||`: the platform's oldest editor read both on one level.",
    "type-differs": "Types in JSON that differ from the schema's come from another schema or another platform version.",
    "undeclared-event": "Nothing is known of an event that no schema declares.",
    "undeclared-name": "An inventory attribute, custom field or cluster that is not declared where others are.",
    "unknown-value": "A value outside the documented ones.",
}
"""Warnings that parser and checker give; they can be switched off like any rule."""

CODES: frozenset[str] = frozenset(CHECKER_WARNINGS).union(*(rule.codes for rule in RULES))
"""Everything that can be switched on and off."""

_ON = frozenset(CHECKER_WARNINGS).union(*(rule.codes for rule in RULES if rule.on))


def lint(
    checked: Checked, *, write: Write | None = None, on: Collection[str] = (), off: Collection[str] = ()
) -> list[Diagnostic]:
    """What the rules find in a checked tree, in the order of the text; nothing in one with errors.

    `on` and `off` switch rules by code and go before what the schema says. `write` turns a tree into text (the
    printer); fixes that must write a part anew are offered only with it.

    >>> from targetexpr.checking.checker import check_tree
    >>> from targetexpr.syntax.parse import parse
    >>> [diagnostic.code for diagnostic in lint(check_tree(parse("currentTxn.value>500&&currentTxn.value<100")))]
    ['contradiction']
    """
    if not checked.ok:
        return []
    enabled = enabled_codes(checked.schema, on=on, off=off)
    tree = Tree(checked, write)
    found = [diagnostic for rule in RULES if rule.codes & enabled for diagnostic in rule.find(tree)]
    kept = [diagnostic for diagnostic in found if diagnostic.code in enabled]
    return sorted(kept, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def enabled_codes(schema: Schema, *, on: Collection[str] = (), off: Collection[str] = ()) -> frozenset[str]:
    """The codes that are switched on: by default, by the schema, and last by the call.

    Raises ValueError for a code that does not exist.
    """
    for code in (*on, *off):
        if code not in CODES:
            raise ValueError(f"there is no lint rule {code!r}; there are {', '.join(sorted(CODES))}")
    return ((_ON | schema.lint_on) - schema.lint_off - frozenset(off)) | frozenset(on)
