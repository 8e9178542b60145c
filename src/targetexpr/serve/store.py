"""The SQLite file: opening it, transactions, and what its errors mean. The statements are in `rows`.

One connection, guarded by a lock, is enough: the work around a statement is Python's, which takes turns anyway. Every
write is one `BEGIN IMMEDIATE` transaction, and `synchronous=FULL` has it on the disk before it is acknowledged. Nobody
waits for another process while holding the lock: readers go on, and those who wait give up together.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from targetexpr.serve.database_file import MEMORY, DatabaseFile
from targetexpr.serve.kept_progress import KeptPages
from targetexpr.serve.rows import SCHEMA, UPGRADES, Rows
from targetexpr.serve.store_errors import StoreError, about, store_error

VERSION = 2
_APPLICATION_ID = 0x74657870  # "texp", in SQLite's application_id: whose file it is
_WAIT = 2.0  # seconds for another process to let go
_PAUSE = 0.02  # seconds between two tries


class Store:
    """Everything the sandbox keeps. Safe to use from many threads; `:memory:` keeps it only as long as it runs.

    >>> store = Store(":memory:")
    >>> with store.read() as rows:
    ...     rows.count_groups()
    0
    """

    def __init__(self, path: str = MEMORY) -> None:
        self.path = path
        self.pages = KeptPages()
        self.backup: Path | None = None  # the copy of a file of an earlier layout, as it was
        self._file = DatabaseFile(path)
        self._lock = threading.RLock()
        made = not self._file.in_memory and self._file.make()
        try:
            self._open()
        except StoreError as problem:
            if made and not problem.is_temporary:
                self._file.discard()
            raise

    def _error(self, error: sqlite3.Error) -> StoreError:
        return store_error(self.path, error, self._file.no_room)

    def _open(self) -> None:
        # Transactions are begun and ended here, hence no isolation level of the module's own.
        try:
            self._connection = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._error(error) from None
        try:
            self._begin_with_file()
        except sqlite3.Error as error:
            problem = self._error(error)
            self._connection.close()
            raise problem from None
        except BaseException:
            self._connection.close()
            raise

    def _begin_with_file(self) -> None:
        """Finds out whose file it is, whether it is sound and writable, and brings it up to the layout of now."""
        run = self._connection.execute
        run("BEGIN")  # one moment: another process may be beginning with the same file
        self._layout()  # what is not ours is left as it is
        run("COMMIT")
        self._file.keep_private()
        self._log_writes_ahead()
        run("PRAGMA synchronous=FULL")
        run("PRAGMA temp_store=MEMORY")  # no file is opened later than now
        self._check_integrity()
        run("BEGIN IMMEDIATE")
        # Even an old file is written to once: a read-only one is found now, not at the first request.
        layout = self._layout()  # again, for another process may have begun with the same file
        if layout is None:
            _run_all(run, SCHEMA)
        elif layout < VERSION:
            self.backup = self._file.back_up(layout)
            for step in range(layout, VERSION):
                _run_all(run, UPGRADES[step])
        run(f"PRAGMA application_id={_APPLICATION_ID}")
        run(f"PRAGMA user_version={VERSION}")
        run("COMMIT")
        run("PRAGMA busy_timeout=0")  # from now on waiting is done without the lock
        self._file.watch()

    def _log_writes_ahead(self) -> None:
        """Waits here for others that begin with the same file: this change of mode does not wait by itself."""
        last = monotonic() + _WAIT
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_BUSY or monotonic() >= last:
                    raise
                sleep(_PAUSE)
            else:
                return

    def _layout(self) -> int | None:
        """Which layout the file has; None when nothing is in it. Raises StoreError when it is not one of ours."""
        run = self._connection.execute
        application_id, version = (run(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            return None
        if application_id != _APPLICATION_ID:
            raise StoreError("database-foreign", f"{self.path} is a database of something else; give another file.")
        if version != VERSION and version not in UPGRADES:
            made_by = f"{self.path} was made by another version (layout {version}, this one reads {VERSION})"
            raise StoreError("database-version", f"{made_by}; give another file.")
        return int(version)

    def _check_integrity(self) -> None:
        """Reads the whole file once: damage is told now, not when a request comes upon it."""
        (said,) = self._connection.execute("PRAGMA integrity_check(1)").fetchone()
        if said != "ok":
            cause = f"is damaged ({' '.join(said.split())[:200]}); restore a copy of it, or start with another file."
            raise about(self.path, "database-corrupt", cause)

    @contextmanager
    def write(self) -> Iterator[Rows]:
        """One transaction: all of it is kept, or nothing. Raises StoreError when the file cannot be written."""
        with self._begun("BEGIN IMMEDIATE"):
            try:
                yield Rows(self._connection)
                self._connection.execute("COMMIT")
                self._file.check()
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
            raise self._error(error) from error

    def _try(self, begin: str, last: float) -> bool:
        """Begins a transaction and keeps the lock; False when another process is in the way and there is time left."""
        self._lock.acquire()
        try:
            self._file.check()
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


def _run_all(run: Callable[[str], object], statements: Iterable[str]) -> None:
    for statement in statements:
        run(statement)
