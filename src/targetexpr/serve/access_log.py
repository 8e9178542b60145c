"""The server's log on standard error: a line for each request, and what the libraries have to say."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias, assert_never

from starlette.types import Scope

from targetexpr.serve.settings import LogStyle

USER = "targetexpr.user"
"""Where the user's name stands in the scope of a request; None of one that the server does not know."""

RequestLog: TypeAlias = Callable[[Scope, int, int, float], None]
"""Writes down a request: its scope, the status and the bytes of the answer, and the seconds it took."""

MessageLog: TypeAlias = Callable[[str, str, str | None], None]
"""Writes down a level, a message and perhaps a stack trace."""


def request_log(style: LogStyle) -> RequestLog:
    """One line for each request, or none."""
    match style:
        case "json":
            return _request_as_json
        case "text":
            return _request_as_text
        case "none":
            return lambda *_: None
        case _:
            assert_never(style)


def message_log(style: LogStyle) -> MessageLog:
    """What is written down of messages; with `none` only errors are, as text."""
    if style == "json":
        return _message_as_json

    def as_text(level: str, message: str, trace: str | None) -> None:
        if style == "text" or level != "warning":
            _write(f"{_now()} {level} {escaped(message)}" + (f"\n{trace}" if trace else ""))

    return as_text


def escaped(path: str) -> str:
    """A client's words as logs have them: inside a JSON string they neither break a line nor colour the terminal."""
    return json.dumps(path)[1:-1]


def _request_as_json(scope: Scope, status: int, size: int, seconds: float) -> None:
    entry: dict[str, Any] = {
        "time": _now(),
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(seconds * 1000, 2),
        "user": scope.get(USER),
        "bytes": size,
    }
    if scope["query_string"]:
        entry["query"] = scope["query_string"].decode("latin-1")
    _write(json.dumps(entry))


def _request_as_text(scope: Scope, status: int, size: int, seconds: float) -> None:
    query = scope["query_string"].decode("latin-1")
    path, user = escaped(scope["path"] + (f"?{query}" if query else "")), scope.get(USER)
    _write(f"{_now()} {scope['method']} {path} {status} {seconds * 1000:.1f}ms {user} {size}B")


def _message_as_json(level: str, message: str, trace: str | None) -> None:
    entry = {"time": _now(), "level": level, "message": message}
    _write(json.dumps(entry if trace is None else entry | {"trace": trace}))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(line: str) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # nobody reads the log any more, which is no reason not to answer
