"""Columns of cells as rules read them, where all cells of a column are plain; the others are left to the row reader."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from targetexpr.records.close import known_types
from targetexpr.records.columns import ColumnPlace
from targetexpr.records.dialect import Dialect
from targetexpr.records.table_cells import ColumnCells
from targetexpr.records.table_options import TableOptions

if TYPE_CHECKING:
    import polars as pl

    from targetexpr.records.table_records import TableRecords

MOST_DIGITS = 15  # of a decimal that every float of 64 bits keeps
PLAIN_NUMBER = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,14})?$"
_GROUPED = {
    "point": (r"^-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,14})?$", ",", "."),
    "comma": (r"^-?(?:0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,[0-9]{1,14})?$", ".", ","),
}
ISO_DATE = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?$"
)
_ODD_TIME = r"^(?:000[01]|9999)|:60"
"""In ISO texts, years at the ends of the calendar and seconds that only other readers know."""


class _TimeForm(NamedTuple):
    pattern: str  # of the texts
    written: str  # as polars has it
    zone: str  # "", "Z" or "offset"


def _time_forms() -> Iterator[_TimeForm]:
    yield _TimeForm("^.{10}$", "%Y-%m-%d", "")
    ends = (("", ""), ("Z", "Z"), ("(?:[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])", "offset"))
    for mark in ("T", " "):
        for pattern, seconds in (("", ""), (r":[0-9]{2}(?:\.[0-9]+)?", ":%S%.f")):
            for end, zone in ends:
                moment = f"%Y-%m-%d{mark}%H:%M{seconds}{'%:z' if zone == 'offset' else ''}"
                yield _TimeForm(f"^.{{10}}{mark}.{{5}}{pattern}{end}$", moment, zone)


_TIMES = tuple(_time_forms())
"""The forms of ISO texts; a column of one form is read as a whole."""


class TypedColumns:
    """Which columns of a table a rule needs, and what is made of their cells. None of them is read by more than one."""

    def __init__(self, making: TableRecords, options: TableOptions) -> None:
        self._typing = Typing(making.ready.dialect, known_types(options.schema))
        self._cells = {one.place.name: one for one in making.cells}
        self.read, self.looked_at = _chosen(making, options) or ({}, {})
        self.possible = bool(self.read)

    def frame(self, columns: Mapping[int, pl.Series]) -> pl.DataFrame | None:
        """The columns that are read, by their names in rules, of columns by place; None where a cell is not plain."""
        import polars as pl

        found: list[pl.Series] = []
        for name, place in {**self.read, **self.looked_at}.items():
            series = self._typing.column(columns[place.index], self._cells[name])
            if series is None:
                return None
            if name in self.read:
                found.append(as_times(series) if place.kind == "date" else series)
                found[-1] = found[-1].alias(name)
        return pl.DataFrame(found)


class Typing:
    """Makes columns of cells what rows read in them."""

    def __init__(self, dialect: Dialect, types: frozenset[str]) -> None:
        self._dialect = dialect
        self._types = types

    def column(self, column: pl.Series, cells: ColumnCells) -> pl.Series | None:
        """A column of which each cell is read as rows read it; None where one is not plain."""
        import polars as pl

        kind = cells.place.kind
        if isinstance(column.dtype, pl.Categorical | pl.Enum):
            column = column.cast(pl.String)
        if column.dtype == pl.String:
            return self._text(column, cells)
        if column.dtype in (pl.Float64, pl.Float32, pl.Boolean, pl.Null) or isinstance(column.dtype, pl.Decimal):
            return column if kind in ("number", "boolean", "scalar") or column.dtype == pl.Null else None
        if column.dtype.is_integer():
            return column if kind in ("number", "string", "id", "scalar") else None
        if isinstance(column.dtype, pl.Datetime):
            return column.dt.cast_time_unit("us") if kind == "date" else None
        return column if column.dtype == pl.Date and kind == "date" else None

    def _text(self, column: pl.Series, cells: ColumnCells) -> pl.Series | None:
        if (column == "").any():
            column = column.replace("", None)
        match cells.place.kind:
            case "number":
                return self._numbers(column, cells)
            case "date":
                if column.str.contains(ISO_DATE).all(ignore_nulls=True):
                    return column
                return _by_text(column, cells)
            case "boolean":
                return _by_text(column, cells)
        if cells.place.name == "type" and not self._types.issuperset(column.drop_nulls().unique().to_list()):
            return None
        return column

    def _numbers(self, column: pl.Series, cells: ColumnCells) -> pl.Series | None:
        import polars as pl

        decimal = self._dialect.decimal
        if decimal == "comma" or not column.str.contains(PLAIN_NUMBER).all(ignore_nulls=True):
            pattern, group, mark = _GROUPED[decimal or "point"]
            plain = (
                column.str.contains(PLAIN_NUMBER) if decimal != "comma" else pl.repeat(False, len(column), eager=True)
            )
            if decimal is not None and (plain | column.str.contains(pattern)).all(ignore_nulls=True):
                column = column.str.replace_all(group, "", literal=True).str.replace(mark, ".", literal=True)
            else:
                read = _by_text(column, cells)
                if read is None:
                    return None
                column = read
        digits = column.str.len_bytes().max()
        if isinstance(digits, int) and digits > MOST_DIGITS:  # count them
            digits = column.str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_bytes().max()
            if isinstance(digits, int) and digits > MOST_DIGITS:
                return None
        return column.cast(pl.Float64)


def _by_text(column: pl.Series, cells: ColumnCells) -> pl.Series | None:
    """Each text of a column read once, as rows read it. None where one does not fit, or is an instant as a number."""
    import polars as pl

    texts: list[str] = column.drop_nulls().unique(maintain_order=True).to_list()
    made: dict[str, str | None] = {}
    for text in texts:
        value = cells.read(text)
        if value is None:
            if text.strip():
                return None
            made[text] = None
        elif cells.place.kind == "number":
            from decimal import Decimal

            made[text] = format(Decimal(str(value)), "f")
        elif isinstance(value, int) and not isinstance(value, bool):
            return None
        else:
            made[text] = str(value).lower() if isinstance(value, bool) else str(value)
    return column.replace_strict(made, return_dtype=pl.String)


def as_times(column: pl.Series) -> pl.Series:
    """ISO texts that are all of one form as times, which rules need not read row by row; others as they are."""
    import polars as pl

    texts = column.drop_nulls() if column.dtype == pl.String else None
    if texts is None or not len(texts) or texts.str.contains(_ODD_TIME).any():
        return column
    first = str(texts[0])
    form = next((one for one in _TIMES if re.match(one.pattern, first) is not None), None)
    if form is None or not texts.str.contains(form.pattern).all():
        return column
    bare = column.str.strip_suffix("Z") if form.zone == "Z" else column
    moments = pl.Datetime("us", "UTC" if form.zone == "offset" else None)
    found = bare.str.strptime(moments, form.written, strict=False)
    if found.null_count() != column.null_count():
        return column  # a day that is none, which rules tell
    return found.dt.replace_time_zone("UTC") if form.zone == "Z" else found


def _chosen(
    making: TableRecords, options: TableOptions
) -> tuple[dict[str, ColumnPlace], dict[str, ColumnPlace]] | None:
    """The columns that are read, and those at which only a look is taken. None where rows say more than columns."""
    placed = making.ready.placement.places
    if any(one.kind in ("list", "object", "result") or len(one.place) > 2 for one in placed):
        return None
    if any("." in name for name in options.constants):
        return None
    names = set()
    for read in options.reads.reads:
        if read.arguments is not None:
            return None
        names.add(f"{read.profile}.{read.name}")
    found = {one.name: one for one in placed}
    if not names or not names <= found.keys():
        return None
    looked_at = {
        one.name: one
        for one in found.values()
        if one.name not in names and (one.kind == "date" or (len(one.place) == 1 and _is_looked_at(one)))
    }
    return {name: found[name] for name in names}, looked_at


def _is_looked_at(place: ColumnPlace) -> bool:
    """Of a record's own members, those whose cells are read or warned about."""
    return place.name == "type" or place.kind in ("number", "boolean")
