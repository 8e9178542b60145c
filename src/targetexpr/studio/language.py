"""The socket of the language server. What it takes to answer is loaded while the browser opens the page."""

from __future__ import annotations

import asyncio

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from targetexpr.studio.guard import SUBPROTOCOL
from targetexpr.studio.studio import Studio

_MOST_SOCKETS = 16  # of a page that opens one after the other
_TRY_LATER = 1013


def warm_up() -> None:
    """Loads the language server: hundreds of types, which take longer than all else at the start."""
    import targetexpr.studio.conversation  # noqa: F401


def routes(studio: Studio) -> list[BaseRoute]:
    """The socket `/lsp`."""
    open_sockets: set[WebSocket] = set()

    async def language(socket: WebSocket) -> None:
        await socket.accept(subprotocol=SUBPROTOCOL)
        if len(open_sockets) >= _MOST_SOCKETS:
            await socket.close(_TRY_LATER, "The studio is open in too many windows; close some of them.")
            return
        open_sockets.add(socket)
        try:
            await asyncio.to_thread(warm_up)
            from targetexpr.studio.conversation import converse

            await converse(socket, studio)
        finally:
            open_sockets.discard(socket)

    return [WebSocketRoute("/lsp", language)]
