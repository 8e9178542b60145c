"""What stands before every route: the access log, credentials, the size and type of bodies, and a last resort.

JsonValue ASGI, one layer: bodies are read here, so that routes are ordinary functions in the thread pool.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from targetexpr.serve.envelope import problem
from targetexpr.serve.settings import Credential, LogStyle, Options, is_loopback, is_meant_for

OPEN_PATHS = ("/docs", "/openapi.json", "/sandbox/health")
"""What is answered without credentials, on every address: none of it shows anything that is kept."""

FEED_PATH = "/sandbox/records"
JSON_TYPES = ("application/json",)
LINES_TYPES = ("application/x-ndjson", "application/jsonl")
FEED_TYPES = (*JSON_TYPES, *LINES_TYPES)

BODY = "targetexpr.body"
USER = "targetexpr.user"
"""Where routes find the body and the user's name in the scope."""

ANONYMOUS = "sandbox"
"""Who acts where nobody need say who they are."""

_LOG = logging.getLogger("targetexpr.serve")


class RequestGuard:
    """Lets requests through that may be answered, and writes down what became of all of them."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self.app = app
        self.options = options
        self.log = _log_writer(options.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        seen = {"status": 0, "bytes": 0}
        only_head = scope["method"] == "HEAD"  # is what GET is, without the body

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            elif message["type"] == "http.response.body":
                if only_head:
                    message = {**message, "body": b""}
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        asked = {**scope, "method": "GET"} if only_head else scope
        try:
            await self._answer(asked, receive, watched)
        except asyncio.CancelledError:  # the time for open requests is over
            if not seen["status"]:
                said = "The sandbox was stopped before this was answered. What was written is there as a whole or not."
                await problem(503, "stopping", said, {"Connection": "close"})(asked, receive, watched)
        except Exception:
            # A mistake of ours. The client gets a clear answer, the server's log gets the trace.
            _LOG.exception("%s %s failed", scope["method"], _shown(scope["path"]))
            if not seen["status"]:
                said = "The sandbox made a mistake of its own; its log has the details. Please report it."
                await problem(500, "internal-error", said)(asked, receive, watched)
        finally:
            scope[USER] = asked.get(USER)
            self.log(scope, seen["status"], seen["bytes"], time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[USER] = None if self.options.credential is not None else ANONYMOUS
        refusal = self._misdirected(scope) or _foreign(scope) or self._credentials(scope) or self._type(scope)
        if refusal is None:
            try:
                refusal = await self._read(scope, receive)
            except ConnectionError:
                return  # the client went away in the middle of its body: nobody waits for an answer
        await (refusal or self.app)(scope, receive, send)

    def _misdirected(self, scope: Scope) -> Response | None:
        """Refuses requests for other hosts where only this machine is served: their name was made to lead here."""
        host, asked = self.options.host, _header(scope, b"host")
        if host is None or not is_loopback(host) or asked is None or is_meant_for(host, asked):
            return None
        said = f"The sandbox on {host} answers no requests for {asked[:100]!r}."
        return problem(403, "foreign-host", said, hint="Ask for 127.0.0.1, localhost or what --host says.")

    def _credentials(self, scope: Scope) -> Response | None:
        wanted = self.options.credential
        if wanted is None or scope["path"] in OPEN_PATHS:
            return None
        given = _basic(_header(scope, b"authorization"))
        if given is not None and _same(given, wanted):
            scope[USER] = wanted.name
            return None
        said = "Basic authentication with the user of the sandbox is needed."
        return problem(401, "credentials", said, {"WWW-Authenticate": 'Basic realm="targetexpr", charset="UTF-8"'})

    def _type(self, scope: Scope) -> Response | None:
        if scope["method"] not in ("POST", "PUT", "PATCH"):
            return None
        encoding = _header(scope, b"content-encoding")
        if encoding is not None and encoding.strip().lower() not in ("", "identity"):
            said = f"The body is read as it is, without a Content-Encoding; this one is {encoding[:100]!r}."
            return problem(415, "content-encoding", said, {"Accept-Encoding": "identity"})
        given = _header(scope, b"content-type")
        if given is None:
            return None  # nothing is claimed; the body is read as JSON
        kind = given.partition(";")[0].strip().lower()
        allowed = FEED_TYPES if scope["path"] == FEED_PATH else JSON_TYPES
        charset = given.lower().partition("charset=")[2].strip(' "')
        if kind in allowed and charset in ("", "utf-8", "utf8"):
            scope["targetexpr.lines"] = kind != "application/json"
            return None
        said = f"The body is read as {' or '.join(allowed)} in UTF-8, not as {given[:100]!r}."
        return problem(415, "content-type", said, hint="curl sends JSON with --json.")

    async def _read(self, scope: Scope, receive: Receive) -> Response | None:
        """Reads the body, no more of it than is allowed."""
        most = self.options.most_records if scope["path"] == FEED_PATH else self.options.most_body
        stated = _header(scope, b"content-length")
        too_large = stated is not None and stated.isdecimal() and int(stated[:20]) > most
        parts: list[bytes] = []
        size = 0
        while not too_large:
            try:
                async with asyncio.timeout(self.options.patience):
                    message = await receive()
            except TimeoutError:
                said = f"Nothing more of the body came for {self.options.patience:g} seconds."
                return problem(408, "body-timeout", said, {"Connection": "close"})
            if message["type"] != "http.request":
                raise ConnectionError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            too_large = size > most
            if not message.get("more_body", False):
                break
        if too_large:
            said = f"The body is larger than the {most:,} bytes that are read here."
            return problem(413, "body-too-large", said, {"Connection": "close"})
        scope[BODY] = b"".join(parts)
        return None


def _foreign(scope: Scope) -> Response | None:
    """Refuses what a page of another site sends from a browser on this machine: it could empty the sandbox."""
    origin = _header(scope, b"origin")
    if origin is None or origin.partition("://")[2] == _header(scope, b"host"):
        return None
    return problem(403, "cross-origin", f"Requests of pages from {origin[:100]} are not answered.")


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def _basic(header: str | None) -> tuple[bytes, bytes] | None:
    """The name and password of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def _same(given: tuple[bytes, bytes], wanted: Credential) -> bool:
    """Compared in a time that tells nothing, both of them always."""
    name = hmac.compare_digest(given[0], wanted.name.encode())
    return hmac.compare_digest(given[1], wanted.password.encode()) and name


LogWriter = Callable[[Scope, int, int, float], None]


def _log_writer(style: LogStyle) -> LogWriter:
    """One line on standard error for each request."""

    def silent(_scope: Scope, _status: int, _size: int, _took: float) -> None:
        return

    def as_json(scope: Scope, status: int, size: int, took: float) -> None:
        entry = {
            "time": _time(),
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(took * 1000, 2),
            "user": scope.get(USER),
            "bytes": size,
        }
        if scope["query_string"]:
            entry["query"] = scope["query_string"].decode("latin-1")
        _write(json.dumps(entry))

    def as_text(scope: Scope, status: int, size: int, took: float) -> None:
        query = scope["query_string"].decode("latin-1")
        path, user = _shown(scope["path"] + (f"?{query}" if query else "")), scope.get(USER)
        _write(f"{_time()} {scope['method']} {path} {status} {took * 1000:.1f}ms {user} {size}B")

    return {"json": as_json, "text": as_text, "none": silent}[style]


def log_words(style: LogStyle) -> Callable[[str, str, str | None], None]:
    """What is written down of a level, a message and perhaps a trace; with `none` only faults are, as text."""

    def as_json(level: str, message: str, trace: str | None) -> None:
        entry = {"time": _time(), "level": level, "message": message}
        _write(json.dumps(entry if trace is None else entry | {"trace": trace}))

    def as_text(level: str, message: str, trace: str | None) -> None:
        if style == "text" or level != "warning":
            _write(f"{_time()} {level} {_shown(message)}" + (f"\n{trace}" if trace else ""))

    return as_json if style == "json" else as_text


def _shown(path: str) -> str:
    """A path as logs have it: it is the client's, and as JSON it can neither break a line nor colour the terminal."""
    return json.dumps(path)[1:-1]


def _time() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(line: str) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # nobody reads the log any more, which is no reason not to answer
