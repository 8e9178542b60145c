"""The records that rules are tried on: a file, looked up by number without holding all of it, or a record made here."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.base.source import STDIN
from targetexpr.records.reader import bare_line, numbered, read, read_file, record_of
from targetexpr.records.record import Record
from targetexpr.records.sources import all_expanded
from targetexpr.records.table_options import TableReading


@dataclass(frozen=True, slots=True)
class Held:
    """Records in memory: of one JSON document, or made here."""

    name: str
    all: tuple[Record, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that they were read from, or what holds them."""
        return (self.name,)

    def __len__(self) -> int:
        return len(self.all)

    def name_of(self, _: int) -> str:
        """What holds a record."""
        return self.name

    def record(self, number: int) -> Record:
        """One record; edits make a copy of it."""
        return self.all[number - 1]

    def __iter__(self) -> Iterator[Record]:
        return iter(self.all)


@dataclass(frozen=True, slots=True)
class Lines:
    """JSON Lines on disk: where each record begins is known, the record is read when it is asked for."""

    name: str
    path: str
    profile: str | None
    offsets: array[int]  # bytes
    lines: array[int]  # line numbers, from 1
    stamp: tuple[int, int]  # size and time of change when it was read: where records begin holds for that file alone

    @property
    def paths(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)

    def __len__(self) -> int:
        return len(self.offsets)

    def name_of(self, _: int) -> str:
        """What holds a record."""
        return self.name

    def record(self, number: int) -> Record:
        """One record, read from the file."""
        try:
            with self._open() as file:
                file.seek(self.offsets[number - 1])
                line = self.lines[number - 1]
                return record_of(line, bare_line(line, file.readline())).under(self.profile)
        except OSError as error:
            raise InputError(f"cannot read {self.name}: {error.strerror or error}") from None

    def __iter__(self) -> Iterator[Record]:
        try:
            with self._open() as file:
                for number, line in numbered(file):
                    yield record_of(number, line).under(self.profile)
        except OSError as error:
            raise InputError(f"cannot read {self.name}: {error.strerror or error}") from None

    def _open(self) -> BinaryIO:
        file = open(self.path, "rb")  # noqa: SIM115 - closed by whoever asked for it
        if _stamp(file) != self.stamp:
            file.close()
            again = f"{self.name} {self.profile}" if self.profile else self.name
            raise InputError(f"{self.name} has changed; `:load {again}` reads it anew")
        return file


def _stamp(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Several:
    """The records of several sources, one after the other."""

    parts: tuple[Held | Lines, ...]

    @property
    def name(self) -> str:
        """All of them."""
        return " and ".join(part.name for part in self.parts)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of all."""
        return tuple(path for part in self.parts for path in part.paths)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[Record]:
        for part in self.parts:
            yield from part

    def name_of(self, number: int) -> str:
        """What holds a record."""
        return self._of(number)[0].name

    def record(self, number: int) -> Record:
        """One record."""
        part, inner = self._of(number)
        return part.record(inner)

    def _of(self, number: int) -> tuple[Held | Lines, int]:
        for part in self.parts:
            if number <= len(part):
                return part, number
            number -= len(part)
        raise IndexError(number)


Records: TypeAlias = Held | Lines | Several
"""Records by number, the first being 1."""


SCRATCH = "record of your own"


def scratch() -> Held:
    """One empty record, to be filled by `:set`."""
    return Held(SCRATCH, (Record(1, {}),))


def load_all(paths: Sequence[str], profile: str | None, tables: TableReading | None = None) -> Records:
    """The records of files, folders and patterns, or of JSON itself, one after the other. Raises InputError."""
    parts = tuple(load(path, profile, tables) for path in all_expanded(paths))
    return parts[0] if len(parts) == 1 else Several(parts)


def load(path: str, profile: str | None, tables: TableReading | None = None) -> Held | Lines:
    """The records of a file of any format, or of JSON itself. Raises InputError for what has none."""
    if path == STDIN:
        raise InputError("lines are typed on standard input; name a file of records instead of -")
    if path.lstrip().startswith(("{", "[")) and not os.path.exists(path):
        return _held("the data", read(path), profile)
    try:
        with open(path, "rb") as file:
            first = next(numbered(file), None)
            if first is not None and record_of(*first).problem is None:
                file.seek(0)
                return _indexed(path, profile, file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    return _held(path, read_file(path, tables), profile)


def _held(name: str, records: Iterable[Record], profile: str | None) -> Held:
    return Held(name, tuple(record.under(profile) for record in records))


def _indexed(path: str, profile: str | None, file: BinaryIO) -> Lines:
    """Where each record of a file begins."""
    offsets, lines, at, stamp = array("Q"), array("Q"), 0, _stamp(file)
    for number, line in enumerate(file, 1):
        if bare_line(number, line):
            offsets.append(at)
            lines.append(number)
        at += len(line)
    return Lines(path, path, profile, offsets, lines, stamp)


def edited(record: Record, edits: Mapping[int, dict[str, object]], number: int) -> Record:
    """The record as it was changed here, if it was."""
    return Record(record.line, edits[number]) if number in edits else record
