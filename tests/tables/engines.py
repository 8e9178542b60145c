"""The engines that tables run on: a frame as the kind of table that an engine has, and its verdicts as a list."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Literal

import duckdb
import polars as pl

from targetexpr.tables.verdicts import Verdicts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Engine = Literal["polars", "lazy", "duckdb", "spark"]
ENGINES: tuple[Engine, ...] = ("polars", "lazy", "duckdb")
"""Of a lazy frame, facts are guessed from a sample and checked beside the verdicts.

Spark takes long to start, and for each query: tests with the marker `spark` ask for it by its name.
"""


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One for all tests."""
    made = duckdb.connect()
    made.execute("SET threads = 2")
    return made


@cache
def spark() -> SparkSession:
    """A local Spark, one for all tests. Its clock is not that of any test."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "Asia/Tokyo",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def table_of(engine: Engine, frame: pl.DataFrame) -> object:
    """The frame, or a relation of the same rows."""
    if engine == "spark":
        return _spark_frame(frame)
    if engine == "duckdb":
        return connection().from_arrow(frame.to_arrow())
    return frame if engine == "polars" else frame.lazy()


def _spark_frame(frame: pl.DataFrame) -> object:
    """Spark takes times without a zone for instants by the clock of the session; they are what the clock showed."""
    naive = {name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime) and dtype.time_zone is None}
    cells = [f"CAST(`{name}` AS TIMESTAMP_NTZ) AS `{name}`" if name in naive else f"`{name}`" for name in frame.columns]
    return spark().createDataFrame(frame.to_arrow()).selectExpr(*cells)


def engines_for(frame: pl.DataFrame) -> tuple[Engine, ...]:
    """The engines that have columns of those types."""
    return ENGINES[:2] if {pl.Object, pl.Int128} & set(frame.dtypes) else ENGINES


def column(verdicts: Verdicts[object, object]) -> list[object]:
    """The verdict of each row."""
    found = verdicts.column
    if isinstance(found, pl.Series):
        return found.to_list()
    if isinstance(found, duckdb.DuckDBPyRelation):
        return [verdict for (verdict,) in found.fetchall()]
    return [verdict for (verdict,) in found.collect()]  # type: ignore[attr-defined]


def height(rows: object) -> int:
    """How many rows a table has."""
    if isinstance(rows, pl.LazyFrame):
        rows = rows.collect()
    assert isinstance(rows, pl.DataFrame | duckdb.DuckDBPyRelation)
    return len(rows)
