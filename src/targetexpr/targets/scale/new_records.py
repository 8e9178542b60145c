"""The records of a batch beside those that are kept: which of them are new, and the numbers of their customers."""

from __future__ import annotations

from targetexpr.targets.progress.tracker import DUPLICATE
from targetexpr.targets.scale.kept_run import KeptRun, MustRebuild
from targetexpr.targets.scale.records_sql import BILL_OF, OWN_ID, RETURN, elsewhere_of
from targetexpr.targets.scale.statements import Evaluation


def digest_of(id: str) -> str:
    """Forty bits of an id: few to look through for all records, and enough that hardly another id has the same."""
    return f"(hash({id}) >> 24)"


def take_records(run: KeptRun, evaluation: Evaluation, factor: int) -> tuple[int, int]:
    """Makes `new_records` of the records that the statements left, and `met`, kept ones with an id that they name.

    `factor` brings figures to the grid of what is kept; `new_keys` are customers who were not there before. What
    comes back is how many new records are from elsewhere, and how many lie outside of every period. Raises
    MustRebuild, before anything that is kept is changed, where an id is kept already of a record that is no earlier.
    """
    targets = range(len(evaluation.plan.targets))
    scaled = [*(f"f{place}" for place in targets), *(("worth",) if evaluation.by_worth else ())]
    figures = ", ".join(f"r.{name} * {factor} AS {name}" for name in scaled)
    replaced = f" REPLACE ({figures})" if factor != 1 else ""
    run.keep(
        "batch",
        f"SELECT *, {digest_of('own_id')} AS digest FROM (SELECT k.name, r.* EXCLUDE (cust){replaced},"
        f" {OWN_ID} AS own_id FROM temp.records r JOIN temp.keys k ON k.cust = r.cust) b",
    )
    _meet(run, evaluation)
    _drop_known(run)
    brings = " OR ".join(f"f{place} IS NOT NULL" for place in targets)
    elsewhere = "0" if elsewhere_of(evaluation) is None else "count(*) FILTER (WHERE elsewhere)"
    scope, outside = run.one(
        f"SELECT {elsewhere}, count(*) FILTER (WHERE kind <> {RETURN} AND pos IS NULL AND ({brings})) FROM batch"
    )
    _number_customers(run)
    return int(str(scope)), int(str(outside))


def _meet(run: KeptRun, evaluation: Evaluation) -> None:
    """Kept records with the digest of an id that the batch has, or of a bill that it returns.

    The digests of all records are looked through, and the other columns of those that are found alone.
    """
    asked = "SELECT digest FROM batch"
    if evaluation.found.returns:
        bills = f"SELECT {BILL_OF} AS bill FROM batch WHERE kind = {RETURN}"
        asked = f"{asked} UNION SELECT {digest_of('bill')} AS digest FROM ({bills}) r WHERE bill IS NOT NULL"
    run.keep("asked", asked)
    run.keep("met_rows", f"SELECT rowid AS row FROM {run.schema}.records SEMI JOIN asked USING (digest)")
    run.keep("met", f"SELECT *, {OWN_ID} AS own_id FROM {run.schema}.records WHERE rowid IN (SELECT row FROM met_rows)")


def _drop_known(run: KeptRun) -> None:
    """Of an id that is kept already a later record counts nothing. Raises MustRebuild where it is no later one."""
    run.keep(
        "known",
        "SELECT n.own_id AS id, min(o.instant) >= min(n.instant) AS unsure FROM met o"
        " JOIN batch n ON n.own_id = o.own_id GROUP BY n.own_id",
    )
    if run.count(
        "SELECT (SELECT count(*) FROM known WHERE unsure)"
        " + (SELECT count(*) FROM temp.set_aside WHERE reason = 'data' AND record IN (SELECT id FROM known))"
    ):
        raise MustRebuild
    run.execute("DELETE FROM batch WHERE own_id IN (SELECT id FROM known)")


def _number_customers(run: KeptRun) -> None:
    run.keep(
        "named",
        "SELECT n.name, k.cust FROM (SELECT DISTINCT name FROM batch) n"
        f" LEFT JOIN {run.schema}.keys k ON k.name = n.name",
    )
    run.keep(
        "new_keys",
        f"SELECT name, CAST((SELECT coalesce(max(cust), 0) FROM {run.schema}.keys) + row_number() OVER () AS INTEGER)"
        " AS cust FROM named WHERE cust IS NULL",
    )
    run.keep(
        "new_records",
        "SELECT k.cust, b.* EXCLUDE (name, own_id) FROM batch b JOIN (SELECT name, cust FROM named"
        " WHERE cust IS NOT NULL UNION ALL SELECT name, cust FROM new_keys) k ON k.name = b.name",
    )
    run.execute(f"INSERT INTO {run.schema}.keys BY NAME SELECT name, cust FROM new_keys")


def put_aside(run: KeptRun) -> None:
    """Adds what was set aside of the batch: of an id that came again there is one line."""
    again = (
        f"SELECT 'duplicate' AS reason, id AS record, NULL AS target, 'id' AS path, '{DUPLICATE}' AS message FROM known"
    )
    kept = f"{run.schema}.set_aside"
    run.execute(f"INSERT INTO {kept} BY NAME SELECT * FROM temp.set_aside WHERE reason <> 'duplicate'")
    run.execute(
        f"INSERT INTO {kept} BY NAME SELECT DISTINCT * FROM (SELECT * FROM temp.set_aside WHERE reason = 'duplicate'"
        f" UNION ALL BY NAME {again}) d WHERE record NOT IN (SELECT record FROM {kept} WHERE reason = 'duplicate')"
    )
