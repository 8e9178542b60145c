"""Files that are replaced safely: all of the new text or all of the old, by one writer at a time, as the same file."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TypeAlias

_BEGUN = ".targetexpr-"
"""How the names of files begin that are being written; what a killed writer left is taken away by the next one."""

_JUST_BEGUN = 60
"""Seconds for which an empty file is somebody's who is about to write it."""

_UNFINISHED = ".targetexpr-unfinished"
"""How the name of the new text ends while a file is overwritten that cannot be replaced."""


Mark: TypeAlias = int
"""Which writing of a file this is, in nanoseconds: another one, even of the same text, has another mark."""


def mark_of(path: str) -> Mark | None:
    """The mark of a file as it is now; None where there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


@contextmanager
def alone_with(path: str) -> Iterator[Replaceable]:
    """A file that nobody else replaces meanwhile: who reads it, changes it and writes it loses nobody's work.

    Writers take turns for each folder, where the system has locks. Whoever edits the file by other means does not ask.
    """
    real = os.path.realpath(path)
    handle = -1
    with suppress(OSError, ImportError):  # without a lock it is written all the same; a missing folder is told then
        import fcntl

        handle = os.open(os.path.dirname(real), os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield Replaceable(real, locked=handle >= 0)
    finally:
        if handle >= 0:
            os.close(handle)


def replace_file(path: str, text: str) -> None:
    """Replaces a file, or makes it. Raises OSError; then it is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_file(f"{folder}/rule.txt", "true\\n")
    ...     open(f"{folder}/rule.txt").read()
    'true\\n'
    """
    with alone_with(path) as file:
        file.replace(text)


class Replaceable:
    """A file while it is ours."""

    def __init__(self, path: str, *, locked: bool = False) -> None:
        """`path` is the file itself, and no link to it; `alone_with` follows links."""
        self._path = path
        self._locked = locked

    def replace(self, text: str, *, devices: bool = False, mark: Mark | None = None) -> Mark | None:
        """Puts a text in the file's place at once, on the disk before it is seen; the mark of what was written.

        `mark` is that of a text which is put back: it is the writing again that it was, for everybody who asks.

        The file keeps its owner, mode, links, access lists and extended attributes; where these cannot be given to a
        new file (another owner's, several links), it is overwritten, with the new text beside it until that is done.
        A file that nobody may write stays as it is, for root too. So does what is no file, unless it is a device and
        `devices` are written to. Raises OSError.
        """
        data = text.encode("utf-8", "surrogatepass")
        there = self.check(devices=devices)
        if there is not None and stat.S_ISCHR(there.st_mode):
            with open(self._path, "wb", buffering=0) as device:
                device.write(data)
            return None
        self._put(data, there, mark)
        return mark_of(self._path)

    def check(self, *, devices: bool = False) -> os.stat_result | None:
        """Whether it may be replaced: what is there, None where nothing is. Raises OSError where it may not."""
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return None
        if stat.S_ISDIR(there.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(there.st_mode) and not (devices and stat.S_ISCHR(there.st_mode)):
            raise OSError(errno.EINVAL, "it is not a regular file")
        if not there.st_mode & 0o222:
            raise PermissionError(errno.EACCES, "it is read-only")
        if not os.access(self._path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return there

    def _put(self, data: bytes, there: os.stat_result | None, mark: Mark | None) -> None:
        folder = os.path.dirname(self._path)
        if self._locked:
            _clean(folder)
        handle, name = _new_file(folder)
        try:
            with open(handle, "wb") as file:
                _hold(file.fileno())
                file.write(data)
                file.flush()
                alike = _made_alike(self._path, file.fileno(), there)
                if mark is not None:
                    os.utime(file.fileno(), ns=(mark, mark))
                os.fsync(file.fileno())
                if alike:
                    os.replace(name, self._path)
                else:
                    beside = f"{self._path}{_UNFINISHED}"  # stays where this is killed: the old text may be half gone
                    os.replace(name, beside)
                    name = beside
                    _overwrite(self._path, data)
                    if mark is not None:
                        os.utime(self._path, ns=(mark, mark))
                    os.unlink(name)
                _sync_folder(folder)
        except BaseException:
            with suppress(FileNotFoundError):  # Ctrl-C just after it took its place
                os.unlink(name)
            raise


@contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """A stream whose bytes take the place of a file when all are written; with an exception the file stays as it was.

    For what is made little by little: nobody waits for it meanwhile. A device or a pipe is written to. Raises OSError.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(f"{folder}/bills.csv") as file:
    ...         done = file.write(b"id,value")
    ...     open(f"{folder}/bills.csv").read()
    'id,value'
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        with open(path, "wb") as device:
            yield device
        return
    real = os.path.realpath(path)
    there = Replaceable(real).check()
    handle, name = _new_file(os.path.dirname(real))
    try:
        with open(handle, "w+b") as file:
            _hold(file.fileno())
            yield file
            file.flush()
            alike = _made_alike(real, file.fileno(), there)
            os.fsync(file.fileno())
            if alike:
                os.replace(name, real)
            else:
                file.seek(0)
                _overwrite(real, file.read())
                os.unlink(name)
            _sync_folder(os.path.dirname(real))
    except BaseException:
        with suppress(FileNotFoundError):  # Ctrl-C just after it took its place
            os.unlink(name)
        raise


def _new_file(folder: str) -> tuple[int, str]:
    """A new file that is ours alone. `tempfile` would do, and loads archive formats and random numbers for it."""
    number = 0
    while True:
        name = os.path.join(folder, f"{_BEGUN}{os.getpid()}-{number}")
        try:
            return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), name
        except FileExistsError:
            number += 1


def _made_alike(path: str, handle: int, there: os.stat_result | None) -> bool:
    """Gives a new file what the old one has beside its text, if there is one; False where that cannot be done."""
    if there is None:
        os.fchmod(handle, 0o666 & ~_umask())
        return True
    if there.st_nlink > 1:
        return False
    made = os.fstat(handle)
    try:
        if (made.st_uid, made.st_gid) != (there.st_uid, there.st_gid):
            os.fchown(handle, there.st_uid, there.st_gid)
        os.fchmod(handle, stat.S_IMODE(there.st_mode))  # after the owner: a change of that takes bits away
        if hasattr(os, "listxattr"):
            _carry_attributes(path, handle)
    except OSError as error:
        if error.errno not in _NOT_OURS_TO_GIVE:
            raise
        return False
    return True


_NOT_OURS_TO_GIVE = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EINVAL}
"""What the system says to owners and attributes that a new file cannot have."""


def _carry_attributes(path: str, handle: int) -> None:
    try:
        names = os.listxattr(path)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOSYS):
            return  # the file system has none
        raise
    for name in names:
        value = os.getxattr(path, name)
        try:
            os.setxattr(handle, name, value)
        except OSError:
            if name not in os.listxattr(handle) or os.getxattr(handle, name) != value:
                raise  # else the system gave it to the new file by itself


def _overwrite(path: str, data: bytes) -> None:
    """The text in place of the old one, in the same file; a failure puts the old one back."""
    with open(path, "r+b") as file:
        before = file.read()
        room = os.fstat(file.fileno())
        try:
            if len(data) > room.st_size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, len(data))  # a full disk is noticed before anything is lost
            _fill(file.fileno(), data)
        except BaseException:
            _fill(file.fileno(), before)
            raise


def _fill(handle: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.pwrite(handle, data[done:], done)
    os.ftruncate(handle, len(data))
    os.fsync(handle)


def _clean(folder: str) -> None:
    """Takes away what killed writers left. Writers of this folder take turns, so what nobody holds is nobody's."""
    with suppress(OSError):
        left = [entry.path for entry in os.scandir(folder) if entry.name.startswith(_BEGUN)]
        for path in left:
            with suppress(OSError), open(path, "rb") as file:
                _hold(file.fileno())
                begun = os.fstat(file.fileno())
                if begun.st_size or time.time() - begun.st_mtime > _JUST_BEGUN:  # an empty one may not be held yet
                    os.unlink(path)


def _hold(handle: int) -> None:
    """Marks a file that is being written as held, as long as it is open. Raises OSError where another one has it."""
    with suppress(ImportError):
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_folder(folder: str) -> None:
    """The new name on the disk as well; not every file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
