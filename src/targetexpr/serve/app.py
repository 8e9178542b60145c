"""The application: routes, what becomes of refusals, the documents. `create_app` is all that others need."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from targetexpr.serve import routes_sandbox, routes_v3
from targetexpr.serve.envelope import plain, problem, refused, unavailable
from targetexpr.serve.errors import Refusal, of_payload
from targetexpr.serve.middleware import USER, RequestGuard
from targetexpr.serve.openapi import document
from targetexpr.serve.progress import NotEvaluated
from targetexpr.serve.reading import check_query
from targetexpr.serve.settings import Options
from targetexpr.serve.store import Store, StoreError
from targetexpr.targets.model.envelope import PayloadError


def create_app(options: Options | None = None, store: Store | None = None) -> FastAPI:
    """A sandbox as an ASGI application; in memory and without credentials unless the options say otherwise.

    Raises StoreError for a database that cannot be used. The store is `app.state.store`; whoever runs the
    application closes it.
    """
    options = options or Options()
    # The documents are served by us: they must work without a network.
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.store = store if store is not None else Store(options.database)
    for router in (routes_v3.router, routes_sandbox.router):
        app.include_router(router, dependencies=[Depends(_known_parameters)])
    _add_handlers(app)
    _add_documents(app, options)
    app.add_middleware(RequestGuard, options=options)
    return app


async def _known_parameters(request: Request) -> None:
    """Before every operation: its query holds what the operation describes, and nothing else."""
    if request.query_params:
        described = (request.scope["route"].openapi_extra or {}).get("parameters", ())
        check_query([name for name, _ in request.query_params.multi_items()], [one["name"] for one in described])


def _add_handlers(app: FastAPI) -> None:
    async def on_refusal(_request: Request, error: Any) -> Response:
        return refused(error)

    async def on_payload(_request: Request, error: Any) -> Response:
        return refused(of_payload(error))

    async def on_store(request: Request, error: Any) -> Response:
        return unavailable(error, named=request.scope[USER] is not None)

    async def on_evaluation(_request: Request, error: Any) -> Response:
        return refused(Refusal([error.problem()]))

    async def on_http(request: Request, error: Any) -> Response:
        path = request.scope["path"][:200]
        if error.status_code == 404:
            return problem(404, "no-such-path", f"There is nothing at {path}; /docs lists what there is.")
        if error.status_code == 405:
            allowed = ", ".join(_methods(app, request.scope))
            said = f"{request.method} is no operation of {path}; there are: {allowed}."
            return problem(405, "method", said, {"Allow": allowed})
        return problem(error.status_code, "http", str(error.detail), dict(error.headers or {}))

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(PayloadError, on_payload)
    app.add_exception_handler(StoreError, on_store)
    app.add_exception_handler(NotEvaluated, on_evaluation)
    app.add_exception_handler(HTTPException, on_http)


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """Every method of a path. The framework knows those of the first route only."""
    found: set[str] = set()
    for route in (*routes_v3.router.routes, *routes_sandbox.router.routes, *app.router.routes):
        if route.matches(scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return sorted(found)


def _add_documents(app: FastAPI, options: Options) -> None:
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(document(app, secured=options.credential is not None))
        return made

    def read_openapi() -> Response:
        return plain(openapi())

    def read_docs() -> Response:
        from targetexpr.serve.docs_page import page

        return HTMLResponse(page(openapi()))

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_route("/openapi.json", _route(read_openapi), include_in_schema=False)
    app.add_route("/docs", _route(read_docs), include_in_schema=False)


def _route(make: Any) -> Any:
    """A plain route for a function without arguments; it runs in the thread pool."""

    def route(_request: Request) -> Response:
        found: Response = make()
        return found

    return route
