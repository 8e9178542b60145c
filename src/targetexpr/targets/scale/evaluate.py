"""Evaluating a group over a table of any size: which engine does it, and what comes out."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from targetexpr.tables.errors import TableError
from targetexpr.targets.evaluation import Progress
from targetexpr.targets.model.envelope import build_group
from targetexpr.targets.model.group import TargetGroup
from targetexpr.targets.progress.enrolment import Enrolment
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.results import Reported
from targetexpr.targets.progress.windows import ReturnPolicy
from targetexpr.targets.reports.customer import CustomerReport, customer_report
from targetexpr.targets.reports.simulation import Summary
from targetexpr.targets.reports.tables import Row
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.database import memory_of
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.part import Options
from targetexpr.targets.scale.partitions import PartitionedTracker
from targetexpr.targets.scale.results import DatabaseResults, Results, Setting
from targetexpr.targets.scale.source import records_of, table_options
from targetexpr.targets.scale.spark_files import evaluate_by_spark
from targetexpr.targets.scale.sql import evaluate_by_sql

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from targetexpr.lang.schema.schema import Schema
    from targetexpr.records.table_options import TableOptions
    from targetexpr.tables.mapping import ColumnNames

Engine: TypeAlias = Literal["auto", "sql", "spark", "partitions"]
"""How a table is evaluated: by SQL, here or on Spark, by parts of its customers, or by SQL where that is exact."""

ENGINES = get_args(Engine)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOfTable(Progress):
    """One customer of a table: the progress as `evaluate` has it, and the story of each record."""

    story: CustomerReport


class ProgressTable:
    """One table of a result: its rows are in the order of customers."""

    def __init__(self, results: Results, name: str) -> None:
        self._results = results
        self._name = name

    def __repr__(self) -> str:
        return f"<table {self._name} of a TableProgress>"

    def rows(self) -> Iterator[Row]:
        """The rows as dicts, one after the other: those of `Progress.tables()`."""
        return self._results.rows(self._name)

    def arrow(self) -> Any:
        """A table of Arrow. Figures are decimals; text where one has more than 38 digits."""
        return self._results.arrow(self._name)

    def polars(self) -> pl.DataFrame:
        """A frame of polars."""
        import polars as pl

        found = pl.from_arrow(self.arrow())
        assert isinstance(found, pl.DataFrame)
        return found

    def duckdb(self) -> duckdb.DuckDBPyRelation:
        """A relation of DuckDB, which is read when it is used: as long as the result is not closed."""
        if isinstance(self._results, DatabaseResults):
            return self._results.relation(self._name)
        import duckdb

        return duckdb.connect().from_arrow(self.arrow())


class TableProgress:
    """What an evaluation of a table found out. Made by `evaluate_table`.

    `periods`, `levels`, `customers`, `unified`, `grants` and `reported` are tables; `contributions` is one where they
    were asked for. It may hold records on disk until it is closed: by `close`, by the end of a `with` block, or by the
    end of its life.
    """

    def __init__(self, results: Results, *, engine: str, reason: str | None, unread: int = 0) -> None:
        self._results = results
        self.engine = engine
        """How it was worked out."""
        self.reason = reason
        """Why that engine, where another one would be faster; None where there is nothing to say."""
        self.unread = unread
        """How many records of the table could not be read; each was told."""
        self.periods = ProgressTable(results, "periods")
        self.contributions = ProgressTable(results, "contributions")
        self.levels = ProgressTable(results, "levels")
        self.customers = ProgressTable(results, "customers")
        self.unified = ProgressTable(results, "unified")
        self.grants = ProgressTable(results, "grants")
        self.reported = ProgressTable(results, "reported")
        self._end = weakref.finalize(self, results.close)

    def table(self, name: str) -> ProgressTable:
        """A table by its name."""
        if name not in TABLES:
            raise ValueError(f"there is no table {name!r}; there are {', '.join(TABLES)}")
        return ProgressTable(self._results, name)

    @property
    def plan(self) -> EvaluationPlan:
        """The plan of the group."""
        return self._results.setting.plan

    @property
    def now(self) -> datetime | None:
        """The instant of the evaluation on the local clock; None without any record."""
        now = self._results.now
        return None if now is None else now.astimezone(self.plan.zone)

    @property
    def counts(self) -> Reported:
        """How many records counted nothing as they should: `later`, `not_enrolled`, `out_of_scope`,
        `outside_periods`; its `records` are in the table `reported`."""
        return self._results.counts

    def summary(self) -> Summary:
        """Levels, runs, periods and caps, counted over all customers."""
        return self._results.summary()

    def set_aside(self) -> Reported:
        """What was set aside with its records, as `Progress.reported` has it."""
        return self._results.reported()

    def customer(self, id: str) -> CustomerOfTable:
        """One customer as `evaluate` has it, with the story of each record. Reads that customer's records only.

        Raises KeyError for one who takes no part, with close names.
        """
        tracker, progress, records = self._results.customer(id)
        return CustomerOfTable(
            plan=progress.plan,
            now=progress.now,
            customers=progress.customers,
            reported=progress.reported,
            story=customer_report(tracker, progress, records, id),
        )

    def close(self) -> None:
        """Removes what is held on disk."""
        self._end()

    def __enter__(self) -> TableProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def evaluate_table(
    group: TargetGroup | Mapping[str, object],
    table: object,
    *,
    engine: Engine = "auto",
    timezone: str = "UTC",
    now: object = None,
    returns: ReturnPolicy | None = None,
    enrolment: Enrolment | None = None,
    schema: Schema | None = None,
    drop_unfinished: bool = True,
    columns: ColumnNames | None = None,
    memory: int | str | None = None,
    processes: int | None = None,
    contributions: bool = False,
    state: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] | None = None,
    tell: Callable[[str], None] | None = None,
) -> TableProgress:
    """Who would have earned what, over a table of any size: the answers of `evaluate`, as tables.

    `table` is the path of a file, of a folder or a pattern of files, a list of paths, a frame of polars or pandas, a
    table of Arrow or a relation of DuckDB. Its columns are the members of records, `id`, `customerId`, `type`, `date`,
    and those of profiles, `currentTxn.value`; `columns` says what they are where their names do not, as a dict or as
    the path of a map (`targetexpr data map`). The other options are those of `evaluate`.

    With `engine="auto"` statements of SQL do it on DuckDB, over frames, Parquet files, and CSV and JSON Lines, which
    are staged in a temporary folder as typed columns, wherever they are exact; what they do not serve goes by
    `partitions`, and the result's `engine` and `reason` say so: records go by customer to files in a temporary folder,
    and parts of the customers to worker processes, `processes` of them, by default one per core; few records are
    evaluated at once in this process. `memory` limits what the database takes, in bytes or as `"2GiB"`; it goes to disk
    beyond.
    With `engine="spark"` the same statements run on the local Spark of this process, or on one that is started for them
    and ended, over Parquet files; `memory` is then the heap of its own process, where it is started.
    `contributions` keeps the table of each record's contribution as well. `state` is a file to which the records are
    added: the results are those of all records in it, and the next day's are added in the time that they take. It is
    begun where there is none, is one DuckDB file, and needs what SQL serves.
    `progress` is called with the number of records read, now and then and at the end; `tell` with each sentence on how
    the table is written and on what cannot be read.

    Raises as `evaluate` does, InputError for a table that cannot be read or lacks a column, TableError for what is no
    table or, with `engine="sql"` or `"spark"`, for what these do not serve, ValueError for options that do not exist.

    >>> group = {
    ...     "name": "g", "periods": [{"startDate": "2024-01-01", "endDate": "2024-01-31", "refCode": "January"}],
    ...     "targets": [{"name": "spend", "targetEntity": "TRANSACTION", "targetType": "SALES",
    ...                  "expression": "currentTxn.value>100", "defaultValues": [{"defaultValue": 500}]}]}
    >>> import polars
    >>> bills = polars.DataFrame({"id": [1, 2], "customerId": ["c", "d"], "type": ["TransactionAdd"] * 2,
    ...                           "date": ["2024-01-05", "2024-01-06"], "currentTxn.value": [620.5, 120.0]})
    >>> with evaluate_table(group, bills) as found:
    ...     [(row["customer"], row["progress"], row["achieved"]) for row in found.periods.rows()]
    [('c', Decimal('620.5'), True), ('d', Decimal('120'), False)]
    """
    if engine not in ENGINES:
        raise ValueError(f"engine is {' or '.join(map(repr, ENGINES))}, not {engine!r}")
    options = Options(
        group=group if isinstance(group, TargetGroup) else build_group(group),
        timezone=timezone,
        now=now,
        returns=returns,
        enrolment=enrolment,
        schema=schema,
        drop_unfinished=drop_unfinished,
    )
    setting = Setting.of(options)
    reading = table_options([one.rule.checked for one in setting.ready.evaluators], schema, columns, tell)
    limit = memory_of(memory)
    reason = None
    if state is not None and engine not in ("auto", "sql"):
        raise ValueError("a state needs the engine of SQL")
    if engine != "partitions":
        try:
            if state is not None:
                from targetexpr.targets.scale.state import evaluate_with_state

                by_sql = evaluate_with_state(setting, table, reading, state, memory=limit)
            elif engine == "spark":
                by_sql = evaluate_by_spark(setting, table, reading, memory=limit)
            else:
                by_sql = evaluate_by_sql(setting, table, reading, memory=limit, step=progress)
        except NotSql as error:
            if engine != "auto" or state is not None:
                raise TableError(f"{'Spark' if engine == 'spark' else 'SQL'} does not serve this: {error}") from None
            reason = str(error)
        else:
            source = by_sql.source
            if tell is not None:
                source.tell(tell, lambda name, record: tell(f"{name}, {record.place}: {record.reason}"))
            if progress is not None:
                progress(source.rows)
            done = "spark" if engine == "spark" else "sql"
            return TableProgress(by_sql, engine=done, reason=None, unread=source.unread)
    tracker = PartitionedTracker(setting, memory=limit, processes=processes, contributions=contributions)
    try:
        unread = _feed(tracker, table, reading, progress)
        results = tracker.result()
    finally:
        tracker.close()
    return TableProgress(results, engine="partitions", reason=reason, unread=unread)


def _feed(
    tracker: PartitionedTracker, table: object, options: TableOptions, progress: Callable[[int], None] | None
) -> int:
    """Hands the records of a table over. How many cannot be read."""
    count = unread = 0
    for name, record in records_of(table, options):
        count += 1
        if record.context is not None:
            tracker.add(record.context)
        else:
            unread += 1
            if options.tell is not None:
                options.tell(f"{name}, {record.place}: {record.reason}")
        if progress is not None and count % 10_000 == 0:
            progress(count)
    if progress is not None:
        progress(count)
    return unread
