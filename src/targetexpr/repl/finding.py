"""What `:find` looks for: how the rule comes out, a condition, or a field of the data compared with a value."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import islice

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

_NAME = r'"[^"]+"|[\w.\[\]"]+?'  # of a column of a table, in quotes where it has blanks; or the path of a field
_COMPARISON = re.compile(rf"\s*({_NAME})\s*(==|!=|>=|<=|>|<)\s*(.+?)\s*", re.DOTALL)
_COLUMN_VALUE = re.compile(rf"\s*({_NAME})\s+([^\s=<>!&|].*?)\s*", re.DOTALL)
_LOOKED_AT = 1_000  # records in which a column is looked for
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
    quoted = _COMPARISON.fullmatch(text) if text.lstrip().startswith('"') else None
    if quoted is not None and _is_in(session, (quoted[1][1:-1],), quoted[1][1:-1]):  # a column, no string
        compared = _compared(text, session)
        if compared is not None:
            return compared
    try:
        rule = compile_rule(text, session.schema, event=session.state.event, timezone=session.timezone)
    except ExpressionError as error:
        compared = _compared(text, session)
        if compared is None:
            session.show(error.diagnostics, text)
            raise InputError(
                "`:find` takes yes, no, null, error, or a condition such as `:find currentTxn.value>500` or "
                "`:find storeId 7`"
            ) from None
        return compared
    return lambda record: outcome_of(rule, record) is True


def is_outcome(outcome: Value | Failure, wanted: str) -> bool:
    """Whether the rule came out so."""
    return isinstance(outcome, Failure) if wanted == "error" else outcome is OUTCOMES[wanted]


def matching(session: Session, wanted: str, count: Callable[[Value | Failure], None]) -> Callable[[Record], bool]:
    """Whether a record is one of those that are wanted: by what the rule comes out as, or by a condition.

    `count` takes what each comes out as; null for those that a condition looks at. Raises InputError.
    """
    if wanted.lower() not in (*OUTCOMES, "error"):
        holds = condition(session, wanted)

        def fulfils(record: Record) -> bool:
            count(None)
            return holds(record)

        return fulfils
    rule = session.compiled()

    def comes_out(record: Record) -> bool:
        outcome = outcome_of(rule, record)
        count(outcome)
        return is_outcome(outcome, wanted.lower())

    return comes_out


def _compared(text: str, session: Session) -> Callable[[Record], bool] | None:
    """A field or a column against a value: `storeId == "S1"`, `"Bill No" 7`. None where it is neither."""
    found = _COMPARISON.fullmatch(text)
    plain = None if found is not None else _COLUMN_VALUE.fullmatch(text)
    name, sign, raw = found.groups() if found is not None else (plain[1], "==", plain[2]) if plain else ("", "", "")
    heading = name[1:-1] if name.startswith('"') else name
    try:
        path = (heading,) if name.startswith('"') else parse_path(name)
    except InputError:
        return None
    if not path or not isinstance(path[0], str):
        return None
    known = found is not None or _is_in(session, path, heading)
    try:
        value: object = decode(raw)
    except DecodeError:
        if sign not in ("==", "!=") or not _is_in(session, path, heading):
            return None
        value = raw
    holds = _SIGNS[sign]
    return (lambda record: holds(_held(record, path, heading), value)) if known else None


def _is_in(session: Session, path: tuple[PathPart, ...], heading: str) -> bool:
    """Whether one of the first records has a field or a column."""
    if session.state.records is None:
        return False
    return any(_held(record, path, heading) is not None for record in islice(session.records(), _LOOKED_AT))


def _held(record: Record, path: tuple[PathPart, ...], heading: str) -> object:
    """What a record has at a path, or in a column of its table."""
    if record.context is None:
        return None
    found = _at(record.context, path)
    return record.row.get(heading) if found is None and record.row is not None else found


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
