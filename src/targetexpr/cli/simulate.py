"""`targetexpr target simulate`: who would earn what, on past data."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from targetexpr.base.errors import InputError
from targetexpr.cli.inputs import add_output, print_json
from targetexpr.console.exits import BAD_INPUT, YES
from targetexpr.console.files import read_file
from targetexpr.console.schemas import add_schema, load
from targetexpr.records.decoder import DecodeError, decode
from targetexpr.records.reader import read

if TYPE_CHECKING:
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

TABLES = ("progress", "contributions", "levels", "streaks", "unified", "grants", "reported")


def arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = f"examples:\n{EXAMPLES}"
    parser.add_argument("group", metavar="GROUP", help="the group: a request or an answer, as JSON")
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        metavar="RECORDS",
        help="records to evaluate (may be given several times)",
    )
    parser.add_argument("--customer", metavar="ID", help="explain one customer, period by period and record by record")
    parser.add_argument("--timezone", default="UTC", metavar="ZONE", help="the clock of local days (default: UTC)")
    parser.add_argument("--now", metavar="DATE", help="evaluate as of then (default: the date of the latest record)")
    parser.add_argument(
        "--returns",
        type=str.upper,
        choices=("IGNORE", "SAME_PERIOD", "NEXT_PERIOD"),
        help="what returns lower (default: the period of the bill while it runs, and else the next one)",
    )
    parser.add_argument(
        "--enrolment", metavar="FILE", help="JSON: who takes part, a list of ids or a dict of them with their values"
    )
    parser.add_argument(
        "--strict", action="store_true", help="stop at the first record that cannot be read or whose data does not fit"
    )
    parser.add_argument("--table", choices=TABLES, help="this table instead of the summary (csv: levels by default)")
    add_schema(parser)
    add_output(parser, "csv")


def run(options: Namespace) -> int:
    """Evaluate and print."""
    from targetexpr.running.coercion import DataError

    try:
        tracker = _tracker(options)
        kept: list[Mapping[str, object]] = []
        unread = _feed(tracker, options, kept)
        progress = tracker.result()
    except DataError as error:
        raise InputError(f"the data is not valid: {error}") from None
    if options.customer is not None:
        _explain(options, tracker, progress, kept)
    elif options.output == "csv":
        _print_csv(progress, options.table or "levels")
    elif options.table is not None:
        print_json([{key: _plain(value) for key, value in row.items()} for row in progress.tables()[options.table]])
    else:
        _print_summary(options, progress)
    return BAD_INPUT if unread else YES


def _tracker(options: Namespace) -> Tracker:
    from targetexpr.base.diagnostics import ExpressionError
    from targetexpr.targets.evaluation import Tracker
    from targetexpr.targets.model.envelope import PayloadError, parse_group
    from targetexpr.targets.progress.plan import EvaluationError

    source = read_file(options.group)
    try:
        return Tracker(
            parse_group(source.text),
            timezone=options.timezone,
            now=options.now,
            returns=cast("ReturnPolicy | None", options.returns),
            enrolment=None if options.enrolment is None else _enrolment(options.enrolment),
            schema=load(options),
            on_error="raise" if options.strict else "list",
        )
    except (PayloadError, EvaluationError, ExpressionError) as error:
        raise InputError(
            f"{source.name}: {error}\nTo see everything that is wrong with it: targetexpr target check {source.name}"
        ) from None
    except ValueError as error:
        raise InputError(str(error)) from None


def _enrolment(name: str) -> Enrolment:
    source = read_file(name)
    try:
        given = decode(source.text)
    except DecodeError as error:
        raise InputError(f"{source.name}: {error}") from None
    if not isinstance(given, list | dict):
        raise InputError(f"{source.name} is not an enrolment: expected a list of ids, or an object of them")
    return given


def _feed(tracker: Tracker, options: Namespace, kept: list[Mapping[str, object]]) -> int:
    """Hands the records over; keeps those of the customer who is to be explained. How many could not be read."""
    count = unread = 0
    report = _reporter()
    for name in options.data:
        for record in read(name):
            count += 1
            if record.context is None:
                if options.strict:
                    raise InputError(f"{name}, {record.place}: {record.reason}")
                unread += 1
                start = "" if report is None else "\r\x1b[K"
                print(f"{start}{name}, {record.place}: {record.reason}", file=sys.stderr)
                continue
            tracker.add(record.context)
            if options.customer is not None and str(record.context.get("customerId")) == options.customer:
                kept.append(record.context)
            if report is not None and count % 10_000 == 0:
                report(f"\r{count:,} records")
    if report is not None and count >= 10_000:
        report(f"\r{count:,} records, adding up ... \n")
    if unread:
        print(f"{unread:,} of {count:,} records could not be read", file=sys.stderr)
    return unread


def _reporter() -> Callable[[str], object] | None:
    """How far it is, on a terminal only."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def report(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    return report


def _explain(options: Namespace, tracker: Tracker, progress: Progress, kept: list[Mapping[str, object]]) -> None:
    from targetexpr.targets.reports.customer import customer_report

    if options.customer not in progress.customers:
        raise InputError(f"customer {options.customer!r} takes no part: no records, or not enrolled")
    report = customer_report(tracker, progress, kept, options.customer)
    if options.output == "json":
        print_json(report.to_dict())
    elif options.output == "csv":
        _print_csv(progress, options.table or "contributions", customer=options.customer)
    else:
        print(report.to_text())


def _print_summary(options: Namespace, progress: Progress) -> None:
    from targetexpr.targets.reports.simulation import as_text, summarise

    summary = summarise(progress)
    if options.output == "json":
        print_json({**summary.to_dict(), "reported": progress.to_reported()})
    else:
        print(as_text(progress, summary))


def _print_csv(progress: Progress, table: str, customer: str | None = None) -> None:
    """A table as CSV on standard output; cells that a spreadsheet would run as formulas are quoted as text."""
    import csv

    from targetexpr.targets.reports.tables import COLUMNS, tables

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    for row in tables(progress)[table]:
        if customer is None or row.get("customer") == customer:
            writer.writerow([_cell(value) for value in row.values()])


def _plain(value: object) -> object:
    from datetime import date
    from decimal import Decimal

    if isinstance(value, Decimal):
        from targetexpr.targets.progress.results import decimal_text

        return decimal_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: object) -> object:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return plain
