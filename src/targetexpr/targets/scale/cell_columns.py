"""A column of cells of text as SQL reads it, and the rows whose cell a column of its type does not hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from targetexpr.lang.schema.schema import Schema
from targetexpr.records.close import known_types
from targetexpr.records.columns import ColumnPlace
from targetexpr.records.dialect import Dialect
from targetexpr.records.table_cells import ColumnCells
from targetexpr.records.typed_columns import ISO_DATE, MOST_DIGITS, PLAIN_NUMBER, Typing
from targetexpr.targets.scale.instants import Instants
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.staged_members import Kind

if TYPE_CHECKING:
    import polars as pl

Lines: TypeAlias = Callable[[int], int]
"""The line that a row begins in."""

_SECONDS = 10**11
"""Dates that are smaller numbers may be seconds: that is told of each."""


class CellColumn:
    """Reads a column. Of one that is not staged, `kind` is None: what does not fit its cells is told all the same."""

    def __init__(
        self,
        cells: ColumnCells,
        kind: Kind | None,
        dialect: Dialect,
        schema: Schema,
        dates: Instants,
        *,
        unit: str,
        apart: bool,
    ) -> None:
        self.cells = cells
        self.kind = kind
        self._apart = apart  # whether rows with line items are read by themselves
        self._typing = Typing(dialect, known_types(schema))
        self._dates = dates
        self._unit = unit

    @property
    def place(self) -> ColumnPlace:
        """Which column it is, and what it means."""
        return self.cells.place

    def read(self, texts: pl.Series, lines: Lines) -> tuple[pl.Series | None, pl.Series | None]:
        """The values, where they are staged, and which rows are read by themselves, where there are some."""
        values, aside = self._read(texts, lines)
        if self.kind is None:
            return None, None
        assert values is not None
        return None if self._apart and self.kind == "lines" else values.alias(self.place.name), aside

    def _read(self, texts: pl.Series, lines: Lines) -> tuple[pl.Series | None, pl.Series | None]:
        kind = self.place.kind
        if kind in ("list", "object", "result"):
            return self._of_lists(texts, lines)
        if kind in ("string", "id", "scalar"):
            return self._numbers(texts) if self.kind == "number" else (texts, None)
        if self.kind == "text":  # of numbers, dates or truths that are read as such is no text
            raise NotSql([f"`{self.place.name}` is read as values of several kinds."])
        if kind == "date":
            return self._of_dates(texts, lines)
        found = self._typing.column(texts, self.cells)
        if kind == "boolean":
            return self._of_truths(texts, found, lines)
        return (found, None) if found is not None else self._of_numbers(texts, lines)

    def _numbers(self, texts: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Texts that stay what they are: the evaluation reads plain numbers in them."""
        import polars as pl

        plain = _is_plain(texts)
        if plain.all():
            return texts.cast(pl.Float64), None
        return texts.zip_with(plain, _nulls(texts)).cast(pl.Float64), ~plain

    def _of_numbers(self, texts: pl.Series, lines: Lines) -> tuple[pl.Series, pl.Series | None]:
        import polars as pl

        plain = _is_plain(texts)
        places = (~plain).arg_true()
        values: list[float | None] = []
        beside: list[int] = []
        for place, value in self._values(texts, places, lines):
            number = None
            if isinstance(value, int | float) and not isinstance(value, bool) and is_short(value):
                number = float(value)
            elif value is not None:
                beside.append(place)
            values.append(number)
        read = (
            texts.zip_with(plain, _nulls(texts)).cast(pl.Float64).scatter(places, pl.Series(values, dtype=pl.Float64))
        )
        return read, _marks(len(texts), beside)

    def _of_truths(self, texts: pl.Series, found: pl.Series | None, lines: Lines) -> tuple[pl.Series, pl.Series | None]:
        import polars as pl

        if found is not None:
            return found.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean), None
        truths: list[bool | None] = [None] * len(texts)
        beside: list[int] = []
        for place, value in self._values(texts, texts.is_not_null().arg_true(), lines):
            if isinstance(value, bool):
                truths[place] = value
            elif value is not None:
                beside.append(place)
        return pl.Series(truths, dtype=pl.Boolean), _marks(len(texts), beside)

    def _of_dates(self, texts: pl.Series, lines: Lines) -> tuple[pl.Series, pl.Series | None]:
        """Instants; of records' own dates null where there is none, of others such rows are read by themselves."""
        import polars as pl

        found = self._typing.column(texts, self.cells)
        if found is not None:
            made = self._dates.of(found)
            if made.null_count() == found.null_count():
                return made, None
        made = self._dates.of(texts.zip_with(texts.str.contains(ISO_DATE), _nulls(texts)))
        places = (texts.is_not_null() & made.is_null()).arg_true()
        read = []
        for _, value in self._values(texts, places, lines):
            if isinstance(value, int) and 0 < value < _SECONDS:
                raise NotSql([f"There are dates in `{self.place.name}` that are numbers and may be seconds."])
            read.append((value, self._dates.one(value)))
        made = made.scatter(places, pl.Series([at for _, at in read], dtype=made.dtype))
        beside = [place for place, (value, at) in zip(places, read, strict=True) if value is not None and at is None]
        return made, _marks(len(texts), beside) if len(self.place.place) > 1 else None

    def _of_lists(self, texts: pl.Series, lines: Lines) -> tuple[pl.Series | None, pl.Series | None]:
        """Whether there is a list: an empty one stands for it. What is none is left to the reading by row."""
        import polars as pl

        there: list[list[bool] | None] = [None] * len(texts)
        beside: list[int] = []
        for place, value in self._values(texts, texts.is_not_null().arg_true(), lines):
            there[place] = None if value is None else []
            if value is not None and (self._apart or not isinstance(value, list)):
                beside.append(place)
        return pl.Series(there, dtype=pl.List(pl.Boolean)), _marks(len(texts), beside)

    def _values(self, texts: pl.Series, places: pl.Series, lines: Lines) -> list[tuple[int, object]]:
        """Some cells as rows read them, in their order; what does not fit is taken down."""
        return [
            (place, self.cells.value(text, lines(place), self._unit))
            for place, text in zip(places.to_list(), texts.gather(places).to_list(), strict=True)
        ]


def _nulls(texts: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series([None], dtype=pl.String).new_from_index(0, len(texts))


def _is_plain(texts: pl.Series) -> pl.Series:
    """Which texts are numbers whose digits a float keeps, whoever reads them; nulls as well."""
    plain = texts.str.contains(PLAIN_NUMBER).fill_null(True)
    longest = texts.str.len_bytes().max()
    if isinstance(longest, int) and longest > MOST_DIGITS:
        digits = texts.str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_bytes()
        plain = plain & (digits <= MOST_DIGITS).fill_null(True)
    return plain


def is_short(value: float) -> bool:
    """Whether a number has so few digits that a float keeps them, and is no power out of sight."""
    written = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return (
        written.is_finite() and len(written.as_tuple().digits) <= MOST_DIGITS and abs(written.adjusted()) <= MOST_DIGITS
    )


def _marks(count: int, places: list[int]) -> pl.Series | None:
    """A truth for each row: true at these places. None where there are none."""
    import polars as pl

    if not places:
        return None
    return pl.Series([False]).new_from_index(0, count).scatter(places, True)
