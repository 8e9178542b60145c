"""The ledger of every customer, and the progress that it adds up to."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.scale.records_sql import RETURN
from targetexpr.targets.scale.statements import Evaluation, Statement


def ledger_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The lines of all ledgers (`ledger`), and the `progress` of every customer and slot that has one.

    Lines are in order by `carried` (true first), `instant`, `place` and `behind`.
    """
    yield Statement("ledger", _ledger(evaluation), lazy=True)
    yield Statement("progress", _progress(evaluation))


def _ledger(evaluation: Evaluation) -> str:
    key = evaluation.order_key("id")
    lines = [
        f"SELECT cust, {evaluation.slot(place, 'pos')} AS slot, id, instant, {key} AS place, '' AS behind,"
        f" FALSE AS carried, f{place} AS change, 1 AS counts FROM records"
        f" WHERE kind <> {RETURN} AND pos IS NOT NULL AND f{place} IS NOT NULL"
        for place in range(len(evaluation.plan.targets))
    ]
    if evaluation.lowered:
        slot = f"target * {evaluation.stride} + pos"
        lines.append(
            f"SELECT cust, {slot} AS slot, id, instant, place, behind, carried, -taken AS change, 0 AS counts"
            " FROM refunds WHERE pos IS NOT NULL AND home IS NOT NULL"
        )
    return " UNION ALL ".join(lines)


def _progress(evaluation: Evaluation) -> str:
    """Sums, and the line that last brought one to its value: the last one that found it below, or uncounted."""
    if evaluation.lowered:
        order, counted = "carried DESC, instant, place, behind, id", "sum(counts) OVER w"
        reaches = "counted > 0 AND total >= value AND NOT (counted > counts AND total - change >= value)"
    else:
        order, counted = "instant, place", "row_number() OVER w"
        reaches = "total >= value AND NOT (counted > 1 AND total - change >= value)"
    running = (
        "SELECT l.cust, l.slot, l.id, l.instant, l.change, l.counts, sum(l.change) OVER w AS total,"
        f" {counted} AS counted, row_number() OVER w AS step"
        f" FROM ledger l WINDOW w AS (PARTITION BY l.cust, l.slot ORDER BY {order} ROWS UNBOUNDED PRECEDING)"
    )
    ends = (
        "SELECT r.cust, r.slot, sum(change) AS progress, count(*) AS contributions, max(counted) AS counted,"
        f" max(value) AS value, max_by(id, step) FILTER (WHERE {reaches}) AS achieved_by,"
        f" max_by(instant, step) FILTER (WHERE {reaches}) AS achieved_on"
        f" FROM ({running}) r JOIN goals g ON g.slot = r.slot GROUP BY r.cust, r.slot"
    )
    achieved = "counted > 0 AND progress >= value"
    return (
        f"SELECT cust, slot, CAST(progress AS {evaluation.wide}) AS progress, contributions,"
        f" CASE WHEN {achieved} THEN achieved_by END AS achieved_by,"
        f" CASE WHEN {achieved} THEN achieved_on END AS achieved_on FROM ({ends}) e"
    )
