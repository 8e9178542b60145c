"""What is typed into a box of a condition, as it is written in the rule; what cannot be meant is refused in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from targetexpr.base.diagnostics import Edit, ExpressionError
from targetexpr.base.source import Span
from targetexpr.ide.condition_changes import ConditionError
from targetexpr.ide.condition_values import Form, Value, ValueKind
from targetexpr.lang.literals import DateFields, date_fields, is_number_text, split_bounds
from targetexpr.lang.nodes import Binary, Conditional, Logical, encode_string, is_raw_string, plain_number
from targetexpr.lang.operators import COMPARISONS
from targetexpr.syntax.parse import parse

_FORMS: dict[ValueKind, Form] = {
    "string": "string",
    "number": "number",
    "boolean": "boolean",
    "attribute": "code",
    "formula": "code",
}
"""How a value of another kind than the box held is written."""

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}([,' \u00a0][0-9]{3})+")


def typed_edits(value: Value, typed: str, kind: ValueKind | None) -> tuple[Edit, ...]:
    """The edits that put what was typed into a box. Raises ConditionError, which says what is expected there."""
    form = value.form if kind is None or kind == value.kind else _FORMS.get(kind)
    if form is None:
        raise ConditionError(f"A value of the kind {kind} cannot stand here.")
    match form:
        case "string":
            return _whole(value, string_text(typed))
        case "number":
            return _whole(value, _number(typed, value))
        case "digits":
            return _whole(value, f'"{_signed(typed)}"')
        case "boolean":
            return _whole(value, _boolean(typed))
        case "bounds":
            return _whole(value, f'"{_bounds(typed)}"')
        case "date":
            return _whole(value, f'"{_date_string(typed)}"')
        case "day" | "moment":
            return _arguments(value, _date_arguments(typed))
        case "time":
            return _arguments(
                value, _time_arguments(typed, is_end=value.parameter is not None and value.parameter.role == "end-hour")
            )
        case "code":
            return _whole(value, _code(typed))


def _whole(value: Value, text: str) -> tuple[Edit, ...]:
    return (Edit(value.span, text),)


def string_text(typed: str) -> str:
    """A string as it is written: between quotes, with a backslash before quotes and backslashes.

    >>> string_text('say "hi"')
    '"say \\\\"hi\\\\""'
    """
    raw = encode_string(typed)
    if not is_raw_string(raw):
        raise ConditionError("The text holds half a character, which no rule can hold; type it again.")
    return f'"{raw}"'


def _signed(typed: str) -> str:
    """A number as digits, with a minus where it is negative."""
    text = typed.strip().replace("\u2212", "-").removeprefix("+")
    if text.lstrip("-").startswith("."):
        text = text.replace(".", "0.", 1)
    if is_number_text(text):
        digits = plain_number(text.removeprefix("-"))
        return f"-{digits}" if text.startswith("-") and digits != "0" else digits
    if _THOUSANDS.fullmatch(text.partition(".")[0]):
        raise ConditionError(f"Write the number without separators: {re.sub(r'[^0-9.-]', '', text)}.")
    if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        raise ConditionError(f"Write the decimals behind a point: {text.replace(',', '.')}.")
    if not text:
        raise ConditionError("A number is expected here, such as 500 or 12.5.")
    raise ConditionError(f"{_quoted(typed)} is not a number; write digits, such as 500 or 12.5.")


def _number(typed: str, value: Value) -> str:
    """A number as it is written in the rule: the platform's editor takes a negative one as `0-5`."""
    digits = _signed(typed)
    if value.limits is not None:
        least, greatest = value.limits
        if "." in digits or Decimal(digits) < least or (greatest is not None and Decimal(digits) > greatest):
            span = f"from {least} to {greatest}" if greatest is not None else f"of at least {least}"
            raise ConditionError(f"A whole number {span} is expected here, not {digits}.")
    return f"0{digits}" if digits.startswith("-") else digits


def _boolean(typed: str) -> str:
    text = typed.strip().lower()
    if text not in ("true", "false"):
        raise ConditionError(f"{_quoted(typed)} is neither true nor false.")
    return text


def _bounds(typed: str) -> str:
    text = re.sub(r"\s*,\s*", ",", typed.strip())
    parts = split_bounds(text)
    if parts is None:
        raise ConditionError("Numbers with commas between them are expected here, such as 100,400,600.")
    if any(Decimal(one) >= Decimal(next_) for one, next_ in pairwise(parts)):
        raise ConditionError("The bounds have to ascend, each larger than the one before it.")
    return text


_DATE_HELP = "write it as year-month-day, such as 2025-05-27, with a time of day as 2025-05-27T18:30 where it matters"


def _fields(typed: str) -> DateFields:
    text = typed.strip()
    fields = date_fields(text)
    if fields is None:
        raise ConditionError(
            f"{_quoted(typed)} is not a date; {_DATE_HELP}." if text else f"A date is expected here; {_DATE_HELP}."
        )
    return fields


def _date_string(typed: str) -> str:
    _fields(typed)
    return typed.strip()


def _date_arguments(typed: str) -> tuple[str, ...]:
    fields = _fields(typed)
    if fields.offset is not None:
        raise ConditionError("The date is one of the rule's own time zone; leave the offset out.")
    day = (fields.year, fields.month, fields.day)
    return tuple(map(str, (*day, fields.hour, fields.minute, fields.second) if fields.has_time else day))


def _time_arguments(typed: str, *, is_end: bool) -> tuple[str, ...]:
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise ConditionError(f"{_quoted(typed)} is not a time of day; write hour and minute, such as 17:30.")
    hour, minute = int(found[1]), int(found[2])
    if minute > 59 or hour > 24 or (hour == 24 and (minute or not is_end)):
        raise ConditionError(f"There is no time of day {typed.strip()}; it goes from 0:00 to 23:59.")
    return str(hour), str(minute)


def _arguments(value: Value, numbers: Sequence[str]) -> tuple[Edit, ...]:
    """Edits of the arguments that a date or a time is made of; a time of day comes and goes."""
    edits = [Edit(span, number) for span, number in zip(value.parts, numbers, strict=False)]
    if value.form == "time" or len(numbers) == len(value.parts):
        return tuple(edits)
    if len(numbers) > len(value.parts):
        more = "".join(f",{number}" for number in numbers[len(value.parts) :])
        end = value.parts[-1].end
        return (*edits, Edit(Span(end, end), more))
    last = value.parts[len(numbers) - 1].end
    return (*edits, Edit(Span(last, value.span.end), ""))


def _code(typed: str) -> str:
    """A value as a text of the language, in parentheses where it would not hold together beside a comparison."""
    text = typed.strip()
    if not text:
        raise ConditionError("A value is expected here: a field, or a formula such as currentTxn.value*2.")
    try:
        node = parse(text)
    except ExpressionError as error:
        raise ConditionError(sentence(error.diagnostics[0].message, error.diagnostics[0].hint)) from None
    loose = isinstance(node, Logical | Conditional) or (isinstance(node, Binary) and node.operator in COMPARISONS)
    return f"({text})" if loose and node.start == 0 and node.end == len(text) else text


def sentence(message: str, hint: str | None) -> str:
    """What a diagnostic says, with what to do."""
    return message if hint is None else f"{message} {hint}"


def _quoted(typed: str) -> str:
    text = " ".join(typed.split())
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
