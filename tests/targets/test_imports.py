"""The rooms of `targets` import one way, and a group is built, checked and answered without the evaluator."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import targetexpr.targets

PACKAGE = Path(targetexpr.targets.__file__).parent
ROOMS = ("model", "validation", "authoring", "progress", "api", "reports", "evaluation", "target_rules", "scale")
"""From the lowest to the highest: each may import those before it. `api` and `reports` know nothing of each other."""


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        module = node.module if isinstance(node, ast.ImportFrom) else None
        if module is not None and module.startswith("targetexpr.targets"):
            parts = module.split(".")
            assert len(parts) > 2, f"{path.name} imports the face of the package, which imports it"
            found.add(parts[2])
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)) if path else ""
)
def test_rooms_import_one_way(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    below = set(ROOMS[: ROOMS.index(here)]) - ({"api"} if here == "reports" else set())
    assert imported_rooms(path) <= below | {here}


SCRIPT = """
import sys
from datetime import datetime
from targetexpr.targets import GroupBuilder, dump, parse_group, respond, summary, validate

builder = GroupBuilder("Weekly").cycles(2, "WEEKLY", start="2024-01-01")
group = builder.target("Spend", "SALES", value=500, rule="currentTxn.value>500").build()
assert [one.code for one in validate(dump(group)) if one.is_error] == []
respond(parse_group(dump(group)), now=datetime(2024, 1, 1))
summary(group)
rooms = ("targetexpr.running", "targetexpr.rule", "targetexpr.targets.progress", "targetexpr.targets.evaluation")
print([name for name in sys.modules if name.startswith(rooms)])
"""


def test_building_checking_and_answering_need_no_evaluator() -> None:
    assert subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout == "[]\n"
