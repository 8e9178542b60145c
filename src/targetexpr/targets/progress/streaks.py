"""Streak runs: how many achieved periods in a row, or at all, and which levels they reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from targetexpr.targets.progress.plan import Level


class PeriodState(NamedTuple):
    """A period as a streak sees it."""

    achieved: bool
    ended: bool  # before the day of now
    started: bool  # by the day of now


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakRuns:
    """The run after each period, the run now, the longest one."""

    after: tuple[int, ...]
    current: int
    longest: int


def runs(states: Sequence[PeriodState], *, continuous: bool) -> StreakRuns:
    """The runs over periods in start order.

    An ended period that was not achieved ends a continuous run; one that is still running never does.

    >>> done = PeriodState(achieved=True, ended=True, started=True)
    >>> missed = done._replace(achieved=False)
    >>> runs([done, done, missed, done], continuous=True).after
    (1, 2, 0, 1)
    >>> runs([done, done, missed, done], continuous=False).after
    (1, 2, 2, 3)
    """
    after: list[int] = []
    run = current = 0
    for state in states:
        if state.achieved:
            run += 1
        elif state.ended and continuous:
            run = 0
        after.append(run)
        if state.started:
            current = run
    return StreakRuns(after=tuple(after), current=current, longest=max(after, default=0))


def reached(levels: Sequence[Level], after: Sequence[int]) -> tuple[int | None, ...]:
    """For each level, ascending by count, the first period whose run reaches it; None when none does.

    StreakRuns grow by one, so a lower level is never reached after a higher one; equal counts are reached together.
    """
    found: list[int | None] = []
    place = 0
    for level in levels:
        while place < len(after) and after[place] < level.count:
            place += 1
        found.append(place if place < len(after) else None)
    return tuple(found)
