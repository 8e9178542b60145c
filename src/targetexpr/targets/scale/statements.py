"""Statements: each names a relation and the query that fills it. One text serves every engine but for its dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.targets.progress.plan import EvaluationPlan
from targetexpr.targets.progress.windows import ReturnPolicy
from targetexpr.targets.scale.calendars import Offset
from targetexpr.targets.scale.measures import LARGEST
from targetexpr.targets.scale.reading import Reading


@dataclass(frozen=True, slots=True)
class Statement:
    """A relation and what fills it."""

    name: str
    query: str
    lazy: bool = False  # a view: nothing runs before somebody reads it


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of a table before statements are written: what they leave out, they do not have to do."""

    rows: int
    returns: bool  # whether there is one
    digits: bool  # whether an id is, or begins with, a digit: then ids may be numbers, which are in another order
    odd: bool  # whether rows were left to the evaluator
    later: bool  # whether records are later than the end of the evaluation
    unreadable: bool
    repeated: bool  # whether ids came more than once
    now: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything that statements are written from."""

    plan: EvaluationPlan
    policy: ReturnPolicy | None
    drop_unfinished: bool
    reading: Reading
    found: Found
    clock: Sequence[Offset]
    words: SqlVocabulary

    @property
    def stride(self) -> int:
        """How far the slots of a target are behind those of the one before: a slot is a period of a target."""
        return len(self.plan.periods) + 1

    @property
    def wide(self) -> str:
        """The type of sums of figures."""
        if self.found.rows * self.reading.largest < LARGEST:
            return "BIGINT"
        return "HUGEINT" if self.words.dialect.name == "duckdb" else "DECIMAL(38, 0)"

    def slot(self, target: int, pos: str) -> str:
        """The slot of a target's period, by the period's position."""
        return f"({target * self.stride} + {pos})" if target else pos

    @property
    def lowered(self) -> list[int]:
        """The targets that returns lower, by their places."""
        if not self.found.returns:
            return []
        return [place for place, one in enumerate(self.reading.targets) if one.returned is not None]

    def order_key(self, id: str) -> str:
        """What records of one instant are ordered by: ids of digits first, by number, then others by text."""
        if not self.found.digits:
            return id
        plain = f"trim(LEADING '0' FROM {id})"
        length = f"lpad(CAST(length({plain}) AS {self.words.dialect.string_type}), 9, '0')"
        digits = f"translate({id}, '0123456789', '') = ''"
        return f"(CASE WHEN {digits} THEN '0' || {length} || {plain} || ' ' || {id} ELSE '1' || {id} END)"
