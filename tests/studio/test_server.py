"""A real server on loopback: what comes over its connections that no browser would send."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from targetexpr.studio.server import MOST_SOCKET_MESSAGE
from tests.cli.command import PATIENCE
from tests.studio.processes import Process, studio

URI = "studio:///rule.rule"


@pytest.fixture(scope="module")
def running() -> Iterator[Process]:
    """A studio whose page is open while Ctrl-C ends it."""
    with ExitStack() as stack, studio() as started:
        yield started
        stack.enter_context(opened(started))


def opened(running: Process, *protocols: str, origin: str | None = None) -> ClientConnection:
    """A socket as the page opens it, or with other subprotocols."""
    offered = protocols or ("targetexpr", f"token.{running.token}")
    return connect(
        f"ws://127.0.0.1:{running.port}/lsp",
        origin=Origin(origin or running.origin),
        subprotocols=[Subprotocol(one) for one in offered],
        max_size=None,
    )


def tell(page: ClientConnection, method: str, params: object, id_: int | None = None) -> None:
    page.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params} | ({} if id_ is None else {"id": id_})))


def hear(page: ClientConnection) -> dict[str, object]:
    said: dict[str, object] = json.loads(page.recv(PATIENCE))
    return said


def begin(page: ClientConnection, text: str) -> dict[str, object]:
    """Opens the rule; the first diagnostics."""
    tell(page, "initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
    assert "capabilities" in str(hear(page))
    tell(page, "initialized", {})
    document = {"uri": URI, "languageId": "targetexpr", "version": 1, "text": text}
    tell(page, "textDocument/didOpen", {"textDocument": document})
    return hear(page)


def raw(running: Process, head: str, body: bytes = b"") -> bytes:
    """What the server answers to bytes as they are; `{host}` and `{token}` are put in."""
    filled = head.format(host=f"127.0.0.1:{running.port}", token=running.token)
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as connection:
        connection.sendall(filled.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def test_each_socket_has_a_server_of_its_own(running: Process) -> None:
    with opened(running) as one, opened(running) as other:
        assert '"diagnostics": []' in json.dumps(begin(one, "currentTxn.value>5"))
        found = begin(other, '"😀"==currentTxn.valu')["params"]["diagnostics"]  # type: ignore[index]
        assert found[0]["range"]["start"]["character"] == 17, "an astral character is two units of UTF-16"
        tell(other, "shutdown", None, 2)
        assert hear(other) == {"id": 2, "jsonrpc": "2.0", "result": None}
        tell(other, "exit", None)
        with pytest.raises(ConnectionClosed) as closed:
            other.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000
        tell(one, "textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 12}}, 3)
        assert "currentTxn.value" in str(hear(one)), "the other one is there still"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"jsonrpc": "1.0", "id": 1}', "[" * 50_000])
def test_what_is_no_message_ends_nothing(running: Process, text: str) -> None:
    with opened(running) as page:
        page.send(text)
        assert begin_says_so(page)


def begin_says_so(page: ClientConnection) -> bool:
    """Whether the server answers a request, after what it may have said of messages before."""
    tell(page, "initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 77)
    while True:
        if hear(page).get("id") == 77:
            return True


def test_a_message_of_bytes_and_one_that_is_too_large_end_their_socket_alone(running: Process) -> None:
    of_bytes = bytes([0x82, 0x81, 0, 0, 0, 0, 0])
    too_large = bytes([0x81, 0xFF]) + (MOST_SOCKET_MESSAGE + 1).to_bytes(8, "big") + bytes(4)  # how it begins
    with opened(running) as stays:
        for frame, code in ((of_bytes, 1000), (too_large, 1009)):
            with opened(running) as page:
                page.socket.sendall(frame)
                with pytest.raises(ConnectionClosed) as closed:
                    page.recv(PATIENCE)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == code
        assert begin_says_so(stays)


def test_too_many_windows_are_told_so_and_there_is_room_again(running: Process) -> None:
    with ExitStack() as stack:
        pages = [stack.enter_context(opened(running)) for _ in range(16)]
        assert all(map(begin_says_so, pages))
        with opened(running) as page:
            with pytest.raises(ConnectionClosed) as closed:
                page.recv(PATIENCE)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, "close some of them" in closed.value.rcvd.reason) == (1013, True)
    with opened(running) as page:
        assert begin_says_so(page)


def test_a_socket_that_is_refused_is_never_opened(running: Process) -> None:
    token = f"token.{running.token}"
    for protocols in (("targetexpr",), (token,), ("targetexpr", "token.x")):
        with pytest.raises(InvalidStatus) as refused:
            opened(running, *protocols)
        assert refused.value.response.status_code == 403
    for origin in ("http://evil.test", "null", running.origin.replace("127.0.0.1", "localhost")):
        with pytest.raises(InvalidStatus):
            opened(running, origin=origin)


SHOWN = "Authorization: Bearer {token}\nConnection: close"
LONG = "Content-Type: application/json\nContent-Length: 9999999999"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"GET /api/session HTTP/1.1\nHost: {{host}}\n{SHOWN}", 200),
        (f"GET /api/session HTTP/1.1\nHost: {{host}}\nHost: {{host}}\n{SHOWN}", 400),
        (f"GET /api/session HTTP/1.1\n{SHOWN}", 400),
        (f"GET /api/session HTTP/1.0\n{SHOWN}", 403),
        (f"GET /api/session HTTP/1.1\nHost: {{host}}\nOrigin: http://evil.test\nOrigin: http://{{host}}\n{SHOWN}", 403),
        (f"GET http://evil.test/api/session HTTP/1.1\nHost: evil.test\n{SHOWN}", 403),
        (f"GET /static/../app.py HTTP/1.1\nHost: {{host}}\n{SHOWN}", 404),
        (f"GET /static/%2e%2e/app.py HTTP/1.1\nHost: {{host}}\n{SHOWN}", 404),
        (f"GET //etc/passwd HTTP/1.1\nHost: {{host}}\n{SHOWN}", 404),
        (
            f"PUT /api/work HTTP/1.1\nHost: {{host}}\n{LONG}\n{SHOWN}",
            413,
        ),
        ("GET /api/session HTTP/1.1\nHost: {host}\nConnection: close", 401),
        ("GET / HTTP/1.1\nHost: {host}\nConnection: close", 200),
        ("GET / HTTP/1.1\nHost: {host}\nUpgrade: websocket\nConnection: Upgrade", 400),
        ("nothing at all", 400),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bytes_that_no_browser_sends(running: Process, head: str, status: int) -> None:
    answer = raw(running, head)
    assert answer.split(b" ", 2)[1] == str(status).encode(), answer
    assert running.token.encode() not in answer
    assert b"def create_app" not in answer


def test_a_page_that_goes_while_it_sends_leaves_nothing_behind(running: Process) -> None:
    """What it says of that on standard error would be seen at the end."""
    for path, body in (("/api/work", b'{"rule":'), ("/api/data?name=bills.jsonl", b'{"currentTxn":')):
        method = "PUT" if path == "/api/work" else "POST"
        head = f"{method} {path} HTTP/1.1\nHost: {{host}}\n{LONG}\n{SHOWN}".replace("9999999999", "999999")
        filled = head.format(host=f"127.0.0.1:{running.port}", token=running.token).replace("\n", "\r\n")
        with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as connection:
            connection.sendall(filled.encode() + b"\r\n\r\n" + body)
    answer = raw(running, f"GET /api/data HTTP/1.1\nHost: {{host}}\n{SHOWN}")
    assert answer.endswith(b'{"files":[]}')
