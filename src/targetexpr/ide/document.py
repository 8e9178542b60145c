"""What is known of the text being typed: its tokens, its diagnostics, its tree and the types of its parts."""

from __future__ import annotations

from dataclasses import dataclass

from targetexpr.base.diagnostics import Diagnostic, apply_fixes
from targetexpr.checking.result import Checked
from targetexpr.front import Environment, analyze
from targetexpr.lang.nodes import Expr
from targetexpr.lang.schema.schema import Schema
from targetexpr.lang.walk import preorder
from targetexpr.syntax.grammar import END
from targetexpr.syntax.lexer import Token, tokenize

_ROUNDS = 10  # of mending: a repair may bring another slip to light


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """One look at one text. `checked` is None when it is no rule."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    checked: Checked | None

    @property
    def ok(self) -> bool:
        """Whether the text is a rule without errors."""
        return self.checked is not None and self.checked.ok

    @property
    def unfinished(self) -> bool:
        """Whether all that is wrong is that the text is not at its end yet.

        >>> look("currentTxn.value>", Schema.bundled()).unfinished, look("a = 1", Schema.bundled()).unfinished
        (True, False)
        """
        errors = [diagnostic for diagnostic in self.diagnostics if diagnostic.is_error]
        return bool(errors) and all(self.pending(diagnostic) for diagnostic in errors)

    def pending(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is what any rule has until its last key: something open, or half typed."""
        if "incomplete" in diagnostic.tags:
            return True
        return diagnostic.span.end == len(self.text) and not diagnostic.tags.isdisjoint(("prefix", "name-prefix"))

    def half_a_name(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is about a name that the text ends with, and that may go on."""
        return "name-prefix" in diagnostic.tags and diagnostic.span.end == len(self.text)

    @property
    def fixable_diagnostics(self) -> list[Diagnostic]:
        """The diagnostics that one press of the key mends: errors where there are any, else warnings."""
        offered = [diagnostic for diagnostic in self.diagnostics if diagnostic.fix is not None]
        return [diagnostic for diagnostic in offered if diagnostic.is_error] or (offered if self.ok else [])

    @property
    def fixable(self) -> int:
        """How many diagnostics can be mended by a key."""
        return len(self.fixable_diagnostics)

    def diagnostic_at(self, at: int) -> Diagnostic | None:
        """The diagnostic to tell of: errors before warnings, those at the cursor first, what is pending last."""

        def rank(diagnostic: Diagnostic) -> tuple[bool, bool, bool]:
            here = diagnostic.span.start <= at <= diagnostic.span.end
            return self.pending(diagnostic), not diagnostic.is_error, not here

        return min(self.diagnostics, key=rank, default=None)

    def node_at(self, at: int) -> Expr | None:
        """The smallest part of the tree that the cursor is on or behind."""
        if self.checked is None:
            return None
        around = [node for node in preorder(self.checked.expr) if 0 <= node.start <= at <= node.end]
        return min(reversed(around), key=lambda node: node.end - node.start, default=None)


def look(text: str, schema: Schema, event: str | None = None) -> Analysis:
    """Everything there is to say about a text. An empty one has no diagnostics."""
    if not text.strip():
        return Analysis(text=text, diagnostics=(), checked=None)
    found = analyze(text, Environment(schema=schema, event=event, expect=None))
    return Analysis(text=text, diagnostics=found.diagnostics, checked=found.checked)


def mended(text: str, schema: Schema, event: str | None = None) -> str:
    """The text with the offered repairs made, and nothing that its author was not told of.

    A text that is no rule is mended until it is one, since a repair may stand in the way of another; what is found
    then, in its names or its logic, is told first and mended by the next call.

    >>> mended("currentTxn.value=>500 and currentCustomer.slabName=“Gold”", Schema.bundled())
    'currentTxn.value>=500 && currentCustomer.slabName=="Gold"'
    >>> mended("currentTxn.value>5 and currentTxn.value=6", Schema.bundled())
    'currentTxn.value>5 && currentTxn.value==6'
    """
    analysis = look(text, schema, event)
    for _ in range(_ROUNDS):
        after = apply_fixes(text, analysis.fixable_diagnostics)
        if after == text or analysis.checked is not None:
            return after
        text, analysis = after, look(after, schema, event)
        if analysis.checked is not None:
            return text
    return text


def open_brackets(text: str, depth: int = 0) -> int:
    """How many parentheses are open at the end of a text; those in strings do not count.

    `depth` are open before it: a text may be looked at line by line.

    >>> open_brackets('(a&&b.contains("(")'), open_brackets("(a))")
    (1, 0)
    """
    for token in tokens(text):
        depth = max(0, depth + {"LPAR": 1, "RPAR": -1}.get(token.kind, 0))
    return depth


def tokens(text: str) -> list[Token]:
    """The tokens of a text by the real lexer, without the mark at the end."""
    return [token for token in tokenize(text) if token.kind != END]


def partner(found: list[Token], at: int) -> tuple[int, int] | None:
    """The offsets of the parenthesis at or before the cursor and of the one it goes with.

    >>> partner(tokens("(a||(b))"), 8)
    (0, 7)
    """
    stack: list[int] = []
    pairs: dict[int, int] = {}
    for token in found:
        if token.kind == "LPAR":
            stack.append(token.start)
        elif token.kind == "RPAR" and stack:
            opened = stack.pop()
            pairs[opened], pairs[token.start] = token.start, opened
    for place in (at, at - 1):
        if place in pairs:
            return min(place, pairs[place]), max(place, pairs[place])
    return None
