"""TLS: certificates as uvicorn takes them, and a warning where a password would be readable on its way."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from targetexpr.cli.main import main
from targetexpr.serve.settings import Credential, Options
from targetexpr.serve.store import Store
from targetexpr.serve.uvicorn_server import _announcement
from tests.serve.processes import Server, served, until
from tests.serve.test_connections import connected, is_closed

TLS = Path(__file__).parent.parent / "data" / "tls"
CERTIFICATE, KEY, LOCKED = (str(TLS / f"{name}.pem") for name in ("cert", "key", "locked"))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    arguments = ("--certfile", CERTIFICATE, "--keyfile", KEY, "--header-timeout", "1", "--max-per-address", "9")
    with served(tmp_path_factory.mktemp("tls"), *arguments, who="--user=till:secret") as server:
        yield server


def asked(server: Server) -> tuple[int, dict[str, object]]:
    context = ssl.create_default_context(cafile=CERTIFICATE)
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=90, context=context)
    with closing(connection):
        headers = {"Authorization": "Basic " + b64encode(b"till:secret").decode()}
        connection.request("GET", "/v3/targetGroups", headers=headers)
        found = connection.getresponse()
        return found.status, json.loads(found.read())


def test_it_answers_over_tls(secured: Server) -> None:
    assert asked(secured) == (200, {"data": [], "errors": None, "warnings": None})
    assert f"https://127.0.0.1:{secured.port}/docs" in secured.said()
    assert "warning" not in secured.said()


def test_who_never_shakes_hands_is_given_up_and_keeps_nobody_out(secured: Server) -> None:
    silent = [connected(secured.port) for _ in range(30)]
    assert asked(secured)[0] == 200, "at once"
    until(lambda: all(map(is_closed, silent)))
    half = connected(secured.port, sent=b"\x16\x03\x01\x02\x00\x01\x00")
    plain = connected(secured.port, sent=b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    until(lambda: is_closed(half) and is_closed(plain))
    assert asked(secured)[0] == 200
    for one in (*silent, half, plain):
        one.close()
    assert "Traceback" not in secured.said()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--keyfile", KEY], "give --certfile too"),
        (["--certfile", "nowhere.pem"], "there is no file nowhere.pem"),
        (["--certfile", CERTIFICATE, "--keyfile", "nowhere.pem"], "there is no file nowhere.pem"),
        (["--certfile", CERTIFICATE], "expected a certificate and its key in PEM"),
        (["--certfile", KEY, "--keyfile", KEY], "expected a certificate and its key in PEM"),
        (["--certfile", CERTIFICATE, "--keyfile", LOCKED], "the key without a password"),
    ],
)
def test_what_is_no_certificate_is_refused_at_the_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["serve", "--port", "0", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "credential", "certfile", "warned"),
    [
        ("0.0.0.0", True, None, True),
        ("127.0.0.1", True, None, False),
        ("0.0.0.0", True, CERTIFICATE, False),
        ("0.0.0.0", False, None, False),
    ],
)
def test_a_password_that_leaves_this_machine_readable_is_warned_about(
    host: str, credential: bool, certfile: str | None, warned: bool
) -> None:
    user = Credential(name="till", password="secret") if credential else None
    with closing(Store()) as store, socket.create_server((host, 0)) as listener:
        said = _announcement(Options(credential=user, certfile=certfile), store, listener, made_up=False)
    assert ("warning: " in said and "--certfile" in said) == warned
    assert "secret" not in said
