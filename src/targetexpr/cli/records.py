"""`--data`, `--profile` and `--timezone` of commands that evaluate, and how far a long run is."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN
from targetexpr.records.reader import read
from targetexpr.records.record import Record


def add_data(parser: ArgumentParser) -> None:
    """Declare where data comes from."""
    parser.add_argument(
        "--data",
        "-d",
        metavar="DATA",
        help="a JSON or JSON Lines file, - for standard input, or JSON itself; each record is a context, "
        'a dict of profiles such as {"currentTxn":{"value":500}}',
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="records are plain dicts of this profile, as transactions with currentTxn"
    )
    parser.add_argument(
        "--timezone", default="UTC", metavar="ZONE", help="the clock of the rule: Asia/Kolkata, +05:30 (default: UTC)"
    )


def records(options: Namespace, *, needed: bool) -> Iterator[Record]:
    """The records of the call; one empty context when none is given and none is `needed`."""
    source: str | None = options.data
    if source is None:
        if not needed:
            yield Record(1, {})
            return
        if sys.stdin is None or sys.stdin.isatty():
            raise InputError("no data: give it with --data FILE, --data '{\"currentTxn\":{...}}', or pipe it in")
        source = STDIN
    if options.profile is None:
        yield from read(source)
    else:
        for record in read(source):
            yield record.under(options.profile)


class Progress:
    """How many records are done, on a terminal, when it takes long."""

    def __init__(self) -> None:
        self._shown = False
        self._on = sys.stderr is not None and sys.stderr.isatty()
        self._next = 0.0

    def tick(self, done: int) -> None:
        """Called for every record; looks at the clock now and then."""
        if not self._on or done % 1024:
            return
        from time import monotonic

        now = monotonic()
        if not self._next:
            self._next = now + 0.5
        elif now >= self._next:
            self._next, self._shown = now + 0.2, True
            print(f"\r{done:,} records", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Clears the line, before something else is printed."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False
