"""What a request is refused for before any operation sees it, and what every answer says to browsers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from targetexpr.serve import users
from targetexpr.serve.settings import Credential, Options
from tests.cli.command import PATIENCE
from tests.serve.conftest import JSON, Client, problems


@pytest.fixture
def guarded() -> Iterator[Client]:
    made = Client(Options(credential=Credential(name="till", password="secret")))
    yield made
    made.close()


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sandbox/health", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
        ("HEAD", "/docs", 200),
        ("GET", "/v3/targetGroups", 401),
        ("GET", "/nowhere", 401),
        ("DELETE", "/docs", 405),
    ],
)
def test_every_answer_says_how_browsers_may_take_it(guarded: Client, method: str, path: str, status: int) -> None:
    answer = guarded.ask(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    assert ("style-src 'sha256-" in policy) == (path == "/docs" and status == 200)
    assert "unsafe" not in policy


def test_the_style_of_the_page_is_what_its_policy_lets_through(client: Client) -> None:
    answer = client.get("/docs")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["content-security-policy"]
    assert "style=" not in answer.text


@pytest.mark.parametrize("length", ["Content-Length", "content-length"])
def test_a_body_with_two_ends_is_refused_first_of_all(guarded: Client, length: str) -> None:
    answer = guarded.ask("POST", "/sandbox/users", headers={length: "0", "Transfer-Encoding": "chunked"})
    assert (answer.status_code, problems(answer)) == (400, [(None, "ambiguous-length", None)])
    assert answer.headers["connection"] == "close"


def test_a_body_that_trickles_is_given_up() -> None:
    with closing(Client(Options(patience=0.2))) as client:

        async def trickle() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.02)

        answer = client.ask("POST", "/sandbox/records", content=trickle(), headers=JSON)
        assert (answer.status_code, problems(answer)) == (408, [(None, "body-timeout", None)])


def at_once(client: Client, content: bytes, refused: int, go_on: Callable[[], None]) -> list[httpx.Response]:
    """Ten calls; those that are not refused go on once the others are."""

    async def send() -> list[httpx.Response]:
        posted = [client._http.post("/sandbox/users", content=content, headers=JSON) for _ in range(10)]
        calls = [asyncio.ensure_future(one) for one in posted]
        while sum(call.done() for call in calls) < refused:
            await asyncio.sleep(0.01)
        go_on()
        return await asyncio.gather(*calls)

    return client._runner.run(send())


def test_more_requests_at_once_than_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_on = threading.Event()
    add = users.add

    def slow(*given: Any) -> int:
        gone_on.wait(PATIENCE)
        return add(*given)

    monkeypatch.setattr(users, "add", slow)
    with closing(Client(Options(limit_concurrency=3))) as client:
        answers = at_once(client, b"[5]", 7, gone_on.set)
        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [503] * 7
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert problems(refused) == [(None, "busy", None)]
        assert refused.headers["retry-after"] == "1"
        assert client.post("/sandbox/users", [5]).status_code == 200, "afterwards there is room"


def test_bodies_that_are_too_large_together(monkeypatch: pytest.MonkeyPatch) -> None:
    gone_on = threading.Event()
    add = users.add

    def slow(*given: Any) -> int:
        gone_on.wait(PATIENCE)
        return add(*given)

    monkeypatch.setattr(users, "add", slow)
    with closing(Client(Options(most_records=1000))) as client:
        answers = at_once(client, b"[5]" + b" " * 900, 6, gone_on.set)
        statuses = [answer.status_code for answer in answers]
        assert statuses.count(200) == 4
        assert statuses.count(503) == 6
        assert client.post("/sandbox/users", [5]).status_code == 200
