"""The database as a file: what it may be called, who may read it, whether it is still whole, and a copy of it.

Nothing here opens the file while SQLite has it open: closing it would drop the locks that SQLite holds on it.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import stat
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from targetexpr.serve.store_errors import StoreError, about

MEMORY = ":memory:"
PRIVATE = 0o600
"""What is kept is data of customers: it is for the user who runs the server."""

_BESIDE = ("-wal", "-shm", "-journal")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:").match  # of two letters at least: C: is a drive
_PROBE = 64 << 10  # bytes; what SQLite makes beside a database is as large
_NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "the size of files is limited (ulimit -f)",
}


class DatabaseFile:
    """A file and those beside it; all that SQLite makes of `:memory:` stays in memory, and nothing of it is watched.

    Raises StoreError for what is no name of a file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._check_name()
        self._real = os.path.realpath(path) if path != MEMORY else path
        self._watched: dict[str, tuple[int, int, int]] = {}

    @property
    def in_memory(self) -> bool:
        """Whether there is no file."""
        return self.path == MEMORY

    def _check_name(self) -> None:
        """Refuses names that SQLite, or whoever gives them, would take for something else than a file's."""
        path = self.path
        if not path:
            # SQLite would take the empty name for a file of its own that is gone at the end.
            raise StoreError("database-unreachable", f"The database needs a name; {MEMORY} keeps nothing.")
        if "\0" in path:
            raise StoreError("database-unreachable", "The name of the database has a NUL character in it.")
        if self.in_memory:
            return
        if _URI(path) or path.startswith(":"):
            # SQLite would read file:x?mode=memory, and keep nothing; of other URIs it would make odd names.
            hint = f"give the path of a file (./{path} if that is its name) or {MEMORY}"
            raise StoreError("database-uri", f"{path} looks like a URI, not like a file; {hint}.")
        folder = Path(path).absolute().parent
        if not folder.is_dir():
            raise StoreError("database-unreachable", f"There is no folder {folder} for the database; make it first.")

    def make(self) -> bool:
        """Makes the file if there is none; whether it was made. Raises StoreError for what is no file to be opened."""
        try:
            os.close(os.open(self._real, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        except FileExistsError:
            pass
        except OSError as error:
            raise self._unreachable(error) from None
        else:
            return True
        try:
            kind = os.stat(self._real).st_mode
        except OSError as error:
            raise self._unreachable(error) from None
        if not stat.S_ISREG(kind):
            # A pipe would keep SQLite waiting for ever.
            raise about(self.path, "database-unreachable", "cannot be opened: it is not a regular file.")
        journal = self._seen("-wal")
        if os.stat(self._real).st_size == 0 and journal is not None and journal[2]:
            # SQLite would begin anew and throw the journal away, with what was acknowledged and stands in it alone.
            cause = f"is empty although its journal {self.path}-wal is not: it was cut short."
            raise about(self.path, "database-truncated", f"{cause} Restore a copy of it, or start with another file.")
        return False

    def keep_private(self) -> None:
        """Keeps others from reading what is there. SQLite gives what it makes beside a database its mode."""
        if self.in_memory:
            return
        for ending in ("", *_BESIDE):
            with suppress(FileNotFoundError, PermissionError):  # of another owner, who decides who may read it
                if stat.S_IMODE(os.stat(self._real + ending).st_mode) & ~PRIVATE:
                    os.chmod(self._real + ending, PRIVATE)

    def _unreachable(self, error: OSError) -> StoreError:
        if error.errno in _NO_ROOM:
            return about(self.path, "database-full", f"cannot be made: {_NO_ROOM[error.errno]}; make room.")
        return about(self.path, "database-unreachable", f"cannot be opened: {error.strerror or error}.")

    def discard(self) -> None:
        """Takes away what was made for a database that could not be begun."""
        for ending in ("", *_BESIDE):
            with suppress(OSError):
                os.unlink(self._real + ending)

    def no_room(self) -> str | None:
        """Why nothing more can be written where the database lies; None when something can."""
        if self.in_memory:
            return None
        try:
            with tempfile.TemporaryFile(dir=Path(self._real).parent) as probe:
                # As long as the longest of them would be: sizes of files may be limited.
                probe.seek(max((found[2] for ending in ("", "-wal") if (found := self._seen(ending))), default=0))
                probe.write(bytes(_PROBE))
                probe.flush()
                os.fsync(probe.fileno())
        except OSError as error:
            return _NO_ROOM.get(error.errno or 0)
        return None

    def back_up(self, layout: int) -> Path:
        """Copies the database as it was committed last; where the copy is. It overwrites nothing."""
        for number in range(1, 1000):
            copy = Path(f"{self._real}.layout-{layout}{f'-{number}' if number > 1 else ''}.backup")
            try:
                os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
            except FileExistsError:
                continue
            except OSError as error:
                raise self._unreachable(error) from None
            try:
                with closing(sqlite3.connect(self._real)) as source, closing(sqlite3.connect(copy)) as target:
                    source.backup(target)
            except BaseException:
                copy.unlink()
                raise
            return copy
        raise about(self.path, "database-unreachable", "has a thousand copies beside it; move them away.")

    def watch(self) -> None:
        """From now on the file and its journal are to stay what they are, and not to become smaller."""
        if self.in_memory:
            return
        found = {ending: self._seen(ending) for ending in ("", "-wal")}
        self._watched = {ending: seen for ending, seen in found.items() if seen is not None}

    def check(self) -> None:
        """Refuses what was taken away or cut short since: what is written there would be acknowledged, and be lost.

        Neither is done by SQLite as long as the database is open, but by a VACUUM of another process.
        """
        for ending, before in self._watched.items():
            now = self._seen(ending)
            if now is None or now[:2] != before[:2]:
                cause = "was removed or replaced while it was open; start the sandbox again."
                raise about(self.path, "database-gone", cause)
            if now[2] < before[2]:
                cause = "was cut short while it was open; restore a copy of it, or start the sandbox again."
                raise about(self.path, "database-truncated", cause)
            self._watched[ending] = now

    def _seen(self, ending: str) -> tuple[int, int, int] | None:
        """The device, the number and the size of the file, or of the one beside it; None for none."""
        try:
            found = os.stat(self._real + ending if ending else self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size
