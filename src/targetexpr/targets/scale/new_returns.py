"""What returns take back once a batch is there: only bills that it returns, or brings to returns, are weighed again."""

from __future__ import annotations

from targetexpr.targets.scale.kept_run import KeptRun
from targetexpr.targets.scale.records_sql import BILL, returns_query
from targetexpr.targets.scale.returns_sql import return_statements
from targetexpr.targets.scale.statements import Evaluation


def take_returns(run: KeptRun, evaluation: Evaluation) -> int:
    """Brings what is kept of returns up to date, and says by how many more of them lie outside of every period.

    What they take from figures is `more_refunds` and `fewer_refunds` than before.
    """
    kept = run.schema
    if run.has("odd_returns"):  # a name for those of the batch alone until now
        run.execute(f"INSERT INTO {kept}.odd_returns BY NAME SELECT * FROM temp.odd_returns")
        run.drop("odd_returns")
    run.drop("records")
    run.keep("records", "SELECT * FROM new_records")
    run.keep("new_returns", returns_query(evaluation))
    run.execute(f"INSERT INTO {kept}.returns BY NAME SELECT * FROM new_returns")
    run.keep(
        "weighed",
        "SELECT cust, bill FROM new_returns WHERE bill IS NOT NULL UNION SELECT r.cust, r.bill"
        f" FROM {kept}.returns r JOIN new_records b ON b.cust = r.cust AND b.id = r.bill WHERE b.kind = {BILL}",
    )
    run.keep("returns", f"SELECT * FROM {kept}.returns SEMI JOIN weighed USING (cust, bill)")
    mine = f"SEMI JOIN weighed w ON w.cust = r.cust AND w.bill = r.id WHERE r.kind = {BILL}"
    run.keep(
        "records",
        f"SELECT * EXCLUDE (own_id) FROM met r {mine} UNION ALL BY NAME SELECT * FROM new_records r {mine}",
    )
    brought = f"SELECT id FROM new_records WHERE kind = {BILL}"
    if evaluation.lowered:
        run.keep("former_refunds", f"SELECT * FROM {kept}.refunds WHERE id IN (SELECT id FROM temp.returns)")
    for statement in return_statements(evaluation):
        if statement.name == "returns":
            continue
        run.fill(statement)
        rows = f"SELECT * FROM temp.{statement.name}"
        if statement.name == "returned":  # which says the same of a return for ever, once its bill is there
            rows = f"{rows} WHERE id IN (SELECT id FROM new_returns) OR bill IN ({brought})"
        else:
            run.execute(f"DELETE FROM {kept}.{statement.name} WHERE id IN (SELECT id FROM temp.returns)")
        run.execute(f"INSERT INTO {kept}.{statement.name} BY NAME {rows}")
    if not evaluation.lowered:
        return 0
    run.keep("more_refunds", "SELECT * FROM temp.refunds EXCEPT ALL SELECT * FROM former_refunds")
    run.keep("fewer_refunds", "SELECT * FROM former_refunds EXCEPT ALL SELECT * FROM temp.refunds")
    nowhere = "(SELECT count(DISTINCT id) FROM {} WHERE home IS NULL)"
    return run.count(f"SELECT {nowhere.format('temp.refunds')} - {nowhere.format('former_refunds')}")
