"""Counts verdicts of records that are alike in batches: columns of a table at once, lines of JSON in one loop."""

from __future__ import annotations

from argparse import Namespace
from functools import cache
from typing import TYPE_CHECKING, Protocol

from targetexpr.cli.records import Progress, is_json, sources_of
from targetexpr.console.batch_verdicts import Asked, column_verdicts, context_verdicts
from targetexpr.console.data_shape import DataNotes
from targetexpr.console.outcomes import Failure, outcome_of
from targetexpr.console.schemas import load
from targetexpr.console.tables import table_options
from targetexpr.records.column_batches import ColumnBatch
from targetexpr.records.layouts import ContextBatch, Layouts
from targetexpr.records.reader import read_batches
from targetexpr.records.record import Record
from targetexpr.running.coercion import Value

if TYPE_CHECKING:
    from targetexpr.rule import Rule


class Tallied(Protocol):
    """What takes the outcomes."""

    @property
    def done(self) -> int:
        """How many records there were so far."""

    progress: Progress

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""

    def add_all(self, yes: int, no: int, null: int) -> None:
        """Counts many verdicts."""

    def note(self, notes: DataNotes, source: str | None, record: Record, outcome: Value | Failure) -> None:
        """Reports a record that could not be evaluated."""


def is_counted_in_batches(options: Namespace, rule: Rule) -> bool:
    """Whether the data of a call is files, and the rule a condition."""
    type_ = rule.checked.type
    if type_ is None or type_.kind != "boolean" or not options.data:
        return False
    return not any(is_json(source) or source == "-" for source in options.data)


def count_batches(options: Namespace, rule: Rule, tally: Tallied, notes: DataNotes) -> None:
    """Counts the verdicts of all records of the call; what is to be told of single ones is told as it comes."""
    sources = sources_of(options)
    tables = cache(lambda: table_options(options, [rule.checked]))
    schema = load(options)
    tally.progress.begin(sources)
    counting = _Counting(options, rule, tally, notes)
    for source in sources:
        named = None if len(sources) == 1 else source
        for item in read_batches(
            source, tables, lambda: Layouts(rule.reads, schema, options.profile), tally.progress.opened
        ):
            match item:
                case ContextBatch():
                    going_on = counting.contexts(named, item)
                case ColumnBatch():
                    going_on = counting.columns(named, item)
                case _:
                    going_on = counting.record(named, item)
            if not going_on:
                return


class _Counting:
    """Each method says whether to go on: not behind an error, where these stop the run."""

    def __init__(self, options: Namespace, rule: Rule, tally: Tallied, notes: DataNotes) -> None:
        self._rule = rule
        self._tally = tally
        self._notes = notes
        self._profile: str | None = options.profile
        self._stops = options.on_error == "stop"
        self._searching = True
        self._lowerable = True

    def record(self, source: str | None, record: Record) -> bool:
        record = record.under(self._profile)
        return self._evaluated(source, record, outcome_of(self._rule, record))

    def _evaluated(self, source: str | None, record: Record, outcome: Value | Failure) -> bool:
        self._tally.add(outcome)
        self._look(source, record)
        if not isinstance(outcome, bool) or self._tally.done == 1:
            self._tally.note(self._notes, source, record, outcome)
        return not (self._stops and isinstance(outcome, Failure))

    def _look(self, source: str | None, record: Record, times: int = 1) -> None:
        self._notes.look(record, source, times)
        self._searching = self._searching and self._notes.search(record)

    def contexts(self, source: str | None, batch: ContextBatch) -> bool:
        """Lines of JSON."""
        for part in context_verdicts(self._rule, batch, self._profile):
            if isinstance(part, Asked):
                if not self._evaluated(source, *part):
                    return False
            else:
                yes, no = part.count(True), part.count(False)
                self._tally.add_all(yes, no, len(part) - yes - no)
                self._look(source, batch.example.under(self._profile), len(part))
        return True

    def columns(self, source: str | None, batch: ColumnBatch) -> bool:
        """Rows of a table, which are evaluated one by one where the rule has no form in columns or a value no fit."""
        counts = self._by_columns(batch)
        if counts is None:
            return all(self.record(source, record) for record in batch.records())
        self._tally.add_all(*counts)
        self._look(source, batch.first(), sum(counts))
        return True

    def _by_columns(self, batch: ColumnBatch) -> tuple[int, int, int] | None:
        from targetexpr.tables.errors import TableError

        if not self._lowerable:
            return None
        try:
            verdicts = column_verdicts(self._rule, batch.frame)
            counts = None if verdicts is None else verdicts.counts()
        except TableError:
            self._lowerable = False
            return None
        return None if counts is None else (counts[True], counts[False], counts[None])
