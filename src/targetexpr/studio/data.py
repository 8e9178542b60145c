"""Opened files of records: read in the background, with how far that is, and until that is ended."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import Literal, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.lang.schema.schema import Schema
from targetexpr.records.dialect import Dialect
from targetexpr.records.formats import Format, format_of
from targetexpr.records.json_index import json_index
from targetexpr.records.kept_table import keep_table
from targetexpr.records.sources import begun, needed_library
from targetexpr.records.table_options import TableOptions
from targetexpr.studio.json_readings import JsonRecords
from targetexpr.studio.questions import Questions
from targetexpr.studio.readings import Records
from targetexpr.studio.table_readings import TableRows

MOST_UPLOAD = 4_000_000_000
"""Bytes of a file that the page sends."""

State: TypeAlias = Literal["reading", "ready", "failed", "cancelled"]


class Cancelled(Exception):
    """Work that nobody waits for any more."""


class Data:
    """One opened file. Its records are there when its state is "ready"."""

    def __init__(self, id_: str, name: str, path: str, folder: str, *, options: TableOptions, owned: bool) -> None:
        self.id = id_
        self.name = name
        self.format: Format | None = None
        self.size = os.path.getsize(path)
        self.state: State = "reading"
        self.read = 0  # bytes
        self.message: str | None = None
        """Why it cannot be read."""
        self.questions: Questions | None = None
        """The records, and what was asked of them."""
        self.done = threading.Event()
        self._path = path
        self._copy = os.path.join(folder, f"{id_}.records")
        self._options = options
        self._owned = owned
        self._end = False
        self._turn = threading.Lock()

    def summary(self) -> dict[str, object]:
        """For the page."""
        records = None if self.questions is None else self.questions.records
        return {
            "id": self.id,
            "name": self.name,
            "format": self.format,
            "size": self.size,
            "state": self.state,
            "read": self.read,
            "total": self.size,
            "records": None if records is None else len(records),
            "errors": None if records is None else len(records.problems),
            "message": self.message,
            "profile": None if records is None else records.profile,
            "found": [] if records is None else list(records.found),
            "counting": None if self.questions is None else self.questions.progress,
        }

    def open(self) -> None:
        """Reads the file; what comes of it stands in `state`."""
        records: Records | None = None
        try:
            records = self._opened()
            with self._turn:
                if self._end:
                    raise Cancelled
                self.questions, self.read, self.state = Questions(records), self.size, "ready"
        except Cancelled:
            self.state = "cancelled"
        except InputError as error:
            self.message, self.state = str(error), "failed"
        except OSError as error:
            self.message, self.state = f"cannot read {self.name}: {error.strerror or error}", "failed"
        except BaseException:
            self.message, self.state = f"cannot read {self.name} because of a fault of the studio's own", "failed"
            raise  # for the terminal
        finally:
            if self.state != "ready" or isinstance(records, TableRows):
                self._remove()  # what was sent was copied, or is of no use
            self.done.set()

    def _opened(self) -> Records:
        with open(self._path, "rb") as file:
            head, stream, again = begun(self.name, file, again=True)
            self.format = format_of(head, self.name)
            if self.format == "json":
                index = json_index(self.name, self._path, stream, self._copy, Schema.bundled(), self._step, again=again)
                return JsonRecords(index, self._options.profile)
            options = self._options
            needed_library("polars", self.name, "a table")  # now, and not while somebody waits for a count
            kept = keep_table(
                self.name, self.format, head, stream, self._copy, options, self._step, again=again, size=self.size
            )
            return TableRows(kept, options)

    def _step(self, done: int) -> None:
        if self._end:
            raise Cancelled
        self.read = max(self.read, min(done, self.size))

    def reread(self, records: Records) -> None:
        """Takes other records in the place of these: with another map of their columns."""
        with self._turn:
            before = self.questions
            if self._end or before is None:
                raise Cancelled
            self.questions = Questions(records)
        before.end()

    def close(self) -> None:
        """Ends the reading, or lets the file go."""
        with self._turn:
            self._end = True
            questions, self.questions = self.questions, None
            if self.state == "ready":
                self.state = "cancelled"
        if questions is not None:
            questions.end()
            self._remove()

    def _remove(self) -> None:
        """Removes what was sent; a file of the user's own stays."""
        copies = () if self.questions is not None else (self._copy, f"{self._copy}.lines")
        for path in (*((self._path,) if self._owned else ()), *copies):
            with suppress(OSError):  # that is not there, or that Windows keeps until it is read no more
                os.remove(path)


class DataStore:
    """The opened files of a studio, and a folder for what is sent, which goes with it."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._open: dict[str, Data] = {}
        self._folder: str | None = None
        self._turn = threading.Lock()

    @property
    def folder(self) -> str:
        """Where files are kept that the page sends; made when it is needed first."""
        with self._turn:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="targetexpr-studio-")
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            return self._folder

    def room(self) -> str:
        """A path for a file that is being sent."""
        return os.path.join(self.folder, f"{next(self._numbers)}.sent")

    def open(
        self,
        name: str,
        path: str,
        *,
        profile: str | None = None,
        dialect: Dialect = Dialect(),  # noqa: B008 - frozen
        owned: bool = False,
    ) -> Data:
        """Begins to read a file. `owned` says that it was made here, and is removed when it is closed."""
        made = Data(
            str(next(self._numbers)),
            name,
            path,
            self.folder,
            options=TableOptions(profile=profile, dialect=dialect),
            owned=owned,
        )
        self._open[made.id] = made
        threading.Thread(target=made.open, name=f"reading {made.id}", daemon=True).start()
        return made

    def open_files(self, paths: Sequence[str]) -> None:
        """Begins to read the files of the command line."""
        for path in paths:
            self.open(os.path.basename(path), path)

    def __iter__(self) -> Iterator[Data]:
        return iter(list(self._open.values()))

    def get(self, id_: str) -> Data | None:
        """An opened file; None for one that is closed."""
        return self._open.get(id_)

    def close(self, id_: str) -> bool:
        """Closes a file; whether there was one."""
        found = self._open.pop(id_, None)
        if found is not None:
            found.close()
        return found is not None

    def close_all(self) -> None:
        """Closes all files, and removes what was sent."""
        for id_ in list(self._open):
            self.close(id_)
