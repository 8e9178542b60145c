"""Studios in processes of their own, as a user starts them."""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

from tests.cli.command import PATIENCE, command, environment

ADDRESS = re.compile(r"The studio is at (http://127\.0\.0\.1:(\d+)/)#token=(\S+)")


class Process(NamedTuple):
    """A studio that runs, and where."""

    process: subprocess.Popen[str]
    origin: str  # "http://127.0.0.1:43211"
    port: int
    token: str
    folder: Path  # where it runs

    @property
    def address(self) -> str:
        """What a user opens."""
        return f"{self.origin}/#token={self.token}"

    def told(self) -> str:
        """The address that the browser was started with, once it was."""
        begun, path = monotonic(), self.folder / "told"
        while not path.exists():
            assert monotonic() - begun < PATIENCE
            sleep(0.05)
        return path.read_text(encoding="utf-8")


@contextmanager
def studio(*arguments: str, state: Path | None = None, port: int = 0, browser: bool = False) -> Iterator[Process]:
    """A studio with its work in a folder of its own. Ctrl-C ends it, and it must not have complained about anything.

    With `browser` it opens one: a program that only writes down what it is told.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        noting = Path(folder) / "browser"
        noting.write_text('#!/bin/sh\nprintf %s "$1" > told.new && mv told.new told\n', encoding="utf-8")
        noting.chmod(0o755)
        process = subprocess.Popen(
            command("studio", *([] if browser else ["--no-browser"]), "--port", str(port), *arguments),
            cwd=folder,
            env=environment(TARGETEXPR_STATE=str(state or Path(folder) / "state"), BROWSER=f"{noting} %s"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        try:
            found = ADDRESS.match(process.stdout.readline())
            if found is not None:
                yield Process(process, found[1].rstrip("/"), int(found[2]), found[3], Path(folder))
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(PATIENCE)
            process.stdout.close()
            errors.seek(0)
            said = errors.read()
        assert said == "", said
        assert status == 0
        assert found is not None, "it said nothing"
