"""Writers that are killed at any moment: nothing that was acknowledged is lost, and no file is torn."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

_BEGIN = (
    "import sys\n"
    "from tests.repl.commands import Talk\n"
    "from pathlib import Path\n"
    "folder, who = Path(sys.argv[1]), sys.argv[2]\n"
)
_SAVE = """
talk = Talk(folder)
talk.do("currentTxn.value>500")
for number in range(10_000):
    talk.do(f":save {who}-{number}")
    print(f"{who}-{number}", flush=True)
"""
_EXPORT = """
talk = Talk(folder)
group = folder / f"group-{who}.json"  # one holds up to 50 targets
group.write_text('{"name": "group", "targets": []}')
for number in range(50):
    talk.do("currentTxn.value>500")
    talk.do(f":save {who}-{number}")
    talk.do(f":export {group} 100")
    print(f"{who}-{number}", flush=True)
"""
_FORMAT = """
from targetexpr.cli.main import main
path = folder / "rule.txt"
for number in range(10_000):
    text = f"currentTxn.value > {number} && " + "true && " * 3000 + "true"
    path.write_text(text)
    print(f"begun {number}", flush=True)
    assert main(["format", "-i", "-f", str(path)]) == 0
    print(f"{number}", flush=True)
"""


def saved(folder: Path) -> set[str]:
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    return set(tomllib.loads(text).get("rules", {}))


def exported(folder: Path) -> set[str]:
    groups = [json.loads(path.read_bytes()) for path in folder.glob("group-*.json")]
    return {target["name"] for group in groups for target in group["targets"]}


class Kind(NamedTuple):
    program: str
    kept: Callable[[Path], set[str]]


KINDS = {"save": Kind(_SAVE, saved), "export": Kind(_EXPORT, exported)}


def begin(folder: Path) -> None:
    (folder / "rules.toml").write_text("", encoding="utf-8")


def killed(program: str, folder: Path, who: str, chance: random.Random) -> list[str]:
    """What a writer printed before it was killed: at a random moment behind its first few lines."""
    with subprocess.Popen(
        [sys.executable, "-c", _BEGIN + program, str(folder), who],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])},
        cwd=Path(__file__).resolve().parents[2],
    ) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(chance.randrange(1, 4))]
        time.sleep(chance.random() * 0.02)
        writer.kill()
        told += writer.stdout.read().splitlines(keepends=True)
    assert told[0], "it wrote something before"
    return [line.rstrip("\n") for line in told if line.endswith("\n")]


def check_kept(kind: str, rounds: int, folder: Path) -> None:
    begin(folder)
    chance = random.Random(13)
    acknowledged: set[str] = set()
    for number in range(rounds):
        acknowledged |= set(killed(KINDS[kind].program, folder, f"r{number}", chance))
        kept = KINDS[kind].kept(folder)
        assert acknowledged <= kept, "what was acknowledged is there"
        assert len(kept) <= len(acknowledged) + number + 1, "and of each round at most what was under way"
    left = [name for name in os.listdir(folder) if name.startswith(".")]
    assert len(left) <= 1, "each writer takes away what the one before left"


def check_formatted(rounds: int, folder: Path) -> None:
    chance = random.Random(17)
    for _ in range(rounds):
        told = killed(_FORMAT, folder, "", chance)
        last = told[-1].removeprefix("begun ")
        text = (folder / "rule.txt").read_text(encoding="utf-8")
        if told[-1].startswith("begun"):
            whole = f"currentTxn.value > {last} && " + "true && " * 3000 + "true"
            assert text in (whole, whole.replace(" ", "") + "\n"), "the old text or the new one, and nothing between"
        elif text.endswith("\n"):
            assert text == f"currentTxn.value>{last}&&" + "true&&" * 3000 + "true\n"


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_outlives_the_writer(kind: str, tmp_path: Path) -> None:
    check_kept(kind, 2, tmp_path)


def test_a_killed_format_leaves_the_old_text_or_the_new(tmp_path: Path) -> None:
    check_formatted(2, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_outlives_fifty_writers(kind: str, tmp_path: Path) -> None:
    check_kept(kind, 50, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_fifty_killed_formats_leave_the_old_text_or_the_new(tmp_path: Path) -> None:
    check_formatted(50, tmp_path)
