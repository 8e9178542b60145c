"""Running under uvicorn: who is let in and for how long, an orderly end, and what is said at the start."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
import sys
from typing import Any

import uvicorn

from targetexpr.serve.app import create_app
from targetexpr.serve.connections import Connections, Listener
from targetexpr.serve.http_protocol import ServerConfig, whole_answer
from targetexpr.serve.message_log import messages_in
from targetexpr.serve.settings import Options, is_loopback
from targetexpr.serve.store import Store
from targetexpr.serve.warm_up import warm_up

_LOG = logging.getLogger("targetexpr.serve")

_ACCEPTED_AT_ONCE = 8
"""Connections that the event loop accepts before it looks at what came of them: asyncio's own number is that of the
queue, and with no file descriptor left it would complain as often, each time with a trace."""

_QUEUE = 1024  # connections that the system keeps until they are accepted
_SWEEP = 0.1  # seconds
_NO_DESCRIPTORS = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))


class _Server(uvicorn.Server):
    """Says where it listens once it does, and looks after its connections."""

    def __init__(self, config: ServerConfig, announcement: str) -> None:
        super().__init__(config)
        self._connections = config.connections
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        await super().startup(sockets=sockets)
        for one in sockets or ():
            one.listen(_QUEUE)
        self._sweep(asyncio.get_running_loop())
        print(self._announcement, file=sys.stderr, flush=True)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._connections.sweep()
        loop.call_later(_SWEEP, self._sweep, loop)


def serve(options: Options, store: Store, listener: socket.socket, *, made_up: bool) -> None:
    """Runs the server until it is stopped: Ctrl-C, SIGTERM and a closed terminal let open requests be answered.

    `made_up` tells that the password was made up now and has to be printed. The listener is the server's from now on.
    """
    connections = Connections(
        most=options.most_connections, most_per_address=options.most_per_address, handshake=options.header_timeout
    )
    is_secure = options.certfile is not None
    refusal = whole_answer(503, "too-many-connections", "The sandbox has as many connections as it can answer.")
    gate = Listener(listener, connections, b"" if is_secure else refusal)
    app = create_app(options, store)
    config = ServerConfig(
        app,
        options,
        connections,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        backlog=_ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=options.grace,
        ssl_certfile=options.certfile,
        ssl_keyfile=options.keyfile,
    )
    server = _Server(config, _announcement(options, store, gate, made_up=made_up))
    # uvicorn raises what it caught once more at its end, for the handlers that were there before: stopping is no fault.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: None)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, server.handle_exit)
    # The loop of the standard library, whatever else is installed: connections are counted where it accepts them.
    with messages_in(options.log), asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.get_loop().set_exception_handler(_on_loop_error)
        runner.run(warm_up(app))
        runner.run(server.serve(sockets=[gate]))


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    failure = context.get("exception")
    if isinstance(failure, OSError) and failure.errno in _NO_DESCRIPTORS:
        advice = "raise the limit of open files (ulimit -n), or lower --max-connections"
        _LOG.warning("No file descriptor is left for another connection; %s.", advice)
    else:
        loop.default_exception_handler(context)


def _announcement(options: Options, store: Store, listener: socket.socket, *, made_up: bool) -> str:
    address: tuple[Any, ...] = listener.getsockname()
    host, port = address[:2]
    scheme = "http" if options.certfile is None else "https"
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    lines = [f"targetexpr: the sandbox listens on {url}, its documents are at {url}/docs"]
    if made_up and options.credential is not None:
        user = f"{options.credential.name}:{options.credential.password}"
        lines.append(f"targetexpr: its user is {user} (made up now; --user gives one)")
    if options.credential is not None and options.certfile is None and not is_loopback(host):
        lines.append(
            "targetexpr: warning: others reach this address, and the password crosses the network readable for "
            "everybody on the way; give --certfile and --keyfile, or listen on 127.0.0.1 behind a proxy that has them"
        )
    if store.backup is not None:
        lines.append(f"targetexpr: the database had an earlier layout; a copy of it as it was is {store.backup}")
    return "\n".join(lines)
