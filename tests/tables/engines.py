"""The engines that tables run on: a frame as the kind of table that an engine has, and its verdicts as a list."""

from __future__ import annotations

from functools import cache
from typing import Literal

import duckdb
import polars as pl

from targetexpr.tables.verdicts import Verdicts

Engine = Literal["polars", "lazy", "duckdb"]
ENGINES: tuple[Engine, ...] = ("polars", "lazy", "duckdb")
"""Of a lazy frame, facts are guessed from a sample and checked beside the verdicts."""


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for all tests."""
    made = duckdb.connect()
    made.execute("SET threads = 2")
    return made


def table_of(engine: Engine, frame: pl.DataFrame) -> object:
    """The frame, or a relation of the same rows."""
    if engine == "duckdb":
        return connection().from_arrow(frame.to_arrow())
    return frame if engine == "polars" else frame.lazy()


def engines_for(frame: pl.DataFrame) -> tuple[Engine, ...]:
    """The engines that have columns of those types."""
    return ENGINES[:2] if {pl.Object, pl.Int128} & set(frame.dtypes) else ENGINES


def column(verdicts: Verdicts[object, object]) -> list[object]:
    """The verdict of each row."""
    found = verdicts.column
    if isinstance(found, pl.Series):
        return found.to_list()
    assert isinstance(found, duckdb.DuckDBPyRelation)
    return [verdict for (verdict,) in found.fetchall()]


def height(rows: object) -> int:
    """How many rows a table has."""
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect()
    assert isinstance(rows, pl.DataFrame | duckdb.DuckDBPyRelation)
    return len(rows)
