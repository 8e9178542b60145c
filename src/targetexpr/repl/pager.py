"""The user's pager: PAGER, or less; nothing where neither can be started."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess

_LESS = {"LESS": "FRX", "LESSCHARSET": "utf-8"}
"""Ends by itself where a page holds all, shows colours, and leaves on the screen what was read."""


def run_pager(text: str) -> bool:
    """Shows a text in the pager; False where there is none. An empty PAGER, or `cat`, is none."""
    stated = os.environ.get("PAGER")
    try:
        command = ["less"] if stated is None else shlex.split(stated)
    except ValueError:  # a quote that is not closed
        return False
    if not command or command == ["cat"]:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        shown = subprocess.run(command, input=text.encode(), env={**_LESS, **os.environ}, check=False)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return shown.returncode not in (126, 127)
