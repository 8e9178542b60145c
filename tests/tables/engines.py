"""The engines that tables run on: a frame as the kind of table that an engine has, and its verdicts as a list."""

from __future__ import annotations

from functools import cache
from typing import Literal

import duckdb
import polars as pl

from targetexpr.tables.verdicts import Verdicts

Engine = Literal["polars", "duckdb"]
ENGINES: tuple[Engine, ...] = ("polars", "duckdb")


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for all tests."""
    made = duckdb.connect()
    made.execute("SET threads = 2")
    return made


def table_of(engine: Engine, frame: pl.DataFrame) -> object:
    """The frame, or a relation of the same rows."""
    return frame if engine == "polars" else connection().from_arrow(frame.to_arrow())


def engines_for(frame: pl.DataFrame) -> tuple[Engine, ...]:
    """The engines that have columns of those types."""
    return ENGINES[:1] if {pl.Object, pl.Int128} & set(frame.dtypes) else ENGINES


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
