"""What returns take back: which bills they name, how much of them is left, and on which period they weigh."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.progress.returns import counted
from targetexpr.targets.scale.cycles_sql import cycle_refunds
from targetexpr.targets.scale.fixed_sql import fixed_refunds
from targetexpr.targets.scale.records_sql import BILL, returns_query
from targetexpr.targets.scale.statements import Evaluation, Statement

_BEFORE_ANY = 10**17
"""Microseconds that make every instant a positive number."""


def return_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The `returns`, those with their bills (`returned`), and what they take from figures (`taken`, `refunds`)."""
    if not evaluation.found.returns:
        return
    yield Statement("returns", returns_query(evaluation))
    yield Statement("returned", _returned(evaluation))
    if evaluation.lowered:
        yield Statement("taken", " UNION ALL ".join(_taken(evaluation, place) for place in evaluation.lowered))
        yield Statement("refunds", fixed_refunds(evaluation) if evaluation.fixed else cycle_refunds(evaluation))


def _returned(evaluation: Evaluation) -> str:
    """Returns with their bills, in the order in which they take: one that is dated before its bill stands behind it."""
    words = evaluation.words
    mine, bills = evaluation.order_key("r.id"), evaluation.order_key("b.id")
    behind = f"(b.instant > r.instant OR (b.instant = r.instant AND {bills} > {mine}))"
    micros = f"CAST({words.dialect.micros.format('r.instant')} + {_BEFORE_ANY} AS {words.dialect.string_type})"
    home = "b.pos AS home" if evaluation.fixed else "b.instant AS billed"
    figures = "".join(f", b.f{place} AS brought{place}, r.f{place} AS stated{place}" for place in evaluation.lowered)
    part = "r.worth" if evaluation.by_worth else f"r.f{evaluation.lowered[0]}" if evaluation.lowered else "NULL"
    figures += ", b.worth AS whole" if evaluation.by_worth else ""
    return (
        f"SELECT r.cust, r.id, b.id AS bill, {home}, {part} AS part{figures},"
        f" CASE WHEN {behind} THEN b.instant ELSE r.instant END AS instant,"
        f" CASE WHEN {behind} THEN {bills} ELSE {mine} END AS place,"
        f" CASE WHEN {behind} THEN lpad({micros}, 20, '0') || {mine} ELSE '' END AS behind"
        f" FROM returns r JOIN records b ON b.cust = r.cust AND b.id = r.bill AND b.kind = {BILL}"
    )


def _taken(evaluation: Evaluation, place: int) -> str:
    """What each return takes of its bill: what is left, once returns reach its value, else what it states.

    Never more than is left. `listed` says why nothing can be told of one; `odd_returns` are those that do not fit,
    wholly (`unreadable`), or only in the figure of the target.
    """
    home = "home" if evaluation.fixed else "billed"
    whole = "r.whole" if evaluation.by_worth else f"r.brought{place}"
    counts = counted(evaluation.plan.targets[place])
    source, part, problem = "returned r", "r.part", "NULL"
    if evaluation.found.odd:
        source = f"returned r LEFT JOIN odd_returns o ON o.id = r.id AND o.target = {place}"
        part = "CASE WHEN NOT coalesce(o.unreadable, FALSE) THEN r.part END"
        problem = "o.unreadable"
    rows = (
        f"SELECT r.cust, r.id, r.bill, r.{home}, r.instant, r.place, r.behind, {whole} AS whole,"
        f" greatest(r.brought{place}, 0) AS most, r.stated{place} AS stated, {part} AS part, {problem} AS problem"
        f" FROM {source} WHERE r.brought{place} IS NOT NULL"
    )
    order = "PARTITION BY cust, bill ORDER BY instant, place, behind, id"
    figures = "0" if counts else "sum(coalesce(stated, 0)) OVER w"
    sums = (
        f"SELECT *, sum(part) OVER w AS parts, {figures} AS figures FROM ({rows}) r"
        f" WINDOW w AS ({order} ROWS UNBOUNDED PRECEDING)"
    )
    so_far = "CASE WHEN parts >= whole THEN most ELSE least(figures, most) END"
    at_once = "coalesce(part IS NOT NULL AND parts >= whole, FALSE)"
    both = f"SELECT *, {so_far} AS upto, {at_once} AS at_once FROM ({sums}) s"
    unsaid = "part IS NULL OR whole IS NULL" if counts else "stated IS NULL"
    return (
        f"SELECT {place} AS target, cust, id, {home}, instant, place, behind,"
        f" CAST(upto - coalesce(lag(upto) OVER ({order}), 0) AS BIGINT) AS taken,"
        " CASE WHEN problem OR (problem IS NOT NULL AND NOT at_once) THEN 'data'"
        f" WHEN problem IS NULL AND ({unsaid}) AND NOT at_once THEN 'unstated' END AS listed"
        f" FROM ({both}) b"
    )
