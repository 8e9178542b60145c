"""A studio inside this process, asked as its own page asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from targetexpr.studio.app import create_app
from targetexpr.studio.studio import Settings, Studio
from tests.cli.command import Call

PORT, TOKEN = 8320, "a-token-for-tests"
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
ITS_OWN = {"host": HOST, "origin": ORIGIN, "authorization": f"Bearer {TOKEN}"}
"""What the page's requests say of themselves."""


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A studio whose work is kept in a folder of the test."""
    monkeypatch.setenv("TARGETEXPR_STATE", str(tmp_path / "state"))
    return Studio(Settings())


@pytest.fixture
def page(studio: Studio) -> Iterator[TestClient]:
    """Asks as the page does."""
    with TestClient(create_app(studio, TOKEN, PORT), base_url=ORIGIN, headers=dict(ITS_OWN)) as client:
        yield client


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command, called in this process."""
    return Call(capsys, monkeypatch)
