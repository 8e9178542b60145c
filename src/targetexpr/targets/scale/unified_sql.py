"""Unified groups: what the members come to in a period, watching all their ledgers at once."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.progress.exact import EXACT
from targetexpr.targets.scale.statements import Evaluation, Statement


def unified_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """`together`: for each customer and period with a ledger whether members and sum are met, and by which record."""
    if evaluation.plan.tracking is TrackingType.UNIFIED:
        yield Statement("together", _together(evaluation))


def overall_of(evaluation: Evaluation, total: str) -> str:
    """Whether a sum reaches what is asked for."""
    overall = evaluation.plan.overall
    return "TRUE" if overall is None else f"({total} >= {int(EXACT.scaleb(overall, evaluation.reading.scale))})"


def _together(evaluation: Evaluation) -> str:
    """Whole records at a time: what one of them changes for several members is one step."""
    plan, stride = evaluation.plan, evaluation.stride
    places = range(len(plan.targets))
    target = evaluation.words.dialect.quotient.format("slot", stride)
    changes = ", ".join(
        f"coalesce(sum(change) FILTER (WHERE {target} = {place}), 0) AS c{place},"
        f" coalesce(max(counts) FILTER (WHERE {target} = {place}), 0) AS n{place}"
        for place in places
    )
    steps = (
        f"SELECT cust, slot % {stride} AS pos, instant, place, counts, id, {changes} FROM ledger"
        f" GROUP BY cust, slot % {stride}, instant, place, counts, id"
    )
    own = evaluation.part.own
    sums = ", ".join(
        f"sum(c{place}) OVER w AS s{place}, sum(n{place}) OVER w AS m{place},"
        f" {f'coalesce(o{place}.value, g{place}.value)' if own else f'g{place}.value'} AS v{place}"
        for place in places
    )
    goals = " ".join(f"JOIN goals g{place} ON g{place}.slot = s.pos + {place * stride}" for place in places)
    if own:
        goals += "".join(
            f" LEFT JOIN own o{place} ON o{place}.cust = s.cust AND o{place}.slot = g{place}.slot" for place in places
        )
    running = (
        f"SELECT s.cust, s.pos, s.id, s.instant, row_number() OVER w AS step, {sums} FROM ({steps}) s {goals}"
        " WINDOW w AS (PARTITION BY s.cust, s.pos ORDER BY s.instant, s.place, s.counts DESC, s.id"
        " ROWS UNBOUNDED PRECEDING)"
    )
    done = [f"CASE WHEN m{place} > 0 AND s{place} >= v{place} THEN 1 ELSE 0 END" for place in places]
    members = f"({' + '.join(done)}) >= {plan.needed or len(plan.targets)}"
    overall = overall_of(evaluation, " + ".join(f"s{place}" for place in places))
    states = f"SELECT cust, pos, id, instant, step, {members} AS members, {overall} AS overall FROM ({running}) r"
    before = "coalesce(lag(members AND overall) OVER (PARTITION BY cust, pos ORDER BY step), FALSE)"
    turns = f"SELECT *, members AND overall AND NOT {before} AS turns FROM ({states}) t"
    return (
        "SELECT cust, pos, max_by(members, step) AS members, max_by(overall, step) AS overall,"
        " max_by(id, step) FILTER (WHERE turns) AS achieved_by,"
        f" max_by(instant, step) FILTER (WHERE turns) AS achieved_on FROM ({turns}) u GROUP BY cust, pos"
    )
