"""What the platform's own editor marks as an error although it means something, and strings that are joined."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.checking.lint.rule import rule, warning
from targetexpr.checking.lint.tree import Tree, negated
from targetexpr.checking.state import describe
from targetexpr.lang.nodes import Binary, BooleanLiteral, Conditional, MethodCall, NumberLiteral, Unary
from targetexpr.lang.types import INTEGER, kind_of

_MARKED = "The platform's own editor marks {what} as an error."

NEGATION = warning("editor-cannot", _MARKED.format(what="`!`"), fix="Compare with `false`")
LEADING_MINUS = warning("editor-cannot", _MARKED.format(what="a minus in front"), fix="Subtract from 0")
LEADING_PLUS = warning("editor-cannot", _MARKED.format(what="a plus in front"), fix="Remove the plus")
CONDITIONAL = warning("editor-cannot", _MARKED.format(what="`?:`"))
INTEGER_INTERVAL = warning("editor-cannot", _MARKED.format(what="`interval` of an integer such as {receiver}"))


@rule(
    *(NEGATION, LEADING_MINUS, LEADING_PLUS, CONDITIONAL, INTEGER_INTERVAL),
    reason="The platform's own editor cannot open such a rule without marking an error; another spelling it takes.",
)
def editor_cannot(tree: Tree) -> Iterator[Diagnostic]:
    """`!a`, `-a`, `a?b:c`, `interval` of an integer: understood here, marked as an error there."""
    for place, unary in tree.each(Unary):
        match unary.operator:
            case "!":
                if negated(unary.operand) is None:  # two negations have a rule of their own
                    by = Binary(operator="==", left=unary.operand, right=BooleanLiteral(value=False))
                    yield NEGATION.at(unary.span, edits=tree.rewrite(place, by))
            case "-":
                minus = Binary(operator="-", left=NumberLiteral(value="0"), right=unary.operand)
                yield LEADING_MINUS.at(unary.span, edits=tree.rewrite(place, minus))
            case "+":
                yield LEADING_PLUS.at(unary.span, edits=tree.rewrite(place, unary.operand))
    for _, conditional in tree.each(Conditional):
        yield CONDITIONAL.at(conditional.span)
    for _, node, call in tree.calls():
        if (
            call.function.name == "interval"
            and isinstance(node, MethodCall)
            and tree.checked.type_of(node.operand) == INTEGER
        ):
            yield INTEGER_INTERVAL.at(node.name_span, receiver=describe(node.operand))


JOINED_STRINGS = warning(
    "joined-strings",
    "`+` joins these two strings into one, which is seldom meant.",
    hint="To test both, write two conditions with `&&`; to add numbers, remove their quotes.",
)


@rule(JOINED_STRINGS, reason="Joining strings is seldom meant: mostly two conditions, or a sum of numbers in quotes.")
def joined_strings(tree: Tree) -> Iterator[Diagnostic]:
    """`a.firstname+b.lastname`: two strings in one, where mostly two conditions were meant."""
    for place, node in tree.each(Binary):
        type_ = tree.types[place]
        if node.operator == "+" and type_ is not None and kind_of(type_) == "string":
            yield JOINED_STRINGS.at(node.span)
