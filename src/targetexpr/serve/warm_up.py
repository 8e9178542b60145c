"""What requests need is loaded before the first of them: with no file descriptor left nothing could be."""

from __future__ import annotations

import linecache
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from targetexpr.front import analyze
from targetexpr.running.coercion import DataError, time_zone
from targetexpr.serve.app import create_app

ROOMS = ("base", "lang", "syntax", "checking", "running", "records", "targets", "serve")
"""Where modules are that others import when they need them: messages, fixes, explanations."""

FOR_OTHERS = ("targetexpr.targets.scale.", "targetexpr.serve.pytest_plugin")
"""What no request needs: tables of any size, with libraries that need not be there, and fixtures for tests."""

MODULES = ("targetexpr.rule", "encodings.utf_8_sig")


async def warm_up(app: FastAPI) -> None:
    """Imports and reads everything that any request may need, but for time zones, and begins with threads."""
    for room in ROOMS:
        package = import_module(f"targetexpr.{room}")
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(FOR_OTHERS):
                import_module(found.name)
    for name in MODULES:
        import_module(name)
    for rule in ("currentTxn.value>", "currentTxn.valeu>5"):
        _ = analyze(rule).diagnostics  # reads what mistakes are called, and the bundled schema
    with suppress(ValueError, DataError):
        time_zone("Europe/Nowhere")  # the library of zones looks for data in a package
    app.openapi()
    linecache.getlines(create_app.__code__.co_filename)  # where the framework looks for the endpoints of routes
    await run_in_threadpool(lambda: None)
