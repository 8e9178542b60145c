"""Sandboxes in processes of their own, and what is asked of them over real connections."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

from tests.cli.command import PATIENCE
from tests.serve.conftest import JSON

LISTENS = re.compile(r"listens on https?://([^ ,]+):(\d+)")


class Answer(NamedTuple):
    """An answer that came whole."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The JSON of it."""
        return json.loads(self.text)


class Server:
    """One process, its log, and the port it listens on."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int) -> None:
        self.process = process
        self.log = log
        self.port = port

    def said(self) -> str:
        """All that it wrote to standard error."""
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)


class Connection:
    """A client that keeps its connection."""

    def __init__(self, port: int, timeout: float = PATIENCE) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(
        self, method: str, path: str, body: object = None, user: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its answer."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        extra = {"Authorization": "Basic " + b64encode(user.encode()).decode()} if user else {}
        self._http.request(method, path, sent, {**JSON, **extra, **(headers or {})})
        return self._answer()

    def begin(self, path: str, body: object) -> bytes:
        """Posts all of a body but its last byte, which is returned."""
        sent = json.dumps(body).encode()
        self._http.putrequest("POST", path)
        self._http.putheader("Content-Type", JSON["Content-Type"])
        self._http.putheader("Content-Length", str(len(sent)))
        self._http.endheaders(sent[:-1])
        return sent[-1:]

    def finish(self, rest: bytes) -> Answer:
        """Sends what was left of a body, and waits for the answer."""
        self._http.send(rest)
        return self._answer()

    def _answer(self) -> Answer:
        answer = self._http.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())

    def made(self, group: object) -> Any:
        """A group that is created, as it is answered."""
        answer = self.ask("POST", "/v3/targetGroups", group)
        assert answer.status == 201, answer.text
        return answer.body["data"]

    def close(self) -> None:
        self._http.close()


def ask(port: int, method: str, path: str, body: object = None) -> Answer:
    """One request on a connection of its own."""
    connection = Connection(port)
    try:
        return connection.ask(method, path, body)
    finally:
        connection.close()


@contextmanager
def served(
    folder: Path, *arguments: str, name: str = "log.txt", who: str = "--no-auth", descriptors: int | None = None
) -> Iterator[Server]:
    """A server, its log in a file of the folder; killed at the end whatever happens.

    It answers everybody, unless `who` is another option; it has as many file descriptors as are said.
    """
    log = folder / name
    command = [sys.executable, "-m", "targetexpr", "serve", "--port", "0", who, *arguments]
    if descriptors is not None:
        command = ["bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "bash", *command]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, stderr=stream, stdin=subprocess.DEVNULL)
    try:
        while (found := LISTENS.search(log.read_text(encoding="utf-8"))) is None:
            with suppress(subprocess.TimeoutExpired):  # leaves the processor to the server
                process.wait(timeout=0.02)
                raise AssertionError(log.read_text(encoding="utf-8"))
        yield Server(process, log, int(found[2]))
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Waits for what comes about by itself. Fails when it does not."""
    end = monotonic() + PATIENCE
    while not holds():
        assert monotonic() < end, "it did not come about"
        sleep(0.01)  # leaves the processor to the server


def in_one_of(tries: int, holds: Callable[[], bool]) -> bool:
    """Whether something that a busy machine can spoil holds in one of several tries; what is broken holds in none."""
    return any(holds() for _ in range(tries))
