"""What holds for the whole run: Hypothesis makes the same inputs every time; workers share work and bytecode."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Where Python is told to keep no bytecode, each of the hundreds of processes that tests start would compile this
# project anew, and each worker rewrite every test. Workers inherit what is set here, and so do their processes.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) is not None:
    sys.dont_write_bytecode = False
    if sys.pycache_prefix is None:
        sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode")
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

# The clock of the machine decides nothing, and neither does chance; long runs, which are slow, say so themselves.
settings.register_profile("same-every-time", deadline=None, derandomize=True, database=None)
settings.load_profile("same-every-time")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `-n`: a worker keeps to its part, where tests share a server, and takes from the other when it is done."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "worksteal"
