"""Sessions without a terminal, in a folder of their own: an empty one, and one with a rule and records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repl.commands import RULE, Talk, record


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.chdir(tmp_path)
    return Talk(tmp_path)


@pytest.fixture
def loaded(talk: Talk) -> Talk:
    """A session with a rule and five records: yes, no, null, an invalid value, invalid JSON."""
    talk.records(record(620), record(10), record(None), record("x"), "broken")
    talk.do(RULE)
    talk.do(":load records.jsonl")
    return talk
