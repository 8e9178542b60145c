"""`backtest`: a rule over past data, whatever holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from targetexpr.backtesting.result import Backtest
from targetexpr.backtesting.totals import Totals
from targetexpr.records.record import Record
from targetexpr.rule import Rule
from targetexpr.tables.errors import TableError

if TYPE_CHECKING:
    from targetexpr.tables.mapping import ColumnNames


def backtest(
    rule: Rule,
    table: object,
    *,
    by: str | None = None,
    sample: int = 0,
    seed: int = 0,
    columns: ColumnNames | None = None,
    profile: str | None = None,
    rows: bool = False,
) -> Backtest:
    """How a rule comes out over past data: counts by group, what each of its conditions rejects, and samples.

    `table` is a frame as `Rule.on` takes it (polars, lazy too, pandas, Arrow, DuckDB), with the same `columns`,
    `profile` and `rows`, or records: dicts of profiles. `by` is `"month"` (of the member `date`, else
    `currentTxn.date`, by the rule's clock), `"store"` (`storeId`, else `currentStore.code`), a member of the records
    or a field such as `currentCustomer.slabName`. `sample` records of each outcome are drawn, the same for the same
    `seed`. What the numbers of a condition say is in `Condition`. Records that cannot be evaluated are errors; in a
    frame, values that do not fit read null. Raises TableError for a rule that is no condition, and as `Rule.on` does.

    >>> from targetexpr import compile
    >>> bills = [{"currentTxn": {"value": value, "discount": 0}} for value in (620, 80, None)]
    >>> found = backtest(compile("currentTxn.value>500&&currentTxn.discount<=0"), bills)
    >>> found.counts
    Counts(yes=1, no=1, null=1, errors=0)
    >>> found.conditions[0]
    Condition(text='currentTxn.value>500', rejects=1, missing=1, only=2)
    """
    totals = totals_of(rule, by=by, sample=sample, seed=seed)
    package = type(table).__module__.partition(".")[0]
    if package in ("polars", "pandas", "pyarrow", "duckdb", "_duckdb"):
        from targetexpr.backtesting.columns import TableRun
        from targetexpr.tables.frames import as_polars
        from targetexpr.tables.polars_table import PolarsTable

        frame = as_polars(table, package)
        if frame is None:
            raise TableError(f"{type(table).__name__} is no table")
        for _ in TableRun(totals, PolarsTable(frame, columns, profile), rows=rows).steps():
            pass
        return totals.result()
    if package == "pyspark" or not isinstance(table, Iterable):
        raise TableError(
            f"{type(table).__name__} is no table to backtest: give a frame of polars or pandas, an Arrow table, a "
            "relation of DuckDB, or records as dicts."
        )
    for number, context in enumerate(table, 1):
        given = cast("Mapping[str, object]", context)
        totals.add(Record(number, dict(given), unit="record").under(profile))
    return totals.result()


def totals_of(rule: Rule, *, by: str | None, sample: int, seed: int) -> Totals:
    """Totals to add records and tables to. Raises TableError for a rule that is no condition."""
    if rule._program.kinds[0] != "boolean":
        raise TableError("Only a condition can be tried on past data; compare this with a value.")
    return Totals(rule, by=by, sample=sample, seed=seed)
