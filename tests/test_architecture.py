"""Imports go one way, and the public face is what it promises to be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import targetexpr

PACKAGE = Path(targetexpr.__file__).parent
_BELOW_RUNNING = {"base", "lang", "checking"}
_BELOW_RULE_SETS = _BELOW_RUNNING | {"syntax", "front", "running", "records", "tables", "rule"}
_BELOW_TARGETS = _BELOW_RULE_SETS | {"rulesets", "backtesting"}
_BELOW_FRONT_ENDS = _BELOW_TARGETS | {"schemas", "targets", "documents", "ide", "guide", "console"}
LAYERS = {
    "base": set(),
    "lang": {"base"},
    "schemas": set(),
    "syntax": {"base", "lang"},
    "checking": {"base", "lang", "schemas"},
    "front": {"base", "lang", "syntax", "checking"},
    "running": _BELOW_RUNNING,
    "records": _BELOW_RUNNING | {"running"},
    "tables": _BELOW_RULE_SETS - {"tables", "rule"},
    "rule": _BELOW_RULE_SETS - {"rule"},
    "rulesets": _BELOW_RULE_SETS,
    "backtesting": _BELOW_RULE_SETS,
    "targets": _BELOW_TARGETS,
    "documents": _BELOW_TARGETS | {"targets"},
    "ide": _BELOW_TARGETS | {"targets", "documents"},
    "guide": {"base", "lang", "checking"},
    "console": _BELOW_FRONT_ENDS - {"console"},
    "cli": _BELOW_FRONT_ENDS,
    "repl": _BELOW_FRONT_ENDS,
    "serve": _BELOW_FRONT_ENDS,
    "lsp": _BELOW_FRONT_ENDS,
    "studio": _BELOW_FRONT_ENDS | {"lsp"},
    "conformance": _BELOW_FRONT_ENDS,
}
"""What each part may import beside itself."""


FRONT_ENDS = {"cli", "repl", "serve", "lsp", "studio", "conformance"}


def test_front_ends_are_independent() -> None:
    """What two of them need lives below both; the command starts the others by their names. The studio's page is an
    editor: it speaks through the language server."""
    for name in FRONT_ENDS:
        assert LAYERS[name] & FRONT_ENDS == ({"lsp"} if name == "studio" else set())
    for name, below in LAYERS.items():
        assert name in FRONT_ENDS or below.isdisjoint(FRONT_ENDS)


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


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def import_graph() -> dict[str, set[str]]:
    """Module -> the modules that it imports anywhere: on top, in functions, for type checking, or by a string."""
    paths = {module_name(path): path for path in modules()}
    return {
        module: {target for target in imported_modules(path, paths.keys()) if target != module}
        for module, path in paths.items()
    }


def imported_modules(path: Path, known: object) -> Iterator[str]:
    assert hasattr(known, "__contains__")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name the whole path"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                names.append(inner if inner in known else str(node.module))
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value]
        yield from (name for name in names if name in known)


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The sets of nodes that reach each other (Tarjan), each sorted."""
    found: list[list[str]] = []
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []

    def visit(node: str) -> None:
        number[node] = lowest[node] = len(number)
        open_.append(node)
        for target in sorted(graph[node]):
            if target not in number:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in open_:
                lowest[node] = min(lowest[node], number[target])
        if lowest[node] == number[node]:
            at = open_.index(node)
            if len(open_) - at > 1:
                found.append(sorted(open_[at:]))
            del open_[at:]

    for node in sorted(graph):
        if node not in number:
            visit(node)
    return found


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": {"e"}, "e": set()}) == [["a", "b", "c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = import_graph()
    closed = [
        f"{module} -> {', '.join(sorted(graph[module] & set(circle)))}"
        for circle in circles(graph)
        for module in circle
    ]
    assert closed == []


MODULES = """
about additions answers chains derived described entries explain_words figures gates given_types harmless helpers keep
misfit mixes offers own pieces planned problems remembered requested scene sentences serving slips spelling story
suspicions talk wanted whole wire words
"""
CLASSES = """
Chapter Finding Gate InputProblem Misfit Plain Plan Planned Problem Reader Repaired Runs Scene Spelled Stamp Stuck Told
Tok Unclean Wanted Whole Words
"""
FUNCTIONS = "compose find forgiving given_types hopeless lay_out misfit offers review say unclean wanted"
"""Names that were replaced by the field's words, by what they were (`grammar/mistakes.toml` keeps its name)."""


def retired_names() -> Iterator[str]:
    for path in modules():
        where = path.relative_to(PACKAGE)
        if set(MODULES.split()) & set(where.with_suffix("").parts):
            yield f"{where}: module"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                retired = CLASSES
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                retired = FUNCTIONS
            else:
                continue
            if node.name.strip("_") in retired.split():
                yield f"{where}: {node.name}"


def test_retired_names_are_gone() -> None:
    assert list(retired_names()) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_says_what_lives_there(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the first line of a file tells what is in it"


MOST_LINES = 500


def test_no_file_is_long() -> None:
    root = Path(__file__).parent.parent
    paths = [*modules(), *Path(__file__).parent.rglob("*.py")]
    lines = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert sorted(name for name, count in lines.items() if count > MOST_LINES) == []


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
