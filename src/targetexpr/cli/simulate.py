"""`targetexpr target simulate`: who would earn what, on past data."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypedDict, cast

from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import add_output, documents
from targetexpr.cli.records import is_json, meant_for_the_command, of_all
from targetexpr.cli.simulate_output import AtOnce, ByTable, Evaluated, print_evaluated
from targetexpr.console.configuration import settle
from targetexpr.console.data_shape import Absent
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.files import read_file
from targetexpr.console.options import add, add_renamed
from targetexpr.console.schemas import add_schema, load
from targetexpr.console.screen import clear_line, show_progress
from targetexpr.console.tables import table_options, tell_on_stderr
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.lint import RecordLint
from targetexpr.records.shape import HEAD
from targetexpr.records.sources import all_expanded
from targetexpr.tables.errors import MissingExtra

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema
    from targetexpr.records.record import Record
    from targetexpr.records.table_options import TableReading
    from targetexpr.targets.evaluation import Tracker
    from targetexpr.targets.model.group import TargetGroup
    from targetexpr.targets.progress.contribution import TargetEvaluator
    from targetexpr.targets.progress.enrolment import Enrolment
    from targetexpr.targets.progress.tracker import OnDataError
    from targetexpr.targets.progress.windows import ReturnPolicy
    from targetexpr.targets.reports.simulation import Summary
    from targetexpr.targets.scale.partitions import PartitionedTracker
    from targetexpr.targets.scale.results import Setting

    class _Given(TypedDict):
        timezone: str
        now: object
        returns: ReturnPolicy | None
        enrolment: Enrolment | None
        schema: Schema | None


DESCRIPTION = """\
Evaluate a target group on past records: how many customers reach each level, how long their runs are, who is one step
short. Records are JSON objects, one a line or in one array, in any order; - reads them from standard input. Records
that cannot be read are reported with their line number and counted, and the status is 2."""
EXAMPLES = """\
  targetexpr target simulate group.json --data records.jsonl
  targetexpr target simulate group.json --data records.jsonl --customer c17
  targetexpr target simulate group.json --data records.jsonl --output csv --table levels > levels.csv"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = f"examples:\n{EXAMPLES}\n\n`targetexpr help data` says what records look like."
    parser.add_argument("group", nargs="?", metavar="GROUP", help="the group: a request or an answer, as JSON")
    add(parser, "--file")
    add(parser, "--data", required=True)
    add(parser, "--columns", "--read")
    add(parser, "--customer", "--timezone", "--now", "--returns", "--enrolment")
    add_schema(parser)
    add(parser, "--on-error", choices=("report", "stop"))
    add_renamed(parser, "--strict", "--on-error stop")
    add(parser, "--table", "--engine", "--memory", "--state")
    add_output(parser, "csv", "jsonl", "parquet", "xlsx")


def run(options: Namespace) -> int:
    """Evaluate and print."""
    from targetexpr.running.coercion import DataError
    from targetexpr.targets.scale.pool import WorkerError

    if options.state is not None and (options.engine not in ("auto", "sql") or options.on_error == "stop"):
        raise InputError("--state needs the engine sql, and no --on-error stop")
    if options.engine == "auto" and options.on_error == "stop":
        options.engine = "python"  # which meets the records in their order
    try:
        return _at_once(options) if options.engine == "python" else _by_table(options)
    except DataError as error:
        raise InputError(f"the data is not valid: {error}") from None
    except WorkerError as error:
        raise InputError(str(error)) from None


def _at_once(options: Namespace) -> int:
    """All records at once, in memory."""
    from targetexpr.targets.evaluation import Tracker

    with _told_of_the_group(options) as (group, given):
        on_error: OnDataError = "raise" if options.on_error == "stop" else "list"
        tracker = Tracker(group, on_error=on_error, **given)
    kept: list[Mapping[str, object]] = []
    notes = _Notes(tracker.evaluators, load(options))
    tables = cache(lambda: table_options(options, [one.rule.checked for one in tracker.evaluators], own=HEAD))
    count, unread = _feed(tracker, options, kept, notes, tables)
    progress = tracker.result()
    return _finish(options, AtOnce(tracker, progress, kept), notes, count, unread)


def _by_table(options: Namespace) -> int:
    """By SQL where it is exact; else few records at once, many by parts of the customers."""
    from targetexpr.targets.scale.database import memory_of
    from targetexpr.targets.scale.part import Options
    from targetexpr.targets.scale.results import Setting

    if options.on_error == "stop":
        raise InputError("--on-error stop takes records in their order, which --engine python does alone")
    with _told_of_the_group(options) as (group, given):
        setting = Setting.of(Options(group=group, **given))
        options.memory = memory_of(options.memory)
    tables = cache(lambda: table_options(options, [one.rule.checked for one in setting.ready.evaluators], own=HEAD))
    reason = None
    try:
        if options.engine != "partitions":
            status, reason = _by_sql(options, setting, tables)
            if status is not None:
                return status
        return _by_part(options, setting, tables, reason)
    except MissingExtra as error:
        raise InputError(f"{error} (or --engine python, which holds all records in memory)") from None


def _by_sql(options: Namespace, setting: Setting, tables: TableReading) -> tuple[int | None, str | None]:
    """Over files of many rows, on DuckDB or Spark. The status, or why that is not exact."""
    from targetexpr.targets.scale.column_source import parquet_rows
    from targetexpr.targets.scale.evaluate import TableProgress
    from targetexpr.targets.scale.not_sql import NotSql
    from targetexpr.targets.scale.partitions import HELD_RECORDS
    from targetexpr.targets.scale.spark_files import evaluate_by_spark
    from targetexpr.targets.scale.sql import evaluate_by_sql

    wanted = options.engine != "auto" or options.state is not None
    engine = "spark" if options.engine == "spark" else "sql"
    sources = all_expanded(options.data)
    rows = parquet_rows(sources)
    notes = _Notes(setting.ready.evaluators, load(options))

    def look(record: Record, name: str) -> None:
        notes.look(record, name if len(sources) > 1 else None)

    try:
        if rows is None and (options.state is not None or engine == "spark"):
            raise NotSql(["The data is no Parquet file; its records are read one by one."])
        few = _are_small(sources) if rows is None else rows <= HELD_RECORDS
        if few and not wanted:
            return None, None
        report = _reporter()
        if report is not None and rows is not None:
            report(f"{rows:,} records, adding up ... \n")
        if options.state is not None:
            from targetexpr.targets.scale.state import evaluate_with_state

            results = evaluate_with_state(setting, sources, tables(), options.state, memory=options.memory)
        elif engine == "spark":
            results = evaluate_by_spark(setting, sources, tables(), memory=options.memory)
        else:
            step = _counting(report)
            results = evaluate_by_sql(setting, sources, tables(), memory=options.memory, step=step, look=look)
    except NotSql as error:
        if wanted:
            if options.state is not None:
                raise InputError(f"--state does not serve this: {error}") from None
            raise InputError(
                f"--engine {engine} does not serve this: {error} Without --engine another one is taken."
            ) from None
        return None, str(error)
    with TableProgress(results, engine=engine, reason=None) as found:
        print(f"engine: {engine}", file=sys.stderr)
        source = results.source
        source.tell(tell_on_stderr, _print_unread)
        if source.unread:
            print(f"{source.unread:,} of {source.rows:,} records could not be read", file=sys.stderr)
        for record, name, count in source.examples():
            notes.look(record, name if len(sources) > 1 else None, count)
        return _finish(options, ByTable(found), notes, source.rows, source.unread), None


SMALL_BYTES = 1_000_000


def _are_small(sources: Sequence[str]) -> bool:
    """Whether files have so few bytes that their records are sooner evaluated than staged."""
    return all(map(os.path.isfile, sources)) and sum(map(os.path.getsize, sources)) < SMALL_BYTES


def _by_part(options: Namespace, setting: Setting, tables: TableReading, reason: str | None) -> int:
    """Few records at once, many by parts of the customers."""
    from targetexpr.targets.scale.evaluate import TableProgress
    from targetexpr.targets.scale.partitions import HELD_RECORDS, PartitionedTracker

    notes = _Notes(setting.ready.evaluators, load(options))
    held = 0 if options.engine == "partitions" else HELD_RECORDS
    contributions = options.table == "contributions"
    tracker = PartitionedTracker(setting, memory=options.memory, contributions=contributions, held=held)
    try:
        count, unread = _feed(tracker, options, None, notes, tables)
        with TableProgress(tracker.result(), engine="partitions", reason=reason) as found:
            if count > held:
                print("engine: partitions" + (f". {reason}" if reason else ""), file=sys.stderr)
            return _finish(options, ByTable(found), notes, count, unread)
    finally:
        tracker.close()


def _finish(options: Namespace, found: Evaluated, notes: _Notes, count: int, unread: int) -> int:
    bad = print_evaluated(options, found, count)
    notes.tell(found.summary())
    return BAD_INPUT if unread or bad else YES


@contextmanager
def _told_of_the_group(options: Namespace) -> Iterator[tuple[TargetGroup, _Given]]:
    """The group of the call, and what its evaluation is given; what does not fit is told by the group's name."""
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.targets.model.envelope import PayloadError, parse_group
    from targetexpr.targets.progress.plan import EvaluationError

    source = _group(options)
    settle(options, source)
    try:
        yield (
            parse_group(source.text),
            {
                "timezone": options.timezone,
                "now": options.now,
                "returns": cast("ReturnPolicy | None", options.returns),
                "enrolment": None if options.enrolment is None else _enrolment(options.enrolment),
                "schema": load(options),
            },
        )
    except (PayloadError, EvaluationError, ExpressionError) as error:
        raise InputError(
            f"{source.name}: {error}\nTo see everything that is wrong with it: targetexpr target check {source.name}"
        ) from None
    except ValueError as error:
        raise InputError(str(error)) from None


def _group(options: Namespace) -> Input:
    """The group of the call; it may stand behind the data as well."""
    given = [options.group] if options.group is not None else []
    if not given and not options.file:
        behind = meant_for_the_command(options, lambda text: not is_json(text))
        given = [behind] if behind is not None else []
    if not given and not options.file:
        raise InputError("no group: name its file, as in targetexpr target simulate group.json --data records.jsonl")
    found = documents(options, given)
    if len(found) > 1:
        raise InputError(f"expected one group, not {len(found)}: {', '.join(one.name or '' for one in found)}")
    return found[0]


def _enrolment(name: str) -> Enrolment:
    source = read_file(name)
    try:
        given = decode(source.text)
    except DecodeError as error:
        raise InputError(f"{source.name}: {error}") from None
    if not isinstance(given, list | dict):
        raise InputError(f"{source.name} is not an enrolment: expected a list of ids, or an object of them")
    return given


class _Notes:
    """What is told of the records beside what they count: members nobody reads, fields that rules read in none."""

    def __init__(self, evaluators: Sequence[TargetEvaluator], schema: Schema) -> None:
        self._lint = RecordLint(schema)
        self._absent = [(one.target.name, Absent(one.rule.reads, schema)) for one in evaluators]

    def look(self, record: Record, source: str | None, times: int = 1) -> None:
        """Takes a record into account, or so many that are alike."""
        self._lint.look(record, source, times)
        for _, absent in self._absent:
            if absent and record.context is not None:
                absent.look(record.context)

    def tell(self, summary: Summary) -> None:
        """Says it on standard error. A field that no record has matters to a target for which none counts."""
        for warning in self._lint.warnings:
            print(warning.text, file=sys.stderr)
        counting = {one.target for one in summary.periods if one.customers}
        said = [text for name, absent in self._absent if name not in counting for text in absent.sentences(seen=True)]
        for text in dict.fromkeys(said):
            print(text, file=sys.stderr)


def _feed(
    tracker: Tracker | PartitionedTracker,
    options: Namespace,
    kept: list[Mapping[str, object]] | None,
    notes: _Notes,
    tables: TableReading,
) -> tuple[int, int]:
    """Hands the records over; keeps those of the customer to be explained. How many there are, and are unreadable."""
    count = unread = 0
    report = _reporter()
    sources = all_expanded(options.data)
    for name, record in of_all(sources, tables):
        count += 1
        if record.context is None:
            if options.on_error == "stop":
                raise InputError(f"{name}, {record.place}: {record.reason}")
            unread += 1
            if report is not None:
                clear_line(sys.stderr)
            _print_unread(name, record)
            continue
        notes.look(record, name if len(sources) > 1 else None)
        tracker.add(record.context)
        if (
            kept is not None
            and options.customer is not None
            and str(record.context.get("customerId")) == options.customer
        ):
            kept.append(record.context)
        if report is not None and count % 10_000 == 0:
            report(f"{count:,} records")
    if report is not None and count >= 10_000:
        report(f"{count:,} records, adding up ... \n")
    if unread:
        print(f"{unread:,} of {count:,} records could not be read", file=sys.stderr)
    return count, unread


def _counting(report: Callable[[str], object] | None) -> Callable[[int], object] | None:
    return None if report is None else lambda count: report(f"{count:,} records")


def _print_unread(name: str, record: Record) -> None:
    print(f"{name}, {record.place}: {record.reason}", file=sys.stderr)


def _reporter() -> Callable[[str], object] | None:
    """How far it is, on a terminal only."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def report(text: str) -> None:
        show_progress(text, sys.stderr)

    return report
