"""Statements: each names a relation and the query that fills it. One text serves every engine but for its dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from targetexpr.tables.sql_vocabulary import SqlVocabulary
from targetexpr.targets.model.enums import EvaluationType, TargetType
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
class Part:
    """Who takes part."""

    enrolled: bool = False  # those in the table `enrolled` alone
    bounded: bool = False  # whether somebody joins late or leaves early
    own: bool = False  # whether somebody has own values, which are in `own_values`


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
    part: Part
    kept: bool = False  # whether records are added to it later: relations have what that needs

    @property
    def fixed(self) -> bool:
        """Whether windows are listed periods; else they are cycles of each customer."""
        return self.plan.window is EvaluationType.FIXED_CALENDAR_WINDOW

    @property
    def stride(self) -> int:
        """How far the slots of a target are behind those of the one before: a slot is a window of a target."""
        return (len(self.plan.periods) if self.fixed else self.plan.cycles) + 1

    @property
    def by_worth(self) -> bool:
        """Whether a figure is another one than the value of a bill, by which whole returns are told."""
        return any(self.plan.targets[place].type is not TargetType.SALES for place in self.lowered)

    @property
    def wide(self) -> str:
        """The type of sums of figures."""
        if self.found.rows * self.reading.largest < LARGEST:
            return "BIGINT"
        return "HUGEINT" if self.words.dialect.name == "duckdb" else "DECIMAL(38, 0)"

    @property
    def lowered(self) -> list[int]:
        """The targets that returns lower, by their places."""
        if not self.found.returns:
            return []
        return [place for place, one in enumerate(self.reading.targets) if one.returned is not None]

    def amount(self, steps: str) -> str:
        """Whole steps as a decimal."""
        scale = self.reading.scale
        step = f"0.{'1'.zfill(scale)}" if scale else "1"
        return f"CAST({steps} AS DECIMAL(26, 0)) * CAST('{step}' AS DECIMAL({scale + 1}, {scale}))"

    def instant(self, time: str) -> str:
        """A time in UTC as an instant."""
        return self.words.dialect.of_utc.format(time)

    def order_key(self, id: str) -> str:
        """What records of one instant are ordered by: ids of digits first, by number, then others by text."""
        if not self.found.digits:
            return id
        plain = f"trim(LEADING '0' FROM {id})"
        length = f"lpad(CAST(length({plain}) AS {self.words.dialect.string_type}), 9, '0')"
        digits = f"translate({id}, '0123456789', '') = ''"
        return f"(CASE WHEN {digits} THEN '0' || {length} || {plain} || ' ' || {id} ELSE '1' || {id} END)"
