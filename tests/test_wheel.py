"""The wheel holds all that the command needs, and the README's main command does all its own set-up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]


def run(*command: str | Path, cwd: Path, text: str = "") -> str:
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=env, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_installs_into_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "targetexpr/grammar/targetexpr.lark" in names
    assert "targetexpr/grammar/mistakes.toml" in names
    assert "targetexpr/guide/data.md" in names
    assert "targetexpr/guide/codes/curly-quote.md" in names
    assert not [name for name in names if name.startswith("targetexpr/guide/sources/")]
    assert "targetexpr/py.typed" in names
    (entry_points,) = [name for name in names if name.endswith(".dist-info/entry_points.txt")]
    assert "[pytest11]\ntargetexpr.serve.pytest_plugin = " in zipfile.ZipFile(wheel).read(entry_points).decode()
    assert "targetexpr/conformance/case.schema.json" in names
    assert "targetexpr/conformance/cases/syntax/strings.jsonl" in names
    assert not [name for name in names if name.startswith("tests/")]
    run(sys.executable, "-m", "venv", "env", cwd=tmp_path)
    scripts = tmp_path / "env" / "bin"
    run(scripts / "pip", "install", "-q", wheel, cwd=tmp_path)
    made = run(scripts / "targetexpr", "json", "currentTxn.value>500", cwd=tmp_path)
    assert run(scripts / "targetexpr", "text", "-", cwd=tmp_path, text=made) == "currentTxn.value>500\n"
    page = run(scripts / "targetexpr", "help", "data", cwd=tmp_path)
    assert page == (ROOT / "src" / "targetexpr" / "guide" / "data.md").read_text(encoding="utf-8")
    kit = run(
        scripts / "targetexpr", "conformance", "--run", f"{scripts}/targetexpr conformance --answer", cwd=tmp_path
    )
    assert " hold, " in kit.splitlines()[-1], "nothing fails; without its extra, progress is not supported"
    broken = subprocess.run(
        [scripts / "targetexpr", "check", "a=1"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (broken.returncode, "single-equals" in broken.stderr) == (2, True)
    assert run(scripts / "targetexpr", "repl", cwd=tmp_path, text="currentTxn.value>500\n") == (
        "boolean  currentTxn.value > 500\n"
    )
    serve = subprocess.run([scripts / "targetexpr", "serve"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (serve.returncode, "pip install 'targetexpr[serve]'" in serve.stderr) == (2, True)


def test_the_main_command_of_the_readme_in_a_fresh_clone(tmp_path: Path) -> None:
    command = re.search(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert command is not None
    run("git", "clone", "-q", ROOT, "clone", cwd=tmp_path)
    out = run("bash", "-euo", "pipefail", "-c", command[1], cwd=tmp_path / "clone")
    seed = json.loads((ROOT / "tests" / "data" / "seed_rule.json").read_text(encoding="utf-8"))
    assert out == seed["expressionJson"] + "\n"
