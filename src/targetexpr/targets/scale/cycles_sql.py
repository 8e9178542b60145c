"""Cycles of days and weeks as statements: they lie back to back from each customer's first record on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from targetexpr.targets.model.enums import FrequencyType
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.scale.records_sql import RETURN
from targetexpr.targets.scale.statements import Evaluation, Statement

DAYS_OF: Mapping[FrequencyType, int] = {FrequencyType.DAILY: 1, FrequencyType.WEEKLY: 7, FrequencyType.CUSTOM: 1}
"""The days of a unit of those cycles that are always of one length."""

_DAY = 86_400


def seconds_of(plan: EvaluationPlan) -> int:
    """How long a cycle is."""
    assert plan.unit is not None  # plans of cyclic groups have one
    return DAYS_OF[plan.unit] * max(plan.frequency, 1) * _DAY


def cycle_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """Where the cycles of each customer and target begin (`anchors`), what is in them (`credits`), and `windows`."""
    words, plan = evaluation.words, evaluation.plan
    brought = [
        f"SELECT {place} AS target, cust, id, instant, f{place} AS amount FROM records"
        f" WHERE kind <> {RETURN} AND f{place} IS NOT NULL"
        for place in range(len(plan.targets))
    ]
    rows = " UNION ALL ".join(brought)
    yield Statement("anchors", f"SELECT target, cust, min(instant) AS anchor FROM ({rows}) b GROUP BY target, cust")
    number = _number(evaluation, "b.instant")
    yield Statement(
        "credits",
        f"SELECT b.target, b.cust, CASE WHEN {number} < {plan.cycles} THEN {number} + 1 END AS pos, b.id, b.instant,"
        f" b.amount FROM ({rows}) b JOIN anchors a ON a.target = b.target AND a.cust = b.cust",
    )
    length = seconds_of(plan)
    start, end = (words.dialect.shift.format("a.anchor", f"({at} * {length})") for at in ("(g.pos - 1)", "g.pos"))
    tests = ["FALSE" if evaluation.found.now is None else f"{start} <= {words.moment(evaluation.found.now)}"]
    if plan.end is not None:
        tests.append(f"{start} < {words.moment(plan.end)}")
        end = f"least({end}, {words.moment(plan.end)})"
    if evaluation.part.bounded:
        tests.append(f"(k.until IS NULL OR {end} <= k.until)")
    value, own = "g.value", ""
    if evaluation.part.own:
        value, own = "coalesce(o.value, g.value)", " LEFT JOIN own o ON o.cust = k.cust AND o.slot = g.slot"
    yield Statement(
        "windows",
        f"SELECT k.cust, k.name, g.slot, g.pos, g.target, g.period, {evaluation.instant(start)} AS start,"
        f" {evaluation.instant(end)} AS {words.name('end')}, {value} AS value, g.place"
        " FROM anchors a JOIN keys k ON k.cust = a.cust JOIN goals g ON g.number = a.target"
        f"{own} WHERE {' AND '.join(tests)}",
        lazy=True,
    )


def _number(evaluation: Evaluation, instant: str) -> str:
    """The number of the cycle that an instant lies in, from 0."""
    micros = evaluation.words.dialect.micros
    since = f"({micros.format(instant)} - {micros.format('a.anchor')})"
    return evaluation.words.dialect.quotient.format(since, seconds_of(evaluation.plan) * 10**6)


def cycle_refunds(evaluation: Evaluation) -> str:
    """Where returns weigh: on the bill's cycle, on one that starts later (`carried`), or nowhere (null)."""
    words, plan = evaluation.words, evaluation.plan
    there = [f"n + 1 < {plan.cycles}"]
    holds = "n = h"
    if plan.end is not None:
        end = words.moment(plan.end)
        there.append(f"{words.dialect.shift.format('anchor', f'((n + 1) * {seconds_of(plan)})')} < {end}")
        holds = f"(n = h AND instant < {end})"
    stays = {"SAME_PERIOD": "TRUE", "NEXT_PERIOD": "FALSE"}.get(evaluation.policy or "", holds)
    numbered = (
        f"SELECT t.*, a.anchor, {_number(evaluation, 't.billed')} AS h, {_number(evaluation, 't.instant')} AS n"
        " FROM taken t JOIN anchors a ON a.target = t.target AND a.cust = t.cust WHERE t.taken > 0"
    )
    return (
        "SELECT target, cust, id, instant, place, behind, taken,"
        f" CASE WHEN h < {plan.cycles} THEN h + 1 END AS home, CASE WHEN {stays} THEN h + 1"
        f" WHEN {' AND '.join(there)} THEN n + 2 END AS pos, NOT {stays} AS carried FROM ({numbered}) t"
    )
