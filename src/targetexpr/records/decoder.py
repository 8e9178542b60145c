"""The one decoder of the JSON of records: which texts are values, which are not, and what is said of those.

Stricter than the standard library, which keeps the last of two equal keys, reads NaN and rounds numbers: what two
readers understand differently is refused. Numbers are exact: a float where its shortest repr is the number that is
written, for rules are fastest on floats, else an int or a Decimal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, TypeAlias, cast

from targetexpr.base.jsontext import broken_string, not_valid_json, unexpected
from targetexpr.base.limits import DATA_NESTING
from targetexpr.lang.literals import MOST_DIGITS

BLANKS: Final = " \t\r\n"
"""What JSON calls white space."""

_SHOWN = 40  # characters of a key or a number in a message
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]").search
_BLANK = re.compile(r"[ \t\r\n]*").match
_MARK = re.compile(r'[\[\]{},]|"(?:[^"\\]|\\.)*"?', re.DOTALL)


class DecodeError(ValueError):
    """A text that is no value of a record: the message is a sentence without its place.

    >>> try:
    ...     decode('{"value": 5, "value": 600}')
    ... except DecodeError as error:
    ...     print(error.code, error, error.offset)
    json-syntax Not valid JSON: duplicate key "value". None
    """

    def __init__(self, code: str, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.code = code  # "json-syntax", "too-deep" or "lone-surrogate"
        self.offset = offset  # code points from the start of the text; None where it is the value as a whole


def decode(text: str) -> object:
    """The value of a JSON text. Raises DecodeError.

    >>> decode('{"value": 620.10, "id": 12345678901234567890.10}')
    {'value': 620.1, 'id': Decimal('12345678901234567890.10')}
    """
    # A text as short as that has no number to be refused, and the library's own ints are the fastest.
    scan = _scan_short if len(text) <= MOST_DIGITS else _scan_any
    try:
        value, end = scan(text, 0)
    except (StopIteration, ValueError, RecursionError):  # read once more, with care
        value, end = decode_at(text, skip_blanks(text, 0))
    else:
        if "\\" in text or (len(text) > DATA_NESTING and text.count("{") + text.count("[") > DATA_NESTING):
            _refuse_odd(text, 0, end, value)
    if end < len(text) and (rest := skip_blanks(text, end)) < len(text):
        raise syntax_error(text, rest, unexpected(text, rest, "the end of the record"))
    return value


def decode_at(text: str, start: int) -> tuple[object, int]:
    """The value that begins at an offset, and where it ends. Raises DecodeError."""
    try:
        value, end = _ANY.raw_decode(text, start)
    except json.JSONDecodeError as error:
        deepest, inner = _nesting(text, start, error.pos)
        raise _too_deep(start) if deepest > DATA_NESTING else _invalid(text, error, inner) from None
    except RecursionError:
        if _nesting(text, start, len(text))[0] <= DATA_NESTING:
            raise  # it was the caller's stack that was full
        raise _too_deep(start) from None
    _refuse_odd(text, start, end, value)
    return value, end


def _refuse_odd(text: str, start: int, end: int, value: object) -> None:
    """Refuses what the library can read and others cannot: depth, half characters."""
    brackets = text.count("{", start, end) + text.count("[", start, end)
    if brackets > DATA_NESTING and _is_deeper(value, DATA_NESTING):
        raise _too_deep(start)
    if (
        text.find("\\", start, end) >= 0  # a text may hold many values, of which each is looked at once
        and _ESCAPED_SURROGATE(text, start, end) is not None
        and _has_lone_surrogate(value)
    ):
        said = "A string holds half of a surrogate pair (such as \\ud800 alone), which is not a character."
        raise DecodeError("lone-surrogate", said)


def decode_known(text: str) -> dict[str, object]:
    """The record of a text that `decode` has read before, without looking again for what it refuses."""
    return cast("dict[str, object]", _ANY.raw_decode(text)[0])


def skip_blanks(text: str, at: int) -> int:
    """The offset of what follows white space."""
    found = _BLANK(text, at)
    return at if found is None else found.end()


def end_of(text: str, start: int) -> int | None:
    """Where a value ends by its brackets and quotes, whatever stands between; None when it is not closed."""
    depth = 0
    for found in _MARK.finditer(text, start):
        mark = found[0]
        if mark in ("[", "{"):
            depth += 1
        elif mark in ("]", "}", ","):
            if depth == 0:
                return found.start()
            depth -= mark != ","
            if depth == 0 and mark != ",":
                return found.end()
    return None


# ---- what the library is told about numbers, names and objects


def _float(text: str) -> object:
    number = float(text)
    if repr(number) == text:
        return number
    return _exact(text)


def _exact(text: str) -> object:
    from decimal import Decimal, InvalidOperation

    from targetexpr.running.coercion import has_few_digits

    try:
        exact = Decimal(text)
    except InvalidOperation:  # an exponent beyond what Decimal has
        raise _too_long(text) from None
    if not exact.is_finite() or not has_few_digits(exact):
        raise _too_long(text)
    number = float(text)
    return number if number - number == 0 and Decimal(repr(number)) == exact else exact


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS and len(text.lstrip("-")) > MOST_DIGITS:
        raise _too_long(text)
    return int(text)


def _too_long(text: str) -> DecodeError:
    said = f"A number has at most {MOST_DIGITS:,} digits on either side of its point; {_cut(text)} has more."
    return DecodeError("json-syntax", said)


def _no_number(name: str) -> object:
    raise DecodeError("json-syntax", not_valid_json(f"{name} is not a JSON number"))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        key = _cut(twice).encode("utf-8", "backslashreplace").decode()
        raise DecodeError("json-syntax", not_valid_json(f'duplicate key "{key}"'))
    return made


_ANY = json.JSONDecoder(parse_float=_float, parse_int=_int, parse_constant=_no_number, object_pairs_hook=_once)
_SHORT = json.JSONDecoder(parse_float=_float, parse_constant=_no_number, object_pairs_hook=_once)
_Scan: TypeAlias = Callable[[str, int], tuple[object, int]]
_scan_any: _Scan = _ANY.scan_once  # type: ignore[attr-defined]  # what raw_decode calls, without the call
_scan_short: _Scan = _SHORT.scan_once  # type: ignore[attr-defined]


# ---- what is wrong with a text, in words


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def syntax_error(text: str, offset: int, reason: str) -> DecodeError:
    """What is told of a text that is not JSON, with the column in its line."""
    offset = min(offset, len(text.rstrip(BLANKS)))
    column = offset - text.rfind("\n", 0, offset)
    return DecodeError("json-syntax", not_valid_json(f"{reason} (column {column})"), offset)


def _invalid(text: str, error: json.JSONDecodeError, inner: str) -> DecodeError:
    wanted = {
        "Expecting value": "a value",
        "Expecting property name enclosed in double quotes": "a key in double quotes",
        "Illegal trailing comma before end of object": "a key in double quotes",
        "Illegal trailing comma before end of array": "a value",
        "Expecting ':' delimiter": "a colon",
        "Expecting ',' delimiter": "a comma or a closing " + ("brace" if inner == "{" else "bracket"),
    }.get(error.msg)
    if wanted is not None:
        return syntax_error(text, error.pos, unexpected(text, error.pos, wanted))
    return syntax_error(text, error.pos, broken_string(error))


def _too_deep(start: int) -> DecodeError:
    return DecodeError("too-deep", f"Nested more than {DATA_NESTING} levels deep.", start)


def _nesting(text: str, start: int, end: int) -> tuple[int, str]:
    """How deep objects and lists are nested in a part of a text, and which bracket is open at its end."""
    deepest = 0
    opened: list[str] = []
    for found in _MARK.finditer(text, start, end):
        if found[0] in ("[", "{"):
            opened.append(found[0])
            deepest = max(deepest, len(opened))
        elif found[0] in ("]", "}") and opened:
            opened.pop()
            if not opened:
                break
    return deepest, opened[-1] if opened else ""


def _is_deeper(value: object, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined]
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _has_lone_surrogate(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False
