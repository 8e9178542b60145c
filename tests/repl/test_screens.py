"""The screens of the guide are what the program shows: each is made again, key by key, and compared."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from targetexpr.guide.pages import page
from tests.cli.command import environment
from tests.repl.terminal import Terminal

PAGE = page("repl")
SCREENS = {found[1]: found[2] for found in re.finditer(r"^```screen (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)}
COLUMNS = 100


def begin(folder: Path) -> None:
    """The files that the session works on, made by the commands that it shows."""
    (fence,) = re.findall(r"^```console\n(\$ targetexpr target new --name streakTestt123.*?)^```$", PAGE, re.M | re.S)
    shell = "\n".join(line[2:] for line in fence.splitlines() if line.startswith(("$ ", "> ")))
    script = f'targetexpr() {{ "{sys.executable}" -m targetexpr "$@"; }}\n{shell}'
    subprocess.run(["bash", "-euc", script], cwd=folder, env=environment(), check=True, stdin=subprocess.DEVNULL)


def shown(terminal: Terminal, name: str, wanted: str) -> str:
    """The screen once it is the README's, or, when the screens are made anew, a moment after it shows a text."""
    terminal.wait_for(wanted)
    if __name__ == "__main__":
        terminal.watch(1.0)
    else:
        terminal.wait_until(lambda: terminal.text + "\n" == SCREENS[name], f"the screen\n{SCREENS[name]}\nbut")
    return terminal.text + "\n"


def typing(folder: Path) -> str:
    """A member is being typed behind a dot."""
    with Terminal(folder, columns=COLUMNS, rows=12) as terminal:
        terminal.ready()
        terminal.type("currentTxn.date.is")
        return shown(terminal, "typing", "isWeekend()")


def mistake(folder: Path) -> str:
    """A rule is pasted from a web page."""
    with Terminal(folder, columns=COLUMNS, rows=5) as terminal:
        terminal.ready()
        terminal.type("currentTxn.value>500 and currentCustomer.slabName=“Gold”")
        return shown(terminal, "mistake", "diagnostics)")


def session(folder: Path) -> str:
    """A first session: open the seed's target, write a rule, fix it, try it, count, explain, export."""
    begin(folder)
    with Terminal(folder, "--data", "records.jsonl", columns=COLUMNS, rows=46) as terminal:
        terminal.ready()
        terminal.send(":open group.json")
        terminal.paste("currentTxn.value>500&&currentCustomer.slabName==“Gold”")
        terminal.wait_for("F2 does it")
        terminal.press("f2")
        terminal.wait_for('slabName=="Gold"')
        for line in ("", ":count", ":find false", ":explain", ":export group.json"):
            terminal.send(line)
        terminal.line(":quit")
        assert terminal.end() == 0
        return terminal.text + "\n"


MADE: dict[str, Callable[[Path], str]] = {"typing": typing, "mistake": mistake, "session": session}


def test_every_screen_is_made_here() -> None:
    assert set(SCREENS) == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_a_screen_is_what_the_program_shows(name: str, tmp_path: Path) -> None:
    assert MADE[name](tmp_path) == SCREENS[name]


def test_the_session_exports_the_rule_and_nothing_else(tmp_path: Path) -> None:
    begin(tmp_path)
    before = (tmp_path / "group.json").read_text(encoding="utf-8").splitlines()
    session(tmp_path)
    after = (tmp_path / "group.json").read_text(encoding="utf-8").splitlines()
    changed = [new.strip().partition(":")[0] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ['"expression"', '"expressionJson"']


if __name__ == "__main__":  # python -m tests.repl.test_screens FOLDER: prints the screens, to be put into the page
    for name, make in MADE.items():
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True)
        print(f"```screen {name}\n{make(folder)}```\n")
