"""The page and its parts, as they were built. A part is known by its name in a list: no path is put together here."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from targetexpr.studio.responses import Refused
from targetexpr.studio.studio import Studio

FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""What is served, and as what; the table of the system may say something else."""


def routes(_: Studio) -> list[BaseRoute]:
    """The page at `/`, what it is made of under `/static/`."""
    files = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.suffix in _TYPES}

    async def page(request: Request) -> Response:
        return _answer(request, files["index.html"])

    async def part(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            raise Refused(404, "The page has no such part.")
        return _answer(request, path)

    return [Route("/", page), Route("/static/{name:path}", part)]


def _answer(request: Request, path: Path) -> Response:
    """A file, or that the browser has it already: it asks each time, and the hash tells."""
    status = path.stat()
    content, tag = _content(path, status.st_mtime_ns, status.st_size)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_TYPES[path.suffix])


@lru_cache(maxsize=64)
def _content(path: Path, _written: int, _size: int) -> tuple[bytes, str]:
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
