"""The studio as an application: every family of routes, behind the guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from targetexpr.studio import language, session, static_files
from targetexpr.studio.guard import Guard
from targetexpr.studio.responses import Refused, failed, refused, unanswerable
from targetexpr.studio.studio import Studio

_FAMILIES = (static_files, session, language)


def create_app(studio: Studio, token: str, port: int) -> Guard:
    """The application that answers who shows the token, at this port of this machine."""
    routes = [route for family in _FAMILIES for route in family.routes(studio)]
    handlers = {Refused: refused, HTTPException: unanswerable, Exception: failed}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), token, port)
