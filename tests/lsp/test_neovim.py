"""A real editor against the server: headless Neovim, set up as the guide says, sees what an author sees."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from targetexpr.guide.pages import page
from tests.cli.command import environment

SCRIPT = Path(__file__).with_name("neovim.lua")
BIN = Path(sys.executable).parent


@pytest.mark.neovim
def test_neovim(tmp_path: Path) -> None:
    neovim = shutil.which("nvim", path=str(BIN)) or shutil.which("nvim")
    assert neovim is not None, "pip install -e '.[editors]' brings it"
    (setup,) = re.findall(r"^```lua\n(.*?)^```$", page("editors"), re.MULTILINE | re.DOTALL)
    command = tmp_path / "bin" / "targetexpr"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m targetexpr "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    script = tmp_path / "run.lua"
    script.write_text(f"vim.cmd('filetype on')\n{setup}\n{SCRIPT.read_text('utf-8')}", encoding="utf-8")
    path = f"{command.parent}:{BIN}:/usr/bin:/bin"
    done = subprocess.run(
        [neovim, "--headless", "-u", "NONE", "-i", "NONE", "-n", "-l", str(script)],
        cwd=tmp_path,
        env=environment(PATH=path, XDG_STATE_HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("failed: 0")
    assert done.stdout.count("ok ") >= 15
