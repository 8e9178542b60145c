"""Records out of data of any format, one after the other; bad ones are told, the others go on. JSON is read here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from io import BytesIO
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, TypeVar

from targetexpr.base.diagnostics import Diagnostic
from targetexpr.base.errors import InputError
from targetexpr.base.jsontext import unexpected
from targetexpr.base.kinds import phrase_of
from targetexpr.base.source import NO_SPAN, STDIN, Span
from targetexpr.records.decoder import BLANKS, DecodeError, decode, decode_at, end_of, skip_blanks, syntax_error
from targetexpr.records.formats import format_of
from targetexpr.records.record import Record
from targetexpr.records.sources import begun

if TYPE_CHECKING:
    from targetexpr.records.column_batches import ColumnBatch
    from targetexpr.records.layouts import ContextBatch, Layout, Layouts
    from targetexpr.records.table_options import TableReading

MOST_UNREADABLE = 1_000
"""Records that cannot be read at the beginning of the data before it is taken for something else than records."""

Batch = TypeVar("Batch")

Opened: TypeAlias = Callable[[BinaryIO], object]
"""What is told that a file is open."""

BATCH_LINES = 1_000
"""Lines of one batch, at most."""

_BLANKS = BLANKS.encode()
_BOM = b"\xef\xbb\xbf"


def read(source: str, tables: TableReading | None = None, opened: Opened | None = None) -> Iterator[Record]:
    """The records of a file of any format, of standard input (`-`), or of JSON itself.

    `tables` makes what says how tables are read (CSV, Excel, Parquet, Arrow), and is asked when there is one; `opened`
    is given the file, for whoever wants to know how far it is read. Records
    of JSON are as they are written, whatever profile it names. Raises InputError for a file that cannot be read, for a
    table whose columns do not fit, and for data that has no record which can be read.

    >>> [record.context for record in read('{"currentTxn": {"value": 620}}')]
    [{'currentTxn': {'value': 620}}]
    """
    if source.lstrip(BLANKS).startswith(("{", "[")):
        yield from some("the data", records_in(BytesIO(source.encode("utf-8", "surrogatepass"))))
    elif source == STDIN:
        yield from _any_format("standard input", sys.stdin.buffer, tables, again=False)
    else:
        yield from read_file(source, tables, opened)


def read_file(path: str, tables: TableReading | None = None, opened: Opened | None = None) -> Iterator[Record]:
    """The records of a file, whatever it is called. Raises InputError as `read` does."""
    try:
        with open(path, "rb") as file:
            if opened is not None:
                opened(file)
            yield from _any_format(path, file, tables, again=file.seekable())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def read_batches(
    path: str, tables: TableReading, layouts: Callable[[], Layouts], opened: Opened
) -> Iterator[Record | ContextBatch | ColumnBatch]:
    """The records of a file for one rule that is counted: those that are alike in batches. Raises InputError."""
    from targetexpr.records.column_batches import column_batches

    try:
        with open(path, "rb") as file:
            opened(file)
            head, stream, again = begun(path, file, again=file.seekable())
            found = format_of(head, path)
            if found == "json":
                yield from some(path, batches_in(stream, layouts()))
            else:
                yield from column_batches(path, found, head, stream, again=again, options=tables())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _any_format(name: str, stream: BinaryIO, tables: TableReading | None, *, again: bool) -> Iterator[Record]:
    """The records of data in any format; `again` says whether the stream can be read twice."""
    head, stream, again = begun(name, stream, again=again)
    found = format_of(head, name)
    if found == "json":
        yield from some(name, records_in(stream))
        return
    from targetexpr.records.open_table import open_table
    from targetexpr.records.table_options import TableOptions
    from targetexpr.records.table_records import table_records

    options = TableOptions() if tables is None else tables()
    yield from table_records(open_table(name, found, head, stream, again=again, options=options), options)


def some(name: str, records: Iterator[Record | Batch]) -> Iterator[Record | Batch]:
    """The records, when there are any that can be read: what is no data is told once, and not line by line."""
    unread: list[Record] = []
    for record in _or_none(records):
        if not isinstance(record, Record) or record.context is not None:
            yield from unread
            yield record
            yield from records
            return
        unread.append(record)
        if len(unread) == MOST_UNREADABLE:
            break
    if not unread:
        raise InputError(f"the data is empty: there is no record in {name if name != 'the data' else 'it'}")
    first = unread[0]
    which = f"none of the first {MOST_UNREADABLE:,} records" if len(unread) == MOST_UNREADABLE else "no record"
    raise InputError(f"{which} of {name} can be read; {first.place}: {first.reason}")


def _or_none(records: Iterator[Record | Batch]) -> Iterator[Record | Batch]:
    """The records, none where the data is empty: that is told by its name."""
    try:
        yield from records
    except NoRecords:
        return


class NoRecords(InputError):
    """The data is empty."""


def batches_in(lines: Iterable[bytes], layouts: Layouts) -> Iterator[Record | ContextBatch]:
    """As `records_in`; lines that are laid out as one before them come in batches, with what is read of them alone."""
    from targetexpr.records.layouts import ContextBatch

    rest = iter(lines)
    number, first = next(numbered(rest), (0, b""))
    record = record_of(number, first) if number and first.strip(_BLANKS).startswith(b"{") else None
    if record is None or record.context is None:
        yield from records_in(chain([b"\n"] * (number - 1), [first] if number else [], rest))
        return
    yield record
    layout = layouts.learn(first, record)
    while chunk := list(islice(rest, BATCH_LINES)):
        contexts = None if layout is None else layout.contexts(chunk)
        if layout is not None and contexts is not None:
            yield ContextBatch(layout.example, contexts, number + 1, chunk)
        else:
            layout = yield from _line_by_line(number + 1, chunk, layouts, layout)
        number += len(chunk)


def _line_by_line(
    number: int, lines: list[bytes], layouts: Layouts, layout: Layout | None
) -> Generator[Record | ContextBatch, None, Layout | None]:
    """Lines of several layouts; returns that of the last one."""
    from targetexpr.records.layouts import ContextBatch

    contexts: list[dict[str, object]] = []
    kept: list[bytes] = []
    for place, line in enumerate(lines, number):
        other = layouts.layout_of(line)
        if contexts and layout and other is not layout:
            yield ContextBatch(layout.example, contexts, place - len(kept), kept)
            contexts, kept = [], []
        if other is not None:
            found = other.match(line.decode())
            assert found is not None
            contexts.append(other.context(*found.groups()))
            kept.append(line)
            layout = other
        elif not line.isspace():
            record = record_of(place, line)
            yield record
            layout = layouts.learn(line, record) or layout
    if contexts and layout:
        yield ContextBatch(layout.example, contexts, number + len(lines) - len(kept), kept)
    return layout


def records_in(lines: Iterable[bytes], *, only_lines: bool = False, texts: bool = False) -> Iterator[Record]:
    """The records of data by the line: JSON Lines, which stream; else an array or one object, which are held.

    `only_lines` takes no object that goes on over several lines; `texts` keeps the JSON of each record. A byte-order
    mark at the beginning of the data counts for nothing. Raises NoRecords for data that is empty.
    """
    rest = iter(lines)
    number, first = next(numbered(rest), (0, b""))
    if not number:
        raise NoRecords("the data is empty: there is no record in it")
    bare = first.strip(_BLANKS)
    if bare.startswith(b"["):
        following = list(rest)
        if not (bare.endswith(b"]") and any(line.strip(_BLANKS) for line in following) and _is_json(bare)):
            yield from _items(number, b"".join((first, *following)), texts)
            return
        rest = iter(following)  # a line that is a list, among other lines
    record = record_of(number, first, texts=texts)
    if only_lines or not breaks_off(record, first):
        yield record
        yield from _each_line(number + 1, rest, texts)
        return
    following = list(rest)
    whole = _document(number, b"".join((first, *following)), texts)
    found = [] if whole.problem is None else [record, *_each_line(number + 1, following, texts)]
    yield from found if any(one.context is not None for one in found) else (whole,)


def numbered(lines: Iterable[bytes], first: int = 1) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers, as `bare_line` has them."""
    for number, line in enumerate(lines, first):
        bare = bare_line(number, line)
        if bare:
            yield number, bare


def bare_line(number: int, line: bytes) -> bytes:
    """A line without the byte-order mark that the first may begin with; empty for a line of blanks."""
    if number == 1:
        line = line.removeprefix(_BOM)
    return line if line.strip(_BLANKS) else b""


def record_of(number: int, line: bytes, *, texts: bool = False) -> Record:
    """A line of JSON Lines as a record."""
    try:
        text = line.decode().rstrip(BLANKS)
    except UnicodeDecodeError as error:
        return _not_utf_8(number, line, error)
    try:
        value = decode(text)
    except DecodeError as error:
        return _refused(number, error)
    if isinstance(value, dict):
        return Record(number, value, None, None, text.lstrip(BLANKS) if texts else "")
    return _refused(number, _not_a_record(value))


def _each_line(first: int, lines: Iterable[bytes], texts: bool) -> Iterator[Record]:
    for number, line in enumerate(lines, first):
        if not line.isspace():
            yield record_of(number, line, texts=texts)


def _is_json(line: bytes) -> bool:
    try:
        decode(line.decode())
    except ValueError:
        return False
    return True


def breaks_off(record: Record, line: bytes) -> bool:
    """Whether a line is the beginning of JSON that goes on in the next."""
    if record.problem is None or record.problem.code != "json-syntax":
        return False
    return record.problem.span.start >= len(line.decode().rstrip(BLANKS))


def _document(number: int, data: bytes, texts: bool) -> Record:
    """One object that goes on over several lines."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _not_utf_8(number, data, error)
    try:
        return _record(number, decode(text), None, text.strip(BLANKS) if texts else "")
    except DecodeError as error:
        return _refused(number + text.count("\n", 0, error.offset or 0), error)


def _items(number: int, data: bytes, texts: bool) -> Iterator[Record]:
    """The items of an array. What is no JSON ends it, for nothing is sure from there on."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield _not_utf_8(number, data, error)
        return
    at = skip_blanks(text, text.index("[") + 1)
    place, seen, more = 0, 0, not text.startswith("]", at)
    while more:
        place, number, seen = place + 1, number + text.count("\n", seen, at), at
        try:
            value, end = decode_at(text, at)
        except DecodeError as error:
            yield _refused(number + text.count("\n", at, error.offset or at), error, place)
            after = None if error.code == "json-syntax" and error.offset is not None else end_of(text, at)
            if after is None:
                return
            end = after
        else:
            yield _record(number, value, place, text[at:end] if texts else "")
        at = skip_blanks(text, end)
        more = text.startswith(",", at)
        if more:
            at = skip_blanks(text, at + 1)
    number += text.count("\n", seen, at)
    if not text.startswith("]", at):
        yield _refused(number, syntax_error(text, at, unexpected(text, at, "a comma or a closing bracket")), place)
    elif skip_blanks(text, at + 1) < len(text):
        after = skip_blanks(text, at + 1)
        said = "There is text after the end of the array."
        yield _refused(number + text.count("\n", at, after), DecodeError("trailing-text", said, after))


def _record(number: int, value: object, item: int | None, text: str) -> Record:
    if isinstance(value, dict):
        return Record(number, value, None, item, text)
    return _refused(number, _not_a_record(value), item)


def _not_a_record(value: object) -> DecodeError:
    said = f"A record is an object; this is {phrase_of(value)}."
    return DecodeError("not-a-record", said)


def _refused(line: int, error: DecodeError, item: int | None = None) -> Record:
    span = NO_SPAN if error.offset is None else Span(error.offset, error.offset)
    problem = Diagnostic(code=error.code, severity="error", span=span, message=str(error))
    return Record(line, None, problem, item)


def _not_utf_8(number: int, data: bytes, error: UnicodeDecodeError) -> Record:
    byte = error.start - data.rfind(b"\n", 0, error.start)
    line = number + data.count(b"\n", 0, error.start)
    return _refused(line, DecodeError("not-utf-8", f"Not valid UTF-8 (byte {byte})."))
