"""The text of cells as values: numbers with separators and currency signs, dates of several orders, words for null."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from targetexpr.lang.literals import date_fields
from targetexpr.records.decoder import DecodeError, decode

Decimals: TypeAlias = Literal["point", "comma"]
DateOrder: TypeAlias = Literal["day-first", "month-first"]
Evidence: TypeAlias = Literal["point", "comma", "day-first", "month-first", "open"]
"""What a cell shows of how numbers or dates are written; open: it can be read in two ways."""

NULLS = frozenset(("na", "n/a", "#n/a", "nan", "null", "none", "nil", "nat", "-", "--", "\\n"))
"""Words that stand for no value in cells of numbers, dates and booleans, in lower case."""

_CODES = (
    r"USD|EUR|GBP|INR|CHF|JPY|CNY|AED|SAR|QAR|KWD|BHD|OMR|EGP|SGD|AUD|CAD|NZD|ZAR|RUB|TRY|BRL|MXN|MYR|THB|IDR|PHP|VND|"
    r"KRW|HKD|PLN|CZK|HUF|SEK|NOK|DKK|US\$|R\$|Rs\.?|Fr\.?|kr"
)
_MONEY = rf"[$€£¥₹₩₽₺฿₫₱]|{_CODES}"
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+−])?\s*(?P<before>{_MONEY})?\s*(?P<inner>[-+−])?\s*"
    r"(?P<digits>[0-9][0-9.,' \u00a0\u202f]*|[.,][0-9]+)(?P<exponent>[eE][+-]?[0-9]+)?"
    rf"\s*(?P<after>{_MONEY})?(?P<last>-)?(?P<close>\))?",
    re.IGNORECASE,
)
_GROUPED = {
    "point": re.compile(r"[0-9]{1,3}(?:(?P<mark>[, '])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?:\.[0-9]*)?"),
    "comma": re.compile(r"[0-9]{1,3}(?:(?P<mark>[. '])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?:,[0-9]*)?"),
}
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]*)?")
_UNGROUPED = {"point": re.compile(r"[0-9]*\.?[0-9]*"), "comma": re.compile(r"[0-9]*,?[0-9]*")}
_is_plain = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?").fullmatch


@dataclass(frozen=True, slots=True)
class NumberText:
    """A cell that is a number, taken apart."""

    negative: bool
    digits: str  # "1,234.50"
    exponent: str  # "e5" or ""
    currency: str  # "$" or ""


def number_text(text: str) -> NumberText | None:
    """The parts of a number in a cell; None when it is none.

    >>> number_text("($1,234.50)"), number_text("a lot")
    (NumberText(negative=True, digits='1,234.50', exponent='', currency='$'), None)
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or (found["open"] is None) != (found["close"] is None):
        return None
    signs = [one for one in (found["sign"], found["inner"], found["last"], found["open"]) if one is not None]
    if len(signs) > 1 or (found["before"] and found["after"]):
        return None
    digits = found["digits"].replace("\u00a0", " ").replace("\u202f", " ").rstrip()
    currency = found["before"] or found["after"] or ""
    return NumberText(bool(signs) and signs[0] != "+", digits, found["exponent"] or "", currency)


def decimal_evidence(digits: str) -> Evidence | None:
    """What the digits of a number show of its decimal mark; None for nothing.

    >>> [decimal_evidence(text) for text in ("1.234,5", "1,234,567", "12,5", "1,234", "620.50", "620")]
    ['comma', 'point', 'comma', 'open', 'point', None]
    """
    points, commas = digits.count("."), digits.count(",")
    if not points and not commas:
        return None
    if points and commas:
        return "comma" if digits.rindex(",") > digits.rindex(".") else "point"
    if points + commas > 1:
        return "comma" if points else "point"
    mark = "." if points else ","
    whole, _, rest = digits.partition(mark)
    if len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return "open"
    return "point" if points else "comma"


def number_of(text: str, decimals: Decimals | None) -> object | None:
    """The value of a cell that is a number: an int, a float of that shortest decimal, or a Decimal. None for others.

    Where no number showed what the decimal mark is, a comma may be either, and none is read.

    >>> number_of("1,234.50", "point"), number_of("1.234,50 €", "comma"), number_of("1,234.5", "comma")
    (1234.5, 1234.5, None)
    """
    if decimals is None:
        if "," in text:
            return None
        decimals = "point"
    if _is_plain(text) and (decimals == "point" or "." not in text):
        return _exact(text)
    parts = number_text(text)
    if parts is None:
        return None
    digits = parts.digits
    ungrouped = _UNGROUPED[decimals].fullmatch(digits) is not None
    grouped = _GROUPED[decimals].fullmatch(digits) or (decimals == "point" and _INDIAN.fullmatch(digits))
    if not ungrouped and not grouped:
        return None
    mark = "." if decimals == "point" else ","
    whole, _, fraction = re.sub(rf"[^0-9{re.escape(mark)}]", "", digits).partition(mark)
    plain = (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
    return _exact(("-" if parts.negative else "") + plain + parts.exponent)


def _exact(text: str) -> object | None:
    try:
        return decode(text)
    except DecodeError:  # more digits than numbers have
        return None


# ---- dates

_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<mark>[./-])(?P<b>[0-9]{1,2})(?P=mark)(?P<c>[0-9]{1,4})(?:(?:\s+|\s*,\s*|T)" + _TIME + ")?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(
    r"(?:(?P<day>[0-9]{1,2})[ .-]+(?P<month>[A-Za-z]{3,9})\.?|(?P<first>[A-Za-z]{3,9})\.? +(?P<second_>[0-9]{1,2}),?)"
    r"[ ,-]+(?P<year>[0-9]{4})(?:(?:\s+|\s*,\s*)" + _TIME + ")?"
)
_COMPACT = re.compile(r"(?P<a>[12][0-9]{3})(?P<b>[0-9]{2})(?P<c>[0-9]{2})")
_MILLISECONDS = re.compile(r"-?[0-9]{9,15}")


def date_evidence(text: str) -> Evidence | None:
    """What a cell shows of the order of dates; None for nothing, as in ISO dates.

    >>> [date_evidence(text) for text in ("31/01/2024", "1/31/2024", "3/4/2024", "3.4.2024", "2024-01-31")]
    ['day-first', 'month-first', 'open', 'day-first', None]
    """
    found = _DATE.fullmatch(text.strip())
    if found is None or len(found["a"]) > 2:
        return None
    first, second = int(found["a"]), int(found["b"])
    if found["mark"] == "." or first > 12:
        return "day-first"
    if second > 12:
        return "month-first"
    return None if first == second else "open"


def date_of(text: str, order: DateOrder | None) -> str | int | None:
    """The date of a cell as rules take it: an ISO text, or milliseconds. None for what is no date.

    >>> date_of("31/01/2024 6:05 PM", "day-first"), date_of("Jan 5, 2024", None), date_of("3/4/2024", None)
    ('2024-01-31T18:05:00', '2024-01-05', None)
    """
    text = text.strip()
    if date_fields(text) is not None:
        return text
    if (found := _DATE.fullmatch(text)) is not None:
        fields = _in_order(found["a"], found["b"], found["c"], found["mark"], order)
        return None if fields is None else _iso(*fields, found)
    if (found := _NAMED.fullmatch(text)) is not None:
        name = (found["month"] or found["first"])[:3].lower()
        if name not in _MONTHS:
            return None
        return _iso(int(found["year"]), _MONTHS.index(name) + 1, int(found["day"] or found["second_"]), found)
    if (found := _COMPACT.fullmatch(text)) is not None:
        return _iso(int(found["a"]), int(found["b"]), int(found["c"]), None)
    return int(text) if _MILLISECONDS.fullmatch(text) else None


def _in_order(a: str, b: str, c: str, mark: str, order: DateOrder | None) -> tuple[int, int, int] | None:
    if len(a) == 4:
        return int(a), int(b), int(c)
    if len(c) not in (2, 4) or len(a) > 2:
        return None
    year = int(c) if len(c) == 4 else int(c) + (2000 if int(c) < 70 else 1900)
    if mark == "." or order == "day-first" or (order is None and a == b):
        return year, int(b), int(a)
    return None if order is None else (year, int(a), int(b))


def _iso(year: int, month: int, day: int, found: re.Match[str] | None) -> str | None:
    try:
        if found is None or found["hour"] is None:
            return date(year, month, day).isoformat()
        hour, half = int(found["hour"]), (found["half"] or "").lower()
        if half and not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0) if half else hour
        when = datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0)).isoformat()
    except ValueError:  # a month 13, a day 31 of June, an hour 25
        return None
    fraction = f".{found['fraction']}" if found["fraction"] else ""
    zone = "Z" if found["zone"] in ("UTC", "GMT") else found["zone"] or ""
    iso = f"{when}{fraction}{zone}"
    return iso if date_fields(iso) is not None else None


_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def boolean_of(text: str) -> bool | None:
    """The truth of a cell: true and false, yes and no, in any letter case.

    >>> boolean_of("TRUE"), boolean_of("No"), boolean_of("perhaps")
    (True, False, None)
    """
    return _BOOLEANS.get(text.strip().lower())
