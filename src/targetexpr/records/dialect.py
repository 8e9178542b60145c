"""How a table of text is written: what is given of it, and what is found of the rest, which is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from targetexpr.base.errors import InputError
from targetexpr.base.suggestions import suggest
from targetexpr.records.cells import (
    DateOrder,
    Decimals,
    Evidence,
    date_evidence,
    date_of,
    decimal_evidence,
    number_text,
)

READINGS = ("delimiter", "decimal", "encoding", "header", "dates", "sheet")
"""What can be said of how a table is written."""

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_DECIMALS: dict[str, Decimals] = {"point": "point", ".": "point", "comma": "comma", ",": "comma"}
_DATES: dict[str, DateOrder] = {"day-first": "day-first", "month-first": "month-first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a table is written; None for what is to be found."""

    delimiter: str | None = None
    decimal: Decimals | None = None
    encoding: str | None = None  # a codec of Python
    header: int | None = None  # the line of the headings, from 1; 0 when there is none
    dates: DateOrder | None = None
    sheet: str | None = None  # of a workbook: its name, or its number from 1


def dialect_of(said: Mapping[str, object], where: str = "--read") -> Dialect:
    """What is given of how a table is written. Raises InputError for names and values that do not exist.

    >>> dialect_of({"delimiter": ";", "decimal": "comma", "header": "no"})
    Dialect(delimiter=';', decimal='comma', encoding=None, header=0, dates=None, sheet=None)
    """
    dialect = Dialect()
    for name, value in said.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if name not in READINGS:
            close = suggest(name, READINGS)
            hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(READINGS)}"
            raise InputError(f"{where}: unknown {name!r}; {hint}")
        dialect = _with(dialect, name, text, where)
    return dialect


def _with(dialect: Dialect, name: str, text: str, where: str) -> Dialect:
    match name:
        case "delimiter":
            delimiter = _DELIMITERS.get(text.lower(), text)
            if len(delimiter) != 1 or delimiter in '"\r\n':
                raise _invalid(where, name, "a character such as ; or a word: comma, semicolon, tab, pipe", text)
            return replace(dialect, delimiter=delimiter)
        case "decimal":
            if text not in _DECIMALS:
                raise _invalid(where, name, "point or comma", text)
            return replace(dialect, decimal=_DECIMALS[text])
        case "dates":
            if text not in _DATES:
                raise _invalid(where, name, "day-first or month-first", text)
            return replace(dialect, dates=_DATES[text])
        case "encoding":
            return replace(dialect, encoding=_codec(text, where))
        case "header":
            line = {"yes": "1", "true": "1", "no": "0", "false": "0"}.get(text.lower(), text)
            if not (line.isascii() and line.isdigit() and len(line) < 10):
                raise _invalid(where, name, "yes, no, or the line of the headings", text)
            return replace(dialect, header=int(line))
    return replace(dialect, sheet=text)


def _codec(name: str, where: str) -> str:
    import codecs

    try:
        found = codecs.lookup(name).name
        "".encode(found)
        b"a-\xff\xfe\x80".decode(found, "replace")  # those of names in the Internet know no way out of a wrong byte
    except (LookupError, TypeError, UnicodeError):
        raise _invalid(
            where, "encoding", "utf-8, utf-16, cp1252, latin-1 or another of Python's codecs", name
        ) from None
    return "utf-8-sig" if found == "utf-8" else found


def _invalid(where: str, name: str, expected: str, text: str) -> InputError:
    return InputError(f"{where}: {name} is {text!r}; expected {expected}")


def over(first: Dialect, second: Dialect) -> Dialect:
    """A dialect whose gaps are filled by a second one."""
    given = {name: getattr(first, name) for name in READINGS if getattr(first, name) is not None}
    return replace(second, **given)


def delimiter_name(delimiter: str) -> str:
    """A delimiter as a word; one that has none as itself.

    >>> delimiter_name(";"), delimiter_name("~")
    ('semicolon', '~')
    """
    return _NAMES.get(delimiter, delimiter)


# ---- what the cells show

Cells = Iterable[tuple[str, str, str]]
"""Heading, text and place of cells."""


def with_decimal(dialect: Dialect, cells: Cells) -> tuple[Dialect, str | None]:
    """The decimal mark that cells of numbers show, and what to tell of it. Raises InputError where they leave it open.

    A lone group of three digits, `1,234`, is open unless other cells show the mark, or commas stand between cells.
    """
    if dialect.decimal is not None:
        return dialect, None
    shown: list[tuple[Evidence, str, str, str]] = []
    for heading, text, place in cells:
        parts = number_text(text)
        evidence = None if parts is None else decimal_evidence(parts.digits)
        if evidence is not None:
            shown.append((evidence, heading, text, place))
    if not shown:
        return dialect, None
    counts = Counter(evidence for evidence, *_ in shown)
    found: Decimals = "comma" if counts["comma"] > counts["point"] else "point"
    if counts["open"] and not counts["comma"] and not counts["point"] and dialect.delimiter != ",":
        heading, text, place = next((h, t, p) for evidence, h, t, p in shown if evidence == "open")
        raise InputError(
            f"{place}, column `{heading}`: `{text}` can be read in two ways, and no other number shows which; "
            "add --read decimal=point or --read decimal=comma"
        )
    grouped = next((text for _, _, text, _ in shown if "," in text), None) if found == "point" else None
    told = "decimal comma" if found == "comma" else f"decimal point (`{grouped}` has groups)" if grouped else None
    return replace(dialect, decimal=found), told


def with_dates(dialect: Dialect, cells: Cells) -> tuple[Dialect, str | None]:
    """The order that cells of dates show, and what to tell of it. Raises InputError where they leave it open."""
    if dialect.dates is not None:
        return dialect, None
    shown = [(evidence, *cell) for cell in cells if (evidence := date_evidence(cell[1])) is not None]
    counts = Counter(evidence for evidence, *_ in shown)
    if not shown:
        return dialect, None
    if not counts["day-first"] and not counts["month-first"]:
        _, heading, text, place = shown[0]
        days = [date_of(text, order) for order in ("day-first", "month-first")]
        raise InputError(
            f"{place}, column `{heading}`: `{text}` may be {days[0]} or {days[1]}, and no other date shows which; "
            "add --read dates=day-first or --read dates=month-first"
        )
    found: DateOrder = "month-first" if counts["month-first"] > counts["day-first"] else "day-first"
    text = next(text for evidence, _, text, _ in shown if evidence == found)
    return replace(dialect, dates=found), f"dates {found} (`{text}`)"


def is_header(first: Sequence[str]) -> bool:
    """Whether a line is one of headings: names that differ, and no numbers or dates.

    >>> is_header(["id", "value"]), is_header(["b1", "620.50"]), is_header(["", ""])
    (True, False, False)
    """
    named = [text.strip() for text in first if text.strip()]
    if not named or len({name.lower() for name in named}) < len(named) - 1:
        return False
    return not any(_is_value(name) for name in named)


def _is_value(text: str) -> bool:
    return number_text(text) is not None or date_of(text, "day-first") is not None
