"""Numbers and dates of payloads: values to compute with that remember how they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, SerializationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 40
_STAMP = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}:\d{2})(?:\.(?P<part>\d{1,9}))?(?P<zone>[Zz]|IST|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INDIA = timezone(timedelta(hours=5, minutes=30), "IST")


class Number(Decimal):
    """A decimal that keeps the spelling it was read with; `quoted` when it stood in a string, as "1.00".

    Arithmetic gives plain decimals. Two numbers are equal when their values are.

    >>> Number("500.000") == 500, Number("500.000").spelling
    (True, '500.000')
    """

    spelling: str
    quoted: bool

    def __new__(cls, spelling: str, quoted: bool = False) -> Number:
        """`spelling` is a number as JSON writes it. Raises ValueError for anything else and for absurd magnitudes."""
        if _NUMBER.fullmatch(spelling) is None or len(spelling) > 2 * _MOST_DIGITS:
            raise ValueError(f"{spelling[:40]!r} is not a number")
        made = super().__new__(cls, spelling)
        if made and abs(made.adjusted()) > _MOST_DIGITS:
            raise ValueError(f"{spelling} is out of range")
        made.spelling = spelling
        made.quoted = quoted
        return made

    def __reduce__(self) -> tuple[type[Number], tuple[str, bool]]:  # type: ignore[override]
        return type(self), (self.spelling, self.quoted)

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: object) -> Number:
        return self


@dataclass(frozen=True, slots=True)
class WireDate:
    """A date, or a date with a time of day, in any of the documented spellings.

    `value` is a date, a datetime without zone, or one with its offset; `wire` is what was read (text, or epoch
    milliseconds) and what is written.

    >>> WireDate.read("2023-11-17T23:45:12.063+0530").local_date(UTC)
    datetime.date(2023, 11, 17)
    """

    value: date | datetime
    wire: str | int = field(compare=False)

    @staticmethod
    def read(given: str | int | date) -> WireDate:
        """From text, epoch milliseconds, a date or a datetime. Raises ValueError for anything that is no date."""
        if isinstance(given, datetime):
            return WireDate(given, date_text(given))
        if isinstance(given, date):
            return WireDate(given, given.isoformat())
        if isinstance(given, int):
            try:
                return WireDate(_EPOCH + timedelta(milliseconds=given), given)
            except OverflowError:
                raise ValueError("the number of milliseconds lies outside the calendar") from None
        found = _STAMP.fullmatch(given)
        if found is None:
            raise ValueError("not a date like 2024-01-31 or 2024-01-31T23:59:59.000")
        day, time, part, zone = found["day"], found["time"], found["part"], found["zone"]
        if time is None:
            return WireDate(date.fromisoformat(day), given)
        value = datetime.fromisoformat(f"{day}T{time}")
        value = value.replace(microsecond=int((part or "0").ljust(6, "0")[:6]))
        if zone is None:
            return WireDate(value, given)
        value = value.replace(tzinfo=_offset(zone))
        try:
            value.astimezone(UTC)
        except OverflowError:
            raise ValueError("with its offset the date lies outside the calendar") from None
        return WireDate(value, given)

    def local_date(self, zone: tzinfo = UTC) -> date:
        """The date it falls on: as written, or in `zone` when it has an offset of its own."""
        if not isinstance(self.value, datetime):
            return self.value
        try:
            return (self.value if self.value.tzinfo is None else self.value.astimezone(zone)).date()
        except OverflowError:  # the last day of the calendar, which means "never", has no next one
            return self.value.date()

    def instant(self, zone: tzinfo = UTC) -> datetime:
        """The moment, with an offset: midnight for a bare date; what has no offset is meant in `zone`."""
        value = self.value
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        return value.replace(tzinfo=zone) if value.tzinfo is None else value


def date_text(moment: datetime) -> str:
    """Milliseconds as the platform writes them: no offset, `Z` for UTC, `+0530` for others."""
    text = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    if moment.tzinfo is None:
        return text
    offset = moment.strftime("%z")
    return text + ("Z" if offset == "+0000" else offset[:5])


def _offset(zone: str) -> tzinfo:
    if zone in "Zz":
        return UTC
    if zone == "IST":
        return _INDIA
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"{zone} is not an offset")
    return timezone((1 if zone[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def read_number(given: object, *, quoted: bool = True) -> Number:
    """A number from JSON or Python. Raises a pydantic error that says what was there instead."""
    try:
        if isinstance(given, Number):
            if quoted or not given.quoted:
                return given
        elif isinstance(given, bool):
            pass
        elif isinstance(given, int):
            return Number(str(given))
        elif isinstance(given, float | Decimal):
            return Number(repr(given) if isinstance(given, float) else str(given))
        elif isinstance(given, str) and quoted:
            return Number(given, True)
    except ValueError as problem:
        raise PydanticCustomError("not-a-number", "{reason}", {"reason": str(problem)}) from None
    raise PydanticCustomError("not-a-number", "{reason}", {"reason": f"{shown(given)} is not a number"})


def read_integer(given: object) -> int:
    """A whole number. `2.0` is one; text is not."""
    if isinstance(given, int) and not isinstance(given, bool):
        if abs(given) >= 10**_MOST_DIGITS:
            raise PydanticCustomError("not-a-number", "the number is out of range")
        return given
    number = read_number(given, quoted=False)
    if number != number.to_integral_value():
        raise PydanticCustomError("not-a-number", "{reason}", {"reason": f"{number.spelling} is not a whole number"})
    return WireInteger(number)


def read_id(given: object) -> int:
    """A whole number that may stand in a string, as ids of filters do in one document."""
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,40}", given, re.ASCII):
        return WireInteger(Number(str(int(given))), text=given)
    return read_integer(given)


class WireInteger(int):
    """A whole number that was written in an unusual way, as `2.0` or `"17"`."""

    wire: str | Number

    def __new__(cls, number: Number, text: str | None = None) -> WireInteger:
        made = super().__new__(cls, int(number))
        made.wire = number if text is None else text
        return made

    def __reduce__(self) -> tuple[type[WireInteger], tuple[Number, str | None]]:
        text = self.wire if isinstance(self.wire, str) else None
        return type(self), (self.wire if isinstance(self.wire, Number) else Number(str(int(self))), text)


class Code(str):
    """A text that was written as a number, as the reference code of a period in one document."""

    __slots__ = ()


def read_code(given: object) -> str:
    """A text; a whole number is taken as its digits."""
    if isinstance(given, str):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Code(given)
    raise PydanticCustomError("not-a-text", "{reason}", {"reason": f"{shown(given)} is not a text"})


def read_expression(given: object) -> str | bool:
    """A rule text, or JSON true or false, which the documents also send."""
    if isinstance(given, str | bool):
        return given
    raise PydanticCustomError("not-a-text", "{reason}", {"reason": f"{shown(given)} is not the text of a rule"})


def read_date(given: object) -> WireDate:
    """A date in any documented spelling. Raises a pydantic error that says what was there instead."""
    if isinstance(given, WireDate):
        return given
    if isinstance(given, str | int | date) and not isinstance(given, bool):
        try:
            return WireDate.read(given)
        except ValueError as problem:
            reason = f"{shown(given)} is not a date ({problem})"
            raise PydanticCustomError("not-a-date", "{reason}", {"reason": reason}) from None
    raise PydanticCustomError("not-a-date", "{reason}", {"reason": f"{shown(given)} is not a date"})


def shown(given: object) -> str:
    """A value in a message."""
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    if isinstance(given, dict):
        return "an object"
    if isinstance(given, list | tuple):
        return "a list"
    return (
        repr(given if not isinstance(given, str) else given[:60]) if not isinstance(given, Number) else given.spelling
    )


def _number_dump(number: Decimal, info: SerializationInfo) -> object:
    """For pydantic's own dumps: its JSON would put a decimal in quotes."""
    wire = number_wire(number)
    if isinstance(wire, str) or not info.mode_is_json():
        return wire
    return int(wire) if wire == wire.to_integral_value() else float(wire)


def _whole_dump(number: int, info: SerializationInfo) -> object:
    return int(number) if info.mode_is_json() else integer_wire(number)


def number_wire(number: Decimal) -> str | Number:
    """What is written for a number: itself, or its text where it stood in a string."""
    if isinstance(number, Number):
        return number.spelling if number.quoted else number
    return Number(format(number, "f"))


def integer_wire(number: int) -> int | str | Number:
    """What is written for a whole number."""
    return number.wire if isinstance(number, WireInteger) else int(number)


def code_wire(text: str) -> str | int:
    """What is written for a text that may have been a number."""
    return int(text) if isinstance(text, Code) else text


def date_wire(stamp: WireDate) -> str | int:
    """What is written for a date."""
    return stamp.wire


_NUMERIC: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMBER.pattern}$"}]}
_DATE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^{re.sub(r'P<[a-z]+>', ':', _STAMP.pattern)}$", "examples": ["2024-01-31"]},
        {"type": "integer", "description": "milliseconds since 1970"},
    ]
}
_ID: dict[str, Any] = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]{1,40}$"}]}

Amount = Annotated[
    Number, PlainValidator(read_number), PlainSerializer(_number_dump, return_type=Any), WithJsonSchema(_NUMERIC)
]
Int = Annotated[
    int,
    PlainValidator(read_integer),
    PlainSerializer(_whole_dump, return_type=Any),
    WithJsonSchema({"type": "integer"}),
]
Id = Annotated[int, PlainValidator(read_id), PlainSerializer(_whole_dump, return_type=Any), WithJsonSchema(_ID)]
Date = Annotated[
    WireDate, PlainValidator(read_date), PlainSerializer(date_wire, return_type=Any), WithJsonSchema(_DATE)
]
RefCode = Annotated[
    str,
    PlainValidator(read_code),
    PlainSerializer(code_wire, return_type=Any),
    WithJsonSchema({"type": ["string", "integer"]}),
]
RuleText = Annotated[str | bool, PlainValidator(read_expression), WithJsonSchema({"type": ["string", "boolean"]})]
