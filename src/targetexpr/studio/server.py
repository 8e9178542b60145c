"""Running the studio under uvicorn: what is said at the start, the browser, and a quiet end."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import signal
import socket
import sys
from threading import Thread

import uvicorn

from targetexpr.studio.app import create_app
from targetexpr.studio.language import warm_up
from targetexpr.studio.opening import Opening, open_browser
from targetexpr.studio.studio import Studio

MOST_SOCKET_MESSAGE = 64_000_000
"""Bytes of a message to the language server: it says itself, and with words, which text is too long to be a rule."""

_GRACE = 2  # seconds for what is being answered at the end
_PING = 20.0  # seconds between two signs of life of a socket
_SWITCH = 0.0005  # seconds that a thread at work keeps others waiting; Python's own 5 ms add up over a message


class _Server(uvicorn.Server):
    """Says where the page is once it is there."""

    def __init__(self, config: uvicorn.Config, studio: Studio, address: str, to_open: str | None) -> None:
        super().__init__(config)
        self._studio = studio
        self._address = address
        self._to_open = to_open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        await super().startup(sockets=sockets)
        print(f"The studio is at {self._address}", flush=True)
        print("It answers this machine alone, and whoever has the whole address. Ctrl-C ends it.", flush=True)
        if self._to_open is not None:
            Thread(target=open_browser, args=(self._to_open,), daemon=True).start()
        Thread(target=_warm_up, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends. What is not answered in time is given up: who ended the studio needs not be told of it."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._studio.data.close_all()  # what is being read or counted ends
        await super().shutdown(sockets=sockets)


def _warm_up() -> None:
    """Loads what the page asks for next. Then what there is stays, and need not be looked at for what can be freed."""
    try:
        warm_up()
    finally:
        gc.enable()  # the command starts without
        gc.freeze()


def serve(studio: Studio, listener: socket.socket, *, browser: bool) -> None:
    """Answers until it is stopped: Ctrl-C, SIGTERM and a closed terminal end it quietly."""
    token = secrets.token_urlsafe(32)
    opening = Opening(token)
    host, port = listener.getsockname()[:2]
    origin = f"http://{host}:{port}"
    config = uvicorn.Config(
        create_app(studio, token, port, opening if browser else None),
        ws="websockets-sansio",
        ws_max_size=MOST_SOCKET_MESSAGE,
        ws_ping_interval=_PING,
        ws_ping_timeout=_PING,
        ws_per_message_deflate=False,
        http="h11",
        loop="asyncio",
        log_config=None,
        log_level="error",  # what is no HTTP is answered, and no news
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config, studio, f"{origin}/#token={token}", origin + opening.path if browser else None)
    sys.setswitchinterval(_SWITCH)
    # uvicorn raises what it caught once more at its end, for the handlers that were there before: stopping is no fault.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_: None)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signal.signal(signal.SIGHUP, server.handle_exit)
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(server.serve(sockets=[listener]))
