"""A day's records added to an evaluation that is kept: what they cost is what they touch.

What the statements left is kept in the main schema of a database under the names that they gave it. The records of a
batch are read by the same statements; then those that follow run over temporary relations of the same names, which
have what is touched alone: bills that are returned, periods with new lines, customers whose achieved periods change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from targetexpr.tables.columns import Column
from targetexpr.tables.relation_table import RelationFacts
from targetexpr.tables.uses import Use
from targetexpr.targets.model.enums import EvaluationType, TrackingType
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.scale.kept_run import KeptRun, MustRebuild
from targetexpr.targets.scale.ledger_sql import ledger_statements, window_statements
from targetexpr.targets.scale.new_progress import take_progress
from targetexpr.targets.scale.new_records import put_aside, take_records
from targetexpr.targets.scale.new_returns import take_returns
from targetexpr.targets.scale.new_streaks import take_streaks
from targetexpr.targets.scale.outcome_sql import outcome_statements
from targetexpr.targets.scale.records_sql import record_statements
from targetexpr.targets.scale.small_tables import small_tables
from targetexpr.targets.scale.sql_run import ROWS, FirstQuestions
from targetexpr.targets.scale.statements import Evaluation
from targetexpr.targets.scale.streaks_sql import streak_statements


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


class StateRun(KeptRun):
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
        evaluation = super()._evaluation(seen, reading, odd)
        goes_on = can_advance(evaluation.plan, enrolled=evaluation.part.enrolled)
        self.evaluation = replace(evaluation, kept=goes_on)
        return self.evaluation

    # ---- going on

    def advance(self, kept: Kept) -> Kept:
        """Takes the rows of the table on top of what is kept, and leaves the views of the outcome.

        Raises MustRebuild before anything that is kept is changed.
        """
        self.kept = kept
        seen, reading = self._look()
        if (seen.returns and not kept.returns) or (seen.digits and not kept.digits) or reading.scale > kept.scale:
            raise MustRebuild
        odd = self._odd(seen, reading)
        seen = self.with_odd(seen, odd)
        batch = self._evaluation(seen, reading, odd)
        factor = 10 ** (kept.scale - reading.scale)
        largest = max(kept.largest, reading.largest * factor)
        whole = replace(
            batch,
            reading=replace(reading, scale=kept.scale, largest=largest),
            found=replace(batch.found, odd=kept.odd or odd is not None),
        )
        for table in small_tables(batch, self.span, None, odd):
            self.write(table.name, table.columns, table.rows)
        for table in small_tables(whole, self.span, None, None):
            if table.name == "goals":
                self.write(table.name, table.columns, table.rows)
        for statement in record_statements(batch, ROWS):
            self.fill(statement)
        scope, outside = take_records(self, whole, factor)
        if whole.found.returns:
            outside += take_returns(self, whole)
        take_progress(self, whole)
        take_streaks(self, whole)
        put_aside(self)
        for name in ("days", "goals"):
            self.execute(f"CREATE OR REPLACE TABLE {self.schema}.{name} AS SELECT * FROM temp.{name}")
        self._show(whole)
        return kept_of(whole, (kept.out_of_scope + scope, kept.outside_periods + outside), self.instants)

    def _show(self, whole: Evaluation) -> None:
        """The views of the outcome, over what is kept."""
        self.drop(*list(self.made))
        for statements in (window_statements, ledger_statements, streak_statements):
            for statement in statements(whole):
                if statement.lazy and statement.name != "progress":
                    self.fill(statement)
        for statement in outcome_statements(whole):
            self.fill(statement)
