"""The ledger of every customer, and the progress that it adds up to."""

from __future__ import annotations

from collections.abc import Iterator

from targetexpr.targets.progress.plan import Accumulation
from targetexpr.targets.scale.calendars import local_day
from targetexpr.targets.scale.cycles_sql import cycle_statements
from targetexpr.targets.scale.fixed_sql import fixed_statements
from targetexpr.targets.scale.statements import Evaluation, Statement


def ledger_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """The lines of all ledgers (`ledger`), and the `progress` of every customer and slot that has one.

    Lines are in order by `carried` (true first), `instant`, `place` and `behind`. Nearly all ledgers are in order by
    their instants alone, which is much quicker to sort by; those with two lines of one instant are `tied`.
    """
    yield Statement("ledger", _ledger(evaluation), lazy=True)
    if not evaluation.reading.positive:
        yield Statement("progress", _progress(evaluation, "ledger l"))
        return
    yield Statement("sums", _sums(evaluation))
    tied = "(SELECT cust AS c, slot AS s FROM sums WHERE tied) t JOIN ledger l ON l.cust = t.c AND l.slot = t.s"
    yield Statement("tied_progress", _progress(evaluation, tied))
    columns = f"cust, slot, progress, contributions, achieved_by, achieved_on{', latest' if evaluation.kept else ''}"
    both = f"SELECT {columns} FROM sums WHERE NOT tied UNION ALL SELECT {columns} FROM tied_progress"
    yield Statement("progress", both, lazy=True)


def window_statements(evaluation: Evaluation) -> Iterator[Statement]:
    """What records bring to which window."""
    return fixed_statements(evaluation) if evaluation.fixed else cycle_statements(evaluation)


def _ledger(evaluation: Evaluation) -> str:
    key, stride = evaluation.order_key("id"), evaluation.stride
    slots = f"target * {stride} + pos" if len(evaluation.plan.targets) > 1 else "pos"
    shapes: dict[Accumulation, list[int]] = {}
    for target in evaluation.plan.targets:
        shapes.setdefault(target.accumulation, []).append(target.index)
    lines = []
    for shape, places in shapes.items():
        mine = "" if len(shapes) == 1 else f" AND target IN ({', '.join(map(str, places))})"
        rows = f"SELECT * FROM credits WHERE pos IS NOT NULL{mine}"
        if shape != "sum":
            rows = _by_day(evaluation, shape, rows, key)
        lines.append(
            f"SELECT cust, {slots} AS slot, id, instant, {key} AS place, '' AS behind, FALSE AS carried,"
            f" amount AS change, 1 AS counts FROM ({rows}) c"
        )
    if evaluation.lowered:
        lines.append(
            f"SELECT cust, {slots} AS slot, id, instant, place, behind, carried, -taken AS change, 0 AS counts"
            " FROM refunds WHERE pos IS NOT NULL AND home IS NOT NULL"
        )
    return " UNION ALL ".join(lines)


def _by_day(evaluation: Evaluation, shape: Accumulation, rows: str, key: str) -> str:
    """What records change where a local day counts once, or by its highest or lowest figure."""
    day = local_day(evaluation.words, evaluation.clock, "instant")
    window = f"(PARTITION BY cust, target, pos, {day} ORDER BY instant, {key})"
    if shape == "days":
        change = f"CASE WHEN row_number() OVER {window} = 1 THEN {10**evaluation.reading.scale} ELSE 0 END"
        return f"SELECT cust, target, pos, id, instant, {change} AS amount FROM ({rows}) r"
    extreme = "max" if shape == "highest" else "min"
    up_to_now = f"{window[:-1]} ROWS UNBOUNDED PRECEDING)"
    so_far = f"SELECT *, {day} AS day, {extreme}(amount) OVER {up_to_now} AS extreme FROM ({rows}) r"
    before = f"lag(extreme) OVER (PARTITION BY cust, target, pos, day ORDER BY instant, {key})"
    return f"SELECT cust, target, pos, id, instant, extreme - coalesce({before}, 0) AS amount FROM ({so_far}) s"


_FIRST = 2**61
"""Microseconds: what is carried into a window stands so far before everything else."""


def moment_of(evaluation: Evaluation) -> str:
    """Where a line stands among others, as a number; two of them may be of one."""
    moment = evaluation.words.dialect.micros.format("instant")
    return f"{moment} - CASE WHEN carried THEN {_FIRST} ELSE 0 END" if evaluation.lowered else moment


def _sums(evaluation: Evaluation) -> str:
    """Progress of ledgers of which no two lines are of one instant, with what it takes above zero everywhere.

    So a value is reached by a line that counts, and no carried one: they are below zero.
    """
    words, width = evaluation.words, evaluation.stride * len(evaluation.plan.targets)
    if words.dialect.name == "duckdb":  # one number is sorted by sooner than two
        made, account = f"CAST(cust AS BIGINT) * {width} + slot AS account", "r.account"
        cust = f"CAST({words.dialect.quotient.format('r.account', width)} AS INTEGER)"
        slot = f"CAST(r.account % {width} AS INTEGER)"
    else:
        made, account, cust, slot = "cust, slot", "r.cust, r.slot", "r.cust", "r.slot"
    # Spark allows it no frame; on DuckDB one window is worked out sooner than two.
    before = "lag(moment) OVER " + (
        "w" if words.dialect.name == "duckdb" else f"(PARTITION BY {account} ORDER BY moment)"
    )
    lines = f"SELECT {made}, id, {moment_of(evaluation)} AS moment, change FROM ledger"
    running = (
        f"SELECT {account}, id, moment, change, sum(change) OVER w AS total, {before} AS before"
        f" FROM ({lines}) r WINDOW w AS (PARTITION BY {account} ORDER BY moment ROWS UNBOUNDED PRECEDING)"
    )
    value, own = "g.value", ""
    if evaluation.part.own:
        value, own = "coalesce(o.value, g.value)", f" LEFT JOIN own o ON o.cust = {cust} AND o.slot = {slot}"
    steps = (
        f"SELECT {account}, id, moment, change, {value} AS value,"
        f" total >= {value} AND total - change < {value} AS reaches, moment = before AS ties"
        f" FROM ({running}) r JOIN goals g ON g.slot = {slot}{own}"
    )
    ends = (
        f"SELECT {account}, sum(change) AS progress, count(*) AS contributions, max(value) AS value,"
        " max_by(id, moment) FILTER (WHERE reaches) AS id, max(moment) FILTER (WHERE reaches) AS moment,"
        f" coalesce(bool_or(ties), FALSE) AS tied{', max(moment) AS latest' if evaluation.kept else ''}"
        f" FROM ({steps}) r GROUP BY {account}"
    )
    achieved_on = words.dialect.of_micros.format("CASE WHEN progress >= value THEN moment END")
    return (
        f"SELECT {cust} AS cust, {slot} AS slot,"
        f" CAST(progress AS {evaluation.wide}) AS progress, contributions, tied,"
        f" CASE WHEN progress >= value THEN id END AS achieved_by, {achieved_on} AS achieved_on"
        f"{', latest' if evaluation.kept else ''} FROM ({ends}) r"
    )


def _progress(evaluation: Evaluation, lines: str) -> str:
    """Sums, and the line that last brought one to its value: the last one that found it below, or uncounted."""
    if evaluation.lowered:
        order, counted = "carried DESC, instant, place, behind, id", "sum(counts) OVER w"
        reaches = "counted > 0 AND total >= {0} AND NOT (counted > counts AND total - change >= {0})"
    else:
        order, counted = "instant, place", "row_number() OVER w"
        reaches = "total >= {0} AND NOT (counted > 1 AND total - change >= {0})"
    value, own = "g.value", ""
    if evaluation.part.own:
        value, own = "coalesce(o.value, g.value)", " LEFT JOIN own o ON o.cust = r.cust AND o.slot = r.slot"
    reached = reaches.format(value)
    moment = f", {moment_of(evaluation)} AS moment" if evaluation.kept else ""
    running = (
        f"SELECT l.cust, l.slot, l.id, l.instant{moment}, l.change, l.counts, sum(l.change) OVER w AS total,"
        f" {counted} AS counted, row_number() OVER w AS step"
        f" FROM {lines} WINDOW w AS (PARTITION BY l.cust, l.slot ORDER BY {order} ROWS UNBOUNDED PRECEDING)"
    )
    ends = (
        "SELECT r.cust, r.slot, sum(change) AS progress, count(*) AS contributions, max(counted) AS counted,"
        f" max({value}) AS value, max_by(id, step) FILTER (WHERE {reached}) AS achieved_by,"
        f" max_by(instant, step) FILTER (WHERE {reached}) AS achieved_on"
        f"{', max(moment) AS latest' if evaluation.kept else ''}"
        f" FROM ({running}) r JOIN goals g ON g.slot = r.slot{own} GROUP BY r.cust, r.slot"
    )
    achieved = "counted > 0 AND progress >= value"
    return (
        f"SELECT cust, slot, CAST(progress AS {evaluation.wide}) AS progress, contributions,"
        f" CASE WHEN {achieved} THEN achieved_by END AS achieved_by,"
        f" CASE WHEN {achieved} THEN achieved_on END AS achieved_on{', latest' if evaluation.kept else ''}"
        f" FROM ({ends}) e"
    )
