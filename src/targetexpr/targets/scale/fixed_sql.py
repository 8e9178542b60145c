"""Listed periods as statements: which of them records fall into, and on which ones returns weigh."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.scale.calendars import local_day
from targetexpr.targets.scale.records_sql import RETURN
from targetexpr.targets.scale.statements import Evaluation, Statement


def fixed_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """What records bring to each target, with the position of their period (`credits`), and everybody's `windows`."""
    brought = (
        f"SELECT {place} AS target, cust, pos, id, instant, f{place} AS amount FROM records"
        f" WHERE kind <> {RETURN} AND f{place} IS NOT NULL"
        for place in range(len(evaluation.plan.targets))
    )
    yield Statement("credits", " UNION ALL ".join(brought), lazy=True)
    end = evaluation.words.name("end")
    value, own = "g.value", ""
    if evaluation.part.own:
        value, own = "coalesce(o.value, g.value)", " LEFT JOIN own o ON o.cust = k.cust AND o.slot = g.slot"
    taking = " WHERE g.pos BETWEEN k.lowest AND k.highest" if evaluation.part.bounded else ""
    yield Statement(
        "windows",
        f"SELECT k.cust, k.name, g.slot, g.pos, g.target, g.period, g.first AS start, g.last AS {end},"
        f" {value} AS value, g.place FROM keys k CROSS JOIN goals g{own}{taking}",
        lazy=True,
    )


def fixed_refunds(evaluation: Evaluation) -> str:
    """Where returns weigh: on the bill's period, on one that starts later (`carried`), or nowhere (null)."""
    policy = evaluation.policy or ""
    stays = {"SAME_PERIOD": "TRUE", "NEXT_PERIOD": "FALSE"}.get(policy, "coalesce(d.pos = t.home, FALSE)")
    day = local_day(evaluation.words, evaluation.clock, "t.instant")
    following, keys = "d.following", ""
    if evaluation.part.bounded:
        keys = " JOIN keys k ON k.cust = t.cust"
        following = "CASE WHEN d.following < k.lowest THEN k.lowest WHEN d.following <= k.highest THEN d.following END"
    return (
        "SELECT t.target, t.cust, t.id, t.instant, t.place, t.behind, t.taken, t.home,"
        f" CASE WHEN {stays} THEN t.home ELSE {following} END AS pos, NOT {stays} AS carried"
        f" FROM taken t LEFT JOIN days d ON d.day = {day}{keys} WHERE t.taken > 0"
    )
