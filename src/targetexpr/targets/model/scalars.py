"""Numbers and dates of payloads: values to compute with that remember how they were written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, SerializationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from targetexpr.base.kinds import phrase_of

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MOST_DIGITS = 40
_DATE_TEXT = re.compile(
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
        try:
            made = cls.computed(spelling, quoted)
        except InvalidOperation:  # an exponent that no decimal has
            raise ValueError(f"{spelling} is out of range") from None
        if made and abs(made.adjusted()) > _MOST_DIGITS:
            raise ValueError(f"{spelling} is out of range")
        return made

    @classmethod
    def computed(cls, spelling: str, quoted: bool = False) -> Number:
        """A number that is sure to be one, of any magnitude: records hold a thousand digits, and their sums more."""
        made = super().__new__(cls, spelling)
        made.spelling = spelling
        made.quoted = quoted
        return made

    def __reduce__(self) -> tuple[Callable[[str, bool], Number], tuple[str, bool]]:  # type: ignore[override]
        return Number.computed, (self.spelling, self.quoted)

    def __copy__(self) -> Number:
        return self

    def __deepcopy__(self, memo: object) -> Number:
        return self


@dataclass(frozen=True, slots=True)
class WireDate:
    """A date, or a date with a time of day, in any of the documented spellings.

    `value` is a date, a datetime without zone, or one with its offset; `wire` is what was read (a string, or epoch
    milliseconds) and what is written.

    >>> WireDate.read("2023-11-17T23:45:12.063+0530").day
    datetime.date(2023, 11, 17)
    """

    value: date | datetime
    wire: str | int = field(compare=False)

    @staticmethod
    def read(given: str | int | date) -> WireDate:
        """From a string, epoch milliseconds, a date or a datetime. Raises ValueError for anything else."""
        if isinstance(given, datetime):
            return WireDate(given, date_text(given))
        if isinstance(given, date):
            return WireDate(given, given.isoformat())
        if isinstance(given, int):
            try:
                return WireDate(_EPOCH + timedelta(milliseconds=given), given)
            except OverflowError:
                raise ValueError("the milliseconds are outside the calendar") from None
        found = _DATE_TEXT.fullmatch(given)
        if found is None:
            raise ValueError("expected a date like 2024-01-31 or 2024-01-31T23:59:59.000")
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
            raise ValueError("with its offset the date is outside the calendar") from None
        return WireDate(value, given)

    @property
    def day(self) -> date:
        """The calendar day it is written with, time and offset dropped; of epoch milliseconds their day in UTC.

        So a week sent with `Z` bounds is the same week in every zone.
        """
        return self.value.date() if isinstance(self.value, datetime) else self.value

    def instant(self, zone: tzinfo = UTC) -> datetime:
        """The moment, with an offset: midnight for a bare date; what has no offset is meant in `zone`."""
        value = self.value
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        return value.replace(tzinfo=zone) if value.tzinfo is None else value


def date_text(moment: datetime) -> str:
    """A moment as the platform writes most: with milliseconds, `Z` for UTC, `+0530` for other offsets, or without one.

    >>> date_text(datetime(2024, 1, 31, 9, tzinfo=UTC)), offset_text(datetime(2024, 1, 31, 9, tzinfo=UTC))
    ('2024-01-31T09:00:00.000Z', '2024-01-31T09:00:00.000+0000')
    """
    text = offset_text(moment)
    return text.removesuffix("+0000") + "Z" if text.endswith("+0000") else text


def offset_text(moment: datetime) -> str:
    """A moment as the platform writes it in attributions and enrolments: `+0000` for UTC."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + moment.strftime("%z")[:5]


_THOUSANDTH = Decimal("0.001")
_EXACT = Context(prec=6000)


def three_decimals(amount: Decimal) -> Number:
    """Rounded half up to three decimals, all of them written, as the platform stores and answers numbers.

    >>> three_decimals(Decimal("2.0005")).spelling, three_decimals(Decimal(2)).spelling
    ('2.001', '2.000')
    """
    return Number.computed(format(amount.quantize(_THOUSANDTH, rounding=ROUND_HALF_UP, context=_EXACT), "f"))


def _offset(zone: str) -> tzinfo:
    if zone in "Zz":
        return UTC
    if zone == "IST":
        return _INDIA
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(f"invalid offset {zone}")
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
    except ValueError as error:
        raise PydanticCustomError("not-a-number", "{reason}", {"reason": str(error)}) from None
    raise PydanticCustomError("not-a-number", "{reason}", {"reason": f"{described(given)} is not a number"})


def read_integer(given: object) -> int:
    """An integer. `2.0` is one; a string is not."""
    if isinstance(given, int) and not isinstance(given, bool):
        if abs(given) >= 10**_MOST_DIGITS:
            raise PydanticCustomError("not-a-number", "the number is out of range")
        return given
    number = read_number(given, quoted=False)
    if number != number.to_integral_value():
        raise PydanticCustomError("not-a-number", "{reason}", {"reason": f"{number.spelling} is not an integer"})
    return WireInteger(number)


def read_id(given: object) -> int:
    """An integer that may stand in a string, as ids of filters do in one document."""
    if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,40}", given, re.ASCII):
        return WireInteger(Number(str(int(given))), text=given)
    return read_integer(given)


class WireInteger(int):
    """An integer that was written in an unusual way, as `2.0` or `"17"`."""

    wire: str | Number

    def __new__(cls, number: Number, text: str | None = None) -> WireInteger:
        made = super().__new__(cls, int(number))
        made.wire = number if text is None else text
        return made

    def __reduce__(self) -> tuple[type[WireInteger], tuple[Number, str | None]]:
        text = self.wire if isinstance(self.wire, str) else None
        return type(self), (self.wire if isinstance(self.wire, Number) else Number(str(int(self))), text)


class WireCode(str):
    """A string that was written as a number, as the reference code of a period in one document."""

    __slots__ = ()


def read_code(given: object) -> str:
    """A string; an integer is taken as its digits."""
    if isinstance(given, str):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return WireCode(given)
    raise PydanticCustomError("not-a-string", "{reason}", {"reason": f"{described(given)} is not a string"})


def read_expression(given: object) -> str | bool:
    """The text of a rule, or JSON true or false, which the documents also send."""
    if isinstance(given, str | bool):
        return given
    raise PydanticCustomError(
        "not-a-string", "{reason}", {"reason": f"{described(given)} is not a rule; expected a string"}
    )


def read_date(given: object) -> WireDate:
    """A date in any documented spelling. Raises a pydantic error that says what was there instead."""
    if isinstance(given, WireDate):
        return given
    if isinstance(given, str | int | date) and not isinstance(given, bool):
        try:
            return WireDate.read(given)
        except ValueError as error:
            reason = f"{described(given)} is not a date ({error})"
            raise PydanticCustomError("not-a-date", "{reason}", {"reason": reason}) from None
    raise PydanticCustomError("not-a-date", "{reason}", {"reason": f"{described(given)} is not a date"})


def described(given: object) -> str:
    """A value in a message."""
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    if isinstance(given, dict | list | tuple):
        return phrase_of(given)
    return (
        repr(given if not isinstance(given, str) else given[:60]) if not isinstance(given, Number) else given.spelling
    )


def number_dump(number: Decimal, info: SerializationInfo) -> object:
    """For pydantic's own dumps: its JSON would put a decimal in quotes."""
    wire = number_wire(number)
    if isinstance(wire, str) or not info.mode_is_json():
        return wire
    return int(wire) if wire == wire.to_integral_value() else float(wire)


def _integer_dump(number: int, info: SerializationInfo) -> object:
    return int(number) if info.mode_is_json() else integer_wire(number)


def number_wire(number: Decimal) -> str | Number:
    """What is written for a number: itself, or a string where it stood in one."""
    if isinstance(number, Number):
        return number.spelling if number.quoted else number
    return Number(format(number, "f"))


def integer_wire(number: int) -> int | str | Number:
    """What is written for an integer."""
    return number.wire if isinstance(number, WireInteger) else int(number)


def code_wire(code: str) -> str | int:
    """What is written for a string that may have been a number."""
    return int(code) if isinstance(code, WireCode) else code


def date_wire(value: WireDate) -> str | int:
    """What is written for a date."""
    return value.wire


NUMERIC: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMBER.pattern}$"}]}
_DATE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": f"^{re.sub(r'P<[a-z]+>', ':', _DATE_TEXT.pattern)}$", "examples": ["2024-01-31"]},
        {"type": "integer", "description": "milliseconds since 1970"},
    ]
}
_ID: dict[str, Any] = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]{1,40}$"}]}

Amount = Annotated[
    Number, PlainValidator(read_number), PlainSerializer(number_dump, return_type=Any), WithJsonSchema(NUMERIC)
]
Int = Annotated[
    int,
    PlainValidator(read_integer),
    PlainSerializer(_integer_dump, return_type=Any),
    WithJsonSchema({"type": "integer"}),
]
Id = Annotated[int, PlainValidator(read_id), PlainSerializer(_integer_dump, return_type=Any), WithJsonSchema(_ID)]
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
