"""Messages about calls without a receiver: the language has no functions of its own."""

from __future__ import annotations

from targetexpr.base.diagnostics import Edit
from targetexpr.base.messages import Message
from targetexpr.base.source import Span
from targetexpr.checking import names
from targetexpr.checking.bare_names import FullNames, full_names
from targetexpr.checking.messages.members import missing_dot
from targetexpr.checking.messages.wording import did_you_mean, kinds, renames
from targetexpr.checking.state import State
from targetexpr.lang.nodes import FunctionCall

UNKNOWN_FUNCTION = Message(
    code="unknown-function", text="Unknown function `{name}`; methods are called on a profile or a value."
)

CALLED_IF = Message(
    code="unknown-function",
    text="There is no function `{name}`; a choice is `condition ? result : other result`.",
    fix="Write it with `?` and `:`",
)


def unknown_function(state: State, place: int, node: FunctionCall) -> None:
    """A call without a receiver: the language has none, so a profile or value is missing before it."""
    split = names.split_at_dot(state.schema, node.name)
    if split is not None:
        state.unknown(place, missing_dot(node.name_span, *split), member=True)
        return
    if node.name.lower() in ("if", "iif"):
        state.unknown(place, CALLED_IF.at(node.name_span, edits=_as_choice(node, place), name=node.name), member=True)
        return
    of_values = names.kinds_with(node.name)
    meant = FullNames() if of_values else full_names(state.schema, state.event, node.name, call=True)
    hint = f"`{node.name}` is a method of {kinds(of_values)}; write it after a value and a dot." if of_values else None
    diagnostic = UNKNOWN_FUNCTION.at(
        node.name_span,
        hint=did_you_mean(meant.names, hint),
        fixes=renames(node.name_span, meant.names, sure=meant.sure),
        name=node.name,
    )
    state.unknown(place, diagnostic, member=True)


def _as_choice(node: FunctionCall, place: int) -> list[Edit]:
    """`IF(a,b,c)` of a spreadsheet as `a ? b : c`, in parentheses where it is a part of more."""
    if node.span.start < 0 or len(node.arguments) != 3:
        return []
    condition, then, otherwise = (argument.span for argument in node.arguments)
    opening, closing = ("(", ")") if place else ("", "")
    return [
        Edit(Span(node.span.start, condition.start), opening),
        Edit(Span(condition.end, then.start), " ? "),
        Edit(Span(then.end, otherwise.start), " : "),
        Edit(Span(otherwise.end, node.span.end), closing),
    ]
