"""The command called in this process, to compare the server with, and a server that several tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.command import Call
from tests.lsp.client import Client


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(capsys, monkeypatch)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A server that counts in UTF-16, for a client that can do little."""
    with Client() as started:
        yield started.start("utf-16")
        assert started.process.poll() is None, b"".join(started.errors).decode()
