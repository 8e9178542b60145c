"""How values of options are read: numbers, lists, days; what does not fit is refused with how to write it."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Callable

from targetexpr.base.suggestions import suggest

# Compiled when a value is read (`re` keeps them): every command loads this file, and few take such a value.
_NUMBER = r"(?a:[+-]?(?:\d+\.?\d*|\.\d+))"
_THOUSANDS = r"(?a:\d{1,3}(?:[,'\s_]\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})"
_CURRENCY = r"[^\W\d_]{1,3}\.?|[$€£¥₹₽₩฿]|%"
_WRITTEN_DAY = r"(?a:(\d{1,4})[./-](\d{1,2})[./-](\d{1,4}))"


def counted(least: int, most: int | None = None) -> Callable[[str], int]:
    """Reads a whole number between two others.

    >>> counted(1)("1,000")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: expected a whole number of at least 1, not '1,000'; write 1000
    """
    wanted = f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"

    def read(text: str) -> int:
        bare = text.strip()
        if re.fullmatch(r"[+-]?\d{1,18}", bare, re.ASCII):
            number = int(bare)
            if least <= number and (most is None or number <= most):
                return number
        raise ArgumentTypeError(f"expected {wanted}, not {text!r}{_plainer(bare)}")

    return read


def ids(text: str) -> list[int]:
    """Reads numbers of stores, one or several with commas between them.

    >>> ids("1, 2")
    [1, 2]
    """
    return _whole_numbers(text, "ids", "12,34")


def reading(text: str) -> tuple[str, str]:
    """Reads how tables are written: a name and its value.

    >>> reading("delimiter=;")
    ('delimiter', ';')
    """
    name, equals, value = text.partition("=")
    if not equals or not value:
        raise ArgumentTypeError(f"expected a name and a value such as delimiter=; or decimal=comma, not {text!r}")
    return name.strip(), value.strip() or value


def levels(text: str) -> list[int]:
    """Reads how many cycles each level takes."""
    return _whole_numbers(text, "numbers of cycles, the least first", "2,4,8")


def amounts(text: str) -> str | list[str]:
    """Reads a value, or one for each cycle with commas between them; digits stay as they are written.

    >>> amounts("500.50"), amounts("1, 500")
    ('500.50', ['1', '500'])
    >>> amounts("1,500")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: '1,500' can be one number or the list of 1 and 500; write 1500, or '1, 500'
    """
    bare = text.strip()
    if re.fullmatch(r"\d{1,2}(,\d{3})+(\.\d+)?|\d{1,3}(,\d{3})*,0\d\d(,\d{3})*(\.\d+)?", bare, re.ASCII):
        parts = bare.split(",")
        listed = f"{', '.join(parts[:-1])} and {parts[-1]}"
        said = f"{text!r} can be one number or the list of {listed}; write {''.join(parts)}, or {', '.join(parts)!r}"
        raise ArgumentTypeError(said)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{1,2}", bare, re.ASCII):
        raise ArgumentTypeError(f"{text!r} has separators; write {_plainer(bare)[8:]}")
    parts = [part.strip() for part in bare.split(",")]
    wrong = next((part for part in parts if not re.fullmatch(_NUMBER, part) or part.startswith("-")), None)
    if wrong is None:
        return bare if len(parts) == 1 else parts
    hint = _plainer(bare) or _plainer(wrong)
    raise ArgumentTypeError(f"expected a number, or one for each cycle as in 500,600; not {text!r}{hint}")


def day(text: str) -> str:
    """Reads a day, written with the year first. What can be two days is refused, and both are named.

    >>> day("01/02/2024")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: '01/02/2024' can be two days; write 2024-02-01 or 2024-01-02
    """
    bare = text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ].+)?", bare, re.ASCII):
        from datetime import datetime

        try:
            datetime.fromisoformat(bare)
        except ValueError as error:
            known = str(error) if "day is out" in str(error) or "month must" in str(error) else ""
            raise ArgumentTypeError(_no_day(text) + (f"; {known}" if known else "")) from None
        return bare
    written = _days_of(bare)
    if len(written) > 1:
        raise ArgumentTypeError(f"{text!r} can be two days; write {' or '.join(written)}")
    raise ArgumentTypeError(_no_day(text) + (f"; write {written[0]}" if written else ""))


def unit(text: str) -> str:
    """Reads the unit of a cycle: `week` as well as `weekly`.

    >>> unit("week"), unit("half-yearly")
    ('WEEKLY', 'HALF_YEARLY')
    >>> unit("fortnight")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: 'fortnight' is 2 units of one kind; write --every weekly --times 2
    """
    from targetexpr.base.units import UNITS, several_units, unit_of

    found = unit_of(text)
    if found is not None:
        return found
    more = several_units(text)
    if more is not None:
        kind, times = more[0].lower().replace("_", "-"), more[1]
        raise ArgumentTypeError(f"{text!r} is {times} units of one kind; write --every {kind} --times {times}")
    names = [name.lower().replace("_", "-") for name in UNITS]
    close = suggest(text.strip().lower(), names)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise ArgumentTypeError(f"expected one of {', '.join(names)}, not {text!r}{hint}")


def _whole_numbers(text: str, what: str, example: str) -> list[int]:
    parts = [part for part in re.split(r"\s*,\s*|\s+", text.strip()) if part]
    if parts and all(re.fullmatch(r"\d{1,18}", part, re.ASCII) and int(part) for part in parts):
        return [int(part) for part in parts]
    raise ArgumentTypeError(f"expected {what}, with commas between them as in {example}; not {text!r}")


def _plainer(text: str) -> str:
    """How a number is to be written that has a currency or a separator in it; empty where that is not what is wrong."""
    bare = re.sub(_CURRENCY, "", text).strip()
    separated = re.fullmatch(_THOUSANDS, bare)
    plain = re.sub(r"[,'\s_]", "", bare)
    if separated and re.search(r"\.\d{3}(?:[.,]|$)", bare):  # 1.000,50: the comma is the decimal point
        plain = bare.replace(".", "").replace(",", ".")
    if plain == text or not re.fullmatch(_NUMBER, plain) or not (separated or re.fullmatch(_NUMBER, bare)):
        return ""
    return f"; write {plain}"


def _no_day(text: str) -> str:
    return f"expected a day written like 2024-01-31, not {text!r}"


def _days_of(text: str) -> list[str]:
    """The days that a text with slashes, dots or hyphens can mean, as they are to be written."""
    from datetime import date

    found = re.fullmatch(_WRITTEN_DAY, text)
    if found is None:
        return []
    first, second, third = map(int, found.groups())
    if len(found[1]) == 4:
        tried = [(first, second, third)]
    else:
        year = third if len(found[3]) == 4 else 2000 + third
        tried = [(year, second, first), (year, first, second)]
    days: dict[str, None] = {}
    for one in tried:
        try:
            days[date(*one).isoformat()] = None
        except ValueError:
            continue
    return list(days)
