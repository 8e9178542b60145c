"""A rule of a million characters does not freeze the session: keys are answered, and Ctrl-C stops what takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repl.terminal import RESTING, Terminal, answered, started

MILLION = 1_000_000
PASTED = {
    "a list": "||".join(["currentTxn.value>5"] * 50_000),
    "a string": f'currentCustomer.slabName=="{"x" * MILLION}"',
    "a name": "a" * MILLION,
    "parentheses": "(" * MILLION,
    "lines": "currentTxn.value>5 ||\n" * 45_000 + "true",
}


def paste(terminal: Terminal, text: str) -> None:
    """Pastes and goes on reading meanwhile: what a terminal shows may wait for somebody who looks."""
    data = f"\x1b[200~{text}\x1b[201~"
    for at in range(0, len(data), 2_000):
        terminal.type(data[at : at + 2_000])


def rested(terminal: Terminal) -> None:
    terminal.wait_until(lambda: RESTING in terminal.lines[-2:], "an empty prompt")


@pytest.mark.parametrize("name", ["a list", "a string"])
def test_the_session_goes_on_after_a_million_characters(name: str, tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        paste(terminal, PASTED[name])
        terminal.wait_for("are too many to edit here")
        rested(terminal)
        terminal.type("true")
        terminal.wait_until(lambda: "> true" in terminal.lines, "the keys")
        terminal.press("enter")
        answered(terminal, "boolean  true")


@pytest.mark.slow
@pytest.mark.parametrize("name", PASTED)
def test_the_session_goes_on_after_any_million_characters(name: str, tmp_path: Path) -> None:
    test_the_session_goes_on_after_a_million_characters(name, tmp_path)


def test_ctrl_c_stops_a_million_characters(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        for _ in range(3):  # an answer may come before Ctrl-C does
            paste(terminal, "§" * MILLION)
            terminal.wait_for("are too many to edit here")
            terminal.press("ctrl-c")
            rested(terminal)
            if "stopped" in terminal.text:
                break
        assert "stopped" in terminal.text
        terminal.type("true")
        terminal.press("enter")
        answered(terminal, "boolean  true")


def test_what_is_typed_has_an_end(tmp_path: Path) -> None:
    """A terminal without brackets round what is pasted types it: no key takes longer for those before it."""
    with started(tmp_path) as terminal:
        paste(terminal, 'currentCustomer.slabName=="' + "x" * 19_900)
        terminal.wait_until(lambda: "xxxx" in terminal.text, "the text")
        terminal.type("y" * 200)
        terminal.wait_for("no more than 20,000 characters are typed here")
        terminal.press("ctrl-c")
        rested(terminal)


def test_a_long_rule_is_not_called_back_to_be_edited(tmp_path: Path) -> None:
    history = tmp_path / "state" / "history"
    history.parent.mkdir()
    history.write_text(f"\n# 2024-01-01\n+{'x' * MILLION}\n\n# 2024-01-02\n+currentTxn.value>1\n", encoding="utf-8")
    with started(tmp_path) as terminal:
        terminal.press("up")
        terminal.wait_for("> currentTxn.value>1")
        terminal.press("up", "up", "ctrl-c")
        terminal.ready()
