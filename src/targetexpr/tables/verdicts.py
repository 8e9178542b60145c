"""What a rule says about a table: the verdicts as a column, their counts, and the rows of one verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeAlias, TypeVar

from targetexpr.running.program import Program
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.invalid_values import Invalid

Frame = TypeVar("Frame", covariant=True)
ColumnOf = TypeVar("ColumnOf", covariant=True)

Verdict: TypeAlias = bool | None
"""True, False, or None for null."""


Found = TypeVar("Found")


def unless_by_row(lower: Callable[[], Found], program: Program, *, rows: bool) -> Found | None:
    """A rule in columns; None where it has no such form and its rows may be left to the rule itself."""
    try:
        return lower()
    except NotLowerable:
        if not rows or program.kinds[0] != "boolean":
            raise
        return None


class Verdicts(ABC, Generic[Frame, ColumnOf]):
    """What a rule says about each row of a table, in the kind of table that was given.

    Values that do not fit read null, as with `on_error="null"`, and are counted in `invalid`.
    """

    @property
    @abstractmethod
    def column(self) -> ColumnOf:
        """The verdict of each row, in the order of the rows: true, false or null."""

    @abstractmethod
    def counts(self) -> dict[Verdict, int]:
        """How many rows have each verdict: of True, False and None."""

    def counts_of_all(self, others: Sequence[Verdicts[object, object]]) -> list[dict[Verdict, int]]:
        """The counts of several rules over this table; those that columns alone decide in one query."""
        together = iter(self._counted_at_once([one for one in others if one.by_columns]))
        return [next(together) if one.by_columns else one.counts() for one in others]

    @property
    @abstractmethod
    def by_columns(self) -> bool:
        """Whether columns decide every row, so that the rule itself is never asked."""

    @abstractmethod
    def _counted_at_once(self, others: Sequence[Verdicts[object, object]]) -> Iterator[dict[Verdict, int]]:
        """The counts of rules that columns decide."""

    def count(self, verdict: Verdict = True) -> int:
        """How many rows have a verdict."""
        return self.counts()[verdict]

    @abstractmethod
    def where(self, verdict: Verdict) -> Frame:
        """The rows with a verdict."""

    @property
    @abstractmethod
    def invalid(self) -> Mapping[str, Invalid]:
        """The columns with values that do not fit, by their names in the rule."""

    @property
    @abstractmethod
    def undecided(self) -> int:
        """How many rows columns could not decide exactly, so that the rule itself did."""

    def __repr__(self) -> str:
        counts = self.counts()
        return f"<Verdicts: {counts[True]} true, {counts[False]} false, {counts[None]} null>"
