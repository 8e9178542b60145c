"""What stands before the studio's routes. No cookie: nothing that a browser adds by itself opens anything.

The address on the terminal carries the token behind `#`, which browsers never send. The page takes it from there and
shows it with every call: in `Authorization`, and for the socket as a subprotocol. Besides it, Host and Origin must be
the studio's own, so that no name that leads here and no page of another server gets an answer.
"""

from __future__ import annotations

import hmac
import json
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SUBPROTOCOL = "targetexpr"
_SHOWN = "token."  # begins the subprotocol that shows the token

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Refusal(NamedTuple):
    """Why a request is not let in."""

    status: int
    message: str


class Guard:
    """Lets in what the studio's own page asks, and the page itself."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._place = f"{LOOPBACK[0]}:{port}"
        self._hosts = {f"{name}:{port}".encode() for name in LOOPBACK}
        if port == 80:  # which browsers leave out
            self._hosts |= {name.encode() for name in LOOPBACK}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or refuses it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if scope["type"] == "websocket":
            if refusal is None:
                await self._app(scope, receive, send)
            else:
                await receive()  # that it is to be opened
                await send({"type": "websocket.close", "code": 1008, "reason": refusal.message})
            return
        sending = _with_headers(scope, send, allowed=refusal is None)
        if refusal is None:
            await self._app(scope, receive, sending)
        else:
            await _answer(scope, refusal, sending)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request or a socket is refused; None where it is let in."""
        host, origin = _header(scope, b"host"), _header(scope, b"origin")
        if host not in self._hosts:  # also a name of another site that was made to lead here
            return Refusal(403, f"The studio answers at {self._place} only; open the address that the terminal shows.")
        if origin is not None and origin != b"http://" + host:
            return Refusal(403, "The studio answers its own page only, no page of another origin.")
        if scope["type"] == "websocket":
            if origin is None:
                return Refusal(
                    403, "The language server is opened by the studio's page; for editors there is `targetexpr lsp`."
                )
            shown = _token_of_socket(_header(scope, b"sec-websocket-protocol"))
        elif _is_open(scope):
            return None
        else:
            shown = _token_of_request(_header(scope, b"authorization"))
        if not hmac.compare_digest(shown, self._token):
            return Refusal(
                401,
                "The token is missing or of an earlier start; open the address that the terminal shows, with what "
                "stands behind `#`.",
            )
        return None


def _is_open(scope: Scope) -> bool:
    """Whether it is the page, a part of it, or the way there: they hold no data, and are what shows the token."""
    path = scope["path"]
    return scope["method"] in ("GET", "HEAD") and (path == "/" or path.startswith(("/static/", "/open/")))


def _header(scope: Scope, name: bytes) -> bytes | None:
    """The value of a header; one that is there twice has a value that nothing equals."""
    found = [value for key, value in scope["headers"] if key == name]
    return None if not found else found[0] if len(found) == 1 else b""


def _token_of_request(authorization: bytes | None) -> bytes:
    scheme, _, token = (authorization or b"").partition(b" ")
    return token.strip() if scheme.lower() == b"bearer" else b""


def _token_of_socket(protocols: bytes | None) -> bytes:
    """The token among the subprotocols; none where the studio's own is not asked for beside it."""
    offered = [one.strip() for one in (protocols or b"").split(b",")]
    shown = [one.removeprefix(_SHOWN.encode()) for one in offered if one.startswith(_SHOWN.encode())]
    return shown[0] if len(shown) == 1 and SUBPROTOCOL.encode() in offered else b""


async def _answer(scope: Scope, refusal: Refusal, send: Send) -> None:
    """The reason, as JSON to programs and as text to a browser that was sent here."""
    is_page = not scope["path"].startswith("/api/")
    body = (refusal.message if is_page else json.dumps({"error": refusal.message})).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8" if is_page else b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),  # what else it sends is not read
    ]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body})


def _with_headers(scope: Scope, send: Send, *, allowed: bool) -> Send:
    """Adds to each answer what the browser may do with it."""
    host = (_header(scope, b"host") or b"").decode("latin-1") if allowed else "127.0.0.1"
    policy = (b"content-security-policy", _POLICY.format(host=host).encode("latin-1"))

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = list(message.get("headers", ()))
            kept = () if any(name == b"cache-control" for name, _ in there) else ((b"cache-control", b"no-store"),)
            message = {**message, "headers": [*there, policy, *_HEADERS, *kept]}
        await send(message)

    return sending
