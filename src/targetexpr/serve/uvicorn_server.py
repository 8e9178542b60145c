"""Running under uvicorn: its own refusals in our envelope, its messages in our log, and an orderly end."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from targetexpr.serve.access_log import message_log
from targetexpr.serve.app import create_app
from targetexpr.serve.envelope import error_response
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store


class _Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """What is not HTTP is refused in the envelope of every other refusal."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - there is only one such message
        message = "Not a valid HTTP/1.1 request."
        hint = "The sandbox speaks http, not https."
        answer = error_response(400, "not-http", message, {"Connection": "close"}, hint=hint)
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(header) for header in answer.raw_headers), b"", b""]
        self.transport.write(b"\r\n".join(lines) + bytes(answer.body))
        self.transport.close()


class _LogHandler(logging.Handler):
    """Hands the messages of the libraries to our log, a line for each."""

    def __init__(self, options: Options) -> None:
        super().__init__(logging.WARNING)
        self._write = message_log(options.log)

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else None
        self._write(record.levelname.lower(), record.getMessage().strip(), trace)


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        print(self._announcement, file=sys.stderr, flush=True)


def serve(options: Options, store: Store, listener: socket.socket, *, made_up: bool) -> None:
    """Runs the server until it is stopped: Ctrl-C, SIGTERM and a closed terminal let open requests be answered.

    `made_up` tells that the password was made up now and has to be printed.
    """
    for name in ("uvicorn", "targetexpr.serve"):
        logger = logging.getLogger(name)
        logger.addHandler(_LogHandler(options))
        logger.propagate = False
    config = uvicorn.Config(
        create_app(options, store),
        http=_Protocol,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=options.grace,
    )
    server = _Server(config, _announcement(options, store, listener, made_up=made_up))
    # uvicorn raises what it caught once more at its end, for the handlers that were there before: stopping is no fault.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: None)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, server.handle_exit)
    server.run(sockets=[listener])


def _announcement(options: Options, store: Store, listener: socket.socket, *, made_up: bool) -> str:
    address: tuple[Any, ...] = listener.getsockname()
    host, port = address[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = [f"targetexpr: the sandbox listens on {url}, its documents are at {url}/docs"]
    if made_up and options.credential is not None:
        user = f"{options.credential.name}:{options.credential.password}"
        lines.append(f"targetexpr: its user is {user} (made up now; --user gives one)")
    if store.backup is not None:
        lines.append(f"targetexpr: the database had an earlier layout; a copy of it as it was is {store.backup}")
    return "\n".join(lines)
