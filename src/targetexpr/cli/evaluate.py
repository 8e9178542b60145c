"""`targetexpr eval`: whether a rule holds for data, record by record."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import add_input, add_output, hint_at_json, one_rule, show
from targetexpr.cli.outcome_output import ROW_FORMATS, OutcomeOutput, outcome_output
from targetexpr.cli.records import Progress, add_data, is_data, meant_for_the_command, place, records
from targetexpr.console.configuration import settle
from targetexpr.console.data_shape import DataNotes, check_profile
from targetexpr.console.exits import BAD_INPUT, NO, YES
from targetexpr.console.options import add
from targetexpr.console.outcomes import Counts, Failure, outcome_of
from targetexpr.console.schemas import add_event, add_schema, load
from targetexpr.records.record import Record
from targetexpr.running.coercion import Value

if TYPE_CHECKING:
    from targetexpr.front import OnError
    from targetexpr.records.table_options import Keep
    from targetexpr.rule import Rule

DESCRIPTION = """\
Evaluate a rule for every record of the data. A record says yes, no, or null when data is missing; an expression that
is not a condition gives its value. Status 0: the rule holds for every record; 1: for some it does not; 2: a record
cannot be read or evaluated. Records that cannot be read are reported with their line number and counted.
With --output csv, jsonl, parquet or xlsx the records themselves are written, each with its verdict; --only yes keeps
those for which the rule holds.
With --rules, many rules are tried at once: a record says the names of those that hold, --count how many records each
has; the status is 0 when every record fulfils a rule."""
EXAMPLES = """\
  targetexpr eval 'currentTxn.value>500' --data '{"currentTxn":{"value":620}}'
  targetexpr eval 'currentTxn.value>500' --data transactions.jsonl --profile currentTxn --count
  cat contexts.jsonl | targetexpr eval -f rule.txt --timezone Asia/Kolkata --output json
  targetexpr eval 'currentTxn.value>500' --data bills.csv --columns map.toml --only yes --to large.xlsx
  targetexpr eval --rules promotions.rules --data bills.jsonl --count"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_rule(parser)
    add_output(parser, *ROW_FORMATS)
    add(parser, "--rules", "--count", "--only")


def add_rule(parser: ArgumentParser) -> None:
    """The arguments that evaluating and explaining share."""
    add_input(parser, "rule")
    add_data(parser)
    add_schema(parser)
    add_event(parser)
    add(parser, "--on-error")


def run(options: Namespace) -> int:
    """Evaluate every record."""
    if options.rules is not None:
        from targetexpr.cli.evaluate_set import evaluate_set

        return evaluate_set(options)
    rule = compiled(options)
    tally = Tally()
    notes = data_notes(options, rule)
    with outcome_output(options, rule) as output:
        try:
            _evaluate(options, rule, tally, notes, output)
        except KeyboardInterrupt:
            tally.interrupted()
            raise
    if options.count:
        tally.progress.clear()
        _print_count(options, tally)
    tally.tell(notes)
    if tally.bad and tally.done > 1 and not options.count:
        print(f"{tally.bad:,} of {tally.done:,} records could not be evaluated", file=sys.stderr)
    return tally.status()


def _evaluate(options: Namespace, rule: Rule, tally: Tally, notes: DataNotes, output: OutcomeOutput) -> None:
    if options.count and rule.reads:
        from targetexpr.cli.counting import count_batches, is_counted_in_batches

        if is_counted_in_batches(options, rule):
            count_batches(options, rule, tally, notes)
            return
    look, put, searching = notes.look, output.put, True
    keep: Keep = "" if options.output not in ROW_FORMATS else "written" if options.output == "csv" else "read"
    every = records(options, [rule.checked], needed=bool(rule.reads), keep=keep, progress=tally.progress)
    for source, record in every:
        outcome = outcome_of(rule, record)
        tally.add(outcome)
        look(record, source)
        searching = searching and notes.search(record)
        if not isinstance(outcome, bool) or tally.done == 1:
            tally.note(notes, source, record, outcome)
        put(source, record, outcome)
        if isinstance(outcome, Failure) and options.on_error == "stop":
            break


def data_notes(options: Namespace, rule: Rule) -> DataNotes:
    """What is told of the data beside what comes out of it."""
    return DataNotes(rule.reads, load(options), event=options.event, profile=options.profile)


def compiled(options: Namespace) -> Rule:
    """The rule of the call, or its diagnostics on standard error and InputError."""
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.rule import compile as compile_rule

    given = _rule_input(options)
    settle(options, given)
    schema = load(options)
    check_profile(options.profile, schema)
    on_error: OnError = "null" if options.on_error == "null" else "raise"
    text = given.text.rstrip("\r\n") if given.name else given.text
    try:
        return compile_rule(
            text,
            schema,
            event=options.event,
            timezone=options.timezone,
            on_error=on_error,
            expect=None,
        )
    except ExpressionError as error:
        show(error.diagnostics, given)
        hint_at_json(given)
        raise InputError("the rule is invalid; nothing was evaluated") from None
    except ValueError as error:
        raise InputError(str(error)) from None


def _rule_input(options: Namespace) -> Input:
    """The rule of the call; it may stand behind the data as well."""
    if options.input is None and not options.file:
        options.input = meant_for_the_command(options, lambda text: not is_data(text))
    return one_rule(options)


class Tally(Counts):
    """What came out so far; problems are reported at once, and progress on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = Progress()

    def add(self, outcome: Value | Failure) -> None:
        """Counts one outcome."""
        super().add(outcome)
        if not self.done % 1024:
            self.progress.tick(self.done)

    def add_all(self, yes: int, no: int, null: int) -> None:
        """Counts many verdicts."""
        super().add_all(yes, no, null)
        self.progress.show(self.done)

    def note(self, notes: DataNotes, source: str | None, record: Record, outcome: Value | Failure) -> None:
        """Reports a record that could not be evaluated, or that lacks its profile: that is told once."""
        note = notes.note(record)
        if note is None:
            note = outcome.text if isinstance(outcome, Failure) else ""
        if note:
            self.report(place(source, record), note)

    def tell(self, notes: DataNotes) -> None:
        """Reports what there is to say of the data as a whole."""
        self.progress.clear()
        for sentence in notes.sentences(some_null=bool(self.null)):
            print(sentence, file=sys.stderr)

    def report(self, where: str, text: str) -> None:
        """Reports what is wrong with a record."""
        self.progress.clear()
        print(f"{where}: {text}", file=sys.stderr)

    def interrupted(self) -> None:
        """Reports what came out until Ctrl-C was pressed."""
        self.progress.clear()
        print(f"interrupted; until then: {self}", file=sys.stderr)

    def status(self) -> int:
        """The exit status: invalid input before no before yes."""
        return BAD_INPUT if self.bad else NO if self.no or self.null else YES


def _print_count(options: Namespace, tally: Tally) -> None:
    if options.output == "json":
        import json

        print(json.dumps(tally.by_name()))
    else:
        print(tally)
