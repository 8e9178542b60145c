"""What was asked of the records of a file, and what came of it: kept, since the page asks on for the same rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from targetexpr.backtesting.totals import Totals
from targetexpr.rule import Rule
from targetexpr.studio.readings import OUTCOMES, Reading, Records, Step
from targetexpr.studio.recent import Recent

_MOST_RULES = 8
_MOST_SEARCHES = 4


Answer = TypeVar("Answer")


class Ended(Exception):
    """The records are not there any more: their file was closed, or is read with another map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many records come out how."""

    records: int
    yes: int
    no: int
    null: int
    errors: int
    lacks: tuple[str, ...]  # what the rule reads and no column holds

    def as_dict(self) -> dict[str, int]:
        """As `eval --count` gives them."""
        return {
            "records": self.records,
            "yes": self.yes,
            "no": self.no,
            "null": self.null,
            "errors": self.errors,
        }


class Questions:
    """The records of a file, and the last few answers. Safe to ask from several threads."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.progress: dict[str, int] | None = None
        """How far a count is that takes its time: done, of total."""
        self._readings: Recent[Rule, Reading] = Recent(_MOST_RULES)
        self._verdicts: Recent[Rule, bytes] = Recent(_MOST_RULES)
        self._conditions: Recent[Rule, Totals] = Recent(_MOST_RULES)
        self._searches: Recent[str, bytes] = Recent(_MOST_SEARCHES)
        self._ended = False

    def end(self) -> None:
        """Ends what is being worked on."""
        self._ended = True

    def check(self) -> None:
        """Raises Ended where the records are not there any more."""
        if self._ended:
            raise Ended

    def reading(self, rule: Rule) -> Reading:
        """The records as a rule reads them. Raises InputError."""
        return self._readings.get(rule, lambda: self.records.reading(rule))

    def verdicts(self, rule: Rule, check: Callable[[], None]) -> bytes:
        """How each record comes out; `check` is asked now and then, and raises where nobody waits any more."""
        reading = self.reading(rule)
        return self._verdicts.get(rule, partial(self._watched, reading.verdicts, check))

    def counted(self, rule: Rule, check: Callable[[], None]) -> Counted:
        """How many come out how."""
        verdicts = self.verdicts(rule, check)
        no, yes, null, errors = (verdicts.count(code) for code in range(len(OUTCOMES)))
        lacks = self.reading(rule).lacks
        return Counted(records=len(verdicts), yes=yes, no=no, null=null, errors=errors, lacks=lacks)

    def conditions(self, rule: Rule, check: Callable[[], None]) -> Totals:
        """What each condition rejects."""
        return self._conditions.get(rule, partial(self._watched, self.reading(rule).conditions, check))

    def matching(self, text: str, check: Callable[[], None]) -> bytes:
        """Which records have a text in their own columns."""
        return self._searches.get(text, partial(self._watched, partial(self.records.matching, text), check))

    def _watched(self, work: Callable[[Step], Answer], check: Callable[[], None]) -> Answer:
        total = len(self.records)

        def step(done: int) -> None:
            self.check()
            check()
            self.progress = {"done": done, "total": total}

        try:
            return work(step)
        finally:
            self.progress = None
