"""The outcome as views of the columns that progress has as tables: nothing of them is made before it is read.

`place` is the place of a row among its customer's.
"""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.customer import NO_PERIOD
from targetexpr.targets.progress.returns import NO_BILL, UNSTATED
from targetexpr.targets.scale.records_sql import RETURN
from targetexpr.targets.scale.statements import Evaluation, Statement


def outcome_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The views `periods`, `contributions`, `customers`, `levels` and `reported`."""
    yield Statement("periods", _periods(evaluation), lazy=True)
    yield Statement("contributions", _contributions(evaluation), lazy=True)
    yield Statement("customers", _customers(evaluation), lazy=True)
    yield Statement("levels", _levels(evaluation), lazy=True)
    yield Statement("reported", _reported(evaluation), lazy=True)


def _amount(evaluation: Evaluation, steps: str) -> str:
    """Whole steps as a decimal."""
    scale = evaluation.reading.scale
    step = f"0.{'1'.zfill(scale)}" if scale else "1"
    return f"CAST({steps} AS DECIMAL(26, 0)) * CAST('{step}' AS DECIMAL({scale + 1}, {scale}))"


def _instant(evaluation: Evaluation, at: str) -> str:
    """A time in UTC as an instant."""
    return (
        f"({at} AT TIME ZONE 'UTC')" if evaluation.words.dialect.name == "duckdb" else f"to_utc_timestamp({at}, 'UTC')"
    )


def _periods(evaluation: Evaluation) -> str:
    """A row for every customer and period, also where there was nothing."""
    name = evaluation.words.name
    return (
        f"SELECT k.name AS customer, g.target, g.period, g.first AS start, g.last AS {name('end')},"
        f" {_amount(evaluation, 'g.value')} AS value, {_amount(evaluation, 'coalesce(p.progress, 0)')} AS progress,"
        " p.achieved_by IS NOT NULL AS achieved, p.achieved_by,"
        f" {_instant(evaluation, 'p.achieved_on')} AS achieved_on, coalesce(p.contributions, 0) AS contributions,"
        " g.place"
        " FROM keys k CROSS JOIN goals g LEFT JOIN progress p ON p.cust = k.cust AND p.slot = g.slot"
    )


def _contributions(evaluation: Evaluation) -> str:
    """What moved the progress."""
    return (
        f"SELECT k.name AS customer, g.target, g.period, l.id AS record, {_amount(evaluation, 'l.change')} AS change,"
        " row_number() OVER (PARTITION BY l.cust ORDER BY g.place, l.carried DESC, l.instant, l.place, l.behind, l.id)"
        " - 1 AS place FROM ledger l JOIN keys k ON k.cust = l.cust JOIN goals g ON g.slot = l.slot"
    )


def _customers(evaluation: Evaluation) -> str:
    text, levels = evaluation.words.text, evaluation.plan.levels
    nothing = f"CAST(NULL AS {evaluation.words.dialect.string_type}) AS next_level, CAST(NULL AS BIGINT) AS missing"
    if not evaluation.plan.tracking.is_streak:
        runs = "CAST(NULL AS BIGINT) AS run, CAST(NULL AS BIGINT) AS longest"
        return f"SELECT name AS customer, {runs}, {nothing}, 0 AS place FROM keys"
    if levels:
        both = enumerate(levels)
        cases = [(f"WHEN s.p{place} IS NULL THEN", level) for place, level in both]
        named = " ".join(f"{when} {text(level.name)}" for when, level in cases)
        counted = " ".join(f"{when} {level.count} - s.run" for when, level in cases)
        nothing = f"CASE {named} END AS next_level, CASE {counted} END AS missing"
    return (
        f"SELECT k.name AS customer, s.run, s.longest, {nothing}, 0 AS place"
        " FROM streaks s JOIN keys k ON k.cust = s.cust"
    )


def _levels(evaluation: Evaluation) -> str:
    """A row for every customer and level."""
    plan, text = evaluation.plan, evaluation.words.text
    today = today_of(plan, evaluation.found.now)
    over = today is not None and plan.last_day is not None and plan.last_day < today
    left = text("DROPPED" if evaluation.drop_unfinished and over else "INPROGRESS")
    rows = [
        f"SELECT k.name AS customer, {text(level.name)} AS level, {level.count} AS count,"
        f" CASE WHEN s.p{place} IS NOT NULL THEN 'ACHIEVED' ELSE {left} END AS status, g.period,"
        f" p.achieved_by AS reached_by, {_instant(evaluation, 'p.achieved_on')} AS reached_on,"
        f" {place} AS place FROM streaks s JOIN keys k ON k.cust = s.cust"
        f" LEFT JOIN progress p ON p.cust = s.cust AND p.slot = s.p{place} LEFT JOIN goals g ON g.slot = s.p{place}"
        for place, level in enumerate(plan.levels)
    ]
    if rows:
        return " UNION ALL ".join(rows)
    string, time = evaluation.words.dialect.string_type, _instant(evaluation, evaluation.words.null_instant())
    level, status, period, by = (
        f"CAST(NULL AS {string}) AS {name}" for name in ("level", "status", "period", "reached_by")
    )
    return (
        f"SELECT name AS customer, {level}, 0 AS count, {status}, {period}, {by}, {time} AS reached_on, 0 AS place"
        " FROM keys WHERE FALSE"
    )


def _reported(evaluation: Evaluation) -> str:
    """What was set aside, by the evaluator (`set_aside`) and here."""
    text, found, plan = evaluation.words.text, evaluation.found, evaluation.plan
    nothing = evaluation.words.null_text()
    names = f"CASE target {' '.join(f'WHEN {one.index} THEN {text(one.name)}' for one in plan.targets)} END"
    rows = ["SELECT reason, record, target, path, message FROM set_aside"]
    if found.returns:
        rows.append(
            f"SELECT 'no-bill' AS reason, r.id AS record, {nothing} AS target, 'returnOf' AS path,"
            f" {text(NO_BILL)} AS message FROM returns r"
            " WHERE NOT EXISTS (SELECT 1 FROM returned b WHERE b.id = r.id)"
        )
    if evaluation.lowered:
        rows.append(
            f"SELECT 'unstated' AS reason, id AS record, {names} AS target, 'returnBill' AS path,"
            f" {text(UNSTATED)} AS message FROM taken WHERE listed = 'unstated'"
        )
        rows.append(
            f"SELECT 'no-period' AS reason, id AS record, {names} AS target, 'date' AS path,"
            f" {text(NO_PERIOD)} AS message"
            " FROM refunds WHERE home IS NOT NULL AND pos IS NULL"
        )
        if found.odd:
            rows.append(
                f"SELECT 'data' AS reason, t.id AS record, {names.replace('CASE target', 'CASE t.target')} AS target,"
                " o.path, o.message FROM taken t JOIN odd_returns o ON o.id = t.id AND o.target = t.target"
                " WHERE t.listed = 'data'"
            )
    return " UNION ALL ".join(rows)


def counts_query(evaluation: Evaluation) -> str:
    """How many records came from elsewhere, and how many lie outside of every period (and returns of such bills)."""
    brings = " OR ".join(f"f{place} IS NOT NULL" for place in range(len(evaluation.plan.targets)))
    outside = f"count(*) FILTER (WHERE kind <> {RETURN} AND pos IS NULL AND ({brings}))"
    if evaluation.lowered:
        outside = f"{outside} + (SELECT count(DISTINCT id) FROM refunds WHERE home IS NULL)"
    return f"SELECT count(*) FILTER (WHERE elsewhere) AS out_of_scope, {outside} AS outside_periods FROM records"
