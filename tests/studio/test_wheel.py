"""The installed wheel serves the page without Node, and its extra is small."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from targetexpr.studio.static_files import FOLDER
from tests.test_wheel import ROOT, run

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(900)]

MOST_ADDED = 40_000_000  # bytes


def size(folder: Path) -> int:
    """The bytes of all files of a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_installed_wheel_serves_the_page(tmp_path: Path) -> None:
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"targetexpr/studio/static/{path.name}" for path in FOLDER.iterdir()} <= names
    assert "targetexpr/studio/static/licences.txt" in names
    assert not [name for name in names if "/web/" in name or "node_modules" in name or name.endswith((".ts", ".tsx"))]
    run(sys.executable, "-m", "venv", "env", cwd=tmp_path)
    scripts = tmp_path / "env" / "bin"
    run(scripts / "pip", "install", "-q", wheel, cwd=tmp_path)
    said = subprocess.run([scripts / "targetexpr", "studio"], capture_output=True, text=True, check=False)
    assert (said.returncode, "pip install 'targetexpr[studio]'" in said.stderr) == (2, True)
    before = size(tmp_path / "env")
    run(scripts / "pip", "install", "-q", f"{wheel}[studio]", cwd=tmp_path)
    assert size(tmp_path / "env") - before <= MOST_ADDED
    records = tmp_path / "bills.jsonl"
    records.write_text('{"currentTxn": {"value": 700}}\n{"currentTxn": {"value": 7}}\n')
    path = {"PATH": str(scripts), "TARGETEXPR_STATE": str(tmp_path / "state")}  # there is nothing else, no Node either
    process = subprocess.Popen(
        [scripts / "targetexpr", "studio", "--no-browser", "--port", "0", records],
        env={key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", *path)} | path,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            found = re.search(r"(http://127\.0\.0\.1:\d+)/#token=(\S+)", process.stdout.readline())
            assert found is not None
            serves(found[1], found[2])
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def serves(origin: str, token: str) -> None:
    """The whole page, JSON Lines without further packages, and what to install for the rest."""
    for name in ("", *(f"static/{path.name}" for path in FOLDER.iterdir())):
        with urllib.request.urlopen(f"{origin}/{name}") as answer:
            assert answer.read() == (FOLDER / (name.removeprefix("static/") or "index.html")).read_bytes()

    def ask(path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(origin + path, body, headers)) as answer:
            return json.loads(answer.read())

    def read(id_: str) -> Any:
        while (said := ask(f"/api/data/{id_}"))["state"] == "reading":
            time.sleep(0.05)
        return said

    session = ask("/api/session")
    assert (session["tables"], "pip install 'targetexpr[studio,tables]'" in session["missing"]) == (False, True)
    (bills,) = session["files"]
    assert read(bills["id"])["records"] == 2
    rule = {"data": bills["id"], "rule": "currentTxn.value>500", "event": None, "run": 1}
    assert ask("/api/count", json.dumps(rule).encode())["counts"] == {
        "records": 2,
        "yes": 1,
        "no": 1,
        "null": 0,
        "errors": 0,
    }
    cells = read(ask("/api/data?name=bills.csv", b"value\n7\n")["id"])
    assert (cells["state"], "pip install 'targetexpr[tables]'" in cells["message"]) == ("failed", True)
