"""Records of JSON by their number: where each of them stands in a file, so that it is read when it is asked for."""

from __future__ import annotations

import mmap
import re
import shutil
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, TypeAlias

from targetexpr.checking.result import Read
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.layouts import ContextBatch, Layouts
from targetexpr.records.reader import bare_line, batches_in, breaks_off, numbered, record_of, records_in, some
from targetexpr.records.record import Record

Step: TypeAlias = Callable[[int], None]
"""Told now and then how far something is; what it raises ends it."""

_STEP = 1_000  # lines
_INVALID = b"!\n"  # in a copy, stands for a record that cannot be read


class JsonIndex:
    """JSON Lines, an array or an object: a file of lines, and what there is to know to read any of them again.

    Of each record two numbers are kept, and of one that cannot be read what is wrong with it. Made by `json_index`.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        """The file that has a record on each line that is not blank: the data itself, or a copy of a document."""
        self.starts = array("Q")
        self.lines = array("Q")
        self.items: array[int] | None = None
        """Of an array, the place of each record in it."""
        self.bad: dict[int, Record] = {}
        """By their numbers, the records that cannot be read."""
        self._data: mmap.mmap | None = None

    def __len__(self) -> int:
        return len(self.starts)

    def record(self, number: int) -> Record:
        """A record, by its number from 0."""
        if number in self.bad:
            return self.bad[number]
        data, start = self._mapped(), self.starts[number]
        end = data.find(b"\n", start)
        text = data[start : len(data) if end < 0 else end]
        line = self.lines[number]
        found = record_of(line, bare_line(1 if not start else line, text))
        item = None if self.items is None else self.items[number]
        return found if not item else found._replace(item=item)

    def _mapped(self) -> mmap.mmap:
        if self._data is None:
            with open(self.path, "rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._data

    def candidates(self, text: str, step: Step) -> Iterator[int]:
        """The numbers of records in which a text may stand, the case of ASCII's letters aside: no other has it.

        `step` is told how many records are looked at.
        """
        data = self._mapped()
        # Letters beyond ASCII may be written in other cases, of as many bytes as they like, or as escapes.
        pattern = re.escape(text.encode()) + rb"|\\" if text.isascii() else rb"[\x80-\xff\\]"
        search = re.compile(pattern, re.IGNORECASE).search
        for first in range(0, len(self), _STEP):
            step(first)
            number = first
            last = min(first + _STEP, len(self))
            end = self.starts[last] if last < len(self) else len(data)
            while number < last and (hit := search(data, self.starts[number], end)) is not None:
                number = bisect_right(self.starts, hit.start(), number, last) - 1
                yield number
                number += 1

    def batches(
        self, reads: Iterable[Read], schema: Schema, profile: str | None, step: Step
    ) -> Iterator[Record | ContextBatch]:
        """All records in their order as `batches_in` gives them, for a rule that reads this."""
        with open(self.path, "rb") as file:
            yield from batches_in(_watched(file, step), Layouts(reads, schema, profile))


def _watched(file: Iterable[bytes], step: Step) -> Iterator[bytes]:
    done = 0
    for number, line in enumerate(file):
        done += len(line)
        if not number % _STEP:
            step(done)
        yield line


def json_index(
    name: str, path: str, stream: BinaryIO, copy: str, schema: Schema, step: Step, *, again: bool
) -> JsonIndex:
    """The index of JSON in a file. Raises InputError for data without a record that can be read.

    `stream` has the data from its beginning; where it is not that of `path` itself (`again` is false: it was
    compressed), and where it is a document, the records are written to `copy`, one a line. `step` is told the bytes
    that are done.
    """
    if not again:
        with open(copy, "wb") as file:
            shutil.copyfileobj(stream, file)
        with open(copy, "rb") as lines:
            return json_index(name, copy, lines, f"{copy}.lines", schema, step, again=True)
    number, first = next(numbered(stream), (0, b""))
    stream.seek(0)
    bare = first.strip()
    if bare.startswith(b"[") or (number and breaks_off(record_of(number, first), first)):
        return _of_document(name, copy, stream, step)
    return _of_lines(name, path, stream, schema, step)


def _of_lines(name: str, path: str, stream: BinaryIO, schema: Schema, step: Step) -> JsonIndex:
    made = JsonIndex(path)

    def lines() -> Iterator[bytes]:
        start = 0
        begun = False
        for number, line in enumerate(_watched(stream, step), 1):
            if not line.isspace() if begun else bare_line(number, line):
                begun = True
                made.starts.append(start)
                made.lines.append(number)
            start += len(line)
            yield line

    seen = 0
    for item in some(name, batches_in(lines(), Layouts((), schema, None))):
        if isinstance(item, ContextBatch):
            seen += len(item.contexts)
        else:
            if item.context is None:
                made.bad[seen] = item
            seen += 1
    assert seen == len(made), "every line that is not blank is one record"
    return made


def _of_document(name: str, copy: str, stream: BinaryIO, step: Step) -> JsonIndex:
    """Records of an array, or of an object over several lines: a copy of them has each on a line."""
    made = JsonIndex(copy)
    made.items = array("Q")
    done = 0
    with open(copy, "wb") as file:
        for number, record in enumerate(some(name, records_in(_watched(stream, lambda _: step(0)), texts=True))):
            made.starts.append(file.tell())
            made.lines.append(record.line)
            made.items.append(record.item or 0)
            if record.context is None:
                made.bad[number] = record
                file.write(_INVALID)
            else:  # a line end in JSON stands between its values only
                file.write(record.text.replace("\r", " ").replace("\n", " ").encode() + b"\n")
            done += len(record.text)
            if not number % _STEP:
                step(done)
    return made
