"""How the browser is opened: by an address that is good for one use, since others on the machine see what it is told.

What a program is started with stands in the list of processes for everybody to read, the address of the page as well.
So it is told another one, which leads to the address with the token once.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sys
import webbrowser
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

PATH = "/open/"
_USED = (
    "This address opens the studio once, and was used already. Open the address that the terminal shows. If it was not "
    "you who used it, end the studio with Ctrl-C and start it again."
)


class Opening:
    """An address that leads to the page, once."""

    def __init__(self, token: str) -> None:
        self.path = PATH + secrets.token_urlsafe(32)
        self._token = token
        self._is_used = False

    def routes(self) -> Sequence[BaseRoute]:
        """Where it leads from."""
        return [Route(PATH + "{name}", self._follow, methods=["GET"])]

    async def _follow(self, request: Request) -> Response:
        if request.method != "GET" or not hmac.compare_digest(request.url.path.encode(), self.path.encode()):
            return PlainTextResponse("The page has no such part.\n", 404)
        if self._is_used:
            return PlainTextResponse(_USED + "\n", 403)
        self._is_used = True
        return RedirectResponse(f"/#token={self._token}", 303)


def open_browser(address: str) -> None:
    """Opens the browser, where there is a display: without one the standard library would open one in the terminal."""
    chosen = sys.platform in ("win32", "darwin") or os.environ.get("BROWSER")
    if chosen or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)
