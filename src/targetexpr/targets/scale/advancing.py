"""A day's records added to an evaluation that is kept: only what they touch is worked out again.

What the statements left is kept in the main schema of a database under the names that they gave it. The records of a
batch are read by the same statements; then those that follow run over temporary relations of the same names, which
have what is touched alone: periods of customers, or all of a customer where there are returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from targetexpr.tables.columns import Column
from targetexpr.tables.relation_table import RelationFacts, quoted
from targetexpr.tables.uses import Use
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.aggregate import today_of
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.tracker import DUPLICATE
from targetexpr.targets.scale.duckdb_engine import DuckdbRun
from targetexpr.targets.scale.ledger_sql import ledger_statements, window_statements
from targetexpr.targets.scale.outcome_sql import counts_query, outcome_statements
from targetexpr.targets.scale.records_sql import RETURN, elsewhere_of, record_statements
from targetexpr.targets.scale.returns_sql import return_statements
from targetexpr.targets.scale.small_tables import small_tables
from targetexpr.targets.scale.sql_run import ROWS, FirstQuestions
from targetexpr.targets.scale.statements import Evaluation, Statement
from targetexpr.targets.scale.streaks_sql import streak_statements

PROGRESS = "cust, slot, CAST(progress AS HUGEINT) AS progress, contributions, achieved_by, achieved_on"
_OF_RETURNS = ("returns", "returned", "taken", "refunds")

OWN_ID = f"CASE WHEN kind = {RETURN} THEN substr(id, 10, TRY_CAST(substr(id, 1, 9) AS INTEGER)) ELSE id END"
"""The id of a record alone: a return has its bill behind it."""


class MustRebuild(Exception):
    """What was added cannot be taken on top of what is kept: everything has to be worked out again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of the records that are kept."""

    rows: int
    returns: bool
    digits: bool
    odd: bool
    scale: int
    largest: float
    first: datetime | None
    last: datetime | None  # in UTC
    out_of_scope: int
    outside_periods: int


def can_advance(plan: EvaluationPlan, *, enrolled: bool) -> bool:
    """Whether an evaluation can go on from what is kept. Else it is worked out anew."""
    fixed = plan.window is EvaluationType.FIXED_CALENDAR_WINDOW
    return fixed and not enrolled and plan.tracking not in (TrackingType.UNIFIED, TrackingType.CAPPING)


def kept_of(evaluation: Evaluation, counts: tuple[int, int], span: tuple[datetime | None, datetime | None]) -> Kept:
    """What has to be known of an evaluation to go on from it."""
    found = evaluation.found
    return Kept(
        rows=found.rows,
        returns=found.returns,
        digits=found.digits,
        odd=found.odd,
        scale=evaluation.reading.scale,
        largest=evaluation.reading.largest,
        first=span[0],
        last=span[1],
        out_of_scope=counts[0],
        outside_periods=counts[1],
    )


class StateRun(DuckdbRun):
    """An evaluation that is kept, or one that goes on from what is kept."""

    kept: Kept | None = None
    evaluation: Evaluation
    instants: tuple[datetime | None, datetime | None] = (None, None)

    def learn(self, needed: Sequence[tuple[Column, Use]], first: FirstQuestions) -> RelationFacts:
        """Finds out the facts that are needed; where there were returns before, records are read for them."""
        facts = super().learn(needed, first)
        if self.kept is not None and self.kept.returns:
            first.answers["returns"] = 1
        if self.kept is not None and self.kept.digits:
            first.answers["digits"] = True
        return facts

    def _evaluation(self, seen, reading, odd) -> Evaluation:  # type: ignore[no-untyped-def]
        kept = self.kept
        if kept is not None:
            first = min((one for one in (seen.first, kept.first) if one is not None), default=None)
            last = max((one for one in (seen.last, kept.last) if one is not None), default=None)
            seen = replace(seen, rows=seen.rows + kept.rows, first=first, last=last)
        self.instants = seen.first, seen.last
        self.evaluation = super()._evaluation(seen, reading, odd)
        return self.evaluation

    # ---- going on

    def advance(self, kept: Kept, schema: str) -> Kept:
        """Takes the rows of the table on top of what is kept in a schema, and leaves the views of the outcome.

        Raises MustRebuild before anything is changed.
        """
        self.kept = kept
        seen, reading = self._look()
        if (seen.returns and not kept.returns) or (seen.digits and not kept.digits) or reading.scale > kept.scale:
            raise MustRebuild
        odd = self._odd(seen, reading)
        batch = self._evaluation(seen, reading, odd)
        whole = replace(
            batch,
            reading=replace(
                reading,
                scale=kept.scale,
                largest=max(kept.largest, reading.largest * 10.0 ** (kept.scale - reading.scale)),
            ),
            found=replace(batch.found, odd=kept.odd or odd is not None),
        )
        for table in small_tables(batch, self.span, None, odd):
            self.write(table.name, table.columns, table.rows)
        for table in small_tables(whole, self.span, None, None):
            if table.name == "goals":
                self.write(table.name, table.columns, table.rows)
        for statement in record_statements(batch, ROWS):
            self.fill(statement)
        return _Advance(self, kept, whole, schema, reading.scale).done()


class _Advance:
    """The records of a batch are there; they are joined to what is kept."""

    def __init__(self, run: StateRun, kept: Kept, whole: Evaluation, schema: str, scale: int) -> None:
        self.run = run
        self.kept = kept
        self.whole = whole
        self.schema = schema
        self.factor = 10 ** (kept.scale - scale)
        self.returns = whole.found.returns

    def execute(self, query: str) -> None:
        self.run._connection.execute(query)

    def keep(self, name: str, query: str) -> None:
        """A temporary table."""
        self.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def done(self) -> Kept:
        """Does everything."""
        self._take_batch()
        self._drop_known()
        scope, outside = self._counts_of_batch()
        self._number_customers()
        self._touch()
        for statements in (window_statements, return_statements, ledger_statements):
            for statement in statements(self.whole):
                self.run.fill(statement)
        self.keep("new_progress", f"SELECT {PROGRESS} FROM progress")
        self._merge()
        self._streaks()
        self._set_aside()
        self._show()
        if self.returns:
            _, *both = self.run.one(counts_query(self.whole))
            counts = int(str(both[0])), int(str(both[1]))
        else:
            counts = self.kept.out_of_scope + scope, self.kept.outside_periods + outside
        return kept_of(self.whole, counts, self.run.instants)

    def _take_batch(self) -> None:
        """The records of the batch by the names of their customers, on the grid of what is kept."""
        targets = range(len(self.whole.plan.targets))
        scaled = [*(f"f{place}" for place in targets), *(("worth",) if self.whole.by_worth else ())]
        figures = ", ".join(f"r.{name} * {self.factor} AS {name}" for name in scaled)
        replaced = f" REPLACE ({figures})" if self.factor != 1 else ""
        self.keep(
            "batch",
            f"SELECT k.name, r.* EXCLUDE (cust){replaced}, {OWN_ID} AS own_id, hash({OWN_ID}) AS digest"
            " FROM temp.records r JOIN temp.keys k ON k.cust = r.cust",
        )

    def _drop_known(self) -> None:
        """Of an id that is kept already a later record counts nothing. Raises MustRebuild where it is no later one."""
        self.keep(
            "known",
            "SELECT n.own_id AS id, min(o.instant) >= min(n.instant) AS unsure FROM (SELECT"
            f" {OWN_ID} AS own_id, digest, instant FROM {self.schema}.records SEMI JOIN batch USING (digest)) o"
            " JOIN batch n ON n.digest = o.digest AND n.own_id = o.own_id GROUP BY n.own_id",
        )
        unsure = self.run.one(
            "SELECT (SELECT count(*) FROM known WHERE unsure)"
            " + (SELECT count(*) FROM temp.set_aside WHERE reason = 'data' AND record IN (SELECT id FROM known))"
        )[0]
        if unsure:
            raise MustRebuild
        self.execute("DELETE FROM batch WHERE own_id IN (SELECT id FROM known)")

    def _counts_of_batch(self) -> tuple[int, int]:
        brings = " OR ".join(f"f{place} IS NOT NULL" for place in range(len(self.whole.plan.targets)))
        elsewhere = "0" if elsewhere_of(self.whole) is None else "count(*) FILTER (WHERE elsewhere)"
        scope, outside = self.run.one(
            f"SELECT {elsewhere}, count(*) FILTER (WHERE kind <> {RETURN} AND pos IS NULL AND ({brings})) FROM batch"
        )
        return int(str(scope)), int(str(outside))

    def _number_customers(self) -> None:
        self.execute(
            f"INSERT INTO {self.schema}.keys (name, cust) SELECT name, (SELECT coalesce(max(cust), 0) FROM"
            f" {self.schema}.keys) + row_number() OVER () FROM (SELECT DISTINCT name FROM batch) n"
            f" WHERE name NOT IN (SELECT name FROM {self.schema}.keys)"
        )
        self.keep(
            "new_records",
            f"SELECT k.cust, b.* EXCLUDE (name, own_id) FROM batch b JOIN {self.schema}.keys k ON k.name = b.name",
        )

    def _touch(self) -> None:
        """What is worked out again, as temporary relations: all of customers who bring something back, else periods."""
        for name in ("records", "keys"):
            self.execute(f"DROP TABLE IF EXISTS temp.{name}")
        self.keep("touched", "SELECT DISTINCT cust FROM new_records")
        self.keep("keys", f"SELECT k.* FROM {self.schema}.keys k SEMI JOIN touched USING (cust)")
        back = f"SELECT DISTINCT cust FROM new_records WHERE kind = {RETURN}"
        if self.returns:
            back = f"{back} UNION SELECT cust FROM {self.schema}.returns SEMI JOIN touched USING (cust)"
        self.keep("touched_wholly", back)
        self.keep(
            "touched_periods",
            "SELECT DISTINCT cust, pos FROM new_records WHERE pos IS NOT NULL"
            " AND cust NOT IN (SELECT cust FROM touched_wholly)",
        )
        low, high = self.run.one("SELECT coalesce(min(pos), 0), coalesce(max(pos), -1) FROM touched_periods")
        rows = f"SELECT * FROM (SELECT * FROM {self.schema}.records WHERE pos BETWEEN {low} AND {high}) r"
        rows = f"{rows} SEMI JOIN touched_periods USING (cust, pos) UNION ALL BY NAME SELECT * FROM new_records"
        if self.returns:
            whole = f"SELECT * FROM {self.schema}.records SEMI JOIN touched_wholly USING (cust)"
            rows = f"{whole} UNION ALL BY NAME {rows}"
        self.keep("records", rows)

    def _merge(self) -> None:
        self.execute(f"INSERT INTO {self.schema}.records BY NAME SELECT * FROM new_records")
        mine = "(cust, slot) IN (SELECT (cust, slot) FROM new_progress)"
        if self.returns:
            mine = f"{mine} OR cust IN (SELECT cust FROM touched_wholly)"
        self.execute(f"DELETE FROM {self.schema}.progress WHERE {mine}")
        self.execute(f"INSERT INTO {self.schema}.progress BY NAME SELECT * FROM new_progress")
        for name in _OF_RETURNS if self.returns else ():
            if name in ("taken", "refunds") and not self.whole.lowered:
                continue
            self.execute(f"DELETE FROM {self.schema}.{name} WHERE cust IN (SELECT cust FROM touched_wholly)")
            self.execute(f"INSERT INTO {self.schema}.{name} BY NAME SELECT * FROM temp.{name}")
        for name in ("days", "goals"):
            self.execute(f"CREATE OR REPLACE TABLE {self.schema}.{name} AS SELECT * FROM temp.{name}")

    def _streaks(self) -> None:
        """Streaks of who is touched; of all, when a period has ended or begun since."""
        if not self.whole.plan.tracking.is_streak:
            return
        plan = self.whole.plan
        everybody = _standing(plan, today_of(plan, self.kept.last)) != _standing(
            plan, today_of(plan, self.whole.found.now)
        )
        self._drop("progress")
        if everybody:
            self._drop("keys")
        else:
            self.keep("progress", f"SELECT p.* FROM {self.schema}.progress p SEMI JOIN touched USING (cust)")
        for statement in streak_statements(self.whole):
            self.run.fill(statement)
        if not everybody:
            self.execute(f"DELETE FROM {self.schema}.streaks WHERE cust IN (SELECT cust FROM touched)")
            self.execute(f"INSERT INTO {self.schema}.streaks BY NAME SELECT * FROM temp.streaks")
        else:
            self.execute(f"CREATE OR REPLACE TABLE {self.schema}.streaks AS SELECT * FROM temp.streaks")

    def _set_aside(self) -> None:
        again = (
            "SELECT 'duplicate' AS reason, id AS record, NULL AS target, 'id' AS path,"
            f" '{DUPLICATE}' AS message FROM known"
        )
        self.execute(
            f"INSERT INTO {self.schema}.set_aside BY NAME SELECT * FROM temp.set_aside WHERE reason <> 'duplicate'"
        )
        self.execute(
            f"INSERT INTO {self.schema}.set_aside BY NAME SELECT DISTINCT * FROM (SELECT * FROM temp.set_aside"
            f" WHERE reason = 'duplicate' UNION ALL BY NAME {again}) d WHERE record NOT IN"
            f" (SELECT record FROM {self.schema}.set_aside WHERE reason = 'duplicate')"
        )
        there = self.run.one("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'odd_returns'")[0]
        if there:
            self.execute(f"INSERT INTO {self.schema}.odd_returns BY NAME SELECT * FROM temp.odd_returns")

    def _drop(self, name: str) -> None:
        for kind in self.run._connection.execute(
            "SELECT 'TABLE' FROM duckdb_tables() WHERE temporary AND table_name = $name UNION ALL"
            " SELECT 'VIEW' FROM duckdb_views() WHERE temporary AND view_name = $name",
            {"name": name},
        ).fetchall():
            self.execute(f"DROP {kind[0]} temp.{name}")

    def _show(self) -> None:
        """The views of the outcome, over what is kept."""
        names = ["keys", "records", *_OF_RETURNS, "progress", "sums", "tied_progress", "streaks", "days"]
        for name in (*names, "goals", "set_aside", "odd_returns", "odd_records", "repeated"):
            self._drop(name)
        lazy: list[Statement] = []
        for statements in (window_statements, ledger_statements):
            lazy += [one for one in statements(self.whole) if one.lazy and one.name != "progress"]
        for statement in (*lazy, *outcome_statements(self.whole)):
            self.run.fill(statement)


def _standing(plan: EvaluationPlan, today: date | None) -> tuple[int, int]:
    """How many periods have ended, and how many have started."""
    if today is None:
        return 0, 0
    return sum(one.last < today for one in plan.periods), sum(one.first <= today for one in plan.periods)


def catalog(name: str) -> str:
    """The main schema of a database."""
    return f"{quoted(name)}.main"
