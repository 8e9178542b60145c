"""Data for evaluation: contexts from JSON, JSON Lines or standard input, one after the other, bad ones told apart."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from targetexpr.base.errors import InputError
from targetexpr.cli.inputs import STDIN

_INLINE = ("{", "[")


@dataclass(frozen=True, slots=True)
class Record:
    """One context with the line it begins on, or what is wrong with that line."""

    line: int
    context: dict[str, object] | None
    problem: str = ""

    def under(self, profile: str | None) -> Record:
        """The record as a context, where records are plain dicts of one profile."""
        if profile is None or self.context is None:
            return self
        return Record(self.line, {profile: self.context})


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
    for record in read(source):
        yield record.under(options.profile)


def read(source: str) -> Iterator[Record]:
    """The records of a file, of standard input (`-`), or of JSON itself. Raises InputError."""
    if source.lstrip().startswith(_INLINE):
        yield from records_in(iter(source.encode("utf-8", "surrogatepass").splitlines(keepends=True)))
    elif source == STDIN:
        yield from records_in(sys.stdin.buffer)
    else:
        try:
            file: IO[bytes] = open(source, "rb")  # noqa: SIM115 - closed below, once all records are read
        except OSError as error:
            raise InputError(f"cannot read {source}: {error.strerror or error}") from None
        with file:
            yield from records_in(file)


def records_in(lines: Iterable[bytes]) -> Iterator[Record]:
    """JSON Lines when the first line is a record of its own, which streams; else one document.

    A document that is broken is taken for JSON Lines when it has other lines that are records.
    """
    rest = iter(lines)
    number, first = 0, b""
    for first in rest:
        number += 1
        if number == 1:
            first = first.removeprefix(b"\xef\xbb\xbf")
        if first.strip():
            break
    else:
        raise InputError("the data is empty: there is no record in it")
    record = record_of(number, first)
    if record.context is not None:
        yield record
        yield from _each_line(number + 1, rest)
        return
    following = list(rest)
    document, problem = _parsed(b"".join((first, *following)))
    if isinstance(document, list):
        yield from (_as_record(number, one) for one in document)
    elif problem is None:
        yield _as_record(number, document)
    else:
        found = [record, *_each_line(number + 1, following)]
        if not any(one.context is not None for one in found):
            raise InputError(f"the data is not JSON: {problem}")
        yield from found


def _each_line(first: int, lines: Iterable[bytes]) -> Iterator[Record]:
    for number, line in enumerate(lines, first):
        if line.strip():
            yield record_of(number, line)


def record_of(number: int, line: bytes) -> Record:
    """A line of JSON Lines as a record."""
    value, problem = _parsed(line)
    if problem is None:
        return _as_record(number, value)
    return Record(number, None, f"not JSON: {problem.replace('line 1, ', '')}")


def _as_record(number: int, value: object) -> Record:
    if isinstance(value, dict):
        return Record(number, value)
    return Record(number, None, f"a record is an object, this is {_NAMES.get(type(value), 'something else')}")


_NAMES = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


def json_value(text: str) -> object:
    """The value of a JSON text, its numbers exact. Raises ValueError for a text that is no JSON."""
    try:
        value: object = _DECODER.decode(text)
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("nested too deeply" if isinstance(error, RecursionError) else "too large a number") from None
    return value


def _parsed(data: bytes) -> tuple[object, str | None]:
    try:
        return _DECODER.decode(data.decode("utf-8")), None
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 (byte {error.start})"
    except json.JSONDecodeError as error:
        return None, f"{error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        return None, "nested too deeply"
    except ArithmeticError:
        return None, "a number with too large an exponent"


def _exact(text: str) -> object:
    """A number as it is written: a float when its shortest text is that number, else a Decimal."""
    number = float(text)
    if repr(number) == text:
        return number
    from decimal import Decimal

    exact = Decimal(text)
    return number if number - number == 0 and Decimal(repr(number)) == exact else exact


def _whole(text: str) -> object:
    if len(text) < 1000:
        return int(text)
    from decimal import Decimal

    return Decimal(text)


_DECODER = json.JSONDecoder(parse_float=_exact, parse_int=_whole)


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
        """Takes the line away, before something else is said."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = False
