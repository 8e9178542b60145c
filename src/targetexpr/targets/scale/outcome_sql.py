"""The outcome as views of the columns that progress has as tables: nothing of them is made before it is read.

`place` is the place of a row among its customer's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.customer import NO_PERIOD
from targetexpr.targets.progress.returns import NO_BILL, UNSTATED
from targetexpr.targets.scale.records_sql import RETURN, elsewhere_of
from targetexpr.targets.scale.statements import Evaluation, Statement
from targetexpr.targets.scale.unified_sql import overall_of


def outcome_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The views `periods`, `contributions`, `customers`, `levels`, `unified`, `grants` and `reported`.

    Where everybody has the same windows there are their `totals`.
    """
    yield Statement("periods", _periods(evaluation), lazy=True)
    if evaluation.fixed and not evaluation.part.enrolled:
        yield Statement("totals", _totals(evaluation), lazy=True)
    yield Statement("contributions", _contributions(evaluation), lazy=True)
    yield Statement("customers", _customers(evaluation), lazy=True)
    yield Statement("levels", _levels(evaluation), lazy=True)
    yield Statement("unified", _unified(evaluation), lazy=True)
    yield Statement("grants", _grants(evaluation), lazy=True)
    yield Statement("reported", _reported(evaluation), lazy=True)


def _nothing(columns: Mapping[str, str]) -> str:
    """No row of these columns."""
    return f"SELECT {', '.join(f'CAST(NULL AS {type_}) AS {name}' for name, type_ in columns.items())} WHERE FALSE"


def _periods(evaluation: Evaluation) -> str:
    """A row for every window of a customer, also where there was nothing."""
    end, amount = evaluation.words.name("end"), evaluation.amount
    return (
        f"SELECT w.name AS customer, w.target, w.period, w.start, w.{end}, {amount('w.value')} AS value,"
        f" {amount('coalesce(p.progress, 0)')} AS progress, p.achieved_by IS NOT NULL AS achieved, p.achieved_by,"
        f" {evaluation.instant('p.achieved_on')} AS achieved_on, coalesce(p.contributions, 0) AS contributions, w.place"
        " FROM windows w LEFT JOIN progress p ON p.cust = w.cust AND p.slot = w.slot"
    )


def _totals(evaluation: Evaluation) -> str:
    """For each target and period customers with a contribution, those who achieved it, and the sum of all, in steps."""
    added = (
        "SELECT slot, count(*) FILTER (WHERE contributions > 0) AS active, count(achieved_on) AS achieved,"
        " sum(progress) AS steps FROM progress GROUP BY slot"
    )
    return (
        "SELECT g.target, g.period, coalesce(sum(p.active), 0) AS active, coalesce(sum(p.achieved), 0) AS achieved,"
        f" coalesce(sum(p.steps), 0) AS steps, {evaluation.reading.scale} AS digits, min(g.place) AS place"
        f" FROM goals g LEFT JOIN ({added}) p ON p.slot = g.slot WHERE EXISTS (SELECT 1 FROM keys)"
        " GROUP BY g.target, g.period"
    )


def _contributions(evaluation: Evaluation) -> str:
    """What moved the progress."""
    return (
        f"SELECT w.name AS customer, w.target, w.period, l.id AS record, {evaluation.amount('l.change')} AS change,"
        " row_number() OVER (PARTITION BY l.cust ORDER BY w.place, l.carried DESC, l.instant, l.place, l.behind, l.id)"
        " - 1 AS place FROM ledger l JOIN windows w ON w.cust = l.cust AND w.slot = l.slot"
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
    dropped = "TRUE" if over else "k.gone" if evaluation.part.bounded else "FALSE"
    left = f"CASE WHEN {dropped} THEN 'DROPPED' ELSE 'INPROGRESS' END" if evaluation.drop_unfinished else "'INPROGRESS'"
    rows = [
        f"SELECT k.name AS customer, {text(level.name)} AS level, {level.count} AS count,"
        f" CASE WHEN s.p{place} IS NOT NULL THEN 'ACHIEVED' ELSE {left} END AS status, g.period,"
        f" p.achieved_by AS reached_by, {evaluation.instant('p.achieved_on')} AS reached_on,"
        f" {place} AS place FROM streaks s JOIN keys k ON k.cust = s.cust"
        f" LEFT JOIN progress p ON p.cust = s.cust AND p.slot = s.p{place} LEFT JOIN goals g ON g.slot = s.p{place}"
        for place, level in enumerate(plan.levels)
    ]
    texts = dict.fromkeys(("customer", "level", "count", "status", "period", "reached_by"), _string(evaluation))
    nothing = {**texts, "count": "INTEGER", "reached_on": _time(evaluation), "place": "INTEGER"}
    return " UNION ALL ".join(rows) or _nothing(nothing)


def _string(evaluation: Evaluation) -> str:
    return evaluation.words.dialect.string_type


def _time(evaluation: Evaluation) -> str:
    return "TIMESTAMP WITH TIME ZONE" if evaluation.words.dialect.name == "duckdb" else "TIMESTAMP"


def _unified(evaluation: Evaluation) -> str:
    """A row for every customer and period, also where there was nothing."""
    if evaluation.plan.tracking is not TrackingType.UNIFIED:
        texts = dict.fromkeys(("customer", "period", "members_met", "overall_met", "achieved"), _string(evaluation))
        booleans = dict.fromkeys(("members_met", "overall_met", "achieved"), "BOOLEAN")
        by = {"achieved_by": _string(evaluation), "achieved_on": _time(evaluation), "place": "INTEGER"}
        return _nothing({**texts, **booleans, **by})
    nothing = overall_of(evaluation, "0")
    achieved = "(t.members AND t.overall)"
    return (
        "SELECT w.name AS customer, w.period, coalesce(t.members, FALSE) AS members_met,"
        f" coalesce(t.overall, {nothing}) AS overall_met, coalesce({achieved}, FALSE) AS achieved,"
        f" CASE WHEN {achieved} THEN t.achieved_by END AS achieved_by,"
        f" CASE WHEN {achieved} THEN {evaluation.instant('t.achieved_on')} END AS achieved_on, w.place"
        f" FROM windows w LEFT JOIN together t ON t.cust = w.cust AND t.pos = w.pos WHERE w.slot < {evaluation.stride}"
    )


def _grants(evaluation: Evaluation) -> str:
    """Awards in order, each granted what is left of the ceiling; returns give nothing back."""
    amount = evaluation.amount
    if evaluation.plan.tracking is not TrackingType.CAPPING:
        texts = dict.fromkeys(("customer", "target", "period", "record"), _string(evaluation))
        return _nothing({**texts, "asked": "DECIMAL(18, 0)", "granted": "DECIMAL(18, 0)", "place": "INTEGER"})
    order = "l.instant, l.place, l.behind"
    asked = "greatest(l.change, 0)"
    rows = (
        "SELECT w.name, w.target, w.period, w.place AS ahead, l.cust, l.id, l.change, l.instant, l.place, l.behind,"
        f" greatest(w.value, 0) AS most, {asked} AS asked,"
        f" sum({asked}) OVER (PARTITION BY l.cust, l.slot ORDER BY {order} ROWS UNBOUNDED PRECEDING) AS upto"
        " FROM ledger l JOIN windows w ON w.cust = l.cust AND w.slot = l.slot WHERE l.counts = 1"
    )
    return (
        f"SELECT name AS customer, target, period, id AS record, {amount('change')} AS asked,"
        f" {amount('least(upto, most) - least(upto - asked, most)')} AS granted,"
        f" row_number() OVER (PARTITION BY l.cust ORDER BY ahead, {order}) - 1 AS place FROM ({rows}) l"
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
            f" {text(NO_PERIOD)} AS message FROM refunds WHERE home IS NOT NULL AND pos IS NULL"
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
    if evaluation.fixed:
        brings = " OR ".join(f"f{place} IS NOT NULL" for place in range(len(evaluation.plan.targets)))
        outside = f"count(*) FILTER (WHERE kind <> {RETURN} AND pos IS NULL AND ({brings}))"
    else:
        nowhere = "SELECT id FROM credits GROUP BY id HAVING count(pos) = 0"
        outside = f"count(*) FILTER (WHERE beyond) + (SELECT count(*) FROM ({nowhere}) c)"
    elsewhere = "0" if elsewhere_of(evaluation) is None else "count(*) FILTER (WHERE elsewhere)"
    if evaluation.lowered:
        outside = f"{outside} + (SELECT count(DISTINCT id) FROM refunds WHERE home IS NULL)"
    return f"SELECT count(*) AS records, {elsewhere} AS out_of_scope, {outside} AS outside_periods FROM records"
