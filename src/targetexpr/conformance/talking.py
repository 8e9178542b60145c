"""An implementation as a process: a line for each request, a line for each answer, and what it does instead."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal, TypeAlias

from targetexpr.base.errors import InputError
from targetexpr.base.nouns import counted

Breach: TypeAlias = Literal["crashed", "silent", "garbage"]
"""How an implementation breaks the protocol: it ends, it answers nothing in time, it answers something else."""

LONGEST_LINE = 1 << 28
"""Characters of an answer; a line that is longer is garbage."""

_LAST_WORDS = 5
_GRACE = 5.0
"""Seconds that a process has to end once its input is closed, or it was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """No answer, and why."""

    breach: Breach
    reason: str  # "it ended with status 1 instead of answering; it said: …"


class Implementation:
    """A command that is started when it is first asked, and started again after it broke the protocol."""

    def __init__(self, command: Sequence[str], *, seconds: float) -> None:
        self._command = command
        self._seconds = seconds
        self._running: _Process | None = None
        self._number = 0

    def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any] | Broken:
        """The answer to a request. Raises InputError if there is no such command."""
        if self._running is None:
            self._running = _Process(self._command)
        self._number += 1
        found = self._running.ask({"id": self._number, **request}, self._seconds)
        if isinstance(found, Broken):
            self._running.kill()
            self._running = None
        return found

    def close(self) -> None:
        """Ends the process: its input is closed, and if that does not do, it is killed."""
        if self._running is not None:
            self._running.close()
            self._running = None


class _Process:
    def __init__(self, command: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise InputError(f"cannot run {command[0]}: {error.strerror or error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._input = self._process.stdin
        self._lines: queue.Queue[bytes] = queue.Queue()  # an empty line stands for the end
        self._said: deque[str] = deque(maxlen=_LAST_WORDS)
        self._threads = [
            threading.Thread(target=_read, args=(self._process.stdout, self._lines), daemon=True),
            threading.Thread(target=_listen, args=(self._process.stderr, self._said), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, request: Mapping[str, Any], seconds: float) -> Mapping[str, Any] | Broken:
        sender = threading.Thread(target=self._send, args=(json.dumps(request).encode() + b"\n",), daemon=True)
        sender.start()  # on its own: a process that reads nothing would hold us up for ever
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            hint = "does it write a line break after each answer, and flush?"
            return Broken(breach="silent", reason=f"no answer within {seconds:g} seconds ({hint})")
        if not line:
            return Broken(breach="crashed", reason=self._ending())
        return _understood(line, request["id"])

    def _send(self, line: bytes) -> None:
        try:
            self._input.write(line)
            self._input.flush()
        except (OSError, ValueError):
            pass  # it has ended; the reader says how

    def _ending(self) -> str:
        self._join()
        try:
            status = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return "it closed its standard output instead of answering"
        how = f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"
        said = f"; it said: {' | '.join(self._said)}" if self._said else ""
        return f"it {how} instead of answering{said}"

    def kill(self) -> None:
        """Ends it with all that it started."""
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except OSError:
                self._process.kill()
        else:
            self._process.kill()
        self._process.wait()
        self._let_go()

    def close(self) -> None:
        """Lets it end by itself."""
        try:
            self._input.close()
            self._process.wait(_GRACE)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()
        else:
            self._let_go()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join(_GRACE)

    def _let_go(self) -> None:
        self._join()
        for stream in (self._input, self._process.stdout, self._process.stderr):
            try:
                if stream is not None:
                    stream.close()
            except OSError:
                pass  # what was still to be written has no reader any more


def _read(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    while line := stream.readline(LONGEST_LINE):
        lines.put(line)
    lines.put(b"")


def _listen(stream: IO[bytes], said: deque[str]) -> None:
    for line in stream:
        text = line.decode("utf-8", "replace").strip()
        if text:
            said.append(text[:500])


def _understood(line: bytes, number: int) -> Mapping[str, Any] | Broken:
    """An answer, or what is wrong with the line."""
    begin = line[:200].decode("utf-8", "replace").strip()
    if not line.endswith(b"\n"):
        return Broken(breach="garbage", reason=f"its last line has no line break: {begin}")
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Broken(breach="garbage", reason=f"its answer is not UTF-8: {begin}")
    except (ValueError, RecursionError):
        return Broken(breach="garbage", reason=f"its answer is not JSON: {begin}")
    if not isinstance(found, dict):
        return Broken(breach="garbage", reason=f"its answer is not a JSON object: {begin}")
    if found.get("id") != number or isinstance(found.get("id"), bool):
        return Broken(breach="garbage", reason=f"its answer has the id {found.get('id')!r}, not {number}: {begin}")
    return found


def too_silent(times: int) -> str:
    """Why the rest is not asked."""
    return f"not asked: it was silent {counted(times, 'time')} in a row"
