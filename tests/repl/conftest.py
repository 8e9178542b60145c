"""The `talk` fixture: a session without a terminal, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repl.commands import Talk


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.chdir(tmp_path)
    return Talk(tmp_path)
