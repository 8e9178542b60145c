"""What every part of the walk shares: the program, the columns, the words, and the doubts that came up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import tzinfo
from typing import Generic, Protocol

from targetexpr.running.program import Program
from targetexpr.tables.columns import Column
from targetexpr.tables.errors import NotLowerable
from targetexpr.tables.polynomials import E, Leaf
from targetexpr.tables.vocabulary import Vocabulary


class Columns(Protocol):
    """The columns of a table by the names that rules have for them, with all facts that a rule over them needs."""

    def named(self, name: str) -> Column | None:
        """The column of `currentTxn.value`, or of a method as a rule's reads print it."""
        ...

    def absent(self, profile: str) -> Column | None:
        """The struct column of a profile that may be missing in some rows; None where it never is."""
        ...


class Scope(ABC, Generic[E]):
    """The walk over one program in one engine's words. Its parts are the modules of this folder that inherit it.

    `doubts` are truths: a row in which one of them is true is not decided here but by the rule itself.

    Of `assumed` columns grid and bound were only seen in a sample. The bounds have to be checked, and the grid in the
    rows of which one of the `suspicions` is true, for only those were decided by it. `leaned` are the columns whose
    grid all rows go by: it has to be proven first.
    """

    def __init__(self, program: Program, words: Vocabulary[E], columns: Columns, zone: tzinfo) -> None:
        self.program = program
        self.words = words
        self.columns = columns
        self.zone = zone
        self.doubts: list[E] = []
        self.suspicions: list[E] = []
        self.assumed: dict[str, Column] = {}
        self.leaned: set[str] = set()
        self.leaves: dict[str, Leaf[E]] = {}
        self.nothings: set[str] = set()  # leaves that are always null

    def refusal(self, reason: str, index: int) -> NotLowerable:
        """Why a node has no form in columns."""
        return NotLowerable(reason, self.program.nodes[index])

    def column(self, name: str, index: int) -> Column:
        """A column that a node needs; those that are missing have been told before."""
        found = self.columns.named(name)
        if found is None:
            raise self.refusal(f"the table has no column for `{name}`", index)
        if found.kind == "mixed":
            raise self.refusal(f"the column of `{name}` holds values of several kinds", index)
        return found

    def fresh(self) -> str:
        """A key for a leaf that is no column."""
        return f"\0{len(self.leaves)}"

    def constant_text(self, index: int, reason: str) -> str:
        """The string of a literal; `reason` says what has to be one."""
        value = self.program.constants.get(index)
        if not isinstance(value, str):
            raise self.refusal(reason, index)
        return value

    def magnitude_of(self, double: E) -> Callable[[], E]:
        """The size of a leaf that is off by rounding alone."""
        return lambda: self.words.magnitude(double)

    @abstractmethod
    def boolean(self, index: int) -> E:
        """A node as a truth."""

    @abstractmethod
    def string(self, index: int) -> E:
        """A node as a string."""

    @abstractmethod
    def instant(self, index: int) -> E:
        """A node as an instant."""

    @abstractmethod
    def looked_up(self, index: int) -> Column:
        """The column of a method that the data holds."""
