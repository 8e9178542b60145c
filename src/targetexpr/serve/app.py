"""The application: operations as routes, what becomes of refusals, the documents; `create_app` makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from targetexpr.serve.access_log import USER
from targetexpr.serve.deadline import DeadlineError, within
from targetexpr.serve.docs_page import POLICY_OF_PAGE, page
from targetexpr.serve.envelope import error_response, json_response, refusal_response, store_error_response
from targetexpr.serve.errors import Refusal, refusal_of_payload
from targetexpr.serve.middleware import RequestGuard
from targetexpr.serve.openapi import document, route_arguments
from targetexpr.serve.operation import Operation
from targetexpr.serve.operations import OPERATIONS
from targetexpr.serve.progress import NotEvaluated
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store
from targetexpr.serve.store_errors import StoreError
from targetexpr.targets.model.envelope import PayloadError

DOCUMENT_PATH, PAGE_PATH = "/openapi.json", "/docs"


def create_app(options: Options | None = None, store: Store | None = None) -> FastAPI:
    """A sandbox as an ASGI application; in memory and without credentials unless the options say otherwise.

    Raises StoreError for a database that cannot be used. The store is `app.state.store`; whoever runs the
    application closes it.
    """
    options = options or Options()
    # The documents are served by us: they must work without a network.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.store = store if store is not None else Store(options.database)
    for operation in OPERATIONS:
        for path in operation.paths:
            app.add_api_route(path, _endpoint(operation, options.deadline), **route_arguments(operation))
    _add_error_handlers(app)
    _add_documents(app, options)
    app.add_middleware(
        RequestGuard,
        options=options,
        # Without credentials, on every address: none of it shows anything that is kept.
        open_paths=(DOCUMENT_PATH, PAGE_PATH, *_paths(lambda operation: operation.is_open)),
        lines_paths=_paths(lambda operation: operation.body is not None and operation.body.lines),
    )
    return app


def _endpoint(operation: Operation, deadline: float) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        with within(deadline):
            return operation.answer_to(request)

    return endpoint


def _paths(chosen: Callable[[Operation], bool]) -> list[str]:
    return [path for operation in OPERATIONS if chosen(operation) for path in operation.paths]


def _add_error_handlers(app: FastAPI) -> None:
    async def on_refusal(_request: Request, error: Any) -> Response:
        return refusal_response(error)

    async def on_payload(_request: Request, error: Any) -> Response:
        return refusal_response(refusal_of_payload(error))

    async def on_store(request: Request, error: Any) -> Response:
        return store_error_response(error, is_known_user=request.scope[USER] is not None)

    async def on_evaluation(_request: Request, error: Any) -> Response:
        return refusal_response(Refusal([error.diagnostic]))

    async def on_deadline(_request: Request, error: Any) -> Response:
        hint = "Ask for less, or start the sandbox with a longer --deadline."
        return error_response(503, "deadline", str(error), hint=hint)

    async def on_http(request: Request, error: Any) -> Response:
        path = request.scope["path"][:200]
        if error.status_code == 404:
            message = f"There is nothing at {path}; {PAGE_PATH} lists what there is."
            return error_response(404, "no-such-path", message)
        if error.status_code == 405:
            allowed = ", ".join(_methods(app, request.scope))
            message = f"{request.method} is not an operation of {path}; expected one of {allowed}."
            return error_response(405, "method", message, {"Allow": allowed})
        return error_response(error.status_code, "http", str(error.detail), dict(error.headers or {}))

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(PayloadError, on_payload)
    app.add_exception_handler(StoreError, on_store)
    app.add_exception_handler(NotEvaluated, on_evaluation)
    app.add_exception_handler(DeadlineError, on_deadline)
    app.add_exception_handler(HTTPException, on_http)


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """Every method of a path. The framework knows those of the first route only."""
    found: set[str] = set()
    for route in app.router.routes:
        if route.matches(scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)


def _add_documents(app: FastAPI, options: Options) -> None:
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(document(app, secured=options.credential is not None))
        return made

    def read_document(_request: Request) -> Response:
        return json_response(openapi())

    def read_page(_request: Request) -> Response:
        return HTMLResponse(page(openapi()), headers={"Content-Security-Policy": POLICY_OF_PAGE})

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route(DOCUMENT_PATH, read_document, include_in_schema=False)
    app.add_route(PAGE_PATH, read_page, include_in_schema=False)
