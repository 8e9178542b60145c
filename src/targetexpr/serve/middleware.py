"""What stands before every route: the access log, credentials, the size and type of bodies, and a last resort.

Plain ASGI, one layer: bodies are read here, so that handlers are ordinary functions in the thread pool.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from targetexpr.serve.access_log import USER, escaped, request_log
from targetexpr.serve.envelope import error_response
from targetexpr.serve.response_headers import with_ours
from targetexpr.serve.settings import Credential, Options, is_loopback, is_meant_for

JSON_TYPE = "application/json"
LINES_TYPES = ("application/x-ndjson", "application/jsonl")

BODY = "targetexpr.body"
IS_LINES = "targetexpr.lines"
"""Where handlers find the body in the scope, and whether it was sent as JSON Lines."""

SLOWEST = 1024
"""Bytes that come in a second when a body takes longer than the patience of the server."""

HELD = 4
"""How many bodies of the largest size are held at once, whole or in part."""

ANONYMOUS = "sandbox"
"""Who acts where nobody need say who they are."""

_LOG = logging.getLogger("targetexpr.serve")


class RequestGuard:
    """Lets requests through that may be answered, and writes down what became of all of them.

    `open_paths` are answered without credentials; `lines_paths` take JSON Lines too, and larger bodies than others.
    """

    def __init__(
        self, app: ASGIApp, options: Options, open_paths: Collection[str], lines_paths: Collection[str]
    ) -> None:
        self.app = app
        self.options = options
        self.open_paths = open_paths
        self.lines_paths = lines_paths
        self.log = request_log(options.log)
        self._working = 0  # requests that are being answered, or wait for a thread
        self._held = 0  # bytes of bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = _Answer(send, is_head=scope["method"] == "HEAD")
        request = {**scope, "method": "GET"} if answer.is_head else scope
        try:
            await self._answer(request, receive, answer)
        except asyncio.CancelledError:  # the time for open requests is over
            message = "The sandbox was stopped before this was answered. What was written is there as a whole or not."
            response = error_response(503, "stopping", message, {"Connection": "close"})
            await answer.unless_begun(response, request, receive)
        except Exception:
            # A defect of ours. The client gets a clear answer, the server's log gets the trace.
            _LOG.exception("%s %s failed", scope["method"], escaped(scope["path"]))
            message = "The sandbox failed; its log has the details. Please report it."
            await answer.unless_begun(error_response(500, "internal-error", message), request, receive)
        finally:
            scope[USER] = request.get(USER)
            self.log(scope, answer.status, answer.size, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[USER] = None if self.options.credential is not None else ANONYMOUS
        response = (
            _check_length(scope)
            or self._check_host(scope)
            or _check_origin(scope)
            or self._check_credentials(scope)
            or self._check_type(scope)
        )
        if response is not None:
            await response(scope, receive, send)
            return
        reading = _Reading()
        try:
            response = await self._read_body(scope, receive, reading) or self._check_load()
            if response is not None:
                await response(scope, receive, send)
                return
            self._working += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._working -= 1
        except ConnectionError:
            return  # the client went away in the middle of its body: nobody waits for an answer
        finally:
            self._held -= reading.size

    def _check_load(self) -> Response | None:
        """Refuses what more would only wait in line behind others."""
        most = self.options.limit_concurrency
        return None if self._working < most else _busy(f"{most:,} requests are being answered")

    def _check_host(self, scope: Scope) -> Response | None:
        """Refuses requests for other hosts where only this machine is served: their name was made to lead here."""
        host, asked = self.options.host, _header(scope, b"host")
        if host is None or not is_loopback(host) or asked is None or is_meant_for(host, asked):
            return None
        message = f"The sandbox on {host} does not answer requests for {asked[:100]!r}."
        return error_response(403, "foreign-host", message, hint="Ask for 127.0.0.1, localhost or what --host says.")

    def _check_credentials(self, scope: Scope) -> Response | None:
        expected = self.options.credential
        if expected is None or scope["path"] in self.open_paths:
            return None
        given = _basic_credentials(_header(scope, b"authorization"))
        if given is not None and _is_same(given, expected):
            scope[USER] = expected.name
            return None
        message = "Basic authentication with the user of the sandbox is needed."
        challenge = {"WWW-Authenticate": 'Basic realm="targetexpr", charset="UTF-8"'}
        return error_response(401, "credentials", message, challenge)

    def _check_type(self, scope: Scope) -> Response | None:
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return None
        encoding = _header(scope, b"content-encoding")
        if encoding is not None and encoding.strip().lower() not in ("", "identity"):
            message = f"The body is read as it is, without a Content-Encoding; this one is {encoding[:100]!r}."
            return error_response(415, "content-encoding", message, {"Accept-Encoding": "identity"})
        given = _header(scope, b"content-type")
        if given is None:
            return None  # nothing is claimed; the body is read as JSON
        kind = given.partition(";")[0].strip().lower()
        allowed = (JSON_TYPE, *LINES_TYPES) if scope["path"] in self.lines_paths else (JSON_TYPE,)
        charset = given.lower().partition("charset=")[2].strip(' "')
        if kind in allowed and charset in ("", "utf-8", "utf8"):
            scope[IS_LINES] = kind in LINES_TYPES
            return None
        message = f"The body is read as {' or '.join(allowed)} in UTF-8, not as {given[:100]!r}."
        return error_response(415, "content-type", message, hint="curl sends JSON with --json.")

    async def _read_body(self, scope: Scope, receive: Receive, reading: _Reading) -> Response | None:
        """Reads the body, no more of it than is allowed, and for no longer than its size is worth."""
        limit = self.options.most_records if scope["path"] in self.lines_paths else self.options.most_body
        stated = _header(scope, b"content-length")
        too_large = stated is not None and stated.isdecimal() and int(stated[:20]) > limit
        patience, begun = self.options.patience, time.monotonic()
        parts: list[bytes] = []
        while not too_large:
            left = begun + patience + reading.size / SLOWEST - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, min(patience, left))):
                    message = await receive()
            except TimeoutError:
                stalled = (
                    f"Nothing more of the body came for {patience:g} seconds, or less than {SLOWEST:,} bytes each."
                )
                return error_response(408, "body-timeout", stalled, {"Connection": "close"})
            if message["type"] != "http.request":
                raise ConnectionError
            parts.append(message.get("body", b""))
            reading.size += len(parts[-1])
            self._held += len(parts[-1])
            too_large = reading.size > limit
            if self._held > self.options.most_records * HELD and self._held > reading.size:
                return _busy("the bodies of requests that are being answered are too large together")
            if not message.get("more_body", False):
                break
        if too_large:
            text = f"The body is larger than the {limit:,} bytes that are read here."
            return error_response(413, "body-too-large", text, {"Connection": "close"})
        scope[BODY] = b"".join(parts)
        return None


@dataclass(slots=True)
class _Reading:
    """How much of a body was read."""

    size: int = 0


class _Answer:
    """Sends an answer, seeing what is sent. That to HEAD is the one to GET without its body."""

    def __init__(self, send: Send, *, is_head: bool) -> None:
        self.is_head = is_head
        self.status = 0
        self.size = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": with_ours(message["headers"])}
        elif message["type"] == "http.response.body":
            if self.is_head:
                message = {**message, "body": b""}
            self.size += len(message.get("body", b""))
        await self._send(message)

    async def unless_begun(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Sends a response if no other has begun."""
        if not self.status:
            await response(scope, receive, self)


def _busy(why: str) -> Response:
    message = f"The sandbox is busy: {why}. Nothing of this request was done."
    return error_response(503, "busy", message, {"Retry-After": "1", "Connection": "close"})


def _check_length(scope: Scope) -> Response | None:
    """Refuses a body whose end could be read in two ways: what one server takes for it is a request to another."""
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" not in names or (b"content-length" not in names and scope.get("http_version") != "1.0"):
        return None
    message = "Content-Length and Transfer-Encoding do not go together, nor does the latter with HTTP/1.0."
    return error_response(400, "ambiguous-length", message, {"Connection": "close"})


def _check_origin(scope: Scope) -> Response | None:
    """Refuses what a page of another site sends from a browser on this machine: it could empty the sandbox."""
    origin = _header(scope, b"origin")
    if origin is None or origin.partition("://")[2] == _header(scope, b"host"):
        return None
    return error_response(403, "cross-origin", f"Requests of pages from {origin[:100]} are not answered.")


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def _basic_credentials(header: str | None) -> tuple[bytes, bytes] | None:
    """The name and password of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def _is_same(given: tuple[bytes, bytes], expected: Credential) -> bool:
    """Compared in a time that tells nothing, both of them always."""
    name = hmac.compare_digest(given[0], expected.name.encode())
    return hmac.compare_digest(given[1], expected.password.encode()) and name
