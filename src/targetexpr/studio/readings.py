"""What the studio asks of records, whatever holds them: how a rule comes out for each, why not, and single ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from targetexpr.backtesting.result import Outcome
from targetexpr.backtesting.totals import Totals
from targetexpr.console.outcomes import Failure
from targetexpr.records.record import Record
from targetexpr.records.table_options import Keep
from targetexpr.rule import Rule
from targetexpr.running.coercion import Value

Step: TypeAlias = Callable[[int], None]
"""Told now and then how many records are done; what it raises ends the work."""

OUTCOMES: Final[tuple[Outcome, ...]] = ("no", "yes", "null", "error")
"""The outcomes by the byte that stands for each."""

NO, YES, NULL, ERROR = range(4)

BYTES: Final[Mapping[Value, int]] = {False: NO, True: YES, None: NULL}


class Reading(ABC):
    """Records as one rule reads them; they are numbered from 0."""

    rule: Rule
    lacks: tuple[str, ...] = ()
    """What the rule reads and no column holds: it is null everywhere."""

    @abstractmethod
    def headings_of(self, names: Sequence[str]) -> frozenset[str]:
        """The headings, among a record's own columns, under which what has these names in rules stands."""

    @abstractmethod
    def record(self, number: int) -> Record:
        """One record; of a table with its row."""

    @abstractmethod
    def records(self, keep: Keep, marks: bytes | None) -> Iterator[tuple[int, Record]]:
        """Records with their numbers; of a table with their rows, as these are written or read.

        All of them, or those that have a 1 in `marks`.
        """

    @abstractmethod
    def verdicts(self, step: Step) -> bytes:
        """How each record comes out: a byte that is a place in `OUTCOMES`."""

    @abstractmethod
    def conditions(self, step: Step) -> Totals:
        """What each condition has to do with it where the rule does not hold."""


class Records(ABC):
    """The records of one opened file."""

    @abstractmethod
    def __len__(self) -> int:
        """How many there are."""

    @property
    @abstractmethod
    def problems(self) -> Sequence[Record]:
        """Those that cannot be read."""

    @property
    @abstractmethod
    def profile(self) -> str | None:
        """The profile that they are plain dicts of, or whose fields bare headings are."""

    @property
    def found(self) -> Sequence[str]:
        """What was found of how they are written."""
        return ()

    @abstractmethod
    def reading(self, rule: Rule) -> Reading:
        """The records as a rule reads them. Raises InputError for columns that cannot be read so."""

    @abstractmethod
    def matching(self, text: str, step: Step) -> bytes:
        """Which records have a text somewhere in their own columns, letter case aside: a byte for each, 0 or 1."""


def byte_of(outcome: Value | Failure) -> int:
    """An outcome as a byte."""
    return ERROR if isinstance(outcome, Failure) else BYTES[outcome]


def runs_of(marks: bytes | None, count: int) -> Iterator[tuple[int, int]]:
    """Where marks are 1, one run after the other: its first number, and the first one behind it. Without marks, all.

    >>> list(runs_of(bytes((0, 1, 1, 0, 1)), 5)), list(runs_of(None, 5))
    ([(1, 3), (4, 5)], [(0, 5)])
    """
    if marks is None:
        yield 0, count
        return
    start = marks.find(1)
    while start >= 0:
        end = marks.find(0, start)
        yield start, count if end < 0 else end
        start = -1 if end < 0 else marks.find(1, end)
