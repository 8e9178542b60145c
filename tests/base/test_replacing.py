"""Files that are replaced: the same file as before but for its text, by one writer at a time, whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from targetexpr.base.replacing import Replaceable, alone_with, mark_of, replace_file

OTHER = 12345
"""A user and a group that nobody is."""

WRITERS: dict[str, Callable[[str], list[str]]] = {
    "format -i": lambda path: [sys.executable, "-m", "targetexpr", "format", "-i", "-f", path],
    "replace_file": lambda path: [
        sys.executable,
        "-c",
        f"from targetexpr.base.replacing import replace_file; replace_file({path!r}, 'a&&b\\n')",
    ],
}
"""All write `a&&b` to a file that holds `a && b`."""


def run(writer: str, path: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(WRITERS[writer](str(path)), capture_output=True, check=False, timeout=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rule.txt"
    path.write_bytes(b"a && b\n")
    return path


def alone(path: Path) -> bool:
    return os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("writer", WRITERS)
def test_all_but_the_text_stays(writer: str, file: Path) -> None:
    os.setxattr(file, "user.origin", b"head office")
    root = os.geteuid() == 0  # who is not root cannot give a file away, and keeps his own
    if root:
        os.chown(file, OTHER, OTHER)
    file.chmod(0o2640)
    before = file.stat()
    done = run(writer, file)
    assert (done.returncode, file.read_bytes()) == (0, b"a&&b\n"), done.stderr
    after = file.stat()
    assert stat.S_IMODE(after.st_mode) == 0o2640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert os.getxattr(file, "user.origin") == b"head office"
    assert alone(file)


@pytest.mark.parametrize("writer", WRITERS)
def test_links_of_both_kinds_stay(writer: str, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    hard, soft = folder / "hard.txt", folder / "soft.txt"
    os.link(file, hard)
    soft.symlink_to(file)
    assert run(writer, soft).returncode == 0
    assert soft.is_symlink()
    assert os.path.samefile(file, hard)
    assert file.read_bytes() == hard.read_bytes() == b"a&&b\n"
    assert {path.name for path in tmp_path.iterdir()} == {"names", "rule.txt"}


def test_format_refuses_what_is_read_only(file: Path) -> None:
    file.chmod(0o444)
    done = run("format -i", file)
    assert done.returncode == 2
    assert b"it is read-only" in done.stderr, "for root too"
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"a && b\n", 0o444)
    assert alone(file)


def test_format_refuses_what_is_no_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(WRITERS["format -i"](str(pipe)), stderr=subprocess.PIPE) as formatting:
        pipe.write_bytes(b"a && b\n")
        _, err = formatting.communicate(timeout=60)
    assert formatting.returncode == 2
    assert b"it is not a regular file" in err
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert alone(pipe)


def test_format_leaves_what_was_written_since_it_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from targetexpr.cli import format as formatting
    from targetexpr.cli.main import main

    def printed(*_: object) -> str:
        file.write_bytes(b"c || d\n")
        return "a&&b"

    monkeypatch.setattr(formatting, "to_text", printed)
    assert main(["format", "-i", "-f", str(file)]) == 2
    assert file.read_bytes() == b"c || d\n"


def test_the_text_is_on_the_disk_before_it_is_seen(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        steps.append("sync " + ("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"))
        fsync(handle)

    def replaced(old: str, new: str) -> None:
        steps.append("rename")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    replace_file(str(file), "text")
    assert steps == ["sync file", "rename", "sync folder"]


@pytest.mark.parametrize(("name", "number"), [("fchown", errno.EPERM), ("setxattr", errno.ENOTSUP)])
def test_what_a_new_file_may_not_have_is_kept_by_writing_over(
    name: str, number: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.setxattr(file, "user.origin", b"head office")
    if os.geteuid() == 0:
        os.chown(file, OTHER, OTHER)
    before = file.stat()

    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, refused)
    replace_file(str(file), "long text " * 1000)
    replace_file(str(file), "short")
    assert file.read_bytes() == b"short"
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert os.getxattr(file, "user.origin") == b"head office"
    assert alone(file)


def test_writing_over_that_fails_puts_back_what_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.link(file, file.with_name("other.txt"))
    real, calls = os.ftruncate, []

    def failing(handle: int, size: int) -> None:
        calls.append(size)
        if len(calls) == 1:
            raise OSError(errno.EIO, "Input/output error")
        real(handle, size)

    monkeypatch.setattr(os, "ftruncate", failing)
    with pytest.raises(OSError, match="Input/output error"):
        replace_file(str(file), "xy")
    assert file.read_bytes() == b"a && b\n"
    assert sorted(os.listdir(file.parent)) == ["other.txt", "rule.txt"]


def test_a_device_is_written_to_only_where_that_is_wanted() -> None:
    reader, device = os.openpty()
    try:
        name = os.ttyname(device)
        with pytest.raises(OSError, match="not a regular file"):
            Replaceable(name).replace("some text")
        Replaceable(name).replace("some text", devices=True)
        assert os.read(reader, 100) == b"some text"
        assert stat.S_ISCHR(os.stat(name).st_mode)
    finally:
        os.close(reader)
        os.close(device)


def test_what_a_killed_writer_left_is_taken_away(file: Path) -> None:
    program = (
        "import os, signal\nfrom targetexpr.base.replacing import replace_file\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"replace_file({str(file)!r}, 'text')\n"
    )
    died = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"a && b\n"
    assert len(os.listdir(file.parent)) == 2
    replace_file(str(file), "text")
    assert file.read_bytes() == b"text"
    assert alone(file)


def test_a_text_that_is_put_back_is_the_writing_it_was(file: Path) -> None:
    first = mark_of(str(file))
    with alone_with(str(file)) as held:
        second = held.replace("text")
        assert second == mark_of(str(file)) != first
        assert held.replace("a && b\n", mark=first) == first
    replace_file(str(file), "a && b\n")
    assert mark_of(str(file)) != first, "the same text, written by somebody else"
