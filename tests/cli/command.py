"""Runs the command: as a process of its own, or inside this one with what it reads and writes replaced."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from targetexpr.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
COMMANDS = ("json", "text", "format", "check", "verify")
PATIENCE = 90  # seconds until something that never comes is given up; a machine under load is slow
TRUE = '{"arity":"literal","value":"true","type":"boolean:primitive"}'
FALSE = '{"arity":"literal","value":"false","type":"boolean:primitive"}'


@dataclass(frozen=True, slots=True)
class Done:
    """What a call left behind."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the package, without what would change its colours."""
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "PYTHONIOENCODING")}
    return {**plain, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", **more}


def command(*arguments: str | bytes) -> list[str | bytes]:
    return [sys.executable, "-m", "targetexpr", *arguments]


def spawn(*arguments: str | bytes, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Done:
    """The command as a process, its standard input a pipe that holds `stdin`."""
    done = subprocess.run(
        command(*arguments),
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**env),
        check=False,
        timeout=PATIENCE,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


class Call:
    """Calls `main` in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.monkeypatch = monkeypatch

    def __call__(self, *arguments: str, stdin: bytes | str = b"", cwd: Path | None = None) -> Done:
        if cwd is not None:
            self.monkeypatch.chdir(cwd)
        data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        self.capsys.readouterr()
        try:
            status = main(list(arguments))
        except SystemExit as stop:  # argparse ends so after --help and after a wrong call
            status = stop.code if isinstance(stop.code, int) else 1
        out, err = self.capsys.readouterr()
        return Done(status, out, err)
