"""The real program on a pseudo-terminal: keys go in, what the screen shows comes out."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import termios
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.cli.command import PATIENCE
from tests.repl.commands import PAYLOADS, RULE
from tests.repl.terminal import Terminal, answered, last, leave, started

RECORDS = "".join(f'{{"currentTxn":{{"value":{value},"number":"B{value}"}}}}\n' for value in (620, 10, 501))


# ---- records ---------------------------------------------------------------------------------------------------------


def test_load_evaluate_explain_and_count(tmp_path: Path) -> None:
    (tmp_path / "my records.jsonl").write_text(RECORDS, encoding="utf-8")
    with started(tmp_path) as terminal:
        terminal.type(":load my")
        terminal.wait_for("my records.jsonl\n")
        terminal.press("tab")
        last(terminal, "> :load my records.jsonl")
        terminal.press("enter", "enter")
        answered(terminal, "3 records from my records.jsonl; this is the first")
        terminal.line(RULE)
        answered(terminal, "yes  (record 1 of 3)")
        terminal.line(":count")
        answered(terminal, "3 records, 2 yes, 1 no, 0 null, 0 errors")
        terminal.line(":why 2")
        answered(terminal, "For the rule to hold, currentTxn.value must be more than 500.")
        terminal.line(":explain")
        answered(terminal, "* yes    currentTxn.value is 620, as needed: more than 500")
        terminal.wait_for("[record 1 of 3]")


def test_ctrl_c_stops_the_count_and_the_session_goes_on(tmp_path: Path) -> None:
    with open(tmp_path / "r.jsonl", "w", encoding="utf-8") as file:
        file.writelines([RECORDS] * 200_000)
    with started(tmp_path, "--data", "r.jsonl") as terminal:
        terminal.line(RULE)
        answered(terminal, "yes  (record 1 of 600,000)")
        terminal.line(":count")
        terminal.wait_for("of 600,000 records, Ctrl-C stops")
        terminal.press("ctrl-c")
        answered(terminal, "stopped: ")
        assert "Ctrl-C stops" not in terminal.text, "the progress gives way to the answer"
        stopped = next(line for line in terminal.lines if line.startswith("stopped: "))
        assert stopped.endswith(", of 600,000")
        terminal.line(":type")
        answered(terminal, "boolean:primitive")


def test_ctrl_c_again_and_again_never_ends_the_session(tmp_path: Path) -> None:
    """It comes while a line is typed, while it is answered, and in between, where the terminal changes its modes."""
    with started(tmp_path) as terminal:
        for wait in range(40):
            terminal.line(RULE)
            terminal.watch(wait / 2000)
            terminal.press("ctrl-c", "ctrl-c")
        terminal.clear()
        terminal.send(":type")
        assert b"fault" not in terminal.raw
        terminal.press("ctrl-d")
        assert terminal.end() == 0


def test_keys_typed_while_an_answer_is_printed_wait_for_the_prompt(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type(f"{RULE}\r:type\r:explain\r2>1\r\x04")
        assert terminal.end() == 0
    assert [line for line in terminal.lines if line.startswith(">")] == [
        f"> {RULE}",
        "> :type",
        "> :explain",
        "> 2>1",
        ">",
    ]
    assert "boolean  2 > 1" in terminal.lines, "no key is shown twice, and none of an answer is overwritten"


def test_a_rule_is_edited_in_the_editor_of_ones_choice(tmp_path: Path) -> None:
    """Ctrl-X Ctrl-E, as in a shell: the editor has the terminal to itself, and what it leaves is sent."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nstty -a | grep -o -- "-*icanon" > modes\nprintf "&&true" >> "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    with started(tmp_path, EDITOR=str(editor)) as terminal:
        terminal.type(RULE)
        last(terminal, f"> {RULE}")
        terminal.press("ctrl-x", "ctrl-e")
        answered(terminal, "boolean  currentTxn.value > 500 && true")
        assert (tmp_path / "modes").read_text(encoding="utf-8") == "icanon\n", "it gets lines, as from a shell"
        leave(terminal)


@pytest.mark.parametrize("end", ["ctrl-d", ":quit", "SIGTERM"])
def test_the_terminal_is_left_as_it_was(tmp_path: Path, end: str) -> None:
    with Terminal(tmp_path) as terminal:
        before = terminal.modes_before
        terminal.ready()
        assert terminal.modes() != before, "while a line is typed, keys come as they are"
        if end == "SIGTERM":
            terminal.process.terminate()
        elif end == "ctrl-d":
            terminal.press(end)
        else:
            terminal.line(end)
        terminal.end()
        assert terminal.modes() == before


# ---- keeping ---------------------------------------------------------------------------------------------------------


def test_save_and_reopen(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.line(RULE)
        terminal.line(":save big spenders")
        answered(terminal, "saved big spenders in targetexpr-rules.toml")
        leave(terminal)
    with started(tmp_path) as terminal:
        terminal.type(":use b")
        terminal.wait_for("big spenders  currentTxn.value>500")
        terminal.press("tab", "enter", "enter")
        answered(terminal, "boolean  currentTxn.value > 500")
        terminal.press("up")
        last(terminal, "> :use big spenders")
        terminal.press("up", "up")
        last(terminal, f"> {RULE}")


def test_open_and_export(tmp_path: Path) -> None:
    (tmp_path / "g.json").write_bytes((PAYLOADS / "create-streak-group.request.json").read_bytes())
    with started(tmp_path) as terminal:
        terminal.line(":open g.json")
        answered(terminal, "the target streakTestt123 of g.json")
        terminal.line("currentTxn.value>700")
        terminal.line(":export g.json")
        answered(terminal, "with expression and expressionJson")
    targets = json.loads((tmp_path / "g.json").read_text(encoding="utf-8"))["targets"]
    assert targets[0]["expression"] == "currentTxn.value>700"


def test_ctrl_r_searches_what_earlier_sessions_typed(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.line("currentTxn.value>42")
        answered(terminal, "boolean  currentTxn.value > 42")
        terminal.line("true")
        answered(terminal, "boolean  true")
        leave(terminal)
    with started(tmp_path) as terminal:
        terminal.press("ctrl-r")
        terminal.type("42")
        last(terminal, "> currentTxn.value>42")
        terminal.press("enter")
        terminal.wait_for("boolean  here: 42")
        terminal.press("enter")
        answered(terminal, "boolean  currentTxn.value > 42")


def test_what_ctrl_c_drops_is_in_the_history(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>77")
        terminal.wait_for("here: 77")
        terminal.press("ctrl-c")
        terminal.ready()
        terminal.press("up")
        last(terminal, "> currentTxn.value>77")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_keeps_what_was_typed(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>123")
        terminal.wait_for("here: 123")
        terminal.process.send_signal(number)
        terminal.process.wait(PATIENCE)
    with started(tmp_path) as terminal:
        assert "What you were typing when the last session broke off is kept" in terminal.text
        terminal.press("up")
        last(terminal, "> currentTxn.value>123")


def test_a_window_that_goes_away(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>124")
        terminal.wait_for("here: 124")
        terminal.hang_up()
        terminal.process.wait(PATIENCE)
    with started(tmp_path) as terminal:
        terminal.press("up")
        last(terminal, "> currentTxn.value>124")


def test_a_killed_session_keeps_what_was_typed_a_moment_ago(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>99")
        terminal.wait_for("here: 99")
        state, end = tmp_path / "state", monotonic() + PATIENCE
        while not any("99" in draft.read_text(encoding="utf-8") for draft in state.glob("draft-*")):
            assert monotonic() < end, "it is not written down"
            sleep(0.02)
        terminal.process.kill()
        terminal.process.wait(PATIENCE)
    with started(tmp_path) as terminal:
        terminal.press("up")
        last(terminal, "> currentTxn.value>99")
        terminal.press("ctrl-c")
        leave(terminal)
    assert not list((tmp_path / "state").glob("draft-*"))


def test_two_sessions_at_once_keep_both_histories_and_their_own_drafts(tmp_path: Path) -> None:
    with started(tmp_path) as first, started(tmp_path) as second:
        first.type("currentTxn.value>1")
        first.wait_for("here: 1")
        second.line("currentTxn.value>2")
        answered(second, "boolean  currentTxn.value > 2")
        second.line(":save two")
        answered(second, "saved two")
        first.press("enter")
        answered(first, "boolean  currentTxn.value > 1")
        first.line(":save one")
        answered(first, "saved one")
        leave(first)
        leave(second)
    with started(tmp_path) as third:
        third.line(":rules")
        answered(third, "  two: currentTxn.value>2\n  one: currentTxn.value>1")
        for entry in (":rules", ":save one", "currentTxn.value>1", ":save two", "currentTxn.value>2"):
            third.press("up")
            last(third, f"> {entry}")


# ---- habits of other terminals ---------------------------------------------------------------------------------------


def test_vi_keys(tmp_path: Path) -> None:
    with started(tmp_path, "--vi") as terminal:
        terminal.type("currentTxn.value>5000")
        terminal.press("escape")
        terminal.type("x")
        last(terminal, "> currentTxn.value>500")
        terminal.type("0Dia")
        last(terminal, "> a")
        terminal.press("ctrl-c")
        terminal.line(":keys emacs")
        answered(terminal, "the keys are those of emacs")
        terminal.type("true")
        terminal.press("ctrl-a")
        terminal.type("!")
        last(terminal, "> !true")


def test_emacs_keys(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("true&&false")
        terminal.press("ctrl-a")
        terminal.type("!")
        last(terminal, "> !true&&false")
        terminal.press("ctrl-k")
        last(terminal, "> !")
        terminal.press("ctrl-y")
        last(terminal, "> !true&&false")
        terminal.press("ctrl-e", "ctrl-w")
        terminal.wait_until(lambda: "false" not in terminal.lines[1], "the last word is gone")


def resized(terminal: Terminal, columns: int, rows: int) -> None:
    terminal.screen.resize(rows, columns)
    fcntl.ioctl(terminal._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.killpg(terminal.process.pid, signal.SIGWINCH)


def test_the_window_is_resized(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>500&&currentTxn.valeu<900")
        terminal.wait_for("has no attribute `valeu`")
        resized(terminal, 40, 12)
        terminal.wait_for("> currentTxn.value>500&&currentTxn.valeu\n. <900")
        terminal.wait_for("F2 Write `value`")
        assert all(len(line) <= 40 for line in terminal.lines)
        resized(terminal, 120, 40)
        terminal.wait_for("> currentTxn.value>500&&currentTxn.valeu<900")
        terminal.press("f2", "enter")
        answered(terminal, "boolean  currentTxn.value > 500 && currentTxn.value < 900")


@pytest.mark.parametrize(("columns", "rows"), [(20, 24), (100, 5), (20, 5), (20, 3)])
def test_a_tiny_screen(tmp_path: Path, columns: int, rows: int) -> None:
    with Terminal(tmp_path, columns=columns, rows=rows) as terminal:
        terminal.wait_for(">")
        terminal.type("true&&1<2")
        terminal.wait_for("1<2")
        terminal.press("enter")
        terminal.wait_until(lambda: b"boolean  true && 1 < 2" in terminal.raw, "the answer")
        terminal.line(":help")
        terminal.wait_until(lambda: b":quit" in terminal.raw, "help")
        terminal.line(":quit")
        assert terminal.end() == 0
        assert b"Traceback" not in terminal.raw


def test_wide_characters_and_odd_keys(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type('currentCustomer.name=="日本🎉é"')
        terminal.wait_for("boolean")
        terminal.press("enter")
        answered(terminal, 'boolean  currentCustomer.name == "')
        terminal.paste("true\x1b[31m\x07\x00")
        terminal.wait_for("^[")
        terminal.press("enter")
        answered(terminal, "error[")
        terminal.press("ctrl-g", "ctrl-l")
        terminal.ready()
        leave(terminal)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with Terminal(tmp_path, TARGETEXPR_STATE=str(tmp_path / "file" / "state")) as terminal:
        terminal.ready()
        assert "history is not kept: " in terminal.text
        terminal.line(RULE)
        answered(terminal, "boolean  currentTxn.value > 500")
        terminal.press("up")
        last(terminal, f"> {RULE}")
        assert b"Traceback" not in terminal.raw


def test_quitting(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.line(":q")
        assert terminal.end() == 0
