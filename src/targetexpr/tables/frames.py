"""The kinds of frames that become frames of polars, and how what comes out becomes the kind that was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import polars as pl

from targetexpr.tables.polars_verdicts import Given

Read: TypeAlias = tuple[Given[object, object], pl.DataFrame | pl.LazyFrame] | None
"""How a kind of table is given back, and the table as a frame; None for what is no table."""


def from_polars(frame: object) -> Read:
    """A frame, lazy or not. Verdicts are a Series; rows of a lazy frame are a lazy frame."""
    if isinstance(frame, pl.DataFrame):
        return Given(column=_same, where=frame.filter), frame
    if isinstance(frame, pl.LazyFrame):
        lazy = frame
        return Given(column=_same, where=lambda marked: lazy.filter(pl.lit(marked))), lazy
    return None


def from_arrow(table: object) -> Read:
    """An Arrow table or record batch. Verdicts are an Arrow array."""
    import pyarrow  # type: ignore[import-untyped]

    if not isinstance(table, pyarrow.Table | pyarrow.RecordBatch):
        return None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return Given(column=lambda found: found.to_arrow(), where=lambda marked: table.filter(marked.to_arrow())), frame


def from_pandas(frame: Any) -> Read:
    """A DataFrame of pandas. Verdicts are a Series of type `boolean` with its index; NaN, NA and NaT are null."""
    import pandas  # type: ignore[import-untyped]

    if not isinstance(frame, pandas.DataFrame):
        return None
    converted = pl.DataFrame([_series(str(name), column) for name, column in frame.items()])

    def column(found: pl.Series) -> object:
        return pandas.Series(found.to_list(), index=frame.index, dtype="boolean", name=found.name)

    return Given(column=column, where=lambda marked: frame[marked.to_numpy()]), converted


READERS: Mapping[str, Callable[[object], Read]] = {"polars": from_polars, "pandas": from_pandas, "pyarrow": from_arrow}
"""What reads the frames of a package."""


def as_polars(frame: Any, package: str) -> pl.DataFrame | pl.LazyFrame | None:
    """A table of any of those packages, or a relation of DuckDB, as a frame of polars; None for what is no table."""
    if package in READERS:
        read = READERS[package](frame)
        return None if read is None else read[1]
    import duckdb

    return frame.pl() if isinstance(frame, duckdb.DuckDBPyRelation) else None


def _series(name: str, column: Any) -> pl.Series:
    """A column of pandas; where its values are of several kinds, as objects."""
    try:
        return pl.Series(name, pl.from_pandas(column))
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        return pl.Series(name, column.tolist(), dtype=pl.Object)


def _same(column: pl.Series) -> pl.Series:
    return column
