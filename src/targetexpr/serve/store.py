"""The SQLite file: opening it, transactions, and what its errors mean. The statements are in `rows`.

One connection, guarded by a lock, is enough: the work around a statement is Python's, which takes turns anyway. Every
write is one `BEGIN IMMEDIATE` transaction, and `synchronous=FULL` has it on the disk before it is acknowledged. Nobody
waits for another process while holding the lock: readers go on, and those who wait give up together.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from targetexpr.serve.rows import SCHEMA, UPGRADES, Rows

MEMORY = ":memory:"
VERSION = 2
_APPLICATION_ID = 0x74657870  # "texp", in SQLite's application_id: whose file it is
_WAIT = 2.0  # seconds for another process to let go
_PAUSE = 0.02  # seconds between two tries


class StoreError(Exception):
    """The database cannot be used now, or at all; `reason` for programs, the message for people.

    The message names the file, for users that the server knows; `public_message` does not, for everybody else.
    """

    def __init__(self, reason: str, message: str, public_message: str = "The database cannot be used.") -> None:
        super().__init__(message)
        self.reason = reason  # "database-locked"
        self.message = message
        self.public_message = public_message

    @property
    def is_temporary(self) -> bool:
        """Whether it may be over soon without anybody's doing: what is full or read-only waits for a person."""
        return self.reason == "database-locked"


_CAUSES: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("database-locked", "is locked by another process; try again, or stop that process"),
    sqlite3.SQLITE_LOCKED: ("database-locked", "is locked by another process; try again, or stop that process"),
    sqlite3.SQLITE_READONLY: ("database-read-only", "is read-only; make the file and its folder writable"),
    sqlite3.SQLITE_FULL: ("database-full", "cannot grow: the disk is full; make room and try again"),
    sqlite3.SQLITE_IOERR: ("database-io", "cannot be read or written: the disk answers with an error"),
    sqlite3.SQLITE_CORRUPT: ("database-corrupt", "is damaged; start with another file"),
    sqlite3.SQLITE_NOTADB: ("database-foreign", "is not an SQLite database; give another file"),
    sqlite3.SQLITE_CANTOPEN: ("database-unreachable", "cannot be opened; its folder must exist and be writable"),
    sqlite3.SQLITE_PERM: ("database-unreachable", "cannot be opened: permission is denied"),
    sqlite3.SQLITE_AUTH: ("database-unreachable", "cannot be opened: permission is denied"),
}


def _store_error(path: str, error: sqlite3.Error) -> StoreError:
    """What an error of SQLite means, in words that say what to do."""
    number = getattr(error, "sqlite_errorcode", 0) or 0
    code, cause = _CAUSES.get(number & 0xFF, ("database-failed", f"failed: {error}"))
    return StoreError(code, f"The database {path} {cause}.", f"The database {cause.replace(path, 'file')}.")


class Store:
    """Everything the sandbox keeps. Safe to use from many threads; `:memory:` keeps it only as long as it runs.

    >>> store = Store(":memory:")
    >>> with store.read() as rows:
    ...     rows.count_groups()
    0
    """

    def __init__(self, path: str = MEMORY) -> None:
        self.path = path
        self._lock = threading.RLock()
        if not path:
            # SQLite would take the empty name for a file of its own that is gone at the end.
            raise StoreError("database-unreachable", f"The database needs a name; {MEMORY} keeps nothing.")
        if path != MEMORY and not Path(path).absolute().parent.is_dir():
            folder = Path(path).absolute().parent
            raise StoreError("database-unreachable", f"There is no folder {folder} for the database; make it first.")
        try:
            self._open()
        except sqlite3.Error as error:
            raise _store_error(path, error) from None

    def _open(self) -> None:
        # Transactions are begun and ended here, hence no isolation level of the module's own.
        self._connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        run = self._connection.execute
        try:
            application_id, version = (
                run(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
            )
            fresh = run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
            if not fresh and application_id != _APPLICATION_ID:
                raise StoreError("database-foreign", f"{self.path} is a database of something else; give another file.")
            if not fresh and version != VERSION and version not in UPGRADES:
                made_by = f"{self.path} was made by another version (layout {version}, this one reads {VERSION})"
                raise StoreError("database-version", f"{made_by}; give another file.")
            run("PRAGMA journal_mode=WAL")
            run("PRAGMA synchronous=FULL")
            run("BEGIN IMMEDIATE")
            # Even an old file is written to once: a read-only one is found now, not at the first request.
            for statement in SCHEMA if fresh else UPGRADES.get(version, ()):
                run(statement)
            run(f"PRAGMA application_id={_APPLICATION_ID}")
            run(f"PRAGMA user_version={VERSION}")
            run("COMMIT")
            run("PRAGMA busy_timeout=0")  # from now on waiting is done without the lock
            self._file = self._identity()
        except BaseException:
            self._connection.close()
            raise

    def _identity(self) -> tuple[int, int] | None:
        """Which file the path leads to; None when to none."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        """Refuses a file that was taken away: what is written there would be acknowledged, and gone at the end."""
        if self.path != MEMORY and self._identity() != self._file:
            cause = "was removed or replaced while it was open; start the sandbox again."
            raise StoreError("database-gone", f"The database {self.path} {cause}", f"The database {cause}")

    @contextmanager
    def write(self) -> Iterator[Rows]:
        """One transaction: all of it is kept, or nothing. Raises StoreError when the file cannot be written."""
        with self._begun("BEGIN IMMEDIATE"):
            try:
                yield Rows(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[Rows]:
        """What is there now, all of one moment."""
        with self._begun("BEGIN"):
            try:
                yield Rows(self._connection)
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def _begun(self, begin: str) -> Iterator[None]:
        """Holds the lock, with a transaction that has begun; what SQLite raises becomes a StoreError."""
        self._check_file()
        last = monotonic() + _WAIT
        try:
            while not self._try(begin, last):
                sleep(_PAUSE)
            try:
                yield
            finally:
                self._lock.release()
        except sqlite3.IntegrityError:
            raise  # an operation's own business: a name or an id that is taken
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error

    def _try(self, begin: str, last: float) -> bool:
        """Begins a transaction and keeps the lock; False when another process is in the way and there is time left."""
        self._lock.acquire()
        try:
            self._connection.execute(begin)
            self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # readers begin only here
        except sqlite3.OperationalError as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._lock.release()
            if (error.sqlite_errorcode & 0xFF) == sqlite3.SQLITE_BUSY and monotonic() < last:
                return False
            raise
        except BaseException:
            self._lock.release()
            raise
        return True

    def close(self) -> None:
        """Folds the journal into the file and lets go of it."""
        with self._lock:
            self._connection.close()
