"""The engine of SQL: a table as a view, the statements over it, and what the results need besides."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from targetexpr.running.coercion import DataError
from targetexpr.tables.errors import MissingColumns
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.exact import EXACT
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.record import read_head
from targetexpr.targets.progress.results import Reported, ReportedRecord
from targetexpr.targets.progress.tracker import RecordTracker
from targetexpr.targets.reports.simulation import CapCount, LevelCount, OneStepShort, PeriodCount, Summary
from targetexpr.targets.scale.column_source import column_source
from targetexpr.targets.scale.columns import TABLES
from targetexpr.targets.scale.database import Database, own_folder
from targetexpr.targets.scale.fitting import group_reasons
from targetexpr.targets.scale.not_sql import NotSql
from targetexpr.targets.scale.results import CustomerRecords, DatabaseResults, Found, Setting, empty
from targetexpr.targets.scale.sql_source import VIEW, SqlSource
from targetexpr.targets.scale.stage import paths_to_stage, staged_source
from targetexpr.targets.scale.staged_json import Look
from targetexpr.targets.scale.staging import Step

if TYPE_CHECKING:
    import duckdb

    from targetexpr.records.table_options import TableOptions


class SqlResults(DatabaseResults):
    """Results in views over the statements' tables, and the view that the records are in."""

    source: SqlSource


def evaluate_by_sql(
    setting: Setting,
    table: object,
    options: TableOptions,
    *,
    memory: int | None = None,
    between: Callable[[str], None] | None = None,
    step: Step | None = None,
    look: Look | None = None,
) -> SqlResults:
    """The results of a table by SQL. `step` is told how many records are read of files that are staged.

    `look` is given each record of JSON; of others `source.examples()` has those that are not alike.

    Raises NotSql where that is not exact, InputError for what lacks a column.
    """
    tracker = need_sql(setting)
    folder = own_folder()
    database = opened_database(folder, memory)
    from targetexpr.targets.scale.duckdb_engine import run  # there is a database, by now

    try:
        paths = paths_to_stage(table)
        source: SqlSource
        if paths is None:
            source = column_source(database.connection, table, options, folder)
        else:
            source = staged_source(database.connection, paths, options, setting, folder, step, look)
        found = run(database.connection, VIEW, tracker, source.records, between=between)
        return sql_results(setting, found.now, counts_of(found.counts), database, source)
    except MissingColumns as error:
        database.close()
        raise NotSql([str(error)]) from None
    except BaseException:
        database.close()
        raise


def need_sql(setting: Setting) -> RecordTracker:
    """The evaluation that is asked for, without records. Raises NotSql for a group that has no form in SQL."""
    tracker = setting.options.tracker(setting.ready)
    reasons = group_reasons(tracker)
    if setting.plan.tracking is TrackingType.CAPPING and len(set(setting.plan.names)) < len(setting.plan.names):
        reasons.append("Several periods under a ceiling have one name.")
    if reasons:
        raise NotSql(reasons)
    return tracker


def opened_database(folder: str, memory: int | None) -> Database:
    """A database that takes the folder with it when it is closed."""
    try:
        return Database(folder, memory)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sql_results(
    setting: Setting, now: datetime | None, counts: Reported, database: Database, source: SqlSource
) -> SqlResults:
    """The results in the views that the statements left in a database."""
    _fill_up(database.connection, setting.plan)
    results = SqlResults(
        setting,
        now,
        counts,
        database.connection,
        summary=lambda: _summary(setting, results),
        records=lambda customer: _records(setting, results, customer),
        closing=database.close,
    )
    results.source = source
    return results


def counts_of(found: Mapping[str, int]) -> Reported:
    """What records count nothing, as they should."""
    return Reported(
        later=found["later"],
        not_enrolled=found["not_enrolled"],
        out_of_scope=found["out_of_scope"],
        outside_periods=found["outside_periods"],
    )


def _fill_up(connection: duckdb.DuckDBPyConnection, plan: EvaluationPlan) -> None:
    """Tables that the statements do not leave are empty for the groups that they serve."""
    left = {name for (name,) in connection.execute("SELECT view_name FROM duckdb_views() WHERE temporary").fetchall()}
    for table in TABLES:
        if table not in left:
            connection.register(table, empty(table, plan))


def _records(setting: Setting, results: SqlResults, customer: str) -> CustomerRecords:
    """The records of a customer, those of others with one of the ids, and what could not be read of them."""
    own = _heads(setting, results.source.where('CAST("customerId" AS VARCHAR) = $customer', {"customer": customer}))
    own = [one for one in own if one[0].customer == customer]
    ids = {head.id for head, _ in own}
    told = results.connection.execute(
        "SELECT reason, record, target, path, message FROM reported"
        " WHERE reason IN ('duplicate', 'unreadable') AND list_contains($ids, record)",
        {"ids": sorted(ids)},
    ).fetchall()
    again = sorted({row[1] for row in told if row[0] == "duplicate"})
    rivals: list[Found] = []
    if again:
        same = _heads(setting, results.source.where("list_contains($ids, CAST(id AS VARCHAR))", {"ids": again}))
        rivals = [one for one in same if one[0].customer != customer]
    unreadable = [
        ReportedRecord(record=row[1] or "", target=row[2] or "", reason="unreadable", path=row[3] or "", message=row[4])
        for row in told
        if row[0] == "unreadable"
    ]
    return CustomerRecords(own, rivals, unreadable)


def _heads(setting: Setting, records: list[dict[str, object]]) -> list[Found]:
    found: list[Found] = []
    for record in records:
        try:
            found.append((read_head(setting.ready.reader, record), record))
        except DataError:
            continue  # reported with the whole
    return found


def _summary(setting: Setting, results: SqlResults) -> Summary:
    """The results, counted."""
    plan, connection = setting.plan, results.connection
    now = None if results.now is None else results.now.astimezone(plan.zone)
    today = today_of(plan, now)
    finished = today is not None and plan.last_day is not None and plan.last_day < today
    (customers,) = connection.execute("SELECT count(*) FROM customers").fetchall()[0]
    found = Summary(customers=customers, finished=finished)
    found.levels = _levels(connection, plan)
    if plan.tracking.is_streak:
        found.longest, found.current = _runs(connection, "longest"), _runs(connection, "run")
        found.short = _short(connection, "longest" if finished else "run")
    same = plan.window is EvaluationType.FIXED_CALENDAR_WINDOW and setting.enrolled is None
    found.periods = _totals(connection) if same else _periods(connection)
    if plan.tracking is TrackingType.UNIFIED:
        query = f"SELECT period, count(*) FILTER (WHERE achieved) FROM unified GROUP BY period ORDER BY {_FIRST}"
        found.unified = dict(connection.execute(query).fetchall())
    if plan.tracking is TrackingType.CAPPING:
        found.caps = _caps(connection)
    return found


_FIRST = "min({'customer': customer, 'place': place})"
"""Rows that are counted are listed in the order in which the first customer has them."""


def _levels(connection: duckdb.DuckDBPyConnection, plan: EvaluationPlan) -> list[LevelCount]:
    """How many customers have reached each level."""
    if not plan.levels:
        return []
    counts = ", ".join(f"count(p{place})" for place in range(len(plan.levels)))
    reached = connection.execute(f"SELECT {counts} FROM streaks").fetchall()[0]
    return [
        LevelCount(name=level.name, count=level.count, reached=count)
        for level, count in zip(plan.levels, reached, strict=True)
    ]


def _totals(connection: duckdb.DuckDBPyConnection) -> list[PeriodCount]:
    """Periods that everybody has, counted."""
    rows = connection.execute("SELECT target, period, active, achieved, steps, digits FROM totals ORDER BY place")
    return [
        PeriodCount(
            target=target,
            period=period,
            customers=int(active),
            achieved=int(achieved),
            exact=EXACT.scaleb(Decimal(steps), -digits),
        )
        for target, period, active, achieved, steps, digits in rows.fetchall()
    ]


def _periods(connection: duckdb.DuckDBPyConnection) -> list[PeriodCount]:
    """Periods of which everybody has some, counted."""
    rows = connection.execute(
        "SELECT target, period, count(*) FILTER (WHERE contributions > 0), count(*) FILTER (WHERE achieved),"
        f" sum(progress) FROM periods GROUP BY target, period ORDER BY {_FIRST}"
    )
    return [
        PeriodCount(target=target, period=period, customers=active, achieved=achieved, exact=Decimal(total))
        for target, period, active, achieved, total in rows.fetchall()
    ]


def _caps(connection: duckdb.DuckDBPyConnection) -> list[CapCount]:
    """What was granted under ceilings."""
    granted = (
        "SELECT customer, target, period, sum(granted) AS granted, sum(asked - granted) AS cut FROM grants"
        " GROUP BY customer, target, period"
    )
    rows = connection.execute(
        "SELECT target, period, sum(coalesce(granted, 0)), sum(coalesce(cut, 0)),"
        " count(*) FILTER (WHERE value <= coalesce(granted, 0))"
        f" FROM periods LEFT JOIN ({granted}) g USING (customer, target, period)"
        f" GROUP BY target, period ORDER BY {_FIRST}"
    ).fetchall()
    return [
        CapCount(target=target, period=period, granted=Decimal(given), cut=Decimal(cut), exhausted=exhausted)
        for target, period, given, cut, exhausted in rows
    ]


def _runs(connection: duckdb.DuckDBPyConnection, column: str) -> dict[int, int]:
    query = f"SELECT {column}, count(*) FROM customers GROUP BY {column} ORDER BY {column}"
    return dict(connection.execute(query).fetchall())


def _short(connection: duckdb.DuckDBPyConnection, run: str) -> list[OneStepShort]:
    """Customers who need one more achieved period for the lowest level that is not reached."""
    rows = connection.execute(
        f"SELECT customer, next_level, {run} FROM customers WHERE missing + run - {run} = 1 ORDER BY customer"
    ).fetchall()
    return [OneStepShort(customer=customer, level=level, run=count) for customer, level, count in rows]
