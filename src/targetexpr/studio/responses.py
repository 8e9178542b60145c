"""What routes answer with, and how they read what the page sends: JSON, whole or refused with a sentence."""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MOST_MESSAGE = 8_000_000  # bytes of a request that is no upload


class Refused(Exception):
    """A request that is not done: its status, a sentence for the page, and more where there is more to say."""

    def __init__(self, status: int, message: str, **detail: object) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail


def answer(value: object, status: int = 200) -> Response:
    """A value as JSON."""
    return JSONResponse(value, status)


async def refused(_: Request, error: Exception) -> Response:
    """The answer to a request that is refused."""
    assert isinstance(error, Refused)
    return answer({"error": error.message, **error.detail}, error.status)


async def gone(_: Request, __: Exception) -> Response:
    """No answer: the page went while it was sending, as when an upload is cancelled."""
    return Response(status_code=400)


async def unanswerable(request: Request, error: Exception) -> Response:
    """The answer where there is no such route, or no such method."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        message = "There is nothing at this address; the page is at `/`."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"`{request.method}` is not answered here; expected {_methods(error)}."
    else:
        message = str(error.detail)
    return JSONResponse({"error": message}, error.status_code, error.headers)


def _methods(error: HTTPException) -> str:
    """What is answered there: "GET or PUT"."""
    named = sorted({one.strip() for one in (error.headers or {}).get("Allow", "").split(",")} - {"HEAD"})
    return " or ".join(f"`{name}`" for name in named)


async def failed(_: Request, __: Exception) -> Response:
    """The answer where the studio itself has a fault. What it is stands in the terminal."""
    message = "The studio could not answer because of a fault of its own; the terminal shows it. Please report it."
    return answer({"error": message}, 500)


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request. Raises Refused for more bytes than it may have, without reading all of them."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


async def json_of(request: Request, most: int = MOST_MESSAGE) -> dict[str, object]:
    """The JSON object of a request. Raises Refused where it has another body."""
    check_json(request)
    try:
        value = json.loads(await body_of(request, most))
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"Not valid JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Refused(400, "Expected a JSON object.")
    return value


def check_json(request: Request) -> None:
    """Raises Refused for a request that does not say that it is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "Expected JSON; send it with `Content-Type: application/json`.")


def _too_large(most: int) -> Refused:
    return Refused(413, f"The request is larger than {most:,} bytes, which is the most that is read here.")
