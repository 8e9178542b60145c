"""Binding: from the Python values of a context to the values of the language, and what if one does not fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from targetexpr.base.kinds import PHRASES
from targetexpr.lang.literals import MOST_DIGITS, date_fields, is_number_text
from targetexpr.lang.types import Kind

Number: TypeAlias = int | Decimal
"""Every number is exact: an int or a finite Decimal, never a float."""

Value: TypeAlias = bool | int | Decimal | str | datetime | None
"""What an expression can come out as. Dates are aware and in UTC while they are worked with; None is null."""

PathPart: TypeAlias = str | int
"""A step from the context to a value: a key, or an index of a list."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_BEYOND = 10**MOST_DIGITS

_EXPECTED: dict[str, str] = {
    "boolean": PHRASES["boolean"],
    "number": PHRASES["number"],
    "string": PHRASES["string"],
    "date": PHRASES["date"],
    "profile": f"a profile ({PHRASES['object']})",
    "dict": PHRASES["object"],
    "list": PHRASES["array"],
    "result": "a value, an object of values, a list of strings, or a function",
}


class DataError(ValueError):
    """A value in the data that does not fit what the rule needs there.

    `path` says where it lies (`currentTxn.lineItems[2].qty`), `value` is what was found, `expected` the kind of value
    that is needed: boolean, number, string, date, profile, dict, list, or result (of a method read from the data).

    >>> from targetexpr import compile
    >>> try:
    ...     compile("currentTxn.value>500").matches({"currentTxn": {"value": "a lot"}})
    ... except DataError as error:
    ...     print(error)
    currentTxn.value is "a lot", which is not a number
    """

    def __init__(self, path: str, value: object, expected: str) -> None:
        super().__init__(path, value, expected)
        self.path = path
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        needed = _EXPECTED.get(self.expected, self.expected)
        if self.value is None:
            return f"{self.path} is missing, {needed} is needed"
        text = f"{self.path} is {shown_value(self.value)}, which is not {needed}"
        return f"{text}; missing values are None" if is_nan(self.value) else text


def is_nan(value: object) -> bool:
    """Whether a value is what pandas and NumPy write for a missing number."""
    return isinstance(value, float) and value - value != 0.0 and not value < 0 and not value > 0


def shown_value(value: object) -> str:
    """A value in a sentence; hostile ones (endless, or with a broken repr) are cut or named by their type."""
    if isinstance(value, int) and not -_BEYOND < value < _BEYOND:
        return f"an int of more than {MOST_DIGITS} digits"
    if isinstance(value, bool):
        return "true" if value else "false"  # as rules and JSON have them
    if type(value) is str:
        return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}..."'
    if type(value) is Decimal:
        text = str(value)
        return text if len(text) <= 80 else f"{text[:77]}..."
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except Exception:  # a repr may raise anything, and a message must not
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


class InvalidValue(Exception):
    """A raw value does not fit; never leaves this package."""


def path_text(path: tuple[PathPart, ...]) -> str:
    """A path as a message shows it.

    >>> path_text(("currentTxn", "lineItems", 2, "attributes", "sku code"))
    'currentTxn.lineItems[2].attributes["sku code"]'
    """
    parts: list[str] = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        elif part.isidentifier():
            parts.append(f".{part}" if parts else part)
        else:
            quoted = part.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(f'["{quoted}"]')
    return "".join(parts)


# ---- one kind each: null stays null, what does not fit raises InvalidValue


def bind_number(raw: object) -> Number | None:
    """An int, Decimal, finite float (at its shortest repr), or a string that is a number.

    >>> bind_number(500.1), bind_number("-7"), bind_number(10)
    (Decimal('500.1'), Decimal('-7'), 10)
    """
    if raw is None:
        return None
    if isinstance(raw, bool):
        raise InvalidValue
    if isinstance(raw, int):
        if -_BEYOND < raw < _BEYOND:
            return int(raw)
    elif isinstance(raw, float):
        # float.__repr__, because subclasses (numpy's) print themselves otherwise
        if raw - raw == 0.0:
            return Decimal(float.__repr__(raw))
    elif isinstance(raw, Decimal):
        if raw.is_finite() and has_few_digits(raw):
            return Decimal(raw)
    elif isinstance(raw, str) and is_number_text(raw):
        return Decimal(raw)
    raise InvalidValue


def has_few_digits(number: Decimal) -> bool:
    """Whether a Decimal, written out plainly, has at most 1,000 digits on either side of its point."""
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # it is finite
    return exponent >= -MOST_DIGITS and (not number or number.adjusted() < MOST_DIGITS)


def bind_string(raw: object) -> str | None:
    """A str, or an int as its digits."""
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        return integer_text(raw)
    raise InvalidValue


def integer_text(number: int) -> str:
    """The digits of an int, however many (`str` refuses more than some thousand)."""
    return int.__repr__(number) if -_BEYOND < number < _BEYOND else format(Decimal(number), "f")


def bind_boolean(raw: object) -> bool | None:
    """A bool, or one of the strings "true" and "false"."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw in ("true", "false"):
        return raw == "true"
    raise InvalidValue


def bind_date(raw: object, zone: tzinfo) -> datetime | None:
    """A date as the instant it stands for, in UTC: datetime, date, string, or epoch milliseconds as an int.

    What is naive is local to `zone` (the earlier reading when the clock shows it twice), a bare date is local
    midnight. Instants that leave the years 1 to 9999, in UTC or on the local clock, do not fit [our choice].

    >>> bind_date("2025-05-27T10:00+05:30", UTC).isoformat(), bind_date(86_400_000, UTC).isoformat()
    ('2025-05-27T04:30:00+00:00', '1970-01-02T00:00:00+00:00')
    """
    if raw is None:
        return None
    try:
        if isinstance(raw, datetime):
            if raw.tzinfo is None or raw.utcoffset() is None:
                return local_instant(raw.replace(tzinfo=None), zone)
            return _checked(raw.astimezone(UTC), zone)
        if isinstance(raw, date):
            return local_instant(datetime(raw.year, raw.month, raw.day), zone)
        if isinstance(raw, str):
            return _date_of_text(raw, zone)
        if isinstance(raw, int) and not isinstance(raw, bool):
            return _checked(_EPOCH + int(raw) * _MILLISECOND, zone)
    except (OverflowError, ValueError):  # outside the calendar
        pass
    raise InvalidValue


def _date_of_text(text: str, zone: tzinfo) -> datetime:
    fields = date_fields(text)
    if fields is None:
        raise InvalidValue
    micro = int(fields.fraction[:6].ljust(6, "0"))  # finer digits than a datetime holds are cut [our choice]
    naive = datetime(fields.year, fields.month, fields.day, fields.hour, fields.minute, fields.second, micro)
    if fields.offset is None:
        return local_instant(naive, zone)
    return _checked((naive - timedelta(minutes=fields.offset)).replace(tzinfo=UTC), zone)


def local_instant(naive: datetime, zone: tzinfo) -> datetime:
    """The instant at which the clock of `zone` shows `naive`, the first one when it does so twice."""
    return _checked(naive.replace(tzinfo=zone, fold=0).astimezone(UTC), zone)


def _checked(instant: datetime, zone: tzinfo) -> datetime:
    if zone is not UTC:
        instant.astimezone(zone)  # raises OverflowError when the local clock cannot show it
    return datetime.combine(instant.date(), instant.time(), UTC)  # a plain datetime, whatever subclass came in


Binder: TypeAlias = Callable[[object, tzinfo], Value]

BINDERS: dict[Kind, Binder] = {
    "boolean": lambda raw, _zone: bind_boolean(raw),
    "number": lambda raw, _zone: bind_number(raw),
    "string": lambda raw, _zone: bind_string(raw),
    "date": bind_date,
}
"""How a raw value becomes one of the declared kind."""


# ---- time zones ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def time_zone(name: str) -> tzinfo:
    """The zone of that name: `UTC`, a name of the IANA time zone database, or an offset such as `+05:30`.

    Raises ValueError when there is none of that name.
    """
    if name in ("UTC", "Z"):
        return UTC
    offset = date_fields(f"2000-01-01T00:00{name}")
    if offset is not None and offset.offset is not None:
        return timezone(timedelta(minutes=offset.offset))
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone {name!r}: give an IANA name such as Asia/Kolkata, an offset, or UTC") from None


# ---- results ---------------------------------------------------------------------------------------------------------


def plain(value: Value, zone: tzinfo = UTC) -> Value:
    """A result as it is handed out: whole numbers as int, others without needless zeros, dates on the local clock.

    >>> plain(Decimal("1.50")), plain(Decimal("2E+2"))
    (Decimal('1.5'), 200)
    """
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, datetime):
        return local(value, zone)
    return value


def local(moment: datetime, zone: tzinfo) -> datetime:
    """An aware date on a clock; as it is where that clock has no such date, at either end of the calendar."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _plain_number(number: Decimal) -> Number:
    if not number.is_finite():
        return number
    if not number:
        return 0
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if exponent < 0:
        zeros = 0
        while zeros < -exponent and zeros < len(digits) and digits[-1 - zeros] == 0:
            zeros += 1
        exponent += zeros
        if zeros:
            number = Decimal((sign, digits[: len(digits) - zeros], exponent))
    if exponent >= 0 and number.adjusted() < MOST_DIGITS:
        return int(number)
    return number


def text_of(value: Value) -> str:
    """A value as the text that indexes a dict of results: strings as they are, numbers plainly, dates in ISO form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        plain_value = plain(value)
        return integer_text(plain_value) if isinstance(plain_value, int) else format(plain_value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else value
