"""`format`: its exit status, its fixes, and files rewritten in place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Call, Done, command, environment

RULE = "currentTxn.value>500"


def test_check_prints_nothing_and_tells_by_status(call: Call) -> None:
    assert call("format", "--check", "a&&b") == Done(0, "", "")
    assert call("format", "--check", "a && b").status == 1
    assert call("format", "--check", "a && b").out == ""
    assert call("format", "--check", "a&&b", "a && b").status == 1
    assert call("format", "--check", "a && b", "a=").status == 2
    assert call("format", "--check", "--style", "readable", "a && b").status == 0


def test_fix_applies_fixes_and_reports_them(call: Call) -> None:
    done = call("format", "--fix", "currentCustomer.slabName=“Gold” and a.b>=1")
    assert done.status == 0
    assert done.out == 'currentCustomer.slabName=="Gold"&&a.b>=1\n'
    assert done.err.count("error[") == 3
    assert call("format", "--fix", RULE).err == ""


def test_fix_of_what_cannot_be_fixed(call: Call) -> None:
    done = call("format", "--fix", "a=1&&")
    assert (done.status, done.out) == (2, "")
    assert "error[single-equals]" in done.err
    assert "error[unexpected-end]" in done.err


def test_fix_with_check(call: Call) -> None:
    assert call("format", "--fix", "--check", "a=1").status == 1
    assert call("format", "--fix", "--check", "a==1").status == 0


def test_without_fix_the_way_to_it_is_told(call: Call) -> None:
    done = call("format", "a=1")
    assert (done.status, done.out) == (2, "")
    assert "--fix" in done.err


def test_in_place_rewrites(call: Call, tmp_path: Path) -> None:
    file, other = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text("a && ( b )\n", encoding="utf-8")
    other.write_text('c == "漢"', encoding="utf-8")
    done = call("format", "--in-place", "-f", str(file), "-f", str(other))
    assert (done.status, done.out, done.err) == (0, "", "")
    assert file.read_bytes() == b"a&&b\n"
    assert other.read_text(encoding="utf-8") == 'c=="漢"\n'


def test_in_place_with_fix_and_style(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a=1 and b\n", encoding="utf-8")
    done = call("format", "-i", "--fix", "--style", "readable", "-f", str(file))
    assert (done.status, done.out) == (0, "")
    assert file.read_bytes() == b"a == 1 && b\n"
    assert done.err.count("error[") == 2


def test_in_place_leaves_broken_and_unchanged_files_alone(call: Call, tmp_path: Path) -> None:
    broken, same = tmp_path / "a.txt", tmp_path / "b.txt"
    broken.write_text("a &&\n", encoding="utf-8")
    same.write_text("a&&b\n", encoding="utf-8")
    for file in (broken, same):
        os.utime(file, ns=(1_000_000_000, 1_000_000_000))
    done = call("format", "-i", "-f", str(broken), "-f", str(same))
    assert done.status == 2
    assert broken.read_bytes() == b"a &&\n"
    assert broken.stat().st_mtime_ns == same.stat().st_mtime_ns == 1_000_000_000


def test_in_place_writes_through_a_link(call: Call, tmp_path: Path) -> None:
    file, link = tmp_path / "a.txt", tmp_path / "link.txt"
    file.write_text("a && b\n", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    assert call("format", "-i", "-f", str(link)).status == 0
    assert file.read_bytes() == b"a&&b\n"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640


def test_in_place_where_writing_fails(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anything, so the refusal comes from a patched open."""
    file = tmp_path / "a.txt"
    file.write_text("a && b\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    monkeypatch.setattr(Path, "write_bytes", refuse)
    monkeypatch.setattr(os, "replace", refuse)
    done = call("format", "-i", "-f", str(file))
    assert done.status == 2
    assert done.err == f"targetexpr: cannot write {file}: Permission denied\n"
    assert file.read_bytes() == b"a && b\n"


def test_in_place_where_no_more_may_be_written(tmp_path: Path) -> None:
    """The system refuses to let files grow, which holds for root too."""
    file = tmp_path / "a.txt"
    file.write_text("a && b\n", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; exec "$@"', "bash", *command("format", "-i", "-f", str(file))],
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"targetexpr: cannot write {file}: ")


@pytest.mark.parametrize("arguments", [["a && b"], ["-"], ["-f", "-"]])
def test_in_place_needs_files(arguments: list[str], call: Call) -> None:
    done = call("format", "-i", *arguments, stdin="a && b")
    assert (done.status, done.out) == (2, "")
    assert "-f FILE" in done.err
