"""A file as a frame of polars: the columns that are read, named as in rules and typed as rules read them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, cast

from targetexpr.base.errors import InputError
from targetexpr.records.cells import NULLS, boolean_of, date_of, number_of
from targetexpr.records.columns import ColumnPlace, reads_name
from targetexpr.records.dialect import Dialect
from targetexpr.records.formats import Format, format_of
from targetexpr.records.open_table import open_table
from targetexpr.records.sources import begun, needed_library
from targetexpr.records.table_options import TableOptions
from targetexpr.records.table_records import LaidOutTable, laid_out

if TYPE_CHECKING:
    import polars as pl

_MOST_DIGITS = 15  # of a decimal that every float of 64 bits keeps
_MOST_SAMPLES = 3


_QUOTED = re.compile(rb'"(?:[^"]|"")*+"(?=[^"\w \-]|\Z)')
"""A quoted cell: what follows is a delimiter or the end of the line, as far as a byte tells."""


class NotScannable(InputError):
    """Data that has to be read by row: JSON, rows of other widths than the heading's, what polars cannot read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A table as columns."""

    frame: pl.LazyFrame  # of columns such as `currentTxn.value`
    told: tuple[str, ...]  # what was found of how it is written
    misfits: tuple[str, ...] = ()  # what does not fit: it reads null


def scan(path: str, options: TableOptions) -> Scan:
    """The columns of a table that are read, by their names in rules, as a frame that is lazy where the format allows.

    Text is read as in the row by row reading: numbers become floats where each has at most 15 digits, else they stay
    text in plain digits, and dates become ISO texts. Raises InputError for a table without a column that is needed, and
    NotScannable for what has to be read by row.
    """
    polars, pyarrow = (needed_library(one, path, "a table") for one in ("polars", "pyarrow"))
    try:
        with open(path, "rb") as file:
            head, stream, again = begun(path, file, again=file.seekable())
            found = format_of(head, path)
            if found == "json":
                raise NotScannable(f"{path} is JSON; its records are read by row")
            ready = laid_out(open_table(path, found, head, stream, again=again, options=options), options)
            stream.seek(0) if again else None
            try:
                return _scanned(path, found, ready, options)
            except (polars.exceptions.PolarsError, pyarrow.ArrowException) as error:
                raise NotScannable(f"{path}: {str(error).splitlines()[0]}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _scanned(path: str, found: Format, ready: LaidOutTable, options: TableOptions) -> Scan:
    import polars as pl

    places = {one.name: one for one in ready.placement.places if reads_name(one, options.reads)}
    told, misfits = tuple(ready.found), list[str]()
    if found != "csv":
        frame = _typed_frame(path, found, ready)
        chosen = [pl.col(one.heading).alias(name) for name, one in places.items()]
        return Scan(frame=frame.select(chosen), told=told)
    text = _text_frame(path, ready.dialect, [one.heading for one in places.values()], ready.table.headings)
    series = [_converted(text[one.heading], one, ready.dialect, misfits).alias(name) for name, one in places.items()]
    return Scan(frame=pl.DataFrame(series).lazy(), told=told, misfits=tuple(misfits))


def _typed_frame(path: str, found: Format, ready: LaidOutTable) -> pl.LazyFrame:
    import polars as pl

    if found == "parquet" and _is_plain(path):
        return pl.scan_parquet(path)
    rows = list(ready.table.rows)
    if any(row.problem is not None for row in rows):
        raise NotScannable(f"{path} is damaged; what can be read of it is read by row")
    cells = {name: [row.cells[at] for row in rows] for at, name in enumerate(ready.table.headings)}
    return pl.DataFrame(cells, infer_schema_length=None).lazy()


def _is_plain(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"PAR1"


def _text_frame(path: str, dialect: Dialect, wanted: list[str], headings: tuple[str, ...]) -> pl.DataFrame:
    """The columns of text, empty cells null."""
    import polars as pl

    with open(path, "rb") as file:
        _, stream, _ = begun(path, file, again=file.seekable())
        data = stream.read()
    if dialect.encoding != "utf-8-sig":
        data = _utf_8(data, dialect)
    if b'"' in data and b'"' in _QUOTED.sub(b"", data):
        raise NotScannable(f"{path}: a quote stands inside of a cell; its rows are read one by one")
    # The reader of Arrow refuses rows of other widths than the heading's, which that of polars fills up in silence.
    arrow = needed_library("pyarrow.csv", path, "CSV")
    table = arrow.read_csv(
        BytesIO(data),
        read_options=arrow.ReadOptions(column_names=list(headings), skip_rows=dialect.header or 0),
        parse_options=arrow.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
        convert_options=arrow.ConvertOptions(
            include_columns=list(dict.fromkeys(wanted)),
            column_types=dict.fromkeys(wanted, "string"),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return cast("pl.DataFrame", pl.from_arrow(table))


def _utf_8(data: bytes, dialect: Dialect) -> bytes:
    encoding = dialect.encoding or "utf-8"
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise NotScannable(f"not valid {encoding}: {error.reason}") from None


def _converted(column: pl.Series, place: ColumnPlace, dialect: Dialect, misfits: list[str]) -> pl.Series:
    """A column of text as what it is read as; each text that is no plain value is looked at once."""
    match place.kind:
        case "number":
            return _numbers(column, place, dialect, misfits)
        case "date":
            order = dialect.dates
            return _by_text(column, place, lambda text: date_of(text, order), misfits)
        case "boolean":
            return _by_text(column, place, _truth, misfits)
        case _:
            return column


def _truth(text: str) -> str | None:
    found = boolean_of(text)
    return None if found is None else str(found).lower()


def _numbers(column: pl.Series, place: ColumnPlace, dialect: Dialect, misfits: list[str]) -> pl.Series:
    import polars as pl

    decimal = dialect.decimal
    if decimal == "comma" or not column.drop_nulls().str.contains(r"^-?[0-9]{1,15}(\.[0-9]*)?$").all():
        column = _by_text(column, place, lambda text: _plain_digits(number_of(text, decimal)), misfits)
    digits = column.str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars().max()
    return column if isinstance(digits, int) and digits > _MOST_DIGITS else column.cast(pl.Float64)


def _plain_digits(number: object) -> str | None:
    from decimal import Decimal

    return None if number is None else format(Decimal(str(number)), "f")


def _by_text(column: pl.Series, place: ColumnPlace, read: Callable[[str], object], misfits: list[str]) -> pl.Series:
    import polars as pl

    texts: list[str] = column.drop_nulls().unique().to_list()
    read_as = {text: None if (value := read(text)) is None else str(value) for text in texts}
    bad = [text for text, value in read_as.items() if value is None and text.strip().lower() not in {"", *NULLS}]
    if bad:
        count = int(column.is_in(bad).sum())
        shown = ", ".join(f'"{text}"' for text in sorted(bad)[:_MOST_SAMPLES])
        misfits.append(f"column `{place.heading}` ({place.name}): {count:,} read as null, such as {shown}")
    return column.replace_strict(read_as, return_dtype=pl.String)
