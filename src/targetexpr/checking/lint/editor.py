"""What the platform's own editor marks as an error although it means something, and strings that are joined."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic, Fix
from targetexpr.base.source import Span
from targetexpr.checking.lint.tree import Tree, negated
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Binary, BooleanLiteral, Conditional, MethodCall, NumberLiteral, Unary
from targetexpr.lang.types import INTEGER, kind_of


def editor_cannot(tree: Tree) -> Iterator[Diagnostic]:
    """`!a`, `-a`, `a?b:c`, `interval` of an integer: understood here, marked as an error there."""
    for place, node in enumerate(tree.nodes):
        match node:
            case Unary(operator="!") if negated(node.operand) is None:  # two negations are told of as such
                by = Binary(operator="==", left=node.operand, right=BooleanLiteral(value=False))
                yield _marked(node.span, "`!`", tree.rewrite("Compare with `false`", place, by))
            case Unary(operator="-"):
                minus = Binary(operator="-", left=NumberLiteral(value="0"), right=node.operand)
                yield _marked(node.span, "a minus in front", tree.rewrite("Subtract from 0", place, minus))
            case Unary(operator="+"):
                yield _marked(node.span, "a plus in front", tree.rewrite("Remove the plus", place, node.operand))
            case Conditional():
                yield _marked(node.span, "`?:`", None)
            case _:
                pass
    for _, node, call in tree.calls():
        if call.function.name == "interval" and isinstance(node, MethodCall):
            receiver = tree.checked.type_of(node.operand)
            if receiver == INTEGER:
                what = f"`interval` of an integer such as {describe(node.operand)}"
                yield _marked(node.name_span, what, None)


def joined_strings(tree: Tree) -> Iterator[Diagnostic]:
    """`a.firstname+b.lastname`: two strings in one, where mostly two conditions were meant."""
    for place, node in enumerate(tree.nodes):
        type_ = tree.types[place]
        if isinstance(node, Binary) and node.operator == "+" and type_ is not None and kind_of(type_) == "string":
            yield Diagnostic(
                code="joined-strings",
                severity="warning",
                span=node.span,
                message="`+` joins these two strings into one, which is seldom meant.",
                hint="To test both, write two conditions with `&&`; to add numbers, remove their quotes.",
            )


def _marked(span: Span, what: str, fix: Fix | None) -> Diagnostic:
    return Diagnostic(
        code="editor-cannot",
        severity="warning",
        span=span,
        message=f"The platform's own editor marks {what} as an error.",
        fixes=() if fix is None else (fix,),
    )
