"""The progress of periods that a batch touches: its lines go behind those before, or all of a period is read again.

What is kept of a period's progress says how far it is, and when its latest line is. Lines that are later than that
find all that they need in it, as an opening line before them; a line that is not goes with all others of its period.
"""

from __future__ import annotations

from targetexpr.targets.scale.kept_run import KeptRun
from targetexpr.targets.scale.ledger_sql import ledger_statements, moment_of, window_statements
from targetexpr.targets.scale.records_sql import RETURN
from targetexpr.targets.scale.statements import Evaluation, Statement

PROGRESS = "cust, slot, CAST(progress AS HUGEINT) AS progress, contributions, achieved_by, achieved_on, latest"
"""The columns of progress as it is kept."""

_MOST_SLOTS = 100


def take_progress(run: KeptRun, evaluation: Evaluation) -> None:
    """Brings the progress that is kept up to date: rows that are `replaced` go, and `new_progress` comes."""
    _touch(run, evaluation)
    _look_up(run, evaluation)
    _gather(run, evaluation)
    _add_up(run, evaluation)
    kept = f"{run.schema}.progress"
    run.execute(f"DELETE FROM {kept} WHERE rowid IN (SELECT row FROM replaced)")
    run.execute(f"INSERT INTO {kept} BY NAME SELECT * FROM new_progress")


def _touch(run: KeptRun, evaluation: Evaluation) -> None:
    """Periods with new lines (`touched`), with the earliest of them, and whether that is enough to go on from."""
    micros = evaluation.words.dialect.micros.format("instant")
    places = {target.index: target.accumulation == "sum" for target in evaluation.plan.targets}
    brings = " OR ".join(f"f{place} IS NOT NULL" for place in places)
    others = [f"f{place} IS NOT NULL" for place, is_sum in places.items() if not is_sum]
    anew = "TRUE" if not evaluation.reading.positive else " OR ".join(others) or "FALSE"
    lines = (
        f"SELECT cust, pos, {micros} AS moment, {anew} AS anew FROM new_records"
        f" WHERE kind <> {RETURN} AND pos IS NOT NULL AND ({brings})"
    )
    if evaluation.lowered:
        taken = "WHERE pos IS NOT NULL AND home IS NOT NULL"
        anew = "FALSE" if evaluation.reading.positive else "TRUE"
        lines = (
            f"{lines} UNION ALL SELECT cust, pos, {moment_of(evaluation)}, {anew} FROM more_refunds {taken}"
            f" UNION ALL SELECT cust, pos, NULL, TRUE FROM fewer_refunds {taken}"
        )
    run.keep(
        "touched",
        f"SELECT cust, pos, min(moment) AS earliest, bool_or(anew) AS anew FROM ({lines}) l GROUP BY cust, pos",
    )


def _look_up(run: KeptRun, evaluation: Evaluation) -> None:
    """What is kept of these periods (`former`), and those of which all has to be read again (`reread`)."""
    stride = evaluation.stride
    positions = [pos for (pos,) in run.all("SELECT DISTINCT pos FROM touched")]
    slots = [target.index * stride + int(str(pos)) for target in evaluation.plan.targets for pos in positions]
    among = f"BETWEEN {min(slots, default=0)} AND {max(slots, default=-1)}"
    if 0 < len(slots) <= _MOST_SLOTS:
        among = f"IN ({', '.join(map(str, sorted(slots)))})"
    run.keep(
        "former_rows",
        f"SELECT p.rowid AS row FROM {run.schema}.progress p JOIN touched t ON t.cust = p.cust"
        f" AND t.pos = p.slot % {stride} WHERE p.slot {among}",
    )
    run.keep(
        "former", f"SELECT *, rowid AS row FROM {run.schema}.progress WHERE rowid IN (SELECT row FROM former_rows)"
    )
    run.keep(
        "reread",
        "SELECT t.cust, t.pos FROM touched t LEFT JOIN (SELECT cust,"
        f" slot % {stride} AS pos, max(latest) AS latest FROM former GROUP BY cust, pos) f"
        " ON f.cust = t.cust AND f.pos = t.pos WHERE t.anew OR t.earliest <= f.latest",
    )


def _gather(run: KeptRun, evaluation: Evaluation) -> None:
    """The records and refunds whose lines are added up: new ones, and all of what is read again."""
    kept = run.schema
    run.drop("records")
    records = "SELECT * FROM new_records"
    low, high = run.one("SELECT min(pos), max(pos) FROM reread")
    if low is not None:
        run.keep(
            "reread_rows",
            f"SELECT rowid AS row FROM (SELECT cust, pos, rowid FROM {kept}.records WHERE pos BETWEEN {low} AND {high})"
            " r SEMI JOIN reread USING (cust, pos)",
        )
        before = f"SELECT * FROM {kept}.records WHERE rowid IN (SELECT row FROM reread_rows)"
        records = f"{records} UNION ALL BY NAME {before}"
    run.keep("records", records)
    if evaluation.lowered:
        refunds = "SELECT * FROM more_refunds"
        if low is not None:
            refunds = (
                f"{refunds} ANTI JOIN reread USING (cust, pos) UNION ALL BY NAME"
                f" SELECT * FROM {kept}.refunds SEMI JOIN reread USING (cust, pos)"
            )
        run.keep("refunds", refunds)
    run.execute(f"INSERT INTO {kept}.records BY NAME SELECT * FROM new_records")


_BEFORE_ANY = "TIMESTAMP '0001-01-01'"
"""The instant of opening lines."""


def _add_up(run: KeptRun, evaluation: Evaluation) -> None:
    """The progress of all that is touched (`new_progress`). The id of opening lines is empty, as no record's is."""
    for statement in window_statements(evaluation):
        run.fill(statement)
    ledger, *sums = ledger_statements(evaluation)
    run.keep("lines", ledger.query)
    run.keep(
        "opened",
        f"SELECT * FROM former f ANTI JOIN reread r ON r.cust = f.cust AND r.pos = f.slot % {evaluation.stride}"
        " SEMI JOIN lines USING (cust, slot)",
    )
    run.keep(
        "replaced",
        "SELECT * FROM opened UNION ALL SELECT * FROM former f"
        f" SEMI JOIN reread r ON r.cust = f.cust AND r.pos = f.slot % {evaluation.stride}",
    )
    opening = (
        f"SELECT cust, slot, '' AS id, {_BEFORE_ANY} AS instant, '' AS place, '' AS behind, TRUE AS carried,"
        f" CAST(progress AS {evaluation.wide}) AS change, 1 AS counts FROM opened"
    )
    run.fill(Statement("ledger", f"SELECT * FROM lines UNION ALL BY NAME {opening}", lazy=True))
    for statement in sums:
        run.fill(statement)
    run.keep(
        "new_progress",
        f"SELECT n.cust, n.slot, n.progress, n.contributions + coalesce(o.contributions - 1, 0) AS contributions,"
        " CASE WHEN n.achieved_by = '' THEN o.achieved_by ELSE n.achieved_by END AS achieved_by,"
        " CASE WHEN n.achieved_by = '' THEN o.achieved_on ELSE n.achieved_on END AS achieved_on, n.latest"
        f" FROM (SELECT {PROGRESS} FROM progress) n LEFT JOIN opened o ON o.cust = n.cust AND o.slot = n.slot",
    )
