"""The statements on a local Spark over Parquet files: each table that they leave is files too, which DuckDB reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from targetexpr.tables.errors import MissingColumns, NotLowerable
from targetexpr.tables.spark_table import SparkTable
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.scale.column_source import ColumnSource, column_source
from targetexpr.targets.scale.columns import TABLES, kind_of, names_of
from targetexpr.targets.scale.database import Database, own_folder
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.results import Setting
from targetexpr.targets.scale.spark_engine import Frame, SparkRun, as_read
from targetexpr.targets.scale.spark_session import FileSession, need_spark, on_spark, said, unreadable
from targetexpr.targets.scale.sql import SqlResults, counts_of, need_sql, opened_database, sql_results
from targetexpr.targets.scale.sql_run import SqlProgress
from targetexpr.targets.scale.sql_source import VIEW
from targetexpr.targets.scale.statements import Statement

if TYPE_CHECKING:
    from targetexpr.records.table_options import TableOptions

_KEPT = frozenset((*TABLES, "streaks", "totals"))
"""The tables of the outcome, and those that it is counted from."""


def evaluate_by_spark(
    setting: Setting, table: object, options: TableOptions, *, memory: int | None = None
) -> SqlResults:
    """The results of Parquet files by the statements on Spark.

    Raises NotSql for what that does not serve, InputError for what lacks a column and for a Spark that fails,
    MissingExtra where there is none.
    """
    tracker = need_sql(setting)
    need_spark()
    folder = own_folder()
    database = opened_database(folder, memory)
    try:
        source = column_source(database.connection, table, options, folder)
        if not source.files:
            raise NotSql(["It reads Parquet files; `evaluate_spark` takes frames of Spark."])

        def work(session: FileSession) -> tuple[SqlProgress, frozenset[str]]:
            frame = _frame(session, database, source, folder)
            run = _FileRun(session, frame, tracker, database, source, folder)
            return run.result(None), _KEPT & run.frames.keys()

        found, outcome = on_spark(work, folder, source.rows, memory)
        for name in outcome:
            files = os.path.join(folder, name, "*.parquet").replace("'", "''")
            counted = [f"CAST({one} AS BIGINT) AS {one}" for one in _integers(name)]
            chosen = f"* REPLACE ({', '.join(counted)})" if counted else "*"
            database.connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {chosen} FROM read_parquet('{files}')")
        return sql_results(setting, found.now, counts_of(found.counts), database, source)
    except (MissingColumns, NotLowerable) as error:
        database.close()
        raise NotSql([error.reason if isinstance(error, NotLowerable) else str(error)]) from None
    except BaseException:
        database.close()
        raise


def _frame(session: FileSession, database: Database, source: ColumnSource, folder: str) -> Frame:
    """The rows under the names that records have. Raises NotSql for columns that Spark reads otherwise."""
    from targetexpr.tables.relation_table import RelationTable

    links = os.path.join(folder, "given")
    os.mkdir(links)
    for number, path in enumerate(source.files):  # Spark would leave out `_bills.parquet`, and take `[1]` for a pattern
        os.symlink(os.path.abspath(path), os.path.join(links, f"{number:06}.parquet"))
    try:
        whole = session.read.parquet(links)
        cells = [f"{_quoted(heading)} AS {_quoted(name)}" for name, heading in source.headings.items()]
        cells += [f"{_literal(value)} AS {_quoted(name)}" for name, value in source.options.constants.items()]
        frame = whole.selectExpr(*cells)
    except unreadable() as error:
        raise NotSql([f"It cannot read the files: {said(error)}."]) from None
    found, wanted = SparkTable(frame).map.types, RelationTable(database.connection.table(VIEW)).map.types
    naive = {name for name, type_ in wanted.items() if (type_.kind, found[name].kind) == ("naive", "instant")}
    for name, type_ in wanted.items():
        if name not in naive and found[name] != type_:
            raise NotSql([f"It has another type for the column of `{name}`."])
    cells = [
        f"CAST({_quoted(name)} AS TIMESTAMP_NTZ) AS {_quoted(name)}" if name in naive else _quoted(name)
        for name in wanted
    ]
    return as_read(frame.selectExpr(*cells))


class _FileRun(SparkRun):
    """One evaluation whose tables are files: what follows from one is planned from these files alone."""

    def __init__(
        self,
        session: FileSession,
        frame: Frame,
        tracker: RecordTracker,
        database: Database,
        source: ColumnSource,
        folder: str,
    ) -> None:
        def records(table: Any) -> Iterator[Mapping[str, object]]:
            return source.records(database.connection.from_arrow(table))

        super().__init__(frame, tracker, records)
        self._files = session
        self._folder = folder

    def fill(self, statement: Statement) -> None:
        """A frame; of files, where others are made from it or it is the outcome."""
        made = self._query(statement.query)
        if statement.name in _KEPT or not statement.lazy:
            path = os.path.join(self._folder, statement.name)
            cast("Any", made).write.parquet(path)
            made = self._files.read.schema(made.schema).parquet(path)
        self.frames[statement.name] = made


def _integers(table: str) -> list[str]:
    """The columns of whole numbers of a table that is handed out."""
    return [name for name in names_of(table) if kind_of(name) == "integer"] if table in TABLES else []


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _literal(value: object) -> str:
    """A text or a number of the map."""
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'" if isinstance(value, str) else escaped
