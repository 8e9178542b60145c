"""`targetexpr eval`: whether a rule holds for data, record by record."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.exits import BAD_INPUT, NO, YES
from targetexpr.cli.inputs import add_input, add_output, one_input, show
from targetexpr.cli.records import Progress, add_data, records
from targetexpr.cli.schemas import add_event, add_schema, load
from targetexpr.records.record import Record
from targetexpr.running.coercion import DataError, Value

if TYPE_CHECKING:
    from targetexpr.front import OnError
    from targetexpr.rule import Rule

DESCRIPTION = """\
Evaluate a rule for every record of the data. A record says yes, no, or null when data is missing; an expression that
is not a condition gives its value. Status 0: the rule holds for every record; 1: for some it does not; 2: a record
cannot be read or evaluated. Records that cannot be read are reported with their line number and counted."""
EXAMPLES = """\
  targetexpr eval 'currentTxn.value>500' --data '{"currentTxn":{"value":620}}'
  targetexpr eval 'currentTxn.value>500' --data transactions.jsonl --profile currentTxn --count
  cat contexts.jsonl | targetexpr eval -f rule.txt --timezone Asia/Kolkata --output json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_rule(parser)
    parser.add_argument("--count", action="store_true", help="how many records say yes, no and null, nothing else")


def add_rule(parser: ArgumentParser) -> None:
    """The arguments that evaluating and explaining share."""
    add_input(parser, "rule")
    add_data(parser)
    add_schema(parser)
    add_event(parser)
    parser.add_argument(
        "--on-error",
        choices=("report", "stop", "null"),
        default="report",
        help="what becomes of data that does not fit: report it and go on (default), stop, or read it as null; "
        "records that cannot be read are reported in any case",
    )
    add_output(parser)


def run(options: Namespace) -> int:
    """Evaluate every record."""
    rule = compiled(options)
    tally = Tally()
    count_only = options.count
    for record in records(options, needed=bool(rule.reads)):
        outcome = outcome_of(rule, record)
        tally.add(outcome)
        if isinstance(outcome, Failure):
            tally.report(record, outcome.text)
        if not count_only:
            _tell(options, record, outcome)
        if isinstance(outcome, Failure) and options.on_error == "stop":
            break
    tally.progress.clear()
    if options.count:
        _tell_count(options, tally)
    elif tally.bad and tally.done > 1:
        print(f"{tally.bad} of {tally.done} records could not be evaluated", file=sys.stderr)
    return tally.status()


def compiled(options: Namespace) -> Rule:
    """The rule of the call, or its diagnostics on standard error and InputError."""
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.rule import compile as compile_rule

    given = one_input(options)
    on_error: OnError = "null" if options.on_error == "null" else "raise"
    text = given.text.strip("\r\n") if given.name else given.text
    try:
        return compile_rule(
            text,
            load(options),
            event=options.event,
            timezone=options.timezone,
            on_error=on_error,
            expect=None,
        )
    except ExpressionError as error:
        show(error.diagnostics, given)
        raise InputError("the rule is not in order, nothing was evaluated") from None
    except ValueError as error:
        raise InputError(str(error)) from None


class Failure:
    """A record that could not be evaluated, and why."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Counts:
    """How many records came out how."""

    def __init__(self) -> None:
        self.done = self.yes = self.no = self.null = self.bad = self.other = 0

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""
        self.done += 1
        if outcome is True:
            self.yes += 1
        elif outcome is False:
            self.no += 1
        elif outcome is None:
            self.null += 1
        elif isinstance(outcome, Failure):
            self.bad += 1
        else:
            self.other += 1

    def by_name(self) -> dict[str, int]:
        """For programs."""
        counts = {"records": self.done, "yes": self.yes, "no": self.no, "null": self.null}
        if self.other:
            counts["values"] = self.other
        return {**counts, "errors": self.bad}

    def __str__(self) -> str:
        counts = self.by_name().items()
        return ", ".join(f"{count} {_NOUNS.get((name, count), name)}" for name, count in counts)


class Tally(Counts):
    """What came out so far, with what is wrong told at once and progress on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress()

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""
        super().add(outcome)
        self.progress.tick(self.done)

    def report(self, record: Record, text: str) -> None:
        """Says what is wrong with a record."""
        self.progress.clear()
        print(f"{record.place}: {text}", file=sys.stderr)

    def status(self) -> int:
        """The exit status: bad input before no before yes."""
        return BAD_INPUT if self.bad else NO if self.no or self.null else YES


def outcome_of(rule: Rule, record: Record) -> Value | Failure:
    """What a record comes out as."""
    if record.context is None:
        return Failure(record.reason)
    try:
        return rule.evaluate(record.context)
    except DataError as error:
        return Failure(str(error))


def _tell(options: Namespace, record: Record, outcome: Value | Failure) -> None:
    if options.output == "json":
        import json

        if isinstance(outcome, Failure):
            print(json.dumps({"line": record.line, "error": outcome.text}, ensure_ascii=False))
        else:
            print(f'{{"line": {record.line}, "value": {json_value(outcome)}}}')
    elif not isinstance(outcome, Failure):
        print(word(outcome))
    else:
        print("error")


def json_value(value: Value) -> str:
    """A value as JSON: numbers exactly as they are, dates in ISO form."""
    import json
    from datetime import datetime

    from targetexpr.running.coercion import text_of

    if isinstance(value, datetime):
        return json.dumps(value.isoformat())
    if value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return text_of(value)


def word(value: Value) -> str:
    """A verdict as a word, any other value as text.

    >>> word(True), word(None)
    ('yes', 'null')
    """
    from targetexpr.running.coercion import text_of

    if isinstance(value, bool):
        return "yes" if value else "no"
    return "null" if value is None else text_of(value)


def _tell_count(options: Namespace, tally: Tally) -> None:
    if options.output == "json":
        import json

        print(json.dumps(tally.by_name()))
    else:
        print(tally)


_NOUNS = {("records", 1): "record", ("values", 1): "value", ("errors", 1): "error"}
