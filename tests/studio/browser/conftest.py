"""The page in a real browser, the studio in a process of its own. Each test must end without an error on the console
and without a request that leaves this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)

from tests.studio.processes import Process, studio

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LOOPBACK = {"127.0.0.1", "localhost"}
PATIENCE = 30_000  # milliseconds until something that never comes is given up


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests. Names lead to this machine, so that none is looked up elsewhere."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.test 127.0.0.1"]
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Process]:
    """A studio for the tests of a file. Its saved work is theirs together: a test says what it begins with."""
    with studio() as started:
        yield started


class Watch:
    """What a page may not do, as it happens."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.allowed: list[str] = []  # parts of errors that a test expects

    def over(self, page: Page) -> None:
        """Watches a page."""
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("websocket", self._socket)

    def expect(self, part: str) -> None:
        """An error with this in it is meant to happen."""
        self.allowed.append(part)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _request(self, request: Request) -> None:
        self._to(request.url)

    def _socket(self, socket: WebSocket) -> None:
        self._to(socket.url)

    def _to(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in LOOPBACK:
            self.errors.append(f"request: {url}")

    @property
    def unexpected(self) -> list[str]:
        """What no test expected."""
        return [error for error in self.errors if not any(part in error for part in self.allowed)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Sees all pages of a test; at its end nothing may have gone wrong on them."""
    watching = Watch()
    yield watching
    assert watching.unexpected == []


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Makes a page that is watched: a profile of its own, and what Playwright takes for one (`viewport`, …)."""
    contexts: list[BrowserContext] = []

    def make(**settings: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **settings})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        return page

    yield make
    before = list(watch.errors)
    for context in contexts:
        context.close()
    watch.errors[:] = before  # a socket that is still being opened complains that its page goes


@pytest.fixture
def page(new_page: Callable[..., Page], running: Process) -> Page:
    """The studio's page, opened at the printed address."""
    made = new_page()
    made.goto(running.address)
    return made
