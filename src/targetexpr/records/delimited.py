"""CSV and its kin: the encoding, the delimiter, and the rows of cells with the lines that they begin in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from targetexpr.base.errors import InputError
from targetexpr.records.dialect import Dialect, delimiter_name
from targetexpr.records.formats import HEAD_BYTES, delimiter_of

LONGEST_CELL = 10_000_000
"""Characters of one cell; a quote that is never closed would make one of all that follows."""

SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_UNDECODED = re.compile("[\udc80-\udcff]")


class TextRow(NamedTuple):
    """A row of cells, or why there is none."""

    line: int  # that it begins in
    cells: list[str]
    problem: str | None = None


def find_encoding(dialect: Dialect, head: bytes, file: BinaryIO | None) -> tuple[Dialect, str | None]:
    """The encoding of text, and what to tell of it where it is not UTF-8.

    UTF-16 shows itself; what is not UTF-8 is taken for cp1252, which old versions of Excel write. Of a `file` that can
    be read twice all is looked at, else its beginning.
    """
    if dialect.encoding is not None:
        return dialect, None
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return replace(dialect, encoding="utf-16"), "UTF-16"
    if b"\0" in head[:200]:
        little = head[1:2] == b"\0"
        return replace(dialect, encoding="utf-16-le" if little else "utf-16-be"), "UTF-16 without a byte-order mark"
    line = _first_not_utf_8(head, file)
    if line is None:
        return replace(dialect, encoding="utf-8-sig"), None
    return replace(dialect, encoding="cp1252"), f"cp1252, since line {line} is not UTF-8"


def _first_not_utf_8(head: bytes, file: BinaryIO | None) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, chunk = 1, head
    if file is not None:
        file.seek(0)
        chunk = file.read(1 << 20)
    while chunk:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return line + error.object.count(b"\n", 0, error.start)
        line += chunk.count(b"\n")
        chunk = b"" if file is None else file.read(1 << 20)
    return None


def find_delimiter(dialect: Dialect, head: bytes, name: str) -> tuple[Dialect, str | None]:
    """The delimiter of text whose encoding is known, and what to tell of it where it is no comma of a .csv."""
    assert dialect.encoding is not None
    text = head.decode(dialect.encoding, "replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        raise InputError(f"{name} is JSON in {dialect.encoding.upper()}; save it as UTF-8")
    if dialect.delimiter is not None:
        return dialect, None
    said = SEPARATOR_LINE.match(text.lstrip("\ufeff"))
    if said is not None:
        return replace(dialect, delimiter=said[1]), f"delimiter {delimiter_name(said[1])}, as its first line says"
    lines = [line for line in text.splitlines() if line.strip()]
    found = delimiter_of(lines)
    if found is None:
        first = lines[0] if lines else ""
        counts = {one: first.count(one) for one in (",", ";", "\t", "|")}
        best = max(counts, key=lambda one: counts[one])
        found = best if counts[best] else ("\t" if ".tsv" in name.lower() else ",")
    return replace(dialect, delimiter=found), f"delimiter {delimiter_name(found)}"


def text_rows(stream: BinaryIO, dialect: Dialect, first: int = 1) -> Iterator[TextRow]:
    """The rows of cells; blank lines and Excel's `sep=` are left out. What cannot be read is told, the others go on.

    `first` is the number of the line that the stream begins with.
    """
    assert dialect.encoding is not None
    assert dialect.delimiter is not None
    csv.field_size_limit(LONGEST_CELL)
    # Bytes that are kept as halves of surrogate pairs would be such halves themselves in the wide encodings.
    errors = "replace" if dialect.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    text = io.TextIOWrapper(stream, encoding=dialect.encoding, errors=errors, newline="")
    reader = csv.reader(text, delimiter=dialect.delimiter, strict=True, skipinitialspace=False)
    while True:
        line = reader.line_num + first
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield TextRow(line, [], _sentence(str(error), line, reader.line_num + first - 1))
            continue
        except UnicodeError:  # an encoding that knows no other way out
            yield TextRow(
                line, [], f"Not valid {dialect.encoding} from here on; --read encoding=NAME says which it is."
            )
            return
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        if line == 1 and SEPARATOR_LINE.fullmatch(dialect.delimiter.join(cells) or "sep") is not None:
            continue
        if line == 1 and cells[0] == "sep=" and cells[1:] == [""]:
            continue
        problem = None
        if any(not cell.isascii() and _UNDECODED.search(cell) is not None for cell in cells):
            shown = "UTF-8" if dialect.encoding == "utf-8-sig" else dialect.encoding
            problem = f"Not valid {shown}; add --read encoding=cp1252, or the encoding that it has."
        yield TextRow(line, cells, problem)


def _sentence(error: str, first: int, last: int) -> str:
    """What the reader of the library says, as a sentence."""
    if "unexpected end of data" in error or "field limit" in error:
        lines = f"the {last - first + 1:,} lines from here on are" if last > first else "the line is"
        return f"A quote that opens here is not closed: {lines} lost."
    if "expected after" in error:
        return 'A closing quote is followed by more text; a quote inside of a cell is written twice, `""`.'
    return f"Not valid CSV: {error}."


def head_rows(head: bytes, dialect: Dialect) -> list[TextRow]:
    """The rows of the beginning of data, without the last one, which may be cut off."""
    rows = list(text_rows(io.BytesIO(head), dialect))
    return rows[:-1] if len(head) >= HEAD_BYTES else rows
