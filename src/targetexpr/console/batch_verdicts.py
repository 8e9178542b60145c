"""Verdicts of records that are alike in batches: columns of a table at once, lines of JSON in one loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from targetexpr.console.outcomes import Failure, outcome_of
from targetexpr.records.layouts import ContextBatch
from targetexpr.records.reader import record_of
from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, Value

if TYPE_CHECKING:
    from targetexpr.rule import Rule
    from targetexpr.tables.verdicts import Verdicts

Decided: TypeAlias = list[Value]
"""The verdicts of several records: True, False, or None for null."""


class Asked(tuple[Record, "Value | Failure"]):
    """A record that was read as a whole, and what it came out as."""

    __slots__ = ()


def context_verdicts(rule: Rule, batch: ContextBatch, profile: str | None) -> Iterator[Decided | Asked]:
    """The verdicts of lines of JSON in their order; a line that something is wrong in is read as a whole."""
    contexts, start = batch.contexts, 0
    while start < len(contexts):
        found: Decided = []
        with suppress(DataError):  # those before it are in the list
            found.extend(map(rule.evaluate, contexts[start:] if start else contexts))
        if found:
            yield found
        start += len(found)
        if start < len(contexts):
            record = record_of(batch.number + start, batch.lines[start]).under(profile)
            yield Asked((record, outcome_of(rule, record)))
            start += 1


def column_verdicts(rule: Rule, table: object) -> Verdicts[object, object] | None:
    """The verdicts of rows by their columns; None where a value does not fit, which is an error of its row.

    Raises TableError where the rule has no form in columns.
    """
    verdicts = rule.on(table)
    return None if verdicts.invalid else verdicts
