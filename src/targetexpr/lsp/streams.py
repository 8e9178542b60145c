"""What the server reads and writes: standard input and output, or one connection on a loopback socket.

A thread reads and another writes, so that the one that answers waits for no client; large messages stop nobody.
"""

from __future__ import annotations

import asyncio
import gc
import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

from targetexpr import __version__
from targetexpr.base.errors import InputError
from targetexpr.lsp.environments import Given
from targetexpr.lsp.features import add_features
from targetexpr.lsp.server import RuleServer

_HOST = "127.0.0.1"
_SWITCH = 0.0005  # seconds that a thread at work keeps others waiting; Python's own 5 ms add up over a message
_CHUNK = 1 << 16
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_IDLE = 30  # seconds
_PATIENCE = 10  # seconds for what was said last to be read by the client

Read: TypeAlias = Callable[[int], bytes]
Write: TypeAlias = Callable[[bytes], object]


def serve(given: Given, *, port: int | None = None) -> bool:
    """Serves one client until it ends; whether it asked for `shutdown` before. A port of 0 is any free one."""
    server = RuleServer(__version__, given)
    add_features(server)
    sys.setswitchinterval(_SWITCH)
    _collect_seldom()
    if port is None:
        _standard_streams(server)
    else:
        _socket(server, port)
    return server.is_shut_down


def _collect_seldom() -> None:
    """A collection stops every thread, one of all objects for long: those wait until nobody asks (see `_answer`).

    Nothing that is kept of a document has circles in it (a test says so), so that it goes when it is let go.
    """
    gc.enable()  # the command starts without
    gc.freeze()  # what is there now stays
    gc.set_threshold(50_000, 1_000_000, 1_000_000)


def _standard_streams(server: RuleServer) -> None:
    """The real output is the protocol's alone: whatever prints by mistake prints to standard error."""
    source, target = sys.stdin.fileno(), os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[target.write(view) :]

    _converse(server, lambda most: os.read(source, most), write)


def _socket(server: RuleServer, port: int) -> None:
    try:
        listening = socket.create_server((_HOST, port))
    except OSError as error:
        raise InputError(f"cannot listen on {_HOST} port {port}: {error.strerror or error}") from None
    with listening:
        print(f"listening on {_HOST}:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
        connection, _ = listening.accept()
    with connection:
        _converse(server, connection.recv, connection.sendall)


# ---- one conversation --------------------------------------------------------------------------------------------


def _converse(server: RuleServer, read: Read, write: Write) -> None:
    writer = Writer(write)
    server.protocol.set_writer(writer)
    try:
        asyncio.run(_answer(server, read))
    except SystemExit:
        pass  # how pygls ends when the client says `exit`
    finally:
        writer.close()
        server.stop()


async def _answer(server: RuleServer, read: Read) -> None:
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue[bytes | None]()

    def put(body: bytes | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(waiting.put_nowait, body)

    Thread(target=_read_bodies, args=(read, put), daemon=True).start()
    try:
        while (body := await _next(waiting)) is not None:
            server.ours.take(body)
    finally:
        server.ours.give_up()


async def _next(waiting: asyncio.Queue[bytes | None]) -> bytes | None:
    """The next message; when none comes for a while, there is time to look for what can be collected."""
    try:
        return await asyncio.wait_for(waiting.get(), _IDLE)
    except TimeoutError:
        gc.collect()
        return await waiting.get()


def _read_bodies(read: Read, put: Callable[[bytes | None], None]) -> None:
    """Hands on the body of each message, and None at the end. What has no length is not understood, and ends it."""
    try:
        for body in bodies(read):
            put(body)
        put(None)
    except (OSError, RuntimeError):  # the connection, or the loop that takes messages, is gone
        return


def bodies(read: Read) -> Iterator[bytes]:
    r"""The bodies of messages out of chunks of bytes, whichever way those are cut.

    >>> chunks = [b"Content-Length: 2\r\n", b"\r\n{}Content-Le", b"ngth: 4\r\n\r\nnull", b""]
    >>> list(bodies(lambda most: chunks.pop(0)))
    [b'{}', b'null']
    """
    buffer = bytearray()
    while True:
        end = buffer.find(b"\r\n\r\n")
        found = _LENGTH.search(buffer, 0, end + 1) if end >= 0 else None
        if end >= 0 and found is None:
            del buffer[: end + 4]  # headers without a length say nothing
            continue
        size = -1 if found is None else end + 4 + int(found[1])
        if 0 <= size <= len(buffer):
            yield bytes(buffer[end + 4 : size])
            del buffer[:size]
            continue
        chunk = read(max(_CHUNK, size - len(buffer)))
        if not chunk:
            return
        buffer += chunk


class Writer:
    """Writes in a thread, in the order that it is told. A client that does not listen any more is told nothing."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Writes some time soon."""
        self._waiting.put(data)

    def close(self) -> None:
        """Returns when all is written."""
        self._waiting.put(None)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while (data := self._waiting.get()) is not None:
            try:
                self._write(data)
            except OSError:
                return
