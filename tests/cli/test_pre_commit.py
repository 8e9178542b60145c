"""The hooks of pre-commit: their entries as they are written, with files as pre-commit passes them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import ROOT, Call

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
GOOD = "currentTxn.value>500\n"
PLAN = 'name = "Weekly"\nstart = "2024-01-01"\nevery = "weekly"\ncycles = 2\n'
TARGET = '[[targets]]\nname = "Spend"\nmeasure = "SALES"\nvalue = 500\nrule = "{}"\n'
NAMES = ("a.rule", "sub folder/b (old).rule", "c&d.rules", "e.targetexpr", "it's.rule", "größe.RULE")
"""pre-commit passes names as Git has them, relative to the top of the repository."""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files under odd names."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(call: Call, hook: str, *names: str, args: tuple[str, ...] = ()) -> tuple[int, str]:
    """What pre-commit does: the entry, `args`, then the names of the files."""
    command, *entry = shlex.split(HOOKS[hook]["entry"])
    assert command == "targetexpr"
    done = call(*entry, *args, *names)
    return done.status, done.out + done.err


def takes(hook: str, name: str) -> bool:
    return re.search(HOOKS[hook]["files"], name) is not None


def test_each_hook_has_what_pre_commit_asks_for() -> None:
    assert set(HOOKS) == {"targetexpr-check", "targetexpr-format", "targetexpr-target-check"}
    for hook in HOOKS.values():
        assert {"id", "name", "description", "entry", "language", "files", "types", "require_serial"} <= set(hook)
        assert hook["language"] == "python"
        re.compile(hook["files"])


@pytest.mark.parametrize(
    ("hook", "taken", "left"),
    [
        ("targetexpr-check", ["a.rule", "x/b.rules", "c.targetexpr"], ["a.json", "rules.py", "a.rule.txt", "rule"]),
        ("targetexpr-format", ["a.rule", "x/b.rules", "c.targetexpr"], ["plan.toml", "a.ruled"]),
        (
            "targetexpr-target-check",
            ["target-groups/a.json", "shop/target_groups/x/b.json", "plans/weekly.toml", "targetgroups/a.json"],
            ["package.json", "pyproject.toml", "plans/readme.md", "myplans/a.toml"],
        ),
    ],
)
def test_which_files_they_take(hook: str, taken: list[str], left: list[str]) -> None:
    assert [name for name in taken if not takes(hook, name)] == []
    assert [name for name in left if takes(hook, name)] == []


def test_rules_are_checked_all_at_once(call: Call, repository: Path) -> None:
    assert run(call, "targetexpr-check", *NAMES) == (0, "6 rules checked: no errors\n")
    (repository / "c&d.rules").write_text("currentTxn.valu>500\ncurrentTxn.value>1\n", encoding="utf-8")
    (repository / "it's.rule").write_text("currentTxn.value=500\n", encoding="utf-8")
    status, said = run(call, "targetexpr-check", *NAMES)
    assert status == 2, "one cannot be read"
    assert "c&d.rules:1:12" in said
    assert "it's.rule:1:17" in said
    assert "7 rules checked: 2 errors in 2 rules\n" in said
    status, said = run(call, "targetexpr-check", "c&d.rules", args=("--no-strict",))
    assert (status, "warning[unknown-attribute]" in said) == (0, True)


def test_rules_are_formatted_in_their_files(call: Call, repository: Path) -> None:
    """pre-commit fails where a hook changes a file; a hook that changes nothing ends with 0."""
    assert run(call, "targetexpr-format", *NAMES) == (0, "")
    assert (repository / "a.rule").read_text(encoding="utf-8") == GOOD
    (repository / "sub folder/b (old).rule").write_text("currentTxn.value > 500\n", encoding="utf-8")
    (repository / "c&d.rules").write_text("a  &&b\n\n# note\nc||( d )\n", encoding="utf-8")
    assert run(call, "targetexpr-format", *NAMES) == (0, "")
    assert (repository / "sub folder/b (old).rule").read_text(encoding="utf-8") == GOOD
    assert (repository / "c&d.rules").read_text(encoding="utf-8") == "a&&b\n\n# note\nc||d\n"
    assert run(call, "targetexpr-format", *NAMES, args=("--style", "readable"))[0] == 0
    assert (repository / "a.rule").read_text(encoding="utf-8") == "currentTxn.value > 500\n"
    (repository / "a.rule").write_text("a==\n", encoding="utf-8")
    status, said = run(call, "targetexpr-format", *NAMES)
    assert (status, "a.rule:1" in said) == (2, True)
    assert (repository / "a.rule").read_text(encoding="utf-8") == "a==\n"


def test_bodies_and_plans_are_checked_all_at_once(call: Call, repository: Path) -> None:
    bodies = ROOT / "tests" / "data" / "payloads"
    names = ["plans/weekly (new).toml", "target-groups/a.json"]
    for name in names:
        (repository / name).parent.mkdir(exist_ok=True)
    (repository / names[0]).write_text(PLAN + TARGET.format("currentTxn.value>5"), encoding="utf-8")
    body = (bodies / "create-streak-group.request.json").read_text(encoding="utf-8")
    (repository / names[1]).write_text(body, encoding="utf-8")
    status, said = run(call, "targetexpr-target-check", *names)
    assert (status, f"{names[0]}: no errors\n{names[1]}: 1 warning\n" in said) == (0, True), said
    (repository / names[0]).write_text(PLAN + TARGET.format("currentTxn.valu>5"), encoding="utf-8")
    status, said = run(call, "targetexpr-target-check", *names)
    assert (status, "plans/weekly (new).toml:9" in said) == (1, True), said
    (repository / names[1]).write_text("{", encoding="utf-8")
    status, said = run(call, "targetexpr-target-check", *names)
    assert (status, "target-groups/a.json:1" in said) == (2, True), said
