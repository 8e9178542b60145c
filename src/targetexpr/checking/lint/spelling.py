"""One way to write what can be written in several; and values that an attribute never has."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.source import Span
from targetexpr.checking.lint import messages
from targetexpr.checking.lint.tree import Tree, affirmed, edit
from targetexpr.checking.names import close_names
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Binary, Dereference, MethodCall, StringLiteral
from targetexpr.lang.schema.model import Attribute


def stray_arguments(tree: Tree) -> Iterator[Diagnostic]:
    """`isNull("")`, `exists("text")`: the argument is ignored."""
    for _, node, call in tree.calls():
        if isinstance(node, MethodCall) and node.arguments and call.function.parameterless:
            after = Span(node.name_span.end, node.span.end)
            span = node.arguments[0].span.joined(node.arguments[-1].span)
            yield messages.stray_argument(span, node.name, edit("Take it out", after, "()"))


def spellings(tree: Tree) -> Iterator[Diagnostic]:
    """`isLoyal()`, `isLoyal==true`, `createdDate.year`, `NOT_EQUAL_TO`: accepted, written better."""
    for place, node in enumerate(tree.nodes):
        if isinstance(node, MethodCall) and isinstance(tree.checked.targets.get(place), Attribute):
            after = Span(node.name_span.end, node.span.end)
            yield messages.called_condition(node.name_span, node.name, edit("Take the parentheses out", after, ""))
        elif isinstance(node, Binary):
            condition = affirmed(node)
            if condition is not None:
                fix = tree.rewrite("Take the comparison out", place, condition)
                yield messages.compared_with_true(node.span, fix)
    for _, node, call in tree.calls():
        if isinstance(node, Dereference):
            end = Span(node.name_span.end, node.name_span.end)
            yield messages.part_without_parentheses(node.name_span, node.name, edit("Call it", end, "()"))
        elif isinstance(node, MethodCall):
            for parameter, argument in zip(call.overload.parameters, node.arguments, strict=False):
                if isinstance(argument, StringLiteral) and argument.value in (parameter.also or {}):
                    better = (parameter.also or {})[argument.value]
                    fix = edit(f'Write "{better}"', argument.span, f'"{better}"')
                    yield messages.other_spelling(argument.span, argument.value, better, fix)


def values_outside(tree: Tree) -> Iterator[Diagnostic]:
    """A comparison of an attribute whose values are documented with a text that is none of them."""
    for node in tree.nodes:
        if not isinstance(node, Binary) or node.operator not in ("==", "!="):
            continue
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if not isinstance(side, Dereference) or not isinstance(other, StringLiteral):
                continue
            target = tree.checked.target_of(side)
            if isinstance(target, Attribute) and target.values and other.value not in target.values:
                close = close_names(other.value, target.values)
                fix = edit(f'Write "{close[0]}"', other.span, f'"{close[0]}"') if len(close) == 1 else None
                yield messages.value_outside(other.span, describe(side), other.value, target.values, close, fix)
