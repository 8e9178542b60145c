"""What is printed or written for each record that is evaluated: a word, JSON, or its own row with the verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.records import json_place, place
from targetexpr.console.outcomes import Failure, word
from targetexpr.console.tables import tell_on_stderr
from targetexpr.records.record import Record
from targetexpr.running.coercion import Value

if TYPE_CHECKING:
    from targetexpr.console.row_output import RowOutput
    from targetexpr.rule import Rule

ROW_FORMATS = ("csv", "jsonl", "parquet", "xlsx")


def check_only(options: Namespace) -> None:
    """Raises InputError for options that want both counts and records."""
    if options.count and options.only is not None:
        raise InputError("--count counts all verdicts, and --only wants the records of one; leave out one of the two")
    if options.count and options.output in ROW_FORMATS:
        raise InputError(f"--count prints numbers, and --output {options.output} writes records; leave out one")


@contextmanager
def outcome_output(options: Namespace, rule: Rule) -> Iterator[OutcomeOutput]:
    """What takes the outcomes of a call, and writes them when all are there."""
    check_only(options)
    if options.count:
        yield _Nothing(None)
    elif options.output not in ROW_FORMATS:
        yield (_Json if options.output == "json" else _Verdicts)(options.only)
    else:
        type_ = rule.checked.type
        condition = type_ is not None and type_.kind == "boolean"
        with rows_of_call(options, "verdict" if condition else "value") as rows:
            yield _Rows(options.only, rows, condition=condition)


@contextmanager
def rows_of_call(options: Namespace, column: str) -> Iterator[RowOutput]:
    """What writes the records of a call with a column for what came out of each."""
    from targetexpr.console.row_output import row_output
    from targetexpr.records.writing import check_target

    check_target(None, options.output)
    more = (column,) if options.only in ("yes", "no", "null") else (column, "error")
    with row_output(None, options.output, more, tell_on_stderr) as rows:
        yield rows


class OutcomeOutput(ABC):
    """Takes each record with what came out."""

    def __init__(self, only: str | None) -> None:
        self._only = only

    def put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        """Takes one record; those of other verdicts than --only says are left out."""
        if self._only is None or self._only == verdict(outcome):
            self._put(source, record, outcome)

    @abstractmethod
    def _put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        """Takes one that is wanted."""


def verdict(outcome: Value | Failure) -> str:
    """What came out, as a word."""
    return "error" if isinstance(outcome, Failure) else word(outcome)


class _Nothing(OutcomeOutput):
    """Only counts are wanted."""

    def _put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        pass


class _Verdicts(OutcomeOutput):
    def _put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        print(f"{self._which(source, record)}{verdict(outcome)}")

    def _which(self, source: str | None, record: Record) -> str:
        """Where a record stands and its id, where not all are printed."""
        if self._only is None:
            return ""
        id_ = None if record.context is None else record.context.get("id")
        return f"{place(source, record)}: " if id_ is None else f"{place(source, record)}, id {id_}: "


class _Json(OutcomeOutput):
    def _put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        import json

        from targetexpr.running.explaining.explanation import json_value

        if isinstance(outcome, Failure):
            print(f'{json_place(source, record)}, "error": {json.dumps(outcome.text, ensure_ascii=False)}}}')
        else:
            print(f'{json_place(source, record)}, "value": {json_value(outcome)}}}')


class _Rows(OutcomeOutput):
    """The records themselves, each with its verdict, or its value where the rule is no condition."""

    def __init__(self, only: str | None, rows: RowOutput, *, condition: bool) -> None:
        super().__init__(only)
        self._rows = rows
        self._condition = condition

    def put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        self._rows.see(source, record)
        super().put(source, record, outcome)

    def _put(self, source: str | None, record: Record, outcome: Value | Failure) -> None:
        if isinstance(outcome, Failure):
            self._rows.write(source, record, "error", outcome.text)
        else:
            self._rows.write(source, record, word(outcome) if self._condition else outcome)
