"""Runs the tests on every supported Python that is found here, and resolves types and wheels for the others.

python tests/pythons.py            # all tests on each interpreter
python tests/pythons.py --quick    # a few folders of them
python tests/pythons.py --lowest   # the quick ones with the lowest versions that the project allows
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
EXTRAS = ("targets", "repl", "lsp", "tables", "serve", "studio", "dev")
QUICK = ("tests/base", "tests/lang", "tests/syntax", "tests/checking", "tests/running", "tests/targets")


# ---- interpreters


def candidates(version: str) -> Iterator[str]:
    """Where an interpreter of a version may be: on the path, of pyenv, of uv."""
    if (found := shutil.which(f"python{version}")) is not None:
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")))
    if (uv := shutil.which("uv")) is not None:
        done = subprocess.run(
            [uv, "python", "find", "--no-python-downloads", version], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            yield done.stdout.strip()


def interpreter(version: str) -> str | None:
    """An interpreter of a version that runs, or None: a shim of pyenv may lead nowhere."""
    for path in candidates(version):
        done = subprocess.run(
            [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.strip() == version:
            return path
    return None


# ---- requirements


def requirements(version: str) -> list[Requirement]:
    """What the project and its extras need on a version of Python; `pip` itself looks at markers of its own Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(text for extra in EXTRAS for text in extras[extra])]
    there = {**default_environment(), "python_version": version, "python_full_version": f"{version}.0"}
    found = [Requirement(text) for text in texts]
    return [one for one in found if one.marker is None or one.marker.evaluate({k: str(v) for k, v in there.items()})]


def plain(requirement: Requirement) -> str:
    """A requirement without its marker."""
    return f"{requirement.name}{requirement.specifier}"


def lowest(version: str) -> list[str]:
    """The lowest version of each requirement that the project allows, as constraints."""
    bounds: dict[str, str] = {}
    for one in requirements(version):
        (bound,) = [part.version for part in one.specifier if part.operator == ">="]
        assert bounds.setdefault(one.name, bound) == bound, f"{one.name} has two lower bounds"
    return [f"{name}=={bound}" for name, bound in bounds.items()]


# ---- what is run


def run(*command: str | Path) -> bool:
    """Runs a command in the project's folder; whether it succeeded."""
    print("$", *command, flush=True)
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def environment(path: str, name: str, *constraints: str) -> Path | None:
    """An environment of an interpreter with everything installed; its Python, or None when it cannot be made."""
    folder = ROOT / name
    python = folder / "bin" / "python"
    if not run(path, "-m", "venv", folder):
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(constraints))
        file.flush()
        done = run(python, "-m", "pip", "install", "-q", "-e", ".[dev]", "-c", file.name)
    return python if done else None


def tested(path: str, name: str, quick: bool, *constraints: str) -> str:
    """Runs the tests in an environment of their own; what came of it."""
    python = environment(path, name, *constraints)
    if python is None:
        return "FAILED: not installable"
    done = run(python, "-m", "pytest", "-n", "auto", "-p", "no:cacheprovider", *(QUICK if quick else ()))
    return "tests pass" if done else "FAILED: tests"


def resolved(version: str) -> str:
    """Types and wheels for a version that is not here; what came of it."""
    types = run(sys.executable, "-m", "mypy", "--python-version", version)
    wanted = sorted({plain(one) for one in requirements(version)})
    with tempfile.TemporaryDirectory() as folder:
        wheels = run(
            *(sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--target", folder),
            *("--python-version", version, "--only-binary=:all:", *wanted),
        )
    said = f"types {'pass' if types else 'FAILED'}, wheels {'resolve' if wheels else 'FAILED'}"
    return f"not found here: {said}"


def main() -> int:
    """Says of each supported version what was run and what came of it; 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="run a few folders of tests")
    parser.add_argument("--lowest", action="store_true", help="with the lowest versions of all requirements")
    parser.add_argument("--only", choices=SUPPORTED, action="append", help="this version")
    options = parser.parse_args()
    said: dict[str, str] = {}
    for version in options.only or SUPPORTED:
        path = interpreter(version)
        if path is None:
            said[version] = resolved(version)
        elif options.lowest:
            said[version] = "lowest versions: " + tested(path, f".venv-lowest-{version}", True, *lowest(version))
        else:
            said[version] = tested(path, f".venv-{version}", options.quick)
    for version, what in said.items():
        print(f"Python {version}: {what}")
    return int(any("FAILED" in what for what in said.values()))


if __name__ == "__main__":
    sys.exit(main())
