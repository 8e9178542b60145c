"""Values that an attribute never has."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree
from targetexpr.checking.messages.wording import did_you_mean, listed, quoted, revalues
from targetexpr.checking.names import close_names, is_sure_value
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Binary, Dereference, StringLiteral
from targetexpr.lang.schema.model import Attribute

VALUE_OUTSIDE = warning("unknown-value", "{what} is never {value}.")


@rule(VALUE_OUTSIDE, reason="A comparison with a value that the attribute never has is never true (or always).")
def values_outside(tree: Tree) -> Iterator[Diagnostic]:
    """A comparison of an attribute whose values are documented with a string that is none of them."""
    for _, node in tree.each(Binary):
        if node.operator not in ("==", "!="):
            continue
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if not isinstance(side, Dereference) or not isinstance(other, StringLiteral):
                continue
            target = tree.checked.target_of(side)
            if isinstance(target, Attribute) and target.values and other.value not in target.values:
                close = close_names(other.value, target.values)
                yield VALUE_OUTSIDE.at(
                    other.span,
                    hint=did_you_mean(close, f"Its values are {listed(target.values, 'and')}."),
                    fixes=revalues(other.span, close, sure=is_sure_value(other.value, close, target.values)),
                    what=describe(side),
                    value=quoted(other.value),
                )
