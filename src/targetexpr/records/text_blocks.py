"""CSV in blocks of whole rows of which columns can be made, and what is left of a text from where they cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from targetexpr.records.delimited import SEPARATOR_LINE
from targetexpr.records.dialect import Dialect
from targetexpr.records.sources import rejoined

BLOCK_BYTES = 8_000_000
_LONGEST = 9_500_000  # bytes of a block: no cell of it is longer than rows may have
_FARTHEST = 1_000_000  # bytes that a block may end before its last line does, in the middle of a quoted cell

_BOM = b"\xef\xbb\xbf"
_SINGLE_BYTES = ("ascii", "cp125", "iso8859", "koi8")  # codecs in which a delimiter is a byte, and nothing else


class Block(NamedTuple):
    """Whole rows, in UTF-8, whose cells stand between delimiters or in quotes as a standard has it."""

    line: int  # that they begin with
    data: bytes
    start: int  # of the bytes that they are made of, in the stream
    size: int


class Rest(NamedTuple):
    """What is left from a line on; it is to be read row by row."""

    line: int
    stream: BinaryIO
    start: int  # where it begins in the whole stream


def blocks(stream: BinaryIO, dialect: Dialect) -> Iterator[Block | Rest]:
    """The rows of a text below its headings; a rest, if there is one, comes last, and has the headings if at line 1."""
    head = stream.read(BLOCK_BYTES)
    start = _below_headings(head, dialect)
    quoted = _quoted(dialect)
    if start is None or quoted is None:
        yield Rest(1, rejoined(head, stream), 0)
        return
    line, pending = start
    place = len(head) - len(pending)
    more = True
    while more:
        read = stream.read(max(BLOCK_BYTES - len(pending), _FARTHEST))
        more = bool(read)
        data = pending + read
        cut = _cut(data) if more else len(data)
        if not cut and more and len(data) < _LONGEST:
            pending = data
            continue
        block, pending = data[:cut], data[cut:]
        if not data:
            return
        clean = _clean(block, dialect, quoted)
        if not cut or clean is None:
            yield Rest(line, rejoined(data, stream), place)
            return
        yield Block(line, clean, place, len(block))
        line += block.count(b"\n")
        place += len(block)


def block_again(stream: BinaryIO, block: Block, dialect: Dialect) -> bytes:
    """The rows of a block, without their data, read once more, in UTF-8."""
    stream.seek(block.start)
    data = stream.read(block.size)
    return data if dialect.encoding == "utf-8-sig" else data.decode(str(dialect.encoding)).encode()


def _below_headings(data: bytes, dialect: Dialect) -> tuple[int, bytes] | None:
    """The line below the headings, and the data from there on; None where it is not clear."""
    assert dialect.header is not None
    data = data.removeprefix(_BOM)
    skipped = dialect.header
    first = data.partition(b"\n")[0].rstrip(b"\r")
    if not skipped and SEPARATOR_LINE.fullmatch(first.decode("latin-1")) is not None:
        skipped = 1
    lines = data.split(b"\n", skipped)
    if len(lines) <= skipped or any(one.count(b'"') % 2 or b"\r" in one[:-1] for one in lines[:skipped]):
        return None
    return skipped + 1, lines[-1]


def _quoted(dialect: Dialect) -> re.Pattern[bytes] | None:
    """What a quoted cell is; None for a text whose bytes do not tell."""
    assert dialect.encoding is not None
    assert dialect.delimiter is not None
    if dialect.encoding != "utf-8-sig" and not dialect.encoding.startswith(_SINGLE_BYTES):
        return None
    if not dialect.delimiter.isascii():
        return None
    mark = re.escape(dialect.delimiter.encode())
    return re.compile(rb"(?:^|(?<=" + mark + rb'))"(?:[^"]|"")*+"(?=' + mark + rb"|\r?\n|\Z)", re.MULTILINE)


def _cut(data: bytes) -> int:
    """Where the last row ends: at a line end that is in no quoted cell. 0 where none is found."""
    cut = data.rfind(b"\n") + 1
    odd = data.count(b'"', 0, cut) % 2
    lowest = cut - _FARTHEST
    while odd and cut > max(lowest, 0):
        before = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(b'"', before, cut)) % 2
        cut = before
    return 0 if odd else cut


def _clean(block: bytes, dialect: Dialect, quoted: re.Pattern[bytes]) -> bytes | None:
    """A block in UTF-8; None where its cells are not plain to see."""
    if b"\0" in block or len(block) > _LONGEST:
        return None
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        return None
    if b'"' in block and b'"' in quoted.sub(b"", block):
        return None
    if block.isascii():
        return block
    try:
        text = block.decode("utf-8" if dialect.encoding == "utf-8-sig" else str(dialect.encoding))
    except UnicodeDecodeError:
        return None
    return block if dialect.encoding == "utf-8-sig" else text.encode()
