"""How fast the REPL is on a real terminal: from start to the first prompt, from a key to the repaint that shows it."""

from __future__ import annotations

import select
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from tests.benchmarks.measuring import cached, table
from tests.repl.terminal import KEYS as KEYS_OF_TERMINALS
from tests.repl.terminal import Terminal

TERMS = 200
KEYS = 40
MOST_TO_PROMPT = 0.400  # seconds, the best of five starts
MOST_TO_REPAINT = 0.050  # seconds, nineteen of twenty keys

pytestmark = pytest.mark.benchmark


def rule(number_at: int) -> str:
    """A rule of 200 terms, as long lists of products are; one of them compares a number, to which digits are added."""
    terms = [f'currentTxn.number=="B{number:04}"' for number in range(TERMS)]
    terms[number_at] = "currentTxn.value>1"
    return "||".join(terms)


def seconds_to_repaint(terminal: Terminal, key: str) -> float:
    """From a key to the bytes that paint it."""
    before = len(terminal.raw)
    start = perf_counter()
    terminal.type(key)
    while True:
        assert select.select([terminal._master], [], [], 10.0)[0], "nothing is painted"
        painted = perf_counter() - start
        terminal._read(0)
        if key.encode() in terminal.raw[before:]:
            return painted


def typed(terminal: Terminal) -> list[float]:
    """Seconds for digits typed one by one, at the pace of a person, shortest first; each must be on the screen."""
    taken = []
    for _ in range(KEYS):
        taken.append(seconds_to_repaint(terminal, "7"))
        terminal.settle(0.1)
    return sorted(taken)


def test_first_prompt(tmp_path: Path) -> None:
    """With byte code cached, as an installed package has it; the first of these starts makes the cache."""
    cache = {"PYTHONPYCACHEPREFIX": cached()["PYTHONPYCACHEPREFIX"], "PYTHONDONTWRITEBYTECODE": ""}
    taken = []
    for _ in range(6):
        start = perf_counter()
        with Terminal(tmp_path, **cache) as terminal:
            terminal.wait_for(">")
            taken.append(perf_counter() - start)
            terminal.ready()
    table(
        "Start to first prompt",
        ("", "best", "median", "limit"),
        [("ms", f"{min(taken) * 1e3:.0f}", f"{median(taken) * 1e3:.0f}", f"{MOST_TO_PROMPT * 1e3:.0f}")],
    )
    assert min(taken) < MOST_TO_PROMPT


@pytest.mark.parametrize("where", ["at its end", "in its middle", "with an error in it"])
def test_key_to_repaint(tmp_path: Path, where: str) -> None:
    text, wanted = rule(TERMS // 2 if where == "in its middle" else TERMS - 1), "boolean"
    if where == "with an error in it":
        text, wanted = text.replace("currentTxn.number", "currentTxn.numbr", 1), "F2"
    with Terminal(tmp_path, columns=160, rows=60) as terminal:
        terminal.ready()
        terminal.paste(text)
        terminal.wait_for(wanted)
        behind = len(text) - text.index("value>1") - len("value>1")
        terminal.type(KEYS_OF_TERMINALS["left"] * behind)
        terminal.settle(0.3)
        found = typed(terminal)
        terminal.wait_for("7" * 10)
    table(
        f"Key to repaint, a rule of {TERMS} terms, typed {where}",
        ("", "median", "19 of 20", "longest", "limit"),
        [
            (
                "ms",
                f"{median(found) * 1e3:.1f}",
                f"{most_of(found) * 1e3:.1f}",
                f"{found[-1] * 1e3:.1f}",
                f"{MOST_TO_REPAINT * 1e3:.0f}",
            )
        ],
    )
    assert most_of(found) < MOST_TO_REPAINT


def most_of(taken: list[float]) -> float:
    """The time that nineteen of twenty keys stay under; the machine, not the program, makes the longest."""
    return taken[len(taken) * 19 // 20 - 1]
