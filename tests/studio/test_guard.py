"""What other pages, other names and other programs can do to the studio: nothing."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from targetexpr.studio.app import create_app
from targetexpr.studio.opening import Opening
from targetexpr.studio.studio import Studio
from tests.studio.conftest import HOST, ITS_OWN, ORIGIN, PORT, TOKEN

SOCKET = {"host": HOST, "origin": ORIGIN, "sec-websocket-protocol": f"targetexpr, token.{TOKEN}"}

ELSEWHERE = [
    {"host": f"evil.test:{PORT}", "origin": f"http://evil.test:{PORT}"},  # a name that was made to lead here
    {"host": f"127.0.0.1.evil.test:{PORT}"},
    {"host": f"evil.test@127.0.0.1:{PORT}"},
    {"host": "127.0.0.1"},
    {"host": "127.0.0.1:9999"},
    {"host": ""},
    {"origin": "http://evil.test"},
    {"origin": "http://127.0.0.1:9999"},  # another server of this machine
    {"origin": f"https://127.0.0.1:{PORT}"},
    {"origin": f"http://localhost:{PORT}"},  # ours as well, but not that of the host
    {"origin": f"http://127.0.0.1:{PORT}.evil.test"},
    {"origin": "null"},  # a file, a sandboxed frame
    {"origin": ""},
]
NO_TOKEN = ["", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN]


def test_the_page_is_answered(page: TestClient) -> None:
    assert page.get("/api/session").status_code == 200


@pytest.mark.parametrize("name", ["localhost", "[::1]"])
def test_by_each_name_of_this_machine(page: TestClient, name: str) -> None:
    there = {"host": f"{name}:{PORT}", "origin": f"http://{name}:{PORT}"}
    assert page.get("/api/session", headers=there).status_code == 200


@pytest.mark.parametrize("change", ELSEWHERE, ids=str)
@pytest.mark.parametrize("path", ["/", "/static/index.html", "/api/session", "/nothing"])
def test_from_elsewhere_nothing_is_answered(page: TestClient, path: str, change: dict[str, str]) -> None:
    answer = page.get(path, headers=change)
    assert answer.status_code == 403
    assert TOKEN not in answer.text
    assert "<" not in answer.text


@pytest.mark.parametrize("shown", NO_TOKEN)
def test_without_its_token_nothing_is_answered(page: TestClient, shown: str) -> None:
    answer = page.get("/api/session", headers={"authorization": shown})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "open the address that the terminal shows" in answer.json()["error"]


def test_what_a_browser_adds_by_itself_opens_nothing(page: TestClient) -> None:
    for shown in ({"cookie": f"token={TOKEN}"}, {"referer": f"{ORIGIN}/#token={TOKEN}"}):
        assert page.get("/api/session", headers={"authorization": "", **shown}).status_code == 401
    assert page.get(f"/api/session?token={TOKEN}", headers={"authorization": ""}).status_code == 401


def test_headers_that_are_there_twice_are_not_believed(page: TestClient) -> None:
    for name in ITS_OWN:
        twice = [(name, ITS_OWN[name]), (name, ITS_OWN[name])]
        rest = [(other, value) for other, value in ITS_OWN.items() if other != name]
        page.headers.clear()
        assert page.get("/api/session", headers=[*twice, *rest]).status_code in (401, 403)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_page_without_a_token_is_only_read(page: TestClient, method: str) -> None:
    assert page.request(method, "/", headers={"authorization": ""}).status_code == 401
    assert page.request(method, "/").status_code == 405


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2Fapp.py", "%2e%2e/app.py", "....//app.py", "/etc/passwd", "..\\app.py", "index.html%00.js", ""],
)
def test_parts_of_the_page_are_no_paths(page: TestClient, name: str) -> None:
    assert page.get(f"/static/{name}").status_code == 404


def test_the_page_says_what_it_may_load_and_who_may_frame_it(page: TestClient) -> None:
    for path in ("/", "/static/index.html", "/api/session", "/nothing"):
        headers = page.get(path).headers
        policy = dict(one.strip().split(" ", 1) for one in headers["content-security-policy"].split(";"))
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == ("'none'", "'none'", "'none'")
        assert policy["connect-src"] == f"'self' ws://{HOST}"
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert "access-control-allow-origin" not in headers


def test_the_way_to_the_page_is_open_once(studio: Studio) -> None:
    opening = Opening(TOKEN)
    with TestClient(create_app(studio, TOKEN, PORT, opening), base_url=ORIGIN, headers={"host": HOST}) as browser:
        assert TOKEN not in opening.path
        assert browser.head(opening.path, follow_redirects=False).status_code == 404, "looking ahead does not use it"
        for wrong in ("/open/", "/open/x", opening.path + "x", opening.path[:-1], opening.path + "/"):
            assert browser.get(wrong, follow_redirects=False).status_code == 404
        evil = {"origin": "http://evil.test"}
        assert browser.get(opening.path, headers=evil, follow_redirects=False).status_code == 403
        first = browser.get(opening.path, follow_redirects=False)
        assert (first.status_code, first.headers["location"]) == (303, f"/#token={TOKEN}")
        assert first.headers["cache-control"] == "no-store"
        again = browser.get(opening.path, follow_redirects=False)
        assert (again.status_code, "was used already" in again.text) == (403, True)
        assert TOKEN not in again.text


# ---- the socket


def test_the_page_opens_its_socket(page: TestClient) -> None:
    with page.websocket_connect("/lsp", headers=SOCKET) as socket:
        assert socket.accepted_subprotocol == "targetexpr"
        socket.send_text(json.dumps({"jsonrpc": "2.0", "method": "exit"}))


@pytest.mark.parametrize(
    "change",
    [
        *ELSEWHERE,
        {"sec-websocket-protocol": "targetexpr"},
        {"sec-websocket-protocol": f"token.{TOKEN}"},
        {"sec-websocket-protocol": "targetexpr, token.wrong"},
        {"sec-websocket-protocol": f"targetexpr, token.wrong, token.{TOKEN}"},
        {"sec-websocket-protocol": ""},
    ],
    ids=str,
)
def test_nobody_else_does(page: TestClient, change: dict[str, str]) -> None:
    # The header that requests show is of no use here.
    with pytest.raises(WebSocketDisconnect), page.websocket_connect("/lsp", headers={**SOCKET, **change}):
        pass


def test_nor_does_a_program_without_an_origin(page: TestClient) -> None:
    del page.headers["origin"]
    without = {name: value for name, value in SOCKET.items() if name != "origin"}
    with pytest.raises(WebSocketDisconnect), page.websocket_connect("/lsp", headers=without):
        pass
