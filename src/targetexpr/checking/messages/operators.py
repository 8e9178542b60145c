"""Messages about operators: operands, branches and results of the wrong type."""

from __future__ import annotations

from collections.abc import Sequence

from targetexpr.base.diagnostics import Edit
from targetexpr.base.messages import Message
from targetexpr.checking.arguments import unquoted
from targetexpr.checking.messages.wording import KINDS, PLURALS, PREFIX
from targetexpr.checking.state import State, describe
from targetexpr.lang.nodes import Binary, Dereference, Expr, MethodCall, NumberLiteral, StringLiteral
from targetexpr.lang.types import Kind

# ---- conditions and results ----------------------------------------------------------------------------------------

NOT_A_CONDITION = Message(
    code="not-a-condition", text="`{operator}` expects conditions; {what} is {kind}.", tags=PREFIX
)
COMPARED_ONCE = Message(
    code="not-a-condition",
    text=NOT_A_CONDITION.text,
    hint="Write the whole comparison for each value.",
    fix="Write `{write}`",
    tags=PREFIX,
)
NOT_A_RULE = Message(code="result-type", text="A rule must be true or false; {what} is {kind}.")
OTHER_RESULT = Message(code="result-type", text="Expected {expected}; {what} is {kind}.")

_TO_CONDITION: dict[Kind, str] = {
    "number": "Compare it, as in `> 0`.",
    "string": 'Compare it, as in `== "..."`, or test it with `.exists()`.',
    "date": "Compare it, as in `.isAfter(2025,1,1)`.",
}


def not_a_condition(state: State, at: int, kind: Kind, operator: str, before: Sequence[Expr]) -> None:
    """An operand of `&&`, `||`, `!`, or the condition of `?:`, that is not true or false.

    `before` are the terms of the list that stand before it.
    """
    span, hint = state.order[at].span, _TO_CONDITION.get(kind)
    whole = _compared_once(state.order[at], before, operator) if span.start >= 0 else None
    if whole is not None:
        what, edits = state.what(at), [Edit(span, whole)]
        found = COMPARED_ONCE.at(span, edits=edits, operator=operator, what=what, kind=KINDS[kind], write=whole)
        state.report(at, found)
        return
    state.report(at, NOT_A_CONDITION.at(span, hint=hint, operator=operator, what=state.what(at), kind=KINDS[kind]))


def _compared_once(node: Expr, before: Sequence[Expr], operator: str) -> str | None:
    """The comparison that a further value lacks: `a=="x"` for the last of `a=="w"||"x"`, and so for `!=` and `&&`."""
    wanted = "==" if operator == "||" else "!="
    compared = next((one for one in reversed(before) if not isinstance(one, NumberLiteral | StringLiteral)), None)
    if not isinstance(compared, Binary) or compared.operator != wanted or type(compared.right) is not type(node):
        return None
    match node:
        case StringLiteral():
            value = f'"{node.raw}"'
        case NumberLiteral():
            value = node.value
        case _:
            return None
    left = describe(compared.left)
    if not isinstance(compared.left, Dereference | MethodCall) or "..." in left:
        return None
    return f"{left[1:-1]}{wanted}{value}"


def other_result(state: State, expr: Expr, kind: Kind, expected: Kind) -> None:
    """The whole expression has another type than expected."""
    what = state.what(0)
    if expected == "boolean":
        diagnostic = NOT_A_RULE.at(expr.span, hint=_TO_CONDITION.get(kind), what=what, kind=KINDS[kind])
    else:
        diagnostic = OTHER_RESULT.at(expr.span, expected=KINDS[expected], what=what, kind=KINDS[kind])
    state.report(0, diagnostic)


# ---- arithmetic ----------------------------------------------------------------------------------------------------

NOT_A_NUMBER = Message(code="not-a-number", text="`{operator}` expects numbers; {what} is {kind}.")
NUMBER_IN_QUOTES = Message(code="not-a-number", text=NOT_A_NUMBER.text, fix="Remove the quotes")
BOTH_OF_A_KIND = Message(code="not-a-number", text="`{operator}` expects numbers; {what} and {other} are {kinds}.")
NEITHER_A_NUMBER = Message(
    code="not-a-number", text="`{operator}` expects numbers; {what} is {kind}, {other} is {other_kind}."
)


def not_a_number(state: State, at: int, kind: Kind, operator: str) -> None:
    """An operand of an arithmetic operator that is no number; a number in quotes has them removed."""
    node = state.order[at]
    number = unquoted(node, "number")
    message, edits, hint = NOT_A_NUMBER, [], _arithmetic_hint(kind, operator)
    if number is not None:
        message, edits, hint = NUMBER_IN_QUOTES, [Edit(node.span, number)], None
    what = state.what(at)
    state.report(at, message.at(node.span, hint=hint, edits=edits, operator=operator, what=what, kind=KINDS[kind]))


def neither_a_number(state: State, place: int, left: int, right: int, kinds: tuple[Kind, Kind], operator: str) -> None:
    """Two operands that are no numbers are one mistake: that they are added, say."""
    kind, other_kind = kinds
    diagnostic = (BOTH_OF_A_KIND if kind == other_kind else NEITHER_A_NUMBER).at(
        state.order[place].span,
        hint=_arithmetic_hint(kind, operator),
        operator=operator,
        what=state.what(left),
        other=state.what(right),
        kind=KINDS[kind],
        other_kind=KINDS[other_kind],
        kinds=PLURALS[kind],
    )
    state.report(place, diagnostic)


def _arithmetic_hint(kind: Kind, operator: str) -> str | None:
    if kind == "date" and operator == "-":
        return "For the days between two dates, write `.dateDiff(...)`."
    return None


# ---- comparisons ---------------------------------------------------------------------------------------------------

NO_ORDER = Message(
    code="no-order",
    text="`{operator}` compares numbers and dates; {what} is {kind}.",
    hint="Strings and conditions can only be compared with `==` and `!=`.",
)
INCOMPARABLE = Message(
    code="incomparable", text="{left} is {left_kind}, {right} is {right_kind}; they cannot be compared."
)
LITERAL_IN_QUOTES = Message(
    code="incomparable", text="{other} is {kind}; here it is compared with {literal_kind}.", fix="Remove the quotes"
)
LITERAL_WITHOUT_QUOTES = Message(code="incomparable", text=LITERAL_IN_QUOTES.text, fix="Add quotes")
BRANCHES_DIFFER = Message(
    code="branches-differ", text="Both results of `?:` must be of one type; one is {then}, the other is {otherwise}."
)


def no_order(state: State, at: int, kind: Kind, operator: str) -> None:
    """An operand of `<` and its like that has no order."""
    span = state.order[at].span
    state.report(at, NO_ORDER.at(span, operator=operator, what=state.what(at), kind=KINDS[kind]))


def incomparable(state: State, place: int, left: int, right: int, kinds: dict[int, Kind], *, quotable: bool) -> None:
    """Two sides of different kinds; a literal becomes comparable by its quotes, where quotes may be changed."""
    for at, other in ((right, left), (left, right)):
        write = unquoted(state.order[at], kinds[other])
        if write is not None and (quotable or kinds[other] == "number"):  # quotes make no order
            message = LITERAL_WITHOUT_QUOTES if write.startswith('"') else LITERAL_IN_QUOTES
            span = state.order[at].span
            diagnostic = message.at(
                span,
                edits=[Edit(span, write)],
                other=state.what(other),
                kind=KINDS[kinds[other]],
                literal_kind=KINDS[kinds[at]],
            )
            state.report(at, diagnostic)
            return
    diagnostic = INCOMPARABLE.at(
        state.order[place].span,
        hint=_comparison_hint({kinds[left], kinds[right]}),
        left=state.what(left),
        left_kind=KINDS[kinds[left]],
        right=state.what(right),
        right_kind=KINDS[kinds[right]],
    )
    state.report(place, diagnostic)


def _comparison_hint(kinds: set[Kind]) -> str | None:
    if kinds == {"date", "string"}:
        return "Compare dates with `.isAfter(Y,M,D)`, `.isBefore(Y,M,D)` or `.dateDiff(Y,M,D)==0`."
    if kinds == {"boolean", "number"}:
        return "Compare a condition with `true` or `false`."
    return None


def branches_differ(state: State, place: int, then: Kind, otherwise: Kind) -> None:
    """A conditional whose results are of different kinds."""
    span = state.order[place].span
    state.report(place, BRANCHES_DIFFER.at(span, then=KINDS[then], otherwise=KINDS[otherwise]))
