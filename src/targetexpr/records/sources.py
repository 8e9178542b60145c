"""Where data comes from: files, folders and patterns of them; and what is compressed, decompressed."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO

from targetexpr.base.errors import InputError
from targetexpr.records.formats import HEAD_BYTES, Compression, compression_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PATTERN = "*?["
_HIDDEN = (".", "_")  # beginnings of the names of files that are no data, such as _SUCCESS


def expanded(source: str) -> list[str]:
    """The files that a source names: a folder's in the order of their names, those that fit a pattern, or itself.

    Raises InputError for a folder without files, and for a pattern that none fits.
    """
    if os.path.isdir(source):
        found = [os.path.join(source, name) for name in sorted(os.listdir(source)) if not name.startswith(_HIDDEN)]
        files = [path for path in found if os.path.isfile(path)]
        if not files:
            raise InputError(f"there is no file in the folder {source}")
        return files
    if not any(mark in source for mark in _PATTERN) or source.lstrip().startswith(("{", "[")) or os.path.exists(source):
        return [source]
    import glob

    files = [path for path in sorted(glob.glob(source, recursive=True)) if os.path.isfile(path)]
    if not files:
        raise InputError(f"no file fits {source}")
    return files


def all_expanded(sources: Iterable[str]) -> list[str]:
    """The files of several sources, each where it comes first."""
    return [path for source in sources for path in expanded(source)]


def begun(name: str, stream: BinaryIO, *, again: bool) -> tuple[bytes, BinaryIO, bool]:
    """The beginning of data, decompressed; the data from its beginning; and whether it can be read twice."""
    head = stream.read1(HEAD_BYTES) if isinstance(stream, io.BufferedIOBase) else stream.read(HEAD_BYTES)
    compression = compression_of(head)
    if compression is not None:
        inner = decompressed(rejoined(head, stream), compression, name)
        return inner.peek(HEAD_BYTES)[:HEAD_BYTES], inner, False
    if not again:
        return head, rejoined(head, stream), False
    stream.seek(0)
    return head, stream, True


def decompressed(stream: BinaryIO, compression: Compression, name: str) -> io.BufferedReader:
    """The data inside of compressed data. Reading it raises InputError where it is damaged."""
    if compression == "gzip":
        import gzip

        inner: BinaryIO = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]
    else:
        pyarrow = needed_library("pyarrow", name, "compressed by zstd")
        inner = pyarrow.CompressedInputStream(stream, "zstd")
    return io.BufferedReader(_Decompressed(inner, name), HEAD_BYTES)


class _Decompressed(io.RawIOBase):
    """A stream whose failures name the file, and how much of it could be read."""

    def __init__(self, inner: BinaryIO, name: str) -> None:
        self._inner = inner
        self._name = name
        self._lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            data = self._inner.read(len(view))
        except (EOFError, OSError, ValueError, zlib.error) as error:
            said = "it is cut off" if isinstance(error, EOFError) else str(error)
            after = f" after line {self._lines:,}" if self._lines else ""
            raise InputError(f"cannot decompress {self._name}{after}: {said}") from None
        view[: len(data)] = data
        self._lines += data.count(b"\n")
        return len(data)


def rejoined(head: bytes, stream: BinaryIO) -> BinaryIO:
    """A stream whose beginning was read already, whole again."""
    return io.BufferedReader(_Rejoined(head, stream))


class _Rejoined(io.RawIOBase):
    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._head:
            data, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            read1 = getattr(self._stream, "read1", self._stream.read)  # what is there, without waiting for more
            data = read1(len(view))
        view[: len(data)] = data
        return len(data)


def needed_library(library: str, name: str, what: str, doing: str = "reading") -> Any:
    """A library of the extra `tables`. Raises InputError that says how to install it."""
    try:
        return import_module(library)
    except ImportError:
        raise InputError(f"{name} is {what}; {doing} it needs {library}: pip install 'targetexpr[tables]'") from None
