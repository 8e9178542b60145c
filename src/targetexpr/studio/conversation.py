"""One page's conversation with a language server of its own, which ends with the socket and with nothing else."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from targetexpr import __version__
from targetexpr.lsp.features import add_features
from targetexpr.lsp.server import RuleServer
from targetexpr.studio.studio import Studio

_NORMAL = 1000


async def converse(socket: WebSocket, studio: Studio) -> None:
    """Answers one page until it goes."""
    server = RuleServer(__version__, studio.given(studio.schemas[0]))
    add_features(server)
    server.ours.has_headers = False
    writer = _Writer()
    server.protocol.set_writer(writer)
    sending = asyncio.create_task(_send(socket, writer))
    try:
        await _receive(socket, server)
    finally:
        server.ours.give_up()
        server.stop()
        writer.close()
        await sending


async def _receive(socket: WebSocket, server: RuleServer) -> None:
    while True:
        try:
            text = await socket.receive_text()
        except (WebSocketDisconnect, KeyError):  # a message of bytes is not of this protocol
            return
        try:
            server.ours.take(text.encode())
        except SystemExit:
            return  # how pygls ends when the client says `exit`: the socket ends, not the process


class _Writer:
    """What is to be sent, in the order that it is told."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue()

    def write(self, data: bytes) -> None:
        """Sends some time soon."""
        self.waiting.put_nowait(data)

    def close(self) -> None:
        """Ends when all is sent."""
        self.waiting.put_nowait(None)


async def _send(socket: WebSocket, writer: _Writer) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # a page that was closed waits for no answer
        while (data := await writer.waiting.get()) is not None:
            await socket.send_text(data.decode())
        await socket.close(_NORMAL)
