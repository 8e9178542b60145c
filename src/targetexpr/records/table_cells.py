"""The values of a column as a record has them: text is read as what the rule needs there, misfits are counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from targetexpr.base.nouns import counted
from targetexpr.records.cells import NULLS, boolean_of, date_of, number_of, number_text
from targetexpr.records.columns import ColumnPlace
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.dialect import Dialect

MOST_SAMPLES = 3
"""Misfits of a column that are shown."""

_KINDS = {"number": "a number", "boolean": "true or false", "date": "a date"}


class ColumnCells:
    """Reads the cells of one column; what does not fit stays as it is and is counted."""

    def __init__(self, place: ColumnPlace, dialect: Dialect) -> None:
        self.place = place
        self.misfits = 0
        self.samples: list[str] = []
        self.nulls: dict[str, int] = {}
        self._dialect = dialect
        self._currency: str | None = None
        self._read = self._reader()

    def value(self, raw: object, line: int, unit: str) -> object:
        """The value of a cell of a record. No cell, empty text and NaN are null."""
        if raw is None or raw == "":
            return None
        if type(raw) is not str:
            return self._typed(raw)
        found = self._read(raw)
        if found is not None:
            return found
        word = raw.strip()
        if not word:
            return None
        if word.lower() in NULLS and self.place.kind in _KINDS:
            self.nulls[word] = self.nulls.get(word, 0) + 1
            return None
        self.misfits += 1
        if len(self.samples) < MOST_SAMPLES:
            shown = raw if len(raw) <= 40 else f"{raw[:37]}..."
            self.samples.append(f'"{shown}" in {unit} {line:,}')
        return raw

    def read(self, text: str) -> object:
        """What is read of a text; None for what does not fit."""
        return self._read(text)

    def sentences(self) -> list[str]:
        """What to tell of the column when all its cells are read."""
        named = f"column `{self.place.heading}` ({self.place.name})"
        said = []
        if self.nulls:
            words = ", ".join(f"`{word}` ({count:,})" for word, count in self.nulls.items())
            said.append(f"{named}: {words} read as null")
        if self.misfits:
            what = _KINDS.get(self.place.kind, "JSON")
            verb = "is" if self.misfits == 1 else "are"
            more = ", ..." if self.misfits > len(self.samples) else ""
            what = what if self.misfits == 1 else {"a number": "numbers", "a date": "dates"}.get(what, what)
            cells = counted(self.misfits, "value")
            hint = self._hint()
            said.append(f"{named}: {cells} {verb} not {what}: {', '.join(self.samples)}{more}{hint}")
        return said

    def _hint(self) -> str:
        """What to say of the table, where the beginning did not show how it is written."""
        if self.place.kind == "number" and self._dialect.decimal is None and any("," in one for one in self.samples):
            return "; --read decimal=point or decimal=comma says what the comma is"
        if self.place.kind == "date" and self._dialect.dates is None and any("/" in one for one in self.samples):
            return "; --read dates=day-first or dates=month-first says what comes first"
        return ""

    @property
    def currency(self) -> str | None:
        """The currency sign that was left out of its numbers."""
        return self._currency

    def _reader(self) -> Callable[[str], object]:
        kind = self.place.kind
        match kind:
            case "number":
                return self._number
            case "date":
                order = self._dialect.dates
                return lambda text: date_of(text, order)
            case "boolean":
                return boolean_of
            case "list" | "object" | "result":
                return _json_or_text
            case "string" | "scalar" | "id":
                return lambda text: text
            case _:
                assert_never(kind)

    def _number(self, text: str) -> object:
        found = number_of(text, self._dialect.decimal)
        if found is None or (text[-1:].isdigit() and text[:1].isdigit()):
            return found
        parts = number_text(text)
        sign = "" if parts is None else parts.currency
        if sign and self._currency is None:
            self._currency = sign
        return found if not sign or sign == self._currency else None  # of two currencies no sum is one

    def _typed(self, raw: object) -> object:
        """A value of a table that has types."""
        match raw:
            case float():
                if raw != raw:
                    return None
                textual = self.place.kind in ("string", "id")
                return int(raw) if textual and raw.is_integer() and abs(raw) < 2**53 else raw
            case Decimal():
                return int(raw) if self.place.kind in ("string", "id") and raw == raw.to_integral_value() else raw
            case datetime() | date() | bool() | int():
                return raw
            case list() | dict():
                return _without_nan(raw)
            case _:
                return raw


def _json_or_text(text: str) -> object:
    """A cell that holds JSON, as line items do; other text as it is."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return decode(text)
        except DecodeError:
            return None
    return text


def _without_nan(value: object) -> object:
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, list):
        return _as_map(value) if value and isinstance(value[0], tuple) else [_without_nan(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    return value


def _as_map(pairs: list[tuple[object, object]]) -> dict[str, object]:
    """A map of Arrow, which comes as pairs."""
    return {str(key): _without_nan(one) for key, one in pairs}
