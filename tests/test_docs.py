"""What the documents show is what happens: fences of README and guide, and docstring examples, all executed."""

from __future__ import annotations

import doctest
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

import targetexpr
from targetexpr.cli.main import COMMANDS
from targetexpr.guide.pages import page, topics
from targetexpr.records.lint import RecordLint
from targetexpr.records.record import Record
from targetexpr.records.shape import record_shape

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCE = re.compile(r"^```(\S*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCES = [(found[1], found[2] or "", found[3]) for found in FENCE.finditer(README)]
GUIDE = {name: page(name) for name in topics()}
GUIDE_FENCES = [(name, found[1], found[3]) for name, text in GUIDE.items() for found in FENCE.finditer(text)]


def test_every_kind_of_fence_is_executed() -> None:
    assert {kind for kind, _, _ in FENCES} <= {"console", "python", "sh"}
    shells = [(name, text) for kind, name, text in FENCES if kind == "sh"]
    assert [name for name, _ in shells][:2] == ["", "test"], "the main command, then the test command"


def test_every_kind_of_fence_of_the_guide_is_executed() -> None:
    # The set-ups of editors are read by tests/lsp/test_guide.py, the screens are made by tests/repl/test_screens.py.
    # `text` is no example: the grammar, or what a form looks like.
    set_ups = {("editors", kind) for kind in ("bash", "elisp", "jsonc", "lua", "toml")}
    # Tests, what they report and set-ups of hooks are run and read by tests/serve/test_pytest_plugin.py.
    set_ups |= {("testing", kind) for kind in ("pytest", "report", "yaml")}
    kinds = {(name, kind) for name, kind, _ in GUIDE_FENCES} - set_ups
    assert {kind for name, kind in kinds if name != "language"} <= {"console", "python", "json", "screen"}
    assert {kind for name, kind in kinds if name == "language"} <= {"console", "python", "toml", "text"}
    for name, text in GUIDE.items():
        assert text.count("\n```") == 2 * sum(1 for page, _, _ in GUIDE_FENCES if page == name), "a fence is not closed"


PYTHON = [text for kind, _, text in FENCES if kind == "python"]
PYTHON += [text for _, kind, text in GUIDE_FENCES if kind == "python"]


@pytest.mark.parametrize("text", PYTHON, ids=lambda text: text[:40])
def test_python_fences(text: str) -> None:
    _doctest(text, "README")


def _doctest(text: str, name: str) -> None:
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert test.examples, "a python fence shows a session with >>>"
    out: list[str] = []
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=out.append).failed == 0, "".join(out)


def sessions() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each console fence as its commands and what they print."""
    found = []
    for kind, text in [(kind, text) for kind, _, text in FENCES] + [(kind, text) for _, kind, text in GUIDE_FENCES]:
        if kind == "console":
            steps: list[tuple[str, str]] = []
            for line in text.splitlines(keepends=True):
                if line.startswith("$ "):
                    steps.append((line[2:].rstrip("\n"), ""))
                elif line.startswith("> ") and steps and not steps[-1][1]:
                    steps[-1] = (steps[-1][0] + "\n" + line[2:].rstrip("\n"), "")
                else:
                    steps[-1] = (steps[-1][0], steps[-1][1] + line)
            found.append((steps[0][0], steps))
    return found


@pytest.mark.parametrize(("name", "steps"), sessions(), ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_console_fences(name: str, steps: list[tuple[str, str]], tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "targetexpr"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m targetexpr "$@"\n')
    command.chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}
    work = tmp_path / "work"
    work.mkdir()
    for shell, wanted in steps:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", shell],
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        shown = done.stdout + (f"[exit {done.returncode}]\n" if done.returncode else "")
        assert shown == wanted, f"{name}: {shell}"


def library_modules() -> list[str]:
    return sorted(
        found.name
        for found in pkgutil.walk_packages(targetexpr.__path__, "targetexpr.")
        if not found.name.endswith("__main__")
    )


@pytest.mark.parametrize("name", ["targetexpr", *library_modules()])
def test_docstring_examples(name: str) -> None:
    module = importlib.import_module(name)
    out: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(
        module, name, globs={**vars(module), "parse": targetexpr.parse}
    ):
        runner.run(test, out=out.append)
    assert runner.failures == 0, "".join(out)


SCHEMA_FILES = [text for name, kind, text in GUIDE_FENCES if (name, kind) == ("language", "toml")]


@pytest.mark.parametrize("text", SCHEMA_FILES, ids=lambda text: text[:40])
def test_toml_fences_are_schema_files(text: str) -> None:
    assert targetexpr.Schema.load(text) != targetexpr.Schema.bundled()


MAP = (ROOT / "src" / "targetexpr" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [one[3] for one in FENCE.finditer(MAP)], ids=lambda text: text[:40])
def test_fences_of_the_map_are_attributes(text: str) -> None:
    attributes = json.loads(text)
    schema = targetexpr.Schema.bundled().extend(
        {"profiles": {"currentTest": {"doc": "A test.", "attributes": attributes}}}
    )
    for name in attributes:
        assert targetexpr.check(f"currentTest.{name}", schema, expect=None).ok


@pytest.mark.parametrize("text", [text for _, kind, text in GUIDE_FENCES if kind == "json"], ids=lambda text: text[:60])
def test_json_fences_of_the_guide_are_records_with_nothing_to_warn_about(text: str) -> None:
    record = json.loads(text)
    jsonschema.validate(record, targetexpr.record_schema(head=True), jsonschema.Draft202012Validator)
    lint = RecordLint(targetexpr.Schema.bundled())
    lint.look(Record(1, record))
    assert lint.warnings == ()


def test_the_page_on_data_names_every_member_of_a_record() -> None:
    schema = targetexpr.Schema.bundled()
    shape = record_shape(schema)
    line = shape.members["currentTxn"].inside
    assert line is not None
    item = line.members["lineItems"].inside
    points = shape.members["points"].inside
    assert item is not None
    assert points is not None
    own = {"customFields", "extendedFields", "clusters", "isRegisteredOn", "extField_"}
    declared = schema.profiles["currentLineItem"].attributes.keys()
    needed = {
        *(shape.members.keys() - schema.profiles.keys()),
        *(item.members.keys() - declared),
        *points.members,
        *own,
    }
    assert {name for name in needed if name not in GUIDE["data"]} == set()


def test_the_readme_is_a_page() -> None:
    assert README.count("\n") <= 160
    for name in COMMANDS:
        assert f"\n| `{name}` |" in README


def test_shell_fences_name_options_that_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    markers = {marker.split(":")[0] for marker in project["tool"]["pytest"]["ini_options"]["markers"]}
    for kind, _, text in FENCES:
        for marker in re.findall(r"pytest -m (\w+)", text) if kind == "sh" else []:
            assert marker in markers
