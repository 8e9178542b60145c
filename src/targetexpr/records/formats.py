"""The format of data, told from its first bytes and, where these leave it open, from its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias

from targetexpr.base.errors import InputError

Format: TypeAlias = Literal["json", "csv", "parquet", "arrow", "feather", "excel"]
"""json: JSON Lines, an array or an object; csv: lines of cells, whatever stands between them; feather: version 1."""

Compression: TypeAlias = Literal["gzip", "zstd"]

HEAD_BYTES = 65_536
"""The beginning of data by which its format is told."""

KNOWN = "JSON, JSON Lines, CSV, TSV, Excel, Parquet, Arrow or Feather, also as .gz or .zst"

_COMPRESSED: tuple[tuple[bytes, Compression], ...] = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
_BINARY: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"\xff\xff\xff\xff", "arrow"),  # a stream of it
    (b"FEA1", "feather"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "excel"),  # .xls
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"BZh", "compressed by bzip2; decompress it first"),
    (b"\xfd7zXZ\x00", "compressed by xz; decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_MARKS_OF_UNICODE = (b"\xff\xfe", b"\xfe\xff")
_SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_CELLS = (".csv", ".tsv", ".tab", ".psv")
_JSON = (".json", ".jsonl", ".ndjson")
_COMPRESSED_NAMES = (".gz", ".gzip", ".zst", ".zstd")
_SHOWN = 40  # characters of what data begins with, in a message
DELIMITERS = (",", ";", "\t", "|")
"""What may stand between cells, the most common first."""


def compression_of(head: bytes) -> Compression | None:
    """How data is compressed.

    >>> compression_of(b"\\x1f\\x8b\\x08"), compression_of(b"{}")
    ('gzip', None)
    """
    return next((name for start, name in _COMPRESSED if head.startswith(start)), None)


def format_of(head: bytes, name: str) -> Format:
    """The format of data that begins with these bytes. Raises InputError for what is none that can be read.

    >>> format_of(b'{"currentTxn": {}}', "bills.csv"), format_of(b"id;value\\n1;2\\n", "bills"), format_of(b"PAR1", "x")
    ('json', 'csv', 'parquet')
    """
    for start, found in _BINARY:
        if head.startswith(start):
            return found
    lower = _bare(name)
    if head.startswith(b"PK\x03\x04"):
        if b"xl/" in head or b"opendocument.spreadsheet" in head or lower.endswith(_SHEETS):
            return "excel"
        raise InputError(f"{name} is a zip archive, and not one of Excel; unpack it first")
    for start, what in _OTHERS:
        if head.startswith(start):
            raise InputError(f"{name} is {what}; expected {KNOWN}")
    if (head.startswith(_MARKS_OF_UNICODE) and len(head) > 2) or (b"\0" in head and _is_utf_16(head)):
        return "csv"
    if b"\0" in head and not head.lstrip().startswith((b"{", b"[")):
        raise InputError(f"{name} is not data that can be read: it begins with {_shown(head)}; expected {KNOWN}")
    return _of_text(head, name, lower)


def _of_text(head: bytes, name: str, lower: str) -> Format:
    lines = [line for line in head.removeprefix(b"\xef\xbb\xbf").splitlines() if line.strip()]
    if not lines or lines[0].lstrip().startswith((b"{", b"[")) or lower.endswith(_JSON):
        return "json"
    if lower.endswith(_CELLS):
        return "csv"
    if any(line.lstrip().startswith(b"{") for line in lines[:100]):
        return "json"  # whose first lines are broken
    text = [line.decode("utf-8", "replace") for line in lines]
    if lines[0].lstrip().startswith(b"<"):
        raise InputError(f"{name} is HTML or XML: it begins with {_shown(lines[0])}; expected {KNOWN}")
    if delimiter_of(text) is not None:
        return "csv"
    what = "not data that can be read" if _is_utf_8(lines[0]) else "not data that can be read (Not valid UTF-8)"
    raise InputError(f"{name} is {what}: it begins with {_shown(lines[0])}; expected {KNOWN}")


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(lines: Sequence[str]) -> str | None:
    """What stands between the cells of lines: what comes as often in each of them. None where nothing does.

    >>> delimiter_of(["id;value", "1;620,50"]), delimiter_of(["one line, of prose"])
    (';', None)
    """
    sample = [re.sub(r'"(?:[^"]|"")*"', '""', line) for line in lines[:50]]
    if len(sample) < len(lines) or len(sample) > 2:
        sample = sample[:-1] if len(sample) > 2 else sample  # the last one may be cut off
    best: tuple[float, int, str] | None = None
    if len(sample) < 2:
        return None
    for rank, delimiter in enumerate(DELIMITERS):
        wanted = sample[0].count(delimiter)
        if not wanted:
            continue
        same = sum(line.count(delimiter) == wanted for line in sample) / len(sample)
        if same >= 0.8 and (best is None or (same, -rank) > (best[0], -best[1])):
            best = same, rank, delimiter
    return None if best is None else best[2]


def _bare(name: str) -> str:
    """A name in lower case, without the ending that says how it is compressed."""
    lower = name.lower()
    return lower.rpartition(".")[0] if lower.endswith(_COMPRESSED_NAMES) else lower


def _is_utf_16(head: bytes) -> bool:
    """Whether every other byte of a text is zero."""
    sample = head[:200]
    return not any(sample[1::2]) or not any(sample[::2])


def _shown(data: bytes) -> str:
    text = data[: _SHOWN + 4].decode("utf-8", "replace")
    if "\ufffd" in text:
        return "the bytes " + data[:8].hex(" ")
    cut = text.strip()[:_SHOWN]
    return f"`{cut}{'...' if len(text.strip()) > _SHOWN else ''}`".replace("\n", " ")
