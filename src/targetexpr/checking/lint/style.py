"""One way to write what can be written in several, and what can be left out."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic, Edit
from targetexpr.base.source import Span
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree, affirmed, negated
from targetexpr.lang.nodes import Binary, BooleanLiteral, Dereference, Expr, MethodCall, StringLiteral
from targetexpr.lang.schema.model import Attribute

DOUBLE_NEGATION = warning("double-negation", "Two negations cancel each other out.", fix="Remove both negations")


@rule(
    DOUBLE_NEGATION,
    reason="Two negations cancel each other; the documents advise against them, they are read wrongly.",
)
def double_negations(tree: Tree) -> Iterator[Diagnostic]:
    """`!!a`, `!(a==false)`, `(a==false)!=true`: the outermost of a pair, what is left when both are taken away."""
    inner: set[int] = set()
    for place, node in enumerate(tree.nodes):
        if place in inner:
            continue
        once = negated(node)
        while once is not None and affirmed(once) is not None:
            once = affirmed(once)
        twice = negated(once) if once is not None else None
        if once is None or twice is None or isinstance(once, BooleanLiteral) or isinstance(twice, BooleanLiteral):
            continue
        inner.update(range(place, place + _offset(tree, place, once) + 1))
        yield DOUBLE_NEGATION.at(node.span, edits=tree.rewrite(place, twice))


def _offset(tree: Tree, place: int, node: Expr) -> int:
    """How far a descendant is from a node in preorder."""
    return next(i for i in range(len(tree.nodes)) if tree.nodes[place + i] is node)


STRAY_ARGUMENT = warning("stray-argument", "`{name}` takes no argument; this one is ignored.", fix="Remove it")

_COMPARE_HINT = "To compare with a string, write `==` or `.contains(...)`."


@rule(
    STRAY_ARGUMENT,
    reason="The argument of a null test means nothing, though it looks as if it were compared.",
)
def stray_arguments(tree: Tree) -> Iterator[Diagnostic]:
    """`isNull("")`, `exists("text")`: the argument is ignored."""
    for _, node, call in tree.calls():
        if isinstance(node, MethodCall) and node.arguments and call.function.parameterless:
            after = Span(node.name_span.end, node.span.end)
            hint = _COMPARE_HINT if node.name == "exists" else None
            span = node.arguments[0].span.joined(node.arguments[-1].span)
            yield STRAY_ARGUMENT.at(span, hint=hint, edits=[Edit(after, "()")], name=node.name)


CALLED_ATTRIBUTE = warning("spelling", "`{name}` is an attribute; write it without `()`.", fix="Remove the parentheses")
COMPARED_WITH_TRUE = warning("spelling", "A condition need not be compared with `true`.", fix="Remove the comparison")
PART_NOT_CALLED = warning("spelling", "`{name}` is a method; write `{name}()`.", fix="Add the parentheses")
OTHER_SPELLING = warning(
    "spelling", '"{given}" is another spelling of "{better}", which the documents list.', fix='Write "{better}"'
)


@rule(
    *(CALLED_ATTRIBUTE, COMPARED_WITH_TRUE, PART_NOT_CALLED, OTHER_SPELLING),
    reason="The documents spell some things in several ways; one way reads and compares best.",
)
def spellings(tree: Tree) -> Iterator[Diagnostic]:
    """`isLoyal()`, `isLoyal==true`, `createdDate.year`, `NOT_EQUAL_TO`: accepted, written better."""
    for place, method in tree.each(MethodCall):
        if isinstance(tree.checked.targets.get(place), Attribute):
            after = Span(method.name_span.end, method.span.end)
            yield CALLED_ATTRIBUTE.at(method.name_span, edits=[Edit(after, "")], name=method.name)
    for place, comparison in tree.each(Binary):
        condition = affirmed(comparison)
        if condition is not None:
            yield COMPARED_WITH_TRUE.at(comparison.span, edits=tree.rewrite(place, condition))
    for _, node, call in tree.calls():
        if isinstance(node, Dereference):
            end = Span(node.name_span.end, node.name_span.end)
            yield PART_NOT_CALLED.at(node.name_span, edits=[Edit(end, "()")], name=node.name)
        elif isinstance(node, MethodCall):
            for parameter, argument in zip(call.overload.parameters, node.arguments, strict=False):
                if isinstance(argument, StringLiteral) and argument.value in (parameter.also or {}):
                    better = (parameter.also or {})[argument.value]
                    edits = [Edit(argument.span, f'"{better}"')]
                    yield OTHER_SPELLING.at(argument.span, edits=edits, given=argument.value, better=better)
