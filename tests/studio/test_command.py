"""The command: what it refuses before it begins, where it listens, and when it opens a browser."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from targetexpr.studio import command, opening
from tests.cli.command import Call


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(capsys, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.csv"], "cannot read missing.csv: No such file or directory"),
        (["."], ". is a folder; name the files of records in it"),
        (["--event", "TransactionAd"], "unknown event 'TransactionAd'; did you mean TransactionAdd?"),
        (["--event", "q"], "unknown event 'q'; `targetexpr schema --events` lists them"),
        (["--schema", "missing.toml"], "cannot read missing.toml: No such file or directory"),
        (["--timezone", "Mars"], "Mars"),
        (["--port", "65536"], "--port: expected a whole number from 0 to 65535"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(call: Call, tmp_path: Path, arguments: list[str], said: str) -> None:
    done = call("studio", "--no-browser", *arguments, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_without_its_packages_it_says_what_to_install(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "uvicorn" else object())
    done = call("studio", "--no-browser")
    assert (done.status, done.err) == (2, "targetexpr: the studio needs the extra: pip install 'targetexpr[studio]'\n")


def test_a_port_that_is_asked_for_and_taken(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call("studio", "--no-browser", "--port", str(port))
    assert done.status == 2
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use; leave --port out" in done.err


def test_its_own_port_or_the_next_one_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(command, "PORT", taken.getsockname()[1])
        for tried in (1, 20):  # with one try only, any free port is taken
            monkeypatch.setattr(command, "_TRIED", tried)
            with command._listen(None) as listener:
                assert listener.getsockname()[0] == "127.0.0.1"
                assert listener.getsockname()[1] != taken.getsockname()[1]


@pytest.mark.parametrize(
    ("system", "variables", "opens"),
    [
        ("linux", {}, False),  # the standard library would open a browser in the terminal
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"BROWSER": "firefox"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
    ids=str,
)
def test_a_browser_is_opened_where_it_can_be_seen(
    monkeypatch: pytest.MonkeyPatch, system: str, variables: dict[str, str], opens: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    opened: list[str] = []
    monkeypatch.setattr(opening.sys, "platform", system)
    monkeypatch.setattr(opening.webbrowser, "open", opened.append)
    opening.open_browser("http://127.0.0.1:8320/open/x")
    assert opened == (["http://127.0.0.1:8320/open/x"] if opens else [])
