"""What `:find` looks for: how the rule comes out, a condition, or a field of the data compared with a value."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from targetexpr.base.diagnostics import ExpressionError
from targetexpr.base.errors import InputError
from targetexpr.console.outcomes import Failure, outcome_of
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.record import Record
from targetexpr.repl.fields import parse_path
from targetexpr.repl.session import Session
from targetexpr.rule import compile as compile_rule
from targetexpr.running.coercion import PathPart, Value

OUTCOMES: dict[str, bool | None] = {"yes": True, "no": False, "true": True, "false": False, "null": None}

_COMPARISON = re.compile(r'\s*([\w.\[\]"]+?)\s*(==|!=|>=|<=|>|<)\s*(.+?)\s*', re.DOTALL)
_SIGNS: dict[str, Callable[[object, object], bool]] = {
    ">": lambda a, b: _ordered(operator.gt, a, b),
    "<": lambda a, b: _ordered(operator.lt, a, b),
    ">=": lambda a, b: _ordered(operator.ge, a, b),
    "<=": lambda a, b: _ordered(operator.le, a, b),
    "==": lambda a, b: _same(a, b),  # noqa: PLW0108 - declared below
    "!=": lambda a, b: a is not None and not _same(a, b),
}


def condition(session: Session, text: str) -> Callable[[Record], bool]:
    """Whether a record fulfils a condition: any rule, or a field that no schema knows compared with a value.

    Raises InputError, once what is wrong with the condition is shown.
    """
    try:
        rule = compile_rule(text, session.schema, event=session.state.event, timezone=session.timezone)
    except ExpressionError as error:
        compared = _compared(text)
        if compared is None:
            session.show(error.diagnostics, text)
            raise InputError(
                "`:find` takes yes, no, null, error, or a condition such as `:find currentTxn.value>500`"
            ) from None
        return compared
    return lambda record: outcome_of(rule, record) is True


def is_outcome(outcome: Value | Failure, wanted: str) -> bool:
    """Whether the rule came out so."""
    return isinstance(outcome, Failure) if wanted == "error" else outcome is OUTCOMES[wanted]


def _compared(text: str) -> Callable[[Record], bool] | None:
    found = _COMPARISON.fullmatch(text)
    if found is None:
        return None
    try:
        path, value = parse_path(found[1]), decode(found[3])
    except (InputError, DecodeError):
        return None
    if len(path) < 2 and not isinstance(path[0], str):
        return None
    holds = _SIGNS[found[2]]
    return lambda record: record.context is not None and holds(_at(record.context, path), value)


def _at(context: Mapping[str, object], path: tuple[PathPart, ...]) -> object:
    """What the data has at a path; None for nothing."""
    here: object = context
    for part in path:
        if isinstance(part, int):
            here = here[part] if isinstance(here, list) and part < len(here) else None
        else:
            here = here.get(part) if isinstance(here, dict) else None
    return here


def _same(left: object, right: object) -> bool:
    """Equal, or written alike: an id is a number in some data and a string in others."""
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    return left == right or str(left) == str(right)


def _ordered(compare: Callable[[Decimal, Decimal], bool], left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return compare(left, right)  # type: ignore[arg-type]
    numbers = [Decimal(str(one)) for one in (left, right) if isinstance(one, int | float | Decimal) and one is not True]
    return len(numbers) == 2 and compare(*numbers)
