"""The records of commands that evaluate: out of one source or several; and how far a long run is."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN
from targetexpr.console.options import add
from targetexpr.console.screen import clear_line, show_progress
from targetexpr.console.tables import table_options
from targetexpr.records.reader import Opened, read
from targetexpr.records.record import Record
from targetexpr.records.sources import all_expanded

if TYPE_CHECKING:
    from targetexpr.checking.result import Checked, Read
    from targetexpr.records.table_options import Keep, TableOptions


def add_data(parser: ArgumentParser) -> None:
    """Declare where data comes from."""
    add(parser, "--data", "--columns", "--read", "--profile", "--timezone")


def records(
    options: Namespace,
    rules: Iterable[Checked],
    *,
    needed: bool,
    keep: Keep = "",
    lacks: Callable[[str, list[Read]], None] | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str | None, Record]]:
    """The records of the call, each with the name of its source where there are several.

    One empty context when none is given and none is `needed`. Tables are read as the rules need it; their records
    keep their rows where it is asked, and a table that lacks what is read is refused unless `lacks` takes it.
    """
    sources: list[str] = options.data
    if not sources and not needed:
        yield None, Record(1, {})
        return
    sources = sources_of(options)
    if progress is not None:
        progress.begin(sources)
    opened = None if progress is None else progress.opened
    for name, record in of_all(sources, lambda: table_options(options, rules, keep=keep, lacks=lacks), opened):
        yield None if len(sources) == 1 else name, record.under(options.profile)


def sources_of(options: Namespace) -> list[str]:
    """The files of the call, or standard input. Raises InputError where there is none."""
    if not options.data and (sys.stdin is None or sys.stdin.isatty()):
        raise InputError("no data: give it with --data FILE, --data '{\"currentTxn\":{...}}', or pipe it in")
    return all_expanded(options.data or [STDIN])


def place(source: str | None, record: Record) -> str:
    """Where a record stands, for people."""
    return record.place if source is None else f"{source}, {record.place}"


def json_place(source: str | None, record: Record) -> str:
    """The beginning of a JSON object about a record: where it stands."""
    if source is None:
        return f'{{"{record.unit}": {record.line}'
    import json

    return f'{{"source": {json.dumps(source, ensure_ascii=False)}, "{record.unit}": {record.line}'


def of_all(
    sources: Sequence[str], tables: Callable[[], TableOptions], opened: Opened | None = None
) -> Iterator[tuple[str, Record]]:
    """The records of all sources, one after the other, each with the name of its source. Raises InputError.

    `tables` makes the options of tables, when there is one.
    """
    tables = cache(tables)
    if sources.count(STDIN) > 1:
        raise InputError("standard input can be read once only; - is given twice")
    for source in sources:
        name = "standard input" if source == STDIN else "the data" if is_json(source) else source
        for record in read(source, tables, opened):
            yield name, record


def is_json(source: str) -> bool:
    """Whether a source of data is JSON itself."""
    return source.lstrip().startswith(("{", "["))


def is_data(source: str) -> bool:
    """Whether a text can only be meant as data, and not as a rule: JSON, `-`, or the name of a file of data."""
    return source == STDIN or is_json(source) or (os.path.isfile(source) and not source.endswith((".txt", ".rules")))


def meant_for_the_command(options: Namespace, fits: Callable[[str], bool]) -> str | None:
    """What stands behind the values of --data and is the command's own argument: `eval --data a.jsonl b.jsonl RULE`.

    The last value that fits is taken out of the data. None where no value does.
    """
    behind: list[int] = getattr(options, "_behind", [])
    for at in reversed(behind):
        if fits(options.data[at]):
            value: str = options.data.pop(at)
            return value
    return None


class Progress:
    """How many records are done, on a terminal, when it takes long; of files also which part, and how long it takes."""

    def __init__(self) -> None:
        self._shown = False
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._next = self._begun = 0.0
        self._total = self._before = self._size = 0  # bytes: of all files, of those before this one, and of this one
        self._file: BinaryIO | None = None
        self._width = 0

    def begin(self, sources: Sequence[str]) -> None:
        """Takes the sources of a run into account: what they hold is known of files alone."""
        if self._on and all(os.path.isfile(source) for source in sources):
            self._total = sum(map(os.path.getsize, sources))

    def opened(self, file: BinaryIO) -> None:
        """Takes the file into account that is read from now on."""
        if self._total:
            self._before, self._size, self._file = self._before + self._size, os.fstat(file.fileno()).st_size, file

    def tick(self, done: int) -> None:
        """Called for every record; looks at the clock now and then."""
        if self._on and not done % 1024:
            self.show(done)

    def show(self, done: int) -> None:
        """Shows how far it is, where that was not shown just now."""
        if not self._on:
            return
        from time import monotonic

        now = monotonic()
        if not self._next:
            self._begun, self._next = now, now + 0.5
        elif now >= self._next:
            self._next, self._shown = now + 0.2, True
            text = f"{done:,} records{self._part(now - self._begun)}"
            show_progress(text.ljust(self._width), sys.stderr)  # over all of the one before
            self._width = len(text)

    def _part(self, seconds: float) -> str:
        """`, 43 %, 12 s left`."""
        if self._file is None or self._file.closed:
            return ""
        part = (self._before + self._file.tell()) / self._total
        if not 0 < part < 1:
            return ""
        left = seconds / part - seconds
        return f", {part * 100:.0f} %, " + (f"{left:.0f} s left" if left < 100 else f"{left / 60:.0f} min left")

    def clear(self) -> None:
        """Clears the line, before something else is printed."""
        if self._shown:
            clear_line(sys.stderr)
            self._shown = False
