"""Why a database cannot be used, and what to do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


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
    sqlite3.SQLITE_CORRUPT: ("database-corrupt", "is damaged; restore a copy of it, or start with another file"),
    sqlite3.SQLITE_NOTADB: ("database-foreign", "is not an SQLite database; give another file"),
    sqlite3.SQLITE_CANTOPEN: ("database-unreachable", "cannot be opened; its folder must exist and be writable"),
    sqlite3.SQLITE_PERM: ("database-unreachable", "cannot be opened: permission is denied"),
    sqlite3.SQLITE_AUTH: ("database-unreachable", "cannot be opened: permission is denied"),
}

_MAY_BE_ROOM = frozenset((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN))
"""What SQLite also says where a file beside the database cannot grow."""


def store_error(path: str, error: sqlite3.Error, no_room: Callable[[], str | None]) -> StoreError:
    """What an error of SQLite means, in words that say what to do; `no_room` finds out why nothing can be written."""
    number = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    code, cause = _CAUSES.get(number, ("database-failed", f"failed: {error}"))
    if number in _MAY_BE_ROOM and (why := no_room()) is not None:
        code, cause = "database-full", f"cannot grow: {why}; make room and try again"
    return about(path, code, f"{cause}.")


def about(path: str, reason: str, cause: str) -> StoreError:
    """An error whose cause follows on the name of the database, or on none for those who may not know it."""
    return StoreError(reason, f"The database {path} {cause}", f"The database {cause.replace(path, 'file')}")
