"""`targetexpr backtest`: a rule over past data, by group, with what its conditions reject and samples."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.evaluate import add_rule, compiled, data_notes
from targetexpr.cli.inputs import add_output, print_json
from targetexpr.cli.outcome_output import ROW_FORMATS
from targetexpr.cli.records import Progress, of_all, place
from targetexpr.console.exits import BAD_INPUT, INTERRUPTED, YES
from targetexpr.console.options import add
from targetexpr.console.tables import table_options
from targetexpr.records.sources import all_expanded

if TYPE_CHECKING:
    from targetexpr.backtesting.result import Backtest, Sample
    from targetexpr.backtesting.totals import Totals
    from targetexpr.console.data_shape import DataNotes
    from targetexpr.records.table_options import TableOptions

DESCRIPTION = """\
Try a rule on past data before customers meet it: how many records it is true for, by month, store or any field; which
of its conditions reject the others; and some records of each kind to look at.
Of the records without a yes, a condition
  rejects   those for which it decides that the rule is false, alone or beside others,
  is null   for those where it decides, but its data is missing,
  alone     is the only obstacle of so many: the rule would be true if this one came out otherwise.
--output csv, jsonl, parquet and xlsx write the groups as a table. Ctrl-C prints what is counted so far.
Status 0: done; 2: a record cannot be read or evaluated."""
EXAMPLES = """\
  targetexpr backtest 'currentTxn.value>500' --data bills.jsonl --by month
  targetexpr backtest -f rule.txt --data 'bills/*.csv' --columns map.toml --by store --sample 3
  targetexpr backtest -f rule.txt --data bills.parquet --by currentCustomer.slabName --output json"""


def arguments(parser: ArgumentParser) -> None:
    """Declare the command's arguments."""
    add_rule(parser)
    add_output(parser, *ROW_FORMATS)
    add(parser, "--by", "--sample", "--seed")


def run(options: Namespace) -> int:
    """Run through the data, and print what came of it."""
    from targetexpr.backtesting.backtest import totals_of
    from targetexpr.tables.errors import TableError

    if options.output in ROW_FORMATS and options.by is None:
        raise InputError(f"--output {options.output} writes the groups as a table: --by says which there are")
    rule = compiled(options)
    if not options.data and (sys.stdin is None or sys.stdin.isatty()):
        raise InputError("no data: give it with --data FILE, or pipe it in")
    try:
        totals = totals_of(rule, by=options.by, sample=options.sample or 0, seed=options.seed or 0)
    except TableError as error:
        raise InputError(str(error)) from None
    progress, notes, complete = Progress(), data_notes(options, rule), True
    try:
        for done in _steps(options, totals, notes):
            progress.tick(done - done % 1024)
    except KeyboardInterrupt:
        complete = False
    except TableError as error:
        raise InputError(str(error)) from None
    progress.clear()
    found = totals.result(complete=complete)
    by_records = found.counts.records == totals.by_records
    for sentence in notes.sentences(some_null=by_records and bool(found.counts.null)):
        print(sentence, file=sys.stderr)
    if by_records and options.by is not None and complete and list(found.groups) == [None]:
        print(f"no record has {_where(options.by)}", file=sys.stderr)
    if options.output == "json":
        print_json(found.as_dict())
    elif options.output in ROW_FORMATS:
        _write_groups(options, found)
    else:
        print("\n".join(_as_text(found)))
    if not complete:
        print(f"interrupted after {found.counts.records:,} records", file=sys.stderr)
        return INTERRUPTED
    return BAD_INPUT if found.counts.errors else YES


# ---- running


def _steps(options: Namespace, totals: Totals, notes: DataNotes) -> Iterator[int]:
    """Adds all data to the totals; how many records are done, now and then."""
    sources = all_expanded(options.data or ["-"])
    tables = table_options(options, [totals.rule.checked])
    if options.by is not None and "." in options.by:  # a column that the rule itself does not read
        tables = replace(tables, reads=replace(tables.reads, kinds={**tables.reads.kinds, options.by: "scalar"}))
    for source in sources:
        name = None if len(sources) == 1 else source
        yield from _by_columns(options, source, name, totals, tables) or _by_records(
            options, source, name, totals, notes, tables
        )


def _by_columns(
    options: Namespace, source: str, name: str | None, totals: Totals, tables: TableOptions
) -> Iterator[int] | None:
    """The steps over a table that is read as columns; None for what is read record by record."""
    from targetexpr.cli.records import is_json

    if source == "-" or is_json(source) or find_spec("polars") is None:
        return None
    from targetexpr.records.table import NotScannable, scan
    from targetexpr.tables.errors import NotLowerable

    try:
        scanned = scan(source, tables)
    except NotScannable:
        return None
    from targetexpr.backtesting.columns import TableRun
    from targetexpr.tables.polars_table import PolarsTable

    try:
        run = TableRun(totals, PolarsTable(scanned.frame), name=name)
        if options.on_error != "null" and (scanned.misfits or totals.rule.on(scanned.frame).invalid):
            return None  # what does not fit is an error of its record, which rows tell and columns do not
    except NotLowerable:
        return None
    for sentence in (*scanned.told, *scanned.misfits):
        tables.report(source, sentence)
    before = totals.done
    return (before + done for done in run.steps())


def _by_records(
    options: Namespace, source: str, name: str | None, totals: Totals, notes: DataNotes, tables: TableOptions
) -> Iterator[int]:
    searching = True
    for label, record in of_all([source], lambda: tables):
        record = record.under(options.profile)
        problem = totals.add(record, None if name is None else label)
        notes.look(record, None if name is None else label)
        searching = searching and notes.search(record)
        if problem is not None:
            note = notes.note(record)
            if note != "":
                print(f"{place(None if name is None else label, record)}: {note or problem}", file=sys.stderr)
            if options.on_error == "stop":
                return
        yield totals.done


def _where(by: str) -> str:
    from targetexpr.backtesting.totals import PLACES

    return " or ".join(PLACES.get(by, (by,)))


# ---- printing


def _write_groups(options: Namespace, found: Backtest) -> None:
    """The groups as a table."""
    from targetexpr.records.writing import row_writer

    headings = [found.by or "group", *found.counts.as_dict()]
    with row_writer(None, options.output, headings) as rows:
        for name, counts in found.groups.items():
            rows.write(dict(zip(headings, (name, *counts.as_dict().values()), strict=True)))


def _as_text(found: Backtest) -> list[str]:
    counts = found.counts
    lines = [
        f"{counts.records:,} records: {counts.yes:,} yes ({_share(counts.yes, counts.records)}), {counts.no:,} no, "
        f"{counts.null:,} null, {counts.errors:,} error{'' if counts.errors == 1 else 's'}"
    ]
    if found.by is not None:
        rows = [
            (
                "-" if name is None else name,
                *_numbers(one.records, one.yes, one.no, one.null, one.errors),
                _share(one.yes, one.records),
            )
            for name, one in found.groups.items()
        ]
        lines += ["", *_table((found.by, "records", "yes", "no", "null", "errors", ""), rows)]
    without = counts.no + counts.null
    if without:
        rows = [(one.text, *_numbers(one.rejects, one.missing, one.only)) for one in found.conditions]
        lines += ["", f"why not, of {without:,} records without a yes:"]
        lines += _table(("condition", "rejects", "null", "alone"), rows)
    for sample in found.samples:
        lines += ["", *_sample(sample)]
    return lines


def _sample(sample: Sample) -> list[str]:
    from targetexpr.backtesting.result import plain
    from targetexpr.base.render import visible_line

    def said(name: str, value: object) -> str:
        text = repr(value).removesuffix(".0") if isinstance(value, float) else str(plain(value))
        return visible_line(f"{name} {'null' if value is None else text}")

    own = ", ".join(said(name, value) for name, value in sample.own.items())
    lines = [f"{sample.outcome}: {sample.place}{f' ({own})' if own else ''}"]
    if sample.error is not None:
        lines.append(f"  {sample.error}")
    lines += [f"  {said(name, value)}" for name, value in sample.values.items()]
    lines += [f"  because of {visible_line(text)}" for text in sample.against]
    return lines


def _numbers(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in numbers)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns, the first to the left, numbers to the right."""
    from targetexpr.base.render import visible_line
    from targetexpr.base.width import padded, text_width

    shown = [tuple(map(visible_line, row)) for row in (heads, *rows)]
    widths = [max(text_width(row[at]) for row in shown) for at in range(len(heads))]
    return [
        "  ".join(
            padded(cell, width, right=at > 0) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in shown
    ]
