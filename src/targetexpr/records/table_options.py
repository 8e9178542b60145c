"""What the readers of tables are told: what is read, which column is what, how the text is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from targetexpr.checking.result import Read
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.columns import ColumnMap, Reads
from targetexpr.records.dialect import Dialect

Keep: TypeAlias = Literal["", "written", "read"]
"""Whether records keep the rows that they are made of: as these are written, or with what is read of their text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """How tables become records. What is found out about them is told: each sentence once, for all files.

    With `needed`, a table without a column for what is read is refused, unless `lacks` takes what it lacks.
    """

    schema: Schema = field(default_factory=Schema.bundled)
    profile: str | None = None
    columns: ColumnMap = field(default_factory=dict)
    dialect: Dialect = field(default_factory=Dialect)
    reads: Reads = field(default_factory=Reads)
    constants: Mapping[str, object] = field(default_factory=dict)  # what each record has besides: its type
    needed: bool = True
    own: tuple[str, ...] = ()  # members of a record without which a table is refused
    lacks: Callable[[str, list[Read]], None] | None = (
        None  # the name of each table, and what stands in none of its columns
    )
    keep: Keep = ""
    tell: Callable[[str], None] | None = None
    told: list[str] = field(default_factory=list)  # every sentence so far

    def report(self, name: str, sentence: str) -> None:
        """Tells something of a table, by its name."""
        if sentence not in self.told:
            self.told.append(sentence)
            if self.tell is not None:
                self.tell(f"{name}: {sentence}")


TableReading: TypeAlias = Callable[[], TableOptions]
"""Makes the options, once data turns out to be a table: JSON needs none of it."""
