"""What `targetexpr target simulate` prints: the summary, a table, or one customer explained."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from targetexpr.base.errors import InputError
from targetexpr.cli.inputs import print_json

if TYPE_CHECKING:
    from targetexpr.records.writing import RowFormat
    from targetexpr.targets.evaluation import Progress, Tracker
    from targetexpr.targets.progress.results import ProgressData
    from targetexpr.targets.reports.customer import CustomerReport
    from targetexpr.targets.reports.simulation import Summary
    from targetexpr.targets.scale.evaluate import TableProgress

_TABLES = {"progress": "periods", "streaks": "customers"}
"""Tables that a result of a table of any size calls otherwise."""


class Evaluated(ABC):
    """An evaluation that is done, whoever did it."""

    @property
    @abstractmethod
    def whole(self) -> ProgressData:
        """Plan, instant and what was set aside; customers stand elsewhere."""

    @abstractmethod
    def summary(self) -> Summary:
        """The results, counted."""

    @abstractmethod
    def rows(self, table: str) -> Iterable[Mapping[str, object]]:
        """The rows of a table."""

    @abstractmethod
    def customer(self, name: str) -> tuple[CustomerReport, Progress]:
        """One customer explained, and evaluated. Raises KeyError for one who takes no part, with close names."""


@dataclass(frozen=True, slots=True)
class AtOnce(Evaluated):
    """Of all records at once, in memory; of the customer to be explained, the records are kept."""

    tracker: Tracker
    progress: Progress
    kept: list[Mapping[str, object]]

    @property
    def whole(self) -> ProgressData:
        """The progress."""
        return self.progress

    def summary(self) -> Summary:
        """The results, counted."""
        from targetexpr.targets.reports.simulation import summarise

        return summarise(self.progress)

    def rows(self, table: str) -> Iterable[Mapping[str, object]]:
        """The rows of a table."""
        from targetexpr.targets.reports.tables import tables

        return tables(self.progress)[table]

    def customer(self, name: str) -> tuple[CustomerReport, Progress]:
        """One customer explained."""
        from targetexpr.targets.reports.customer import customer_report, no_customer

        if name not in self.progress.customers:
            raise KeyError(no_customer(name, self.progress.customers))
        return customer_report(self.tracker, self.progress, self.kept, name), self.progress


class ByTable(Evaluated):
    """Of a table of any size."""

    def __init__(self, found: TableProgress) -> None:
        self._found = found
        self._whole: ProgressData | None = None

    @property
    def whole(self) -> ProgressData:
        """Without customers."""
        from targetexpr.targets.progress.results import ProgressData

        if self._whole is None:
            found = self._found
            self._whole = ProgressData(plan=found.plan, now=found.now, customers={}, reported=found.set_aside())
        return self._whole

    def summary(self) -> Summary:
        """The results, counted."""
        return self._found.summary()

    def rows(self, table: str) -> Iterable[Mapping[str, object]]:
        """The rows of a table."""
        if table == "streaks" and not self._found.plan.tracking.is_streak:
            return ()
        return self._found.table(_TABLES.get(table, table)).rows()

    def customer(self, name: str) -> tuple[CustomerReport, Progress]:
        """One customer explained."""
        found = self._found.customer(name)
        return found.story, found


def print_evaluated(options: Namespace, found: Evaluated, count: int) -> int:
    """Prints what is asked for, and says of how many records data does not fit; how many that are."""
    if options.customer is not None:
        _explain(options, found)
    elif options.output not in ("text", "json"):
        table = options.table or "levels"
        _write_table(options.output, table, found.rows(table))
    elif options.table is not None and options.output == "text":
        print("\n".join(_text_table(options.table, found.rows(options.table))))
    elif options.table is not None:
        print_json([{key: _plain(value) for key, value in row.items()} for row in found.rows(options.table)])
    else:
        _print_summary(options, found)
    return _report_bad(options, found.whole, count)


def _report_bad(options: Namespace, progress: ProgressData, count: int) -> int:
    """Says on standard error which records have data that does not fit; the summary has said it already. How many."""
    from targetexpr.targets.reports.simulation import data_errors

    bad, lines = data_errors(progress)
    if bad and (options.output != "text" or options.table is not None or options.customer is not None):
        print(f"{bad:,} of {count:,} records could not be evaluated", *lines, sep="\n", file=sys.stderr)
    return bad


def _explain(options: Namespace, found: Evaluated) -> None:
    try:
        report, progress = found.customer(options.customer)
    except KeyError as error:
        raise InputError(str(error.args[0])) from None
    if options.output == "json":
        print_json(report.to_dict())
    elif options.output != "text":
        from targetexpr.targets.reports.tables import tables

        table = options.table or "contributions"
        rows = (row for row in tables(progress)[table] if row.get("customer") == options.customer)
        _write_table(options.output, table, rows)
    else:
        print(report.to_text())


def _print_summary(options: Namespace, found: Evaluated) -> None:
    from targetexpr.targets.reports.simulation import as_text

    summary = found.summary()
    if options.output == "json":
        print_json({**summary.to_dict(), "reported": found.whole.to_reported()})
    else:
        print(as_text(found.whole, summary))


def _write_table(format: RowFormat, table: str, found: Iterable[Mapping[str, object]]) -> None:
    """A table on standard output; cells of CSV that a spreadsheet would run as formulas are quoted as text."""
    from targetexpr.records.writing import row_writer
    from targetexpr.targets.reports.tables import COLUMNS

    read = _cell if format == "csv" else _typed
    with row_writer(None, format, COLUMNS[table]) as rows:
        for row in found:
            rows.write({name: read(value) for name, value in row.items()})


def _text_table(table: str, found: Iterable[Mapping[str, object]]) -> Iterator[str]:
    """A table for people: columns under their names, numbers to the right."""
    from decimal import Decimal

    from targetexpr.base.render import visible_line
    from targetexpr.base.width import padded, text_width
    from targetexpr.targets.reports.tables import COLUMNS

    values = [list(row.values()) for row in found]
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
    """A value of a format that has numbers; a figure without needless zeros, which not every engine knows."""
    from decimal import Decimal

    plain = _plain(value)
    return Decimal(str(plain)) if isinstance(value, Decimal) else plain


def _cell(value: object) -> object:
    plain = _plain(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return plain
