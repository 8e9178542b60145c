"""Running under uvicorn: its own refusals in our envelope, its own words in our log, and an end that is in order."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from targetexpr.serve.app import create_app
from targetexpr.serve.envelope import problem
from targetexpr.serve.middleware import log_words
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store


class _Protocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """What is no HTTP is refused in the envelope of every other refusal."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - there is only one such message
        said = "This is no HTTP/1.1 request."
        answer = problem(400, "not-http", said, {"Connection": "close"}, hint="The sandbox speaks http, not https.")
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(header) for header in answer.raw_headers), b"", b""]
        self.transport.write(b"\r\n".join(lines) + bytes(answer.body))
        self.transport.close()


class _Words(logging.Handler):
    """Hands what the libraries have to say to our log, a line for each."""

    def __init__(self, options: Options) -> None:
        super().__init__(logging.WARNING)
        self._write = log_words(options.log)

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
    """Runs the server until it is told to stop: Ctrl-C, SIGTERM and a closed terminal end it as it should end."""
    for name in ("uvicorn", "targetexpr.serve"):
        logger = logging.getLogger(name)
        logger.addHandler(_Words(options))
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
    server = _Server(config, _announcement(options, listener, made_up=made_up))
    # uvicorn raises what it caught once more at its end, for the handlers that were there before: stopping is no fault.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: None)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, server.handle_exit)
    server.run(sockets=[listener])


def _announcement(options: Options, listener: socket.socket, *, made_up: bool) -> str:
    address: tuple[Any, ...] = listener.getsockname()
    host, port = address[:2]
    shown = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    lines = [f"targetexpr: the sandbox listens on {shown}, its documents are at {shown}/docs"]
    if made_up and options.credential is not None:
        user = f"{options.credential.name}:{options.credential.password}"
        lines.append(f"targetexpr: its user is {user} (made up now; --user gives one)")
    return "\n".join(lines)
