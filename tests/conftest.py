"""What holds for the whole run: processes that tests start share compiled modules."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Where Python is told to keep no bytecode, each of the hundreds of processes that tests start would compile this
# project anew, and each worker rewrite every test. Workers inherit what is set here, and so do their processes.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) is not None:
    sys.dont_write_bytecode = False
    if sys.pycache_prefix is None:
        sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "bytecode")
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
