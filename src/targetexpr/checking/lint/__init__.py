"""Lint: rules about expressions that are in order and still seldom meant. Each is one small function.

A rule has a code, a reason, and diagnostics with a fix where one is possible. To add one, write its function in the
module of its topic, its sentence in `lint_messages`, and list it in `RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.checking.lint.conditions import (
    constant_conditions,
    double_negations,
    duplicate_terms,
    overlaps,
    zero_divisions,
)
from targetexpr.checking.lint.editor import editor_cannot, joined_strings
from targetexpr.checking.lint.patterns import partial_words, plain_regexes, useless_wildcards
from targetexpr.checking.lint.spelling import spellings, stray_arguments, values_outside
from targetexpr.checking.lint.tree import Tree, Write
from targetexpr.checking.result import Checked
from targetexpr.lang.schema.schema import Schema

__all__ = ["CODES", "RULES", "Rule", "Write", "lint", "wanted"]


class Rule(NamedTuple):
    """A rule: the codes it gives, why they matter, and the function that finds."""

    codes: tuple[str, ...]
    reason: str
    find: Callable[[Tree], Iterator[Diagnostic]]


RULES: tuple[Rule, ...] = (
    Rule(
        ("always-true", "always-false"),
        "A condition that cannot come out otherwise says nothing, or stops the rule from ever holding.",
        constant_conditions,
    ),
    Rule(
        ("contradiction", "implied", "always-true"),
        "Two bounds on the same value that exclude each other, or of which one says it all, are mostly a slip in a "
        "number or operator.",
        overlaps,
    ),
    Rule(
        ("zero-division",),
        "Dividing by zero has no result; the documents leave it to the author to avoid it.",
        zero_divisions,
    ),
    Rule(("duplicate-term",), "Saying the same twice mostly means that something else was meant.", duplicate_terms),
    Rule(
        ("double-negation",),
        "Two negations cancel each other; the documents advise against them, they are read wrongly.",
        double_negations,
    ),
    Rule(
        ("stray-argument",),
        "The argument of a null test means nothing, though it looks as if it were compared.",
        stray_arguments,
    ),
    Rule(("spelling",), "The documents spell some things in several ways; one way reads and compares best.", spellings),
    Rule(
        ("plain-regex",),
        "A pattern without anything special is a text: contains or == says the same, faster and without surprises.",
        plain_regexes,
    ),
    Rule(
        ("useless-wildcard",),
        "A pattern may be found anywhere, so any text before or after it needs no `.*`.",
        useless_wildcards,
    ),
    Rule(
        ("partial-word",),
        "A word as a pattern is also found inside other values: LOYALTY in NON_LOYALTY.",
        partial_words,
    ),
    Rule(
        ("unknown-value",),
        "A comparison with a value that the attribute never has is never true (or always).",
        values_outside,
    ),
    Rule(
        ("editor-cannot",),
        "The platform's own editor cannot open such a rule without marking an error; another spelling it takes.",
        editor_cannot,
    ),
    Rule(
        ("joined-strings",),
        "Joining strings is seldom meant: mostly two conditions, or a sum of numbers in quotes.",
        joined_strings,
    ),
)
"""Every rule of lint on trees. `mixed-logic` is found by the parser, which alone sees parentheses."""

CHECKER_WARNINGS: dict[str, str] = {
    "mixed-logic": "Readers differ on `&&` beside `||`: the platform's oldest editor read both on one level.",
    "type-differs": "Types in JSON that differ from the schema's come from another schema or another platform version.",
    "undeclared-event": "Nothing is known of an event that no schema declares.",
    "undeclared-name": "An inventory attribute, custom field or cluster that is not declared where others are.",
    "unknown-value": "A value outside the documented ones.",
}
"""Warnings that parser and checker give; they can be switched off like any rule."""

CODES: frozenset[str] = frozenset(code for rule in RULES for code in rule.codes) | frozenset(CHECKER_WARNINGS)
"""Everything that can be switched on and off."""


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
    keep = wanted(checked.schema, on=on, off=off)
    tree = Tree(checked, write)
    found = [diagnostic for rule in RULES for diagnostic in rule.find(tree) if diagnostic.code in keep]
    return sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def wanted(schema: Schema, *, on: Collection[str] = (), off: Collection[str] = ()) -> frozenset[str]:
    """The codes that are switched on: all but those the schema or the call switches off.

    Raises ValueError for a code that does not exist.
    """
    for code in (*on, *off):
        if code not in CODES:
            raise ValueError(f"there is no lint rule {code!r}; there are {', '.join(sorted(CODES))}")
    return (CODES - schema.lint_off - frozenset(off)) | frozenset(on)
