"""The `call` fixture: the command, called in this process."""

from __future__ import annotations

import pytest

from tests.cli.command import Call


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    return Call(capsys, monkeypatch)
