"""`targetexpr target simulate`: who would earn what, on past data."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from targetexpr.base.errors import InputError
from targetexpr.base.source import Input
from targetexpr.cli.inputs import add_output, documents, print_json
from targetexpr.cli.records import is_json, meant_for_the_command, of_all
from targetexpr.console.configuration import settle
from targetexpr.console.data_shape import Absent
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.files import read_file
from targetexpr.console.options import add, add_renamed
from targetexpr.console.schemas import add_schema, load
from targetexpr.console.screen import clear_line, show_progress
from targetexpr.console.tables import table_options
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.lint import RecordLint
from targetexpr.records.shape import HEAD
from targetexpr.records.sources import all_expanded

if TYPE_CHECKING:
    from targetexpr.lang.schema.schema import Schema
    from targetexpr.records.record import Record
    from targetexpr.records.writing import RowFormat
    from targetexpr.targets.evaluation import Progress, Tracker
    from targetexpr.targets.progress.enrolment import Enrolment
    from targetexpr.targets.progress.windows import ReturnPolicy

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
    add(parser, "--table")
    add_output(parser, "csv", "jsonl", "parquet", "xlsx")


def run(options: Namespace) -> int:
    """Evaluate and print."""
    from targetexpr.running.coercion import DataError

    try:
        tracker = _tracker(options)
        kept: list[Mapping[str, object]] = []
        notes = _Notes(tracker, load(options))
        count, unread = _feed(tracker, options, kept, notes)
        progress = tracker.result()
    except DataError as error:
        raise InputError(f"the data is not valid: {error}") from None
    if options.customer is not None:
        _explain(options, tracker, progress, kept)
    elif options.output not in ("text", "json"):
        _write_table(options.output, progress, options.table or "levels")
    elif options.table is not None and options.output == "text":
        print("\n".join(_text_table(progress, options.table)))
    elif options.table is not None:
        print_json([{key: _plain(value) for key, value in row.items()} for row in progress.tables()[options.table]])
    else:
        _print_summary(options, progress)
    notes.tell(progress)
    bad = _report_bad(options, progress, count)
    return BAD_INPUT if unread or bad else YES


def _report_bad(options: Namespace, progress: Progress, count: int) -> int:
    """Says on standard error which records have data that does not fit; the summary has said it already. How many."""
    from targetexpr.targets.reports.simulation import data_errors

    bad, lines = data_errors(progress)
    if bad and (options.output != "text" or options.table is not None or options.customer is not None):
        print(f"{bad:,} of {count:,} records could not be evaluated", *lines, sep="\n", file=sys.stderr)
    return bad


def _tracker(options: Namespace) -> Tracker:
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.targets.evaluation import Tracker
    from targetexpr.targets.model.envelope import PayloadError, parse_group
    from targetexpr.targets.progress.plan import EvaluationError

    source = _group(options)
    settle(options, source)
    try:
        return Tracker(
            parse_group(source.text),
            timezone=options.timezone,
            now=options.now,
            returns=cast("ReturnPolicy | None", options.returns),
            enrolment=None if options.enrolment is None else _enrolment(options.enrolment),
            schema=load(options),
            on_error="raise" if options.on_error == "stop" else "list",
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

    def __init__(self, tracker: Tracker, schema: Schema) -> None:
        self._lint = RecordLint(schema)
        self._absent = [(one.target.name, Absent(one.rule.reads, schema)) for one in tracker.evaluators]

    def look(self, record: Record, source: str | None) -> None:
        """Takes a record into account."""
        self._lint.look(record, source)
        for _, absent in self._absent:
            if absent and record.context is not None:
                absent.look(record.context)

    def tell(self, progress: Progress) -> None:
        """Says it on standard error. A field that no record has matters to a target for which none counts."""
        for warning in self._lint.warnings:
            print(warning.text, file=sys.stderr)
        counting = {
            period.target
            for customer in progress.customers.values()
            for period in customer.periods
            if period.contributions
        }
        said = [text for name, absent in self._absent if name not in counting for text in absent.sentences(seen=True)]
        for text in dict.fromkeys(said):
            print(text, file=sys.stderr)


def _feed(tracker: Tracker, options: Namespace, kept: list[Mapping[str, object]], notes: _Notes) -> tuple[int, int]:
    """Hands the records over; keeps those of the customer to be explained. How many there are, and are unreadable."""
    count = unread = 0
    report = _reporter()
    sources = all_expanded(options.data)
    rules = [one.rule.checked for one in tracker.evaluators]
    for name, record in of_all(sources, lambda: table_options(options, rules, own=HEAD)):
        count += 1
        if record.context is None:
            if options.on_error == "stop":
                raise InputError(f"{name}, {record.place}: {record.reason}")
            unread += 1
            if report is not None:
                clear_line(sys.stderr)
            print(f"{name}, {record.place}: {record.reason}", file=sys.stderr)
            continue
        notes.look(record, name if len(sources) > 1 else None)
        tracker.add(record.context)
        if options.customer is not None and str(record.context.get("customerId")) == options.customer:
            kept.append(record.context)
        if report is not None and count % 10_000 == 0:
            report(f"{count:,} records")
    if report is not None and count >= 10_000:
        report(f"{count:,} records, adding up ... \n")
    if unread:
        print(f"{unread:,} of {count:,} records could not be read", file=sys.stderr)
    return count, unread


def _reporter() -> Callable[[str], object] | None:
    """How far it is, on a terminal only."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def report(text: str) -> None:
        show_progress(text, sys.stderr)

    return report


def _explain(options: Namespace, tracker: Tracker, progress: Progress, kept: list[Mapping[str, object]]) -> None:
    from targetexpr.targets.reports.customer import customer_report

    if options.customer not in progress.customers:
        raise InputError(f"customer {options.customer!r} takes no part: no records, or not enrolled")
    report = customer_report(tracker, progress, kept, options.customer)
    if options.output == "json":
        print_json(report.to_dict())
    elif options.output != "text":
        _write_table(options.output, progress, options.table or "contributions", customer=options.customer)
    else:
        print(report.to_text())


def _print_summary(options: Namespace, progress: Progress) -> None:
    from targetexpr.targets.reports.simulation import as_text, summarise

    summary = summarise(progress)
    if options.output == "json":
        print_json({**summary.to_dict(), "reported": progress.to_reported()})
    else:
        print(as_text(progress, summary))


def _write_table(format: RowFormat, progress: Progress, table: str, customer: str | None = None) -> None:
    """A table on standard output; cells of CSV that a spreadsheet would run as formulas are quoted as text."""
    from targetexpr.records.writing import row_writer
    from targetexpr.targets.reports.tables import COLUMNS, tables

    read = _cell if format == "csv" else _typed
    with row_writer(None, format, COLUMNS[table]) as rows:
        for row in tables(progress)[table]:
            if customer is None or row.get("customer") == customer:
                rows.write({name: read(value) for name, value in row.items()})


def _text_table(progress: Progress, table: str) -> Iterator[str]:
    """A table for people: columns under their names, numbers to the right."""
    from decimal import Decimal

    from targetexpr.base.render import visible_line
    from targetexpr.base.width import padded, text_width
    from targetexpr.targets.reports.tables import COLUMNS

    values = [list(row.values()) for row in progress.tables()[table]]
    rows = [list(COLUMNS[table]), *([visible_line(_word(value)) for value in row] for row in values)]
    widths = [max(map(text_width, column)) for column in zip(*rows, strict=True)]
    numbers = [
        any(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in column)
        for column in zip(*values, strict=True)
    ] or [False] * len(widths)
    for row in rows:
        cells = [padded(cell, width, right=right) for cell, width, right in zip(row, widths, numbers, strict=True)]
        yield "  ".join(cells).rstrip()


def _word(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    return "-" if plain is None else f"{plain:,}" if isinstance(plain, int) else str(plain)


def _plain(value: object) -> object:
    from datetime import date
    from decimal import Decimal

    if isinstance(value, Decimal):
        from targetexpr.targets.progress.results import decimal_text

        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _typed(value: object) -> object:
    """A value of a format that has numbers."""
    from decimal import Decimal

    return value if isinstance(value, Decimal) else _plain(value)


def _cell(value: object) -> object:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return plain
