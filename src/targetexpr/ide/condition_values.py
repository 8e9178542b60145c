"""The values of a condition: what stands in each box, where it is written, and what may be written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from targetexpr.base.source import Span
from targetexpr.checking.arguments import constant, text_of
from targetexpr.checking.result import Call
from targetexpr.ide.choices import choices
from targetexpr.ide.condition_parts import Places
from targetexpr.lang.functions import ROLE_LIMITS, Limits, Parameter, Role
from targetexpr.lang.literals import days_in_month
from targetexpr.lang.nodes import (
    Binary,
    BooleanLiteral,
    Dereference,
    Expr,
    MethodCall,
    Name,
    NumberLiteral,
    StringLiteral,
)
from targetexpr.lang.schema.model import Profile
from targetexpr.lang.schema.schema import Schema

ValueKind: TypeAlias = Literal["string", "number", "date", "time", "boolean", "list", "attribute", "formula"]

Form: TypeAlias = Literal["string", "number", "digits", "date", "day", "moment", "time", "boolean", "bounds", "code"]
"""How a value is written: `digits` are a number in quotes, a `date` one in quotes, `day` and `moment` the arguments
year, month, day and so on, `time` hour and minute, `bounds` numbers in quotes, `code` a text of the language."""

_KINDS: dict[Form, ValueKind] = {
    "string": "string",
    "number": "number",
    "digits": "number",
    "date": "date",
    "day": "date",
    "moment": "date",
    "time": "time",
    "boolean": "boolean",
    "bounds": "list",
}

_RUNS: tuple[tuple[Form, tuple[tuple[Role, ...], ...]], ...] = (
    ("moment", (("year",), ("month",), ("day",), ("hour",), ("minute",), ("second",))),
    ("day", (("year",), ("month",), ("day",))),
    ("time", (("hour", "end-hour"), ("minute",))),
)
"""The runs of arguments that are one value."""

_BY_ROLE: dict[Role, Form] = {"number-text": "digits", "date-text": "date", "bounds": "bounds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One box of a condition."""

    name: str  # "inventoryAttribute"; empty for what is compared with
    kind: ValueKind
    form: Form
    written: str  # "Gold", "2025-05-27"
    span: Span
    choices: tuple[str, ...] = ()
    limits: Limits | None = None  # of a whole number
    parameter: Parameter | None = field(default=None, repr=False)
    parts: tuple[Span, ...] = field(default=(), repr=False)  # of a date or time: its arguments


def is_path(node: Expr) -> bool:
    """Whether a node is an attribute of a profile: names with dots between them."""
    while isinstance(node, Dereference):
        node = node.operand
    return isinstance(node, Name)


def number_text(node: Expr) -> str | None:
    """A number literal with its sign; `0-5` is -5, which is how the platform's editor takes it. None for others.

    >>> from targetexpr import parse
    >>> number_text(parse("0-5")), number_text(parse("-5")), number_text(parse("5-0"))
    ('-5', '-5', None)
    """
    if (
        isinstance(node, Binary)
        and node.operator == "-"
        and node.left == _ZERO
        and isinstance(node.right, NumberLiteral)
    ):
        return text_of(NumberLiteral(value=node.right.value)) if node.right == _ZERO else f"-{node.right.value}"
    return text_of(node) if constant(node) is not None else None


_ZERO = NumberLiteral(value="0")


def value_of(
    node: Expr,
    text: str,
    places: Places,
    *,
    name: str = "",
    known: Sequence[str] = (),
    parameter: Parameter | None = None,
) -> Value:
    """The box of one node: of a literal what it means, of anything else its text."""
    form: Form
    span = places.outer(node)
    kind: ValueKind | None = None
    if isinstance(node, StringLiteral):
        form, written = _BY_ROLE.get(parameter.role, "string") if parameter is not None else "string", node.value
    elif isinstance(node, BooleanLiteral):
        form, written = "boolean", "true" if node.value else "false"
    elif (number := number_text(node)) is not None:
        form, written = "number", number
    else:
        form, written = "code", span.cut(text)
        kind = "attribute" if is_path(node) else "formula"
    return Value(
        name=name,
        kind=kind or _KINDS[form],
        form=form,
        written=written,
        span=span,
        choices=("true", "false") if form == "boolean" else tuple(known),
        limits=None if parameter is None else ROLE_LIMITS.get(parameter.role),
        parameter=parameter,
    )


def arguments_of(
    call: MethodCall, target: Call | None, profile: Profile | None, text: str, places: Places, schema: Schema
) -> Iterator[Value]:
    """The boxes of a call's arguments; those that mean nothing have none."""
    parameters = () if target is None else target.overload.parameters
    if target is not None and target.function.parameterless:
        return
    at = 0
    before: str | None = None
    while at < len(call.arguments):
        run = _run(call.arguments[at:], parameters[at:])
        if run is not None:
            form, nodes = run
            yield _together(form, nodes, parameters[at], places)
            at += len(nodes)
            continue
        node = call.arguments[at]
        parameter = parameters[at] if at < len(parameters) else None
        known = () if parameter is None else choices(parameter, before, profile, schema)
        yield value_of(
            node, text, places, name="" if parameter is None else parameter.name, known=known, parameter=parameter
        )
        before = node.value if isinstance(node, StringLiteral) else None
        at += 1


def _run(nodes: Sequence[Expr], parameters: Sequence[Parameter]) -> tuple[Form, Sequence[Expr]] | None:
    """The arguments that are one date or time together: whole numbers that are one."""
    for form, roles in _RUNS:
        count = len(roles)
        if count > len(nodes) or count > len(parameters):
            continue
        if all(one.role in role for one, role in zip(parameters, roles, strict=False)) and _is_real(
            form, nodes[:count]
        ):
            return form, nodes[:count]
    return None


def _is_real(form: Form, nodes: Sequence[Expr]) -> bool:
    numbers = [node.value for node in nodes if isinstance(node, NumberLiteral) and node.value.isdecimal()]
    if len(numbers) < len(nodes) or any(len(one) > 4 for one in numbers):
        return False
    parts = [int(one) for one in numbers]
    if form == "time":
        return (parts[0] < 24 and parts[1] < 60) or parts == [24, 0]
    year, month, day, *clock = parts
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        return False
    return not clock or (clock[0] < 24 and clock[1] < 60 and clock[2] < 60)


def _together(form: Form, nodes: Sequence[Expr], parameter: Parameter, places: Places) -> Value:
    parts = [int(node.value) for node in nodes if isinstance(node, NumberLiteral)]
    if form == "time":
        written = f"{parts[0]:02}:{parts[1]:02}"
    else:
        written = f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}"
        if len(parts) > 3:
            written += f"T{parts[3]:02}:{parts[4]:02}:{parts[5]:02}"
    spans = tuple(places.outer(node) for node in nodes)
    return Value(
        name=parameter.name.removesuffix("Hour") if form == "time" else "",
        kind=_KINDS[form],
        form=form,
        written=written,
        span=Span(spans[0].start, spans[-1].end),
        parameter=parameter,
        parts=spans,
    )
