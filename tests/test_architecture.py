"""Imports go one way, and the public face is what it promises to be."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import targetexpr

PACKAGE = Path(targetexpr.__file__).parent
_BELOW_RUNNING = {"base", "lang", "checking"}
_BELOW_TARGETS = _BELOW_RUNNING | {"syntax", "front", "running", "records", "rule"}
_BELOW_FRONT_ENDS = _BELOW_TARGETS | {"schemas", "targets", "documents", "ide"}
LAYERS = {
    "base": set(),
    "lang": {"base"},
    "schemas": set(),
    "syntax": {"base", "lang"},
    "checking": {"base", "lang", "schemas"},
    "front": {"base", "lang", "syntax", "checking"},
    "running": _BELOW_RUNNING,
    "records": _BELOW_RUNNING | {"running"},
    "rule": _BELOW_TARGETS - {"rule"},
    "targets": _BELOW_TARGETS,
    "documents": _BELOW_TARGETS | {"targets"},
    "ide": _BELOW_TARGETS | {"targets", "documents"},
    "cli": _BELOW_FRONT_ENDS,
    "repl": _BELOW_FRONT_ENDS | {"cli"},
    "serve": _BELOW_FRONT_ENDS | {"cli"},
}
"""What each part may import beside itself."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "targetexpr" and len(parts) > 1:
                found.add(parts[1])
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    here = part(path)
    if here in ("__init__", "__main__"):
        return
    assert here in LAYERS, f"{here} has no place in the pipeline"
    assert imported_parts(path) <= LAYERS[here] | {here}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_says_what_lives_there(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the first line of a file tells what is in it"
    if path.name != "tables.py":
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def test_all_is_sorted_and_every_name_resolves() -> None:
    assert list(targetexpr.__all__) == sorted(targetexpr.__all__)
    for name in targetexpr.__all__:
        assert getattr(targetexpr, name) is not None
    assert set(targetexpr.__all__) <= set(dir(targetexpr))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = targetexpr.no_such_name  # type: ignore[attr-defined]


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = ("lark", "tomllib", "decimal", "json", "pydantic", "fastapi", "uvicorn", "sqlite3")
    script = f"import sys, targetexpr; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_reading_a_rule_needs_no_lark() -> None:
    script = (
        "import sys\nfrom targetexpr import parse, to_text, to_json, from_json\n"
        "tree = parse('currentTxn.value>500')\nto_text(tree), from_json(to_json(tree))\n"
        "print([m for m in ('lark', 'tomllib') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"
