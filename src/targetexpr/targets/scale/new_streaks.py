"""The runs of customers of whom a batch changes which periods are achieved."""

from __future__ import annotations

from targetexpr.targets.scale.kept_run import KeptRun
from targetexpr.targets.scale.statements import Evaluation
from targetexpr.targets.scale.streaks_sql import has_period, streak_statements


def take_streaks(run: KeptRun, evaluation: Evaluation) -> None:
    """Brings the `runs` that are kept up to date with progress: `new_progress` is there instead of what is `replaced`.

    Which periods were achieved is told by the runs themselves.
    """
    if not evaluation.plan.tracking.is_streak:
        return
    achieved = f"WHERE achieved_by IS NOT NULL AND slot < {evaluation.stride}"
    run.keep(
        "changes",
        f"SELECT cust, slot AS pos, bool_or(now) AS now FROM (SELECT cust, slot, TRUE AS now FROM new_progress"
        f" {achieved} UNION ALL SELECT cust, slot, FALSE FROM replaced {achieved}) c"
        " GROUP BY cust, slot HAVING count(*) = 1",
    )
    run.keep("keys", "SELECT cust FROM changes UNION SELECT cust FROM new_keys")
    each = f"unnest(range(1, {len(evaluation.plan.periods) + 1})) AS pos"
    before = f"SELECT cust, periods, {each} FROM {run.schema}.runs SEMI JOIN temp.keys USING (cust)"
    run.keep(
        "progress",
        f"SELECT cust, pos AS slot, '' AS achieved_by FROM (SELECT cust, pos FROM ({before}) b"
        f" WHERE {has_period(evaluation, 'pos')}) b ANTI JOIN changes USING (cust, pos)"
        " UNION ALL SELECT cust, pos, '' FROM changes WHERE now",
    )
    for statement in streak_statements(evaluation):
        if not statement.lazy:
            run.fill(statement)
            kept = f"{run.schema}.{statement.name}"
            run.execute(f"DELETE FROM {kept} WHERE cust IN (SELECT cust FROM temp.keys)")
            run.execute(f"INSERT INTO {kept} BY NAME SELECT * FROM temp.{statement.name}")
