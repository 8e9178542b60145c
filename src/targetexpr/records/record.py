"""A record: one context as data, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from targetexpr.base.diagnostics import Diagnostic


class Record(NamedTuple):
    """One context with the line it begins on, or the problem with it and the line that is on.

    >>> Record(3, {"value": 620}).under("currentTxn").context
    {'currentTxn': {'value': 620}}
    """

    line: int  # from 1
    context: dict[str, object] | None  # None where there is a problem
    problem: Diagnostic | None = None  # its span is in the line, or in the document where that is one over many lines
    item: int | None = None  # its place in a JSON array, from 1; None for a line and for an object alone
    text: str = ""  # its own JSON, where the reader was asked to keep it
    unit: str = "line"  # what `line` counts: lines of text, or the rows of a table
    placed: bool = False  # a context already, whatever profile others are plain dicts of
    row: Mapping[str, object] | None = None  # of a table, its cells by their headings, where the reader was asked

    def under(self, profile: str | None) -> Record:
        """The record as a context, where records are plain dicts of one profile."""
        if profile is None or self.context is None or self.placed:
            return self
        return self._replace(context={profile: self.context})

    @property
    def reason(self) -> str:
        """What is wrong with it, in a sentence; empty for a record that could be read."""
        return "" if self.problem is None else self.problem.message

    @property
    def place(self) -> str:
        """Where the record stands, for people.

        >>> Record(3, {}).place, Record(1, {}, item=2).place
        ('line 3', 'line 1, record 2')
        """
        place = f"{self.unit} {self.line}"
        return place if self.item is None else f"{place}, record {self.item}"
