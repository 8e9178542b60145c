"""What the server reads and writes: standard input and output, or one connection on a loopback socket."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from threading import Event

from pygls.io_ import run_async

from targetexpr import __version__
from targetexpr.base.errors import InputError
from targetexpr.lsp.environments import Given
from targetexpr.lsp.features import add_features
from targetexpr.lsp.server import RuleServer

_HOST = "127.0.0.1"
_SWITCH = 0.001  # seconds that a thread at work keeps others waiting; Python's own 5 ms add up over a message


def serve(given: Given, *, port: int | None = None) -> bool:
    """Serves one client until it ends; whether it asked for `shutdown` before. A port of 0 is any free one."""
    server = RuleServer(__version__, given)
    add_features(server)
    sys.setswitchinterval(_SWITCH)
    gc.freeze()  # what is there now stays: each full collection would look through all of it
    gc.set_threshold(50_000, 50, 100)  # a collection stops every thread, and rules are trees without circles
    if port is None:
        _standard_streams(server)
    else:
        _socket(server, port)
    return server.is_shut_down


def _standard_streams(server: RuleServer) -> None:
    """The real output is the protocol's alone: whatever prints by mistake prints to standard error."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    server.start_io(sys.stdin.buffer, output)


def _socket(server: RuleServer, port: int) -> None:
    try:
        asyncio.run(_one_connection(server, port))
    except OSError as error:
        raise InputError(f"cannot listen on {_HOST} port {port}: {error.strerror or error}") from None
    except SystemExit:
        pass  # how pygls ends when the client does
    finally:
        server.shutdown()  # type: ignore[no-untyped-call]


async def _one_connection(server: RuleServer, port: int) -> None:
    done = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listening.close()
        server.protocol.set_writer(writer)
        await run_async(Event(), reader, server.protocol, error_handler=server.report_server_error)
        done.set()

    listening = await asyncio.start_server(connected, _HOST, port, limit=1 << 26)
    print(f"listening on {_HOST}:{listening.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
    await done.wait()
