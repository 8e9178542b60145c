"""The real program on a pseudo-terminal: keys go in, what the screen shows comes out."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.repl.commands import PAYLOADS, RULE
from tests.repl.terminal import RESTING, Terminal

RECORDS = "".join(f'{{"currentTxn":{{"value":{value},"number":"B{value}"}}}}\n' for value in (620, 10, 501))


@contextmanager
def started(folder: Path, *arguments: str, **options: object) -> Iterator[Terminal]:
    """A session with an empty prompt; at its end there must not have been a fault."""
    with Terminal(folder, *arguments, **options) as terminal:  # type: ignore[arg-type]
        terminal.ready()
        yield terminal
        assert b"Traceback" not in terminal.raw, terminal.text


def last(terminal: Terminal, wanted: str) -> None:
    """Waits until the lowest line above the toolbar that is not empty is this one."""

    def lowest() -> str:
        lines = terminal.lines
        prompt = max((place for place, line in enumerate(lines) if line.startswith((">", "."))), default=0)
        return lines[prompt]

    terminal.wait_until(lambda: lowest() == wanted, f"the prompt: {wanted}")


def answered(terminal: Terminal, wanted: str) -> None:
    """Waits for an answer and the empty prompt behind it, which reads keys as they are."""
    terminal.wait_for(wanted)
    terminal.ready()


def leave(terminal: Terminal) -> None:
    terminal.ready()
    terminal.press("ctrl-d")
    assert terminal.end() == 0


# ---- while typing ----------------------------------------------------------------------------------------------------


def test_completion_by_the_schema(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentCustomerP")
        terminal.wait_for("The customer's membership in a partner p")
        terminal.press("tab")
        last(terminal, "> currentCustomerPartner")
        terminal.press("ctrl-c")
        terminal.type("currentTxn.grossA")
        terminal.wait_for("grossAmount  real  Gross amount of the bill.")
        terminal.press("tab", "enter")
        last(terminal, "> currentTxn.grossAmount")
        terminal.type('>5&&currentTxn.basketSumIf("DISC')
        terminal.wait_for("DISCOUNT  field")
        terminal.press("tab", "enter")
        terminal.wait_for('basketSumIf("DISCOUNT"')
        terminal.type(',"NOT_')
        terminal.wait_for("NOT_EQUALS_TO  operator")
        terminal.press("ctrl-c")
        terminal.type(":sch")
        terminal.wait_for("what a rule can name")
        terminal.press("tab")
        last(terminal, "> :schema")
        terminal.press("ctrl-c")


def test_completion_in_the_middle_of_a_word_takes_its_place(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.grossAmnt>5")
        terminal.wait_for("has no attribute")
        terminal.press("left", "left", "left", "left", "tab")
        last(terminal, "> currentTxn.grossAmount>5")
        terminal.press("enter", "enter")
        terminal.wait_for("boolean  currentTxn.grossAmount > 5")
        terminal.type("currentCustomer.mbileNumber")
        terminal.press(*["left"] * len("bileNumber"))
        terminal.type("o")
        terminal.wait_for("Mobile number of the customer.")
        terminal.press("tab")
        last(terminal, "> currentCustomer.mobile")
        terminal.press("tab")
        last(terminal, "> currentCustomer.pointsRedeemedInCalendarMonth")
        terminal.press("ctrl-c")
        terminal.type(":")
        terminal.wait_for(":json [compact|editor] [RULE]")


def test_the_error_is_told_and_underlined_while_typing_and_a_key_fixes_it(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.valeu>500")
        terminal.wait_for("`currentTxn` has no attribute `valeu`.")
        terminal.wait_for("F2 Write `value`")
        cells = terminal.styles("> currentTxn.valeu>500")[2:]
        assert [cell.underscore for cell in cells] == [False] * 11 + [True] * 5 + [False] * 4
        assert {cell.fg for cell in cells[11:16]} == {"red"}
        terminal.press("f2")
        last(terminal, "> currentTxn.value>500")
        terminal.wait_for("boolean  here: 500  number")
        assert not any(cell.underscore for cell in terminal.styles("> currentTxn.value>500"))
        terminal.press("f2")
        terminal.wait_for("there is nothing that F2 could fix")
        terminal.press("enter")
        answered(terminal, "boolean  currentTxn.value > 500")


def test_nothing_is_underlined_while_a_right_rule_is_typed(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        typed = ""
        for key in ("currentTxn", ".", "value", "=", "=", "5", "&", "&", "currentCustomer.slabName", "=", "=", '"'):
            typed += key
            terminal.type(key)
            last(terminal, "> " + typed)
            assert not any(cell.underscore for cell in terminal.styles("> " + typed)), typed


def test_the_signature_and_the_argument_being_typed(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type('currentTxn.basketSum("brand",')
        terminal.wait_for("basketSum(inventoryAttribute: string, attributeValue: string) -> real")
        assert all(cell.bold for cell in terminal.styles("attributeValue: string"))
        assert not any(cell.bold for cell in terminal.styles("inventoryAttribute: string"))
        terminal.type('"')
        terminal.wait_for('"brand","')
        terminal.settle(0.1)
        assert "basketSum(inventoryAttribute: string, attributeValue: string) -> real" in terminal.text


def test_types_of_all_and_of_what_is_here(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type(RULE)
        terminal.wait_for("boolean  here: 500  number")
        for _ in range(5):
            terminal.press("left")
        terminal.wait_for("boolean  here: currentTxn.value  real  Net value of the bill.")


def test_colours_come_from_the_lexer(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type('currentTxn.number.contains("5(")&&true')
        terminal.wait_for("boolean")
        styles = {name: terminal.styles(name)[-1] for name in ("> currentTxn", ".number", ".contains", '"5("', "&&")}
        colours = [cell.fg for cell in styles.values()]
        assert colours == ["cyan", "blue", "magenta", "green", "default"]
        assert styles["&&"].bold


def test_the_matching_parenthesis(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        text = '(true&&(")"==currentTxn.number))'
        terminal.type(text)
        terminal.wait_for("boolean")
        assert [cell.reverse for cell in terminal.styles(text)] == [True] + [False] * 30 + [True]
        terminal.press("left", "left")
        terminal.wait_until(lambda: terminal.styles(text)[7].reverse, "the inner pair")
        assert [at for at, cell in enumerate(terminal.styles(text)) if cell.reverse] == [7, 30]


@pytest.mark.parametrize("value", ["1", "yes"])
def test_no_color_shows_no_colour(tmp_path: Path, value: str) -> None:
    with started(tmp_path, NO_COLOR=value) as terminal:
        terminal.type("currentTxn.valeu>500&&true")
        terminal.wait_for("has no attribute `valeu`")
        assert any(cell.underscore for cell in terminal.styles("> currentTxn.valeu")), "errors are still underlined"
        terminal.press("enter")
        answered(terminal, "error[unknown-attribute]")
        terminal.press("ctrl-d")
        terminal.end()
        codes = [code for part in bytes(terminal.raw).split(b"\x1b[")[1:] if b"m" in part for code in colours_of(part)]
        assert codes == []


def colours_of(part: bytes) -> list[int]:
    """The colour codes of an escape sequence for styles."""
    body = part.split(b"m", 1)[0]
    if not all(byte in b"0123456789;" for byte in body):
        return []
    numbers = [int(number) for number in body.split(b";") if number]
    return [number for number in numbers if 30 <= number <= 38 or 40 <= number <= 48 or 90 <= number <= 107]


# ---- pasting and several lines ---------------------------------------------------------------------------------------


def test_a_pasted_rule_with_curly_quotes_is_offered_with_its_fixes(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.paste("currentCustomer.slabName==“Gold”")
        terminal.wait_for("to fix: F2 does it")
        terminal.press("f2")
        last(terminal, '> currentCustomer.slabName=="Gold"')
        terminal.press("enter")
        answered(terminal, 'boolean  currentCustomer.slabName == "Gold"')


def test_a_paste_over_several_lines_is_one_rule(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.paste("currentTxn.value>1\r\n&&currentTxn.value<9\r&&true\n\n")
        terminal.wait_for("> currentTxn.value>1\n. &&currentTxn.value<9\n. &&true")
        assert "boolean  currentTxn" not in terminal.text, "nothing is sent before Enter"
        terminal.press("enter")
        answered(terminal, "boolean  currentTxn.value > 1 && currentTxn.value < 9 && true")


def test_enter_goes_on_while_a_parenthesis_is_open(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.line("(currentTxn.value>1")
        last(terminal, ".")
        terminal.line("&&true)")
        answered(terminal, "boolean  currentTxn.value > 1 && true")
        terminal.type("true")
        terminal.press("alt-enter")
        last(terminal, ".")
        terminal.line("&&false")
        answered(terminal, "boolean  true && false")
        terminal.line("(half")
        last(terminal, ".")
        terminal.press("enter")
        answered(terminal, "error[")


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
            terminal.settle(wait / 2000)
            terminal.press("ctrl-c", "ctrl-c")
        for _ in range(20):  # what is left of the last line goes too, once there is a prompt that reads keys
            terminal.settle()
            if any(line == RESTING for line in terminal.lines[-2:]):
                break
            terminal.press("ctrl-c")
        terminal.say(":type")
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
        before = terminal.modes()
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
        terminal.process.wait(10)
    with started(tmp_path) as terminal:
        assert "What you were typing when the last session broke off is kept" in terminal.text
        terminal.press("up")
        last(terminal, "> currentTxn.value>123")


def test_a_window_that_goes_away(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>124")
        terminal.wait_for("here: 124")
        terminal.hang_up()
        terminal.process.wait(10)
    with started(tmp_path) as terminal:
        terminal.press("up")
        last(terminal, "> currentTxn.value>124")


def test_a_killed_session_keeps_what_was_typed_a_moment_ago(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.type("currentTxn.value>99")
        terminal.wait_for("here: 99")
        state, end = tmp_path / "state", monotonic() + 10
        while not any("99" in draft.read_text(encoding="utf-8") for draft in state.glob("draft-*")):
            assert monotonic() < end, "it is not written down"
            sleep(0.02)
        terminal.process.kill()
        terminal.process.wait(10)
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
        terminal.settle(0.6)
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
