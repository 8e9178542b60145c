"""HTTP over one connection: uvicorn's protocol with our refusals, and with an end to what keeps it waiting.

Always h11's: one reader of requests, whose strictness the tests know, whatever else is installed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from time import monotonic
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from targetexpr.serve.connections import Connections, Stage
from targetexpr.serve.envelope import error_response
from targetexpr.serve.response_headers import ALWAYS
from targetexpr.serve.settings import Options


class ServerConfig(uvicorn.Config):
    """uvicorn's configuration, and what our protocol needs beside it."""

    def __init__(self, app: Any, options: Options, connections: Connections, **more: Any) -> None:
        super().__init__(app, http=HttpProtocol, **more)
        self.options = options
        self.connections = connections


def whole_answer(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> bytes:
    """A refusal of a connection as it is sent, for those that no application answers."""
    answer = error_response(status, code, message, {"Connection": "close", **(headers or {})})
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    lines = [head, *(b": ".join(header) for header in (*answer.raw_headers, *ALWAYS)), b"", b""]
    return b"\r\n".join(lines) + bytes(answer.body)


class HttpProtocol(H11Protocol):
    """One connection. It has so long for the head of a request, and so long to take what it asked for."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        config = cast(ServerConfig, self.config)
        self._options = config.options
        self._all = config.connections
        self._answered = False
        self._since = monotonic()
        self._head_since: float | None = self._since  # a head is due
        self._full_since: float | None = None  # nothing is taken of what is sent

    @property
    def stage(self) -> Stage:
        """How far the connection is."""
        if self._is_asked:
            return Stage.SENDING if self.cycle.more_body else Stage.WORKING
        return Stage.IDLE if self._answered else Stage.SILENT

    @property
    def since(self) -> float:
        """When it was opened, or answered last."""
        return self._since

    @property
    def _is_asked(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._all.begun(transport.get_extra_info("peername"), self)

    def data_received(self, data: bytes) -> None:
        """Something came. Whoever was answered and goes on sending owes a head, or what is left of a body."""
        if not self._is_asked and self._head_since is None:
            self._head_since = monotonic()
        super().data_received(data)
        if self._is_asked:
            self._head_since = None

    def on_response_complete(self) -> None:
        """An answer is complete, and perhaps the next request is there already."""
        self._answered = True
        self._since = monotonic()
        super().on_response_complete()
        if not self._is_asked and self._head_since is None and self.conn.trailing_data[0]:
            self._head_since = self._since

    def pause_writing(self) -> None:
        """The client takes nothing."""
        super().pause_writing()
        self._full_since = monotonic()

    def resume_writing(self) -> None:
        """It takes something again."""
        super().resume_writing()
        self._full_since = None

    def is_overdue(self, now: float) -> bool:
        """Whether it let the server wait for too long."""
        head, full, options = self._head_since, self._full_since, self._options
        return (head is not None and now - head > options.header_timeout) or (
            full is not None and now - full > options.patience
        )

    def give_up(self) -> None:
        """Ends it: whoever has begun a request is told why."""
        self.logger.warning("A client was given up: it let the sandbox wait for a request, or took no answer.")
        if self._full_since is not None:
            self.abort()
        elif self.conn.trailing_data[0] and not self._is_asked:
            message = f"The head of a request has to come within {self._options.header_timeout:g} seconds."
            self._refuse(whole_answer(408, "header-timeout", message))
        else:
            self.transport.close()

    def abort(self) -> None:
        """Ends it at once."""
        self.transport.abort()

    def is_closing(self) -> bool:
        """Whether it ends once the client has taken what is left."""
        return self.transport.is_closing()

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for another protocol is answered in this one, which is nothing to be warned of."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - there is only one such message
        """What is not HTTP is refused in the envelope of every other refusal."""
        message = "Not a valid HTTP/1.1 request."
        self._refuse(whole_answer(400, "not-http", message))

    def _refuse(self, answer: bytes) -> None:
        self._head_since = None
        self.transport.write(answer)
        self.transport.close()
