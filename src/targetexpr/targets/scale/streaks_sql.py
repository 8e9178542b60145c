"""Streaks: runs of achieved periods as islands, and the levels that they reach."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.model.enums import TrackingType
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.scale.statements import Evaluation, Statement


def streak_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The `streaks` of all customers: the run now, the longest, and for each level the period that reached it.

    Of what is kept only the run now changes as time goes on: the rest is in `runs`, with the periods that it is told
    from.
    """
    plan = evaluation.plan
    if not plan.tracking.is_streak:
        return
    levels = range(len(plan.levels))
    today = today_of(plan, evaluation.found.now)
    ended = sum(today is not None and period.last < today for period in plan.periods)
    started = sum(today is not None and period.first <= today for period in plan.periods)
    achieved = f"SELECT cust, slot AS pos FROM progress WHERE achieved_by IS NOT NULL AND slot < {evaluation.stride}"
    if plan.tracking is TrackingType.STREAKS and len(plan.periods) <= _MOST_BITS:
        found = _as_text(evaluation, achieved, ended, started)
    elif plan.tracking is TrackingType.STREAKS:
        found = _in_a_row(evaluation, achieved, ended)
    else:
        found = _at_all(evaluation, achieved, started)
    reached = "".join(f", s.p{place}" for place in levels)
    if evaluation.kept:
        periods = _periods(evaluation, achieved)
        none = "0" if _is_number(evaluation) else f"'{'0' * len(plan.periods)}'"
        yield Statement(
            "runs",
            f"SELECT k.cust, coalesce(t.periods, {none}) AS periods, coalesce(s.longest, 0) AS longest{reached}"
            f" FROM keys k LEFT JOIN (({found}) s JOIN ({periods}) t ON t.cust = s.cust) ON s.cust = k.cust",
        )
        run = _run_of(evaluation, ended, started)
        yield Statement("streaks", f"SELECT cust, {run} AS run, longest{reached} FROM runs s", lazy=True)
        return
    yield Statement(
        "streaks",
        f"SELECT k.cust, coalesce(s.run, 0) AS run, coalesce(s.longest, 0) AS longest{reached}"
        f" FROM keys k LEFT JOIN ({found}) s ON s.cust = k.cust",
    )


_MOST_BITS = 62
"""Periods that fit a whole number, one bit for each."""


def _is_number(evaluation: Evaluation) -> bool:
    return len(evaluation.plan.periods) <= _MOST_BITS


def _bits(first: int, last: int) -> str:
    """Some of the periods that are achieved, with a bit for each of them: the last one is the lowest."""
    bit = f"CAST(power(2, {last} - pos) AS BIGINT)"
    return f"CAST(sum(CASE WHEN pos > {first} AND pos <= {last} THEN {bit} ELSE 0 END) AS BIGINT)"


def _periods(evaluation: Evaluation, achieved: str) -> str:
    """The periods of who has achieved one: the bits of a number, or a text with a one or a zero for each."""
    count = len(evaluation.plan.periods)
    if _is_number(evaluation):
        periods = _bits(0, count)
    else:
        parts = [(first, min(first + _MOST_BITS, count)) for first in range(0, count, _MOST_BITS)]
        periods = " || ".join(f"lpad(bin({_bits(first, last)}), {last - first}, '0')" for first, last in parts)
    return f"SELECT cust, {periods} AS periods FROM ({achieved}) a GROUP BY cust"


def has_period(evaluation: Evaluation, pos: str) -> str:
    """Whether a period is among the `periods` of a run that is kept."""
    if _is_number(evaluation):
        return f"(periods >> ({len(evaluation.plan.periods)} - {pos})) & 1 = 1"
    return f"substr(periods, {pos}, 1) = '1'"


def _run_of(evaluation: Evaluation, ended: int, started: int) -> str:
    """How long the run now is, by its `periods`."""
    in_a_row = evaluation.plan.tracking is TrackingType.STREAKS
    if not _is_number(evaluation):
        if in_a_row:
            return _trailing(str(ended), str(started))
        return f"length(replace(substr(periods, 1, {started}), '0', ''))"
    over = len(evaluation.plan.periods) - started  # periods that are still to come
    until_now = f"(periods >> {over})"
    if not in_a_row:
        return f"bit_count({until_now})"
    if started > ended:  # a period that still runs ends none
        until_now = f"(CASE WHEN {until_now} & 1 = 0 THEN periods >> {over + 1} ELSE periods >> {over} END)"
    return f"bit_count(xor({until_now}, {until_now} + 1)) - 1"


def _trailing(over: str, now: str) -> str:
    """The ones at the end of a text of periods until now; a period that still runs ends none."""
    runs_still = f"{now} > {over} AND substr(periods, {now}, 1) = '0'"
    until_now = f"substr(periods, 1, CASE WHEN {runs_still} THEN {now} - 1 ELSE {now} END)"
    return f"length({until_now}) - length(trim(TRAILING '1' FROM {until_now}))"


def _as_text(evaluation: Evaluation, achieved: str, ended: int, started: int) -> str:
    """Runs as stretches of ones in a text with a character for every period: nothing has to be sorted for it."""
    count = len(evaluation.plan.periods)
    bits = f"CAST(sum(CAST(power(2, {count} - pos) AS BIGINT)) AS BIGINT)"
    texts = f"SELECT cust, lpad(bin({bits}), {count}, '0') AS periods FROM ({achieved}) a GROUP BY cust"
    over, now = str(ended), str(started)
    if evaluation.part.bounded:  # who left has no later periods
        texts = f"SELECT t.cust, t.periods, k.highest FROM ({texts}) t JOIN keys k ON k.cust = t.cust"
        over, now = f"least({ended}, highest)", f"least({started}, highest)"
    lengths = " ".join(f"WHEN instr(periods, '{'1' * size}') = 0 THEN {size - 1}" for size in range(1, count + 1))
    reached = "".join(
        f", CASE WHEN instr(periods, '{'1' * level.count}') > 0"
        f" THEN instr(periods, '{'1' * level.count}') + {level.count - 1} END AS p{place}"
        for place, level in enumerate(evaluation.plan.levels)
        if level.count <= count
    )
    reached += "".join(
        f", CAST(NULL AS INTEGER) AS p{place}"
        for place, level in enumerate(evaluation.plan.levels)
        if level.count > count
    )
    return (
        f"SELECT cust, CASE {lengths} ELSE {count} END AS longest,"
        f" {_trailing(over, now)} AS run{reached} FROM ({texts}) t"
    )


def _in_a_row(evaluation: Evaluation, achieved: str, ended: int) -> str:
    """Runs that end with a period that has ended without being achieved; one that still runs ends none."""
    numbered = (
        f"SELECT cust, pos, pos - row_number() OVER (PARTITION BY cust ORDER BY pos) AS island FROM ({achieved}) a"
    )
    islands = f"SELECT cust, min(pos) AS first, max(pos) AS last FROM ({numbered}) n GROUP BY cust, island"
    length = "last - first + 1"
    reached = "".join(
        f", min(first + {level.count - 1}) FILTER (WHERE {length} >= {level.count}) AS p{place}"
        for place, level in enumerate(evaluation.plan.levels)
    )
    islands, since = f"({islands}) i", str(ended)
    if evaluation.part.bounded:  # who left has no later periods
        islands, since = f"{islands} JOIN keys k USING (cust)", f"least({ended}, k.highest)"
    return (
        f"SELECT cust, max({length}) AS longest, max({length}) FILTER (WHERE last >= {since}) AS run{reached}"
        f" FROM {islands} GROUP BY cust"
    )


def _at_all(evaluation: Evaluation, achieved: str, started: int) -> str:
    """Achieved periods, in a row or not."""
    numbered = f"SELECT cust, pos, row_number() OVER (PARTITION BY cust ORDER BY pos) AS run FROM ({achieved}) a"
    reached = "".join(
        f", min(pos) FILTER (WHERE run >= {level.count}) AS p{place}"
        for place, level in enumerate(evaluation.plan.levels)
    )
    return (
        f"SELECT cust, max(run) AS longest, max(run) FILTER (WHERE pos <= {started}) AS run{reached}"
        f" FROM ({numbered}) n GROUP BY cust"
    )
