"""The studio as an application: every family of routes, behind the guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from targetexpr.studio import data_routes, language, record_routes, session, static_files
from targetexpr.studio.guard import Guard
from targetexpr.studio.opening import Opening
from targetexpr.studio.responses import Refused, failed, gone, refused, unanswerable
from targetexpr.studio.studio import Studio

_FAMILIES = (static_files, session, language, data_routes, record_routes)


def create_app(studio: Studio, token: str, port: int, opening: Opening | None = None) -> Guard:
    """The application that answers who shows the token, at this port of this machine."""
    routes = [route for family in _FAMILIES for route in family.routes(studio)]
    if opening is not None:
        routes += opening.routes()
    handlers = {Refused: refused, ClientDisconnect: gone, HTTPException: unanswerable, Exception: failed}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False  # an address is what it is
    return Guard(app, token, port)
