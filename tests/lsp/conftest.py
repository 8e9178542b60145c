"""The command called in this process, to compare the server with, and a server that several tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.command import Call
from tests.lsp.client import WIDTHS, Client


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(capsys, monkeypatch)


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """A server that counts in UTF-16, for a client that can do little."""
    with Client() as started:
        yield started.start("utf-16")
        assert started.process.poll() is None, b"".join(started.errors).decode()


ABLE = {
    "workspace": {"workspaceEdit": {"documentChanges": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "insertReplaceSupport": True}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {"resolveSupport": {"properties": ["edit"]}},
    },
}


@pytest.fixture(scope="session", params=WIDTHS)
def able(request: pytest.FixtureRequest) -> Iterator[tuple[Client, str]]:
    """A server for a client that can do everything, and what it counts: one for each encoding."""
    with Client() as started:
        started.start(request.param, **ABLE)
        assert started.capabilities["positionEncoding"] == request.param
        yield started, request.param
        assert started.process.poll() is None, b"".join(started.errors).decode()
